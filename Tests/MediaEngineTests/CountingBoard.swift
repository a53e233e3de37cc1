import Devices
import Primitives
import VirtualDevices

/// The virtual board, and how many of its devices are open: a device is open as long as its object lives.
struct CountingBoard: DeviceBackend {
    let board: VirtualBoard
    let openCameras = Gauge()
    let openMicrophones = Gauge()
    let openSpeakers = Gauge()
    let openings = Counter()

    init(width: Int = 320, height: Int = 240, tone: Double = 440) throws {
        board = try VirtualBoard(
            picture: .pattern, format: VideoFormat(width: width, height: height, framesPerSecond: 30),
            sound: .tone(frequency: tone))
    }

    var openDevices: Int64 { openCameras.current + openMicrophones.current + openSpeakers.current }
    var cameraFormat: VideoFormat { board.cameraFormat }

    func openCamera(frames: BufferPool) throws(DeviceError) -> any VideoSource {
        openings.increment()
        return Camera(try board.openCamera(frames: frames), openCameras)
    }
    func openMicrophone() throws(DeviceError) -> any AudioSource {
        openings.increment()
        return Microphone(try board.openMicrophone(), openMicrophones)
    }
    func openSpeaker() throws(DeviceError) -> any AudioSink {
        openings.increment()
        return Speaker(try board.openSpeaker(), openSpeakers)
    }

    private final class Camera: VideoSource {
        private let camera: any VideoSource
        private let open: Gauge
        init(_ camera: any VideoSource, _ open: Gauge) {
            (self.camera, self.open) = (camera, open)
            open.set(open.current + 1)
        }
        deinit { open.set(open.current - 1) }
        var format: VideoFormat { camera.format }
        func next(until deadline: Instant) throws(DeviceError) -> VideoFrame? { try camera.next(until: deadline) }
    }

    private final class Microphone: AudioSource {
        private let microphone: any AudioSource
        private let open: Gauge
        init(_ microphone: any AudioSource, _ open: Gauge) {
            (self.microphone, self.open) = (microphone, open)
            open.set(open.current + 1)
        }
        deinit { open.set(open.current - 1) }
        func read(_ samples: inout MutableSpan<Int16>, until deadline: Instant) throws(DeviceError) -> Instant? {
            try microphone.read(&samples, until: deadline)
        }
    }

    private final class Speaker: AudioSink {
        private let speaker: any AudioSink
        private let open: Gauge
        init(_ speaker: any AudioSink, _ open: Gauge) {
            (self.speaker, self.open) = (speaker, open)
            open.set(open.current + 1)
        }
        deinit { open.set(open.current - 1) }
        func write(_ samples: Span<Int16>) throws(DeviceError) -> Interval { try speaker.write(samples) }
    }
}

/// A board on which nothing can be opened.
struct BrokenBoard: DeviceBackend {
    let cameraFormat = VideoFormat(width: 320, height: 240, framesPerSecond: 30)
    func openCamera(frames: BufferPool) throws(DeviceError) -> any VideoSource { throw .notFound("/dev/video0") }
    func openMicrophone() throws(DeviceError) -> any AudioSource { throw .busy("hw:0") }
    func openSpeaker() throws(DeviceError) -> any AudioSink { throw .unplugged("hw:0") }
}
