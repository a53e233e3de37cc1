// Compares echo cancellers on one simulated room: what docs/adr/0008 was decided by.
//
//   compare far.raw near.raw      (16-bit mono at 48 kHz, talkers who do not speak the same words)
//
// Built once a library: -DSPEEX, -DWEBRTC0 (webrtc-audio-processing 0.3), -DWEBRTC1 (1.x). See Benchmarks/audio/run.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <vector>

using Samples = std::vector<double>;
constexpr int rate = 48000, period = 480;

struct Canceller {
    virtual ~Canceller() = default;
    virtual void played(const int16_t *samples) = 0;
    virtual void heard(int16_t *samples, int delay) = 0;  // in place
};

#ifdef SPEEX
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
struct Chosen : Canceller {
    static constexpr const char *name = "speexdsp";
    SpeexEchoState *echo;
    SpeexPreprocessState *post;
    std::vector<int16_t> far = std::vector<int16_t>(period), out = std::vector<int16_t>(period);
    bool suppress = true;
    Chosen() {
        auto number = [](const char *key, int fallback) {
            const char *text = getenv(key);
            return text ? atoi(text) : fallback;
        };
        echo = speex_echo_state_init(period, number("TAIL", 200) * rate / 1000);
        post = speex_preprocess_state_init(period, rate);
        int r = rate, yes = 1, no = 0, idle = number("IDLE", -45), active = number("ACTIVE", -15), noise = -15;
        speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &r);
        speex_preprocess_ctl(post, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
        speex_preprocess_ctl(post, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &idle);
        speex_preprocess_ctl(post, SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &active);
        speex_preprocess_ctl(post, SPEEX_PREPROCESS_SET_DENOISE, number("DENOISE", 1) ? &yes : &no);
        speex_preprocess_ctl(post, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &noise);
        suppress = number("SUPPRESS", 1) != 0;
    }
    void played(const int16_t *samples) override { std::copy(samples, samples + period, far.begin()); }
    void heard(int16_t *samples, int) override {
        speex_echo_cancellation(echo, samples, far.data(), out.data());
        if (suppress) speex_preprocess_run(post, out.data());
        std::copy(out.begin(), out.end(), samples);
    }
};
#endif
#ifdef WEBRTC0
#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>
struct Chosen : Canceller {
    static constexpr const char *name = "webrtc 0.3";
    std::unique_ptr<webrtc::AudioProcessing> apm;
    webrtc::AudioFrame frame;
    Chosen() {
        webrtc::Config config;
        config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
        config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
        apm.reset(webrtc::AudioProcessing::Create(config));
        webrtc::StreamConfig s(rate, 1);
        apm->Initialize({{s, s, s, s}});
        apm->high_pass_filter()->Enable(true);
        apm->echo_cancellation()->enable_drift_compensation(false);
        auto level = getenv("HIGH") ? webrtc::EchoCancellation::kHighSuppression
                                    : webrtc::EchoCancellation::kModerateSuppression;
        apm->echo_cancellation()->set_suppression_level(level);
        apm->echo_cancellation()->Enable(true);
        apm->noise_suppression()->set_level(webrtc::NoiseSuppression::kModerate);
        apm->noise_suppression()->Enable(true);
        frame.num_channels_ = 1;
        frame.sample_rate_hz_ = rate;
        frame.samples_per_channel_ = period;
    }
    void played(const int16_t *samples) override {
        std::copy(samples, samples + period, frame.data_);
        apm->ProcessReverseStream(&frame);
    }
    void heard(int16_t *samples, int delay) override {
        std::copy(samples, samples + period, frame.data_);
        apm->set_stream_delay_ms(delay);
        apm->ProcessStream(&frame);
        std::copy(frame.data_, frame.data_ + period, samples);
    }
};
#endif
#ifdef WEBRTC1
#include <modules/audio_processing/include/audio_processing.h>
struct Chosen : Canceller {
    static constexpr const char *name = "webrtc 1.3";
    rtc::scoped_refptr<webrtc::AudioProcessing> apm;
    std::vector<int16_t> out = std::vector<int16_t>(period);
    Chosen() {
        apm = webrtc::AudioProcessingBuilder().Create();
        webrtc::AudioProcessing::Config config;
        config.echo_canceller.enabled = true;
        config.echo_canceller.mobile_mode = false;
        config.noise_suppression.enabled = true;
        config.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kModerate;
        config.high_pass_filter.enabled = true;
        apm->ApplyConfig(config);
    }
    void played(const int16_t *samples) override {
        webrtc::StreamConfig s(rate, 1);
        apm->ProcessReverseStream(samples, s, s, out.data());
    }
    void heard(int16_t *samples, int delay) override {
        webrtc::StreamConfig s(rate, 1);
        apm->set_stream_delay_ms(delay);
        apm->ProcessStream(samples, s, s, out.data());
        std::copy(out.begin(), out.end(), samples);
    }
};
#endif

static Samples load(const char *path) {
    Samples samples;
    if (FILE *file = fopen(path, "rb")) {
        int16_t sample;
        while (fread(&sample, 2, 1, file) == 1) samples.push_back(sample);
        fclose(file);
    }
    return samples;
}

