public import Primitives

/// A board's camera, microphone and speaker, to be opened for a call and closed after it.
///
/// Opening and closing happen by making and giving up the returned object, on the thread that uses it. Each throws when
/// the device is not there now; the caller may try again later.
public protocol DeviceBackend: Sendable {
    /// What the camera will deliver, known before it is opened so that pools can be made at start.
    var cameraFormat: VideoFormat { get }
    func openCamera(frames: BufferPool) throws(DeviceError) -> any VideoSource
    func openMicrophone() throws(DeviceError) -> any AudioSource
    func openSpeaker() throws(DeviceError) -> any AudioSink
}
