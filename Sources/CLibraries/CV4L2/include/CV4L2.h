/* Video4Linux for Swift: the kernel's structures, its requests as values in place of macros, and calls that keep errno. */
#ifndef CALLPOINT_CV4L2_H
#define CALLPOINT_CV4L2_H

#include <linux/videodev2.h>
#include <stddef.h>
#include <stdint.h>

enum cv4l2_request {
    CV4L2_QUERYCAP,
    CV4L2_ENUM_FMT,
    CV4L2_ENUM_FRAMESIZES,
    CV4L2_ENUM_FRAMEINTERVALS,
    CV4L2_S_FMT,
    CV4L2_S_PARM,
    CV4L2_REQBUFS,
    CV4L2_QUERYBUF,
    CV4L2_QBUF,
    CV4L2_DQBUF,
    CV4L2_STREAMON,
    CV4L2_STREAMOFF,
    CV4L2_QUERYCTRL,
    CV4L2_QUERYMENU,
    CV4L2_S_CTRL,
};

/* The controls that are used here. */
enum cv4l2_control {
    CV4L2_EXPOSURE_MODE = V4L2_CID_EXPOSURE_AUTO,
    CV4L2_EXPOSURE = V4L2_CID_EXPOSURE_ABSOLUTE,
    CV4L2_WHITE_BALANCE_MODE = V4L2_CID_AUTO_WHITE_BALANCE,
    CV4L2_WHITE_BALANCE = V4L2_CID_WHITE_BALANCE_TEMPERATURE,
    CV4L2_FOCUS_MODE = V4L2_CID_FOCUS_AUTO,
    CV4L2_FOCUS = V4L2_CID_FOCUS_ABSOLUTE,
    CV4L2_POWER_LINE = V4L2_CID_POWER_LINE_FREQUENCY,
};

/* All return a value of 0 or more, or -errno. */
int cv4l2_open(const char *path);
int cv4l2_ask(int fd, enum cv4l2_request request, void *argument);
/* 1 when there is a picture or an error to fetch, 0 when the time is over. */
int cv4l2_wait(int fd, int64_t nanoseconds);
/* Maps a buffer over reserved addresses. */
int cv4l2_map(int fd, void *address, size_t length, int64_t offset);

/* Addresses without memory, NULL if there are none. */
void *cv4l2_reserve(size_t length);
void cv4l2_release(void *address, size_t length);
size_t cv4l2_page(void);

#endif
