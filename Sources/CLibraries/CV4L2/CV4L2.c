#define _GNU_SOURCE
#include "CV4L2.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const unsigned long numbers[] = {
    [CV4L2_QUERYCAP] = VIDIOC_QUERYCAP,
    [CV4L2_ENUM_FMT] = VIDIOC_ENUM_FMT,
    [CV4L2_ENUM_FRAMESIZES] = VIDIOC_ENUM_FRAMESIZES,
    [CV4L2_ENUM_FRAMEINTERVALS] = VIDIOC_ENUM_FRAMEINTERVALS,
    [CV4L2_S_FMT] = VIDIOC_S_FMT,
    [CV4L2_S_PARM] = VIDIOC_S_PARM,
    [CV4L2_REQBUFS] = VIDIOC_REQBUFS,
    [CV4L2_QUERYBUF] = VIDIOC_QUERYBUF,
    [CV4L2_QBUF] = VIDIOC_QBUF,
    [CV4L2_DQBUF] = VIDIOC_DQBUF,
    [CV4L2_STREAMON] = VIDIOC_STREAMON,
    [CV4L2_STREAMOFF] = VIDIOC_STREAMOFF,
    [CV4L2_QUERYCTRL] = VIDIOC_QUERYCTRL,
    [CV4L2_QUERYMENU] = VIDIOC_QUERYMENU,
    [CV4L2_S_CTRL] = VIDIOC_S_CTRL,
};

int cv4l2_open(const char *path) {
    /* Not blocking, so that a camera that delivers nothing can be given up. */
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int cv4l2_ask(int fd, enum cv4l2_request request, void *argument) {
    if ((unsigned)request >= sizeof numbers / sizeof *numbers) return -EINVAL;
    int result;
    do result = ioctl(fd, numbers[request], argument);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : result;
}

int cv4l2_wait(int fd, int64_t nanoseconds) {
    if (nanoseconds < 0) nanoseconds = 0;
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int count = ppoll(&entry, 1, &time, NULL);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    return count > 0;
}

int cv4l2_map(int fd, void *address, size_t length, int64_t offset) {
    void *mapped = mmap(address, length, PROT_READ, MAP_SHARED | MAP_FIXED, fd, offset);
    return mapped == MAP_FAILED ? -errno : 0;
}

void *cv4l2_reserve(size_t length) {
    void *address = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

void cv4l2_release(void *address, size_t length) { munmap(address, length); }

size_t cv4l2_page(void) { return (size_t)sysconf(_SC_PAGESIZE); }
