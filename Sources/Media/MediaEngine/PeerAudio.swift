import Codecs
import JitterBuffer
import PeerConnection
import Primitives
import RTP

/// The sound of one peer, from its packets to samples. Owned by the playout thread, made before it runs.
final class PeerAudio {
    private var buffer = AudioJitterBuffer()
    private var decoder: OpusDecoder
    private var sequence = SequenceUnwrapper()
    /// Whose packets these are: another session or source starts anew.
    private var source: (session: UInt32, ssrc: UInt32)?
    /// Decoded samples that are still to be played.
    private var samples = [Int16](repeating: 0, count: Opus.maximumSamplesPerPacket)
    private var start = 0
    private var end = 0
    /// The last packet that was decoded, and when its first sample comes out of the speaker.
    private(set) var lastPlayed: PlayedMedia?

    init() throws(CodecError) { decoder = try OpusDecoder() }

    var statistics: AudioJitterStatistics { buffer.statistics }
    /// The delay aimed at.
    var targetDelay: Interval { buffer.targetDelay }

    func insert(_ received: consuming ReceivedAudioPacket, session: UInt32) {
        guard let header = try? RTPHeader(parsing: received.packet.bytes) else { return }
        if source?.session != session || source?.ssrc != header.ssrc {
            forget()
            source = (session, header.ssrc)
        }
        let number = sequence.unwrap(header.sequenceNumber)
        let arrival = received.receivedAt
        _ = buffer.insert(received.takePacket(), header: header, sequence: number, arrival: arrival)
    }

    func forget() {
        buffer.reset()
        decoder.reset()
        sequence.reset()
        source = nil
        lastPlayed = nil
        (start, end) = (0, 0)
    }

    /// Adds the next samples to `mix`; the first of them is heard `latency` after `now`.
    func add(to mix: inout MutableSpan<Int32>, minimumDelay: Interval, now: Instant, latency: Interval) {
        guard source != nil else { return }
        buffer.minimumPlayoutDelay = minimumDelay
        var position = 0
        while position < mix.count {
            if start == end { refill(now: now, heardAt: now + latency + .microseconds(Int64(position) * 1_000 / 48)) }
            let count = min(mix.count - position, end - start)
            guard count > 0 else { return }
            for i in 0..<count { mix[position + i] += Int32(samples[start + i]) }
            start += count
            position += count
        }
    }

    private func refill(now: Instant, heardAt: Instant) {
        start = 0
        switch buffer.next(now: now) {
        case .packet(let packet, let header, tempo: _): decode(packet, header, heardAt: heardAt)
        case .conceal(let count, let following): conceal(count, following: following)
        case .silence(let count): silence(count)
        }
    }

    // Borrows: a buffer of one's own whose bytes are looked at would be moved to the heap.
    private func decode(_ packet: borrowing PooledBuffer, _ header: RTPHeader, heardAt: Instant) {
        guard let payload = packet.bytes.slice(header.payloadRange) else { return silence(Opus.samplesPerPacket) }
        var span = samples.mutableSpan
        guard let count = try? decoder.decode(payload, into: &span) else { return silence(Opus.samplesPerPacket) }
        end = count
        lastPlayed = PlayedMedia(timestamp: header.timestamp, at: heardAt)
    }

    private func conceal(_ wanted: Int, following: Bool) {
        let count = max(0, min(wanted, samples.count))
        silence(count)
        // libopus conceals whole steps of 2.5 ms; what is left of a strange timestamp stays silent.
        let whole = count / 120 * 120
        guard whole > 0 else { return }
        var recovered = false
        if following {
            recovered =
                buffer.withFollowingPayload { payload in
                    var span = samples.mutableSpan
                    return (try? decoder.recover(whole, from: payload, into: &span)) != nil
                } ?? false
        }
        guard !recovered else { return }
        var span = samples.mutableSpan
        _ = try? decoder.conceal(whole, into: &span)
    }

    private func silence(_ count: Int) {
        end = max(1, min(count, samples.count))
        for i in 0..<end { samples[i] = 0 }
    }
}
