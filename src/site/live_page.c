#include "site/live_page.h"
#include "base/check.h"
#include "base/scan.h"
#include "http/error.h"
#include "live/live.h"
#include "publishing/report.h"
#include "site/live_feed.h"
#include "store/store.h"

enum { MISSED_BYTES_MAX = LIVE_TOPICS_MAX * LIVE_MESSAGE_MAX };
#define RETRY_SECONDS "60"

/* "77,78" */
static bool parse_reports(struct str text, struct live_wish *w)
{
    if (!text.n)
        return true;
    for (;;) {
        int64_t report = 0;
        if (w->topic_count == LIVE_TOPICS_MAX || !scan_int(&text, INT64_MAX, &report) || !report)
            return false;
        w->topics[w->topic_count++] = report;
        if (!text.n)
            return true;
        if (!scan_char(&text, ','))
            return false;
    }
}

/* -1: from now on. */
static bool parse_after(const struct request *r, int64_t *ret)
{
    struct str text = { 0 };
    *ret = -1;
    if (!request_header(r, "Last-Event-ID", &text) && !request_query(r, "after", &text))
        return true;
    return int_parse(text, 0, INT64_MAX, ret);
}

/* Reports that are not public are left out: nothing is told of them. */
static err keep_published(struct tx *tx, struct live_wish *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->topic_count; i++) {
        bool published = false;
        err e = report_published(tx, w->topics[i], &published);
        if (e)
            return e;
        if (published)
            w->topics[n++] = w->topics[i];
    }
    w->topic_count = n;
    return OK;
}

static err look_for_reports(const struct request *r, struct live_wish *w)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : keep_published(&tx, w);
}

/* The stream has its place already: what is committed after this snapshot will reach it. */
static err catch_up(const struct request *r, const struct live_wish *w, int64_t after,
                    struct live_stream *s)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(MISSED_BYTES_MAX);
    int64_t last = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = live_feed_missed(&tx, after < 0 ? INT64_MAX : after, w->topics,
                             after < 0 ? 0 : w->topic_count, r->arena, &out, &last);
    if (e)
        return e;
    check(!buf_full(&out));
    live_catch_up(s, buf_str(&out), last);
    live_feed_joined(r->app->feed, last);
    return OK;
}

static err refuse(struct request *r, struct response *ret, err why)
{
    if (why == LIVE_OFF) {
        ret->status = 204;
        return OK;
    }
    bool client = why == LIVE_CLIENT;
    err e = http_refuse(r, ret, client ? 429 : 503, client ? ERROR_TOO_OFTEN : ERROR_BUSY_NOW);
    response_header(ret, "Retry-After", S(RETRY_SECONDS));
    return e;
}

err live_page_show(struct request *r, struct response *ret)
{
    struct str text = { 0 };
    struct live_wish w = { .client = request_client(r).address, .apart = request_on_live(r) };
    int64_t after = 0;
    (void)request_query(r, "reports", &text); // none: the meter alone
    if (!parse_reports(text, &w) || !parse_after(r, &after))
        return http_refuse(r, ret, 400, ERROR_BAD_QUERY);
    err e = look_for_reports(r, &w);
    if (e)
        return fault(e);
    struct live_stream *s = NULL;
    e = live_open(r->app->live, r->setup->config, &w, &s);
    if (e)
        return e < 0 ? fault(e) : refuse(r, ret, e);
    e = catch_up(r, &w, after, s);
    if (e) {
        live_drop(s);
        return fault(e);
    }
    live_respond(s, ret);
    return OK;
}
