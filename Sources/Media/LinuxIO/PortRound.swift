/// The ports of a range, each once, from one of them on and round: sockets of one address that start at different places do
/// not try the same ports, and a port given up is not at once another's.
struct PortRound: Sequence, IteratorProtocol {
    private let ports: ClosedRange<UInt16>
    private let first: UInt16
    private var upcoming: UInt16?

    /// - Parameter start: outside the range, the lowest comes first.
    init(_ ports: ClosedRange<UInt16>, startingAt start: UInt16) {
        self.ports = ports
        first = ports.contains(start) ? start : ports.lowerBound
        upcoming = first
    }

    mutating func next() -> UInt16? {
        guard let port = upcoming else { return nil }
        let following = port == ports.upperBound ? ports.lowerBound : port + 1
        upcoming = following == first ? nil : following
        return port
    }
}
