import ALSAAudio
import AudioProcessing
import KioskConfiguration
import Devices
import MediaEngine
import Primitives
import V4L2Camera
import VirtualDevices

extension MediaEngineConfiguration {
    init(_ board: BoardConfiguration) {
        self.init()
        packetSlots = board.pools.packets
        packetSize = board.pools.packetSize
        captureSlots = board.pools.captureFrames
        encodedSlots = board.pools.encodedFrames
        encodedSize = board.pools.encodedFrameSize
        pictureSlots = board.pools.decodedFrames
        includesLoopback = board.network.loopback
        includesIPv6 = board.network.ipv6
        videoBitrate = board.video.bitrate
        minimumVideoBitrate = board.video.minimumBitrate
        encoderThreads = board.video.threads
        audioBitrate = board.audio.bitrate
        audioErrorCorrection = board.audio.errorCorrection
        audioDiscontinuous = board.audio.discontinuous
        (minimumAudioDelay, maximumAudioDelay) = (board.audio.minimumDelay, board.audio.maximumDelay)
        soundProcessing = .init(board)
        toneLevel = Double(board.sounds.level) / 100
        startsCut = board.panel.gpio?.lines.contains { $0.role == .privacySwitch } ?? false
    }
}

/// The board's camera, microphone and speaker, each of its own kind: real and virtual ones may stand side by side.
struct BoardDevices: DeviceBackend {
    typealias Camera = @Sendable (_ frames: BufferPool) throws(DeviceError) -> any VideoSource
    typealias Microphone = @Sendable () throws(DeviceError) -> any AudioSource
    typealias Speaker = @Sendable () throws(DeviceError) -> any AudioSink

    let cameraFormat: VideoFormat
    private let camera: Camera
    private let microphone: Microphone
    private let speaker: Speaker

    /// A new kind of device is a new case in one of the functions below.
    init(_ board: BoardConfiguration) throws(DeviceError) {
        (cameraFormat, camera) = try Self.camera(of: board)
        microphone = Self.microphone(of: board)
        speaker = Self.speaker(of: board)
    }

    func openCamera(frames: BufferPool) throws(DeviceError) -> any VideoSource { try camera(frames) }
    func openMicrophone() throws(DeviceError) -> any AudioSource { try microphone() }
    func openSpeaker() throws(DeviceError) -> any AudioSink { try speaker() }

    /// A picture file's own size and rate win.
    private static func camera(of board: BoardConfiguration) throws(DeviceError) -> (VideoFormat, Camera) {
        let format = VideoFormat(
            width: board.camera.width, height: board.camera.height, framesPerSecond: board.camera.rate)
        let picture: VirtualCamera.Picture
        switch board.camera.source {
        case .pattern: picture = .pattern
        case .y4m(let path): picture = .y4m(path: path)
        case .v4l2(let name):
            let wanted = CameraConfiguration(name: name, wanted: format, controls: board.camera.controls)
            return (format, { frames throws(DeviceError) in try KernelCamera.open(wanted, frames: frames) })
        }
        let virtual = try VirtualBoard(picture: picture, format: format, sound: .silence)
        return (virtual.cameraFormat, { frames throws(DeviceError) in try virtual.openCamera(frames: frames) })
    }

    private static func microphone(of board: BoardConfiguration) -> Microphone {
        let sound: VirtualMicrophone.Sound
        switch board.microphone.source {
        case .silence: sound = .silence
        case .tone(let frequency): sound = .tone(frequency: Double(frequency))
        case .wav(let path): sound = .wav(path: path)
        case .alsa(let device):
            return { () throws(DeviceError) in try ALSAMicrophone(device) }
        }
        return { () throws(DeviceError) in try VirtualMicrophone(sound) }
    }

    private static func speaker(of board: BoardConfiguration) -> Speaker {
        if let device = board.speaker.alsa {
            return { () throws(DeviceError) in try ALSASpeaker(device) }
        }
        let meter = LevelMeter()
        let recording = board.speaker.wav
        return { () throws(DeviceError) in try VirtualSpeaker(meter: meter, recordingTo: recording) }
    }
}

extension AudioProcessor.Settings {
    /// A microphone of software hears no room; its sound goes through as it is.
    init?(_ board: BoardConfiguration) {
        guard case .alsa = board.microphone.source, board.audio.echoCancellation == .auto else { return nil }
        self.init()
        noiseSuppression = board.audio.noiseSuppression
        controlsGain = board.audio.gainControl
    }
}
