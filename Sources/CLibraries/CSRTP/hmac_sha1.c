// HMAC-SHA1 (RFC 2104) over OpenSSL's block functions, whose states lie side by side: OpenSSL's own HMAC duplicates a context
// on the heap for every message, and so does NSS.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ciphers.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct hmac {
    SHA_CTX keyed_inner, keyed_outer;  // after the block that the key fills
    SHA_CTX running;
};

static srtp_err_status_t alloc(srtp_auth_t **auth, int key_size, int tag_size) {
    if (key_size < 0 || key_size > SHA_CBLOCK || tag_size < 0 || tag_size > SHA_DIGEST_LENGTH) {
        return srtp_err_status_bad_param;
    }
    srtp_auth_t *made = calloc(1, sizeof *made);
    struct hmac *hmac = calloc(1, sizeof *hmac);
    if (!made || !hmac) {
        free(hmac);
        free(made);
        return srtp_err_status_alloc_fail;
    }
    made->type = &callpoint_hmac_sha1_type;
    made->state = hmac;
    made->key_len = key_size;
    made->out_len = tag_size;
    *auth = made;
    return srtp_err_status_ok;
}

static srtp_err_status_t dealloc(srtp_auth_t *auth) {
    OPENSSL_cleanse(auth->state, sizeof(struct hmac));
    free(auth->state);
    free(auth);
    return srtp_err_status_ok;
}

static srtp_err_status_t init(void *state, const uint8_t *key, int key_size) {
    struct hmac *hmac = state;
    uint8_t block[SHA_CBLOCK] = {0};
    if (key_size < 0 || key_size > SHA_CBLOCK) return srtp_err_status_bad_param;
    memcpy(block, key, (size_t)key_size);
    for (int i = 0; i < SHA_CBLOCK; i++) block[i] ^= 0x36;
    SHA1_Init(&hmac->keyed_inner);
    SHA1_Update(&hmac->keyed_inner, block, sizeof block);
    for (int i = 0; i < SHA_CBLOCK; i++) block[i] ^= 0x36 ^ 0x5C;
    SHA1_Init(&hmac->keyed_outer);
    SHA1_Update(&hmac->keyed_outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
    hmac->running = hmac->keyed_inner;
    return srtp_err_status_ok;
}

static srtp_err_status_t start(void *state) {
    struct hmac *hmac = state;
    hmac->running = hmac->keyed_inner;
    return srtp_err_status_ok;
}

static srtp_err_status_t update(void *state, const uint8_t *bytes, int size) {
    struct hmac *hmac = state;
    if (size < 0) return srtp_err_status_bad_param;
    SHA1_Update(&hmac->running, bytes, (size_t)size);
    return srtp_err_status_ok;
}

static srtp_err_status_t compute(void *state, const uint8_t *bytes, int size, int tag_size, uint8_t *tag) {
    struct hmac *hmac = state;
    uint8_t digest[SHA_DIGEST_LENGTH];
    if (size < 0 || tag_size < 0 || tag_size > SHA_DIGEST_LENGTH) return srtp_err_status_bad_param;
    SHA1_Update(&hmac->running, bytes, (size_t)size);
    SHA1_Final(digest, &hmac->running);
    SHA_CTX outer = hmac->keyed_outer;
    SHA1_Update(&outer, digest, sizeof digest);
    SHA1_Final(digest, &outer);
    memcpy(tag, digest, (size_t)tag_size);
    hmac->running = hmac->keyed_inner;
    return srtp_err_status_ok;
}

// RFC 2202 §3, test case 1.
static const uint8_t key[20] = {0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B,
                                0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B, 0x0B};
static const uint8_t message[8] = {'H', 'i', ' ', 'T', 'h', 'e', 'r', 'e'};
static const uint8_t digest[SHA_DIGEST_LENGTH] = {0xB6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xE2, 0x8B,
                                                  0xC0, 0xB6, 0xFB, 0x37, 0x8C, 0x8E, 0xF1, 0x46, 0xBE, 0x00};
static const srtp_auth_test_case_t test_case = {
    sizeof key, key, sizeof message, message, sizeof digest, digest, NULL};

const srtp_auth_type_t callpoint_hmac_sha1_type = {
    alloc, dealloc, init, compute, update, start, "HMAC-SHA1 over OpenSSL", &test_case, SRTP_HMAC_SHA1};
