/* libvpx for Swift: its headers, and functions in place of its macros and variadic calls. */
#ifndef CALLPOINT_CVPX_H
#define CALLPOINT_CVPX_H

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

static inline vpx_codec_err_t cvpx_encoder_init(vpx_codec_ctx_t *codec, const vpx_codec_enc_cfg_t *configuration) {
    return vpx_codec_enc_init(codec, vpx_codec_vp8_cx(), configuration, 0);
}

static inline vpx_codec_err_t cvpx_encoder_defaults(vpx_codec_enc_cfg_t *configuration) {
    return vpx_codec_enc_config_default(vpx_codec_vp8_cx(), configuration, 0);
}

static inline vpx_codec_err_t cvpx_decoder_init(vpx_codec_ctx_t *codec, const vpx_codec_dec_cfg_t *configuration) {
    return vpx_codec_dec_init(codec, vpx_codec_vp8_dx(), configuration, 0);
}

static inline vpx_codec_err_t cvpx_set_cpu_used(vpx_codec_ctx_t *codec, int value) {
    return vpx_codec_control(codec, VP8E_SET_CPUUSED, value);
}

static inline vpx_codec_err_t cvpx_set_static_threshold(vpx_codec_ctx_t *codec, unsigned value) {
    return vpx_codec_control(codec, VP8E_SET_STATIC_THRESHOLD, value);
}

static inline vpx_codec_err_t cvpx_set_noise_sensitivity(vpx_codec_ctx_t *codec, unsigned value) {
    return vpx_codec_control(codec, VP8E_SET_NOISE_SENSITIVITY, value);
}

static inline vpx_codec_err_t cvpx_set_one_token_partition(vpx_codec_ctx_t *codec) {
    return vpx_codec_control(codec, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
}

static inline vpx_codec_err_t cvpx_set_maximum_intra_bitrate(vpx_codec_ctx_t *codec, unsigned percent) {
    return vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, percent);
}

/* The quantizer index of the last frame, 0...127. */
static inline int cvpx_last_quantizer(vpx_codec_ctx_t *codec) {
    int value = 0;
    return vpx_codec_control(codec, VP8E_GET_LAST_QUANTIZER, &value) == VPX_CODEC_OK ? value : 0;
}

static inline vpx_enc_frame_flags_t cvpx_force_key_frame(void) { return VPX_EFLAG_FORCE_KF; }

/* Predicted from the last frame that is kept, and kept itself. */
static inline vpx_enc_frame_flags_t cvpx_base_layer(void) {
    return VP8_EFLAG_NO_REF_GF | VP8_EFLAG_NO_REF_ARF | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF;
}

/* The same, and leaves the decoder as it was. */
static inline vpx_enc_frame_flags_t cvpx_upper_layer(void) {
    return cvpx_base_layer() | VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ENTROPY;
}

/* Whose budget the next frame is taken from, 0 or 1. */
static inline vpx_codec_err_t cvpx_set_temporal_layer(vpx_codec_ctx_t *codec, int layer) {
    return vpx_codec_control(codec, VP8E_SET_TEMPORAL_LAYER_ID, layer);
}

/* Encodes in the time that a live picture leaves. */
static inline vpx_codec_err_t cvpx_encode(vpx_codec_ctx_t *codec, const vpx_image_t *image, vpx_codec_pts_t time,
                                          unsigned long duration, vpx_enc_frame_flags_t flags) {
    return vpx_codec_encode(codec, image, time, duration, flags, VPX_DL_REALTIME);
}

/* Compressed data of a packet, null if it is of another kind. */
static inline const void *cvpx_packet_data(const vpx_codec_cx_pkt_t *packet, size_t *size, int *is_key_frame) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT) return NULL;
    *size = packet->data.frame.sz;
    *is_key_frame = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    return packet->data.frame.buf;
}

/* Makes an image of planes that stay the caller's. With U and V in turns, v is one byte after u. */
static inline int cvpx_image_wrap(vpx_image_t *image, int interleaved, unsigned width, unsigned height,
                                  const unsigned char *y, const unsigned char *u, const unsigned char *v, int stride_y,
                                  int stride_uv) {
    vpx_img_fmt_t format = interleaved ? VPX_IMG_FMT_NV12 : VPX_IMG_FMT_I420;
    if (!vpx_img_wrap(image, format, width, height, 1, (unsigned char *)y)) return 0;
    image->planes[VPX_PLANE_U] = (unsigned char *)u;
    image->planes[VPX_PLANE_V] = (unsigned char *)v;
    image->stride[VPX_PLANE_Y] = stride_y;
    image->stride[VPX_PLANE_U] = stride_uv;
    image->stride[VPX_PLANE_V] = stride_uv;
    return 1;
}

#endif
