// What both versions share.
#ifndef CALLPOINT_CGPIOD_CHIPS_H
#define CALLPOINT_CGPIOD_CHIPS_H

#include <gpiod.h>
#include <stddef.h>

#include "CGPIOD.h"

// Version 1 has macros for sets of lines, version 2 has none at all.
#ifdef GPIOD_LINE_BULK_MAX_LINES
#define CALLPOINT_GPIOD_1 1
#else
#define CALLPOINT_GPIOD_1 0
#endif

enum { CALLPOINT_GPIO_BATCH = 16 };

// Lists one chip's lines; returns how many it has, 0 if it is no chip.
unsigned callpoint_gpio_list_chip(const char *path, struct callpoint_gpio_line *lines, unsigned room);
void callpoint_gpio_copy(char *to, size_t size, const char *from);
void callpoint_gpio_do_not_block(int descriptor);

#endif
