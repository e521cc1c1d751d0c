#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "funding/provider_json.h"
#include "http/form.h"

/*
 * Ko-fi (https://ko-fi.com/manage/webhooks): a form with one field, `data`, which is JSON. It
 * proves itself by a token that everybody who ever saw a message knows; there is no signature, no
 * time and no message about refunds. So a message counts once by its transaction's id, and the
 * operator is told to enter refunds by hand. What Ko-fi sends as a test looks like a gift; its
 * transaction's id gives it away, in older ones the sender's name.
 */
enum { TOKEN_MAX = 200, FIELDS_MAX = 8 };
#define TEST_TRANSACTION "00000000-1111-2222-3333-444444444444"

static bool read_data(const struct provider_call *c, struct str body, const struct json **ret)
{
    struct fields fields = { 0 };
    struct str data = { 0 };
    return form_parse(body, FIELDS_MAX, c->arena, &fields) == OK &&
           fields_find(&fields, S("data"), &data) && provider_json(c, data, ret);
}

static err receive(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery)
{
    const struct json *data = NULL;
    struct str token = { 0 };
    if (!read_data(c, m->body, &data) || !json_get_str(data, "verification_token", &token) ||
        !secret_eq(token, provider_value(c, "token")))
        return PROVIDER_FORGED;
    return provider_object(data, "message_id", ret_delivery) ? OK : PROVIDER_MALFORMED;
}

static bool is_text(const struct json *data, const char *name, struct str text)
{
    struct str s = { 0 };
    return json_get_str(data, name, &s) && str_eq(s, text);
}

static const char *not_a_gift(const struct json *data)
{
    struct str type = { 0 };
    if (is_text(data, "kofi_transaction_id", S(TEST_TRANSACTION)) ||
        is_text(data, "from_name", S("Ko-fi Team")))
        return "a test message";
    if (!json_get_str(data, "type", &type) ||
        (!str_eq(type, S("Donation")) && !str_eq(type, S("Subscription")) &&
         !str_eq(type, S("Tip"))))
        return "a sale, not a gift";
    return NULL;
}

static bool read_gift(const struct provider_call *c, const struct json *data,
                      struct payment_event *e)
{
    struct str code = { 0 };
    struct str at = { 0 };
    struct asset asset = { 0 };
    if (!provider_object(data, "kofi_transaction_id", &e->object) ||
        !json_get_str(data, "currency", &code) || !provider_asset(code, &asset) ||
        !provider_amount(data, "amount", asset, &e->amount) ||
        !json_get_str(data, "timestamp", &at) || !time_parse(at, &e->occurred_at))
        return false;
    (void)json_get_str(data, "from_name", &e->payer.name); // may be missing, as the others
    (void)json_get_str(data, "email", &e->payer.email);
    (void)json_get_bool(data, "is_public", &e->payer.named);
    (void)json_get_str(data, "message", &e->payer.message);
    e->day = provider_day(c, e->occurred_at);
    return true;
}

static err map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    const struct json *data = NULL;
    struct payment_event *e = arena_new(c->arena, struct payment_event, 1);
    *e = (struct payment_event){ .kind = PAYMENT_RECEIVED, .source = LEDGER_BY_PROVIDER };
    if (!read_data(c, body, &data))
        return PROVIDER_MALFORMED;
    const char *why = not_a_gift(data);
    if (!why && !read_gift(c, data, e))
        return PROVIDER_MALFORMED;
    *ret = (struct provider_events){ .events = e, .n = why ? 0 : 1, .why = why };
    return OK;
}

static const struct provider_key keys[] = { { "token", TOKEN_MAX, true, true } };
static const struct provider kofi = {
    .name = "kofi",
    .word = "funding_channel_kofi",
    .hosts = (const char *const[]){ "ko-fi.com", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .receive = receive,
    .map = map,
};
PROVIDER(kofi);
