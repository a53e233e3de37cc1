import Primitives

/// What the first bytes of an Opus packet say (RFC 6716 §3.1); RFC 7587 carries one packet as the whole RTP payload.
public enum OpusPayload {
    /// The RTP clock, whatever the audio's bandwidth (RFC 7587 §4.1).
    public static let clockRate: UInt32 = 48_000
    /// The most one packet lasts: 120 ms.
    public static let maximumSamples = 5760

    /// Samples at 48 kHz that one frame with table-of-contents byte `toc` lasts.
    public static func samplesPerFrame(toc: UInt8) -> Int {
        let configuration = Int(toc >> 3)
        switch configuration {
        case 0..<12: return configuration & 3 == 3 ? 2880 : 480 << (configuration & 3)  // SILK: 10, 20, 40, 60 ms
        case 12..<16: return configuration & 1 == 0 ? 480 : 960  // hybrid: 10, 20 ms
        default: return 120 << (configuration & 3)  // CELT: 2.5, 5, 10, 20 ms
        }
    }

    /// Samples at 48 kHz that the packet lasts; nil if it is empty, cut short, or longer than 120 ms.
    public static func duration(of payload: RawSpan) -> Int? {
        guard let toc = payload.byte(at: 0) else { return nil }
        let frames: Int
        switch toc & 3 {
        case 0: frames = 1
        case 1, 2: frames = 2
        default:
            guard let count = payload.byte(at: 1) else { return nil }
            frames = Int(count & 0x3F)
        }
        let samples = frames * samplesPerFrame(toc: toc)
        return samples > 0 && samples <= maximumSamples ? samples : nil
    }

    /// Packets of at most this many bytes are those that discontinuous transmission sends in silence.
    public static let discontinuousSize = 2
}
