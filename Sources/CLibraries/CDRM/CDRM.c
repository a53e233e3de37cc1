#include "CDRM.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libdrm/drm_fourcc.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

_Static_assert(sizeof(struct drm_mode_modeinfo) == sizeof(((struct callpoint_drm_mode *)0)->raw), "the kernel's mode");

static int failure(void) { return errno ? -errno : -EIO; }

int callpoint_drm_open(const char *path) {
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    return fd < 0 ? failure() : fd;
}

int callpoint_drm_master(int fd) {
    if (drmIsMaster(fd)) return 1;
    return drmSetMaster(fd) == 0;
}

int callpoint_drm_driver(int fd, char *name, uint32_t capacity) {
    drmVersionPtr version = drmGetVersion(fd);
    if (!version) return failure();
    strncpy(name, version->name ? version->name : "", capacity - 1);
    name[capacity - 1] = 0;
    drmFreeVersion(version);
    return 0;
}

static int copy_ids(uint32_t *out, uint32_t capacity, const uint32_t *ids, int count) {
    int kept = 0;
    for (int i = 0; i < count && (uint32_t)i < capacity; i++) out[kept++] = ids[i];
    return kept;
}

int callpoint_drm_crtcs(int fd, uint32_t *ids, uint32_t capacity) {
    drmModeResPtr resources = drmModeGetResources(fd);
    if (!resources) return failure();
    int count = copy_ids(ids, capacity, resources->crtcs, resources->count_crtcs);
    drmModeFreeResources(resources);
    return count;
}

int callpoint_drm_connectors(int fd, uint32_t *ids, uint32_t capacity) {
    drmModeResPtr resources = drmModeGetResources(fd);
    if (!resources) return failure();
    int count = copy_ids(ids, capacity, resources->connectors, resources->count_connectors);
    drmModeFreeResources(resources);
    return count;
}

static uint32_t millihertz(const drmModeModeInfo *mode) {
    uint64_t pixels = (uint64_t)mode->htotal * mode->vtotal;
    if (pixels == 0) return mode->vrefresh * 1000;
    if (mode->vscan > 1) pixels *= mode->vscan;
    uint64_t rate = (uint64_t)mode->clock * 1000000 / pixels;
    if (mode->flags & DRM_MODE_FLAG_INTERLACE) rate *= 2;
    if (mode->flags & DRM_MODE_FLAG_DBLSCAN) rate /= 2;
    return rate > 1000000 ? 1000000 : (uint32_t)rate;
}

int callpoint_drm_connector(int fd, uint32_t id, int probe, struct callpoint_drm_connector *out) {
    drmModeConnectorPtr connector = probe ? drmModeGetConnector(fd, id) : drmModeGetConnectorCurrent(fd, id);
    if (!connector) return failure();
    memset(out, 0, sizeof *out);
    out->id = connector->connector_id;
    out->type_index = connector->connector_type_id;
    out->status = connector->connection;
    const char *type = drmModeGetConnectorTypeName(connector->connector_type);
    strncpy(out->type, type ? type : "Unknown", sizeof out->type - 1);
    for (int i = 0; i < connector->count_encoders; i++) {
        drmModeEncoderPtr encoder = drmModeGetEncoder(fd, connector->encoders[i]);
        if (!encoder) continue;
        out->possible_crtcs |= encoder->possible_crtcs;
        drmModeFreeEncoder(encoder);
    }
    for (int i = 0; i < connector->count_modes && i < CALLPOINT_DRM_MODES; i++) {
        const drmModeModeInfo *mode = &connector->modes[i];
        struct callpoint_drm_mode *kept = &out->modes[out->mode_count++];
        kept->width = mode->hdisplay;
        kept->height = mode->vdisplay;
        kept->refresh_millihertz = millihertz(mode);
        kept->preferred = (mode->type & DRM_MODE_TYPE_PREFERRED) != 0;
        kept->interlaced = (mode->flags & DRM_MODE_FLAG_INTERLACE) != 0;
        memcpy(kept->raw, mode, sizeof kept->raw);
    }
    drmModeFreeConnector(connector);
    return 0;
}

