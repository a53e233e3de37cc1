// What the scripted kernel was asked for, and what it shall do.
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdint.h>

enum { FAKE_LINES = 4 };

struct fake_line {
    const char *name;
    int is_taken, is_output, is_active_low, is_pulled_up, has_both_edges, value;
    unsigned debounce_us;
    int descriptor, edges;
};

extern struct fake_line fake_lines[FAKE_LINES];
extern int fake_chip_is_there, fake_refuses_debounce;

// An edge at `nanoseconds`, in the words of kernel interface `version`.
void fake_edge(unsigned offset, int is_rising, int64_t nanoseconds, int version);
// The chip was pulled out under the line.
void fake_gone(unsigned offset);
void fake_given_back(unsigned offset);

#endif
