import Devices
import Primitives
import Testing

@Suite struct CameraTrialTests {
    private let format = VideoFormat(width: 64, height: 48, framesPerSecond: 30)

    /// A trial of pictures whose pixels are given by number and place.
    private func trial(_ count: Int, every step: Interval = .milliseconds(33), _ pixel: (Int, Int) -> UInt8) throws
        -> CameraTrial
    {
        let pool = BufferPool(slotCount: 1, slotSize: format.frameSize)
        let layout = try #require(PictureLayout(format: .i420, width: 64, height: 48))
        var trial = CameraTrial()
        for number in 0..<count {
            var buffer = try pool.take()
            buffer.setCount(layout.size)
            buffer.withUnsafeMutableBytes { bytes in
                for i in 0..<layout.size { bytes[i] = pixel(number, i) }
            }
            trial.take(
                VideoFrame(
                    buffer: buffer, layout: layout, capturedAt: .zero + step * Int64(number),
                    sequence: UInt32(number * 2)))
        }
        return trial
    }

    @Test func aLivePictureIsWell() throws {
        let trial = try trial(30) { UInt8(truncatingIfNeeded: $0 * 3 + $1 * 5) }
        #expect(trial.findings(agreed: format).isEmpty)
        #expect((29.0...31).contains(trial.rate) && trial.lost == 29 && trial.contrast > 200)
    }

    @Test func eachFaultIsFound() throws {
        #expect(CameraTrial().findings(agreed: format) == [.nothing])
        #expect(try trial(30) { 16 + UInt8(($0 + $1) % 3) }.findings(agreed: format) == [.black])
        #expect(try trial(30) { 250 - UInt8(($0 + $1) % 3) }.findings(agreed: format) == [.white])
        #expect(try trial(30) { UInt8(truncatingIfNeeded: $1 + $0 / 1000) }.findings(agreed: format) == [.frozen])
        let slow = try trial(10, every: .milliseconds(200)) { UInt8(truncatingIfNeeded: $0 * 3 + $1) }
        #expect(slow.findings(agreed: format) == [.slow(5)])
    }
}
