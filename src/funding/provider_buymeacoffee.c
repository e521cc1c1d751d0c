#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "funding/provider_json.h"

#include <inttypes.h>

/*
 * Buy Me a Coffee (https://help.buymeacoffee.com, "Webhooks"). Header x-signature-sha256:
 * HMAC-SHA-256 of the raw body in hex. Nothing tells when it was signed, so a message counts once
 * by its transaction's id. A refund is of the whole support.
 */
enum { SECRET_MAX = 200, OBJECT_MAX = 60 };

static err receive(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery)
{
    uint8_t mac[SHA256_BYTES];
    const struct json *all = NULL;
    struct str hex = { 0 };
    int64_t id = 0;
    if (!m->header(m->from, "x-signature-sha256", &hex))
        return PROVIDER_FORGED;
    hmac_sha256(provider_value(c, "secret"), m->body, mac);
    if (!provider_hex_is(hex, bytes_str(mac, sizeof mac)))
        return PROVIDER_FORGED;
    if (!provider_json(c, m->body, &all))
        return PROVIDER_MALFORMED;
    if (json_get_int(all, "event_id", &id)) // older messages have none
        *ret_delivery = str_print(c->arena, "%" PRId64, id);
    return OK;
}

/* An amount comes as text or as a number. */
static bool read_amount(const struct json *data, struct amount *ret)
{
    struct str code = { 0 };
    struct str text = { 0 };
    struct asset asset = { 0 };
    return json_get_str(data, "currency", &code) && provider_asset(code, &asset) &&
           (json_get_str(data, "amount", &text) || json_get_number(data, "amount", &text)) &&
           amount_parse(text, asset, ret) && ret->units > 0;
}

static bool read_gift(const struct provider_call *c, const struct json *data,
                      struct payment_event *e)
{
    struct str hidden = { 0 };
    bool is_hidden = false;
    int64_t seconds = 0;
    if (!provider_object(data, "transaction_id", &e->object) || e->object.n > OBJECT_MAX ||
        !read_amount(data, &e->amount) || !json_get_int(data, "created_at", &seconds) ||
        !provider_seconds(seconds, &e->occurred_at))
        return false;
    (void)json_get_str(data, "note_hidden", &hidden); // text or truth, by version
    (void)json_get_bool(data, "note_hidden", &is_hidden);
    (void)json_get_str(data, "supporter_name", &e->payer.name);
    (void)json_get_str(data, "supporter_email", &e->payer.email);
    if (!is_hidden && !str_eq(hidden, S("true")))
        (void)json_get_str(data, "support_note", &e->payer.message);
    e->day = provider_day(c, e->occurred_at);
    return true;
}

/* The support itself, in case that was missed, and its refund. */
static size_t add_refund(const struct provider_call *c, struct payment_event *events)
{
    events[1] = events[0];
    events[1].kind = PAYMENT_REFUND;
    events[1].of = events[0].object;
    events[1].object = str_print(c->arena, STR_FMT "/refund", STR_ARG(events[0].object));
    return 2;
}

static err map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    const struct json *all = NULL;
    struct str type = { 0 };
    bool live = false;
    struct payment_event *e = arena_new(c->arena, struct payment_event, 2);
    *e = (struct payment_event){ .kind = PAYMENT_RECEIVED, .source = LEDGER_BY_PROVIDER };
    *ret = (struct provider_events){ .events = e };
    if (!provider_json(c, body, &all) || !json_get_str(all, "type", &type))
        return PROVIDER_MALFORMED;
    bool refunded = str_eq(type, S("donation.refunded"));
    if (!json_get_bool(all, "live_mode", &live) || !live)
        ret->why = "test mode";
    else if (!refunded && !str_eq(type, S("donation.created")))
        ret->why = "not a one-time support: memberships and sales are entered by hand";
    if (ret->why)
        return OK;
    if (!read_gift(c, json_get(all, "data"), e))
        return PROVIDER_MALFORMED;
    ret->n = refunded ? add_refund(c, e) : 1;
    return OK;
}

static const struct provider_key keys[] = { { "secret", SECRET_MAX, true, true } };
static const struct provider buymeacoffee = {
    .name = "buymeacoffee",
    .word = "funding_channel_buymeacoffee",
    .hosts = (const char *const[]){ "buymeacoffee.com", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .receive = receive,
    .map = map,
};
PROVIDER(buymeacoffee);
