/* Kernel mode setting by libdrm, in structures of fixed size: what the kernel says is cut to them, and nothing here has
   to be freed but buffers. Every function returns 0 or a count, or a negative errno. */
#ifndef CALLPOINT_CDRM_H
#define CALLPOINT_CDRM_H

#include <stdint.h>

enum { CALLPOINT_DRM_MODES = 64, CALLPOINT_DRM_FORMATS = 64, CALLPOINT_DRM_NAME = 32 };

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

struct callpoint_drm_plane {
    uint32_t id;
    uint32_t possible_crtcs;
    uint32_t format_count;
    uint32_t formats[CALLPOINT_DRM_FORMATS];
};

/* Memory that a CRTC or plane reads pixels from. */
struct callpoint_drm_buffer {
    uint32_t framebuffer, handle;
    uint32_t width, height, stride;
    uint64_t size;
    void *memory;
};

struct callpoint_drm_property {
    uint32_t id;
    uint64_t value;
    uint8_t immutable;
    uint64_t least, most;
};

/* One assignment of an atomic commit. */
struct callpoint_drm_assignment {
    uint32_t object, property;
    uint64_t value;
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
/* Makes all planes and atomic commits available. 0 if the driver has them. */
int callpoint_drm_ask_for_atomic(int fd);
int callpoint_drm_crtcs(int fd, uint32_t *ids, uint32_t capacity);
int callpoint_drm_connectors(int fd, uint32_t *ids, uint32_t capacity);
/* `probe` asks the display itself, which may take long; otherwise what the kernel last knew. */
int callpoint_drm_connector(int fd, uint32_t id, int probe, struct callpoint_drm_connector *out);
int callpoint_drm_planes(int fd, uint32_t *ids, uint32_t capacity);
int callpoint_drm_plane(int fd, uint32_t id, struct callpoint_drm_plane *out);
/* -ENOENT if the object has no such property. */
int callpoint_drm_property(int fd, uint32_t object, const char *name, struct callpoint_drm_property *out);

/* Pixels of 32 bits (XRGB8888, or ARGB8888 with `alpha`), mapped and all zero. */
int callpoint_drm_create_buffer(
    int fd, uint32_t width, uint32_t height, int alpha, struct callpoint_drm_buffer *out);
/* YU12: Y, then U and V at half of the stride; `stride` is that of Y. */
int callpoint_drm_create_yuv_buffer(int fd, uint32_t width, uint32_t height, struct callpoint_drm_buffer *out);
void callpoint_drm_destroy_buffer(int fd, const struct callpoint_drm_buffer *buffer);

int callpoint_drm_set_mode(
    int fd, uint32_t crtc, uint32_t connector, uint32_t framebuffer, const struct callpoint_drm_mode *mode);
int callpoint_drm_disable(int fd, uint32_t crtc);
/* Shows `framebuffer` from the next vertical blank on; then an event with `user` can be read. */
int callpoint_drm_flip(int fd, uint32_t crtc, uint32_t framebuffer, uint64_t user);
/* A blob of the kernel's for the mode, or for up to 16 rectangles (x1, y1, x2, y2); *id names it. */
int callpoint_drm_create_blob(int fd, const void *bytes, uint32_t size, uint32_t *id);
int callpoint_drm_destroy_blob(int fd, uint32_t id);
/* Assignments to one object must stand together. `test` changes nothing; otherwise it is a flip with an event. */
int callpoint_drm_commit(
    int fd, const struct callpoint_drm_assignment *assignments, uint32_t count, int test, int modeset, uint64_t user);
/* The flips that are done. */
int callpoint_drm_read_events(int fd, struct callpoint_drm_flip_event *out, uint32_t capacity);

#endif
