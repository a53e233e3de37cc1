public import DTLS
public import Primitives
public import SDP

/// One WebRTC session with one peer: ICE, DTLS-SRTP, RTP and RTCP behind offers and answers, without input or output
/// of its own.
///
/// The contract:
/// 1. Every method takes the time and mutates once; then drain `poll()` until it says `.idle(until:)`.
/// 2. Call `advance(to:)` when that time has come, or earlier; late calls are harmless.
/// 3. Give each datagram that a socket received to `receive`, with the address the socket is bound to; send each
///    `.transmit` from the socket bound to `from`. A datagram that cannot be sent is dropped: the protocols repeat it.
/// 4. Times never go back. Nothing else is read: no clock, no socket, and random numbers only from `random`.
/// 5. What the peer or the network sends never traps and never throws here except from negotiation; it is counted in
///    `statistics`. With no free slot in a pool the work at hand is dropped and counted.
/// 6. To be used by one thread at a time. After `close` everything is ignored, and `poll` only says goodbye.
///
/// Nothing is allocated on the heap per packet or frame once media flow.
public struct PeerConnection: ~Copyable {
    let configuration: PeerConfiguration

    /// - Parameters:
    ///   - certificate: made ahead of the call; may serve many.
    ///   - packets: slots of at least 1500 bytes, for datagrams both ways.
    ///   - frames: slots for whole encoded video frames of the peer.
    public init(
        configuration: PeerConfiguration, certificate: DTLSCertificate, packets: BufferPool, frames: BufferPool,
        random: RandomSource, now: Instant
    ) {
        self.configuration = configuration
    }

    /// Adds the address of a bound UDP socket, which becomes a host candidate: part of the next description, or an
    /// event if one was given out already. Addresses beyond the limit of ICE are ignored.
    public mutating func addLocalAddress(_ address: TransportAddress, now: Instant) {}

    /// An offer (RFC 8829 §5.2): the first of the call, or one in it.
    public mutating func createOffer(now: Instant) throws(NegotiationError) -> String { "" }
    /// Applies the peer's offer and returns our answer. Throws with everything as it was.
    public mutating func accept(offer: String, now: Instant) throws(NegotiationError) -> String { "" }
    /// Applies the peer's answer to our last offer. Throws with everything as it was.
    public mutating func accept(answer: String, now: Instant) throws(NegotiationError) {}
    /// Takes back our open offer, when both sides offered at once and ours gives way (RFC 8829 §4.1.10.2).
    public mutating func rollbackOffer() {}
    /// Adds a candidate of the peer's (RFC 8838), "candidate:…" with or without the prefix "a="; an empty one ends
    /// them. Those that come before the description wait for it, up to a limit.
    public mutating func addRemoteCandidate(_ candidate: String, mid: String?, mLineIndex: Int?, now: Instant) {}
    /// Makes fresh ICE credentials; the next offer carries them. Media flow on the old pair until the new one works.
    public mutating func restartICE(now: Instant) {}
    /// Says goodbye (BYE, close_notify) and ends. Poll afterwards to let the goodbye out.
    public mutating func close(now: Instant) {}

    /// Sends one encoded VP8 frame; ignored before the state is `connected` or if video does not flow that way.
    public mutating func sendVideo(_ frame: RawSpan, isKeyFrame: Bool, capturedAt: Instant, now: Instant) {}
    /// Sends one Opus packet; `timestamp` is of its first sample, on a 48 kHz clock that starts where it likes.
    public mutating func sendAudio(_ packet: RawSpan, timestamp: UInt32, capturedAt: Instant, now: Instant) {}
    /// Asks the peer for a key frame: the decoder cannot go on. At most one request per half second goes out.
    public mutating func requestKeyFrame(now: Instant) {}

    /// Takes one datagram that the socket bound to `local` received from `remote`.
    public mutating func receive(
        _ packet: consuming PooledBuffer, from remote: TransportAddress, to local: TransportAddress, at now: Instant
    ) {}
    public mutating func advance(to now: Instant) {}
    /// The next thing for the owner to do.
    public mutating func poll() -> PeerOutput { .idle(until: .distantFuture) }

    public var connectionState: PeerConnectionState { .new }
    /// Which ways media flow by the last pair of descriptions.
    public var audioFlow: PeerMediaFlow { .none }
    public var videoFlow: PeerMediaFlow { .none }
    /// The media sections in order, for a process that may have to take this call up again.
    public var mediaSlots: [MediaSlot] { [] }
    public func statistics(now: Instant) -> PeerStatistics { PeerStatistics(timestamp: now) }
}
