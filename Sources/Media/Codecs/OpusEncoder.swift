import COpus
public import Primitives

/// One Opus encoder for speech: one channel, 48 kHz, 20 ms, with in-band forward error correction.
///
/// Owns libopus' state; one thread at a time.
public struct OpusEncoder: ~Copyable {
    public struct Configuration: Equatable, Sendable {
        /// Bits a second, 6 000…510 000.
        public var bitrate: Int
        /// 0…10.
        public var complexity: Int
        /// Loss that the error correction prepares for, in per cent. libopus carries nothing twice for less than 6 at 32 kbit/s, for
        /// less than 1 at 40, and at 16 not at all.
        public var expectedLoss: Int
        /// In-band forward error correction: each packet carries the one before, coarsely.
        public var errorCorrection: Bool
        /// Discontinuous transmission: next to nothing is sent in silence. Its pattern tells a listener on the path when
        /// somebody speaks.
        public var discontinuous: Bool

        public init(
            bitrate: Int = 32_000, complexity: Int = 5, expectedLoss: Int = 10, errorCorrection: Bool = true,
            discontinuous: Bool = false
        ) {
            self.bitrate = bitrate
            self.complexity = complexity
            self.expectedLoss = expectedLoss
            self.errorCorrection = errorCorrection
            self.discontinuous = discontinuous
        }
    }

    private let state: OpaquePointer
    private let discontinuous: Bool
    /// The packet before began or prolonged a silence.
    private var isSilent = false

    public init(_ configuration: Configuration = Configuration()) throws(CodecError) {
        state = try Self.open(configuration)
        discontinuous = configuration.discontinuous
    }

    private static func open(_ configuration: Configuration) throws(CodecError) -> OpaquePointer {
        guard (6_000...510_000).contains(configuration.bitrate), (0...10).contains(configuration.complexity),
            (0...100).contains(configuration.expectedLoss)
        else { throw .unsupportedConfiguration }
        var status: Int32 = 0
        guard let state = opus_encoder_create(Int32(Opus.sampleRate), 1, OPUS_APPLICATION_VOIP, &status) else {
            throw .library(status)
        }
        do throws(CodecError) {
            try check(copus_set_bitrate(state, Int32(configuration.bitrate)))
            try check(copus_set_complexity(state, Int32(configuration.complexity)))
            try check(copus_set_voice(state))
            try check(copus_set_inband_fec(state, configuration.errorCorrection ? 1 : 0))
            try check(copus_set_expected_loss(state, Int32(configuration.expectedLoss)))
            try check(copus_set_dtx(state, configuration.discontinuous ? 1 : 0))
        } catch {
            opus_encoder_destroy(state)
            throw error
        }
        return state
    }

    deinit { opus_encoder_destroy(state) }

    /// Sets the loss, in per cent, that the error correction prepares for. Clamped to 0…100.
    public mutating func setExpectedLoss(_ percent: Int) throws(CodecError) {
        try Self.check(copus_set_expected_loss(state, Int32(max(0, min(percent, 100)))))
    }

    /// Encodes exactly `Opus.samplesPerPacket` samples into `packet`.
    ///
    /// - Returns: false if nothing need be sent, which only discontinuous transmission says; `packet` is then empty. A silence
    ///   begins with a packet of one or two bytes.
    public mutating func encode(_ samples: Span<Int16>, into packet: inout PooledBuffer) throws(CodecError) -> Bool {
        guard samples.count == Opus.samplesPerPacket else { throw .incompleteInput }
        let written = samples.withUnsafeBufferPointer { samples in
            packet.withUnsafeMutableBytes { bytes -> Int32 in
                guard let input = samples.baseAddress, let output = bytes.bindMemory(to: UInt8.self).baseAddress else {
                    return OPUS_BAD_ARG
                }
                return opus_encode(
                    state, input, Int32(Opus.samplesPerPacket), output,
                    Int32(min(bytes.count, Opus.maximumPacketSize)))
            }
        }
        guard written >= 0 else {
            packet.setCount(0)
            throw written == OPUS_BUFFER_TOO_SMALL ? .outputTooLarge : .library(written)
        }
        // libopus: "If the return value is 2 bytes or less, then the packet does not need to be transmitted (DTX)." The
        // first one is, so that the other side takes what follows for silence and not for loss.
        let wasSilent = isSilent
        isSilent = discontinuous && written <= 2
        let isSent = !(isSilent && wasSilent)
        packet.setCount(isSent ? Int(written) : 0)
        return isSent
    }

    private static func check(_ status: Int32) throws(CodecError) {
        guard status == OPUS_OK else { throw .library(status) }
    }
}
