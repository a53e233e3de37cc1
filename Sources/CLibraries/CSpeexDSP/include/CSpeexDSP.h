/* libspeexdsp for Swift: its headers, and typed functions in place of its untyped controls. */
#ifndef CALLPOINT_CSPEEXDSP_H
#define CALLPOINT_CSPEEXDSP_H

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <speex/speex_resampler.h>

static inline int cspeex_echo_set_rate(SpeexEchoState *echo, int hertz) {
    return speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &hertz);
}
static inline int cspeex_set_echo(SpeexPreprocessState *stage, SpeexEchoState *echo) {
    return speex_preprocess_ctl(stage, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
}
/* What is taken from the echo that the filter leaves, in decibels, both negative: while nobody speaks here, and while
   somebody does. */
static inline int cspeex_set_echo_suppression(SpeexPreprocessState *stage, int idle, int speaking) {
    int error = speex_preprocess_ctl(stage, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &idle);
    return error ? error : speex_preprocess_ctl(stage, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &speaking);
}
/* What is taken from noise at the most, in decibels, negative. Zero is not `off`: the stage then shapes nothing. */
static inline int cspeex_set_noise_suppression(SpeexPreprocessState *stage, int decibels) {
    int on = decibels < 0;
    int error = speex_preprocess_ctl(stage, SPEEX_PREPROCESS_SET_DENOISE, &on);
    return error ? error : speex_preprocess_ctl(stage, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &decibels);
}

#endif
