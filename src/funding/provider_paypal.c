#include "base/attr.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/channel.h"
#include "funding/paypal_api.h"
#include "funding/paypal_ipn.h"
#include "funding/paypal_report.h"
#include "funding/provider_json.h"
#include "outgoing/fetch.h"

#include <string.h>

/*
 * PayPal tells of gifts in two ways, and neither proves anything by its bytes: webhooks are signed
 * over a CRC-32 (paypal_webhook.h), instant payment notifications not at all (paypal_ipn.h). So a
 * delivery is kept, with the headers of its signature, and a job proves it by asking: the signing
 * certificate and the object itself from PayPal's API (paypal_api.h), or PayPal whether it sent
 * these very bytes. The money object is the capture; an IPN's txn_id is the same number.
 *
 * What is kept begins with a line that says which of the two it is; behind it stand a webhook's
 * headers, a line each, and an empty line.
 */
#define KEPT_WEBHOOK "paypal-webhook\n"
#define KEPT_IPN     "paypal-ipn\n"
#define IPN_URL      "https://ipnpb.paypal.com/cgi-bin/webscr"
#define IPN_SANDBOX  "https://ipnpb.sandbox.paypal.com/cgi-bin/webscr"

enum { BODY_MAX = 64 * 1024, ASK_MS = 30000, ANSWER_IPN = 64, HEADER_LINES = 5 };
enum { REPORT_PAGES = 5 }; // of one poll: its memory
#define REPORT_OVERLAP DAY
#define MISSING_WAIT   HOUR
#define MOVES_NOTHING  "an event that moves no money"

static struct str api_of(const struct provider_call *c)
{
    struct str api = provider_value(c, "api");
    return api.n ? api : S(PAYPAL_API);
}

/* The real ones are asked on the public Internet alone; another one is the operator's own word. */
static bool is_own_api(struct str api)
{
    return !str_eq(api, S(PAYPAL_API)) && !str_eq(api, S(PAYPAL_API_SANDBOX));
}

static struct paypal_receiver receiver_of(const struct provider_call *c)
{
    return (struct paypal_receiver){
        .merchant_id = provider_value(c, "merchant_id"),
        .email = provider_value(c, "email"),
        .sandbox = str_eq(api_of(c), S(PAYPAL_API_SANDBOX)),
    };
}

static struct paypal_account account_of(const struct provider_call *c)
{
    struct str api = api_of(c);
    return (struct paypal_account){
        .api = api,
        .client_id = provider_value(c, "client_id"),
        .client_secret = provider_value(c, "client_secret"),
        .merchant_id = provider_value(c, "merchant_id"),
        .ca_file = provider_value(c, "ca_file"),
        .allow_private = is_own_api(api),
        .give_up = c->give_up,
        .arg = c->arg,
    };
}

/* ---- what comes in ---- */

static struct str header(const struct provider_message *m, const char *name)
{
    struct str value = { 0 };
    return m->header(m->from, name, &value) ? value : S("");
}

static struct paypal_headers headers_of(const struct provider_message *m)
{
    return (struct paypal_headers){
        .id = header(m, "PayPal-Transmission-Id"),
        .time = header(m, "PayPal-Transmission-Time"),
        .signature = header(m, "PayPal-Transmission-Sig"),
        .certificate_url = header(m, "PayPal-Cert-Url"),
        .algorithm = header(m, "PayPal-Auth-Algo"),
    };
}

static bool is_webhook(const struct provider_message *m)
{
    return header(m, "PayPal-Transmission-Id").n > 0;
}

/* Whether asking can be worth it. What it says is not believed yet. */
static err receive_webhook(const struct provider_call *c, const struct provider_message *m,
                           struct str *ret_delivery)
{
    struct paypal_headers h = headers_of(m);
    struct paypal_hint hint = { 0 };
    if (!provider_value(c, "webhook_id").n || !provider_value(c, "client_id").n ||
        !provider_value(c, "client_secret").n)
        return PROVIDER_FORGED; // nobody who knows us sends it
    err e = paypal_headers_check(&h, api_of(c), c->now, c->arena);
    if (e)
        return e < 0 ? e : e == PAYPAL_NOT_FRESH ? PROVIDER_STALE : PROVIDER_FORGED;
    e = paypal_hint_read(m->body, c->arena, &hint);
    *ret_delivery = h.id;
    return e > 0 ? PROVIDER_FORGED : e;
}

static err receive(const struct provider_call *c, const struct provider_message *m,
                   struct str *ret_delivery)
{
    struct paypal_receiver us = receiver_of(c);
    struct paypal_ipn ipn = { 0 };
    if (m->body.n > BODY_MAX)
        return PROVIDER_FORGED;
    if (is_webhook(m))
        return receive_webhook(c, m, ret_delivery);
    err e = paypal_ipn_read(m->body, &us, c->arena, &ipn);
    if (e < 0)
        return e;
    return e == OK || e == PAYPAL_IPN_IDLE ? OK : PROVIDER_FORGED;
}

