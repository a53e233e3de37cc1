// The kernel interfaces that Swift cannot import by itself: variadic calls, flexible control messages, packed structs.
#ifndef CALLPOINT_CLINUX_H
#define CALLPOINT_CLINUX_H

// Only types every module agrees on: system headers seen with other feature macros than Swift's Glibc module would clash.
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// An address as the engine has it: family 4 or 6, network-order words already turned to host order.
struct callpoint_address {
    uint64_t high, low;
    uint16_t port;
    uint8_t family;
};

struct callpoint_datagram {
    void *buffer;
    uint32_t capacity;
    uint32_t length;     // received, or to send
    int64_t arrival;     // CLOCK_MONOTONIC nanoseconds, from the kernel's time stamp
    struct callpoint_address peer;
};

#define CALLPOINT_BATCH 32

// A UDP socket bound to `address`, non-blocking, with arrival time stamps; `*address` gets the port that was bound.
int callpoint_udp_bind(struct callpoint_address *address);
// The same, beside other sockets with that address, for a group that several programs listen to.
int callpoint_udp_bind_shared(struct callpoint_address *address);
// Both return how many datagrams were moved, or -1 with errno.
int callpoint_udp_receive(int fd, struct callpoint_datagram *batch, unsigned count);
int callpoint_udp_send(int fd, const struct callpoint_datagram *batch, unsigned count);

// The address this host would send from towards `target`, by the kernel's routes; nothing is sent. 0, or -1 with errno.
int callpoint_source_towards(const struct callpoint_address *target, struct callpoint_address *source);

// A TCP socket on its way to `remote`, non-blocking; from `local` unless its family is 0. `*local` gets what was bound.
int callpoint_tcp_connect(const struct callpoint_address *remote, struct callpoint_address *local);
// A listening one; `*address` gets the port that was bound.
int callpoint_tcp_listen(struct callpoint_address *address, int backlog);
// The next connection, non-blocking, or -1 with errno; EAGAIN when none waits.
int callpoint_tcp_accept(int fd, struct callpoint_address *local, struct callpoint_address *remote);
// 0 when connected, EINPROGRESS while on its way, otherwise why it failed.
int callpoint_tcp_connected(int fd);
// Bytes moved, 0 at the other side's end (receive), -1 with errno. Never wait, never signal.
ssize_t callpoint_tcp_receive(int fd, void *bytes, size_t capacity);
ssize_t callpoint_tcp_send(int fd, const void *bytes, size_t count);

// One SOCK_SEQPACKET record with up to `fd_count` descriptors. Receive: *fd_count in = room, out = received.
// Returns bytes, 0 at the end, -1 with errno; a truncated record is EMSGSIZE and its descriptors are closed.
ssize_t callpoint_seqpacket_send(int fd, const void *bytes, size_t count, const int *fds, unsigned fd_count);
// The same without descriptors and without waiting: EAGAIN while the other end's queue is full.
ssize_t callpoint_seqpacket_try_send(int fd, const void *bytes, size_t count);
ssize_t callpoint_seqpacket_receive(int fd, void *bytes, size_t capacity, int *fds, unsigned *fd_count);

// The host's addresses on interfaces that are up: returns how many (at most `room`), or -1.
enum {
    CALLPOINT_ADDRESS_TEMPORARY = 1,    // made by IPv6 privacy extensions (RFC 8981)
    CALLPOINT_ADDRESS_DEPRECATED = 2,   // its preferred lifetime is over
    CALLPOINT_ADDRESS_TENTATIVE = 4,    // not yet known to be nobody else's, or found to be somebody else's
};
struct callpoint_interface {
    struct callpoint_address address;
    uint32_t index;
    uint32_t flags;  // CALLPOINT_ADDRESS_…
    char name[16];
};
int callpoint_interfaces(struct callpoint_interface *list, unsigned room);

// A default route: where what has no better route goes.
struct callpoint_route {
    struct callpoint_address gateway;  // family 0 without one; the first of several
    uint32_t index;                    // the interface; 0 without one
    uint32_t table, metric;
    uint8_t family;                    // 4 or 6
};
// The default routes: returns how many (at most `room`), or -1 with errno.
int callpoint_default_routes(struct callpoint_route *list, unsigned room);
// Reads one netlink message out of any bytes. 1 if it is a default route that is used, 0 if it is anything else.
int callpoint_read_route(const void *bytes, size_t size, struct callpoint_route *route);

// A netlink socket that tells of addresses, routes and links that come and go; non-blocking.
int callpoint_netlink_watch(void);
enum { CALLPOINT_CHANGED_ADDRESSES = 1, CALLPOINT_CHANGED_ROUTES = 2, CALLPOINT_CHANGED_LINKS = 4 };
// Reads all that waits; returns what has changed, or -1 with errno. All of it when the kernel lost messages.
int callpoint_netlink_changes(int fd);

int callpoint_memfd(const char *name, uint64_t size);
// All close-on-exec and non-blocking.
int callpoint_eventfd(void);
int callpoint_epoll(void);
int callpoint_accept(int fd);
// Non-zero if the memory's seals forbid making it shorter.
int callpoint_cannot_shrink(int fd);
int callpoint_epoll_add(int epoll, int fd, uint64_t tag, int is_edge_triggered);  // level-triggered, readable
// Level-triggered, readable and, where wanted, writable; `is_new` adds, otherwise changes what is there.
int callpoint_epoll_watch(int epoll, int fd, uint64_t tag, int is_new, int wants_write);
int callpoint_epoll_remove(int epoll, int fd);
// Writes the tags of ready descriptors; returns how many, or -1. EINTR is retried.
int callpoint_epoll_wait(int epoll, uint64_t *tags, unsigned room, int timeout_ms);

int64_t callpoint_monotonic_ns(void);
int64_t callpoint_realtime_ns(void);
int callpoint_sleep_until(int64_t monotonic_ns);
void callpoint_name_thread(const char *name);
// SCHED_FIFO for the calling thread; 0, or an errno where that is not permitted.
int callpoint_schedule_fifo(int priority);
// Has a posix_spawn_file_actions_t close every descriptor from `first` on in the child.
int callpoint_spawn_closes_from(void *actions, int first);

#endif
