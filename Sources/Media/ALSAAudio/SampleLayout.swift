/// Turns frames as a card has them into samples of one channel, and back.
struct SampleLayout: Sendable {
    private let format: PCMFormat

    init(_ format: PCMFormat) { self.format = format }

    /// The mean of all channels of each of `frames` frames.
    func read(_ bytes: UnsafeRawBufferPointer, frames: Int, into samples: inout [Int16]) {
        let count = min(frames, samples.count, bytes.count / max(1, format.frameSize))
        if format.sample == .s16, format.channels == 1 {
            for i in 0..<count { samples[i] = bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self) }
            return
        }
        for i in 0..<count {
            var sum = 0
            for channel in 0..<format.channels {
                sum += sample(bytes, (i * format.channels + channel) * format.sample.size)
            }
            samples[i] = Int16(clamping: sum / format.channels)
        }
    }

    private func sample(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int {
        switch format.sample {
        case .s16: Int(bytes.loadUnaligned(fromByteOffset: at, as: Int16.self))
        case .s32: Int(bytes.loadUnaligned(fromByteOffset: at, as: Int32.self)) >> 16
        // The highest byte of four may hold anything.
        case .s24: Int(bytes.loadUnaligned(fromByteOffset: at, as: Int32.self) << 8) >> 16
        case .s24in3: Int(bytes.loadUnaligned(fromByteOffset: at + 1, as: Int16.self))
        case .float: Self.whole(bytes.loadUnaligned(fromByteOffset: at, as: Float.self))
        }
    }

    private static func whole(_ value: Float) -> Int { value.isFinite ? Int(max(-1, min(1, value)) * 32_767) : 0 }

    /// Writes the first `count` samples to every channel.
    /// - Returns: how many fitted.
    func write(_ samples: [Int16], count: Int, to bytes: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(count, samples.count, bytes.count / max(1, format.frameSize))
        for i in 0..<count {
            for channel in 0..<format.channels {
                put(samples[i], bytes, (i * format.channels + channel) * format.sample.size)
            }
        }
        return count
    }

    private func put(_ sample: Int16, _ bytes: UnsafeMutableRawBufferPointer, _ at: Int) {
        switch format.sample {
        case .s16: bytes.storeBytes(of: sample, toByteOffset: at, as: Int16.self)
        case .s32: bytes.storeBytes(of: Int32(sample) << 16, toByteOffset: at, as: Int32.self)
        case .s24: bytes.storeBytes(of: Int32(sample) << 8, toByteOffset: at, as: Int32.self)
        case .s24in3:
            bytes[at] = 0
            bytes.storeBytes(of: sample, toByteOffset: at + 1, as: Int16.self)
        case .float: bytes.storeBytes(of: Float(sample) / 32_768, toByteOffset: at, as: Float.self)
        }
    }
}
