import CVPX
public import Primitives

/// One VP8 decoder (RFC 6386), fed whole frames in order.
///
/// Owns libvpx' state; one thread at a time. A key frame may change the size; it is checked against `PictureLimits` and the
/// memory of the output before libvpx is called. After a fault it waits for a key frame.
public struct VP8Decoder: ~Copyable {
    private let codec: UnsafeMutablePointer<vpx_codec_ctx_t>
    /// Whether only a key frame can be decoded now.
    public private(set) var needsKeyFrame = true

    /// - Parameter threads: of libvpx' own, 1 or 2.
    public init(threads: Int = 1) throws(CodecError) {
        guard (1...2).contains(threads) else { throw .unsupportedConfiguration }
        let codec = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        codec.initialize(to: vpx_codec_ctx_t())
        var settings = vpx_codec_dec_cfg_t(threads: UInt32(threads), w: 0, h: 0)
        let status = cvpx_decoder_init(codec, &settings)
        guard status == VPX_CODEC_OK else {
            codec.deallocate()
            throw .library(Int32(bitPattern: status.rawValue))
        }
        self.codec = codec
    }

    deinit {
        vpx_codec_destroy(codec)
        codec.deallocate()
    }

    /// Decodes one frame and writes its picture from the start of `picture`, whose count becomes the layout's size.
    ///
    /// - Returns: nil if the frame is not to be shown (RFC 6386 §9.1, show_frame).
    /// - Throws: `corrupt`, `needsKeyFrame`, `unsupportedDimensions`, or `outputTooLarge` for a picture larger than the
    ///   buffer. Ask for a key frame when `needsKeyFrame` is set afterwards.
    public mutating func decode(_ frame: RawSpan, into picture: inout PooledBuffer) throws(CodecError) -> I420Layout? {
        try submit(frame, capacity: picture.capacity)
        var iterator: vpx_codec_iter_t?
        guard let image = vpx_codec_get_frame(codec, &iterator) else { return nil }
        return try Self.copy(image.pointee, into: &picture)
    }

    /// Decodes one frame that will not be seen, so that those after it can be.
    public mutating func skip(_ frame: RawSpan) throws(CodecError) {
        try submit(frame, capacity: .max)
        var iterator: vpx_codec_iter_t?
        _ = vpx_codec_get_frame(codec, &iterator)
    }

    private mutating func submit(_ frame: RawSpan, capacity: Int) throws(CodecError) {
        guard let header = VP8FrameHeader(frame), let size = UInt32(exactly: frame.byteCount) else {
            needsKeyFrame = true
            throw .corrupt
        }
        if let width = header.width, let height = header.height {
            needsKeyFrame = true
            let layout = try I420Layout(width: width, height: height)
            guard layout.size <= capacity else { throw .outputTooLarge }
        } else if needsKeyFrame {
            throw .needsKeyFrame
        }
        let status = frame.withUnsafeBytes { bytes in
            vpx_codec_decode(codec, bytes.bindMemory(to: UInt8.self).baseAddress, size, nil, 0)
        }
        guard status == VPX_CODEC_OK else {
            needsKeyFrame = true
            throw .corrupt
        }
        needsKeyFrame = false
    }

    private static func copy(_ image: vpx_image_t, into picture: inout PooledBuffer) throws(CodecError) -> I420Layout {
        let layout = try I420Layout(width: Int(image.d_w), height: Int(image.d_h))
        guard image.fmt == VPX_IMG_FMT_I420, layout.size <= picture.capacity else { throw .outputTooLarge }
        guard let y = image.planes.0, let u = image.planes.1, let v = image.planes.2 else { throw .corrupt }
        picture.withUnsafeMutableBytes { target in
            guard let base = target.baseAddress else { return }
            copyPlane(y, Int(image.stride.0), to: base, layout.strideY, layout.width, layout.height)
            let (width, height) = (layout.chromaWidth, layout.chromaHeight)
            copyPlane(u, Int(image.stride.1), to: base + layout.offsetU, layout.strideUV, width, height)
            copyPlane(v, Int(image.stride.2), to: base + layout.offsetV, layout.strideUV, width, height)
        }
        picture.setCount(layout.size)
        return layout
    }

    private static func copyPlane(
        _ source: UnsafeMutablePointer<UInt8>, _ sourceStride: Int, to target: UnsafeMutableRawPointer,
        _ targetStride: Int, _ width: Int, _ height: Int
    ) {
        for row in 0..<height {
            (target + row * targetStride).copyMemory(from: source + row * sourceStride, byteCount: width)
        }
    }
}
