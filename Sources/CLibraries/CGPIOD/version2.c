#include "chips.h"

#if !CALLPOINT_GPIOD_1

#include <errno.h>
#include <stdlib.h>

struct callpoint_gpio {
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;
    unsigned offset;
};

const char *callpoint_gpio_library_version(void) { return gpiod_api_version(); }

unsigned callpoint_gpio_list_chip(const char *path, struct callpoint_gpio_line *lines, unsigned room) {
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return 0;
    unsigned count = 0;
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    if (info) count = (unsigned)gpiod_chip_info_get_num_lines(info);
    for (unsigned i = 0; i < count && i < room; i++) {
        struct callpoint_gpio_line *to = &lines[i];
        *to = (struct callpoint_gpio_line){.offset = i};
        callpoint_gpio_copy(to->chip, sizeof to->chip, path);
        callpoint_gpio_copy(to->label, sizeof to->label, gpiod_chip_info_get_label(info));
        struct gpiod_line_info *line = gpiod_chip_get_line_info(chip, i);
        if (!line) continue;
        callpoint_gpio_copy(to->name, sizeof to->name, gpiod_line_info_get_name(line));
        callpoint_gpio_copy(to->consumer, sizeof to->consumer, gpiod_line_info_get_consumer(line));
        to->is_output = gpiod_line_info_get_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
        to->is_used = gpiod_line_info_is_used(line);
        to->is_active_low = gpiod_line_info_is_active_low(line);
        gpiod_line_info_free(line);
    }
    if (info) gpiod_chip_info_free(info);
    gpiod_chip_close(chip);
    return count;
}

static enum gpiod_line_bias bias(uint8_t wanted) {
    switch (wanted) {
    case CALLPOINT_GPIO_BIAS_DISABLED: return GPIOD_LINE_BIAS_DISABLED;
    case CALLPOINT_GPIO_BIAS_PULL_UP: return GPIOD_LINE_BIAS_PULL_UP;
    case CALLPOINT_GPIO_BIAS_PULL_DOWN: return GPIOD_LINE_BIAS_PULL_DOWN;
    default: return GPIOD_LINE_BIAS_AS_IS;
    }
}

static struct gpiod_line_request *request(
    struct gpiod_chip *chip, const struct callpoint_gpio_settings *wanted, unsigned debounce_us) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *names = gpiod_request_config_new();
    struct gpiod_line_request *result = NULL;
    if (settings && lines && names) {
        gpiod_request_config_set_consumer(names, "callpoint");
        gpiod_line_settings_set_active_low(settings, wanted->is_active_low);
        int failed = gpiod_line_settings_set_bias(settings, bias(wanted->bias));
        if (wanted->is_output) {
            failed |= gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
            failed |= gpiod_line_settings_set_output_value(
                settings, wanted->value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
        } else {
            failed |= gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
            failed |= gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
            failed |= gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
            gpiod_line_settings_set_debounce_period_us(settings, debounce_us);
        }
        failed |= gpiod_line_config_add_line_settings(lines, &wanted->offset, 1, settings);
        if (!failed) result = gpiod_chip_request_lines(chip, names, lines);
    }
    int saved = errno;
    if (names) gpiod_request_config_free(names);
    if (lines) gpiod_line_config_free(lines);
    if (settings) gpiod_line_settings_free(settings);
    errno = saved;
    return result;
}

struct callpoint_gpio *callpoint_gpio_request(
    const char *path, const struct callpoint_gpio_settings *settings, int *debounced) {
    *debounced = !settings->is_output && settings->debounce_us > 0;
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip) return NULL;
    struct gpiod_line_request *lines = request(chip, settings, settings->debounce_us);
    // A driver that refuses to debounce leaves that to us.
    if (!lines && *debounced && errno != EBUSY) {
        *debounced = 0;
        lines = request(chip, settings, 0);
    }
    int saved = errno;
    gpiod_chip_close(chip);
    errno = saved;
    if (!lines) return NULL;
    struct callpoint_gpio *result = calloc(1, sizeof *result);
    struct gpiod_edge_event_buffer *events = gpiod_edge_event_buffer_new(CALLPOINT_GPIO_BATCH);
    if (!result || !events) {
        if (events) gpiod_edge_event_buffer_free(events);
        free(result);
        gpiod_line_request_release(lines);
        errno = ENOMEM;
        return NULL;
    }
    *result = (struct callpoint_gpio){lines, events, settings->offset};
    callpoint_gpio_do_not_block(gpiod_line_request_get_fd(lines));
    return result;
}

int callpoint_gpio_descriptor(const struct callpoint_gpio *line) { return gpiod_line_request_get_fd(line->request); }

int callpoint_gpio_value(struct callpoint_gpio *line) {
    switch (gpiod_line_request_get_value(line->request, line->offset)) {
    case GPIOD_LINE_VALUE_ACTIVE: return 1;
    case GPIOD_LINE_VALUE_INACTIVE: return 0;
    default: return -1;
    }
}

int callpoint_gpio_set(struct callpoint_gpio *line, int value) {
    return gpiod_line_request_set_value(
        line->request, line->offset, value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
}

int callpoint_gpio_edges(struct callpoint_gpio *line, struct callpoint_gpio_edge *edges, unsigned room) {
    unsigned most = room < CALLPOINT_GPIO_BATCH ? room : CALLPOINT_GPIO_BATCH;
    int count = gpiod_line_request_read_edge_events(line->request, line->events, most);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    for (int i = 0; i < count; i++) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(line->events, (unsigned long)i);
        if (!event) return i;
        edges[i].timestamp = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
        edges[i].is_active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
    }
    return count;
}

void callpoint_gpio_release(struct callpoint_gpio *line) {
    gpiod_edge_event_buffer_free(line->events);
    gpiod_line_request_release(line->request);
    free(line);
}

#endif
