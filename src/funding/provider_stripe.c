#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/scan.h"
#include "funding/provider_json.h"
#include "outgoing/fetch.h"

/*
 * Stripe (https://docs.stripe.com/webhooks). The money object is the charge: checkout sessions,
 * payment intents and invoices speak of the same money and are left alone. It counts once it is
 * captured, by what was captured. Refunds and disputes are objects of their own; a dispute counts
 * when the money is withdrawn and when it is reinstated.
 *
 * Signature: header Stripe-Signature "t=SECONDS,v1=HEX[,v1=HEX...]", HMAC-SHA-256 with the whole
 * secret ("whsec_..." and all) over "SECONDS.BODY". We look at the time both ways; Stripe's own
 * library takes times from the future.
 */
enum { TOLERANCE = 300 /* seconds */, SECRET_MAX = 200, PARTS_MAX = 16 };
enum { POLL_PAGE = 100, POLL_PAGES = 20, POLL_ANSWER = 4 * 1024 * 1024, ASK_MS = 30000 };
enum { STRIPE_FORGOTTEN = PROVIDER_DENIED + 1 }; /* of ask(): it does not know the event named */
#define STRIPE_API "https://api.stripe.com"

struct signature {
    struct str seconds;
    struct str v1[PARTS_MAX];
    size_t count;
};

static bool signature_read(struct str s, struct signature *ret)
{
    struct signature sig = { 0 };
    for (size_t i = 0; s.n; i++) {
        struct str part = s;
        struct str name = { 0 };
        struct str value = { 0 };
        if (i == PARTS_MAX)
            return false;
        if (!str_cut(s, ',', &part, &s))
            s = S("");
        if (!str_cut(part, '=', &name, &value))
            return false;
        if (str_eq(name, S("t")) && !sig.seconds.n)
            sig.seconds = value;
        else if (str_eq(name, S("v1")))
            sig.v1[sig.count++] = value;
    }
    *ret = sig;
    return sig.seconds.n && sig.count;
}

static bool is_signed(struct str secret, const struct signature *sig, struct str text)
{
    uint8_t mac[SHA256_BYTES];
    bool good = false;
    if (!secret.n)
        return false;
    hmac_sha256(secret, text, mac);
    for (size_t i = 0; i < sig->count; i++)
        good |= provider_hex_is(sig->v1[i], bytes_str(mac, sizeof mac));
    return good;
}

static err receive(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery)
{
    struct str header = { 0 };
    struct signature sig = { 0 };
    const struct json *event = NULL;
    int64_t seconds = 0;
    if (!m->header(m->from, "Stripe-Signature", &header) || !signature_read(header, &sig) ||
        !int_parse(sig.seconds, 0, INT64_MAX / SECOND, &seconds))
        return PROVIDER_FORGED;
    struct str text =
        str_print(c->arena, STR_FMT "." STR_FMT, STR_ARG(sig.seconds), STR_ARG(m->body));
    if (!is_signed(provider_value(c, "secret"), &sig, text) &&
        !is_signed(provider_value(c, "former_secret"), &sig, text))
        return PROVIDER_FORGED;
    int64_t off = c->now - seconds * SECOND;
    if (off > TOLERANCE * SECOND || off < -TOLERANCE * SECOND)
        return PROVIDER_STALE;
    if (!provider_json(c, m->body, &event) || !provider_object(event, "id", ret_delivery))
        return PROVIDER_MALFORMED;
    return OK;
}

/* How many decimals Stripe's whole numbers have (https://docs.stripe.com/currencies). ISO 4217
 * differs for a few: a krona and a Ugandan shilling come with two that must be zero. */
static int wire_decimals(struct str code)
{
    size_t at = 0;
    if (str_find(S("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"), code, &at))
        return 0;
    return str_find(S("BHD JOD KWD OMR TND"), code, &at) ? 3 : 2;
}

