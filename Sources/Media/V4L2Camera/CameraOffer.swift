/// The time from one picture to the next, in seconds: `numerator`/`denominator`. Both are above 0.
public struct FrameInterval: Equatable, Sendable {
    public var numerator: UInt32
    public var denominator: UInt32

    /// Nil for what is no time.
    public init?(_ numerator: UInt32, _ denominator: UInt32) {
        guard numerator > 0, denominator > 0 else { return nil }
        (self.numerator, self.denominator) = (numerator, denominator)
    }

    public var framesPerSecond: Double { Double(denominator) / Double(numerator) }
}

/// The sides that a driver offers: one pair, or all between two in steps.
public enum OfferedSize: Equatable, Sendable {
    case discrete(width: Int, height: Int)
    case stepwise(widths: ClosedRange<Int>, widthStep: Int, heights: ClosedRange<Int>, heightStep: Int)
}

/// The rates that a driver offers at one size.
public enum OfferedRates: Equatable, Sendable {
    /// It does not say.
    case unknown
    case discrete([FrameInterval])
    /// Everything from the shortest to the longest.
    case range(shortest: FrameInterval, longest: FrameInterval)
}

/// One size in one format, with its rates.
public struct CameraOffer: Equatable, Sendable {
    public var format: CameraPixelFormat
    public var size: OfferedSize
    public var rates: OfferedRates

    public init(format: CameraPixelFormat, size: OfferedSize, rates: OfferedRates) {
        (self.format, self.size, self.rates) = (format, size, rates)
    }
}
