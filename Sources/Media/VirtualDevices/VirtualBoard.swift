public import Devices
public import Primitives

/// The virtual board's devices. Everything runs in real time and needs no hardware.
public struct VirtualBoard: DeviceBackend {
    public let cameraFormat: VideoFormat
    /// What the speaker plays now.
    public let speakerMeter = LevelMeter()
    private let picture: VirtualCamera.Picture
    private let sound: VirtualMicrophone.Sound
    private let recording: String?

    /// - Parameter format: for `.pattern`; a file's own size and rate win.
    /// - Throws: when the picture file cannot be used, so that a wrong board file is told at start and not in a call.
    public init(
        picture: VirtualCamera.Picture, format: VideoFormat, sound: VirtualMicrophone.Sound,
        speakerRecording: String? = nil
    ) throws(DeviceError) {
        (self.picture, self.sound, self.recording) = (picture, sound, speakerRecording)
        if case .y4m(let path) = picture {
            let file = try VirtualCamera.open(path)
            cameraFormat = VideoFormat(width: file.width, height: file.height, framesPerSecond: file.framesPerSecond)
        } else {
            cameraFormat = format
        }
    }

    public func openCamera(frames: BufferPool) throws(DeviceError) -> any VideoSource {
        try VirtualCamera(picture, format: cameraFormat, frames: frames)
    }
    public func openMicrophone() throws(DeviceError) -> any AudioSource { try VirtualMicrophone(sound) }
    public func openSpeaker() throws(DeviceError) -> any AudioSink {
        try VirtualSpeaker(meter: speakerMeter, recordingTo: recording)
    }
}
