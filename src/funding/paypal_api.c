#include "funding/paypal_api.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/scan.h"
#include "funding/paypal_report.h"
#include "funding/told_amount.h"
#include "outgoing/fetch.h"

enum {
    ANSWER_MAX = PAYPAL_REPORT_MAX, /* bytes; other answers are smaller */
    ASK_MS = 20000,
    TOKEN_MAX = 4000, /* bytes */
    AUTHORIZATION_MAX = 6000,
};

/* ---- reading answers ---- */

static bool read_money(const struct json *money, const char *code, const char *value,
                       struct amount *ret)
{
    struct str currency = { 0 };
    struct str text = { 0 };
    bool negative = false;
    return json_get_str(money, code, &currency) && json_get_str(money, value, &text) &&
           told_amount(text, currency, ret, &negative);
}

/* The last piece of the link `rel` = "up", which leads to the object that was refunded. */
static bool read_up(const struct json *object, struct str *ret)
{
    const struct json *links = json_get(object, "links");
    for (size_t i = 0; links && links->kind == JSON_KIND_ARRAY && i < links->n; i++) {
        struct str rel = { 0 };
        struct str href = { 0 };
        if (!json_get_str(&links->items[i], "rel", &rel) || !str_eq(rel, S("up")) ||
            !json_get_str(&links->items[i], "href", &href))
            continue;
        size_t at = href.n;
        while (at > 0 && href.s[at - 1] != '/')
            at--;
        *ret = str_sub(href, at, href.n - at);
        return true;
    }
    return false;
}

struct state_word {
    const char *word;
    enum paypal_state state;
};
static enum paypal_state state_of(struct str word, const struct state_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(word, str_from_z(words[i].word)))
            return words[i].state;
    return PAYPAL_OTHER;
}

/* What was refunded later was received first. */
static const struct state_word capture_words[] = {
    { "COMPLETED", PAYPAL_DONE },  { "PARTIALLY_REFUNDED", PAYPAL_DONE },
    { "REFUNDED", PAYPAL_DONE },   { "PENDING", PAYPAL_PENDING },
    { "DECLINED", PAYPAL_FAILED }, { "DENIED", PAYPAL_FAILED },
    { "FAILED", PAYPAL_FAILED },   { "REVERSED", PAYPAL_REVERSED },
};
static const struct state_word refund_words[] = { { "COMPLETED", PAYPAL_DONE } };

static err read_capture(const struct json *j, struct str merchant_id, struct paypal_fact *f)
{
    struct str status = { 0 };
    struct str payee = { 0 };
    if (!json_get_str(j, "status", &status) ||
        !read_money(json_get(j, "amount"), "currency_code", "value", &f->amount))
        return PAYPAL_API_NONSENSE;
    if (!json_get_str(json_get(j, "payee"), "merchant_id", &payee) || !str_eq(payee, merchant_id))
        return PAYPAL_API_STRANGER;
    f->state = state_of(status, capture_words, COUNT(capture_words));
    const struct json *breakdown = json_get(j, "seller_receivable_breakdown");
    if (!read_money(json_get(breakdown, "paypal_fee"), "currency_code", "value", &f->fee))
        f->fee = (struct amount){ 0 };
    return OK;
}

static err read_refund(const struct json *j, struct paypal_fact *f)
{
    struct str status = { 0 };
    if (!json_get_str(j, "status", &status) ||
        !read_money(json_get(j, "amount"), "currency_code", "value", &f->amount) ||
        !read_up(j, &f->of) || !paypal_id_good(f->of))
        return PAYPAL_API_NONSENSE;
    f->state = state_of(status, refund_words, COUNT(refund_words));
    return OK;
}

/* Of the older API; sales name no payee, and are seen by the account alone that received them. */
static err read_sale(const struct json *j, struct paypal_fact *f)
{
    struct str state = { 0 };
    if (!json_get_str(j, "state", &state) ||
        !read_money(json_get(j, "amount"), "currency", "total", &f->amount))
        return PAYPAL_API_NONSENSE;
    f->state = state_of(state, capture_words, COUNT(capture_words));
    if (!read_money(json_get(j, "transaction_fee"), "currency", "value", &f->fee))
        f->fee = (struct amount){ 0 };
    return OK;
}

