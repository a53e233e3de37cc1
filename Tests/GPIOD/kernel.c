// The kernel's side of GPIO character devices, scripted: one chip of four lines, answered at the system calls that libgpiod
// makes. The program's own symbols come before the C library's, so libgpiod calls these. Both kernel interfaces are here,
// since version 1 of the library speaks the first and version 2 the second.
#define _GNU_SOURCE
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct fake_line fake_lines[FAKE_LINES] = {{.name = "CALL"}, {.name = "LAMP"}, {.name = "TWICE"}, {.name = "TWICE"}};
int fake_chip_is_there = 1, fake_refuses_debounce;

static const char chip[] = "/dev/gpiochip0", entry[] = "/sys/bus/gpio/devices/gpiochip0";
static int is_chip(const char *path) { return fake_chip_is_there && strcmp(path, chip) == 0; }

int scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
            int (*order)(const struct dirent **, const struct dirent **)) {
    (void)path, (void)filter, (void)order;
    *list = calloc(1, sizeof **list);
    if (!fake_chip_is_there) return 0;
    (*list)[0] = calloc(1, sizeof(struct dirent));
    strcpy((*list)[0]->d_name, "gpiochip0");
    return 1;
}

int stat(const char *restrict path, struct stat *restrict to) {
    if (!is_chip(path)) return errno = ENOENT, -1;
    memset(to, 0, sizeof *to);
    to->st_mode = S_IFCHR | 0600;
    to->st_rdev = makedev(254, 0);
    return 0;
}

int lstat(const char *restrict path, struct stat *restrict to) { return stat(path, to); }

char *realpath(const char *restrict path, char *restrict to) {
    const char *real = strncmp(path, "/sys/dev/char/254:0", 19) == 0 ? "/sys/bus/gpio" : path;
    return to ? strcpy(to, real) : strdup(real);
}

int access(const char *path, int mode) {
    (void)mode;
    return strncmp(path, entry, strlen(entry)) == 0 ? 0 : (errno = ENOENT, -1);
}

