import CongestionControl
import Primitives
import Testing

/// A sender that does what it is asked, over a link with a queue, in virtual time: pictures of several packets each.
private struct Stream {
    var rate = ReceiveSideRate(minimumBitrate: 50_000, maximumBitrate: 2_000_000)
    var capacity: Double
    /// Packets bear when they left; else only of which picture they are.
    var tellsSendTime = true
    /// What the sender has at the most, whatever it is asked for.
    var most = 1_500_000

    private(set) var now = Instant.zero
    private(set) var requests: [(at: Instant, bitrate: Int)] = []
    private(set) var longestWait = Interval.zero
    private(set) var delivered = 0
    private var asked = 1_500_000
    private var arrivals: [(at: Instant, size: Int, sentAt: Interval)] = []
    private var linkIsFree = Instant.zero
    private static let delay = Interval.milliseconds(25)

    init(capacity: Double) { self.capacity = capacity }

    mutating func run(seconds: Int64) {
        (longestWait, delivered) = (.zero, 0)
        let end = now + .seconds(seconds)
        while now < end {
            now += .milliseconds(1)
            if now.nanoseconds / 1_000_000 % 33 == 0 { sendPicture() }
            while let first = arrivals.first, first.at <= now { arrive(first) }
        }
    }

    private mutating func sendPicture() {
        if let last = requests.last(where: { now - $0.at >= Self.delay }) { asked = min(last.bitrate, most) }
        var left = asked * 33 / 8_000
        var leaves = now
        while left > 0 {
            let size = min(left, 1_200)
            left -= size
            let starts = max(leaves, linkIsFree)
            guard starts - leaves < .milliseconds(300) else { continue }
            longestWait = max(longestWait, starts - leaves)
            linkIsFree = starts + .microseconds(Int64(Double(size * 8) / capacity * 1e6))
            // The peer's clock started another day.
            let clock = ((tellsSendTime ? leaves : now) - Instant.zero) + .seconds(777)
            arrivals.append((linkIsFree + Self.delay, size, clock))
            leaves += .microseconds(800)
        }
    }

    private mutating func arrive(_ packet: (at: Instant, size: Int, sentAt: Interval)) {
        arrivals.removeFirst()
        delivered += packet.size
        rate.received(size: packet.size, sentAt: packet.sentAt, roundTripTime: Self.delay * 2, now: packet.at)
        if let bitrate = rate.takeRequest(now: packet.at) { requests.append((packet.at, bitrate)) }
    }
}

@Suite("What a peer is asked for") struct ReceiveSideRateTests {
    @Test("all, while nothing speaks against it, once a second")
    func plenty() {
        var stream = Stream(capacity: 10_000_000)
        stream.run(seconds: 20)
        #expect(stream.requests.allSatisfy { $0.bitrate == 2_000_000 })
        #expect((19...21).contains(stream.requests.count))
    }

    @Test(
        "what the link carries, within two seconds, with a short queue", arguments: [true, false], [300_000.0, 500_000])
    func narrow(tellsSendTime: Bool, capacity: Double) {
        var stream = Stream(capacity: capacity)
        stream.tellsSendTime = tellsSendTime
        stream.run(seconds: 2)
        #expect(Double(stream.requests.last?.bitrate ?? .max) < 1.05 * capacity)
        stream.run(seconds: 8)
        stream.run(seconds: 20)
        #expect(Double(stream.delivered * 8) / 20 > 0.75 * capacity, "\(stream.delivered * 8 / 20)")
        #expect(stream.longestWait < .milliseconds(200), "\(stream.longestWait)")
        #expect(stream.rate.queueDelay < .milliseconds(100))
    }

    @Test("less at once, more once a second")
    func pace() {
        var stream = Stream(capacity: 1_200_000)
        stream.run(seconds: 10)
        stream.capacity = 400_000
        stream.run(seconds: 5)
        stream.capacity = 1_200_000
        stream.run(seconds: 30)
        var hurried = 0
        for (before, after) in zip(stream.requests, stream.requests.dropFirst())
        where after.at - before.at < .seconds(1) {
            hurried += 1
            #expect(Double(after.bitrate) < 0.97 * Double(before.bitrate))
        }
        #expect(hurried >= 1)
        #expect((stream.requests.last?.bitrate ?? 0) > 700_000, "\(stream.requests.last?.bitrate ?? 0)")
    }

    @Test("send times that are made up trap nothing, and the bounds hold", arguments: 0..<30 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var random = RandomSource(seed: seed)
        var rate = ReceiveSideRate(minimumBitrate: 50_000, maximumBitrate: 2_000_000)
        var now = Instant.zero
        for _ in 0..<3_000 {
            now += .microseconds(Int64.random(in: 0...20_000, using: &random))
            let sentAt: Interval? =
                switch random.next() % 4 {
                case 0: nil
                case 1: .microseconds(Int64.random(in: -1_000_000_000...1_000_000_000_000, using: &random))
                case 2: .nanoseconds(Int64(truncatingIfNeeded: random.next()) / 4)
                default: now - Instant.zero
                }
            rate.received(
                size: Int.random(in: 0...1_500, using: &random), sentAt: sentAt,
                roundTripTime: .microseconds(Int64.random(in: 0...9_000_000, using: &random)), now: now)
            if let asked = rate.takeRequest(now: now) { #expect((50_000...2_000_000).contains(asked)) }
        }
    }
}