static err read_sale_refund(const struct json *j, struct paypal_fact *f)
{
    struct str state = { 0 };
    if (!json_get_str(j, "state", &state) || !json_get_str(j, "sale_id", &f->of) ||
        !paypal_id_good(f->of) ||
        !read_money(json_get(j, "amount"), "currency", "total", &f->amount))
        return PAYPAL_API_NONSENSE;
    f->state = state_of(state, refund_words, COUNT(refund_words));
    return OK;
}

static err read_object(const struct json *j, struct str merchant_id, struct paypal_fact *f)
{
    switch (f->object) {
    case PAYPAL_CAPTURE: return read_capture(j, merchant_id, f);
    case PAYPAL_REFUND: return read_refund(j, f);
    case PAYPAL_SALE: return read_sale(j, f);
    case PAYPAL_SALE_REFUND: return read_sale_refund(j, f);
    case PAYPAL_NOTHING: break;
    }
    check(false); // nobody asks about nothing
}

err paypal_fact_read(struct str body, enum paypal_object object, struct str merchant_id,
                     struct arena *a, struct paypal_fact *ret)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    struct str time = { 0 };
    err e = json_parse(body, ANSWER_MAX, a, &j, &why);
    if (e < 0)
        return fault(e);
    struct paypal_fact f = { .object = object, .body = body };
    if (e || !json_get_str(j, "id", &f.id) || !paypal_id_good(f.id) ||
        !json_get_str(j, "create_time", &time) || !time_parse(time, &f.at))
        return PAYPAL_API_NONSENSE;
    e = read_object(j, merchant_id, &f);
    if (e)
        return e;
    if (f.fee.units && !asset_eq(f.fee.asset, f.amount.asset))
        f.fee = (struct amount){ 0 }; // of what it was changed into; not of this gift
    *ret = f;
    return OK;
}

/* ---- asking ---- */

static err judge(int status)
{
    if (status == 200 || status == 201)
        return OK;
    if (status == 401 || status == 403)
        return PAYPAL_API_DENIED;
    if (status == 404)
        return PAYPAL_API_MISSING;
    return status >= 500 || status == 429 || status == 408 ? PAYPAL_API_DOWN : PAYPAL_API_NONSENSE;
}

static err ask(const struct paypal_account *p, struct fetch_request q, struct arena *a,
               struct str *ret)
{
    struct fetch_answer answer = { 0 };
    q.answer_max = ANSWER_MAX;
    q.timeout_ms = ASK_MS;
    q.allow_private = p->allow_private;
    q.ca_file = p->ca_file;
    q.give_up = p->give_up;
    q.arg = p->arg;
    err e = fetch(&q, a, &answer);
    if (e)
        return e < 0 ? fault(e) : PAYPAL_API_DOWN;
    *ret = answer.body;
    return judge(answer.status);
}

err paypal_token(const struct paypal_account *p, struct arena *a, struct str *ret)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    struct str body = { 0 };
    struct str token = { 0 };
    struct str pair =
        str_print(a, STR_FMT ":" STR_FMT, STR_ARG(p->client_id), STR_ARG(p->client_secret));
    const struct fetch_header headers[] = {
        { S("Authorization"), str_print(a, "Basic " STR_FMT, STR_ARG(base64_print(a, pair))) },
        { S("Content-Type"), S("application/x-www-form-urlencoded") },
        { S("Accept"), S("application/json") },
    };
    err e = ask(
        p,
        (struct fetch_request){ .url = str_print(a, STR_FMT "/v1/oauth2/token", STR_ARG(p->api)),
                                .post = true,
                                .body = S("grant_type=client_credentials"),
                                .headers = headers,
                                .header_count = COUNT(headers) },
        a, &body);
    if (e)
        return e;
    e = json_parse(body, ANSWER_MAX, a, &j, &why);
    if (e < 0)
        return fault(e);
    if (e || !json_get_str(j, "access_token", &token) || token.n == 0 || token.n > TOKEN_MAX)
        return PAYPAL_API_NONSENSE;
    *ret = token;
    return OK;
}

