#include "CDRM.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

int callpoint_drm_ask_for_atomic(int fd) {
    if (drmSetClientCap(fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1) != 0) return failure();
    return drmSetClientCap(fd, DRM_CLIENT_CAP_ATOMIC, 1) == 0 ? 0 : failure();
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

/* drmModeGetConnectorTypeName is younger than Debian 12's libdrm on some boards; these are the kernel's names. */
static const char *type_name(uint32_t type) {
    static const char *const names[] = {
        "Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO", "LVDS", "Component", "DIN", "DP", "HDMI-A",
        "HDMI-B", "TV", "eDP", "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB",
    };
    return type < sizeof names / sizeof *names ? names[type] : "Unknown";
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
    strncpy(out->type, type_name(connector->connector_type), sizeof out->type - 1);
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

int callpoint_drm_planes(int fd, uint32_t *ids, uint32_t capacity) {
    drmModePlaneResPtr planes = drmModeGetPlaneResources(fd);
    if (!planes) return failure();
    int count = copy_ids(ids, capacity, planes->planes, (int)planes->count_planes);
    drmModeFreePlaneResources(planes);
    return count;
}

int callpoint_drm_plane(int fd, uint32_t id, struct callpoint_drm_plane *out) {
    drmModePlanePtr plane = drmModeGetPlane(fd, id);
    if (!plane) return failure();
    memset(out, 0, sizeof *out);
    out->id = plane->plane_id;
    out->possible_crtcs = plane->possible_crtcs;
    out->format_count =
        (uint32_t)copy_ids(out->formats, CALLPOINT_DRM_FORMATS, plane->formats, (int)plane->count_formats);
    drmModeFreePlane(plane);
    return 0;
}

int callpoint_drm_property(int fd, uint32_t object, const char *name, struct callpoint_drm_property *out) {
    drmModeObjectPropertiesPtr all = drmModeObjectGetProperties(fd, object, DRM_MODE_OBJECT_ANY);
    if (!all) return failure();
    int found = -ENOENT;
    for (uint32_t i = 0; i < all->count_props && found != 0; i++) {
        drmModePropertyPtr property = drmModeGetProperty(fd, all->props[i]);
        if (!property) continue;
        if (strcmp(property->name, name) == 0) {
            memset(out, 0, sizeof *out);
            out->id = property->prop_id;
            out->value = all->prop_values[i];
            out->immutable = (property->flags & DRM_MODE_PROP_IMMUTABLE) != 0;
            if (drm_property_type_is(property, DRM_MODE_PROP_RANGE) && property->count_values == 2) {
                out->least = property->values[0];
                out->most = property->values[1];
            }
            found = 0;
        }
        drmModeFreeProperty(property);
    }
    drmModeFreeObjectProperties(all);
    return found;
}

/* A dumb buffer of `rows` lines, mapped. */
static int create_memory(int fd, uint32_t width, uint32_t rows, uint32_t bits, struct callpoint_drm_buffer *out) {
    struct drm_mode_create_dumb create = {.width = width, .height = rows, .bpp = bits};
    if (drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &create) != 0) return failure();
    out->handle = create.handle;
    out->stride = create.pitch;
    out->size = create.size;
    if ((uint64_t)create.pitch * rows > create.size || (uint64_t)width * bits / 8 > create.pitch) return -EPROTO;
    struct drm_mode_map_dumb map = {.handle = create.handle};
    if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map) != 0) return failure();
    void *memory = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)map.offset);
    if (memory == MAP_FAILED) return failure();
    out->memory = memory;
    memset(memory, 0, create.size);
    return 0;
}

static int add_framebuffer(int fd, uint32_t format, struct callpoint_drm_buffer *out) {
    uint32_t handles[4] = {out->handle}, pitches[4] = {out->stride}, offsets[4] = {0};
    if (format == DRM_FORMAT_YUV420) {
        handles[1] = handles[2] = out->handle;
        pitches[1] = pitches[2] = out->stride / 2;
        offsets[1] = out->stride * out->height;
        offsets[2] = offsets[1] + out->stride / 2 * ((out->height + 1) / 2);
    }
    return drmModeAddFB2(fd, out->width, out->height, format, handles, pitches, offsets, &out->framebuffer, 0) == 0
        ? 0 : failure();
}

