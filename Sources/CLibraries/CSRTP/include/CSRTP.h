#ifndef CALLPOINT_CSRTP_H
#define CALLPOINT_CSRTP_H

#include <srtp2/srtp.h>

// libsrtp2, with its ciphers replaced by OpenSSL's, which take nothing from the heap for a packet. Each has to pass its
// test vectors first. Once in a process, before anything else here.
srtp_err_status_t callpoint_srtp_init(void);

// One direction of one call: every SSRC under one key, as DTLS-SRTP gives it (RFC 5764 §4.2).
// `profile` is the number of RFC 5764 §4.1.2 or RFC 7714 §14.2; `key` is master key and salt together.
srtp_err_status_t callpoint_srtp_create(
    srtp_t *session, unsigned profile, int is_outbound, const unsigned char *key, unsigned long window);

#endif
