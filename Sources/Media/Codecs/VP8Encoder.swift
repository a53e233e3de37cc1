import CVPX
public import Primitives

/// One VP8 encoder (RFC 6386) for live pictures of one size.
///
/// Owns libvpx' state; one thread at a time. The size is fixed for its life, because changing it inside libvpx has been
/// the way into its worst fault (CVE-2023-5217): for another size make another encoder. Key frames come on request only.
/// The bits are given to two temporal layers in turns. While `setLayered` is on, every second frame is predicted from the
/// one before it and none from it, so that any of these may be left out; else each is predicted from the one before it.
public struct VP8Encoder: ~Copyable {
    public struct Configuration: Equatable, Sendable {
        public var width: Int
        public var height: Int
        /// Pictures a second, which the rate control starts from.
        public var frameRate: Int
        /// Bits a second.
        public var bitrate: Int
        /// Threads of libvpx' own, 1 or 2. One costs the least and is enough up to 720p.
        public var threads: Int
        /// 0…16, more is faster and coarser. At 12 a picture costs half of what 4 costs at the same signal-to-noise
        /// ratio; 16 loses over half a decibel.
        public var speed: Int

        public init(width: Int, height: Int, frameRate: Int, bitrate: Int, threads: Int = 1, speed: Int = 12) {
            self.width = width
            self.height = height
            self.frameRate = frameRate
            self.bitrate = bitrate
            self.threads = threads
            self.speed = speed
        }
    }

    /// What `encode` wrote.
    public struct Frame: Equatable, Sendable {
        public var isKeyFrame: Bool
        /// Of the upper temporal layer: what follows can be decoded without it.
        public var isNonReference: Bool
        /// The quantizer index, 0…127: the fewer the better.
        public var quantizer: Int
    }

    public let configuration: Configuration
    private let codec: UnsafeMutablePointer<vpx_codec_ctx_t>
    private let settings: UnsafeMutablePointer<vpx_codec_enc_cfg_t>
    private let image: UnsafeMutablePointer<vpx_image_t>
    private var lastTimestamp: Instant?
    private var lastTime: Int64 = -1
    private var keyFrameIsDue = true
    /// The next frame is of the upper temporal layer, unless it is a key frame.
    private var upperIsNext = false
    private var isLayered = true

    /// Allocates all that encoding will need.
    public init(_ configuration: Configuration) throws(CodecError) {
        let values = try Self.settings(for: configuration)
        codec = try Self.open(values, speed: configuration.speed)
        self.configuration = configuration
        settings = .allocate(capacity: 1)
        settings.initialize(to: values)
        image = .allocate(capacity: 1)
        image.initialize(to: vpx_image_t())
    }

    deinit {
        vpx_codec_destroy(codec)
        codec.deallocate()
        settings.deallocate()
        image.deallocate()
    }

    /// Changes the bits a second from the next frame on. Clamped to 30 kbit/s…20 Mbit/s.
    public mutating func setBitrate(_ bitrate: Int) throws(CodecError) {
        let kilobits = Self.kilobits(bitrate)
        guard settings.pointee.rc_target_bitrate != kilobits else { return }
        Self.setRate(kilobits, in: &settings.pointee)
        try Self.check(vpx_codec_enc_config_set(codec, settings))
    }

    /// Whether every second frame may be lost, from the next one on.
    public mutating func setLayered(_ isLayered: Bool) { self.isLayered = isLayered }

    /// The next frame will be a key frame.
    public mutating func requestKeyFrame() { keyFrameIsDue = true }

    /// Encodes one picture into `frame`.
    ///
    /// - Parameters:
    ///   - picture: the planes as `layout` says, which must have the encoder's width and height. libvpx reads either
    ///     format as it lies, so that none is converted here.
    ///   - timestamp: when it was taken; one not later than the last one's counts as just after it.
    /// - Returns: nil if the rate control left the picture out.
    /// - Throws: `outputTooLarge` if `frame` cannot hold it; the next one is then a key frame if what the decoder has is
    ///   no longer what the encoder refers to.
    public mutating func encode(
        _ picture: RawSpan, layout: PictureLayout, timestamp: Instant, into frame: inout PooledBuffer
    ) throws(CodecError) -> Frame? {
        guard layout.width == configuration.width, layout.height == configuration.height else {
            throw .unsupportedDimensions
        }
        guard picture.byteCount >= layout.size else { throw .incompleteInput }
        let time = encoderTime(of: timestamp)
        let isUpper = upperIsNext && !keyFrameIsDue
        let flags =
            keyFrameIsDue ? cvpx_force_key_frame() : isUpper && isLayered ? cvpx_upper_layer() : cvpx_base_layer()
        try Self.check(cvpx_set_temporal_layer(codec, isUpper ? 1 : 0))
        let status = picture.withUnsafeBytes { bytes -> vpx_codec_err_t in
            guard let base = bytes.bindMemory(to: UInt8.self).baseAddress,
                cvpx_image_wrap(
                    image, layout.format == .nv12 ? 1 : 0, UInt32(layout.width), UInt32(layout.height), base,
                    base + layout.offsetU, base + layout.offsetV, Int32(layout.strideY), Int32(layout.strideUV)) != 0
            else { return VPX_CODEC_INVALID_PARAM }
            let duration = UInt(Self.clockRate) / UInt(configuration.frameRate)
            return cvpx_encode(codec, image, time, duration, flags)
        }
        guard status == VPX_CODEC_OK else {
            keyFrameIsDue = true
            throw .library(Int32(bitPattern: status.rawValue))
        }
        let result = try collect(into: &frame, isUpper: isUpper && isLayered)
        if result != nil { upperIsNext = !isUpper }
        return result
    }

    /// Encodes one picture that lies as a decoder writes them.
    public mutating func encode(
        _ picture: RawSpan, layout: I420Layout, timestamp: Instant, into frame: inout PooledBuffer
    ) throws(CodecError) -> Frame? {
        try encode(picture, layout: layout.pictureLayout, timestamp: timestamp, into: &frame)
    }

    private mutating func collect(into frame: inout PooledBuffer, isUpper: Bool) throws(CodecError) -> Frame? {
        var result: Frame?
        var fits = true
        var iterator: vpx_codec_iter_t?
        frame.setCount(0)
        while let packet = vpx_codec_get_cx_data(codec, &iterator) {
            var size = 0
            var isKeyFrame: Int32 = 0
            guard let data = cvpx_packet_data(packet, &size, &isKeyFrame) else { continue }
            let bytes = RawSpan(_unsafeStart: data, byteCount: size)  // libvpx' until the next encode
            if !frame.append(bytes) { fits = false }
            result = Frame(
                isKeyFrame: isKeyFrame != 0, isNonReference: isUpper, quantizer: Int(cvpx_last_quantizer(codec)))
        }
        guard fits else {
            frame.setCount(0)
            keyFrameIsDue = keyFrameIsDue || !isUpper
            throw .outputTooLarge
        }
        if result != nil { keyFrameIsDue = false }
        return result
    }

    /// libvpx takes the time between two pictures for the frame rate, and would spend on the picture after a pause what the
    /// pause has saved: a pause, as between calls, counts as one picture's time.
    private mutating func encoderTime(of timestamp: Instant) -> Int64 {
        let usual = Self.clockRate / Int64(configuration.frameRate)
        let passed = lastTimestamp.map { (timestamp - $0).microseconds * 9 / 100 } ?? 0  // in units of 1/90000 s
        lastTimestamp = timestamp
        lastTime += passed > max(Self.clockRate / 3, 2 * usual) ? usual : max(1, passed)
        return lastTime
    }
}