static int128 ten_to(int n)
{
    int128 p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

/* False too for parts of the currency's smallest unit. */
static bool read_amount(int64_t wire, struct str code, struct amount *ret)
{
    struct amount m = { 0 };
    if (!provider_asset(code, &m.asset) || asset_is_coin(m.asset) || wire <= 0)
        return false;
    int more = asset_decimals(m.asset) - wire_decimals(asset_str(&m.asset));
    int128 by = ten_to(more < 0 ? -more : more);
    if (more < 0 && wire % by)
        return false;
    m.units = more < 0 ? wire / by : wire * by;
    *ret = m;
    return true;
}

static bool read_money(const struct json *j, const char *name, struct amount *ret)
{
    struct str code = { 0 };
    int64_t wire = 0;
    return json_get_int(j, name, &wire) && json_get_str(j, "currency", &code) &&
           read_amount(wire, code, ret);
}

static bool read_created(const struct provider_call *c, const struct json *j,
                         struct payment_event *e)
{
    int64_t seconds = 0;
    if (!json_get_int(j, "created", &seconds) || !provider_seconds(seconds, &e->occurred_at))
        return false;
    e->day = provider_day(c, e->occurred_at);
    return true;
}

/* What is being made of one message. */
struct mapping {
    const struct provider_call *call;
    const struct json *object; /* data.object */
    struct payment_event *events;
    size_t n;
};

static struct payment_event *add(struct mapping *m, enum payment_kind kind)
{
    struct payment_event *e = &m->events[m->n++];
    *e = (struct payment_event){ .kind = kind, .source = LEDGER_BY_PROVIDER };
    return e;
}

/* The fee stands in the balance transaction, when the message has it whole. */
static bool read_fee(const struct json *charge, struct payment_event *e)
{
    const struct json *b = json_get(charge, "balance_transaction");
    int64_t fee = 0;
    if (!b || b->kind != JSON_KIND_OBJECT || !json_get_int(b, "fee", &fee) || fee == 0)
        return true;
    return read_money(b, "fee", &e->fee);
}

static bool map_charge(struct mapping *m, enum payment_kind kind)
{
    const struct json *charge = m->object;
    const struct json *who = json_get(charge, "billing_details");
    bool captured = kind == PAYMENT_RECEIVED && json_get(charge, "amount_captured");
    struct payment_event *e = add(m, kind);
    (void)json_get_str(who, "name", &e->payer.name); // may be null
    (void)json_get_str(who, "email", &e->payer.email);
    if (!provider_object(charge, "id", &e->object) ||
        !read_money(charge, captured ? "amount_captured" : "amount", &e->amount) ||
        !read_created(m->call, charge, e))
        return false;
    return kind != PAYMENT_RECEIVED || read_fee(charge, e);
}

/* The Connect application that made the charge, as its id or whole, is one of those to leave out.
 */
static bool is_left_out(const struct mapping *m)
{
    struct str names = provider_value(m->call, "leave_out");
    struct str application = { 0 };
    if (!json_get_str(m->object, "application", &application) &&
        !json_get_str(json_get(m->object, "application"), "id", &application))
        return false;
    while (names.n)
        if (str_eq(scan_until(&names, ' '), application))
            return true;
    return false;
}

/* One that only blocks the giver's money is told again when that is taken, if ever. */
static bool map_received(struct mapping *m, const char **ret_why)
{
    bool captured = true;
    (void)json_get_bool(m->object, "captured", &captured); // the oldest API versions do not say
    if (captured)
        return map_charge(m, PAYMENT_RECEIVED);
    *ret_why = "a charge that is authorised and not captured";
    return true;
}

/* A card that was declined was never announced; a debit was, as pending. */
static bool map_failed(struct mapping *m, const char **ret_why)
{
    const struct json *details = json_get(m->object, "payment_method_details");
    struct str type = { 0 };
    if (json_get_str(details, "type", &type) && str_eq(type, S("card"))) {
        *ret_why = "a card that was declined";
        return true;
    }
    struct payment_event *e = add(m, PAYMENT_FAILED);
    if (!provider_object(m->object, "id", &e->object))
        return false;
    e->of = e->object;
    return read_created(m->call, m->object, e);
}

/* Money that went out by `kind` from a charge, and that came back when `undone`. */
static bool map_out(struct mapping *m, const struct json *j, enum payment_kind kind, bool undone)
{
    struct payment_event *e = add(m, kind);
    if (!provider_object(j, "id", &e->object) || !provider_object(j, "charge", &e->of) ||
        !read_money(j, "amount", &e->amount) || !read_created(m->call, j, e))
        return false;
    if (undone) {
        struct payment_event *back =
            add(m, kind == PAYMENT_REFUND ? PAYMENT_REFUND_FAILED : PAYMENT_DISPUTE_WON);
        back->object = back->of = e->object;
        back->occurred_at = e->occurred_at;
        back->day = e->day;
    }
    return true;
}

static bool map_refund(struct mapping *m, const char **ret_why)
{
    struct str status = { 0 };
    if (!json_get_str(m->object, "status", &status))
        return false;
    if (str_eq(status, S("requires_action"))) {
        *ret_why = "a refund that waits for the giver";
        return true;
    }
    return map_out(m, m->object, PAYMENT_REFUND,
                   str_eq(status, S("failed")) || str_eq(status, S("canceled")));
}

/* Why nothing of a charge counts, or NULL. Its events are "charge.succeeded" and so on; those of
 * its disputes are about other objects. */
static const char *not_counted(const struct mapping *m)
{
    struct date since = { 0 };
    struct payment_event e = { 0 };
    struct str kind = { 0 };
    if (!json_get_str(m->object, "object", &kind) || !str_eq(kind, S("charge")))
        return NULL;
    if (is_left_out(m))
        return "a charge that another channel counts";
    bool early = date_parse(provider_value(m->call, "since"), &since) &&
                 read_created(m->call, m->object, &e) && e.day < date_to_days(since);
    return early ? "a charge of a day before `since`" : NULL;
}

static bool map_type(struct mapping *m, struct str type, const char **ret_why)
{
    *ret_why = not_counted(m);
    if (*ret_why)
        return true;
    if (str_eq(type, S("charge.succeeded")) || str_eq(type, S("charge.captured")))
        return map_received(m, ret_why);
    if (str_eq(type, S("charge.pending")))
        return map_charge(m, PAYMENT_PENDING);
    if (str_eq(type, S("charge.failed")))
        return map_failed(m, ret_why);
    if (str_eq(type, S("refund.created")) || str_eq(type, S("refund.updated")) ||
        str_eq(type, S("refund.failed")) || str_eq(type, S("charge.refund.updated")))
        return map_refund(m, ret_why);
    if (str_eq(type, S("charge.dispute.funds_withdrawn")))
        return map_out(m, m->object, PAYMENT_DISPUTE, false);
    if (str_eq(type, S("charge.dispute.funds_reinstated")))
        return map_out(m, m->object, PAYMENT_DISPUTE, true);
    *ret_why = "a kind of event that moves no money of its own";
    return true;
}

/* Why an event is none of ours, or NULL. */
static const char *not_ours(const struct provider_call *c, const struct json *event)
{
    struct str account = { 0 };
    bool live = false;
    if (!json_get_bool(event, "livemode", &live) || !live)
        return "test mode";
    if (json_get_str(event, "account", &account) &&
        !str_eq(account, provider_value(c, "account_id")))
        return "another account";
    return NULL;
}

/* What one event means; it is added to the mapping's. *ret_why: why it does not count, or NULL. */
static err map_event(struct mapping *m, const struct json *event, const char **ret_why)
{
    struct str type = { 0 };
    if (!json_get_str(event, "type", &type))
        return PROVIDER_MALFORMED;
    *ret_why = not_ours(m->call, event);
    m->object = json_get(json_get(event, "data"), "object");
    if (!*ret_why && (!m->object || !map_type(m, type, ret_why)))
        return PROVIDER_MALFORMED;
    return OK;
}

static err map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    const struct json *event = NULL;
    struct mapping m = { .call = c, .events = arena_new(c->arena, struct payment_event, 2) };
    const char *why = NULL;
    if (!provider_json(c, body, &event))
        return PROVIDER_MALFORMED;
    err e = map_event(&m, event, &why);
    if (!e)
        *ret = (struct provider_events){ .events = m.events, .n = m.n, .why = why };
    return e;
}

