// The least work that a call can be: libvpx, libopus and libsrtp2 on the same media, without a network, threads or pools.
//
//   raw FILE.y4m FILE.wav KBIT SECONDS paced|flat-out
// prints one JSON object: CPU seconds per second of media for each part. The codecs are set as kiosk-mediad sets them (see
// VP8Encoder+Settings.swift and OpusEncoder.swift). Paced, each picture and each 20 ms of sound waits for its time, as in
// a call, so that caches and clocks cool down as they do there; flat out, nothing waits.
#include <math.h>
#include <opus/opus.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

enum { RATE = 30, SPEED = 12, SAMPLES = 960, PAYLOAD = 1170, LONGEST_PACKET = 1500 };

static double seconds_of(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu(void) { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

static void check(int good, const char *what) {
    if (good) return;
    fprintf(stderr, "raw: %s failed\n", what);
    exit(1);
}

// Pictures

struct pictures {
    int width, height;
    size_t size, count;
    unsigned char *bytes;
};

static struct pictures read_pictures(const char *path) {
    struct pictures p = {0};
    char line[256];
    FILE *file = fopen(path, "rb");
    check(file != NULL, "opening the pictures");
    check(fgets(line, sizeof line, file) && sscanf(line, "YUV4MPEG2 W%d H%d", &p.width, &p.height) == 2, "reading the header");
    p.size = (size_t)p.width * p.height * 3 / 2;
    while (fgets(line, sizeof line, file)) {
        p.bytes = realloc(p.bytes, (p.count + 1) * p.size);
        check(p.bytes && fread(p.bytes + p.count * p.size, 1, p.size, file) == p.size, "reading a picture");
        p.count++;
    }
    fclose(file);
    check(p.count > 0, "finding a picture");
    return p;
}

// SRTP

struct protection {
    srtp_t out, in;
    uint16_t sequence;
    double seconds;
    unsigned long packets;
};

static void start_protection(struct protection *s) {
    static unsigned char key[SRTP_AES_GCM_128_KEY_LEN_WSALT] = {1, 2, 3};
    srtp_policy_t policy;
    memset(&policy, 0, sizeof policy);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    policy.key = key;
    policy.ssrc.type = ssrc_any_outbound;
    check(srtp_init() == srtp_err_status_ok && srtp_create(&s->out, &policy) == srtp_err_status_ok, "making SRTP");
    policy.ssrc.type = ssrc_any_inbound;
    check(srtp_create(&s->in, &policy) == srtp_err_status_ok, "making SRTP");
}

static void carry(struct protection *s, const unsigned char *bytes, size_t count) {
    double start = cpu();
    for (size_t at = 0; at < count; at += PAYLOAD) {
        unsigned char packet[LONGEST_PACKET] = {0x80, 96, s->sequence >> 8, s->sequence & 255, 0, 0, 0, 0, 0, 0, 0, 1};
        int length = count - at < PAYLOAD ? (int)(count - at) : PAYLOAD;
        memcpy(packet + 12, bytes + at, length);
        length += 12;
        check(srtp_protect(s->out, packet, &length) == srtp_err_status_ok, "protecting");
        check(srtp_unprotect(s->in, packet, &length) == srtp_err_status_ok, "unprotecting");
        s->sequence++;
        s->packets++;
    }
    s->seconds += cpu() - start;
}

// VP8

struct video {
    vpx_codec_ctx_t encoder, decoder;
    double encode, decode;
    size_t bytes;
    double square_error;
};

static void start_video(struct video *v, const struct pictures *p, int kilobits) {
    vpx_codec_enc_cfg_t c;
    check(vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &c, 0) == VPX_CODEC_OK, "configuring the encoder");
    c.g_w = p->width;
    c.g_h = p->height;
    c.g_threads = 1;
    c.g_timebase.num = 1;
    c.g_timebase.den = 90000;
    c.g_lag_in_frames = 0;
    c.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
    c.rc_end_usage = VPX_CBR;
    c.rc_target_bitrate = kilobits;
    c.ts_number_layers = c.ts_periodicity = 2;
    c.ts_layer_id[1] = 1;
    c.ts_rate_decimator[0] = 2;
    c.ts_rate_decimator[1] = 1;
    c.ts_target_bitrate[0] = kilobits * 60 / 100;
    c.ts_target_bitrate[1] = kilobits;
    c.rc_min_quantizer = 2;
    c.rc_max_quantizer = 56;
    c.rc_undershoot_pct = 100;
    c.rc_overshoot_pct = 15;
    c.rc_buf_initial_sz = 500;
    c.rc_buf_optimal_sz = 600;
    c.rc_buf_sz = 1000;
    c.rc_dropframe_thresh = 0;
    c.kf_mode = VPX_KF_DISABLED;
    check(vpx_codec_enc_init(&v->encoder, vpx_codec_vp8_cx(), &c, 0) == VPX_CODEC_OK, "making the encoder");
    vpx_codec_control(&v->encoder, VP8E_SET_CPUUSED, -SPEED);
    vpx_codec_control(&v->encoder, VP8E_SET_STATIC_THRESHOLD, 1);
    vpx_codec_control(&v->encoder, VP8E_SET_NOISE_SENSITIVITY, 0);
    vpx_codec_control(&v->encoder, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
    vpx_codec_control(&v->encoder, VP8E_SET_MAX_INTRA_BITRATE_PCT, 500);
    vpx_codec_dec_cfg_t d = {.threads = 1};
    check(vpx_codec_dec_init(&v->decoder, vpx_codec_vp8_dx(), &d, 0) == VPX_CODEC_OK, "making the decoder");
}

static double square_error(const vpx_image_t *shown, const unsigned char *picture) {
    double sum = 0;
    for (unsigned y = 0; y < shown->d_h; y++) {
        for (unsigned x = 0; x < shown->d_w; x++) {
            int difference = shown->planes[0][y * shown->stride[0] + x] - picture[y * shown->d_w + x];
            sum += difference * difference;
        }
    }
    return sum / shown->d_w / shown->d_h;
}

/* Two temporal layers in turns, as kiosk-mediad's. */
static vpx_enc_frame_flags_t flags(long number) {
    if (number == 0) return VPX_EFLAG_FORCE_KF;
    vpx_enc_frame_flags_t base = VP8_EFLAG_NO_REF_GF | VP8_EFLAG_NO_REF_ARF | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF;
    return number % 2 ? base | VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ENTROPY : base;
}

static void carry_picture(struct video *v, const struct pictures *p, long number, struct protection *srtp) {
    unsigned char *picture = p->bytes + (number % p->count) * p->size;
    vpx_image_t image;
    vpx_img_wrap(&image, VPX_IMG_FMT_I420, p->width, p->height, 1, picture);
    double start = cpu();
    vpx_codec_control(&v->encoder, VP8E_SET_TEMPORAL_LAYER_ID, (int)(number % 2));
    vpx_codec_err_t status = vpx_codec_encode(&v->encoder, &image, number * 3000, 3000, flags(number), VPX_DL_REALTIME);
    v->encode += cpu() - start;
    check(status == VPX_CODEC_OK, "encoding");
    vpx_codec_iter_t next = NULL;
    const vpx_codec_cx_pkt_t *packet;
    while ((packet = vpx_codec_get_cx_data(&v->encoder, &next))) {
        if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
        v->bytes += packet->data.frame.sz;
        carry(srtp, packet->data.frame.buf, packet->data.frame.sz);
        start = cpu();
        status = vpx_codec_decode(&v->decoder, packet->data.frame.buf, packet->data.frame.sz, NULL, 0);
        vpx_codec_iter_t decoded = NULL;
        const vpx_image_t *shown = vpx_codec_get_frame(&v->decoder, &decoded);
        v->decode += cpu() - start;
        check(status == VPX_CODEC_OK && shown, "decoding");
        v->square_error += square_error(shown, picture);
    }
}

// Opus

struct sound {
    OpusEncoder *encoder;
    OpusDecoder *decoder;
    opus_int16 *spoken;
    long periods;
    double seconds;
};

// `path` has a header of 44 bytes and then one channel of 48 kHz, 16 bits.
static void start_sound(struct sound *s, const char *path) {
    FILE *file = fopen(path, "rb");
    check(file && fseek(file, 0, SEEK_END) == 0, "opening the sound");
    long bytes = ftell(file) - 44;
    s->periods = bytes / (SAMPLES * 2);
    check(s->periods > 0, "finding sound in the file");
    s->spoken = malloc(bytes);
    check(s->spoken && fseek(file, 44, SEEK_SET) == 0 && fread(s->spoken, bytes, 1, file) == 1, "reading the sound");
    fclose(file);
    int error;
    s->encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
    s->decoder = opus_decoder_create(48000, 1, &error);
    check(s->encoder && s->decoder, "making the Opus coders");
    opus_encoder_ctl(s->encoder, OPUS_SET_BITRATE(32000));
    opus_encoder_ctl(s->encoder, OPUS_SET_COMPLEXITY(5));
    opus_encoder_ctl(s->encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(s->encoder, OPUS_SET_INBAND_FEC(1));
    opus_encoder_ctl(s->encoder, OPUS_SET_PACKET_LOSS_PERC(10));
}

static void carry_sound(struct sound *s, long number, struct protection *srtp) {
    const opus_int16 *spoken = s->spoken + number % s->periods * SAMPLES;
    opus_int16 heard[SAMPLES];
    unsigned char coded[1275];
    double start = cpu();
    int length = opus_encode(s->encoder, spoken, SAMPLES, coded, sizeof coded);
    int samples = length > 0 ? opus_decode(s->decoder, coded, length, heard, SAMPLES, 0) : 0;
    s->seconds += cpu() - start;
    check(samples == SAMPLES, "coding sound");
    carry(srtp, coded, length);
}

static void wait_for(double moment) {
    double left = moment - seconds_of(CLOCK_MONOTONIC);
    if (left <= 0) return;
    struct timespec t = {(time_t)left, (long)((left - (time_t)left) * 1e9)};
    nanosleep(&t, NULL);
}

int main(int argc, char **argv) {
    check(argc == 6, "usage: raw FILE.y4m FILE.wav KBIT SECONDS paced|flat-out; reading the arguments");
    int seconds = atoi(argv[4]), paced = strcmp(argv[5], "paced") == 0;
    check(seconds > 0, "reading the seconds");
    struct pictures pictures = read_pictures(argv[1]);
    struct video video = {0};
    struct sound sound = {0};
    struct protection srtp = {0};
    start_video(&video, &pictures, atoi(argv[3]));
    start_sound(&sound, argv[2]);
    start_protection(&srtp);
    double start = seconds_of(CLOCK_MONOTONIC);
    long frames = seconds * RATE, periods = seconds * 50;
    for (long frame = 0, period = 0; frame < frames || period < periods;) {
        double frame_at = frame < frames ? (double)frame / RATE : INFINITY, period_at = period < periods ? period / 50.0 : INFINITY;
        if (paced) wait_for(start + fmin(frame_at, period_at));
        if (frame_at <= period_at) {
            carry_picture(&video, &pictures, frame++, &srtp);
        } else {
            carry_sound(&sound, period++, &srtp);
        }
    }
    printf("{\"encode\": %.5f, \"decode\": %.5f, \"opus\": %.5f, \"srtp\": %.5f, \"kilobits\": %.0f, \"packets\": %lu, "
           "\"decibels\": %.2f}\n",
           video.encode / seconds, video.decode / seconds, sound.seconds / seconds, srtp.seconds / seconds,
           video.bytes * 8.0 / 1000 / seconds, srtp.packets, 10 * log10(255.0 * 255 * frames / video.square_error));
    return 0;
}
