#include "base/attr.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/json.h"
#include "base/scan.h"
#include "funding/channel.h"
#include "funding/collective_page.h"
#include "funding/provider.h"
#include "outgoing/fetch.h"

#include <inttypes.h>

/*
 * Open Collective (https://docs.opencollective.com): its messages are not signed, so none are
 * taken; its public API is asked every hour. A round reads the transactions made since a moment, in
 * their order, a page at a time; the next round begins some days before the newest one that was
 * seen, for what was made there may appear a little later.
 *
 * The cursor is that moment ("2018-05-03T10:00:00Z"), and within a round "@" and how many were read
 * behind it.
 */
#define COLLECTIVE_API  "https://api.opencollective.com"
#define COLLECTIVE_BACK (3 * DAY)
#define COLLECTIVE_QUERY                                                                           \
    "query($slug:String!,$from:DateTime!,$limit:Int!,$offset:Int!){account(slug:$slug){"           \
    "transactions(dateFrom:$from,limit:$limit,offset:$offset,"                                     \
    "kind:[CONTRIBUTION,ADDED_FUNDS,HOST_FEE,PAYMENT_PROCESSOR_FEE],"                              \
    "orderBy:{field:CREATED_AT,direction:ASC}){nodes{id group type kind createdAt isRefund "       \
    "amount{valueInCents currency}refundTransaction{group}fromAccount{name isIncognito}}}}}"
enum {
    PAGE = 100,
    ANSWER_BYTES = 1024 * 1024,
    ASK_MS = 30000,
    SLUG_MAX = 100,
    TOKEN_MAX = 200,
    OFFSET_MAX = 1000 * 1000,
    QUERY_MAX = 2048
};

struct round {
    int64_t from, offset;
};

static bool is_slug(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return s.n > 0;
}

/* Where to go on. A cursor that is none of ours begins from `since`, which the start has read. */
static void read_round(const struct provider_call *c, struct str cursor, struct round *ret)
{
    struct date since = { 0 };
    struct str at = cursor;
    struct str offset = { 0 };
    *ret = (struct round){ 0 };
    check(date_parse(provider_value(c, "since"), &since));
    int64_t first = date_to_days(since) * DAY;
    bool within = str_cut(cursor, '@', &at, &offset);
    if (!time_parse(at, &ret->from) || (within && !int_parse(offset, 1, OFFSET_MAX, &ret->offset)))
        *ret = (struct round){ .from = first };
    else if (!within)
        ret->from -= COLLECTIVE_BACK;
    if (ret->from < first)
        ret->from = first;
}

static struct str question(const struct provider_call *c, const struct round *r)
{
    struct buf b CLEANUP(buf_free) = buf_make(QUERY_MAX);
    struct json_writer w = json_writer(&b);
    json_write_object(&w, NULL);
    json_write_str(&w, "query", S(COLLECTIVE_QUERY));
    json_write_object(&w, "variables");
    json_write_str(&w, "slug", provider_value(c, "slug"));
    json_write_str(&w, "from", time_print(c->arena, r->from));
    json_write_int(&w, "limit", PAGE);
    json_write_int(&w, "offset", r->offset);
    json_write_end(&w);
    json_write_end(&w);
    return buf_copy(&b, c->arena);
}

static err read_answer(const struct provider_call *c, const struct fetch_answer *answer,
                       struct collective_page *ret)
{
    if (answer->status == 401 || answer->status == 403)
        return PROVIDER_DENIED;
    if (answer->status != 200)
        return PROVIDER_DOWN;
    err e = collective_page_read(answer->body, c->arena, ret);
    if (e == COLLECTIVE_UNKNOWN)
        return PROVIDER_DENIED;
    return e > 0 ? PROVIDER_DOWN : e;
}

static err ask(const struct provider_call *c, const struct round *r, struct collective_page *ret)
{
    struct str api = provider_value(c, "api");
    struct str token = provider_value(c, "token");
    const struct fetch_header headers[] = {
        { S("Content-Type"), S("application/json") },
        { S("Accept"), S("application/json") },
        { S("Personal-Token"), token },
    };
    const struct fetch_request q = {
        .url = str_print(c->arena, STR_FMT "/graphql/v2", STR_ARG(api.n ? api : S(COLLECTIVE_API))),
        .post = true,
        .body = question(c, r),
        .headers = headers,
        .header_count = token.n ? COUNT(headers) : COUNT(headers) - 1,
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
    return read_answer(c, &answer, ret);
}

static struct payment_event event_of(const struct provider_call *c, const struct collective_move *m)
{
    return (struct payment_event){
        .channel = c->channel->name,
        .kind = m->kind,
        .object = m->object,
        .of = m->of,
        .amount = m->amount,
        .occurred_at = m->at,
        .day = provider_day(c, m->at),
        .source = LEDGER_BY_PROVIDER,
        .payer = { .name = m->name },
    };
}

/* The round goes on while pages are full. */
static struct str next_cursor(const struct provider_call *c, const struct round *r,
                              const struct collective_page *page, struct str cursor)
{
    if (page->nodes == PAGE)
        return str_print(c->arena, STR_FMT "@%" PRId64, STR_ARG(time_print(c->arena, r->from)),
                         r->offset + PAGE);
    if (page->newest)
        return time_print(c->arena, page->newest);
    return r->offset ? time_print(c->arena, r->from + COLLECTIVE_BACK) : cursor;
}

static err poll(const struct provider_call *c, struct str cursor, struct provider_events *ret)
{
    struct collective_page page = { 0 };
    struct round r = { 0 };
    if (!is_slug(provider_value(c, "slug")))
        return PROVIDER_DENIED;
    read_round(c, cursor, &r);
    err e = ask(c, &r, &page);
    if (e)
        return e;
    struct payment_event *events = arena_new(c->arena, struct payment_event, page.n + 1);
    for (size_t i = 0; i < page.n; i++)
        events[i] = event_of(c, &page.moves[i]);
    *ret = (struct provider_events){
        .events = events,
        .n = page.n,
        .why = page.skipped ? "a transaction was not understood" : NULL,
        .cursor = next_cursor(c, &r, &page, cursor),
        .poll = page.nodes == PAGE,
    };
    return OK;
}

static const struct provider_key keys[] = {
    { "slug", SLUG_MAX, true, true },
    { "since", 10, true, false },
    { "token", TOKEN_MAX, false, false },
    { "api", TOKEN_MAX, false, false },
};
static const struct provider opencollective = {
    .name = "opencollective",
    .word = "funding_channel_opencollective",
    .hosts = (const char *const[]){ "opencollective.com", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .poll = poll,
    .poll_minutes = 60,
};
PROVIDER(opencollective);
