#define _GNU_SOURCE
#include "addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t callpoint_monotonic_ns(void) { return now(CLOCK_MONOTONIC); }
int64_t callpoint_realtime_ns(void) { return now(CLOCK_REALTIME); }

int callpoint_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
int callpoint_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }
int callpoint_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC); }
int callpoint_cannot_shrink(int fd) {
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && seals & F_SEAL_SHRINK;
}

socklen_t to_sockaddr(const struct callpoint_address *a, struct sockaddr_storage *s) {
    memset(s, 0, sizeof *s);
    if (a->family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)s;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(a->port);
        v4->sin_addr.s_addr = htonl((uint32_t)a->low);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)s;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(a->port);
    for (int i = 0; i < 8; i++) {
        v6->sin6_addr.s6_addr[i] = (uint8_t)(a->high >> (56 - 8 * i));
        v6->sin6_addr.s6_addr[8 + i] = (uint8_t)(a->low >> (56 - 8 * i));
    }
    return sizeof *v6;
}

int from_sockaddr(const struct sockaddr *s, struct callpoint_address *a) {
    memset(a, 0, sizeof *a);
    if (s && s->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)s;
        a->family = 4;
        a->port = ntohs(v4->sin_port);
        a->low = ntohl(v4->sin_addr.s_addr);
        return 1;
    }
    if (s && s->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)s;
        a->family = 6;
        a->port = ntohs(v6->sin6_port);
        for (int i = 0; i < 8; i++) {
            a->high = a->high << 8 | v6->sin6_addr.s6_addr[i];
            a->low = a->low << 8 | v6->sin6_addr.s6_addr[8 + i];
        }
        return 1;
    }
    return 0;
}

