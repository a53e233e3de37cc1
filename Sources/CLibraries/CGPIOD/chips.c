#define _GNU_SOURCE
#include "chips.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_chip(const struct dirent *entry) { return strncmp(entry->d_name, "gpiochip", 8) == 0; }

void callpoint_gpio_copy(char *to, size_t size, const char *from) { snprintf(to, size, "%s", from ? from : ""); }

void callpoint_gpio_do_not_block(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0) fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

unsigned callpoint_gpio_list(struct callpoint_gpio_line *lines, unsigned room) {
    struct dirent **entries;
    int count = scandir("/dev", &entries, is_chip, alphasort);
    if (count < 0) return 0;
    unsigned total = 0;
    for (int i = 0; i < count; i++) {
        char path[64];
        int length = snprintf(path, sizeof path, "/dev/%s", entries[i]->d_name);
        if (length > 0 && (size_t)length < sizeof path)
            total += callpoint_gpio_list_chip(path, total < room ? lines + total : NULL, total < room ? room - total : 0);
        free(entries[i]);
    }
    free(entries);
    return total;
}
