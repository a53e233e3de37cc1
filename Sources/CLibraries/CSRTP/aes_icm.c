// AES-128 in the counter mode of RFC 3711 §4.1.1: the counter starts at salt · 2¹⁶ XOR the packet's IV.
#include "ciphers.h"

#include <limits.h>
#include <string.h>

enum { KEY_SIZE = 16, SALT_SIZE = 14, BLOCK = 16 };

struct icm {
    EVP_CIPHER_CTX *context;
    uint8_t salt[BLOCK];
};

static srtp_err_status_t alloc_128(srtp_cipher_t **cipher, int key_size, int tag_size) {
    (void)tag_size;
    if (key_size != KEY_SIZE + SALT_SIZE) return srtp_err_status_bad_param;
    srtp_err_status_t status = callpoint_cipher_alloc(cipher, &callpoint_aes_icm_128, key_size, sizeof(struct icm));
    if (status != srtp_err_status_ok) return status;
    struct icm *icm = (*cipher)->state;
    if (EVP_EncryptInit_ex(icm->context, EVP_aes_128_ctr(), NULL, NULL, NULL) == 1) return srtp_err_status_ok;
    callpoint_cipher_dealloc(*cipher);
    *cipher = NULL;
    return srtp_err_status_init_fail;
}

static srtp_err_status_t init(void *state, const uint8_t *key) {
    struct icm *icm = state;
    memcpy(icm->salt, key + KEY_SIZE, SALT_SIZE);
    memset(icm->salt + SALT_SIZE, 0, BLOCK - SALT_SIZE);
    int done = EVP_EncryptInit_ex(icm->context, NULL, NULL, key, NULL);
    return done == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t set_iv(void *state, uint8_t *iv, srtp_cipher_direction_t direction) {
    (void)direction;  // the keystream is one for both
    struct icm *icm = state;
    uint8_t counter[BLOCK];
    for (int i = 0; i < BLOCK; i++) counter[i] = icm->salt[i] ^ iv[i];
    int done = EVP_EncryptInit_ex(icm->context, NULL, NULL, NULL, counter);
    return done == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t encrypt(void *state, uint8_t *text, unsigned int *size) {
    struct icm *icm = state;
    int written = 0;
    if (*size > INT_MAX) return srtp_err_status_bad_param;
    int done = EVP_EncryptUpdate(icm->context, text, &written, text, (int)*size);
    return done == 1 ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

// RFC 3711 §B.2.
static const uint8_t key[KEY_SIZE + SALT_SIZE] = {
    0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F,
    0x3C, 0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA, 0xFB, 0xFC, 0xFD};
static uint8_t iv[BLOCK];
static const uint8_t plain[48];
static const uint8_t secret[48] = {
    0xE0, 0x3E, 0xAD, 0x09, 0x35, 0xC9, 0x5E, 0x80, 0xE1, 0x66, 0xB1, 0x6D, 0xD9, 0x2B, 0x4E, 0xB4,
    0xD2, 0x35, 0x13, 0x16, 0x2B, 0x02, 0xD0, 0xF7, 0x2A, 0x43, 0xA2, 0xFE, 0x4A, 0x5F, 0x97, 0xAB,
    0x41, 0xE9, 0x5B, 0x3B, 0xB0, 0xA2, 0xE8, 0xDD, 0x47, 0x79, 0x01, 0xE4, 0xFC, 0xA8, 0x94, 0xC0};
static const srtp_cipher_test_case_t test_case = {
    sizeof key, key, iv, sizeof plain, plain, sizeof secret, secret, 0, NULL, 0, NULL};

const srtp_cipher_type_t callpoint_aes_icm_128 = {
    alloc_128, callpoint_cipher_dealloc, init, NULL, encrypt, encrypt, set_iv, NULL, "AES-128 counter mode over EVP",
    &test_case, SRTP_AES_ICM_128};
