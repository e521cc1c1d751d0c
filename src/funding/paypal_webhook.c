#include "funding/paypal_webhook.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/scan.h"
#include "funding/payment_message.h"

#include <inttypes.h>

enum { CERTIFICATE_NAME_MAX = 120, TRANSMISSION_MAX = 100 };

/* Four bits at a time: a table of sixteen is enough for bodies of some kilobytes. */
uint32_t paypal_crc32(struct str s)
{
    static const uint32_t of_four_bits[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (uint8_t)s.s[i];
        crc = (crc >> 4) ^ of_four_bits[crc & 15];
        crc = (crc >> 4) ^ of_four_bits[crc & 15];
    }
    return ~crc;
}

static bool is_word(struct str s, size_t max)
{
    if (s.n == 0 || s.n > max)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_';
        if (!good)
            return false;
    }
    return true;
}

bool paypal_id_good(struct str id)
{
    return is_word(id, PAYPAL_ID_MAX);
}

static bool is_certificate_at(struct str url, struct str origin)
{
    return scan_text(&url, origin) && scan_text(&url, S("/v1/notifications/certs/")) &&
           is_word(url, CERTIFICATE_NAME_MAX);
}

bool paypal_certificate_good(struct str url, struct str api)
{
    if (str_eq(api, S(PAYPAL_API)))
        return is_certificate_at(url, S("https://api.paypal.com")) ||
               is_certificate_at(url, S(PAYPAL_API));
    if (str_eq(api, S(PAYPAL_API_SANDBOX)))
        return is_certificate_at(url, S("https://api.sandbox.paypal.com")) ||
               is_certificate_at(url, S(PAYPAL_API_SANDBOX));
    return is_certificate_at(url, api);
}

static bool is_fresh(struct str time, int64_t now)
{
    int64_t at = 0;
    return time_parse(time, &at) && at <= now + PAYPAL_FUTURE_MAX && at >= now - PAYPAL_AGE_MAX;
}

err paypal_headers_check(const struct paypal_headers *h, struct str api, int64_t now,
                         struct arena *a)
{
    struct str signature = { 0 };
    if (!is_word(h->id, TRANSMISSION_MAX) || h->signature.n > PAYPAL_HEADER_MAX ||
        !base64_read(a, h->signature, &signature) || signature.n == 0 || h->time.n == 0)
        return PAYPAL_INCOMPLETE;
    if (!str_eq(h->algorithm, S("SHA256withRSA")))
        return PAYPAL_ALGORITHM;
    if (!is_fresh(h->time, now))
        return PAYPAL_NOT_FRESH;
    return paypal_certificate_good(h->certificate_url, api) ? OK : PAYPAL_CERTIFICATE_URL;
}

struct str paypal_signed(const struct paypal_headers *h, struct str webhook_id, struct str body,
                         struct arena *a)
{
    return str_print(a, STR_FMT "|" STR_FMT "|" STR_FMT "|%" PRIu32, STR_ARG(h->id),
                     STR_ARG(h->time), STR_ARG(webhook_id), paypal_crc32(body));
}

static const struct hint_rule {
    const char *event;
    enum paypal_object object;
} hint_rules[] = {
    { "PAYMENT.CAPTURE.COMPLETED", PAYPAL_CAPTURE },
    { "PAYMENT.CAPTURE.PENDING", PAYPAL_CAPTURE },
    { "PAYMENT.CAPTURE.DENIED", PAYPAL_CAPTURE },
    { "PAYMENT.CAPTURE.DECLINED", PAYPAL_CAPTURE },
    { "PAYMENT.CAPTURE.REFUNDED", PAYPAL_REFUND },
    { "PAYMENT.CAPTURE.REVERSED", PAYPAL_REFUND },
    { "PAYMENT.SALE.COMPLETED", PAYPAL_SALE },
    { "PAYMENT.SALE.PENDING", PAYPAL_SALE },
    { "PAYMENT.SALE.DENIED", PAYPAL_SALE },
    { "PAYMENT.SALE.REFUNDED", PAYPAL_SALE_REFUND },
};

static const struct hint_rule *rule_of(struct str event)
{
    for (size_t i = 0; i < COUNT(hint_rules); i++)
        if (str_eq(event, str_from_z(hint_rules[i].event)))
            return &hint_rules[i];
    return NULL;
}

/* {"currency_code", "value"}; of a sale {"currency", "total"}. */
static bool read_amount(const struct json *resource, struct paypal_hint *h)
{
    const struct json *amount = json_get(resource, "amount");
    if (json_get_str(amount, "currency_code", &h->currency))
        return json_get_str(amount, "value", &h->value);
    return json_get_str(amount, "currency", &h->currency) &&
           json_get_str(amount, "total", &h->value);
}

err paypal_hint_read(struct str body, struct arena *a, struct paypal_hint *ret)
{
    const struct json *event = NULL;
    struct str why = { 0 };
    struct str type = { 0 };
    err e = json_parse(body, PAYMENT_MESSAGE_MAX, a, &event, &why);
    if (e < 0)
        return fault(e);
    if (e || !json_get_str(event, "event_type", &type))
        return PAYPAL_NOT_AN_EVENT;
    struct paypal_hint h = { 0 };
    const struct hint_rule *rule = rule_of(type);
    if (rule) {
        const struct json *resource = json_get(event, "resource");
        if (!json_get_str(resource, "id", &h.id) || !paypal_id_good(h.id))
            return PAYPAL_NOT_AN_EVENT;
        h.object = rule->object;
        h.told = read_amount(resource, &h);
    }
    *ret = h;
    return OK;
}
