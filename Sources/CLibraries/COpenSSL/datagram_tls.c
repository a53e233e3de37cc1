#include "DatagramTLS.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// MARK: datagrams

static int datagrams_read(BIO *bio, char *target, int capacity) {
    callpoint_datagrams *d = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (d == NULL || d->incoming == NULL) {
        BIO_set_retry_read(bio);
        return -1;
    }
    // As recv() does: one datagram a call, and what does not fit is lost.
    size_t size = d->incoming_size;
    if (capacity < 0) return -1;
    if (size > (size_t)capacity) size = (size_t)capacity;
    memcpy(target, d->incoming, size);
    d->incoming = NULL;
    d->incoming_size = 0;
    return (int)size;
}

static void keep_for_again(callpoint_datagrams *d, const char *source, int size) {
    if (d->flight_is_over) d->flight_count = 0;
    d->flight_is_over = 0;
    uint32_t last = d->flight_count - 1;
    if (d->flight_count > 0 && d->flight_sizes[last] + size <= CALLPOINT_DATAGRAM_SIZE) {
        memcpy(d->flight[last] + d->flight_sizes[last], source, (size_t)size);
        d->flight_sizes[last] = (uint16_t)(d->flight_sizes[last] + size);
    } else if (d->flight_count < CALLPOINT_FLIGHT && size <= CALLPOINT_DATAGRAM_SIZE) {
        memcpy(d->flight[d->flight_count], source, (size_t)size);
        d->flight_sizes[d->flight_count++] = (uint16_t)size;
    }
}

static int datagrams_write(BIO *bio, const char *source, int size) {
    callpoint_datagrams *d = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (d == NULL || size < 0) return -1;
    keep_for_again(d, source, size);
    // Records that OpenSSL writes one by one when it repeats a flight share a datagram: one loss costs less then.
    uint32_t last = (d->first + d->count + CALLPOINT_DATAGRAM_QUEUE - 1) % CALLPOINT_DATAGRAM_QUEUE;
    if (d->count > 0 && d->sizes[last] + size <= CALLPOINT_DATAGRAM_SIZE) {
        memcpy(d->bytes[last] + d->sizes[last], source, (size_t)size);
        d->sizes[last] = (uint16_t)(d->sizes[last] + size);
        return size;
    }
    if (d->count == CALLPOINT_DATAGRAM_QUEUE || size > CALLPOINT_DATAGRAM_SIZE) {
        d->refusals++;
        return size;  // lost, as on any network; the retransmission timer brings it back
    }
    uint32_t slot = (d->first + d->count) % CALLPOINT_DATAGRAM_QUEUE;
    memcpy(d->bytes[slot], source, (size_t)size);
    d->sizes[slot] = (uint16_t)size;
    d->count++;
    return size;
}

static long datagrams_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD: return 48;  // IPv6 and UDP
    default: return 0;
    }
}

static int datagrams_create(BIO *bio) {
    BIO_set_init(bio, 1);
    return 1;
}

static BIO_METHOD *datagrams_method;
static pthread_once_t datagrams_method_once = PTHREAD_ONCE_INIT;

static void make_datagrams_method(void) {
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "callpoint datagrams");
    if (m == NULL) return;
    BIO_meth_set_read(m, datagrams_read);
    BIO_meth_set_write(m, datagrams_write);
    BIO_meth_set_ctrl(m, datagrams_control);
    BIO_meth_set_create(m, datagrams_create);
    datagrams_method = m;
}

callpoint_datagrams *callpoint_datagrams_new(void) { return calloc(1, sizeof(callpoint_datagrams)); }

void callpoint_datagrams_free(callpoint_datagrams *datagrams) { free(datagrams); }

void callpoint_datagrams_say_again(callpoint_datagrams *d) {
    for (uint32_t i = 0; i < d->flight_count && d->count < CALLPOINT_DATAGRAM_QUEUE; i++) {
        uint32_t slot = (d->first + d->count++) % CALLPOINT_DATAGRAM_QUEUE;
        memcpy(d->bytes[slot], d->flight[i], d->flight_sizes[i]);
        d->sizes[slot] = d->flight_sizes[i];
    }
}

size_t callpoint_datagrams_take(callpoint_datagrams *d, void *target, size_t capacity) {
    if (d->count == 0) return 0;
    uint32_t slot = d->first;
    size_t size = d->sizes[slot];
    d->first = (d->first + 1) % CALLPOINT_DATAGRAM_QUEUE;
    d->count--;
    if (size > capacity) {
        d->refusals++;
        return 0;
    }
    memcpy(target, d->bytes[slot], size);
    return size;
}

// MARK: certificate

int callpoint_certificate_make(EVP_PKEY **key, X509 **certificate) {
    EVP_PKEY *k = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    uint8_t serial[8];
    if (k == NULL || x == NULL || RAND_bytes(serial, sizeof serial) != 1) goto failed;
    serial[0] &= 0x7f;  // RFC 5280 §4.1.2.2: positive
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof serial; i++) number = number << 8 | serial[i];
    if (X509_set_version(x, X509_VERSION_3) != 1) goto failed;
    if (ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), number) != 1) goto failed;
    if (ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "20200101000000Z") != 1) goto failed;
    if (ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "20491231235959Z") != 1) goto failed;
    X509_NAME *name = X509_get_subject_name(x);  // says nothing about who we are: the peer knows us by fingerprint
    if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"WebRTC", -1, -1, 0) != 1) goto failed;
    if (X509_set_issuer_name(x, name) != 1 || X509_set_pubkey(x, k) != 1) goto failed;
    if (X509_sign(x, k, EVP_sha256()) == 0) goto failed;
    *key = k;
    *certificate = x;
    return 1;
