/// Why bytes are not an RTP packet, an RTCP packet or a payload of the format they claim.
public enum RTPError: Error, Equatable, Sendable {
    /// Ends before a field or list that it announces.
    case truncated
    /// Longer than a UDP datagram can be.
    case tooLong
    /// Not version 2.
    case version
    /// The padding count is zero or larger than what it pads.
    case padding
    /// A field has a value that its specification forbids.
    case invalid
}