static struct str keep(const struct provider_call *c, const struct provider_message *m)
{
    struct paypal_headers h = headers_of(m);
    struct str head = is_webhook(m)
                          ? str_print(c->arena,
                                      KEPT_WEBHOOK STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT
                                                           "\n" STR_FMT "\n\n",
                                      STR_ARG(h.id), STR_ARG(h.time), STR_ARG(h.signature),
                                      STR_ARG(h.certificate_url), STR_ARG(h.algorithm))
                          : S(KEPT_IPN);
    char *all = arena_new(c->arena, char, head.n + m->body.n);
    memcpy(all, head.s, head.n);
    memcpy(all + head.n, m->body.s, m->body.n); // it may hold a NUL
    return (struct str){ all, head.n + m->body.n };
}

/* ---- what it means ---- */

static bool take_webhook(struct str kept, struct paypal_headers *ret, struct str *ret_body)
{
    struct str lines[HEADER_LINES + 1] = { { 0 } };
    if (!scan_text(&kept, S(KEPT_WEBHOOK)))
        return false;
    for (size_t i = 0; i < COUNT(lines); i++)
        if (!str_cut(kept, '\n', &lines[i], &kept))
            return false;
    *ret = (struct paypal_headers){ lines[0], lines[1], lines[2], lines[3], lines[4] };
    *ret_body = kept;
    return !lines[HEADER_LINES].n;
}

static err map_webhook(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    struct paypal_hint hint = { 0 };
    err e = paypal_hint_read(body, c->arena, &hint);
    if (e)
        return e < 0 ? e : PROVIDER_MALFORMED;
    ret->confirm = true;
    return OK;
}

static err map_ipn(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    struct paypal_receiver us = receiver_of(c);
    struct paypal_ipn ipn = { 0 };
    err e = paypal_ipn_read(body, &us, c->arena, &ipn);
    if (e < 0 || e == PAYPAL_IPN_BROKEN)
        return e < 0 ? e : PROVIDER_MALFORMED;
    // One to another account was to ours when it came: what it means does not change with a
    // setting. Nor is one believed that moves nothing: it would be kept, and tell the treasurer.
    ret->confirm = true;
    return OK;
}

static err map(const struct provider_call *c, struct str kept, struct provider_events *ret)
{
    struct paypal_headers h = { 0 };
    struct str body = kept;
    if (scan_text(&body, S(KEPT_IPN)))
        return map_ipn(c, body, ret);
    return take_webhook(kept, &h, &body) ? map_webhook(c, body, ret) : PROVIDER_MALFORMED;
}

/* ---- asking ---- */

static err ask(const struct provider_call *c, struct fetch_request q, struct fetch_answer *ret)
{
    q.timeout_ms = ASK_MS;
    q.allow_private = is_own_api(api_of(c));
    q.ca_file = provider_value(c, "ca_file");
    q.give_up = c->give_up;
    q.arg = c->arg;
    err e = fetch(&q, c->arena, ret);
    return e > 0 ? PROVIDER_DOWN : e;
}

/* The certificate that a webhook names. One that PayPal does not have was made up. */
static err ask_certificate(const struct provider_call *c, struct str url, struct str *ret)
{
    struct fetch_answer answer = { 0 };
    err e =
        ask(c, (struct fetch_request){ .url = url, .answer_max = CERTIFICATE_PEM_MAX }, &answer);
    if (e)
        return e;
    *ret = answer.body;
    if (answer.status == 404 || answer.status == 410)
        return PROVIDER_FORGED;
    return answer.status == 200 ? OK : PROVIDER_DOWN;
}

static err check_signature(const struct provider_call *c, const struct paypal_headers *h,
                           struct str body)
{
    struct certificate_check check = { .domain = S("paypal.com"),
                                       .ca_file = provider_value(c, "ca_file"),
                                       .now = c->now };
    struct str signature = { 0 };
    if (!base64_read(c->arena, h->signature, &signature))
        return PROVIDER_FORGED;
    err e = ask_certificate(c, h->certificate_url, &check.pem);
    if (e)
        return e;
    struct str text = paypal_signed(h, provider_value(c, "webhook_id"), body, c->arena);
    e = certificate_verify(&check, text, signature, c->arena);
    return e > 0 ? PROVIDER_FORGED : e;
}

/* Its API may not know at once what its webhook tells of. */
static bool is_young(const struct provider_call *c, const struct paypal_headers *h)
{
    int64_t at = 0;
    return time_parse(h->time, &at) && c->now - at < MISSING_WAIT;
}

