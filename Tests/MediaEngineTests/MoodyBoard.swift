import Devices
import LinuxIO
import MediaEngine
import Primitives
import Synchronization
import VirtualDevices

/// The virtual board with a camera that does as a test says: it may be absent, fail, fall silent, hang, or change its size.
final class MoodyBoard: DeviceBackend {
    enum Mood: Sendable, Equatable {
        case works(width: Int, height: Int)
        case absent
        /// Throws at the next picture.
        case fails
        /// Delivers nothing and says nothing.
        case silent
        /// Does not come back from a call until the mood changes.
        case hangs
    }

    let cameraFormat = VideoFormat(width: 320, height: 240, framesPerSecond: 30)
    let openings = Counter()
    let openCameras = Gauge()
    private let state: Mutex<Mood>
    private let sound: VirtualBoard

    init(_ mood: Mood = .works(width: 320, height: 240)) throws {
        state = Mutex(mood)
        sound = try VirtualBoard(picture: .pattern, format: cameraFormat, sound: .tone(frequency: 440))
    }

    var mood: Mood {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    func openCamera(frames: BufferPool) throws(DeviceError) -> any VideoSource {
        openings.increment()
        while mood == .hangs { MonotonicClock.sleep(until: MonotonicClock.now() + .milliseconds(10)) }
        switch mood {
        case .absent, .fails: throw .notFound("camera 'moody'")
        case .works(let width, let height): return try Camera(self, width: width, height: height)
        case .silent, .hangs: return try Camera(self, width: 320, height: 240)
        }
    }
    func openMicrophone() throws(DeviceError) -> any AudioSource { try sound.openMicrophone() }
    func openSpeaker() throws(DeviceError) -> any AudioSink { try sound.openSpeaker() }

    private final class Camera: VideoSource {
        let format: VideoFormat
        private let board: MoodyBoard
        private let camera: VirtualCamera

        init(_ board: MoodyBoard, width: Int, height: Int) throws(DeviceError) {
            format = VideoFormat(width: width, height: height, framesPerSecond: 30)
            let frames = BufferPool(slotCount: 4, slotSize: format.frameSize)
            camera = try VirtualCamera(.pattern, format: format, frames: frames)
            self.board = board
            board.openCameras.set(board.openCameras.current + 1)
        }
        deinit { board.openCameras.set(board.openCameras.current - 1) }

        func next(until deadline: Instant) throws(DeviceError) -> VideoFrame? {
            while board.mood == .hangs { MonotonicClock.sleep(until: MonotonicClock.now() + .milliseconds(10)) }
            switch board.mood {
            case .works: return try camera.next(until: deadline)
            case .absent: throw .unplugged("camera 'moody'")
            case .fails: throw .failed(errno: 5, operation: "take a picture")
            case .silent, .hangs:
                MonotonicClock.sleep(until: deadline)
                return nil
            }
        }
    }
}