int open(const char *path, int flags, ...) {
    if (strncmp(path, entry, strlen(entry)) == 0) {
        int ends[2];
        if (pipe(ends) || write(ends[1], "254:0\n", 6) != 6) return -1;
        close(ends[1]);
        return ends[0];
    }
    if (!is_chip(path)) return errno = ENOENT, -1;
    return (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", flags, 0);
}

// A descriptor for line `offset`: what is written to its other end are edges.
static int take(unsigned offset) {
    struct fake_line *line = &fake_lines[offset];
    int ends[2];
    if (line->is_taken) return errno = EBUSY, -1;
    if (pipe(ends)) return -1;
    line->is_taken = 1;
    line->descriptor = ends[0];
    line->edges = ends[1];
    return ends[0];
}

static struct fake_line *of(int descriptor) {
    for (int i = 0; i < FAKE_LINES; i++)
        if (fake_lines[i].is_taken && fake_lines[i].descriptor == descriptor) return &fake_lines[i];
    return NULL;
}

static int request_v2(struct gpio_v2_line_request *request) {
    struct fake_line *line = &fake_lines[request->offsets[0]];
    for (unsigned i = 0; i < request->config.num_attrs; i++) {
        struct gpio_v2_line_attribute attribute = request->config.attrs[i].attr;
        if (attribute.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE) {
            if (fake_refuses_debounce) return errno = EOPNOTSUPP, -1;
            line->debounce_us = attribute.debounce_period_us;
        }
        if (attribute.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES) line->value = attribute.values & 1;
    }
    uint64_t flags = request->config.flags;
    line->is_output = !!(flags & GPIO_V2_LINE_FLAG_OUTPUT);
    line->is_active_low = !!(flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW);
    line->is_pulled_up = !!(flags & GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
    line->has_both_edges = (flags & GPIO_V2_LINE_FLAG_EDGE_RISING) && (flags & GPIO_V2_LINE_FLAG_EDGE_FALLING);
    request->fd = take(request->offsets[0]);
    return request->fd < 0 ? -1 : 0;
}

static void note_v1(struct fake_line *line, uint32_t flags) {
    line->is_output = !!(flags & GPIOHANDLE_REQUEST_OUTPUT);
    line->is_active_low = !!(flags & GPIOHANDLE_REQUEST_ACTIVE_LOW);
    line->is_pulled_up = !!(flags & GPIOHANDLE_REQUEST_BIAS_PULL_UP);
}

int ioctl(int descriptor, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *to = va_arg(arguments, void *);
    va_end(arguments);
    struct fake_line *line = of(descriptor);
    switch ((unsigned)request) {
    case GPIO_GET_CHIPINFO_IOCTL:
        *(struct gpiochip_info *)to = (struct gpiochip_info){.name = "gpiochip0", .label = "fake", .lines = FAKE_LINES};
        return 0;
    case GPIO_GET_LINEINFO_IOCTL: {
        struct gpioline_info *info = to;
        strcpy(info->name, fake_lines[info->line_offset].name);
        info->flags = fake_lines[info->line_offset].is_taken ? GPIOLINE_FLAG_KERNEL : 0;
        return 0;
    }
    case GPIO_V2_GET_LINEINFO_IOCTL: {
        struct gpio_v2_line_info *info = to;
        strcpy(info->name, fake_lines[info->offset].name);
        info->flags = GPIO_V2_LINE_FLAG_INPUT | (fake_lines[info->offset].is_taken ? GPIO_V2_LINE_FLAG_USED : 0);
        return 0;
    }
    case GPIO_GET_LINEEVENT_IOCTL: {
        struct gpioevent_request *wanted = to;
        note_v1(&fake_lines[wanted->lineoffset], wanted->handleflags);
        fake_lines[wanted->lineoffset].has_both_edges = wanted->eventflags == GPIOEVENT_REQUEST_BOTH_EDGES;
        wanted->fd = take(wanted->lineoffset);
        return wanted->fd < 0 ? -1 : 0;
    }
    case GPIO_GET_LINEHANDLE_IOCTL: {
        struct gpiohandle_request *wanted = to;
        note_v1(&fake_lines[wanted->lineoffsets[0]], wanted->flags);
        fake_lines[wanted->lineoffsets[0]].value = wanted->default_values[0];
        wanted->fd = take(wanted->lineoffsets[0]);
        return wanted->fd < 0 ? -1 : 0;
    }
    case GPIOHANDLE_GET_LINE_VALUES_IOCTL: ((struct gpiohandle_data *)to)->values[0] = line->value; return 0;
    case GPIOHANDLE_SET_LINE_VALUES_IOCTL: line->value = ((struct gpiohandle_data *)to)->values[0]; return 0;
    case GPIO_V2_GET_LINE_IOCTL: return request_v2(to);
    case GPIO_V2_LINE_GET_VALUES_IOCTL: ((struct gpio_v2_line_values *)to)->bits = (uint64_t)line->value; return 0;
    case GPIO_V2_LINE_SET_VALUES_IOCTL: line->value = ((struct gpio_v2_line_values *)to)->bits & 1; return 0;
    }
    return errno = ENOTTY, -1;
}

void fake_edge(unsigned offset, int is_rising, int64_t nanoseconds, int version) {
    if (version == 1) {
        struct gpioevent_data event = {
            .timestamp = (uint64_t)nanoseconds,
            .id = is_rising ? GPIOEVENT_EVENT_RISING_EDGE : GPIOEVENT_EVENT_FALLING_EDGE};
        if (write(fake_lines[offset].edges, &event, sizeof event) != sizeof event) abort();
    } else {
        struct gpio_v2_line_event event = {
            .timestamp_ns = (uint64_t)nanoseconds, .offset = offset,
            .id = is_rising ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE};
        if (write(fake_lines[offset].edges, &event, sizeof event) != sizeof event) abort();
    }
    fake_lines[offset].value = is_rising;
}

void fake_gone(unsigned offset) { close(fake_lines[offset].edges); }
void fake_given_back(unsigned offset) { fake_lines[offset].is_taken = 0; }
