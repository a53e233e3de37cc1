#ifndef CALLPOINT_DATAGRAM_TLS_H
#define CALLPOINT_DATAGRAM_TLS_H

// OpenSSL's DTLS for Swift: macros and varargs become functions, and datagram boundaries and time are the caller's.

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

// The time that OpenSSL sees on this thread until callpoint_leave_virtual_time, in nanoseconds. DTLS's retransmission
// timer reads gettimeofday; the definition in virtual_time.c answers it.
void callpoint_enter_virtual_time(int64_t nanoseconds);
void callpoint_leave_virtual_time(void);

// The datagrams of one connection: at most one unread one from the peer, borrowed, and a bounded queue towards it.
enum { CALLPOINT_DATAGRAM_SIZE = 1200, CALLPOINT_DATAGRAM_QUEUE = 24, CALLPOINT_FLIGHT = 8 };
typedef struct callpoint_datagrams {
    const uint8_t *incoming;
    size_t incoming_size;
    uint32_t first, count;
    uint64_t refusals;
    // What was written last in one go, to be said again as it was; the next write begins another flight.
    uint32_t flight_count, flight_is_over;
    uint16_t flight_sizes[CALLPOINT_FLIGHT];
    uint8_t flight[CALLPOINT_FLIGHT][CALLPOINT_DATAGRAM_SIZE];
    uint16_t sizes[CALLPOINT_DATAGRAM_QUEUE];
    uint8_t bytes[CALLPOINT_DATAGRAM_QUEUE][CALLPOINT_DATAGRAM_SIZE];
} callpoint_datagrams;

callpoint_datagrams *callpoint_datagrams_new(void);
void callpoint_datagrams_free(callpoint_datagrams *datagrams);
// Copies the oldest queued datagram out and takes it off the queue; 0 when there is none or it does not fit.
size_t callpoint_datagrams_take(callpoint_datagrams *datagrams, void *target, size_t capacity);

// Queues the last flight again, byte for byte: who has it drops it as a replay (RFC 6347 section 4.1.2.6).
void callpoint_datagrams_say_again(callpoint_datagrams *datagrams);

// A fresh P-256 key and a certificate signed with it, valid from 2020 to 2049 so that nothing depends on the clock.
int callpoint_certificate_make(EVP_PKEY **key, X509 **certificate);
// A context for both roles: DTLS 1.2 only, no sessions, tickets or renegotiation, the peer's certificate demanded.
// NULL if the library refuses anything asked of it.
SSL_CTX *callpoint_dtls_context(EVP_PKEY *key, X509 *certificate, const char *srtp_profiles);
// Called with the peer's leaf certificate in DER form; 1 accepts it.
typedef int (*callpoint_certificate_check)(void *owner, const uint8_t *der, size_t size);
// A connection over `datagrams`, which must outlive it.
SSL *callpoint_dtls_connection(
    SSL_CTX *context, callpoint_datagrams *datagrams, int is_client, unsigned mtu, void *owner,
    callpoint_certificate_check check);
// OPENSSL_free, which is a macro.
void callpoint_free(void *memory);
// The digest of a DER certificate; 0 on failure.
size_t callpoint_digest(const EVP_MD *kind, const void *bytes, size_t size, uint8_t digest[64]);
// Nanoseconds until OpenSSL's retransmission timer, -1 when it is not running. Call inside virtual time.
int64_t callpoint_dtls_time_left(SSL *connection);
int callpoint_dtls_handle_timeout(SSL *connection);
// The oldest queued error, then an empty queue.
unsigned long callpoint_take_error(void);

#endif