failed:
    EVP_PKEY_free(k);
    X509_free(x);
    return 0;
}

void callpoint_free(void *memory) { OPENSSL_free(memory); }

size_t callpoint_digest(const EVP_MD *kind, const void *bytes, size_t size, uint8_t digest[64]) {
    unsigned length = 0;
    return EVP_Digest(bytes, size, digest, &length, kind, NULL) == 1 ? length : 0;
}

// MARK: connections

typedef struct {
    void *owner;
    callpoint_certificate_check check;
} peer_check;

static int peer_check_index = -1;
static pthread_once_t peer_check_once = PTHREAD_ONCE_INIT;

static void free_peer_check(void *parent, void *pointer, CRYPTO_EX_DATA *ad, int index, long l, void *p) {
    (void)parent, (void)ad, (void)index, (void)l, (void)p;
    free(pointer);
}
static void make_peer_check_index(void) {
    peer_check_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_peer_check);
}

// Takes the place of chain building: a self-signed certificate is as good as the fingerprint that signalling brought.
static int verify_peer(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    peer_check *p = ssl == NULL ? NULL : SSL_get_ex_data(ssl, peer_check_index);
    uint8_t *der = NULL;
    int size = leaf == NULL ? -1 : i2d_X509(leaf, &der);
    int accepted = p != NULL && size > 0 && p->check(p->owner, der, (size_t)size) == 1;
    OPENSSL_free(der);
    X509_STORE_CTX_set_error(store, accepted ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return accepted;
}

// RFC 6347 §4.2.4.1 proposes one second, doubling; both ends here are a candidate check apart, so start lower and stay low
// while that may help. OpenSSL gives a flight up after twelve: these last 9.2 s. Equal times differ by a microsecond,
// because the time before is all that tells where we are.
static unsigned next_timeout(SSL *ssl, unsigned before) {
    static const unsigned times[] = {75000,  150000, 300000, 400000,  400001,  400002,
                                     400003, 500000, 500001, 1000000, 2000000, 3000000};
    (void)ssl;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i] > before) return times[i];
    return 3000000;
}

SSL_CTX *callpoint_dtls_context(EVP_PKEY *key, X509 *certificate, const char *srtp_profiles) {
    pthread_once(&datagrams_method_once, make_datagrams_method);
    pthread_once(&peer_check_once, make_peer_check_index);
    SSL_CTX *c = SSL_CTX_new(DTLS_method());
    if (c == NULL || datagrams_method == NULL || peer_check_index < 0) goto failed;
    if (SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) != 1) goto failed;
    if (SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION) != 1) goto failed;
    // RFC 8827 §6.5; the RSA suites are for peers whose certificate is RSA (GStreamer's is).
    const char *suites =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
        "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384";
    if (SSL_CTX_set_cipher_list(c, suites) != 1) goto failed;
    if (SSL_CTX_set1_groups_list(c, "X25519:P-256:P-384") != 1) goto failed;
    SSL_CTX_set_options(
        c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_QUERY_MTU |
               SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(c, 16384);
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_quiet_shutdown(c, 0);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(c, verify_peer, NULL);
    if (SSL_CTX_use_certificate(c, certificate) != 1 || SSL_CTX_use_PrivateKey(c, key) != 1) goto failed;
    if (SSL_CTX_set_tlsext_use_srtp(c, srtp_profiles) != 0) goto failed;  // 0 is success here
    return c;
failed:
    SSL_CTX_free(c);
    ERR_clear_error();
    return NULL;
}

SSL *callpoint_dtls_connection(
    SSL_CTX *context, callpoint_datagrams *datagrams, int is_client, unsigned mtu, void *owner,
    callpoint_certificate_check check) {
    SSL *ssl = SSL_new(context);
    BIO *bio = BIO_new(datagrams_method);
    peer_check *p = malloc(sizeof *p);
    if (ssl == NULL || bio == NULL || p == NULL) goto failed;
    p->owner = owner;
    p->check = check;
    if (SSL_set_ex_data(ssl, peer_check_index, p) != 1) goto failed;
    p = NULL;  // the connection's now
    BIO_set_data(bio, datagrams);
    SSL_set_bio(ssl, bio, bio);
    bio = NULL;
    SSL_set_mtu(ssl, mtu);
    DTLS_set_timer_cb(ssl, next_timeout);
    if (is_client) SSL_set_connect_state(ssl);
    else SSL_set_accept_state(ssl);
    return ssl;
failed:
    free(p);
    BIO_free(bio);
    SSL_free(ssl);
    ERR_clear_error();
    return NULL;
}

int64_t callpoint_dtls_time_left(SSL *connection) {
    struct timeval left;
    if (DTLSv1_get_timeout(connection, &left) != 1) return -1;
    return (int64_t)left.tv_sec * 1000000000 + (int64_t)left.tv_usec * 1000;
}

int callpoint_dtls_handle_timeout(SSL *connection) { return (int)DTLSv1_handle_timeout(connection); }

unsigned long callpoint_take_error(void) {
    unsigned long first = ERR_get_error();
    ERR_clear_error();
    return first;
}
