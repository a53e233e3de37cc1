/// What a buffer did with a packet.
public enum InsertResult: Equatable, Sendable {
    case accepted
    /// One with its number is already held.
    case duplicate
    /// Its time is over: played, given up, or before the key frame that was gone on with.
    case late
    /// The payload is not what its format asks for.
    case malformed
}
