#include "base/attr.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/channel.h"
#include "funding/patreon_page.h"
#include "funding/provider_json.h"
#include "outgoing/fetch.h"

/*
 * Patreon (https://docs.patreon.com): its messages say that something happened to a member and not
 * what was paid, so they are only a hint. The members are then asked for, a page at a time, with
 * the history of their charges. What it kept for itself it does not say.
 *
 * Messages are signed by HMAC-MD5 over the raw body, without a time: an old one can be sent again,
 * and makes us ask once more. Of a message nothing is kept but that it came.
 */
#define PATREON_API "https://www.patreon.com"
#define ONE_PAGE                                                                                   \
    "/members?include=pledge_history&fields%%5Bmember%%5D=full_name"                               \
    "&fields%%5Bpledge-event%%5D=amount_cents,currency_code,date,payment_status"                   \
    "&page%%5Bcount%%5D=%d"
#define BROKEN_OFF "the list of members broke off: the next poll reads it from the beginning"
enum { PAGE_MEMBERS = 20, ANSWER_BYTES = 4 * 1024 * 1024, ASK_MS = 30000, SECRET_MAX = 200 };

static err receive(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery)
{
    struct str signature = { 0 };
    struct str key = provider_value(c, "secret");
    uint8_t mac[MD5_BYTES];
    uint8_t hash[SHA256_BYTES];
    hmac_md5(key, m->body, mac);
    if (!key.n || !m->header(m->from, "X-Patreon-Signature", &signature) ||
        !secret_eq(str_lower(c->arena, signature), hex_print(c->arena, bytes_str(mac, sizeof mac))))
        return PROVIDER_FORGED;
    sha256(m->body, hash);
    *ret_delivery = hex_print(c->arena, bytes_str(hash, sizeof hash));
    return OK;
}

static struct str keep(const struct provider_call *c, const struct provider_message *m)
{
    (void)c; // what is in it is about people
    (void)m;
    return S("{}");
}

static err map(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    (void)c; // whatever it says
    (void)body;
    *ret = (struct provider_events){ .poll = true };
    return OK;
}

/* ---- asking */

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < '0' || s.s[i] > '9')
            return false;
    return s.n > 0;
}

/* The cursor is not taken: it may be days old, from before an outage. */
enum { REFUSED = 1 + PROVIDER_DENIED };

static err ask(const struct provider_call *c, struct str cursor, struct patreon_page *ret)
{
    struct str api = provider_value(c, "api");
    struct str campaign = provider_value(c, "campaign");
    const struct fetch_header headers[] = {
        { S("Authorization"),
          str_print(c->arena, "Bearer " STR_FMT, STR_ARG(provider_value(c, "token"))) },
        { S("Accept"), S("application/json") },
    };
    const struct fetch_request q = {
        .url =
            str_print(c->arena, STR_FMT "/api/oauth2/v2/campaigns/" STR_FMT ONE_PAGE "%s" STR_FMT,
                      STR_ARG(api.n ? api : S(PATREON_API)), STR_ARG(campaign), PAGE_MEMBERS,
                      cursor.n ? "&page%5Bcursor%5D=" : "", STR_ARG(cursor)),
        .headers = headers,
        .header_count = COUNT(headers),
        .answer_max = ANSWER_BYTES,
        .timeout_ms = ASK_MS,
        .allow_private = api.n > 0,
        .give_up = c->give_up,
        .arg = c->arg,
    };
    struct fetch_answer answer = { 0 };
    err e = fetch(&q, c->arena, &answer);
    if (e)
        return e < 0 ? e : PROVIDER_DOWN;
    if (answer.status == 401 || answer.status == 403 || answer.status == 404)
        return PROVIDER_DENIED;
    if (answer.status == 400 && cursor.n)
        return REFUSED;
    if (answer.status != 200)
        return PROVIDER_DOWN;
    e = patreon_page_read(answer.body, c->arena, ret);
    return e > 0 ? PROVIDER_DOWN : e;
}

/* ---- what a charge means */

struct mapping {
    const struct provider_call *call;
    struct payment_event *events;
    size_t n;
    int64_t since; /* days */
};

static void add(struct mapping *m, const struct patreon_charge *c, enum payment_kind kind)
{
    bool back = kind != PAYMENT_RECEIVED;
    m->events[m->n++] = (struct payment_event){
        .channel = m->call->channel->name,
        .kind = kind,
        .object = back ? str_print(m->call->arena, STR_FMT "/back", STR_ARG(c->object)) : c->object,
        .of = back ? c->object : S(""),
        .amount = c->amount,
        .occurred_at = c->at,
        .day = provider_day(m->call, c->at),
        .source = LEDGER_BY_PROVIDER,
        .payer = { .name = back ? S("") : c->name },
    };
}

/* What was taken back came before: both are told, and what is booked already stays so. */
static void map_charge(struct mapping *m, const struct patreon_charge *c)
{
    if (provider_day(m->call, c->at) < m->since)
        return;
    add(m, c, PAYMENT_RECEIVED);
    if (c->status == PATREON_REFUNDED)
        add(m, c, PAYMENT_REFUND);
    if (c->status == PATREON_FRAUD)
        add(m, c, PAYMENT_DISPUTE);
}

static const char *what_is_left(const struct patreon_page *page)
{
    for (size_t i = 0; i < page->n; i++)
        if (page->charges[i].status == PATREON_PARTLY)
            return "a charge was refunded in part: the API does not say how much";
    return page->skipped ? "a charge was not understood" : NULL;
}

static err poll(const struct provider_call *c, struct str cursor, struct provider_events *ret)
{
    struct patreon_page page = { 0 };
    struct date since = { 0 };
    if (!is_number(provider_value(c, "campaign")))
        return PROVIDER_DENIED;
    check(date_parse(provider_value(c, "since"), &since)); // the start has read it
    err e = ask(c, cursor, &page);
    if (e && e != REFUSED)
        return e;
    bool broken = e == REFUSED || (cursor.n && str_eq(page.next, cursor));
    if (broken)
        page.next = S(""); // and not at once: it may break off there again
    struct mapping m = { .call = c,
                         .events = arena_new(c->arena, struct payment_event, 2 * page.n + 1),
                         .since = date_to_days(since) };
    for (size_t i = 0; i < page.n; i++)
        map_charge(&m, &page.charges[i]);
    *ret = (struct provider_events){ .events = m.events,
                                     .n = m.n,
                                     .why = broken ? BROKEN_OFF : what_is_left(&page),
                                     .cursor = page.next,
                                     .poll = page.next.n > 0 };
    return OK;
}

static const struct provider_key keys[] = {
    { "campaign", 20, true, true },      { "token", SECRET_MAX, true, false },
    { "since", 10, true, false },        { "secret", SECRET_MAX, false, true },
    { "api", SECRET_MAX, false, false },
};
static const struct provider patreon = {
    .name = "patreon",
    .word = "funding_channel_patreon",
    .hosts = (const char *const[]){ "patreon.com", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .pays_as = "patreon",
    .receive = receive,
    .keep = keep,
    .map = map,
    .poll = poll,
    .poll_needs = "token",
};
PROVIDER(patreon);