/* ---- asking: what no message told of ---- */

/* The list of events (https://docs.stripe.com/api/events/list), newest first, kept there for 30
 * days: first the last hundred, then those that came after the newest one we know, a page at a
 * time. */
static err ask(const struct provider_call *c, struct str after, const struct json **ret)
{
    struct str api = provider_value(c, "api");
    struct str key = provider_value(c, "api_key");
    const struct fetch_header headers[] = {
        { S("Authorization"), str_print(c->arena, "Bearer " STR_FMT, STR_ARG(key)) },
        { S("Accept"), S("application/json") },
    };
    struct str url = str_print(c->arena, STR_FMT "/v1/events?limit=%d%s" STR_FMT,
                               STR_ARG(api.n ? api : S(STRIPE_API)), POLL_PAGE,
                               after.n ? "&ending_before=" : "", STR_ARG(after));
    const struct fetch_request q = { .url = url,
                                     .headers = headers,
                                     .header_count = COUNT(headers),
                                     .answer_max = POLL_ANSWER,
                                     .timeout_ms = ASK_MS,
                                     .allow_private = api.n > 0,
                                     .give_up = c->give_up,
                                     .arg = c->arg };
    struct fetch_answer answer = { 0 };
    err e = fetch(&q, c->arena, &answer);
    if (e)
        return e < 0 ? e : PROVIDER_DOWN;
    if (answer.status == 401 || answer.status == 403)
        return PROVIDER_DENIED;
    if (answer.status == 400 && after.n)
        return STRIPE_FORGOTTEN;
    if (answer.status != 200 || !provider_json(c, answer.body, ret))
        return PROVIDER_DOWN;
    return OK;
}