static int udp_bind(struct callpoint_address *address, int shared) {
    struct sockaddr_storage s;
    socklen_t length = to_sockaddr(address, &s);
    int fd = socket(s.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int on = 1, size = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (s.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (shared) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    socklen_t bound = sizeof s;
    if (bind(fd, (struct sockaddr *)&s, length) < 0 || getsockname(fd, (struct sockaddr *)&s, &bound) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    from_sockaddr((struct sockaddr *)&s, address);
    return fd;
}

int callpoint_udp_bind(struct callpoint_address *address) { return udp_bind(address, 0); }
int callpoint_udp_bind_shared(struct callpoint_address *address) { return udp_bind(address, 1); }

int callpoint_udp_receive(int fd, struct callpoint_datagram *batch, unsigned count) {
    struct mmsghdr messages[CALLPOINT_BATCH];
    struct iovec vectors[CALLPOINT_BATCH];
    struct sockaddr_storage from[CALLPOINT_BATCH];
    _Alignas(struct cmsghdr) char control[CALLPOINT_BATCH][CMSG_SPACE(sizeof(struct timespec))];
    if (count > CALLPOINT_BATCH) count = CALLPOINT_BATCH;
    for (unsigned i = 0; i < count; i++) {
        vectors[i] = (struct iovec){batch[i].buffer, batch[i].capacity};
        memset(&messages[i], 0, sizeof messages[i]);
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &from[i];
        messages[i].msg_hdr.msg_namelen = sizeof from[i];
        messages[i].msg_hdr.msg_control = control[i];
        messages[i].msg_hdr.msg_controllen = sizeof control[i];
    }
    int n;
    do n = recvmmsg(fd, messages, count, MSG_DONTWAIT, NULL);
    while (n < 0 && errno == EINTR);
    if (n <= 0) return n;
    int64_t monotonic = callpoint_monotonic_ns(), real = callpoint_realtime_ns();
    for (int i = 0; i < n; i++) {
        struct callpoint_datagram *d = &batch[i];
        // A datagram longer than its slot is none of ours: RTP, STUN and DTLS stay below the MTU.
        d->length = messages[i].msg_hdr.msg_flags & MSG_TRUNC ? 0 : messages[i].msg_len;
        d->arrival = monotonic;
        if (!from_sockaddr((struct sockaddr *)&from[i], &d->peer)) d->length = 0;
        struct msghdr *h = &messages[i].msg_hdr;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            int64_t age = real - ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
            // The wall clock may be set between stamp and read; an age that cannot be is not believed.
            if (age >= 0 && age < 1000000000) d->arrival = monotonic - age;
        }
    }
    return n;
}

int callpoint_udp_send(int fd, const struct callpoint_datagram *batch, unsigned count) {
    struct mmsghdr messages[CALLPOINT_BATCH];
    struct iovec vectors[CALLPOINT_BATCH];
    struct sockaddr_storage to[CALLPOINT_BATCH];
    if (count > CALLPOINT_BATCH) count = CALLPOINT_BATCH;
    for (unsigned i = 0; i < count; i++) {
        vectors[i] = (struct iovec){batch[i].buffer, batch[i].length};
        memset(&messages[i], 0, sizeof messages[i]);
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &to[i];
        messages[i].msg_hdr.msg_namelen = to_sockaddr(&batch[i].peer, &to[i]);
    }
    int n;
    do n = sendmmsg(fd, messages, count, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}

enum { MOST_DESCRIPTORS = 4 };

ssize_t callpoint_seqpacket_send(int fd, const void *bytes, size_t count, const int *fds, unsigned fd_count) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)];
    struct iovec vector = {(void *)bytes, count};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (fd_count > MOST_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (fd_count) {
        memset(control, 0, sizeof control);
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_count);
    }
    ssize_t n;
    do n = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t callpoint_seqpacket_try_send(int fd, const void *bytes, size_t count) {
    ssize_t n;
    do n = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t callpoint_seqpacket_receive(int fd, void *bytes, size_t capacity, int *fds, unsigned *fd_count) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)];
    struct iovec vector = {bytes, capacity};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    unsigned room = *fd_count, got = 0;
    ssize_t n;
    do n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    *fd_count = 0;
    if (n < 0) return -1;
    int truncated = message.msg_flags & (MSG_TRUNC | MSG_CTRUNC);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        unsigned here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (unsigned i = 0; i < here; i++) {
            int received;
            memcpy(&received, CMSG_DATA(c) + i * sizeof(int), sizeof received);
            if (!truncated && got < room) fds[got++] = received;
            else close(received);
        }
    }
    if (truncated) {
        errno = EMSGSIZE;
        return -1;
    }
    *fd_count = got;
    return n;
}

int callpoint_memfd(const char *name, uint64_t size) {
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    // Sealed against shrinking: a mapping of it must never fault because the other process cut it short.
    if (ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int callpoint_epoll_add(int epoll, int fd, uint64_t tag, int is_edge_triggered) {
    struct epoll_event event = {.events = is_edge_triggered ? EPOLLIN | EPOLLET : EPOLLIN, .data.u64 = tag};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int callpoint_epoll_watch(int epoll, int fd, uint64_t tag, int is_new, int wants_write) {
    struct epoll_event event = {.events = wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.u64 = tag};
    return epoll_ctl(epoll, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
}

int callpoint_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int callpoint_epoll_wait(int epoll, uint64_t *tags, unsigned room, int timeout_ms) {
    struct epoll_event events[16];
    int n;
    do n = epoll_wait(epoll, events, room < 16 ? (int)room : 16, timeout_ms);
    while (n < 0 && errno == EINTR);
    for (int i = 0; i < n; i++) tags[i] = events[i].data.u64;
    return n;
}

static struct timespec to_timespec(int64_t ns) {
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

int callpoint_sleep_until(int64_t monotonic_ns) {
    struct timespec t = to_timespec(monotonic_ns < 0 ? 0 : monotonic_ns);
    int error;
    do error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    while (error == EINTR);
    return error;
}

void callpoint_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int callpoint_schedule_fifo(int priority) {
    struct sched_param p = {.sched_priority = priority};
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &p);
}

int callpoint_spawn_closes_from(void *actions, int first) { return posix_spawn_file_actions_addclosefrom_np(actions, first); }
