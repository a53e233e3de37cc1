/// Makes slightly more or fewer samples of a sound without a click, by Lagrange interpolation over eight points.
///
/// For factors within some thousandths of 1, which is what `SampleClock` asks for; flat to 10 kHz, and it may be turned at any
/// sample. A value; all memory is taken in `init`.
public struct FractionalResampler: Sendable {
    /// Input samples for each output sample.
    public var step = 1.0
    /// Samples by which the output is behind.
    public static let delay = 4

    /// The last eight samples and those of one call.
    private var input: [Float]
    private var position = 3.0
    private let capacity: Int

    private static let history = 8
    /// 1 / Π (k − j) over the seven other points, for k = −3…4.
    private static let weights: [Double] = [
        -1 / 5_040, 1 / 720, -1 / 240, 1 / 144, -1 / 144, 1 / 240, -1 / 720, 1 / 5_040,
    ]

    /// - Parameter capacity: samples of one call at the most.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
        input = [Float](repeating: 0, count: self.capacity + Self.history)
    }

    /// Forgets the past, for a new start after a gap.
    public mutating func reset() {
        position = 3
        for i in 0..<Self.history { input[i] = 0 }
    }

    /// Takes `samples` (what is beyond the capacity is left out) and writes what they make, to `output` from `start` on.
    /// - Returns: how many were written.
    @_lifetime(output: copy output)
    public mutating func process(_ samples: Span<Int16>, into output: inout MutableSpan<Int16>, at start: Int = 0)
        -> Int
    {
        let count = min(samples.count, capacity)
        for i in 0..<count { input[Self.history + i] = Float(samples[i]) }
        let step = min(max(step, 0.9), 1.1)
        var written = 0
        var position = position
        let last = Double(count + Self.history - 5)
        while position < last, start + written < output.count {
            let whole = Int(position)
            let value = Self.interpolate(input, whole, position - Double(whole))
            output[start + written] = Int16(clamping: Int(value.rounded()))
            written += 1
            position += step
        }
        for i in 0..<Self.history { input[i] = input[count + i] }
        self.position = max(3, position - Double(count))
        return written
    }

    /// The value at `fraction` (0..<1) after sample `at`.
    private static func interpolate(_ input: [Float], _ at: Int, _ fraction: Double) -> Double {
        // The polynomial through eight points: each sample times its weight and the distances to all other points.
        var product = 1.0
        var below = InlineArray<8, Double>(repeating: 1)
        for k in 0..<8 {
            below[k] = product
            product *= fraction - Double(k - 3)
        }
        var sum = 0.0
        product = 1
        for k in stride(from: 7, through: 0, by: -1) {
            sum += Double(input[at - 3 + k]) * weights[k] * below[k] * product
            product *= fraction - Double(k - 3)
        }
        return sum
    }
}