/* A dumb buffer, mapped, with a framebuffer of it. */
static int fill_in(int fd, struct callpoint_drm_buffer *out) {
    struct drm_mode_create_dumb create = {.width = out->width, .height = out->height, .bpp = 32};
    if (drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create) != 0) return failure();
    out->handle = create.handle;
    out->stride = create.pitch;
    out->size = create.size;
    if ((uint64_t)create.pitch * out->height > create.size || (uint64_t)out->width * 4 > create.pitch) return -EPROTO;
    struct drm_mode_map_dumb map = {.handle = create.handle};
    if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map) != 0) return failure();
    void *memory = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)map.offset);
    if (memory == MAP_FAILED) return failure();
    out->memory = memory;
    memset(memory, 0, create.size);
    uint32_t handles[4] = {out->handle}, pitches[4] = {out->stride}, offsets[4] = {0};
    return drmModeAddFB2(
               fd, out->width, out->height, DRM_FORMAT_XRGB8888, handles, pitches, offsets, &out->framebuffer, 0) == 0
        ? 0 : failure();
}

int callpoint_drm_create_buffer(int fd, uint32_t width, uint32_t height, struct callpoint_drm_buffer *out) {
    memset(out, 0, sizeof *out);
    out->width = width;
    out->height = height;
    int result = fill_in(fd, out);
    if (result != 0) {
        callpoint_drm_destroy_buffer(fd, out);
        memset(out, 0, sizeof *out);
    }
    return result;
}

void callpoint_drm_destroy_buffer(int fd, const struct callpoint_drm_buffer *buffer) {
    if (buffer->framebuffer) drmModeRmFB(fd, buffer->framebuffer);
    if (buffer->memory) munmap(buffer->memory, buffer->size);
    if (buffer->handle) {
        struct drm_mode_destroy_dumb destroy = {.handle = buffer->handle};
        drmIoctl(fd, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
    }
}

int callpoint_drm_set_mode(
    int fd, uint32_t crtc, uint32_t connector, uint32_t framebuffer, const struct callpoint_drm_mode *mode) {
    drmModeModeInfo raw;
    memcpy(&raw, mode->raw, sizeof raw);
    return drmModeSetCrtc(fd, crtc, framebuffer, 0, 0, &connector, 1, &raw) == 0 ? 0 : failure();
}

int callpoint_drm_flip(int fd, uint32_t crtc, uint32_t framebuffer, uint64_t user) {
    struct drm_mode_crtc_page_flip flip = {
        .crtc_id = crtc, .fb_id = framebuffer, .flags = DRM_MODE_PAGE_FLIP_EVENT, .user_data = user};
    return drmIoctl(fd, DRM_IOCTL_MODE_PAGE_FLIP, &flip) == 0 ? 0 : failure();
}

int callpoint_drm_read_events(int fd, struct callpoint_drm_flip_event *out, uint32_t capacity) {
    _Alignas(8) char bytes[1024];
    uint32_t count = 0;
    for (;;) {
        /* less than what is left of `out` could hold is never read, so nothing is lost */
        uint32_t room = (capacity - count) * (uint32_t)sizeof(struct drm_event_vblank);
        if (room == 0) return (int)count;
        ssize_t length = read(fd, bytes, room < sizeof bytes ? room : sizeof bytes);
        if (length < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN ? (int)count : failure();
        }
        if (length == 0) return (int)count;
        for (size_t at = 0; at + sizeof(struct drm_event) <= (size_t)length;) {
            struct drm_event event;
            memcpy(&event, bytes + at, sizeof event);
            if (event.length < sizeof event || event.length > (size_t)length - at) return -EPROTO;
            if (event.type == DRM_EVENT_FLIP_COMPLETE && event.length >= sizeof(struct drm_event_vblank)
                && count < capacity) {
                struct drm_event_vblank flip;
                memcpy(&flip, bytes + at, sizeof flip);
                out[count].user = flip.user_data;
                out[count].crtc = flip.crtc_id;
                out[count].sequence = flip.sequence;
                out[count].nanoseconds = (int64_t)flip.tv_sec * 1000000000 + (int64_t)flip.tv_usec * 1000;
                count++;
            }
            at += event.length;
        }
    }
}
