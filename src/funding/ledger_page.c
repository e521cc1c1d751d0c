#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/display.h"
#include "funding/funding_http.h"
#include "funding/ledger_csv.h"
#include "publishing/layout.h"

#include <inttypes.h>

/* GET /funding/ledger: the ledger's rows with nothing left out, the latest first, a page at a time.
 * They are numbered without gaps, so a page is a stretch of numbers. */

enum { PAGE_ROWS = 50 };

struct entry_row {
    int64_t seq, transaction, contribution;
    struct str booked, day, channel, kind, source, account, amount, reference, hash;
};
struct ledger_view {
    struct layout page;
    struct list rows; /* of entry_row */
    struct str newest, older;
};
static const struct field entry_fields[] = {
    FIELD_INT(struct entry_row, seq),          FIELD_INT(struct entry_row, transaction),
    FIELD_INT(struct entry_row, contribution), FIELD_STR(struct entry_row, booked),
    FIELD_STR(struct entry_row, day),          FIELD_STR(struct entry_row, channel),
    FIELD_STR(struct entry_row, kind),         FIELD_STR(struct entry_row, source),
    FIELD_STR(struct entry_row, account),      FIELD_STR(struct entry_row, amount),
    FIELD_STR(struct entry_row, reference),    FIELD_STR(struct entry_row, hash),
};
static const struct view entry_view = VIEW(struct entry_row, entry_fields);
static const struct field ledger_fields[] = {
    FIELD_VIEW(struct ledger_view, page, &layout_view),
    FIELD_LIST(struct ledger_view, rows, &entry_view),
    FIELD_STR(struct ledger_view, newest),
    FIELD_STR(struct ledger_view, older),
};
static const struct view ledger_view = VIEW(struct ledger_view, ledger_fields);
TEMPLATE(ledger_page, "pages/ledger.html", &ledger_view, TEMPLATE_HTML);

struct reading {
    struct request *r;
    bool asked;     /* an older page */
    int64_t before; /* rows below it */
    struct entry_row *rows;
    size_t n;
    int64_t first; /* the lowest that is shown */
};

/* As it stands in the file: amounts and days in ASCII, so that a row can be looked for there. */
static struct entry_row row_of(const struct ledger_row *row, struct str hash, struct arena *a)
{
    struct str amount = amount_print(a, row->amount);
    return (struct entry_row){
        .seq = row->seq,
        .transaction = row->transaction,
        .contribution = row->contribution,
        .booked = date_print(a, date_from_days(row->booked)),
        .day = date_print(a, date_from_days(row->day)),
        .channel = row->channel,
        .kind = row->kind,
        .source = row->source,
        .account = row->account,
        .amount = str_print(a, STR_FMT " %s", STR_ARG(amount), row->amount.asset.code),
        .reference = row->reference,
        .hash = hex_print(a, hash),
    };
}

static err read_rows(struct reading *g, struct tx *tx, int64_t last)
{
    int64_t after = last > PAGE_ROWS ? last - PAGE_ROWS : 0;
    size_t n = (size_t)(last - after);
    struct ledger_cursor c = ledger_rows(tx, after, last, g->r->arena);
    g->rows = arena_new(g->r->arena, struct entry_row, n);
    g->first = after + 1;
    for (size_t at = n;; at--) {
        struct ledger_row row = { 0 };
        struct str hash = { 0 };
        bool more = false;
        err e = ledger_rows_next(&c, &row, &hash, &more);
        if (e)
            return fault(e);
        if (!more)
            break;
        if (at == 0)
            return fault(ERR_DATA); // they are numbered without gaps
        g->rows[at - 1] = row_of(&row, hash, g->r->arena);
        g->n++;
    }
    return g->n == n ? OK : fault(ERR_DATA);
}

static err read_page(struct reading *g)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct ledger_head head = { 0 };
    err e = store_read(g->r->app->store, &tx);
    if (!e)
        e = ledger_head(&tx, g->r->arena, &head);
    if (e)
        return fault(e);
    return read_rows(g, &tx, g->before <= head.seq ? g->before - 1 : head.seq);
}

static void show(const struct reading *g, struct ledger_view *v)
{
    v->rows = (struct list){ g->rows, g->n };
    if (g->asked)
        v->newest = S("/funding/ledger");
    if (g->first > 1)
        v->older = str_print(g->r->arena, "/funding/ledger?before=%" PRId64, g->first);
    v->page.older = v->older;
}

err funding_ledger_page(struct request *r, struct response *ret)
{
    struct reading g = { .r = r, .before = INT64_MAX };
    struct ledger_view v = { .page = { .title = theme_word(r->setup->theme, "funding_ledger"),
                                       .kind = S("funding"),
                                       .path = S("/funding/ledger") } };
    struct str text = { 0 };
    g.asked = request_query(r, "before", &text);
    if (g.asked && !int_parse(text, 2, INT64_MAX, &g.before))
        return http_refuse(r, ret, 400, "error_bad_query");
    if (g.asked)
        v.page.path = str_print(r->arena, "/funding/ledger?before=%" PRId64, g.before);
    v.page.noindex = g.asked;
    request_topic(r, "funding");
    err e = read_page(&g);
    if (!e) {
        show(&g, &v);
        e = layout_fill(r, &v.page);
    }
    if (!e)
        e = layout_respond(r, ret, &ledger_page, &v, 200);
    if (e)
        return fault(e);
    ret->cache = CACHE_SHARED;
    return OK;
}
