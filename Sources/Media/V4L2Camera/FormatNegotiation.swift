public import Devices

/// Which of the pictures that a camera offers are taken. A pure choice.
///
/// In this order: the size that is wanted, or else the largest within it, or else the smallest beyond it; the rate that
/// is wanted, or else the nearest below it; the format that costs the least; the rate that is the least above the wanted.
/// So a camera that delivers 30 pictures a second only when it compresses them is asked to compress.
public struct FormatNegotiation: Sendable {
    /// One picture format, fully stated.
    public struct Choice: Equatable, Sendable {
        public var format: CameraPixelFormat
        public var width: Int
        public var height: Int
        /// Nil if the driver offers no choice.
        public var interval: FrameInterval?
    }

    public static let widths = 16...1920
    public static let heights = 16...1080

    private let wanted: VideoFormat

    public init(wanted: VideoFormat) { self.wanted = wanted }

    /// Nil if nothing that is offered can be used.
    public func choose(from offers: [CameraOffer]) -> Choice? {
        var best: (choice: Choice, cost: Cost)?
        for offer in offers {
            guard let (width, height) = size(offer.size) else { continue }
            let interval = interval(offer.rates)
            let choice = Choice(format: offer.format, width: width, height: height, interval: interval)
            let cost = cost(of: choice)
            if let current = best, current.cost <= cost { continue }
            best = (choice, cost)
        }
        return best?.choice
    }

    struct Cost: Comparable {
        var sizeClass: Int
        var area: Int
        /// How far the rate stays below the wanted one, in tenths of a picture a second.
        var rateShortfall: Int
        var rank: Int
        var rateExcess: Int

        static func < (a: Cost, b: Cost) -> Bool {
            (a.sizeClass, a.area, a.rateShortfall, a.rank, a.rateExcess)
                < (b.sizeClass, b.area, b.rateShortfall, b.rank, b.rateExcess)
        }
    }

    func cost(of choice: Choice) -> Cost {
        let (area, wantedArea) = (choice.width * choice.height, wanted.width * wanted.height)
        let sizeClass =
            if choice.width == wanted.width, choice.height == wanted.height {
                0
            } else if choice.width <= wanted.width,
                choice.height <= wanted.height
            { 1 } else { 2 }
        let rate = choice.interval?.framesPerSecond ?? Double(wanted.framesPerSecond)
        let difference = Int(min(1_000, rate) * 10 + 0.5) - wanted.framesPerSecond * 10
        return Cost(
            sizeClass: sizeClass, area: sizeClass == 1 ? wantedArea - area : sizeClass == 2 ? area : 0,
            rateShortfall: max(0, -difference), rank: choice.format.rank, rateExcess: max(0, difference))
    }

    /// The size of an offer that comes nearest to what is wanted; nil if it has none that is even and within limits.
    private func size(_ offer: OfferedSize) -> (Int, Int)? {
        switch offer {
        case .discrete(let width, let height):
            guard width % 2 == 0, height % 2 == 0, Self.widths.contains(width), Self.heights.contains(height) else {
                return nil
            }
            return (width, height)
        case .stepwise(let widths, let widthStep, let heights, let heightStep):
            guard let width = Self.nearest(wanted.width, in: widths, step: widthStep, limit: Self.widths),
                let height = Self.nearest(wanted.height, in: heights, step: heightStep, limit: Self.heights)
            else { return nil }
            return (width, height)
        }
    }

    /// The largest even value of `range` that is not above `wanted`, or else the smallest above it.
    static func nearest(_ wanted: Int, in range: ClosedRange<Int>, step: Int, limit: ClosedRange<Int>) -> Int? {
        let step = max(1, step)
        let low = max(range.lowerBound, limit.lowerBound)
        let high = min(range.upperBound, limit.upperBound)
        guard low <= high, range.lowerBound >= 0 else { return nil }
        // The steps start at the range's own bound; every second of them is even, or all, or none.
        let steps = (min(max(wanted, low), high) - range.lowerBound) / step
        for count in [steps, steps - 1] where count >= 0 {
            let value = range.lowerBound + count * step
            if value % 2 == 0, value >= low { return value }
        }
        for count in [steps + 1, steps + 2] {
            let value = range.lowerBound + count * step
            if value % 2 == 0, value >= low, value <= high { return value }
        }
        return nil
    }

    private func interval(_ rates: OfferedRates) -> FrameInterval? {
        let wantedRate = Double(wanted.framesPerSecond)
        switch rates {
        case .unknown: return nil
        case .discrete(let intervals):
            // The slowest that is fast enough (0.5 % off is the same rate: 29.97 is 30), or else the fastest.
            let enough = intervals.filter { $0.framesPerSecond >= wantedRate * 0.995 }
            return enough.min { $0.framesPerSecond < $1.framesPerSecond }
                ?? intervals.max { $0.framesPerSecond < $1.framesPerSecond }
        case .range(let shortest, let longest):
            if wantedRate >= shortest.framesPerSecond { return shortest }
            if wantedRate <= longest.framesPerSecond { return longest }
            return FrameInterval(1, UInt32(clamping: max(1, wanted.framesPerSecond)))
        }
    }
}
