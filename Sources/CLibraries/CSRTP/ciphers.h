#ifndef CALLPOINT_CSRTP_CIPHERS_H
#define CALLPOINT_CSRTP_CIPHERS_H

#include <openssl/evp.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>

// What takes the place of libsrtp2's own cryptography. A cipher's state is one EVP context, made when a key is set and used
// for every packet, so that a packet takes nothing from the heap.
extern const srtp_cipher_type_t callpoint_aes_gcm_128;
extern const srtp_cipher_type_t callpoint_aes_gcm_256;
extern const srtp_cipher_type_t callpoint_aes_icm_128;
extern const srtp_auth_type_t callpoint_hmac_sha1_type;

// A cipher of `type` with `state_size` zeroed bytes of state, the first of which hold its EVP context.
srtp_err_status_t callpoint_cipher_alloc(
    srtp_cipher_t **cipher, const srtp_cipher_type_t *type, int key_size, size_t state_size);
srtp_err_status_t callpoint_cipher_dealloc(srtp_cipher_t *cipher);

#endif
