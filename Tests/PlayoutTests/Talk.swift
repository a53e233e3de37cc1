import Codecs
import Primitives
import TestSignals

/// Somebody who talks, as Opus packets of 20 ms; nil where nothing was sent.
struct Talk {
    var packets: [[UInt8]?]
    /// What a decoder makes of all packets.
    var clean: [Int16]

    static func speech(seconds: Double, seed: UInt64, pitch: Double = 125) -> [Int16] {
        var speech = Speech(seed: seed, pitch: pitch)
        var noise = Noise(seed)
        // Under the words is the noise of a room, −60 dB below full scale.
        return speech.samples(seconds: seconds, level: 3_000).map {
            Int16(max(-32_000, min(32_000, $0 + 30 * noise.next())))
        }
    }

    init(_ sound: [Int16], _ configuration: OpusEncoder.Configuration) throws {
        (packets, clean) = ([], [])
        var encoder = try OpusEncoder(configuration)
        var decoder = try OpusDecoder()
        let pool = BufferPool(slotCount: 1, slotSize: 1_500)
        var samples = [Int16](repeating: 0, count: Opus.maximumSamplesPerPacket)
        for at in stride(from: 0, through: sound.count - Opus.samplesPerPacket, by: Opus.samplesPerPacket) {
            var packet = try pool.take()
            let part = Array(sound[at..<at + Opus.samplesPerPacket])
            let isSent = try encoder.encode(part.span, into: &packet)
            packets.append(isSent ? packet.copied : nil)
            var span = samples.mutableSpan
            let count =
                try isSent
                ? decoder.decode(packet.bytes, into: &span) : decoder.conceal(Opus.samplesPerPacket, into: &span)
            clean += samples[..<count]
        }
    }
}

extension PooledBuffer {
    /// The bytes in use as an array.
    var copied: [UInt8] { withUnsafeBytes { Array($0) } }
}
