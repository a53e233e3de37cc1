// GPIO lines through libgpiod, whose versions 1 (Debian 12) and 2 (Debian 13) have no call in common: one small interface
// over both, chosen when compiled. Every function may set errno; no handle is shared between threads.
#ifndef CALLPOINT_CGPIOD_H
#define CALLPOINT_CGPIOD_H

#include <stdint.h>

// A line as the kernel describes it. Texts are cut to what fits and always end.
struct callpoint_gpio_line {
    char chip[64];  // "/dev/gpiochip0"
    char label[32];  // the chip's, which stays the same from boot to boot
    char name[32];  // empty if it has none
    char consumer[32];  // who uses it; empty if nobody does
    uint32_t offset;
    uint8_t is_output, is_used, is_active_low;
};

enum {
    CALLPOINT_GPIO_BIAS_AS_IS = 0,
    CALLPOINT_GPIO_BIAS_DISABLED = 1,
    CALLPOINT_GPIO_BIAS_PULL_UP = 2,
    CALLPOINT_GPIO_BIAS_PULL_DOWN = 3,
};

struct callpoint_gpio_settings {
    uint32_t offset;
    uint32_t debounce_us;  // inputs; 0 for none
    uint8_t is_output, is_active_low, bias;
    uint8_t value;  // outputs: the first, logical
};

struct callpoint_gpio_edge {
    int64_t timestamp;  // CLOCK_MONOTONIC nanoseconds, the kernel's
    uint8_t is_active;  // the logical level after it
};

struct callpoint_gpio;

// "1.6.3", "2.2.1".
const char *callpoint_gpio_library_version(void);
// All lines of all chips. Returns how many there are, which may be more than `room`; 0 where there is no chip.
unsigned callpoint_gpio_list(struct callpoint_gpio_line *lines, unsigned room);
// Takes one line for itself: an input with both edges, or an output. `*debounced` says whether the kernel debounces it.
// Null with errno: EBUSY if somebody has it, ENODEV or ENOENT if there is no such chip.
struct callpoint_gpio *callpoint_gpio_request(
    const char *chip, const struct callpoint_gpio_settings *settings, int *debounced);
// Readable when there are edges; owned by the handle, non-blocking.
int callpoint_gpio_descriptor(const struct callpoint_gpio *line);
// The logical level, or -1.
int callpoint_gpio_value(struct callpoint_gpio *line);
int callpoint_gpio_set(struct callpoint_gpio *line, int value);
// Takes waiting edges, oldest first. How many; 0 if none waits; -1 if the line is gone.
int callpoint_gpio_edges(struct callpoint_gpio *line, struct callpoint_gpio_edge *edges, unsigned room);
void callpoint_gpio_release(struct callpoint_gpio *line);

#endif
