/// What the outputs are to say. The camera's and the microphone's follow the devices themselves.
public struct PanelLamps: Equatable, Sendable {
    public enum Light: Equatable, Sendable { case off, on, blinking }
    public var call: Light
    public var camera: Bool
    public var microphone: Bool
    public var fault: Bool
    public var relay: Bool

    public init(
        call: Light = .off, camera: Bool = false, microphone: Bool = false, fault: Bool = false, relay: Bool = false
    ) {
        (self.call, self.camera, self.microphone) = (call, camera, microphone)
        (self.fault, self.relay) = (fault, relay)
    }
}