static err answer_of(err e, struct provider_events *ret)
{
    switch (e) {
    case PAYPAL_API_STRANGER: ret->why = "a payment to another account"; return OK;
    case PAYPAL_API_DENIED: return PROVIDER_DENIED;
    case PAYPAL_API_DOWN: return PROVIDER_DOWN;
    default: return e > 0 ? PROVIDER_MALFORMED : e;
    }
}

static void tell(const struct provider_call *c, struct payment_event *events, size_t n,
                 struct provider_events *ret)
{
    for (size_t i = 0; i < n; i++) {
        events[i].source = LEDGER_BY_PROVIDER;
        events[i].day = provider_day(c, events[i].occurred_at);
    }
    ret->events = events;
    ret->n = n;
    if (!n)
        ret->why = MOVES_NOTHING;
}

static err confirm_webhook(const struct provider_call *c, const struct paypal_headers *h,
                           struct str body, struct provider_events *ret)
{
    struct paypal_account account = account_of(c);
    struct paypal_hint hint = { 0 };
    struct paypal_fact fact = { 0 };
    struct payment_event *event = arena_new(c->arena, struct payment_event, 1);
    err e = paypal_hint_read(body, c->arena, &hint);
    if (e)
        return e < 0 ? e : PROVIDER_MALFORMED;
    e = check_signature(c, h, body);
    if (e)
        return e;
    if (hint.object == PAYPAL_NOTHING) {
        ret->why = MOVES_NOTHING;
        return OK;
    }
    e = paypal_confirm(&account, &hint, c->arena, &fact);
    if (e == PAYPAL_API_MISSING && is_young(c, h))
        return PROVIDER_DOWN;
    if (e)
        return answer_of(e, ret);
    tell(c, event, paypal_fact_events(&fact, event), ret);
    return OK;
}

static struct str ipn_url(const struct provider_call *c)
{
    struct str api = api_of(c);
    if (str_eq(api, S(PAYPAL_API)))
        return S(IPN_URL);
    if (str_eq(api, S(PAYPAL_API_SANDBOX)))
        return S(IPN_SANDBOX);
    return str_print(c->arena, STR_FMT "/cgi-bin/webscr", STR_ARG(api));
}

/* Whether PayPal sent these very bytes. */
static err ask_sender(const struct provider_call *c, struct str body)
{
    static const struct fetch_header headers[] = {
        { { "Content-Type", 12 }, { "application/x-www-form-urlencoded", 33 } },
        { { "User-Agent", 10 }, { "Diurnal", 7 } }, // PayPal refuses who names nothing
    };
    struct fetch_answer answer = { 0 };
    err e = ask(c,
                (struct fetch_request){ .url = ipn_url(c),
                                        .post = true,
                                        .body = paypal_ipn_question(body, c->arena),
                                        .headers = headers,
                                        .header_count = COUNT(headers),
                                        .answer_max = ANSWER_IPN },
                &answer);
    if (e)
        return e;
    struct str said = answer.status == 200 ? str_trim(answer.body) : S("");
    if (str_eq(said, S("VERIFIED")))
        return OK;
    return str_eq(said, S("INVALID")) ? PROVIDER_FORGED : PROVIDER_DOWN;
}

/* Of what comes in; what goes back says the same of its payer and is none of it. */
static bool is_left_out(const struct provider_call *c, const struct payment_event *e)
{
    struct str addresses = provider_value(c, "leave_out");
    while (e->payer.email.n && addresses.n)
        if (str_eq_nocase(scan_until(&addresses, ' '), e->payer.email))
            return true;
    return false;
}

static err confirm_ipn(const struct provider_call *c, struct str body, struct provider_events *ret)
{
    struct paypal_receiver us = receiver_of(c);
    struct paypal_ipn *ipn = arena_new(c->arena, struct paypal_ipn, 1);
    err e = paypal_ipn_read(body, &us, c->arena, ipn);
    if (e == PAYPAL_IPN_STRANGER) { // the configuration has changed since
        ret->why = "a payment to another account";
        return OK;
    }
    if (e && e != PAYPAL_IPN_IDLE)
        return e < 0 ? e : PROVIDER_MALFORMED;
    bool moves = !e && !ipn->undoes;
    e = ask_sender(c, body);
    if (e)
        return e;
    bool left_out = is_left_out(c, &ipn->event);
    tell(c, &ipn->event, moves && !left_out, ret);
    if (left_out)
        ret->why = "a payment of somebody who gives nothing";
    if (ipn->undoes) // it does not say of which reversal
        ret->why = "a reversal that was taken back: enter it by hand";
    return OK;
}

