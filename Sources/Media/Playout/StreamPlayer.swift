public import Codecs
public import JitterBuffer
public import Primitives
import RTP

/// The sound of one peer, from its packets to samples at 48 kHz: jitter buffer, Opus decoder and time scaling.
///
/// Nothing allocated after `init`. Owned by one thread, which inserts what has come and takes what is due; time is what it
/// says it is.
public final class StreamPlayer {
    var buffer: AudioJitterBuffer
    var decoder: OpusDecoder
    var scaler = TimeScaler()
    private var sequence = SequenceUnwrapper()
    /// Whose packets these are: another session or source starts anew.
    private var source: (session: UInt32, ssrc: UInt32)?
    /// Something of this source was decoded, so that the decoder can go on from it.
    var hasDecoded = false

    /// Played samples, of which `TimeScaler.history` are kept, and from `start` to `end` those that are still to be played.
    var samples = [Int16](repeating: 0, count: capacity)
    var start = TimeScaler.history
    var end = TimeScaler.history
    /// What came of the stream last, and when it is heard.
    public internal(set) var lastPlayed: PlayedMedia?

    private static let capacity = 12_288
    /// The most that one step adds: a packet, and what is put in to join or to lengthen it.
    static let mostAdded = Opus.maximumSamplesPerPacket + TimeScaler.longestPeriod

    public init(configuration: AudioJitterConfiguration = AudioJitterConfiguration()) throws(CodecError) {
        decoder = try OpusDecoder()
        buffer = AudioJitterBuffer(configuration: configuration)
    }

    public var statistics: AudioJitterStatistics { buffer.statistics }
    /// The delay aimed at, over the quickest packet's; and the present one.
    public var targetDelay: Interval { buffer.targetDelay }
    public var currentDelay: Interval { buffer.currentDelay }

    /// Takes a whole RTP packet that came in at `arrival`.
    public func insert(_ packet: consuming PooledBuffer, session: UInt32, arrival: Instant) {
        guard let header = try? RTPHeader(parsing: packet.bytes) else { return }
        if source?.session != session || source?.ssrc != header.ssrc {
            forget()
            source = (session, header.ssrc)
        }
        let number = sequence.unwrap(header.sequenceNumber)
        _ = buffer.insert(packet, header: header, sequence: number, arrival: arrival)
    }

    /// Starts anew, for another peer or after a pause.
    public func forget() {
        buffer.reset()
        decoder.reset()
        sequence.reset()
        source = nil
        lastPlayed = nil
        hasDecoded = false
        for i in 0..<TimeScaler.history { samples[i] = 0 }
        (start, end) = (TimeScaler.history, TimeScaler.history)
    }

    /// Adds the next samples to `mix`.
    /// - Parameters:
    ///   - minimumDelay: at least what sound is to wait, to be in step with pictures.
    ///   - latency: how much after `now` the first sample is heard.
    @_lifetime(mix: copy mix)
    public func add(to mix: inout MutableSpan<Int32>, minimumDelay: Interval, now: Instant, latency: Interval) {
        guard source != nil else { return }
        buffer.minimumPlayoutDelay = minimumDelay
        var position = 0
        while position < mix.count {
            if start == end { refill(at: now + Self.duration(position), latency: latency) }
            let count = min(mix.count - position, end - start)
            guard count > 0 else { return }
            for i in 0..<count { mix[position + i] += Int32(samples[start + i]) }
            start += count
            position += count
        }
    }

    static func duration(_ samples: Int) -> Interval { .microseconds(Int64(samples) * 1_000 / 48) }

    /// Moves what is kept to the front if a step would not fit behind it.
    func makeRoom() {
        guard end + Self.mostAdded > samples.count else { return }
        let kept = start - TimeScaler.history
        for i in kept..<end { samples[i - kept] = samples[i] }
        (start, end) = (start - kept, end - kept)
    }
}