/// A direct path, four reflections and a tail that dies away by 60 dB in `rt60` seconds.
static Samples room(unsigned seed, double delay, double rt60, double gain) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    Samples h(size_t(0.15 * rate));
    size_t start = size_t(delay * rate);
    double energy = 0;
    for (size_t i = start; i < h.size(); i++) {
        double t = double(i - start) / rate;
        h[i] = 0.04 * normal(random) * std::exp(-6.9 * t / rt60);
    }
    h[start] += 1;
    for (int i = 0; i < 4; i++) h[start + 60 + random() % 900] += (random() % 2 ? 0.4 : -0.4);
    for (double x : h) energy += x * x;
    for (double &x : h) x *= gain / std::sqrt(energy);
    return h;
}

static double power(const Samples &x, double from, double to) {
    double sum = 1e-9;
    for (size_t i = size_t(from * rate); i < size_t(to * rate) && i < x.size(); i++) sum += x[i] * x[i];
    return sum;
}
static double decibels(double a, double b) { return 10 * std::log10(a / b); }

/// How much of `near` is in `out`: the projection, at the delay where it is largest.
static double attenuation(const Samples &near, const Samples &out, double from, double to, int &delay) {
    double best = 0;
    for (int lag = 0; lag < 2400; lag += 4) {
        double product = 0;
        for (size_t i = size_t(from * rate); i < size_t(to * rate); i += 3) product += near[i] * out[i + lag];
        if (product > best) best = product, delay = lag;
    }
    double product = 0, energy = 0;
    for (size_t i = size_t(from * rate); i < size_t(to * rate); i++)
        product += near[i] * out[i + delay], energy += near[i] * near[i];
    return -20 * std::log10(product / energy);
}

int main(int argc, char **argv) {
    if (argc < 3) return 64;
    Samples far = load(argv[1]), near = load(argv[2]);
    // 0-12 s far alone; 12-24 s both; 24-44 s far alone, and at 30 s the room changes.
    const double total = 44, both = 12, end = 24, change = 30;
    size_t count = size_t(total * rate);
    Samples x(count), n(count), e(count), out(count), mic(count);
    for (size_t i = 0; i < count; i++) x[i] = far[i % far.size()];
    for (size_t i = size_t(both * rate); i < size_t(end * rate); i++) n[i] = near[(i - size_t(both * rate)) % near.size()];
    auto scale = [](Samples &s, double rms) {
        double sum = 0; size_t active = 0;
        for (double v : s) if (std::fabs(v) > 30) sum += v * v, active++;
        double gain = rms / std::sqrt(sum / double(std::max<size_t>(1, active)));
        for (double &v : s) v = std::clamp(v * gain, -30000.0, 30000.0);
    };
    scale(x, 3000);
    scale(n, 1500);
    Samples first = room(1, 0.022, 0.25, 0.5), second = room(2, 0.037, 0.3, 0.5);
    for (size_t i = 0; i < count; i++) {
        const Samples &h = i < size_t(change * rate) ? first : second;
        double sum = 0;
        for (size_t k = 0; k < h.size() && k <= i; k++) sum += h[k] * x[i - k];
        e[i] = sum;
    }
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    double noise = getenv("NOISE") ? atof(getenv("NOISE")) : 4;  // root mean square, about -78 dBFS
    for (size_t i = 0; i < count; i++) mic[i] = e[i] + n[i] + noise * normal(random);
    Chosen canceller;
    std::vector<int16_t> a(period), b(period);
    timespec t0, t1;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t0);
    for (size_t i = 0; i + period <= count; i += period) {
        for (int k = 0; k < period; k++) {
            a[k] = int16_t(std::lrint(x[i + k]));
            b[k] = int16_t(std::lrint(std::clamp(mic[i + k], -32768.0, 32767.0)));
        }
        canceller.played(a.data());
        canceller.heard(b.data(), 0);
        for (int k = 0; k < period; k++) out[i + k] = b[k];
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t1);
    double cpu = double(t1.tv_sec - t0.tv_sec) + double(t1.tv_nsec - t0.tv_nsec) / 1e9;
    int delay = 0;
    double lost = attenuation(n, out, both + 1, end - 1, delay);
    double recovery = -1;
    for (double t = change; t < total - 1; t += 0.1)
        if (decibels(power(e, t, t + 1), power(out, t, t + 1)) >= 30) { recovery = t - change; break; }
    printf("%-12s ERLE 1-2 s %5.1f  3-12 s %5.1f  near attenuation %4.1f dB (delay %d)  out/near energy %5.1f dB  after change: 30 dB in %4.1f s, 5-14 s %5.1f dB  CPU %.2f %%\n",
           Chosen::name, decibels(power(e, 1, 2), power(out, 1, 2)), decibels(power(e, 3, both), power(out, 3, both)), lost,
           delay, decibels(power(out, both + 1, end - 1), power(n, both + 1, end - 1)), recovery,
           decibels(power(e, change + 5, total), power(out, change + 5, total)), 100 * cpu / total);
    if (getenv("TIMELINE"))
        for (double t = 0; t < total; t += 1)
            printf("%4.0f s  echo %6.1f dBFS  left %6.1f dBFS\n", t, decibels(power(e, t, t + 1) / rate, 1.07e9),
                   decibels(power(out, t, t + 1) / rate, 1.07e9));
}
