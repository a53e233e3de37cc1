#define _GNU_SOURCE
#include "addresses.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int open_netlink(int flags, uint32_t groups) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE);
    if (fd < 0) return -1;
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

// MARK: addresses

static uint64_t word(const uint8_t *bytes, int size) {
    uint64_t value = 0;
    for (int i = 0; i < size; i++) value = value << 8 | bytes[i];
    return value;
}

static int read_address(const struct nlmsghdr *header, struct callpoint_interface *entry) {
    const struct ifaddrmsg *message = NLMSG_DATA(header);
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof *message)) return 0;
    memset(entry, 0, sizeof *entry);
    uint32_t flags = message->ifa_flags;
    const uint8_t *bytes = NULL;
    int length = (int)IFA_PAYLOAD(header);
    for (const struct rtattr *a = IFA_RTA(message); RTA_OK(a, length); a = RTA_NEXT(a, length)) {
        int size = (int)RTA_PAYLOAD(a);
        int wanted = message->ifa_family == AF_INET ? 4 : 16;
        // IFA_LOCAL is this end of a point-to-point link, where IFA_ADDRESS is the other.
        if ((a->rta_type == IFA_LOCAL || (a->rta_type == IFA_ADDRESS && bytes == NULL)) && size == wanted)
            bytes = RTA_DATA(a);
        if (a->rta_type == IFA_FLAGS && size == 4) memcpy(&flags, RTA_DATA(a), 4);
    }
    if (bytes == NULL) return 0;
    if (message->ifa_family == AF_INET) {
        entry->address.family = 4;
        entry->address.low = word(bytes, 4);
    } else {
        entry->address.family = 6;
        entry->address.high = word(bytes, 8);
        entry->address.low = word(bytes + 8, 8);
        if (flags & IFA_F_TEMPORARY) entry->flags |= CALLPOINT_ADDRESS_TEMPORARY;
    }
    if (flags & IFA_F_DEPRECATED) entry->flags |= CALLPOINT_ADDRESS_DEPRECATED;
    if (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED) && !(flags & IFA_F_OPTIMISTIC))
        entry->flags |= CALLPOINT_ADDRESS_TENTATIVE;
    entry->index = message->ifa_index;
    return 1;
}

