/* Kernel mode setting by libdrm, in structures of fixed size: what the kernel says is cut to them, and nothing here has
   to be freed but buffers. Every function returns 0 or a count, or a negative errno. */
#ifndef CALLPOINT_CDRM_H
#define CALLPOINT_CDRM_H

#include <stdint.h>

enum { CALLPOINT_DRM_MODES = 64, CALLPOINT_DRM_NAME = 32 };

/* struct drm_mode_modeinfo as the kernel gave it, to be handed back as it is. */
struct callpoint_drm_mode {
    uint16_t width, height;
    uint32_t refresh_millihertz;
    uint8_t preferred, interlaced;
    uint32_t raw[17];
};

struct callpoint_drm_connector {
    uint32_t id;
    uint32_t type_index;
    /* 1 connected, 2 disconnected, 3 unknown */
    uint32_t status;
    uint32_t possible_crtcs;
    /* "HDMI-A", "DSI", "Virtual" */
    char type[CALLPOINT_DRM_NAME];
    uint32_t mode_count;
    struct callpoint_drm_mode modes[CALLPOINT_DRM_MODES];
};

/* Memory that a CRTC reads pixels from. */
struct callpoint_drm_buffer {
    uint32_t framebuffer, handle;
    uint32_t width, height, stride;
    uint64_t size;
    void *memory;
};

struct callpoint_drm_flip_event {
    uint64_t user;
    uint32_t crtc, sequence;
    int64_t nanoseconds;
};

/* Opens without waiting and close-on-exec. */
int callpoint_drm_open(const char *path);
/* 1 if this descriptor may set modes, having tried to become the one that may. */
int callpoint_drm_master(int fd);
int callpoint_drm_driver(int fd, char *name, uint32_t capacity);
int callpoint_drm_crtcs(int fd, uint32_t *ids, uint32_t capacity);
int callpoint_drm_connectors(int fd, uint32_t *ids, uint32_t capacity);
/* `probe` asks the display itself, which may take long; otherwise what the kernel last knew. */
int callpoint_drm_connector(int fd, uint32_t id, int probe, struct callpoint_drm_connector *out);
/* XRGB8888, mapped and all zero. */
int callpoint_drm_create_buffer(int fd, uint32_t width, uint32_t height, struct callpoint_drm_buffer *out);
void callpoint_drm_destroy_buffer(int fd, const struct callpoint_drm_buffer *buffer);

int callpoint_drm_set_mode(
    int fd, uint32_t crtc, uint32_t connector, uint32_t framebuffer, const struct callpoint_drm_mode *mode);
/* Shows `framebuffer` from the next vertical blank on; then an event with `user` can be read. */
int callpoint_drm_flip(int fd, uint32_t crtc, uint32_t framebuffer, uint64_t user);
/* The flips that are done. */
int callpoint_drm_read_events(int fd, struct callpoint_drm_flip_event *out, uint32_t capacity);

#endif
