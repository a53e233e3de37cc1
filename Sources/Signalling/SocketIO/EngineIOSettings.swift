public import Primitives
import SignallingMessages

/// The parameters of sessions that a server hands out.
public struct EngineIOSettings: Hashable, Sendable {
    /// From one heartbeat to the next.
    public var pingInterval = Interval.seconds(25)
    /// From a heartbeat to its answer, at most.
    public var pingTimeout = Interval.seconds(20)
    /// From a probing WebSocket's start until its upgrade, at most.
    public var upgradeTimeout = Interval.seconds(10)
    /// Bytes of one request's body or one WebSocket message.
    public var maxPayload = 128 * 1024
    /// Packets and bytes that wait for a polling client's next request.
    public var queuePackets = 1024
    public var queueBytes = 1024 * 1024

    public init() {}

    /// The open packet's body.
    func openBody(sid: String, version: EngineIOVersion, upgrades: Bool) -> String {
        JSONValue.members([
            ("sid", .string(sid)), ("upgrades", upgrades ? ["websocket"] : []),
            ("pingInterval", .integer(pingInterval.milliseconds)),
            ("pingTimeout", .integer(pingTimeout.milliseconds)),
            ("maxPayload", version == .v4 ? .integer(Int64(maxPayload)) : nil),
        ]).text
    }
}
