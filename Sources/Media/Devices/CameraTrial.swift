import Primitives

/// Some seconds of a camera's pictures, judged for whoever installs it.
public struct CameraTrial: Equatable, Sendable {
    /// What is wrong with them.
    public enum Finding: Equatable, Sendable {
        /// Not one picture has come.
        case nothing
        case black
        case white
        /// Every picture is the same to the last byte, which no sensor's are.
        case frozen
        /// Much fewer than agreed on: so many a second.
        case slow(Double)
    }

    public private(set) var pictures = 0
    /// Numbers that were left out.
    public private(set) var lost = 0
    /// Of the last picture, 0 (black) to 255.
    public private(set) var brightness = 0.0
    /// Between the darkest and the brightest that was looked at.
    public private(set) var contrast = 0
    private var first: (at: Instant, sum: UInt64, sequence: UInt32)?
    private var last: (at: Instant, sequence: UInt32)?
    private var isMoving = false

    public init() {}

    public static func == (a: Self, b: Self) -> Bool {
        a.pictures == b.pictures && a.lost == b.lost && a.brightness == b.brightness && a.contrast == b.contrast
            && a.isMoving == b.isMoving && a.rate == b.rate
    }

    /// Looks at the next picture.
    public mutating func take(_ frame: borrowing VideoFrame) {
        let sum = look(at: frame)
        if let first {
            isMoving = isMoving || first.sum != sum
        } else {
            first = (frame.capturedAt, sum, frame.sequence)
        }
        if let last { lost += max(0, Int(frame.sequence) - Int(last.sequence) - 1) }
        last = (frame.capturedAt, frame.sequence)
        pictures += 1
    }

    /// Every fourth pixel each way; returns a sum that no two pictures of a sensor share.
    private mutating func look(at frame: borrowing VideoFrame) -> UInt64 {
        let bytes = frame.buffer.bytes
        var (sum, count, check) = (0, 0, UInt64(0))
        var (darkest, brightest) = (UInt8.max, UInt8.min)
        for row in stride(from: 0, to: frame.height, by: 4) {
            for column in stride(from: 0, to: frame.width, by: 4) {
                guard let shade = bytes.byte(at: row * frame.layout.strideY + column) else { continue }
                sum += Int(shade)
                count += 1
                check = (check ^ UInt64(shade)) &* 0x100_0000_01B3
                darkest = min(darkest, shade)
                brightest = max(brightest, shade)
            }
        }
        brightness = Double(sum) / Double(max(1, count))
        contrast = Int(brightest) - Int(min(darkest, brightest))
        return check
    }

    /// Pictures a second by their time stamps; 0 for fewer than two.
    public var rate: Double {
        guard let first, let last, pictures > 1 else { return 0 }
        let seconds = (last.at - first.at).seconds
        return seconds > 0 ? Double(pictures - 1) / seconds : 0
    }

    /// The worst first; empty if all is well.
    public func findings(agreed: VideoFormat) -> [Finding] {
        guard pictures > 0 else { return [.nothing] }
        var findings: [Finding] = []
        // 16 is black and 235 is white; a sensor in the dark still has noise.
        if brightness < 28, contrast < 40 { findings.append(.black) }
        if brightness > 225, contrast < 40 { findings.append(.white) }
        if pictures > 4, !isMoving { findings.append(.frozen) }
        if pictures == 1 || rate < 0.7 * Double(agreed.framesPerSecond) { findings.append(.slow(rate)) }
        return findings
    }
}
