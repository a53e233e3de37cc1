public import SDP

/// What a `PeerConnection` is to be like; fixed for its life.
public struct PeerConfiguration: Sendable {
    public var capabilities: MediaCapabilities
    /// Whether we have something to send of a kind. Sending starts only when the owner calls `sendAudio`, `sendVideo`.
    public var sendsAudio = true
    public var sendsVideo = true
    /// Servers to gather candidates from, the preferred first; 16 are used at the most.
    public var iceServers: [ICEServer] = []
    public var candidatePolicy = CandidatePolicy.all
    /// Whether connections may be made straight to the peer (RFC 6544), for networks without UDP.
    public var usesTCP = false
    /// The media sections of an earlier process's call that this one takes up again, refused ones included.
    public var previous: [MediaSlot] = []
    /// Bits per second of video: where to start, and the bounds for what the path is found to carry. A start is what the
    /// first key frame is made for: a path that carries more is found out by a probe within two round trips.
    public var startBitrate = 600_000
    public var minimumBitrate = 100_000
    public var maximumBitrate = 2_500_000
    /// Bits per second that we let the peer send, where it listens to REMB.
    public var maximumReceiveBitrate = 4_000_000
    /// Sent video packets kept for retransmission at the most; each holds a slot of the packet pool, of which a peer
    /// keeps a quarter at the most.
    public var retransmissionCacheSize = 512

    public init(capabilities: MediaCapabilities = .kiosk) { self.capabilities = capabilities }
}
