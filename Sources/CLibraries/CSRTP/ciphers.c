#include "ciphers.h"

#include <stdlib.h>

srtp_err_status_t callpoint_cipher_alloc(
    srtp_cipher_t **cipher, const srtp_cipher_type_t *type, int key_size, size_t state_size) {
    srtp_cipher_t *made = calloc(1, sizeof *made);
    EVP_CIPHER_CTX **state = calloc(1, state_size);
    if (state) *state = EVP_CIPHER_CTX_new();
    if (!made || !state || !*state) {
        if (state) EVP_CIPHER_CTX_free(*state);
        free(state);
        free(made);
        return srtp_err_status_alloc_fail;
    }
    made->type = type;
    made->state = state;
    made->key_len = key_size;
    made->algorithm = (int)type->id;
    *cipher = made;
    return srtp_err_status_ok;
}

srtp_err_status_t callpoint_cipher_dealloc(srtp_cipher_t *cipher) {
    EVP_CIPHER_CTX **state = cipher->state;
    EVP_CIPHER_CTX_free(*state);  // wipes the key
    free(state);
    free(cipher);
    return srtp_err_status_ok;
}
