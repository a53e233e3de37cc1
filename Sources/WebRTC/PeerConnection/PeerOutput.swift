public import Primitives

/// One encoded video frame of the peer, whole and decodable in the order given.
public struct ReceivedVideoFrame: ~Copyable, Sendable {
    /// The codec's bytes; a slot of the frame pool.
    public var data: PooledBuffer
    public var isKeyFrame: Bool
    /// 90 kHz, the sender's clock.
    public var timestamp: UInt32
    /// In pixels, of a key frame; 0 otherwise.
    public var width: Int
    public var height: Int
    /// When the earliest of its packets arrived, and when it was whole and its turn.
    public var firstPacketAt: Instant
    public var completeAt: Instant

    public init(
        data: consuming PooledBuffer, isKeyFrame: Bool, timestamp: UInt32, width: Int, height: Int,
        firstPacketAt: Instant, completeAt: Instant
    ) {
        self.data = data
        self.isKeyFrame = isKeyFrame
        self.timestamp = timestamp
        (self.width, self.height) = (width, height)
        (self.firstPacketAt, self.completeAt) = (firstPacketAt, completeAt)
    }
}

/// One audio packet of the peer, decrypted, in the order it arrived; the jitter buffer is the playout thread's.
public struct ReceivedAudioPacket: ~Copyable, Sendable {
    /// The whole RTP packet; a slot of the packet pool.
    public var packet: PooledBuffer
    /// Where in `packet` the Opus bytes are. Never empty.
    public var payloadRange: Range<Int>
    /// Another one than before is another stream: its numbers do not follow on the old one's.
    public var ssrc: UInt32
    public var sequenceNumber: UInt16
    /// 48 kHz, the sender's clock.
    public var timestamp: UInt32
    /// The first packet after silence (RFC 7587 §4.2).
    public var marker: Bool
    public var receivedAt: Instant

    public init(
        packet: consuming PooledBuffer, payloadRange: Range<Int>, ssrc: UInt32, sequenceNumber: UInt16,
        timestamp: UInt32, marker: Bool, receivedAt: Instant
    ) {
        self.packet = packet
        self.payloadRange = payloadRange
        self.ssrc = ssrc
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.marker = marker
        self.receivedAt = receivedAt
    }

    /// The packet alone, for who keeps it.
    public consuming func takePacket() -> PooledBuffer { packet }
}

/// What `PeerConnection.poll` hands out; each buffer now belongs to the caller.
public enum PeerOutput: ~Copyable, Sendable {
    /// Send this datagram from the socket bound to `from`.
    case transmit(PooledBuffer, from: TransportAddress, to: TransportAddress)
    /// Make this connection, for `write`s that may come at once; tell of its end by `streamClosed`.
    case open(StreamRequest)
    /// Send these bytes whole or not at all. Those of one content keep their order; where they have to wait, `StreamQueue`
    /// says what goes first and what is given up.
    case write(PooledBuffer, to: StreamNumber, DatagramContent)
    /// The connection is of no more use, once what was written has left; `streamClosed` need not be called.
    case close(StreamNumber)
    case video(ReceivedVideoFrame)
    case audio(ReceivedAudioPacket)
    case event(PeerEvent)
    /// Nothing more to do before `until`, unless something is received or sent; call `advance(to:)` then.
    case idle(until: Instant)
}