static err get_object(const struct paypal_account *p, struct str token, const char *path,
                      struct str id, struct arena *a, struct str *ret)
{
    const struct fetch_header headers[] = {
        { S("Authorization"), str_print(a, "Bearer " STR_FMT, STR_ARG(token)) },
        { S("Accept"), S("application/json") },
    };
    for (size_t i = 0; i < token.n; i++)
        if (token.s[i] <= ' ' || token.s[i] > '~')
            return PAYPAL_API_NONSENSE; // a header could not carry it
    return ask(p,
               (struct fetch_request){
                   .url = str_print(a, STR_FMT "%s" STR_FMT, STR_ARG(p->api), path, STR_ARG(id)),
                   .headers = headers,
                   .header_count = COUNT(headers) },
               a, ret);
}

err paypal_ask_report(const struct paypal_account *p, struct str token,
                      const struct paypal_span *span, struct arena *a, struct str *ret)
{
    struct str query = str_print(
        a,
        "start_date=" STR_FMT "&end_date=" STR_FMT "&fields=transaction_info&page_size=%d&page=%d",
        STR_ARG(time_print(a, span->from)), STR_ARG(time_print(a, span->until)), PAYPAL_REPORT_PAGE,
        span->page);
    return get_object(p, token, "/v1/reporting/transactions?", query, a, ret);
}

static err ask_for(const struct paypal_account *p, struct str token, enum paypal_object object,
                   struct str id, struct arena *a, struct paypal_fact *ret)
{
    static const char *const paths[] = {
        [PAYPAL_CAPTURE] = "/v2/payments/captures/",
        [PAYPAL_REFUND] = "/v2/payments/refunds/",
        [PAYPAL_SALE] = "/v1/payments/sale/",
        [PAYPAL_SALE_REFUND] = "/v1/payments/refund/",
    };
    struct str body = { 0 };
    err e = get_object(p, token, paths[object], id, a, &body);
    if (!e)
        e = paypal_fact_read(body, object, p->merchant_id, a, ret);
    if (e)
        return e;
    return str_eq(ret->id, id) ? OK : PAYPAL_API_NONSENSE;
}

static bool fits(const struct paypal_hint *hint, const struct paypal_fact *f)
{
    struct amount told = { 0 };
    bool negative = false;
    if (!hint->told)
        return true;
    return told_amount(hint->value, hint->currency, &told, &negative) &&
           asset_eq(told.asset, f->amount.asset) && told.units == f->amount.units;
}

err paypal_confirm(const struct paypal_account *p, const struct paypal_hint *hint, struct arena *a,
                   struct paypal_fact *ret)
{
    struct str token = { 0 };
    struct paypal_fact f = { 0 };
    check(hint->object != PAYPAL_NOTHING && paypal_id_good(hint->id));
    err e = paypal_token(p, a, &token);
    if (!e)
        e = ask_for(p, token, hint->object, hint->id, a, &f);
    if (!e && f.object == PAYPAL_REFUND) {
        struct paypal_fact capture = { 0 };
        e = ask_for(p, token, PAYPAL_CAPTURE, f.of, a, &capture);
    }
    if (!e && !fits(hint, &f))
        e = PAYPAL_API_DIFFERS;
    if (!e)
        *ret = f;
    return e;
}

/* ---- telling the ledger ---- */

static struct payment_event event_of(const struct paypal_fact *f, enum payment_kind kind)
{
    return (struct payment_event){
        .kind = kind,
        .object = f->id,
        .amount = f->amount,
        .fee = kind == PAYMENT_RECEIVED && f->fee.units < f->amount.units ? f->fee
                                                                          : (struct amount){ 0 },
        .occurred_at = f->at,
    };
}

static bool is_refund(const struct paypal_fact *f)
{
    return f->object == PAYPAL_REFUND || f->object == PAYPAL_SALE_REFUND;
}

size_t paypal_fact_events(const struct paypal_fact *f, struct payment_event ret[1])
{
    size_t n = 0;
    if (is_refund(f)) {
        if (f->state != PAYPAL_DONE)
            return 0;
        ret[n] = event_of(f, PAYMENT_REFUND);
        ret[n++].of = f->of;
        return n;
    }
    switch (f->state) {
    case PAYPAL_OTHER: break;
    case PAYPAL_PENDING: ret[n++] = event_of(f, PAYMENT_PENDING); break;
    case PAYPAL_DONE:
    case PAYPAL_REVERSED: // what went out again is an object of its own
        ret[n++] = event_of(f, PAYMENT_RECEIVED);
        break;
    case PAYPAL_FAILED:
        ret[n] = event_of(f, PAYMENT_FAILED);
        ret[n++].of = f->id;
        break;
    }
    return n;
}