/* Oldest first. One that is not understood is passed over and said. */
static void take_page(struct mapping *m, const struct json *list, const char **ret_why)
{
    for (size_t i = list->n; i > 0; i--) {
        size_t before = m->n;
        const char *why = NULL;
        if (map_event(m, &list->items[i - 1], &why)) {
            m->n = before;
            *ret_why = "an event of the API's list was not understood";
        }
    }
}

/* The page behind `*cursor`, which moves to its newest. */
static err poll_page(struct mapping *m, struct str *cursor, bool *ret_more, const char **ret_why)
{
    const struct json *answer = NULL;
    err e = ask(m->call, *cursor, &answer);
    if (e)
        return e;
    const struct json *list = json_get(answer, "data");
    *ret_more = false;
    if (!list || list->kind != JSON_KIND_ARRAY || list->n > POLL_PAGE ||
        !json_get_bool(answer, "has_more", ret_more))
        return PROVIDER_DOWN;
    bool first = !cursor->n;
    if (list->n && !provider_object(&list->items[0], "id", cursor))
        return PROVIDER_DOWN;
    if (first || !list->n)
        *ret_more = false; // of the first page, "more" are older ones
    take_page(m, list, ret_why);
    return OK;
}

static err poll(const struct provider_call *c, struct str cursor, struct provider_events *ret)
{
    struct mapping m = { .call = c };
    bool more = true;
    m.events = arena_new(c->arena, struct payment_event, (size_t)2 * POLL_PAGE * POLL_PAGES);
    for (int page = 0; more && page < POLL_PAGES; page++) {
        err e = poll_page(&m, &cursor, &more, &ret->why);
        if (e == STRIPE_FORGOTTEN) { // the newest we knew has gone: from the last hundred again
            cursor = S("");
            e = poll_page(&m, &cursor, &more, &ret->why);
        }
        if (e)
            return e == STRIPE_FORGOTTEN ? PROVIDER_DOWN : e;
    }
    ret->events = m.events;
    ret->n = m.n;
    ret->cursor = cursor;
    ret->poll = more;
    return OK;
}

static const struct provider_key keys[] = {
    { "secret", SECRET_MAX, true, true },      { "former_secret", SECRET_MAX, false, true },
    { "account_id", SECRET_MAX, false, true }, { "api_key", SECRET_MAX, false, true },
    { "leave_out", SECRET_MAX, false, false }, { "since", 10, false, false },
    { "api", SECRET_MAX, false, false },
};
static const struct provider stripe = {
    .name = "stripe",
    .word = "funding_channel_stripe",
    .hosts = (const char *const[]){ "stripe.com", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .pays_as = "stripe",
    .silent_days = 30,
    .receive = receive,
    .map = map,
    .poll = poll,
    .poll_needs = "api_key",
};
PROVIDER(stripe);
