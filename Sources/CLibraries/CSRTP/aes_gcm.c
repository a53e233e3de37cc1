// AES in Galois/Counter Mode as RFC 7714 uses it: a nonce of 12 bytes, the tag behind the text. The tag has 16 bytes in
// every profile that is offered; libsrtp2 tries tags of 8 as well.
#include "ciphers.h"

#include <limits.h>

enum { SALT_SIZE = 12, TAG_SIZE = 16 };

struct gcm {
    EVP_CIPHER_CTX *context;
    srtp_cipher_direction_t direction;
    int tag_size;
};

static srtp_err_status_t make(
    srtp_cipher_t **cipher, const srtp_cipher_type_t *type, const EVP_CIPHER *algorithm, int key_size, int tag_size) {
    if (key_size != EVP_CIPHER_get_key_length(algorithm) + SALT_SIZE) return srtp_err_status_bad_param;
    if (tag_size != TAG_SIZE && tag_size != TAG_SIZE / 2) return srtp_err_status_bad_param;
    srtp_err_status_t status = callpoint_cipher_alloc(cipher, type, key_size, sizeof(struct gcm));
    if (status != srtp_err_status_ok) return status;
    struct gcm *gcm = (*cipher)->state;
    gcm->tag_size = tag_size;
    if (EVP_CipherInit_ex(gcm->context, algorithm, NULL, NULL, NULL, 1) == 1) return srtp_err_status_ok;
    callpoint_cipher_dealloc(*cipher);
    *cipher = NULL;
    return srtp_err_status_init_fail;
}

static srtp_err_status_t alloc_128(srtp_cipher_t **cipher, int key_size, int tag_size) {
    return make(cipher, &callpoint_aes_gcm_128, EVP_aes_128_gcm(), key_size, tag_size);
}

static srtp_err_status_t alloc_256(srtp_cipher_t **cipher, int key_size, int tag_size) {
    return make(cipher, &callpoint_aes_gcm_256, EVP_aes_256_gcm(), key_size, tag_size);
}