static err confirm(const struct provider_call *c, struct str kept, struct provider_events *ret)
{
    struct paypal_headers h = { 0 };
    struct str body = kept;
    if (scan_text(&body, S(KEPT_IPN)))
        return confirm_ipn(c, body, ret);
    return take_webhook(kept, &h, &body) ? confirm_webhook(c, &h, body, ret) : PROVIDER_MALFORMED;
}

/* ---- what no message told of ---- */

struct report {
    const struct provider_call *call;
    struct paypal_account account;
    struct str token;
    struct paypal_span span;
    struct payment_event *events;
    size_t n;
    int64_t pages; /* of the span, once one was read */
    bool skipped;
};

static void add_events(struct report *r, const struct paypal_report *page)
{
    struct payment_event *all = arena_new(r->call->arena, struct payment_event, r->n + page->n);
    for (size_t i = 0; i < r->n; i++)
        all[i] = r->events[i];
    for (size_t i = 0; i < page->n; i++)
        all[r->n + i] = page->events[i];
    r->events = all;
    r->n += page->n;
    r->skipped |= page->skipped;
}

static err read_page(struct report *r)
{
    struct str body = { 0 };
    struct paypal_report page = { 0 };
    err e = paypal_ask_report(&r->account, r->token, &r->span, r->call->arena, &body);
    if (e > 0)
        return e == PAYPAL_API_DENIED ? PROVIDER_DENIED : PROVIDER_DOWN;
    if (!e)
        e = paypal_report_read(body, r->call->arena, &page);
    if (e)
        return e < 0 ? e : PROVIDER_DOWN;
    r->pages = page.pages;
    add_events(r, &page);
    return OK;
}

/* All of the span; of one with too many pages its first half, and so on. */
static err read_span(struct report *r)
{
    for (r->span.page = 1; r->span.page == 1 || r->span.page <= r->pages; r->span.page++) {
        err e = read_page(r);
        if (e)
            return e;
        if (r->pages <= REPORT_PAGES)
            continue;
        if (r->span.until - r->span.from < 2 * SECOND)
            return PROVIDER_DOWN; // nobody has so many gifts in a second
        r->span.until = r->span.from + (r->span.until - r->span.from) / 2;
        r->span.page = 0;
        r->n = 0;
    }
    return OK;
}

/* From where on: the first time from the day configured, which the start has read already. */
static int64_t begin_of(const struct provider_call *c, struct str cursor)
{
    int64_t ret = 0;
    struct date since = { 0 };
    if (time_parse(cursor, &ret))
        return ret;
    check(date_parse(provider_value(c, "since"), &since));
    return date_to_days(since) * DAY;
}

/* The cursor is the time from which on the next poll looks: a day before the end of what was read,
 * for PayPal lists a transaction some hours after it was made. */
static err poll(const struct provider_call *c, struct str cursor, struct provider_events *ret)
{
    struct report r = { .call = c, .account = account_of(c), .span.until = c->now };
    r.span.from = begin_of(c, cursor);
    if (r.span.from > c->now)
        return PROVIDER_MALFORMED;
    if (r.span.until - r.span.from > PAYPAL_REPORT_DAYS * DAY)
        r.span.until = r.span.from + PAYPAL_REPORT_DAYS * DAY;
    err e = paypal_token(&r.account, c->arena, &r.token);
    if (e)
        return e < 0 ? e : e == PAYPAL_API_DENIED ? PROVIDER_DENIED : PROVIDER_DOWN;
    e = read_span(&r);
    if (e)
        return e;
    tell(c, r.events, r.n, ret);
    ret->why = r.skipped ? "a transaction of the API's list was not understood" : NULL;
    ret->poll = r.span.until < c->now;
    int64_t next = ret->poll ? r.span.until : r.span.until - REPORT_OVERLAP;
    ret->cursor = time_print(c->arena, next > r.span.from ? next : r.span.from);
    return OK;
}

static const struct provider_key keys[] = {
    { "merchant_id", PAYPAL_ID_MAX, true, true },
    { "email", 254, false, true },
    { "client_id", 200, false, false },
    { "client_secret", 200, false, false },
    { "webhook_id", PAYPAL_ID_MAX, false, true },
    { "leave_out", 400, false, false },
    { "since", 10, false, false },
    { "api", 200, false, false },
    { "ca_file", 1000, false, false },
};
static const struct provider paypal = {
    .name = "paypal",
    .word = "funding_channel_paypal",
    .hosts = (const char *const[]){ "paypal.com", "paypal.me", NULL },
    .keys = keys,
    .key_count = COUNT(keys),
    .pays_as = "paypal",
    .silent_days = 30,
    .proves_later = true,
    .receive = receive,
    .keep = keep,
    .map = map,
    .confirm = confirm,
    .poll = poll,
    .poll_needs = "since",
};
PROVIDER(paypal);
