import Codecs
import Devices
import Primitives

extension EncodeLoop {
    /// Pictures of noise that a fresh encoder is fed: its memory is then mapped, and its rate control has settled on
    /// something about as dear as a camera's pictures. After plain ones it would think a camera's cheap, and make the first
    /// that is seen ten times as large as the network can take.
    private static var warmUpFrames: Int { 16 }

    /// Makes the encoder, and the place of the picture that is drawn here, for one size.
    mutating func prepare(_ format: VideoFormat, now: Instant) {
        bitrate = state.targetBitrate.current
        guard let layout = PictureLayout(format: .i420, width: format.width, height: format.height),
            var fresh = try? VP8Encoder(
                .init(
                    width: format.width, height: format.height, frameRate: format.framesPerSecond,
                    bitrate: Int(bitrate), threads: state.configuration.encoderThreads))
        else {
            state.counters.encodeFailures.increment()
            return
        }
        drawn = DrawnPicture(layout)
        scaled = ScaledPicture.reuse(scaled.take(), holding: layout)
        warmUp(&fresh, layout, now: now)
        encoder = consume fresh
    }

    private func warmUp(_ encoder: inout VP8Encoder, _ layout: PictureLayout, now: Instant) {
        guard var output = try? state.pools.outgoing.take() else { return }
        let step = Interval.milliseconds(33)
        var random = RandomSource(seed: 1)
        var noise = [UInt8](repeating: 128, count: layout.size)
        for number in 0..<Self.warmUpFrames {
            for start in stride(from: 0, to: layout.offsetU, by: 8) {
                let bits = random.next()
                for i in start..<min(start + 8, layout.offsetU) {
                    noise[i] = 120 + UInt8(truncatingIfNeeded: bits >> UInt64((i - start) * 8)) & 15
                }
            }
            let stamp = now - step * Int64(Self.warmUpFrames - number)
            _ = try? encoder.encode(noise.span.bytes, layout: layout, timestamp: stamp, into: &output)
        }
        encoder.requestKeyFrame()
    }
}
