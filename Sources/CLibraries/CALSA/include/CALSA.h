// libasound for Swift: opening with negotiation, moving frames, finding cards, setting levels. Every function that can
// fail returns a negative errno, as libasound does. No type of libasound's is seen outside.
#ifndef CALLPOINT_CALSA_H
#define CALLPOINT_CALSA_H

#include <stddef.h>
#include <stdint.h>

struct calsa_pcm;

// Keeps libasound from writing to stderr; called by whatever opens something.
void calsa_be_quiet(void);

// How a sample lies in memory, little-endian.
enum calsa_sample { CALSA_S16 = 0, CALSA_S32 = 1, CALSA_S24 = 2, CALSA_S24_3 = 3, CALSA_FLOAT = 4 };

struct calsa_format {
    uint32_t rate;      // hertz
    uint32_t channels;
    int32_t sample;     // enum calsa_sample
    uint32_t period;    // frames
    uint32_t buffer;    // frames
};

struct calsa_status {
    int64_t available;  // frames that can be read or written now
    int64_t delay;      // frames between us and the converter, those on the way there included
    int64_t time;       // CLOCK_MONOTONIC nanoseconds when that was so; 0 if the device does not say
};

// Opens `name` without blocking. `format`: wishes in, what was agreed out. *pcm is set where 0 is returned.
int calsa_open(const char *name, int capture, struct calsa_format *format, struct calsa_pcm **pcm);
void calsa_close(struct calsa_pcm *pcm);
int calsa_prepare(struct calsa_pcm *pcm);
int calsa_start(struct calsa_pcm *pcm);
// After a suspend: -EAGAIN while the card wakes up.
int calsa_resume(struct calsa_pcm *pcm);
int calsa_status(struct calsa_pcm *pcm, struct calsa_status *status);
// 1 when a period can be moved, 0 when the time is over.
int calsa_wait(struct calsa_pcm *pcm, int milliseconds);
int64_t calsa_read(struct calsa_pcm *pcm, void *frames, uint32_t count);
int64_t calsa_write(struct calsa_pcm *pcm, const void *frames, uint32_t count);

struct calsa_device {
    char card_id[32];    // `Loopback`: what the card is called in /proc/asound
    char card_name[96];  // `USB Speakerphone`
    char name[96];       // of this device on the card
    int32_t device;
    int32_t captures, plays;
};
// Every device of every card, at most `room`; returns how many.
int calsa_devices(struct calsa_device *list, unsigned room);
// What the device offers, 0 if it cannot be opened now: channels and rates, lowest and highest.
int calsa_range(const char *name, int capture, uint32_t channels[2], uint32_t rates[2]);

// Sets the level (0...100, or -1 to leave it) and the switch (1 mutes, 0 opens, -1 leaves it) of a simple mixer element.
// `element` null takes the usual one. -ENOENT if there is none that can do it.
int calsa_set_level(const char *card_id, int capture, const char *element, int percent, int muted);
// Reads both; -1 in what the element does not have. The name of the element that was taken goes to `found`.
int calsa_level(const char *card_id, int capture, const char *element, int *percent, int *muted, char found[64]);

#endif
