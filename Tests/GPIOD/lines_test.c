// Drives the shim through one libgpiod against the scripted kernel. Run by scripts/check-gpiod for both versions.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CGPIOD.h"
#include "kernel.h"

static int failures;
#define CHECK(condition) \
    do \
        if (!(condition)) failures++, fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
    while (0)

static void lists(void) {
    struct callpoint_gpio_line lines[FAKE_LINES] = {0};
    CHECK(callpoint_gpio_list(lines, FAKE_LINES) == FAKE_LINES);
    CHECK(strcmp(lines[0].name, "CALL") == 0 && strcmp(lines[3].name, "TWICE") == 0 && lines[3].offset == 3);
    CHECK(strcmp(lines[0].label, "fake") == 0 && strcmp(lines[0].chip, "/dev/gpiochip0") == 0);
    CHECK(!lines[0].is_used && !lines[0].is_output);
    CHECK(callpoint_gpio_list(lines, 1) == FAKE_LINES);
    CHECK(callpoint_gpio_list(NULL, 0) == FAKE_LINES);
    fake_chip_is_there = 0;
    CHECK(callpoint_gpio_list(lines, FAKE_LINES) == 0);
    fake_chip_is_there = 1;
}

static void reads(int version) {
    struct callpoint_gpio_settings settings = {
        .offset = 0, .debounce_us = 20000, .is_active_low = 1, .bias = CALLPOINT_GPIO_BIAS_PULL_UP};
    int debounced = -1;
    struct callpoint_gpio *line = callpoint_gpio_request("/dev/gpiochip0", &settings, &debounced);
    CHECK(line != NULL);
    if (!line) return;
    CHECK(debounced == (version == 2));
    CHECK(fake_lines[0].debounce_us == (version == 2 ? 20000u : 0u));
    CHECK(fake_lines[0].is_active_low && fake_lines[0].is_pulled_up && fake_lines[0].has_both_edges);
    CHECK(!fake_lines[0].is_output);
    CHECK(callpoint_gpio_descriptor(line) >= 0);

    struct callpoint_gpio_edge edges[4];
    CHECK(callpoint_gpio_edges(line, edges, 4) == 0);
    fake_edge(0, 1, 1234567890123, version);
    fake_edge(0, 0, 1234567990123, version);
    CHECK(callpoint_gpio_edges(line, edges, 4) == 2);
    CHECK(edges[0].timestamp == 1234567890123 && edges[0].is_active);
    CHECK(edges[1].timestamp == 1234567990123 && !edges[1].is_active);
    CHECK(callpoint_gpio_value(line) == 0);
    // Never more than there is room for.
    for (int i = 0; i < 5; i++) fake_edge(0, i % 2 == 0, 100 + i, version);
    CHECK(callpoint_gpio_edges(line, edges, 2) == 2 && edges[1].timestamp == 101);
    CHECK(callpoint_gpio_edges(line, edges, 4) == 3 && edges[2].timestamp == 104);
    CHECK(callpoint_gpio_value(line) == 1);

    CHECK(callpoint_gpio_request("/dev/gpiochip0", &settings, &debounced) == NULL && errno == EBUSY);
    fake_gone(0);
    CHECK(callpoint_gpio_edges(line, edges, 4) < 0);
    callpoint_gpio_release(line);
    fake_given_back(0);

    fake_refuses_debounce = 1;
    line = callpoint_gpio_request("/dev/gpiochip0", &settings, &debounced);
    CHECK(line != NULL && debounced == 0);
    if (line) callpoint_gpio_release(line);
    fake_given_back(0);
    fake_refuses_debounce = 0;
}

static void writes(void) {
    struct callpoint_gpio_settings settings = {.offset = 1, .is_output = 1, .value = 1};
    int debounced = -1;
    struct callpoint_gpio *line = callpoint_gpio_request("/dev/gpiochip0", &settings, &debounced);
    CHECK(line != NULL && debounced == 0);
    if (!line) return;
    CHECK(fake_lines[1].is_output && fake_lines[1].value == 1);
    CHECK(callpoint_gpio_set(line, 0) == 0 && fake_lines[1].value == 0);
    CHECK(callpoint_gpio_set(line, 1) == 0 && fake_lines[1].value == 1);
    callpoint_gpio_release(line);
    fake_given_back(1);
    CHECK(callpoint_gpio_request("/dev/gpiochip7", &settings, &debounced) == NULL && errno == ENOENT);
}

int main(int argc, char **argv) {
    int version = argc > 1 ? atoi(argv[1]) : 0;
    CHECK(callpoint_gpio_library_version()[0] == '0' + version);
    lists();
    reads(version);
    writes();
    printf("libgpiod %s: %s\n", callpoint_gpio_library_version(), failures ? "FAILED" : "passed");
    return failures != 0;
}
