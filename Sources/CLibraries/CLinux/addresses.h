#ifndef CALLPOINT_ADDRESSES_H
#define CALLPOINT_ADDRESSES_H

#include "CLinux.h"

#include <sys/socket.h>

socklen_t to_sockaddr(const struct callpoint_address *address, struct sockaddr_storage *storage);
// 0 for a family that is neither IPv4 nor IPv6.
int from_sockaddr(const struct sockaddr *storage, struct callpoint_address *address);

#endif
