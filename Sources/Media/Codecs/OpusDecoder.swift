import COpus
import Primitives

/// One Opus decoder to 48 kHz and one channel; a stereo packet comes out mixed.
///
/// Owns libopus' state; one thread at a time. Nothing that a packet holds makes it unusable.
public struct OpusDecoder: ~Copyable {
    private let state: OpaquePointer

    public init() throws(CodecError) {
        var status: Int32 = 0
        guard let state = opus_decoder_create(Int32(Opus.sampleRate), 1, &status) else { throw .library(status) }
        self.state = state
    }

    deinit { opus_decoder_destroy(state) }

    /// Decodes one packet into `samples` from `start` on.
    ///
    /// - Returns: how many samples there are, at most `Opus.maximumSamplesPerPacket`.
    /// - Throws: `corrupt`, or `outputTooLarge` if the packet does not fit behind `start`.
    @_lifetime(samples: copy samples)
    public mutating func decode(
        _ packet: RawSpan, into samples: inout MutableSpan<Int16>, at start: Int = 0
    ) throws(CodecError) -> Int {
        try run(packet, into: &samples, at: start, limit: samples.count - start, recoversPrevious: false)
    }

    /// Makes up for a lost packet: `count` samples that go on from what was last heard.
    /// - Precondition: `count` is a multiple of 120 (2.5 ms) and fits `samples` behind `start`.
    @_lifetime(samples: copy samples)
    public mutating func conceal(
        _ count: Int, into samples: inout MutableSpan<Int16>, at start: Int = 0
    ) throws(CodecError) -> Int {
        guard count > 0, count % 120 == 0, start >= 0, count <= samples.count - start else {
            throw .unsupportedConfiguration
        }
        let decoded = samples.withUnsafeMutableBufferPointer { samples -> Int32 in
            guard let output = samples.baseAddress else { return OPUS_BAD_ARG }
            return opus_decode(state, nil, 0, output + start, Int32(count), 0)
        }
        guard decoded >= 0 else { throw .library(decoded) }
        return Int(decoded)
    }

    /// Takes the `count` samples of the packet before `next` out of the error correction that `next` carries, or conceals
    /// them if it carries none. `next` itself is decoded afterwards as usual.
    @_lifetime(samples: copy samples)
    public mutating func recover(
        _ count: Int, from next: RawSpan, into samples: inout MutableSpan<Int16>, at start: Int = 0
    ) throws(CodecError) -> Int {
        guard count > 0, count % 120 == 0, start >= 0, count <= samples.count - start else {
            throw .unsupportedConfiguration
        }
        return try run(next, into: &samples, at: start, limit: count, recoversPrevious: true)
    }

    /// Forgets what was heard, for another source.
    public mutating func reset() { _ = copus_reset_decoder(state) }

    /// Samples at 48 kHz that `packet` will decode to; nil if it is corrupt.
    public static func sampleCount(of packet: RawSpan) -> Int? {
        guard packet.byteCount > 0, let size = Int32(exactly: packet.byteCount) else { return nil }
        let count = packet.withUnsafeBytes { bytes -> Int32 in
            guard let input = bytes.bindMemory(to: UInt8.self).baseAddress else { return OPUS_BAD_ARG }
            return opus_packet_get_nb_samples(input, size, Int32(Opus.sampleRate))
        }
        return count > 0 ? Int(count) : nil
    }

    @_lifetime(samples: copy samples)
    private mutating func run(
        _ packet: RawSpan, into samples: inout MutableSpan<Int16>, at start: Int, limit: Int, recoversPrevious: Bool
    ) throws(CodecError) -> Int {
        guard packet.byteCount > 0, let size = Int32(exactly: packet.byteCount) else { throw .corrupt }
        guard start >= 0, limit > 0 else { throw .outputTooLarge }
        let decoded = packet.withUnsafeBytes { bytes in
            samples.withUnsafeMutableBufferPointer { samples -> Int32 in
                guard let input = bytes.bindMemory(to: UInt8.self).baseAddress, let output = samples.baseAddress else {
                    return OPUS_BAD_ARG
                }
                return opus_decode(
                    state, input, size, output + start, Int32(min(limit, Opus.maximumSamplesPerPacket)),
                    recoversPrevious ? 1 : 0)
            }
        }
        guard decoded >= 0 else {
            throw decoded == OPUS_BUFFER_TOO_SMALL ? .outputTooLarge : .corrupt
        }
        return Int(decoded)
    }
}
