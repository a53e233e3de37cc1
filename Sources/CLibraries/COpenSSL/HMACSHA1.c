// OpenSSL's own HMAC allocates a context and duplicates it for every message. STUN needs SHA-1 only and is sent for as
// long as a call lasts, so the construction of RFC 2104 stands here over the block functions, which live on the stack.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

void callpoint_hmac_sha1(
    const uint8_t *key, size_t key_length, const uint8_t *head, size_t head_length, const uint8_t *body,
    size_t body_length, uint8_t *digest) {
    uint8_t block[SHA_CBLOCK] = {0};
    uint8_t inner[SHA_DIGEST_LENGTH];
    SHA_CTX context;

    if (key_length > sizeof block) {
        SHA1_Init(&context);
        SHA1_Update(&context, key, key_length);
        SHA1_Final(block, &context);
    } else if (key_length > 0) {
        memcpy(block, key, key_length);
    }

    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36;
    SHA1_Init(&context);
    SHA1_Update(&context, block, sizeof block);
    if (head_length > 0) SHA1_Update(&context, head, head_length);
    if (body_length > 0) SHA1_Update(&context, body, body_length);
    SHA1_Final(inner, &context);

    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5c;
    SHA1_Init(&context);
    SHA1_Update(&context, block, sizeof block);
    SHA1_Update(&context, inner, sizeof inner);
    SHA1_Final(digest, &context);

    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(&context, sizeof context);
}
