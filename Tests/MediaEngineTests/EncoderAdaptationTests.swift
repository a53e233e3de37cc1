import MediaEngine
import Primitives
import Testing

/// Pictures at 30 a second through an adaptation, in virtual time.
private struct Feed {
    var adaptation: EncoderAdaptation
    var now = Instant.zero
    var taken = 0

    init(width: Int = 1_280, height: Int = 720) {
        adaptation = EncoderAdaptation(width: width, height: height, framesPerSecond: 30)
    }

    /// Frames taken in `seconds`; encoding one takes `milliseconds`, in proportion to its size, and as coarse a quantizer as
    /// the bits ask for: of a picture that is hard to encode, unless `isEasy`.
    @discardableResult
    mutating func run(_ seconds: Int, bitrate: Int, milliseconds: Double = 5, isEasy: Bool = false) -> Int {
        taken = 0
        for _ in 0..<seconds * 30 {
            now += .nanoseconds(33_333_333)
            _ = adaptation.update(now: now)
            guard adaptation.takes(capturedAt: now) else { continue }
            taken += 1
            let part =
                Double(adaptation.size.width * adaptation.size.height)
                / Double(adaptation.width * adaptation.height)
            let pixels = Double(adaptation.size.width * adaptation.size.height) * adaptation.framesPerSecondNow
            let quantizer = (isEasy ? 60 : 105) * (0.0163 * pixels / Double(bitrate)).squareRoot()
            adaptation.encoded(
                took: .nanoseconds(Int64(milliseconds * part * 1e6)), quantizer: Int(min(106, quantizer)))
        }
        return taken
    }
}

@Suite("What the encoder is asked for") struct EncoderAdaptationTests {
    @Test("is everything while there are bits and time enough")
    func plenty() {
        var feed = Feed()
        #expect(feed.run(10, bitrate: 1_500_000) == 300)
        #expect(feed.adaptation.size == (1_280, 720))
        #expect(feed.adaptation.limitation == .none)
        #expect(feed.adaptation.duration(of: .none) > 9.9)
    }

    @Test("is less than what may be sent, for a moment after more pictures are taken")
    func settles() {
        var feed = Feed()
        feed.run(5, bitrate: 450_000)
        #expect(feed.adaptation.framesPerSecondNow == 15)
        #expect(feed.adaptation.encoderBitrate(target: 1_000_000) == 1_000_000)
        for _ in 0..<20 where feed.adaptation.framesPerSecondNow < 30 { feed.run(1, bitrate: 2_000_000) }
        #expect(feed.adaptation.framesPerSecondNow == 30)
        #expect(feed.adaptation.encoderBitrate(target: 1_000_000) == 700_000)
        feed.run(2, bitrate: 2_000_000)
        #expect(feed.adaptation.encoderBitrate(target: 1_000_000) == 1_000_000)
    }

    @Test("goes down in frames first, then in size, and comes back by itself")
    func narrow() {
        var feed = Feed()
        feed.run(3, bitrate: 450_000)
        #expect(feed.adaptation.size == (1_280, 720))
        #expect(feed.adaptation.framesPerSecondNow == 15)
        #expect(feed.adaptation.limitation == .bandwidth)
        feed.run(10, bitrate: 150_000)
        #expect(feed.adaptation.size.width < 1_280 && feed.adaptation.size.width >= 640)
        #expect(feed.run(10, bitrate: 150_000) >= 95)
        #expect(feed.adaptation.resolutionChanges >= 1)
        feed.run(60, bitrate: 2_000_000)
        #expect(feed.adaptation.size == (1_280, 720))
        #expect(feed.run(5, bitrate: 2_000_000) == 150)
        #expect(feed.adaptation.limitation == .none)
        #expect(feed.adaptation.duration(of: .bandwidth) > 20)
    }

    @Test("is every picture at its size where few bits are enough for it")
    func easy() {
        var feed = Feed(width: 640, height: 480)
        #expect(feed.run(20, bitrate: 100_000, isEasy: true) == 600)
        #expect(feed.adaptation.size == (640, 480))
        #expect(feed.adaptation.limitation == .none)
        feed.run(5, bitrate: 100_000)
        #expect(feed.adaptation.framesPerSecondNow < 30)
        feed.run(20, bitrate: 100_000, isEasy: true)
        #expect(feed.adaptation.framesPerSecondNow == 30)
    }

    @Test("does not swing at any bitrate", arguments: stride(from: 100_000, through: 1_600_000, by: 50_000).map { $0 })
    func steady(bitrate: Int) {
        var feed = Feed()
        feed.run(40, bitrate: bitrate)
        let (size, frames, changes) = (
            feed.adaptation.size, feed.adaptation.framesPerSecondNow, feed.adaptation.resolutionChanges
        )
        feed.run(120, bitrate: bitrate)
        #expect(feed.adaptation.size == size)
        #expect(feed.adaptation.framesPerSecondNow == frames)
        #expect(feed.adaptation.resolutionChanges == changes)
    }

    @Test("does not swing where encoding takes long, and never takes longer than there is time")
    func overloaded() {
        var feed = Feed()
        feed.run(40, bitrate: 2_000_000, milliseconds: 60)
        #expect(feed.adaptation.limitation == .cpu)
        let (size, frames) = (feed.adaptation.size, feed.adaptation.framesPerSecondNow)
        let part = Double(size.width * size.height) / Double(1_280 * 720)
        #expect(0.060 * part * frames <= 0.8)
        feed.run(120, bitrate: 2_000_000, milliseconds: 60)
        #expect(feed.adaptation.size == size && feed.adaptation.framesPerSecondNow == frames)
        feed.run(120, bitrate: 2_000_000, milliseconds: 5)
        #expect(feed.adaptation.size == (1_280, 720) && feed.adaptation.framesPerSecondNow == 30)
    }

    @Test("leaves small pictures their size")
    func small() {
        var feed = Feed(width: 320, height: 240)
        feed.run(60, bitrate: 10_000)
        #expect(feed.adaptation.size.width >= 240)
    }
}
