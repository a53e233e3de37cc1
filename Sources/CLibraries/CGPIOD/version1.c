#include "chips.h"

#if CALLPOINT_GPIOD_1

#include <errno.h>
#include <stdlib.h>

struct callpoint_gpio {
    struct gpiod_chip *chip;  // closing it would release the line
    struct gpiod_line *line;
    int descriptor;
};

const char *callpoint_gpio_library_version(void) { return gpiod_version_string(); }

unsigned callpoint_gpio_list_chip(const char *path, struct callpoint_gpio_line *lines, unsigned room) {
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return 0;
    unsigned count = gpiod_chip_num_lines(chip);
    for (unsigned i = 0; i < count && i < room; i++) {
        struct callpoint_gpio_line *to = &lines[i];
        *to = (struct callpoint_gpio_line){.offset = i};
        callpoint_gpio_copy(to->chip, sizeof to->chip, path);
        callpoint_gpio_copy(to->label, sizeof to->label, gpiod_chip_label(chip));
        struct gpiod_line *line = gpiod_chip_get_line(chip, i);
        if (!line) continue;
        callpoint_gpio_copy(to->name, sizeof to->name, gpiod_line_name(line));
        callpoint_gpio_copy(to->consumer, sizeof to->consumer, gpiod_line_consumer(line));
        to->is_output = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
        to->is_used = gpiod_line_is_used(line);
        to->is_active_low = gpiod_line_active_state(line) == GPIOD_LINE_ACTIVE_STATE_LOW;
    }
    gpiod_chip_close(chip);
    return count;
}

static int flags(const struct callpoint_gpio_settings *settings) {
    int flags = settings->is_active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    switch (settings->bias) {
    case CALLPOINT_GPIO_BIAS_DISABLED: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case CALLPOINT_GPIO_BIAS_PULL_UP: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case CALLPOINT_GPIO_BIAS_PULL_DOWN: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    default: return flags;
    }
}

struct callpoint_gpio *callpoint_gpio_request(
    const char *path, const struct callpoint_gpio_settings *settings, int *debounced) {
    *debounced = 0;  // the kernel interface that this version speaks cannot
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return NULL;
    struct callpoint_gpio *result = NULL;
    struct gpiod_line *line = gpiod_chip_get_line(chip, settings->offset);
    if (line) {
        int failed = settings->is_output
                         ? gpiod_line_request_output_flags(line, "callpoint", flags(settings), settings->value != 0)
                         : gpiod_line_request_both_edges_events_flags(line, "callpoint", flags(settings));
        if (!failed) result = calloc(1, sizeof *result);
    }
    if (!result) {
        int saved = errno;
        gpiod_chip_close(chip);
        errno = saved;
        return NULL;
    }
    *result = (struct callpoint_gpio){chip, line, settings->is_output ? -1 : gpiod_line_event_get_fd(line)};
    if (result->descriptor >= 0) callpoint_gpio_do_not_block(result->descriptor);
    return result;
}

int callpoint_gpio_descriptor(const struct callpoint_gpio *line) { return line->descriptor; }
int callpoint_gpio_value(struct callpoint_gpio *line) { return gpiod_line_get_value(line->line); }
int callpoint_gpio_set(struct callpoint_gpio *line, int value) { return gpiod_line_set_value(line->line, value != 0); }

int callpoint_gpio_edges(struct callpoint_gpio *line, struct callpoint_gpio_edge *edges, unsigned room) {
    struct gpiod_line_event events[CALLPOINT_GPIO_BATCH];
    int count = gpiod_line_event_read_multiple(
        line->line, events, room < CALLPOINT_GPIO_BATCH ? room : CALLPOINT_GPIO_BATCH);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    for (int i = 0; i < count; i++) {
        edges[i].timestamp = (int64_t)events[i].ts.tv_sec * 1000000000 + events[i].ts.tv_nsec;
        edges[i].is_active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE;
    }
    return count;
}

void callpoint_gpio_release(struct callpoint_gpio *line) {
    gpiod_chip_close(line->chip);
    free(line);
}

#endif
