#ifndef CALLPOINT_COPENSSL_H
#define CALLPOINT_COPENSSL_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "DatagramTLS.h"
#include "StreamTLS.h"

/// HMAC-SHA1 (RFC 2104) of `head` followed by `body`, without a heap allocation. `digest` takes 20 bytes.
void callpoint_hmac_sha1(
    const uint8_t *key, size_t key_length, const uint8_t *head, size_t head_length, const uint8_t *body,
    size_t body_length, uint8_t *digest);

/// MD5 of `size` bytes into 16; 0 if the library refuses.
int callpoint_md5(const uint8_t *bytes, size_t size, uint8_t *digest);

#endif
