public import Devices
public import Primitives

/// What the panel tells.
public enum PanelEvent: Equatable, Sendable {
    /// With the kernel's time of the edge.
    case pressed(PanelRole, at: Instant)
    case released(PanelRole, at: Instant)
    /// Something about the lines is not as before.
    case changed(PanelState)
}

/// The panel as it is.
public struct PanelState: Equatable, Sendable {
    public enum Condition: Equatable, Sendable {
        case working
        /// A button that has been down for `ButtonWatch.stuckAfter`.
        case stuck
        /// Not there or not to be had; tried again every second.
        case missing(String)
    }
    public struct Line: Equatable, Sendable {
        public var role: PanelRole
        public var condition: Condition

        public init(role: PanelRole, condition: Condition) { (self.role, self.condition) = (role, condition) }
    }

    /// In the board file's order.
    public var lines: [Line]
    /// Camera and microphone are cut. Also while the switch cannot be read: what cannot be known is private.
    /// Nil where there is no switch.
    public var isPrivate: Bool?

    public init(lines: [Line], isPrivate: Bool?) { (self.lines, self.isPrivate) = (lines, isPrivate) }

    /// Nil for a role that has no line.
    public func condition(of role: PanelRole) -> Condition? { lines.first { $0.role == role }?.condition }

    public var hasFault: Bool { lines.contains { $0.condition != .working } }
}
