import Devices
import Primitives
import Testing
import V4L2Camera

@Suite struct NegotiationTests {
    static func offer(_ format: CameraPixelFormat, _ width: Int, _ height: Int, _ rates: UInt32...) -> CameraOffer {
        CameraOffer(
            format: format, size: .discrete(width: width, height: height),
            rates: .discrete(rates.compactMap { FrameInterval(1, $0) }))
    }

    private func choose(_ width: Int, _ height: Int, _ rate: Int, _ offers: [CameraOffer])
        -> FormatNegotiation.Choice?
    {
        FormatNegotiation(wanted: VideoFormat(width: width, height: height, framesPerSecond: rate)).choose(from: offers)
    }

    @Test func aWebcamIsAskedToCompressOnlyForTheRateThatNeedsIt() throws {
        let webcam = [
            Self.offer(.yuyv, 640, 480, 30, 15), Self.offer(.yuyv, 1280, 720, 10), Self.offer(.mjpeg, 640, 480, 30),
            Self.offer(.mjpeg, 1280, 720, 30), Self.offer(.mjpeg, 1920, 1080, 30),
        ]
        #expect(choose(640, 480, 30, webcam)?.format == .yuyv)
        #expect(choose(640, 480, 15, webcam)?.interval == FrameInterval(1, 15))
        #expect(choose(1280, 720, 30, webcam)?.format == .mjpeg)
        #expect(choose(1280, 720, 10, webcam)?.format == .yuyv)
        // Nothing has 800x600: the largest within.
        #expect(choose(800, 600, 30, webcam)?.width == 640)
        // Nothing is within 320x240: the smallest beyond.
        #expect(choose(320, 240, 30, webcam)?.width == 640)
    }

    @Test func whatCannotBeUsedIsNotChosen() {
        #expect(choose(640, 480, 30, []) == nil)
        #expect(choose(640, 480, 30, [Self.offer(.nv12, 3840, 2160, 30)]) == nil)
        #expect(choose(640, 480, 30, [Self.offer(.nv12, 641, 481, 30)]) == nil)
        #expect(choose(640, 480, 30, [Self.offer(.nv12, 8, 8, 30)]) == nil)
        #expect(FrameInterval(0, 30) == nil && FrameInterval(1, 0) == nil)
    }

    @Test func aFilmRateIsTheRateThatItStandsFor() {
        let rates = OfferedRates.discrete([FrameInterval(1001, 30_000), FrameInterval(1, 60)].compactMap(\.self))
        let offer = CameraOffer(format: .nv12, size: .discrete(width: 640, height: 480), rates: rates)
        #expect(choose(640, 480, 30, [offer])?.interval == FrameInterval(1001, 30_000))
    }

    @Test(arguments: [
        (640, 480, 640, 480), (650, 490, 640, 480), (8, 8, 32, 32), (4000, 4000, 1920, 1072), (33, 47, 32, 32),
    ])
    func stepsAreKept(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int) throws {
        let offer = CameraOffer(
            format: .yu12, size: .stepwise(widths: 32...4096, widthStep: 32, heights: 32...4096, heightStep: 16),
            rates: .unknown)
        let choice = try #require(choose(width, height, 30, [offer]))
        #expect((choice.width, choice.height) == (expectedWidth, expectedHeight))
        #expect(choice.interval == nil)
    }

    /// Over random offers the choice is one of them, and no other is better by the order that is promised.
    @Test func theChoiceIsTheBestOfEverySet() throws {
        var random = RandomSource(seed: 11)
        let sizes = [
            (160, 120), (320, 240), (640, 360), (640, 480), (1280, 720), (1920, 1080), (2592, 1944), (641, 99),
        ]
        let rates: [UInt32] = [5, 10, 15, 30, 60]
        for _ in 0..<20_000 {
            var offers: [CameraOffer] = []
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
                let format = CameraPixelFormat.allCases[Int.random(in: 0..<5, using: &random)]
                let some = rates.filter { _ in Bool.random(using: &random) }.compactMap { FrameInterval(1, $0) }
                offers.append(
                    CameraOffer(
                        format: format, size: .discrete(width: size.0, height: size.1),
                        rates: some.isEmpty ? .unknown : .discrete(some)))
            }
            let (width, height) = sizes[Int.random(in: 0..<6, using: &random)]
            let rate = Int(rates[Int.random(in: 0..<5, using: &random)])
            let choice = choose(width, height, rate, offers)
            let usable = offers.flatMap { Rival.all(of: $0) }
            guard let choice else {
                #expect(usable.isEmpty)
                continue
            }
            let chosen = Rival(choice.format, choice.width, choice.height, choice.interval?.framesPerSecond)
            #expect(usable.contains(chosen))
            for other in usable {
                #expect(!other.isBetter(than: chosen, width, height, Double(rate)), "\(other) \(chosen) of \(offers)")
            }
        }
    }
}

/// One picture format among others; judged by the order of the documentation, one rule after the other.
private struct Rival: Equatable {
    var format: CameraPixelFormat
    var width: Int
    var height: Int
    var rate: Double?

    init(_ format: CameraPixelFormat, _ width: Int, _ height: Int, _ rate: Double?) {
        (self.format, self.width, self.height, self.rate) = (format, width, height, rate)
    }

    static func all(of offer: CameraOffer) -> [Rival] {
        guard case .discrete(let width, let height) = offer.size, width % 2 == 0, height % 2 == 0, width <= 1920,
            height <= 1080
        else { return [] }
        guard case .discrete(let intervals) = offer.rates else { return [Rival(offer.format, width, height, nil)] }
        return intervals.map { Rival(offer.format, width, height, $0.framesPerSecond) }
    }

    func isBetter(than other: Rival, _ width: Int, _ height: Int, _ wanted: Double) -> Bool {
        func isExact(_ rival: Rival) -> Bool { rival.width == width && rival.height == height }
        func isWithin(_ rival: Rival) -> Bool { rival.width <= width && rival.height <= height }
        if isExact(self) != isExact(other) { return isExact(self) }
        if isWithin(self) != isWithin(other) { return isWithin(self) }
        let (area, otherArea) = (self.width * self.height, other.width * other.height)
        if area != otherArea { return isWithin(self) ? area > otherArea : area < otherArea }
        let (mine, theirs) = (rate ?? wanted, other.rate ?? wanted)
        let (low, otherLow) = (min(mine, wanted), min(theirs, wanted))
        if low != otherLow { return low > otherLow }
        if format != other.format { return format.rank < other.format.rank }
        return mine < theirs
    }
}
