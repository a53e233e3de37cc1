import Codecs
import JitterBuffer
import Primitives
import RTP

extension StreamPlayer {
    /// Makes the samples that are played from `time` on; nothing is left of those before.
    func refill(at time: Instant, latency: Interval) {
        makeRoom()
        switch buffer.next(now: time) {
        case .packet(let packet, let header, let timing):
            decode(packet, header)
            fit(timing, at: time)
            // By what follows it: how the time within was bent does not matter then.
            lastPlayed?.at = time + Self.duration(end - start) + latency
        case .conceal(let count, let following): conceal(count, following: following)
        case .silence(let count): rest(count)
        }
    }

    // Borrows: a buffer of one's own whose bytes are looked at would be moved to the heap.
    private func decode(_ packet: borrowing PooledBuffer, _ header: RTPHeader) {
        guard let payload = packet.bytes.slice(header.payloadRange) else { return silence(Opus.samplesPerPacket) }
        var span = samples.mutableSpan
        guard let count = try? decoder.decode(payload, into: &span, at: end) else {
            return silence(Opus.samplesPerPacket)
        }
        end += count
        hasDecoded = true
        lastPlayed = PlayedMedia(timestamp: header.timestamp &+ UInt32(count), at: .zero)
    }

    /// Joins, shortens or lengthens what was just decoded.
    private func fit(_ timing: AudioTiming, at time: Instant) {
        if timing.followsConcealment {
            let inserted = join()
            end += inserted
            buffer.scaled(by: inserted)
        } else if timing.surplus > 0 {
            // Whole periods want room; what is in surplus is here already.
            while end - start < TimeScaler.wantedRoom, buffer.followingIsHere {
                guard decodeFollowing(at: time) else { break }
            }
            let removed = shorten(by: timing.surplus)
            end -= removed
            buffer.scaled(by: -removed)
        } else if timing.surplus < 0 {
            let inserted = lengthen(by: -timing.surplus)
            end += inserted
            buffer.scaled(by: inserted)
        }
    }

    private func decodeFollowing(at time: Instant) -> Bool {
        guard end + Self.mostAdded <= samples.count else { return false }
        switch buffer.next(now: time + Self.duration(end - start)) {
        case .packet(let packet, let header, _):
            decode(packet, header)
            return true
        case .conceal(let count, let following):
            conceal(count, following: following)
            return false
        case .silence(let count):
            rest(count)
            return false
        }
    }

    private func join() -> Int {
        var span = samples.mutableSpan
        return scaler.join(&span, from: start, to: end)
    }

    private func shorten(by surplus: Int) -> Int {
        var span = samples.mutableSpan
        return scaler.shorten(&span, from: start, to: end, surplus: surplus)
    }

    private func lengthen(by deficit: Int) -> Int {
        var span = samples.mutableSpan
        return scaler.lengthen(&span, from: start, to: end, deficit: deficit)
    }

    private func conceal(_ wanted: Int, following: Bool) {
        let (first, count) = (end, max(1, min(wanted, Opus.maximumSamplesPerPacket)))
        silence(count)
        // libopus conceals whole steps of 2.5 ms; what is left of a strange timestamp stays silent.
        let whole = count / 120 * 120
        guard whole > 0, hasDecoded else { return }
        var recovered = false
        if following {
            recovered =
                buffer.withFollowingPayload { payload in
                    var span = samples.mutableSpan
                    return (try? decoder.recover(whole, from: payload, into: &span, at: first)) != nil
                } ?? false
        }
        guard !recovered else { return }
        var span = samples.mutableSpan
        _ = try? decoder.conceal(whole, into: &span, at: first)
    }

    /// The sender is silent: the decoder goes on with the noise behind the last words, until that is long ago.
    private func rest(_ count: Int) {
        if buffer.isPlaying { conceal(count, following: false) } else { silence(max(1, count)) }
    }

    private func silence(_ count: Int) {
        for i in 0..<count { samples[end + i] = 0 }
        end += count
    }
}
