#include "COpenSSL.h"

int callpoint_md5(const uint8_t *bytes, size_t size, uint8_t *digest) {
    return EVP_Digest(bytes, size, digest, NULL, EVP_md5(), NULL) == 1;
}
