import CAllocationCounter
import JitterBuffer
import Playout
import Primitives
import RTP

/// A player at the end of a path, in virtual time: takes 10 ms of sound every 10 ms of its own clock.
final class Listener {
    let player: StreamPlayer
    private let pool = BufferPool(slotCount: 600, slotSize: 1_500)
    /// All that was heard, from the first pull on; kept if `keeps`.
    private(set) var heard: [Int16] = []
    var keeps = true
    var minimumDelay = Interval.zero
    /// After each pull.
    var afterPull: (Listener) -> Void = { _ in }
    private(set) var now = Instant.zero
    private var pulls = 0
    private var number = 0
    private var pending: [(at: Int64, number: Int, bytes: [UInt8], timestamp: UInt32)] = []
    private var mix = [Int32](repeating: 0, count: 480)
    /// Microseconds of our clock in 10 ms of the player's, and in 20 ms of the sender's.
    var (period, packetTime) = (10_000.0, 20_000.0)
    /// What the player itself took, from the heap and of the processor.
    private(set) var allocations: UInt64 = 0
    private(set) var cost = Duration.zero

    init() throws { player = try StreamPlayer() }

    /// Sends `packets`, one each 20 ms, through a path that takes `delay` microseconds or loses them (nil).
    func run(_ packets: [[UInt8]?], samples: Int = 960, delay: (Int) -> Int64?) {
        for packet in packets {
            let sent = Int64(Double(ticks) * packetTime / 960)
            if let packet {
                if let delay = delay(number) {
                    let arrival = (sent + delay, sequence, packet, UInt32(truncatingIfNeeded: ticks))
                    let place = pending.lastIndex { $0.at <= arrival.0 }.map { $0 + 1 } ?? 0
                    pending.insert(arrival, at: place)
                }
                sequence += 1
            }
            number += 1
            ticks += samples
            while Double(pulls) * period < Double(sent) { pull() }
        }
    }
    private var sequence = 0
    private var ticks = 0

    private func pull() {
        let time = Int64(Double(pulls) * period)
        while let first = pending.first, first.at <= time {
            insert(pending.removeFirst())
        }
        now = Instant(nanoseconds: time * 1_000)
        var span = mix.mutableSpan
        for i in 0..<480 { span[i] = 0 }
        let (start, before) = (ContinuousClock.now, callpoint_thread_allocations())
        player.add(to: &span, minimumDelay: minimumDelay, now: now, latency: .milliseconds(20))
        allocations += callpoint_thread_allocations() - before
        cost += ContinuousClock.now - start
        if keeps { for sample in mix { heard.append(Int16(clamping: sample)) } }
        pulls += 1
        afterPull(self)
    }

    private func insert(_ packet: (at: Int64, number: Int, bytes: [UInt8], timestamp: UInt32)) {
        guard var slot = try? pool.take() else { return }
        var writer = RTPHeaderWriter(ssrc: 7, payloadType: 111, sequenceNumber: 0, extensions: .init(), mid: nil)
        writer.sequenceNumber = UInt16(truncatingIfNeeded: packet.number)
        _ = writer.write(into: &slot, marker: false, timestamp: packet.timestamp)
        slot.append(packet.bytes.span.bytes)
        let (start, before) = (ContinuousClock.now, callpoint_thread_allocations())
        player.insert(slot, session: 1, arrival: Instant(nanoseconds: packet.at * 1_000))
        allocations += callpoint_thread_allocations() - before
        cost += ContinuousClock.now - start
    }

    var held: Int { pool.inUse }
    var statistics: AudioJitterStatistics { player.statistics }
    var delay: Int64 { player.currentDelay.milliseconds }
    var target: Int64 { player.targetDelay.milliseconds }
}

/// Losses that come in bursts (Gilbert and Elliott): in the bad state all are lost.
struct Bursts {
    var random: RandomSource
    let (begin, end): (Double, Double)
    private var isBad = false

    /// - Parameters: the share lost in the long run, and the mean length of a burst in packets.
    init(share: Double, length: Double, seed: UInt64) {
        random = RandomSource(seed: seed)
        end = 1 / length
        begin = share / (1 - share) / length
    }

    mutating func isLost() -> Bool {
        isBad = isBad ? !random.chance(end) : random.chance(begin)
        return isBad
    }
}
