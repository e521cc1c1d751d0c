#pragma once
#include "base/certificate.h"
#include "base/clock.h"

/*
 * PayPal's webhooks (developer.paypal.com/api/rest/webhooks/rest): what proves that a delivery is
 * PayPal's, and what it hints at. No network and no database here.
 *
 * The signature is RSA over "transmission-id|transmission-time|webhook-id|crc32", where crc32 is
 * that of the raw body, in decimal: it proves who sent something, and next to nothing about what,
 * for bodies with the same CRC-32 are made at will. So a delivery is a hint to look at one object,
 * and paypal_api.h asks PayPal what is true of it.
 */
enum {
    PAYPAL_HEADER_MAX = 2000, /* bytes of one value */
    PAYPAL_ID_MAX = 64,       /* bytes of an object's id: A-Z a-z 0-9 - _ */
};
#define PAYPAL_AGE_MAX    (4 * DAY) /* it tries for three days to deliver what it sent first */
#define PAYPAL_FUTURE_MAX (5 * MINUTE)
struct paypal_headers {
    struct str id, time, signature, certificate_url, algorithm;
};

/* Whether these headers may be worth a look at their certificate: all there, of our time, the
 * algorithm SHA256withRSA, and the certificate at a host of `api`'s kind (paypal_certificate_good).
 */
enum { PAYPAL_INCOMPLETE = 1, PAYPAL_NOT_FRESH, PAYPAL_ALGORITHM, PAYPAL_CERTIFICATE_URL };
MUST_USE err paypal_headers_check(const struct paypal_headers *h, struct str api, int64_t now,
                                  struct arena *a);

/*
 * "https://api.paypal.com/v1/notifications/certs/NAME", or the same at api-m.paypal.com, when `api`
 * is the real one; at their sandbox twins when it is the sandbox; at `api` itself when it is
 * anything else, which only an operator can configure. Nothing may stand around or behind it.
 */
#define PAYPAL_API         "https://api-m.paypal.com"
#define PAYPAL_API_SANDBOX "https://api-m.sandbox.paypal.com"
bool paypal_certificate_good(struct str url, struct str api);

/* What was signed, in `a`. */
struct str paypal_signed(const struct paypal_headers *h, struct str webhook_id, struct str body,
                         struct arena *a);
uint32_t paypal_crc32(struct str s); /* ISO 3309, as zlib's */

/* What a delivery hints at. */
enum paypal_object {
    PAYPAL_NOTHING, /* an event that moves no money, or of a kind we do not know */
    PAYPAL_CAPTURE,
    PAYPAL_REFUND, /* of a capture */
    PAYPAL_SALE,   /* of the older subscriptions */
    PAYPAL_SALE_REFUND,
};
struct paypal_hint {
    enum paypal_object object;
    struct str id;
    bool told; /* it names an amount: */
    struct str value, currency;
};
/* Refuses what is no such event at all. Texts are in `a`. */
enum { PAYPAL_NOT_AN_EVENT = 1 };
MUST_USE err paypal_hint_read(struct str body, struct arena *a, struct paypal_hint *ret);
bool paypal_id_good(struct str id);