// Up, and with a cable or an access point at its other end.
static int is_up(int fd, const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    return ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

// Asks the kernel for all it has of a kind, and gives each message of its answer to `take`. 0, or -1 with errno.
static int dump(uint16_t type, int (*take)(int fd, const struct nlmsghdr *, void *), void *context) {
    int fd = open_netlink(0, 0);
    if (fd < 0) return -1;
    // All zero is "everything", in either question's header.
    size_t length = type == RTM_GETADDR ? sizeof(struct ifaddrmsg) : sizeof(struct rtmsg);
    struct {
        struct nlmsghdr header;
        struct rtmsg message;
    } request = {
        .header = {
            .nlmsg_len = NLMSG_LENGTH(length), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
    // The kernel answers a dump at once; this is for one that does not.
    struct timeval patience = {.tv_sec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int done = send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -1 : 0;
    while (done == 0) {
        _Alignas(struct nlmsghdr) char buffer[16384];
        ssize_t size;
        do size = recv(fd, buffer, sizeof buffer, 0);
        while (size < 0 && errno == EINTR);
        if (size <= 0) done = -1;
        for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; done == 0 && NLMSG_OK(h, size); h = NLMSG_NEXT(h, size)) {
            if (h->nlmsg_type == NLMSG_DONE) done = 1;
            else if (h->nlmsg_type == NLMSG_ERROR) {
                errno = EIO;
                done = -1;
            } else if (!take(fd, h, context)) done = 1;
        }
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return done < 0 ? -1 : 0;
}

struct interface_list {
    struct callpoint_interface *entries;
    unsigned room, count;
};

static int take_interface(int fd, const struct nlmsghdr *header, void *context) {
    struct interface_list *list = context;
    if (list->count >= list->room) return 0;
    struct callpoint_interface *entry = &list->entries[list->count];
    if (header->nlmsg_type == RTM_NEWADDR && read_address(header, entry) && if_indextoname(entry->index, entry->name) &&
        is_up(fd, entry->name))
        list->count++;
    return 1;
}

int callpoint_interfaces(struct callpoint_interface *list, unsigned room) {
    struct interface_list found = {.entries = list, .room = room};
    return dump(RTM_GETADDR, take_interface, &found) < 0 ? -1 : (int)found.count;
}

// MARK: routes

static void set_address(struct callpoint_address *address, int family, const uint8_t *bytes) {
    memset(address, 0, sizeof *address);
    address->family = family == AF_INET ? 4 : 6;
    if (family == AF_INET) {
        address->low = word(bytes, 4);
    } else {
        address->high = word(bytes, 8);
        address->low = word(bytes + 8, 8);
    }
}

static void read_hop(int family, const struct rtattr *a, int length, struct callpoint_route *route) {
    for (; RTA_OK(a, length); a = RTA_NEXT(a, length)) {
        const uint8_t *bytes = RTA_DATA(a);
        int size = (int)RTA_PAYLOAD(a);
        switch (a->rta_type) {
        case RTA_GATEWAY:
            if (size == (family == AF_INET ? 4 : 16)) set_address(&route->gateway, family, bytes);
            break;
        case RTA_VIA: {  // a gateway of the other family
            uint16_t other = 0;
            if (size >= 2) memcpy(&other, bytes, 2);
            if (other == AF_INET6 && size == 18) set_address(&route->gateway, AF_INET6, bytes + 2);
            break;
        }
        case RTA_OIF:
            if (size == 4) memcpy(&route->index, bytes, 4);
            break;
        case RTA_PRIORITY:
            if (size == 4) memcpy(&route->metric, bytes, 4);
            break;
        case RTA_TABLE:
            if (size == 4) memcpy(&route->table, bytes, 4);
            break;
        case RTA_MULTIPATH: {
            struct rtnexthop hop;
            if (size < (int)sizeof hop) break;
            memcpy(&hop, bytes, sizeof hop);
            if (hop.rtnh_len < sizeof hop || hop.rtnh_len > size) break;
            route->index = (uint32_t)hop.rtnh_ifindex;
            // A hop has no hops in it.
            int inner = hop.rtnh_len - (int)sizeof hop;
            for (const struct rtattr *b = (const struct rtattr *)(bytes + sizeof hop); RTA_OK(b, inner);
                 b = RTA_NEXT(b, inner))
                if (b->rta_type == RTA_GATEWAY && RTA_PAYLOAD(b) == (family == AF_INET ? 4u : 16u))
                    set_address(&route->gateway, family, RTA_DATA(b));
            break;
        }
        default: break;
        }
    }
}

int callpoint_read_route(const void *bytes, size_t size, struct callpoint_route *route) {
    const struct nlmsghdr *header = bytes;
    const struct rtmsg *message = NLMSG_DATA(header);
    if (size < sizeof *header || header->nlmsg_len > size || header->nlmsg_len < NLMSG_LENGTH(sizeof *message)) return 0;
    if (header->nlmsg_type != RTM_NEWROUTE || message->rtm_dst_len != 0 || message->rtm_type != RTN_UNICAST ||
        message->rtm_flags & RTM_F_CLONED || (message->rtm_family != AF_INET && message->rtm_family != AF_INET6))
        return 0;
    memset(route, 0, sizeof *route);
    route->family = message->rtm_family == AF_INET ? 4 : 6;
    route->table = message->rtm_table;
    read_hop(message->rtm_family, RTM_RTA(message), (int)RTM_PAYLOAD(header), route);
    return 1;
}

struct route_list {
    struct callpoint_route *entries;
    unsigned room, count;
};

static int take_route(int fd, const struct nlmsghdr *header, void *context) {
    (void)fd;
    struct route_list *list = context;
    if (list->count >= list->room) return 0;
    list->count += (unsigned)callpoint_read_route(header, header->nlmsg_len, &list->entries[list->count]);
    return 1;
}

int callpoint_default_routes(struct callpoint_route *list, unsigned room) {
    struct route_list found = {.entries = list, .room = room};
    return dump(RTM_GETROUTE, take_route, &found) < 0 ? -1 : (int)found.count;
}

// MARK: changes

int callpoint_netlink_watch(void) {
    return open_netlink(
        SOCK_NONBLOCK,
        RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
}

static int change_of(const struct nlmsghdr *h) {
    switch (h->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR: return CALLPOINT_CHANGED_ADDRESSES;
    case RTM_NEWLINK:
    case RTM_DELLINK: return CALLPOINT_CHANGED_LINKS;
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
        const struct rtmsg *route = NLMSG_DATA(h);
        // The local table follows the addresses, and a cloned route is only what the kernel remembers of one peer.
        if (h->nlmsg_len < NLMSG_LENGTH(sizeof *route) || route->rtm_table == RT_TABLE_LOCAL ||
            route->rtm_flags & RTM_F_CLONED)
            return 0;
        return CALLPOINT_CHANGED_ROUTES;
    }
    default: return 0;
    }
}

int callpoint_netlink_changes(int fd) {
    int changes = 0;
    // A storm of messages must not keep the caller here: what is left wakes it again.
    for (int i = 0; i < 64; i++) {
        _Alignas(struct nlmsghdr) char buffer[8192];
        struct sockaddr_nl from;
        socklen_t length = sizeof from;
        ssize_t size = recvfrom(fd, buffer, sizeof buffer, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == ENOBUFS) {
            changes |= CALLPOINT_CHANGED_ADDRESSES | CALLPOINT_CHANGED_ROUTES | CALLPOINT_CHANGED_LINKS;
            continue;
        }
        if (size < 0 && errno == EAGAIN) break;
        if (size <= 0) return -1;
        if (from.nl_pid != 0) continue;  // not the kernel's
        for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; NLMSG_OK(h, size); h = NLMSG_NEXT(h, size))
            changes |= change_of(h);
    }
    return changes;
}
