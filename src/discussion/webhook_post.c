#include "discussion/webhook_post.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "discussion/comment_json.h"
#include "http/http.h"
#include "outgoing/fetch.h"
#include "publishing/report.h"

#include <inttypes.h>

enum {
    WEBHOOK_ANSWER_MAX = 64 * 1024, /* bytes; nothing of them is used */
    OK_FIRST = 200,
    OK_LAST = 299,
};

/* ---- the text ---- */

/* What a message speaks of, as it is now. */
struct about {
    struct comment comment;
    struct report report;
    bool shown; /* the report is public */
};

static err read_about(const struct app *app, const struct webhook_message *m, struct arena *a,
                      struct about *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = comment_get(&tx, m->comment, a, &ret->comment);
    if (!e)
        e = report_get(&tx, m->report, a, &ret->report);
    ret->shown = !e && ret->report.state == REPORT_PUBLISHED;
    return e > 0 ? fault(ERR_DATA) : e; // neither is ever removed
}

static void put_report(struct json_writer *w, const struct setup *s, const struct about *x,
                       struct arena *a)
{
    struct str site = site_url(s->config);
    json_write_object(w, "report");
    json_write_int(w, "id", x->report.id);
    if (x->shown) {
        json_write_str(w, "headline", report_headline(s, a, &x->report));
        json_write_str(w, "url",
                       str_print(a, STR_FMT STR_FMT, STR_ARG(site), STR_ARG(x->report.path)));
    } else {
        json_write_null(w, "headline");
        json_write_null(w, "url");
    }
    json_write_end(w);
}

static void put_comment(struct json_writer *w, const struct setup *s, const struct about *x,
                        struct arena *a)
{
    const struct comment *c = &x->comment;
    struct str site = site_url(s->config);
    json_write_object(w, "comment");
    comment_json(w, c, x->shown, a);
    if (x->shown && c->state == COMMENT_STATE_PUBLISHED)
        json_write_str(w, "url", str_print(a, STR_FMT "/comments/%" PRId64, STR_ARG(site), c->id));
    else
        json_write_null(w, "url");
    json_write_end(w);
}

err webhook_body(const struct app *app, const struct setup *s, const struct webhook_message *m,
                 struct arena *a, struct str *ret)
{
    struct about x = { 0 };
    err e = read_about(app, m, a, &x);
    if (e)
        return e;
    struct buf out CLEANUP(buf_free) = buf_make(WEBHOOK_BODY_MAX);
    struct json_writer w = json_writer(&out);
    struct str change = comment_change_str(m->change);
    json_write_object(&w, NULL);
    json_write_str(&w, "type", str_print(a, "comment." STR_FMT, STR_ARG(change)));
    json_write_str(&w, "timestamp", time_print(a, m->at));
    json_write_object(&w, "data");
    json_write_int(&w, "event", m->event);
    json_write_str(&w, "site", site_url(s->config));
    put_comment(&w, s, &x, a);
    put_report(&w, s, &x, a);
    json_write_end(&w);
    json_write_end(&w);
    if (buf_full(&out))
        return fault(ERR_LIMIT);
    *ret = buf_copy(&out, a);
    return OK;
}

struct str webhook_test_body(const struct setup *s, const struct webhook_config *h, int64_t now,
                             struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(WEBHOOK_BODY_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_str(&w, "type", S("webhook.test"));
    json_write_str(&w, "timestamp", time_print(a, now));
    json_write_object(&w, "data");
    json_write_str(&w, "site", site_url(s->config));
    json_write_str(&w, "webhook", h->name);
    json_write_end(&w);
    json_write_end(&w);
    check(!buf_full(&out));
    return buf_copy(&out, a);
}

/* ---- the signature ---- */

static struct str sign_with(struct str secret, struct str text, struct arena *a)
{
    uint8_t mac[SHA256_BYTES];
    hmac_sha256(secret, text, mac);
    return str_print(a, "v1," STR_FMT, STR_ARG(base64_print(a, bytes_str(mac, sizeof mac))));
}

struct str webhook_sign(const struct webhook_config *h, struct str key, int64_t seconds,
                        struct str body, struct arena *a)
{
    struct str text =
        str_print(a, STR_FMT ".%" PRId64 "." STR_FMT, STR_ARG(key), seconds, STR_ARG(body));
    struct str signature = sign_with(h->secret, text, a);
    if (!h->former_secret.n)
        return signature;
    return str_print(a, STR_FMT " " STR_FMT, STR_ARG(signature),
                     STR_ARG(sign_with(h->former_secret, text, a)));
}

/* ---- the request ---- */

static int64_t trouble_of(err refusal)
{
    switch (refusal) {
    case FETCH_WRONG_URL: return WEBHOOK_TROUBLE_ADDRESS;
    case FETCH_PRIVATE: return WEBHOOK_TROUBLE_PRIVATE;
    case FETCH_UNREACHABLE: return WEBHOOK_TROUBLE_UNREACHABLE;
    case FETCH_TIMEOUT: return WEBHOOK_TROUBLE_TIMEOUT;
    case FETCH_TOO_LARGE: return WEBHOOK_TROUBLE_TOO_LARGE;
    default: return WEBHOOK_TROUBLE_BROKEN;
    }
}

struct webhook_answer webhook_post(const struct webhook_try *t, struct arena *a)
{
    int64_t seconds = t->now / SECOND;
    const struct fetch_header headers[] = {
        { S("Content-Type"), S("application/json") },
        { S("webhook-id"), t->key },
        { S("webhook-timestamp"), str_print(a, "%" PRId64, seconds) },
        { S("webhook-signature"), webhook_sign(t->hook, t->key, seconds, t->body, a) },
    };
    struct fetch_request q = { .url = t->hook->url,
                               .post = true,
                               .body = t->body,
                               .headers = headers,
                               .header_count = COUNT(headers),
                               .answer_max = WEBHOOK_ANSWER_MAX,
                               .timeout_ms = t->timeout_ms,
                               .allow_private = t->hook->allow_private,
                               .ca_file = t->hook->ca_file,
                               .give_up = t->give_up,
                               .arg = t->arg };
    struct fetch_answer got = { 0 };
    err e = fetch(&q, a, &got);
    if (e)
        return (struct webhook_answer){ .answer = trouble_of(e), .given_up = e == FETCH_GIVEN_UP };
    int64_t wait = got.retry_after > 0 ? got.retry_after : 0;
    return (struct webhook_answer){ .answer = got.status,
                                    .wait = wait < WEBHOOK_WAIT_MAX / SECOND ? wait * SECOND
                                                                             : WEBHOOK_WAIT_MAX };
}

bool webhook_taken(int64_t answer)
{
    return answer >= OK_FIRST && answer <= OK_LAST;
}
