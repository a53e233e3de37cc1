import CVPX

extension VP8Encoder {
    /// Units a second of the time stamps given to libvpx.
    static let clockRate: Int64 = 90_000
    /// A key frame may be this many per cent of an average frame: large enough to look like something at once, small
    /// enough to cross a narrow link in about a sixth of a second.
    private static let maximumIntraPercent: UInt32 = 500

    /// Of the bits, what the frames that others are predicted from have: so both kinds look alike, and two fifths of what is
    /// sent may be lost (docs/adr/0011-two-temporal-layers.md).
    private static let basePercent: UInt32 = 60

    /// Every second picture is of the upper layer.
    static func setRate(_ kilobits: UInt32, in values: inout vpx_codec_enc_cfg_t) {
        values.rc_target_bitrate = kilobits
        values.ts_number_layers = 2
        values.ts_periodicity = 2
        (values.ts_layer_id.0, values.ts_layer_id.1) = (0, 1)
        (values.ts_rate_decimator.0, values.ts_rate_decimator.1) = (2, 1)
        (values.ts_target_bitrate.0, values.ts_target_bitrate.1) = (kilobits * basePercent / 100, kilobits)
    }

    static func kilobits(_ bitrate: Int) -> UInt32 { UInt32(max(30_000, min(bitrate, 20_000_000)) / 1_000) }

    /// Constant bit rate, no look-ahead, no key frame unasked, and each frame to be parsed though one before was lost.
    static func settings(for configuration: Configuration) throws(CodecError) -> vpx_codec_enc_cfg_t {
        guard (PictureLimits.minimumWidth...PictureLimits.maximumWidth).contains(configuration.width),
            (PictureLimits.minimumHeight...PictureLimits.maximumHeight).contains(configuration.height)
        else { throw .unsupportedDimensions }
        guard (1...120).contains(configuration.frameRate), (1...2).contains(configuration.threads),
            (0...16).contains(configuration.speed)
        else { throw .unsupportedConfiguration }
        var values = vpx_codec_enc_cfg_t()
        try check(cvpx_encoder_defaults(&values))
        values.g_w = UInt32(configuration.width)
        values.g_h = UInt32(configuration.height)
        values.g_timebase = vpx_rational(num: 1, den: Int32(clockRate))
        values.g_threads = UInt32(configuration.threads)
        values.g_lag_in_frames = 0
        values.g_error_resilient = UInt32(VPX_ERROR_RESILIENT_DEFAULT)
        values.rc_end_usage = VPX_CBR
        setRate(kilobits(configuration.bitrate), in: &values)
        values.rc_min_quantizer = 2
        values.rc_max_quantizer = 56
        values.rc_undershoot_pct = 100
        values.rc_overshoot_pct = 15
        // Milliseconds of the leaky bucket.
        values.rc_buf_initial_sz = 500
        values.rc_buf_optimal_sz = 600
        values.rc_buf_sz = 1_000
        values.rc_dropframe_thresh = 0
        values.kf_mode = VPX_KF_DISABLED
        return values
    }

    /// A codec ready to encode, to be destroyed and deallocated by the caller.
    static func open(
        _ settings: vpx_codec_enc_cfg_t, speed: Int
    ) throws(CodecError) -> UnsafeMutablePointer<vpx_codec_ctx_t> {
        let codec = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        codec.initialize(to: vpx_codec_ctx_t())
        var settings = settings
        do throws(CodecError) {
            try check(cvpx_encoder_init(codec, &settings))
            // A negative value fixes the speed; with a positive one libvpx changes it by its own clock.
            try check(cvpx_set_cpu_used(codec, -Int32(speed)))
            try check(cvpx_set_static_threshold(codec, 1))
            try check(cvpx_set_noise_sensitivity(codec, 0))
            try check(cvpx_set_one_token_partition(codec))
            try check(cvpx_set_maximum_intra_bitrate(codec, maximumIntraPercent))
        } catch {
            vpx_codec_destroy(codec)  // refuses, harmlessly, what was never set up
            codec.deallocate()
            throw error
        }
        return codec
    }

    static func check(_ status: vpx_codec_err_t) throws(CodecError) {
        guard status == VPX_CODEC_OK else { throw .library(Int32(bitPattern: status.rawValue)) }
    }
}
