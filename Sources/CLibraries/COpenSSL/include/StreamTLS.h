#ifndef CALLPOINT_STREAM_TLS_H
#define CALLPOINT_STREAM_TLS_H

// OpenSSL's TLS over a TCP socket for Swift, as a client: non-blocking, never a signal, the peer's name always checked.

#include <openssl/ssl.h>
#include <stddef.h>
#include <stdint.h>

// A client's context, TLS 1.2 and 1.3. `authorities` is a PEM file to trust instead of the system's store, or NULL.
// NULL if the library refuses or the file has no certificate.
SSL_CTX *callpoint_tls_context(const char *authorities);

// A connection over `fd`, which must outlive it. `name` is a DNS name (sent as SNI) or an address in text; the peer's
// certificate must be for it.
SSL *callpoint_tls_connection(SSL_CTX *context, int fd, const char *name, int is_address);

enum {
    CALLPOINT_TLS_WAITS = -1,   // for the socket, to read or to write
    CALLPOINT_TLS_FAILED = -2,  // callpoint_tls_failure says why
};
// 1 when done, or one of the above.
int callpoint_tls_handshake(SSL *connection);
// Bytes moved, 0 at an orderly end (read), or one of the above.
int callpoint_tls_read(SSL *connection, void *bytes, size_t capacity);
int callpoint_tls_write(SSL *connection, const void *bytes, size_t count);
// Whether the last call waits to write.
int callpoint_tls_wants_write(const SSL *connection);
// Says goodbye as far as the socket takes it now.
void callpoint_tls_goodbye(SSL *connection);

enum {
    CALLPOINT_TLS_NAME = 1,
    CALLPOINT_TLS_NOT_TRUSTED,
    CALLPOINT_TLS_EXPIRED,
    CALLPOINT_TLS_NOT_YET_VALID,
    CALLPOINT_TLS_SOCKET,     // *error is an errno, 0 when the other side has just gone
    CALLPOINT_TLS_PROTOCOL,   // `text` has OpenSSL's words
};
// Why the last call failed, and an empty error queue.
int callpoint_tls_failure(SSL *connection, int *error, char *text, size_t room);

#endif
