#include "CALSA.h"

#include <alsa/asoundlib.h>
#include <pthread.h>
#include <time.h>

static snd_pcm_t *raw(struct calsa_pcm *pcm) { return (snd_pcm_t *)pcm; }

// libasound writes every failed attempt to stderr; what matters comes back as an errno.
static void be_silent(const char *file, int line, const char *function, int error, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}
static void silence(void) { snd_lib_error_set_handler(be_silent); }
void calsa_be_quiet(void) {
    static pthread_once_t done = PTHREAD_ONCE_INIT;
    pthread_once(&done, silence);
}

static const snd_pcm_format_t formats[] = {SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S24_LE,
                                           SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_FLOAT_LE};

// One channel, else two, else the least there is; the rate that was asked for or the nearest; 16 bit or what there is.
static int set_hardware(snd_pcm_t *pcm, struct calsa_format *format) {
    snd_pcm_hw_params_t *params;
    snd_pcm_hw_params_alloca(&params);
    int error = snd_pcm_hw_params_any(pcm, params);
    if (error < 0) return error;
    if ((error = snd_pcm_hw_params_set_access(pcm, params, SND_PCM_ACCESS_RW_INTERLEAVED)) < 0) return error;
    snd_pcm_hw_params_set_rate_resample(pcm, params, 0);
    int sample = -1;
    for (int i = 0; i < 5 && sample < 0; i++)
        if (snd_pcm_hw_params_test_format(pcm, params, formats[i]) == 0) sample = i;
    if (sample < 0) return -EINVAL;
    if ((error = snd_pcm_hw_params_set_format(pcm, params, formats[sample])) < 0) return error;
    unsigned channels = 1;
    if (snd_pcm_hw_params_test_channels(pcm, params, channels) < 0) channels = 2;
    if ((error = snd_pcm_hw_params_set_channels_near(pcm, params, &channels)) < 0) return error;
    unsigned rate = format->rate;
    if ((error = snd_pcm_hw_params_set_rate_near(pcm, params, &rate, NULL)) < 0) return error;
    if (rate < 8000 || rate > 192000 || channels < 1 || channels > 32) return -EINVAL;
    snd_pcm_uframes_t period = (uint64_t)format->period * rate / format->rate;
    snd_pcm_uframes_t buffer = (uint64_t)format->buffer * rate / format->rate;
    if ((error = snd_pcm_hw_params_set_period_size_near(pcm, params, &period, NULL)) < 0) return error;
    if ((error = snd_pcm_hw_params_set_buffer_size_near(pcm, params, &buffer)) < 0) return error;
    if ((error = snd_pcm_hw_params(pcm, params)) < 0) return error;
    if ((error = snd_pcm_get_params(pcm, &buffer, &period)) < 0) return error;
    if (period < 1 || buffer < period || buffer > 1u << 20) return -EINVAL;
    *format = (struct calsa_format){rate, channels, sample, (uint32_t)period, (uint32_t)buffer};
    return 0;
}

static int set_software(snd_pcm_t *pcm, const struct calsa_format *format) {
    snd_pcm_sw_params_t *params;
    snd_pcm_sw_params_alloca(&params);
    int error = snd_pcm_sw_params_current(pcm, params);
    if (error < 0) return error;
    // Started by us, so that playing begins with a full target; xruns are seen, not played over.
    snd_pcm_uframes_t boundary = 0;
    snd_pcm_sw_params_get_boundary(params, &boundary);
    if (boundary > 0) snd_pcm_sw_params_set_start_threshold(pcm, params, boundary);
    snd_pcm_sw_params_set_avail_min(pcm, params, format->period);
    snd_pcm_sw_params_set_tstamp_mode(pcm, params, SND_PCM_TSTAMP_ENABLE);
    snd_pcm_sw_params_set_tstamp_type(pcm, params, SND_PCM_TSTAMP_TYPE_MONOTONIC);
    return snd_pcm_sw_params(pcm, params);
}

int calsa_open(const char *name, int capture, struct calsa_format *format, struct calsa_pcm **pcm) {
    calsa_be_quiet();
    snd_pcm_t *opened = NULL;
    int error = snd_pcm_open(&opened, name, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK,
                             SND_PCM_NONBLOCK | SND_PCM_NO_AUTO_RESAMPLE);
    if (error < 0) return error;
    if ((error = set_hardware(opened, format)) < 0 || (error = set_software(opened, format)) < 0 ||
        (error = snd_pcm_prepare(opened)) < 0) {
        snd_pcm_close(opened);
        return error;
    }
    *pcm = (struct calsa_pcm *)opened;
    return 0;
}

void calsa_close(struct calsa_pcm *pcm) {
    snd_pcm_drop(raw(pcm));
    snd_pcm_close(raw(pcm));
}
int calsa_prepare(struct calsa_pcm *pcm) { return snd_pcm_prepare(raw(pcm)); }
int calsa_start(struct calsa_pcm *pcm) { return snd_pcm_start(raw(pcm)); }
int calsa_resume(struct calsa_pcm *pcm) { return snd_pcm_resume(raw(pcm)); }
int calsa_wait(struct calsa_pcm *pcm, int milliseconds) { return snd_pcm_wait(raw(pcm), milliseconds); }
int64_t calsa_read(struct calsa_pcm *pcm, void *frames, uint32_t count) { return snd_pcm_readi(raw(pcm), frames, count); }
int64_t calsa_write(struct calsa_pcm *pcm, const void *frames, uint32_t count) {
    return snd_pcm_writei(raw(pcm), frames, count);
}

int calsa_status(struct calsa_pcm *pcm, struct calsa_status *result) {
    snd_pcm_status_t *status;
    snd_pcm_status_alloca(&status);
    int error = snd_pcm_status(raw(pcm), status);
    if (error < 0) return error;
    switch (snd_pcm_status_get_state(status)) {
    case SND_PCM_STATE_XRUN: return -EPIPE;
    case SND_PCM_STATE_SUSPENDED: return -ESTRPIPE;
    case SND_PCM_STATE_DISCONNECTED: return -ENODEV;
    default: break;
    }
    snd_htimestamp_t time = {0, 0};
    snd_pcm_status_get_htstamp(status, &time);
    result->available = (int64_t)snd_pcm_status_get_avail(status);
    result->delay = snd_pcm_status_get_delay(status);
    result->time = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    return 0;
}
