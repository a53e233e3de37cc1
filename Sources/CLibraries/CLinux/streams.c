#define _GNU_SOURCE
#include "addresses.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static int fail(int fd) {
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static int open_socket(int family, int type) {
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0 && family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return fd;
}

// Media waits for nothing: each piece leaves at once, little is kept in the kernel where it could only age, and a path
// that acknowledges nothing for 20 s is given up.
static void for_media(int fd) {
    int on = 1, unsent = 16384, patience = 20000;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
}

static int name_of(int fd, int (*get)(int, struct sockaddr *, socklen_t *), struct callpoint_address *address) {
    struct sockaddr_storage s;
    socklen_t length = sizeof s;
    return get(fd, (struct sockaddr *)&s, &length) == 0 && from_sockaddr((struct sockaddr *)&s, address) ? 0 : -1;
}

int callpoint_source_towards(const struct callpoint_address *target, struct callpoint_address *source) {
    struct sockaddr_storage s;
    socklen_t length = to_sockaddr(target, &s);
    int fd = open_socket(s.ss_family, SOCK_DGRAM);
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&s, length) < 0 || name_of(fd, getsockname, source) < 0) return fail(fd);
    close(fd);
    return 0;
}

int callpoint_tcp_connect(const struct callpoint_address *remote, struct callpoint_address *local) {
    struct sockaddr_storage s;
    socklen_t length = to_sockaddr(remote, &s);
    int fd = open_socket(s.ss_family, SOCK_STREAM);
    if (fd < 0) return -1;
    for_media(fd);
    if (local->family != 0) {
        struct sockaddr_storage from;
        socklen_t size = to_sockaddr(local, &from);
        if (bind(fd, (struct sockaddr *)&from, size) < 0) return fail(fd);
    }
    if (connect(fd, (struct sockaddr *)&s, length) < 0 && errno != EINPROGRESS) return fail(fd);
    if (name_of(fd, getsockname, local) < 0) return fail(fd);
    return fd;
}

int callpoint_tcp_listen(struct callpoint_address *address, int backlog) {
    struct sockaddr_storage s;
    socklen_t length = to_sockaddr(address, &s);
    int fd = open_socket(s.ss_family, SOCK_STREAM);
    if (fd < 0) return -1;
    int on = 1;
    // A fixed port must be usable again right after the call that used it.
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&s, length) < 0 || listen(fd, backlog) < 0) return fail(fd);
    if (name_of(fd, getsockname, address) < 0) return fail(fd);
    return fd;
}

int callpoint_tcp_accept(int fd, struct callpoint_address *local, struct callpoint_address *remote) {
    int new;
    // A connection that has ended before it was accepted is no failure of the listener's.
    do new = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (new < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (new < 0) return -1;
    for_media(new);
    if (name_of(new, getsockname, local) < 0 || name_of(new, getpeername, remote) < 0) return fail(new);
    return new;
}

int callpoint_tcp_connected(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
    if (error) return error;
    struct sockaddr_storage s;
    socklen_t length = sizeof s;
    if (getpeername(fd, (struct sockaddr *)&s, &length) == 0) return 0;
    return errno == ENOTCONN ? EINPROGRESS : errno;
}

ssize_t callpoint_tcp_receive(int fd, void *bytes, size_t capacity) {
    ssize_t n;
    do n = recv(fd, bytes, capacity, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t callpoint_tcp_send(int fd, const void *bytes, size_t count) {
    ssize_t n;
    do n = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}
