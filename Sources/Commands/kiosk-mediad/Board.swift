import KioskConfiguration
import Devices
import MediaEngine
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
    }
}

/// The board's camera, microphone and speaker. A new kind of device is a new case here.
func devices(of board: BoardConfiguration) throws(DeviceError) -> any DeviceBackend {
    let picture: VirtualCamera.Picture =
        switch board.camera.source {
        case .pattern: .pattern
        case .y4m(let path): .y4m(path: path)
        }
    let sound: VirtualMicrophone.Sound =
        switch board.microphone.source {
        case .silence: .silence
        case .tone(let frequency): .tone(frequency: Double(frequency))
        case .wav(let path): .wav(path: path)
        }
    let format = VideoFormat(
        width: board.camera.width, height: board.camera.height, framesPerSecond: board.camera.rate)
    return try VirtualBoard(picture: picture, format: format, sound: sound, speakerRecording: board.speaker.wav)
}
