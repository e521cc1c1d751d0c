#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/provider_json.h"

/*
 * Anything else: a program of the operator's, or a service that signs by Standard Webhooks
 * (https://www.standardwebhooks.com/): headers webhook-id, webhook-timestamp and webhook-signature,
 * "v1,BASE64" of the HMAC-SHA-256 over "ID.TIMESTAMP.BODY", several with blanks between.
 * docs/hooks.md describes the body.
 */
enum { TOLERANCE = 300 /* seconds, before and after */, SECRET_MAX = 200, SIGNATURES_MAX = 8 };
#define SECRET_PREFIX "whsec_"

static bool secret_key(const struct provider_call *c, const char *name, struct str *ret)
{
    struct str text = provider_value(c, name);
    (void)scan_text(&text, S(SECRET_PREFIX)); // it may be left out
    return text.n && base64_read(c->arena, text, ret) && ret->n >= 16;
}

static bool is_signed(struct str key, struct str text, struct str signatures, struct arena *a)
{
    uint8_t mac[SHA256_BYTES];
    bool good = false;
    hmac_sha256(key, text, mac);
    struct str want =
        str_print(a, "v1," STR_FMT, STR_ARG(base64_print(a, bytes_str(mac, sizeof mac))));
    for (size_t i = 0; i < SIGNATURES_MAX && signatures.n; i++) {
        struct str one = signatures;
        if (!str_cut(signatures, ' ', &one, &signatures))
            signatures = S("");
        good |= secret_eq(one, want);
    }
    return good;
}

static err receive(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery)
{
    struct str id = { 0 };
    struct str stamp = { 0 };
    struct str signatures = { 0 };
    struct str key = { 0 };
    int64_t seconds = 0;
    if (!m->header(m->from, "webhook-id", &id) ||
        !m->header(m->from, "webhook-timestamp", &stamp) ||
        !m->header(m->from, "webhook-signature", &signatures) ||
        !int_parse(stamp, 0, INT64_MAX / SECOND, &seconds))
        return PROVIDER_FORGED;
    struct str text = str_print(c->arena, STR_FMT "." STR_FMT "." STR_FMT, STR_ARG(id),
                                STR_ARG(stamp), STR_ARG(m->body));
    bool good = secret_key(c, "secret", &key) && is_signed(key, text, signatures, c->arena);
    if (!good)
        good = secret_key(c, "former_secret", &key) && is_signed(key, text, signatures, c->arena);
    if (!good)
        return PROVIDER_FORGED;
    int64_t off = c->now - seconds * SECOND;
    if (off > TOLERANCE * SECOND || off < -TOLERANCE * SECOND)
        return PROVIDER_STALE;
    *ret_delivery = id;
    return OK;
}

static bool has_amount(enum payment_kind k)
{
    return k == PAYMENT_PENDING || k == PAYMENT_RECEIVED || k == PAYMENT_FEE ||
           k == PAYMENT_REFUND || k == PAYMENT_DISPUTE;
}

static bool read_money(const struct json *j, struct payment_event *e)
{
    struct str code = { 0 };
    struct asset asset = { 0 };
    if (!has_amount(e->kind))
        return true;
    if (!json_get_str(j, "currency", &code) || !provider_asset(code, &asset) ||
        !provider_amount(j, "amount", asset, &e->amount))
        return false;
    return !json_get(j, "fee") ||
           (e->kind == PAYMENT_RECEIVED && provider_amount(j, "fee", asset, &e->fee));
}

static bool read_event(const struct provider_call *c, const struct json *j,
                       struct payment_event *ret)
{
    static const char members[] =
        "type object of amount currency fee occurred_at name email message named";
    struct payment_event e = { .source = LEDGER_BY_PROVIDER };
    struct str kind = { 0 };
    struct str at = { 0 };
    struct str other = { 0 };
    if (!json_only(j, members, &other) || !json_get_str(j, "type", &kind) ||
        !payment_kind_parse(kind, &e.kind) || e.kind == PAYMENT_REORG_REVERSAL ||
        e.kind == PAYMENT_REORG_RESTORE || !provider_object(j, "object", &e.object) ||
        !json_get_str(j, "occurred_at", &at) || !time_parse(at, &e.occurred_at))
        return false;
    bool alone = e.kind == PAYMENT_PENDING || e.kind == PAYMENT_RECEIVED;
    if (alone ? json_get(j, "of") != NULL : !provider_object(j, "of", &e.of))
        return false;
    (void)json_get_str(j, "name", &e.payer.name); // what is not told stays empty
    (void)json_get_str(j, "email", &e.payer.email);
    (void)json_get_str(j, "message", &e.payer.message);
    (void)json_get_bool(j, "named", &e.payer.named);
    e.day = provider_day(c, e.occurred_at);
    *ret = e;
    return read_money(j, ret);
}

static err map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    const struct json *all = NULL;
    struct str other = { 0 };
    if (!provider_json(c, body, &all) || !json_only(all, "events", &other))
        return PROVIDER_MALFORMED;
    const struct json *list = json_get(all, "events");
    if (!list || list->kind != JSON_KIND_ARRAY || list->n > PROVIDER_EVENTS_MAX)
        return PROVIDER_MALFORMED;
    struct payment_event *events = arena_new(c->arena, struct payment_event, list->n);
    for (size_t i = 0; i < list->n; i++)
        if (!read_event(c, &list->items[i], &events[i]))
            return PROVIDER_MALFORMED;
    *ret = (struct provider_events){ .events = events, .n = list->n, .why = "it tells of nothing" };
    return OK;
}

static const struct provider_key keys[] = {
    { "secret", SECRET_MAX, true, true },
    { "former_secret", SECRET_MAX, false, true },
};
static const struct provider webhook = {
    .name = "webhook",
    .word = "funding_channel_webhook",
    .url_optional = true,
    .keys = keys,
    .key_count = COUNT(keys),
    .receive = receive,
    .map = map,
};
PROVIDER(webhook);