static int finish(int fd, int result, struct callpoint_drm_buffer *out) {
    if (result != 0) {
        callpoint_drm_destroy_buffer(fd, out);
        memset(out, 0, sizeof *out);
    }
    return result;
}

int callpoint_drm_create_buffer(
    int fd, uint32_t width, uint32_t height, int alpha, struct callpoint_drm_buffer *out) {
    memset(out, 0, sizeof *out);
    out->width = width;
    out->height = height;
    int result = create_memory(fd, width, height, 32, out);
    if (result == 0) result = add_framebuffer(fd, alpha ? DRM_FORMAT_ARGB8888 : DRM_FORMAT_XRGB8888, out);
    return finish(fd, result, out);
}

int callpoint_drm_create_yuv_buffer(int fd, uint32_t width, uint32_t height, struct callpoint_drm_buffer *out) {
    memset(out, 0, sizeof *out);
    out->width = width;
    out->height = height;
    /* chroma has half the stride, so that of luma has to be even; lines for U and V follow those of Y */
    int result = create_memory(fd, (width + 1) & ~1u, height + 2 * ((height + 1) / 2), 8, out);
    if (result == 0 && out->stride % 2 != 0) result = -EPROTO;
    if (result == 0) result = add_framebuffer(fd, DRM_FORMAT_YUV420, out);
    return finish(fd, result, out);
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

int callpoint_drm_disable(int fd, uint32_t crtc) {
    return drmModeSetCrtc(fd, crtc, 0, 0, 0, NULL, 0, NULL) == 0 ? 0 : failure();
}

int callpoint_drm_flip(int fd, uint32_t crtc, uint32_t framebuffer, uint64_t user) {
    struct drm_mode_crtc_page_flip flip = {
        .crtc_id = crtc, .fb_id = framebuffer, .flags = DRM_MODE_PAGE_FLIP_EVENT, .user_data = user};
    return drmIoctl(fd, DRM_IOCTL_MODE_PAGE_FLIP, &flip) == 0 ? 0 : failure();
}

int callpoint_drm_create_blob(int fd, const void *bytes, uint32_t size, uint32_t *id) {
    return drmModeCreatePropertyBlob(fd, bytes, size, id) == 0 ? 0 : failure();
}

int callpoint_drm_destroy_blob(int fd, uint32_t id) {
    return drmModeDestroyPropertyBlob(fd, id) == 0 ? 0 : failure();
}

/* The ioctl itself: libdrm's request allocates for each property. */
int callpoint_drm_commit(
    int fd, const struct callpoint_drm_assignment *assignments, uint32_t count, int test, int modeset, uint64_t user) {
    enum { MOST = 48 };
    uint32_t objects[MOST], counts[MOST], properties[MOST];
    uint64_t values[MOST];
    if (count > MOST) return -E2BIG;
    uint32_t last = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (last == 0 || objects[last - 1] != assignments[i].object) {
            objects[last] = assignments[i].object;
            counts[last++] = 0;
        }
        counts[last - 1]++;
        properties[i] = assignments[i].property;
        values[i] = assignments[i].value;
    }
    struct drm_mode_atomic commit = {
        .flags = (test ? DRM_MODE_ATOMIC_TEST_ONLY : DRM_MODE_PAGE_FLIP_EVENT | DRM_MODE_ATOMIC_NONBLOCK)
            | (modeset ? DRM_MODE_ATOMIC_ALLOW_MODESET : 0),
        .count_objs = last,
        .objs_ptr = (uint64_t)(uintptr_t)objects,
        .count_props_ptr = (uint64_t)(uintptr_t)counts,
        .props_ptr = (uint64_t)(uintptr_t)properties,
        .prop_values_ptr = (uint64_t)(uintptr_t)values,
        .user_data = test ? 0 : user,
    };
    return drmIoctl(fd, DRM_IOCTL_MODE_ATOMIC, &commit) == 0 ? 0 : failure();
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
