import CongestionControl
import Primitives
import RTP

/// Our audio stream.
struct AudioSender {
    var header: RTPHeaderWriter
    var report = SenderState(clockRate: 48_000)
    var statistics = OutboundRTPStatistics()
    var remote = RemoteInboundRTPStatistics()
    var loss = LossTrend()
    /// Added to the owner's time stamps, which may start anywhere.
    let timestampOffset: UInt32
    /// The first packet after a start or silence is marked.
    var nextIsMarked = true

    init(random: inout RandomSource) {
        header = RTPHeaderWriter(random: &random)
        timestampOffset = UInt32(truncatingIfNeeded: random.next())
    }
}

/// Our video stream with its retransmissions.
struct VideoSender: ~Copyable {
    var header: RTPHeaderWriter
    var retransmission: RetransmissionStream
    /// The peer takes retransmissions on a stream of their own.
    var usesRetransmissionStream = false
    var packetizer: VP8Packetizer
    var cache: RetransmissionCache
    var report = SenderState(clockRate: 90_000)
    var statistics = OutboundRTPStatistics()
    var remote = RemoteInboundRTPStatistics()
    let timestampOffset: UInt32
    /// Nothing that the peer holds can be predicted from: only a key frame is of use.
    var awaitsKeyFrame = true
    var keyFrameRequests = KeyFrameRequestLimiter()
    var intraRequests = FullIntraRequestFilter()
    /// Bits per second asked of the encoder.
    var targetBitrate: Int
    var congestion: CongestionController
    /// When the peer last told what has arrived.
    var lastFeedback: Instant?
    /// What has been made but has not left yet; the bytes are in `cache`.
    var pacer: Pacer
    /// Of the new packet that left last, for probes to repeat.
    var newestSent: UInt16?
    var layers = LayerChoice()
    var protection = ProtectionChoice()
    /// Bytes of FEC packets for each one of media, as long as there are any.
    var parityShare = 0.0
    var window = ProtectionWindow()
    /// FEC packets that wait in `pacer`, by their numbers.
    var parities = ParityTable()
    var heldAnswers = HeldAnswers()
    /// When a key frame was last made instead of what had been lost.
    var gaveRepairsUp: Instant?
    /// Bits per second that retransmissions take, over the last second or so.
    var repairs = RateMeter()

    /// - Parameter share: packets that may be kept at the most.
    init(random: inout RandomSource, configuration: PeerConfiguration, share: Int) {
        header = RTPHeaderWriter(random: &random)
        retransmission = RetransmissionStream(
            ssrc: UInt32.random(in: 1...UInt32.max, using: &random), payloadType: 0,
            sequenceNumber: UInt16(truncatingIfNeeded: random.next()))
        packetizer = VP8Packetizer(pictureID: UInt16(truncatingIfNeeded: random.next()))
        let kept = powerOfTwo(notAbove: max(8, min(configuration.retransmissionCacheSize, share)))
        cache = RetransmissionCache(capacity: kept)
        pacer = Pacer(bitrate: configuration.startBitrate + Self.reservedBitrate, capacity: kept)
        timestampOffset = UInt32(truncatingIfNeeded: random.next())
        targetBitrate = configuration.startBitrate
        let rest = Self.reservedBitrate
        congestion = CongestionController(
            startBitrate: configuration.startBitrate + rest, minimumBitrate: configuration.minimumBitrate + rest,
            maximumBitrate: Self.mostBitrate(configuration))
    }

    /// Video leaves the rest to sound and to headers, and at its best has room for a quarter of retransmissions.
    static func mostBitrate(_ configuration: PeerConfiguration) -> Int {
        configuration.maximumBitrate * 5 / 4 + reservedBitrate
    }

    /// Bits per second of what may be sent that sound and headers are left.
    static let reservedBitrate = 64_000

    /// 90 kHz, from the monotonic clock.
    func timestamp(_ capturedAt: Instant) -> UInt32 {
        let (seconds, rest) = capturedAt.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return timestampOffset &+ UInt32(truncatingIfNeeded: seconds &* 90_000 &+ rest * 9 / 100_000)
    }
}

/// The largest power of two that is not above `limit`; 2 at the least, 2¹⁵ at the most.
func powerOfTwo(notAbove limit: Int) -> Int {
    var power = 2
    while power * 2 <= min(limit, 1 << 15) { power *= 2 }
    return power
}

extension RTPHeaderWriter {
    fileprivate init(random: inout RandomSource) {
        self.init(
            ssrc: UInt32.random(in: 1...UInt32.max, using: &random), payloadType: 0,
            sequenceNumber: UInt16(truncatingIfNeeded: random.next()), extensions: HeaderExtensionMap(), mid: nil)
    }

    /// Takes over what was agreed. The mid goes along until the peer has shown, by a report, that it knows the source.
    mutating func adopt(_ section: MediaSection) {
        payloadType = section.codec.payloadType
        extensions = section.extensions
        mid = section.identifier
    }
}
