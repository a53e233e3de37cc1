public import DTLS
import ICE
public import Primitives
import RTP
public import SDP

/// One WebRTC session with one peer: ICE, DTLS-SRTP, RTP and RTCP behind offers and answers, without input or output
/// of its own.
///
/// The contract:
/// 1. Every method takes the time and mutates once; then drain `poll()` until it says `.idle(until:)`.
/// 2. Call `advance(to:)` when that time has come, or earlier; late calls are harmless.
/// 3. Give each datagram that a socket received to `receive`, with the address the socket is bound to; send each
///    `.transmit` from the socket bound to `from`. A datagram that cannot be sent is dropped: the protocols repeat it.
///    Relays may be reached over streams: make those that `.open` asks for, and keep what is written to them in order.
/// 4. Times never go back. Nothing else is read: no clock, no socket, and random numbers only from `random`.
/// 5. What the peer or the network sends never traps and never throws here except from negotiation; it is counted in
///    `statistics`. With no free slot in a pool the work at hand is dropped and counted.
/// 6. To be used by one thread at a time. After `close` everything is ignored, and `poll` only says goodbye.
///
/// Nothing is allocated on the heap per packet or frame once media flow.
public struct PeerConnection: ~Copyable, @unchecked Sendable {  // what it refers to is its own, or may be shared
    let configuration: PeerConfiguration
    let certificate: DTLSCertificate
    let packets: BufferPool
    let securityKind: SecurityKind

    var now: Instant
    var random: RandomSource
    var negotiator: Negotiator
    var ice: ICEAgent
    var security: (any TransportSecurity)?
    var securityState = SecurityState.new

    var audio: MediaSection?
    var video: MediaSection?
    var sources = SourceTable()
    var audioSender: AudioSender
    var videoSender: VideoSender
    var audioReceiver = AudioReceiver()
    var videoReceiver: VideoReceiver
    let canonicalName: [UInt8]
    var transportSequenceNumber: UInt16 = 0
    var arrivals = TransportFeedbackBuilder()
    var receiveRate: ReceiveRate

    var outgoing = FixedQueue<RoutedDatagram>(capacity: 1024)
    var receivedAudio = FixedQueue<ReceivedAudioPacket>(capacity: 128)
    var earlyFlight = FixedQueue<RoutedDatagram>(capacity: 4)
    var events: [PeerEvent] = []
    var nextEvent = 0
    var earlyCandidates: [String] = []

    var iceServers: [ICEServer]
    /// Our sockets.
    var bases: [TransportAddress] = []
    var bindings: [ServerBinding] = []
    /// No slot was free for a request to a STUN server: try again then.
    var bindingsResumeAt = Instant.zero
    var relays = SlotArray<Relay>(capacity: relayLimit)
    var relayRetries: [RelayRetry] = []
    /// A relay may have something to say.
    var relaysAreDue = false
    var relayDeadline = Instant.distantFuture
    /// The call is over, and the allocations are being given back.
    var relaysAreReleased = false
    var held: HeldDatagram?
    /// Where we are connected to, and the connections with the peer, or with strangers that have yet to prove who they are.
    var listeners: [TransportAddress] = []
    var connections = SlotArray<PeerStream>(capacity: connectionLimit)
    var streamActions: [StreamAction] = []
    var nextStream: UInt32 = 1

    var timers = TimerTable<PeerTimer>()
    /// ICE may have something to say.
    var iceIsDue = true
    var iceDeadline = Instant.distantFuture
    /// Of the check on the pair that was in use when the connection came up.
    var firstRoundTripTime = Interval.milliseconds(100)
    /// No slot was free for feedback: try again then.
    var feedbackResumesAt = Instant.zero
    var hasDescription = false
    var isClosed = false
    public internal(set) var connectionState = PeerConnectionState.new

    var transport = TransportStatistics()
    /// What `transport` counted before the pair in use was selected.
    var transportBefore = TransportStatistics()
    var pairInUse: ICEPath?

    /// - Parameters:
    ///   - certificate: made ahead of the call; may serve many.
    ///   - packets: slots of at least 1500 bytes, for datagrams both ways.
    ///   - frames: slots for whole encoded video frames of the peer.
    public init(
        configuration: PeerConfiguration, certificate: DTLSCertificate, packets: BufferPool, frames: BufferPool,
        random: RandomSource, now: Instant
    ) {
        self.init(
            configuration: configuration, certificate: certificate, packets: packets, frames: frames, random: random,
            now: now, security: .dtlsSRTP)
    }

    /// As the public one, with a choice that only a simulation may make.
    package init(
        configuration: PeerConfiguration, certificate: DTLSCertificate, packets: BufferPool, frames: BufferPool,
        random: RandomSource, now: Instant, security: SecurityKind
    ) {
        precondition(packets.slotSize >= 1500, "a slot of the packet pool holds any datagram of an Ethernet")
        var random = random
        self.configuration = configuration
        self.certificate = certificate
        self.packets = packets
        self.now = now
        securityKind = security
        iceServers = configuration.iceServers
        receiveRate = ReceiveRate(configuration)
        audioSender = AudioSender(random: &random)
        // A peer never holds more than half of the slots for long, or none would be left to receive with.
        let share = packets.slotCount / 4
        videoSender = VideoSender(random: &random, configuration: configuration, share: share)
        videoReceiver = VideoReceiver(frames: frames, share: share)
        let name = Self.token(&random)
        canonicalName = Array(name.utf8)
        var tracks: [LocalMedia] = []
        if configuration.sendsAudio {
            tracks.append(
                LocalMedia(kind: .audio, ssrc: audioSender.header.ssrc, streamID: name, trackID: Self.token(&random)))
        }
        if configuration.sendsVideo {
            tracks.append(
                LocalMedia(
                    kind: .video, ssrc: videoSender.header.ssrc, retransmissionSSRC: videoSender.retransmission.ssrc,
                    streamID: name, trackID: Self.token(&random)))
        }
        negotiator = Negotiator(
            capabilities: configuration.capabilities, localMedia: tracks, cname: name, sessionID: random.next(),
            previous: configuration.previous)
        ice = ICEAgent(role: .controlling, random: random.split(), packets: packets, now: now)
        self.random = random
        events.reserveCapacity(32)
    }

    /// 96 random bits in letters and digits (RFC 7022 §4.2).
    private static func token(_ random: inout RandomSource) -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)
        return String(decoding: (0..<20).map { _ in digits[Int(random.next() >> 59)] }, as: UTF8.self)
    }

    /// Which ways media flow by the last pair of descriptions.
    public var audioFlow: PeerMediaFlow { audio?.flow ?? .none }
    public var videoFlow: PeerMediaFlow { video?.flow ?? .none }
    /// The share of our sound that is lost on the way by the peer's reports, smoothed: what its redundancy is to prepare for.
    public var expectedAudioLoss: Double { audioSender.loss.value }
    /// The media sections in order, for a process that may have to take this call up again.
    public var mediaSlots: [MediaSlot] { negotiator.slots }
}

/// What is due when; the rest of the deadlines are those of the parts.
enum PeerTimer: Int, CaseIterable, Sendable {
    /// Sender and receiver reports.
    case reports
    /// Transport-wide feedback about what has come.
    case feedback
    /// The packet pool may have slots again.
    case pool
    /// A connection may have been of no use for long enough.
    case connections
    /// A relay that was lost may be tried again.
    case relays
    /// What was asked for, and may have come meanwhile.
    case answers
}
