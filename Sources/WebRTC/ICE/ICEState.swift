public import Primitives

/// Who decides which pair is used (RFC 8445 §6.1.1). The side that made the offer starts as controlling.
public enum ICERole: Sendable { case controlling, controlled }

/// Where an agent stands; the words of W3C's RTCIceTransportState, `completed` folded into `connected`.
public enum ICEState: Sendable {
    /// The peer's credentials are not known yet.
    case new
    /// Looking for a pair that works.
    case checking
    /// `sendPair` works. It may still be replaced by a better one.
    case connected
    /// Nothing has been heard on `sendPair` for `ICEConfiguration.disconnectedAfter`; sending is still allowed.
    case disconnected
    /// No pair works, or consent has expired (RFC 7675 §5.1). Nothing is sent until `restart`.
    case failed
    /// `close` was called.
    case closed
}

/// Where datagrams of a pair leave and go to; the local side is the base: the bound socket's address, over TCP the
/// listening socket's, or port 9 of the address that connections are made from. Of one path there is one connection.
public struct ICEPath: Hashable, Sendable {
    public let local: TransportAddress
    public let remote: TransportAddress
    public let transport: ICETransport
    public init(local: TransportAddress, remote: TransportAddress, over transport: ICETransport = .udp) {
        (self.local, self.remote, self.transport) = (local, remote, transport)
    }
}

/// What `ICEAgent.poll` hands to whoever drives it.
public enum ICEOutput: ~Copyable, Sendable {
    /// Send this datagram from the socket bound to the path's local address. Over TCP: on the connection that the path
    /// is, which is to be made if there is none and the local port is 9.
    case transmit(PooledBuffer, ICEPath)
    case event(ICEEvent)
    /// Nothing to do before `until`, unless something is received.
    case idle(until: Instant)
}

public enum ICEEvent: Hashable, Sendable {
    case state(ICEState)
    /// Our check on the pair was answered: DTLS and media may flow on it (RFC 8445 §12.1).
    case validated(ICEPath)
    /// Both sides agree on this pair now.
    case selected(ICEPath)
    /// The pair in use did not answer in time when `probe` asked it; or it has gone, and those that worked before are tried.
    case unanswered
    /// A role conflict was settled against us (RFC 8445 §7.3.1.1).
    case role(ICERole)
}
