#define _GNU_SOURCE
#include "StreamTLS.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

// MARK: the socket

// OpenSSL's own socket BIO writes with write(), whose SIGPIPE would end the process when the other side has gone.

static int stream_read(BIO *bio, char *target, int capacity) {
    BIO_clear_retry_flags(bio);
    if (capacity <= 0) return 0;
    ssize_t n;
    do n = recv((int)(intptr_t)BIO_get_data(bio), target, (size_t)capacity, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
    return (int)n;
}

static int stream_write(BIO *bio, const char *source, int size) {
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    ssize_t n;
    do n = send((int)(intptr_t)BIO_get_data(bio), source, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
    return (int)n;
}

static long stream_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *stream_method;
static pthread_once_t stream_method_once = PTHREAD_ONCE_INIT;

static void make_stream_method(void) {
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "callpoint stream");
    if (m == NULL) return;
    BIO_meth_set_read(m, stream_read);
    BIO_meth_set_write(m, stream_write);
    BIO_meth_set_ctrl(m, stream_control);
    stream_method = m;
}

// MARK: connections

SSL_CTX *callpoint_tls_context(const char *authorities) {
    pthread_once(&stream_method_once, make_stream_method);
    SSL_CTX *c = SSL_CTX_new(TLS_client_method());
    if (c == NULL || stream_method == NULL) goto failed;
    if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1) goto failed;
    if (authorities != NULL ? SSL_CTX_load_verify_file(c, authorities) != 1 : SSL_CTX_set_default_verify_paths(c) != 1)
        goto failed;
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(c, 65536);
    return c;
failed:
    SSL_CTX_free(c);
    ERR_clear_error();
    return NULL;
}

SSL *callpoint_tls_connection(SSL_CTX *context, int fd, const char *name, int is_address) {
    SSL *ssl = SSL_new(context);
    BIO *bio = BIO_new(stream_method);
    if (ssl == NULL || bio == NULL) goto failed;
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    X509_VERIFY_PARAM *wanted = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name) != 1
                   : X509_VERIFY_PARAM_set1_host(wanted, name, 0) != 1 || SSL_set_tlsext_host_name(ssl, name) != 1)
        goto failed;
    SSL_set_bio(ssl, bio, bio);
    SSL_set_connect_state(ssl);
    return ssl;
failed:
    BIO_free(bio);
    SSL_free(ssl);
    ERR_clear_error();
    return NULL;
}

static int result(SSL *ssl, int n) {
    switch (SSL_get_error(ssl, n)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return CALLPOINT_TLS_WAITS;
    case SSL_ERROR_ZERO_RETURN: return 0;
    default: return CALLPOINT_TLS_FAILED;
    }
}

int callpoint_tls_handshake(SSL *ssl) {
    ERR_clear_error();
    errno = 0;
    int n = SSL_do_handshake(ssl);
    if (n == 1) return 1;
    n = result(ssl, n);
    return n == 0 ? CALLPOINT_TLS_FAILED : n;
}

int callpoint_tls_read(SSL *ssl, void *bytes, size_t capacity) {
    ERR_clear_error();
    errno = 0;
    int n = SSL_read(ssl, bytes, capacity > 1 << 20 ? 1 << 20 : (int)capacity);
    return n > 0 ? n : result(ssl, n);
}

int callpoint_tls_write(SSL *ssl, const void *bytes, size_t count) {
    ERR_clear_error();
    errno = 0;
    int n = SSL_write(ssl, bytes, count > 1 << 20 ? 1 << 20 : (int)count);
    return n > 0 ? n : result(ssl, n);
}

int callpoint_tls_wants_write(const SSL *ssl) { return SSL_want_write(ssl); }

void callpoint_tls_goodbye(SSL *ssl) {
    if (SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
    ERR_clear_error();
}

int callpoint_tls_failure(SSL *ssl, int *error, char *text, size_t room) {
    *error = errno;
    unsigned long first = ERR_get_error();
    ERR_clear_error();
    snprintf(text, room, "%s", first == 0 ? "" : ERR_reason_error_string(first) ?: "unknown");
    long verdict = SSL_get_verify_result(ssl);
    switch (verdict) {
    case X509_V_OK: break;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return CALLPOINT_TLS_NAME;
    case X509_V_ERR_CERT_HAS_EXPIRED: return CALLPOINT_TLS_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID: return CALLPOINT_TLS_NOT_YET_VALID;
    default: return CALLPOINT_TLS_NOT_TRUSTED;
    }
    if (first == 0) return CALLPOINT_TLS_SOCKET;
    return CALLPOINT_TLS_PROTOCOL;
}