static srtp_err_status_t init(void *state, const uint8_t *key) {
    struct gcm *gcm = state;
    gcm->direction = srtp_direction_any;
    int done = EVP_CipherInit_ex(gcm->context, NULL, NULL, key, NULL, -1);
    return done == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t set_iv(void *state, uint8_t *iv, srtp_cipher_direction_t direction) {
    struct gcm *gcm = state;
    if (direction == srtp_direction_any) return srtp_err_status_bad_param;
    gcm->direction = direction;
    int done = EVP_CipherInit_ex(gcm->context, NULL, NULL, NULL, iv, direction == srtp_direction_encrypt);
    return done == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t set_aad(void *state, const uint8_t *data, uint32_t size) {
    struct gcm *gcm = state;
    int written = 0;
    if (size > INT_MAX) return srtp_err_status_bad_param;
    int done = EVP_CipherUpdate(gcm->context, NULL, &written, data, (int)size);
    return done == 1 ? srtp_err_status_ok : srtp_err_status_algo_fail;
}

static srtp_err_status_t encrypt(void *state, uint8_t *text, unsigned int *size) {
    struct gcm *gcm = state;
    int written = 0, last = 0;
    if (gcm->direction != srtp_direction_encrypt || *size > INT_MAX) return srtp_err_status_bad_param;
    if (*size && EVP_CipherUpdate(gcm->context, text, &written, text, (int)*size) != 1) {
        return srtp_err_status_cipher_fail;
    }
    if (EVP_CipherFinal_ex(gcm->context, text + written, &last) != 1) return srtp_err_status_cipher_fail;
    return srtp_err_status_ok;
}

static srtp_err_status_t get_tag(void *state, uint8_t *tag, uint32_t *size) {
    struct gcm *gcm = state;
    if (EVP_CIPHER_CTX_ctrl(gcm->context, EVP_CTRL_AEAD_GET_TAG, gcm->tag_size, tag) != 1) {
        return srtp_err_status_algo_fail;
    }
    *size = (uint32_t)gcm->tag_size;
    return srtp_err_status_ok;
}

// `text` ends with the tag; what it holds after a failure is not to be used.
static srtp_err_status_t decrypt(void *state, uint8_t *text, unsigned int *size) {
    struct gcm *gcm = state;
    int written = 0, last = 0;
    if (gcm->direction != srtp_direction_decrypt || *size > INT_MAX || (int)*size < gcm->tag_size) {
        return srtp_err_status_bad_param;
    }
    int length = (int)*size - gcm->tag_size;
    if (EVP_CIPHER_CTX_ctrl(gcm->context, EVP_CTRL_AEAD_SET_TAG, gcm->tag_size, text + length) != 1) {
        return srtp_err_status_algo_fail;
    }
    if (length && EVP_CipherUpdate(gcm->context, text, &written, text, length) != 1) return srtp_err_status_cipher_fail;
    if (EVP_CipherFinal_ex(gcm->context, text + written, &last) != 1) return srtp_err_status_auth_fail;
    *size = (unsigned int)length;
    return srtp_err_status_ok;
}

// Test cases 4 and 16 of the submission of GCM to NIST (McGrew, Viega 2005); libsrtp2 takes no cipher without one, and
// tries its own vectors on it as well. The salt that follows a key is of no concern to the cipher.
static const uint8_t key[32 + SALT_SIZE] = {
    0xFE, 0xFF, 0xE9, 0x92, 0x86, 0x65, 0x73, 0x1C, 0x6D, 0x6A, 0x8F, 0x94, 0x67, 0x30, 0x83, 0x08,
    0xFE, 0xFF, 0xE9, 0x92, 0x86, 0x65, 0x73, 0x1C, 0x6D, 0x6A, 0x8F, 0x94, 0x67, 0x30, 0x83, 0x08};
static uint8_t iv[12] = {0xCA, 0xFE, 0xBA, 0xBE, 0xFA, 0xCE, 0xDB, 0xAD, 0xDE, 0xCA, 0xF8, 0x88};
static const uint8_t aad[20] = {0xFE, 0xED, 0xFA, 0xCE, 0xDE, 0xAD, 0xBE, 0xEF, 0xFE, 0xED,
                                0xFA, 0xCE, 0xDE, 0xAD, 0xBE, 0xEF, 0xAB, 0xAD, 0xDA, 0xD2};
static const uint8_t plain[60] = {
    0xD9, 0x31, 0x32, 0x25, 0xF8, 0x84, 0x06, 0xE5, 0xA5, 0x59, 0x09, 0xC5, 0xAF, 0xF5, 0x26, 0x9A,
    0x86, 0xA7, 0xA9, 0x53, 0x15, 0x34, 0xF7, 0xDA, 0x2E, 0x4C, 0x30, 0x3D, 0x8A, 0x31, 0x8A, 0x72,
    0x1C, 0x3C, 0x0C, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2F, 0xCF, 0x0E, 0x24, 0x49, 0xA6, 0xB5, 0x25,
    0xB1, 0x6A, 0xED, 0xF5, 0xAA, 0x0D, 0xE6, 0x57, 0xBA, 0x63, 0x7B, 0x39};
static const uint8_t secret_128[60 + TAG_SIZE] = {
    0x42, 0x83, 0x1E, 0xC2, 0x21, 0x77, 0x74, 0x24, 0x4B, 0x72, 0x21, 0xB7, 0x84, 0xD0, 0xD4, 0x9C,
    0xE3, 0xAA, 0x21, 0x2F, 0x2C, 0x02, 0xA4, 0xE0, 0x35, 0xC1, 0x7E, 0x23, 0x29, 0xAC, 0xA1, 0x2E,
    0x21, 0xD5, 0x14, 0xB2, 0x54, 0x66, 0x93, 0x1C, 0x7D, 0x8F, 0x6A, 0x5A, 0xAC, 0x84, 0xAA, 0x05,
    0x1B, 0xA3, 0x0B, 0x39, 0x6A, 0x0A, 0xAC, 0x97, 0x3D, 0x58, 0xE0, 0x91, 0x5B, 0xC9, 0x4F, 0xBC,
    0x32, 0x21, 0xA5, 0xDB, 0x94, 0xFA, 0xE9, 0x5A, 0xE7, 0x12, 0x1A, 0x47};
static const uint8_t secret_256[60 + TAG_SIZE] = {
    0x52, 0x2D, 0xC1, 0xF0, 0x99, 0x56, 0x7D, 0x07, 0xF4, 0x7F, 0x37, 0xA3, 0x2A, 0x84, 0x42, 0x7D,
    0x64, 0x3A, 0x8C, 0xDC, 0xBF, 0xE5, 0xC0, 0xC9, 0x75, 0x98, 0xA2, 0xBD, 0x25, 0x55, 0xD1, 0xAA,
    0x8C, 0xB0, 0x8E, 0x48, 0x59, 0x0D, 0xBB, 0x3D, 0xA7, 0xB0, 0x8B, 0x10, 0x56, 0x82, 0x88, 0x38,
    0xC5, 0xF6, 0x1E, 0x63, 0x93, 0xBA, 0x7A, 0x0A, 0xBC, 0xC9, 0xF6, 0x62, 0x76, 0xFC, 0x6E, 0xCE,
    0x0F, 0x4E, 0x17, 0x68, 0xCD, 0xDF, 0x88, 0x53, 0xBB, 0x2D, 0x55, 0x1B};
static const srtp_cipher_test_case_t case_128 = {
    16 + SALT_SIZE, key, iv, sizeof plain, plain, sizeof secret_128, secret_128, sizeof aad, aad, TAG_SIZE, NULL};
static const srtp_cipher_test_case_t case_256 = {
    32 + SALT_SIZE, key, iv, sizeof plain, plain, sizeof secret_256, secret_256, sizeof aad, aad, TAG_SIZE, NULL};

const srtp_cipher_type_t callpoint_aes_gcm_128 = {
    alloc_128, callpoint_cipher_dealloc, init, set_aad, encrypt, decrypt, set_iv, get_tag,
    "AES-128 GCM over EVP", &case_128, SRTP_AES_GCM_128};
const srtp_cipher_type_t callpoint_aes_gcm_256 = {
    alloc_256, callpoint_cipher_dealloc, init, set_aad, encrypt, decrypt, set_iv, get_tag,
    "AES-256 GCM over EVP", &case_256, SRTP_AES_GCM_256};
