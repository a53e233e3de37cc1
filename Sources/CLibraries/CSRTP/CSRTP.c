#include "CSRTP.h"

#include "ciphers.h"

#include <string.h>

srtp_err_status_t callpoint_srtp_init(void) {
    static const srtp_cipher_type_t *const types[] = {
        &callpoint_aes_gcm_128, &callpoint_aes_gcm_256, &callpoint_aes_icm_128};
    srtp_err_status_t status = srtp_init();
    for (unsigned i = 0; i < sizeof types / sizeof *types && status == srtp_err_status_ok; i++) {
        status = srtp_replace_cipher_type(types[i], types[i]->id);
    }
    if (status != srtp_err_status_ok) return status;
    return srtp_replace_auth_type(&callpoint_hmac_sha1_type, SRTP_HMAC_SHA1);
}

srtp_err_status_t callpoint_srtp_create(
    srtp_t *session, unsigned profile, int is_outbound, const unsigned char *key, unsigned long window) {
    srtp_policy_t policy;
    memset(&policy, 0, sizeof policy);
    switch (profile) {
    case 0x0001:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
        break;
    case 0x0007:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
        break;
    case 0x0008:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
        break;
    default: return srtp_err_status_bad_param;
    }
    policy.ssrc.type = is_outbound ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = (unsigned char *)key;  // read only
    policy.window_size = window;
    // A peer without RTX gets the very same packet again, byte for byte, so no nonce meets two plaintexts.
    policy.allow_repeat_tx = is_outbound;
    return srtp_create(session, &policy);
}
