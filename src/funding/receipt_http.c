#include "funding/contribution_note.h"
#include "funding/funding_http.h"
#include "funding/funding_part.h"
#include "funding/gift_part.h"
#include "funding/receipt.h"
#include "publishing/layout.h"

#include <inttypes.h>

QUERY(receipt_entries,
      "select e.seq, t.kind, t.booked_at, e.account, e.asset, e.minor, e.fine"
      " from ledger_transaction t join ledger_entry e on e.ledger_transaction = t.id"
      " where t.contribution = $1 order by e.seq limit $2");

enum { ENTRIES_MAX = 200 }; /* of a gift, and of the one that corrects it */

/* GET and POST /funding/receipt: who has a code finds the own gift and its rows in the ledger. The
 * code is sent as a form, so that it stands in no address and no log. */

struct entry_row {
    int64_t seq;
    struct str booked, kind, account, amount;
};
struct receipt_view {
    struct layout page;
    struct str code;  /* as it was typed, when it is none of ours */
    struct str error; /* one sentence */
    bool found;
    struct public_gift gift;
    bool corrected;
    struct public_gift now; /* the gift that stands for a corrected one */
    struct str counts;      /* the page of the goal it counts for; empty: none */
    struct list entries;
};
static const struct field entry_fields[] = {
    FIELD_INT(struct entry_row, seq),    FIELD_STR(struct entry_row, booked),
    FIELD_STR(struct entry_row, kind),   FIELD_STR(struct entry_row, account),
    FIELD_STR(struct entry_row, amount),
};
static const struct view entry_view = VIEW(struct entry_row, entry_fields);
static const struct field receipt_fields[] = {
    FIELD_VIEW(struct receipt_view, page, &layout_view),
    FIELD_STR(struct receipt_view, code),
    FIELD_STR(struct receipt_view, error),
    FIELD_BOOL(struct receipt_view, found),
    FIELD_VIEW(struct receipt_view, gift, &public_gift_view),
    FIELD_BOOL(struct receipt_view, corrected),
    FIELD_VIEW(struct receipt_view, now, &public_gift_view),
    FIELD_STR(struct receipt_view, counts),
    FIELD_LIST(struct receipt_view, entries, &entry_view),
};
static const struct view receipt_view = VIEW(struct receipt_view, receipt_fields);
TEMPLATE(receipt_page, "pages/receipt.html", &receipt_view, TEMPLATE_HTML);

/* A gift with its rows, and with the one that stands for it now if it was corrected. */
enum { GIFT_ITSELF, GIFT_NOW, GIFTS_MAX };
struct reading {
    struct request *r;
    struct contribution gifts[GIFTS_MAX];
    size_t gift_count;
    const struct str *names;
    struct goal goal; /* of the last of them */
    struct entry_row *entries;
    size_t entry_count;
};

static err entry_read(struct stmt *s, const struct request *r, struct entry_row *ret)
{
    struct arena *a = r->arena;
    struct asset asset = { 0 };
    if (!asset_parse(column_str(s, 4, a), &asset))
        return fault(ERR_DATA);
    struct str amount = amount_print(a, amount_join(column_int(s, 5), column_int(s, 6), asset));
    *ret = (struct entry_row){
        .seq = column_int(s, 0),
        .kind = display_kind_of_entry(r->setup, column_str(s, 1, a)),
        .booked = date_print(a, date_of_utc(column_int(s, 2))),
        .account = column_str(s, 3, a),
        .amount = str_print(a, STR_FMT " %s", STR_ARG(amount), asset.code),
    };
    return OK;
}

static err read_entries(struct reading *g, struct tx *tx, int64_t gift)
{
    bool row = false;
    struct stmt *s = query_start(tx, &receipt_entries);
    bind_int(s, 1, gift);
    bind_int(s, 2, ENTRIES_MAX);
    err e = query_step(s, &row);
    while (!e && row) {
        e = entry_read(s, g->r, &g->entries[g->entry_count]);
        if (e) {
            query_end(s);
            return e;
        }
        g->entry_count++;
        e = query_step(s, &row);
    }
    return e ? fault(e) : OK;
}

static err read_corrected(struct reading *g, struct tx *tx)
{
    int64_t now = 0;
    err e = contribution_corrected_by(tx, g->gifts[GIFT_ITSELF].id, &now);
    if (e || !now)
        return e;
    g->gift_count++;
    e = contribution_get(tx, now, g->r->arena, &g->gifts[GIFT_NOW]);
    return e > 0 ? fault(ERR_DATA) : e; // a foreign key leads there
}

static err read_all_entries(struct reading *g, struct tx *tx)
{
    err e = OK;
    g->entries = arena_new(g->r->arena, struct entry_row, (size_t)GIFTS_MAX * ENTRIES_MAX);
    for (size_t i = 0; !e && i < g->gift_count; i++)
        e = read_entries(g, tx, g->gifts[i].id);
    return e;
}

/* CONTRIBUTION_MISSING. */
static err read_gift(struct reading *g, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena *a = g->r->arena;
    err e = store_read(g->r->app->store, &tx);
    if (!e)
        e = contribution_get(&tx, id, a, &g->gifts[GIFT_ITSELF]);
    if (e)
        return e;
    g->gift_count = 1;
    e = read_corrected(g, &tx);
    if (!e)
        e = gift_names(&tx, g->gifts, g->gift_count, a, &g->names);
    if (!e)
        e = goal_for_day(&tx, g->gifts[g->gift_count - 1].occurred_on, a, &g->goal);
    if (!e)
        e = read_all_entries(g, &tx);
    return e;
}

static void show(const struct reading *g, struct receipt_view *v)
{
    v->found = true;
    v->corrected = g->gift_count > 1;
    v->gift =
        public_gift_of(g->r->setup, &g->gifts[GIFT_ITSELF], g->names[GIFT_ITSELF], g->r->arena);
    if (v->corrected)
        v->now = public_gift_of(g->r->setup, &g->gifts[GIFT_NOW], g->names[GIFT_NOW], g->r->arena);
    v->entries = (struct list){ g->entries, g->entry_count };
    if (g->goal.id && g->gifts[g->gift_count - 1].state != CONTRIBUTION_REVERSED)
        v->counts = str_print(g->r->arena, "/funding/goals/%" PRId64, g->goal.id);
}

static err respond(struct request *r, struct response *ret, struct receipt_view *v, int status)
{
    v->page.title = theme_word(r->setup->theme, "funding_receipt");
    v->page.kind = S("funding");
    v->page.path = S("/funding/receipt");
    err e = layout_fill(r, &v->page);
    if (!e)
        e = layout_respond(r, ret, &receipt_page, v, status);
    return e ? fault(e) : OK;
}

err receipt_show(struct request *r, struct response *ret)
{
    struct receipt_view v = { 0 };
    err e = respond(r, ret, &v, 200);
    if (!e)
        ret->cache = CACHE_SHARED;
    return e;
}

err receipt_post(struct request *r, struct response *ret)
{
    struct receipt_view v = { 0 };
    struct reading g = { .r = r };
    int64_t id = 0;
    (void)request_field(r, "code", &v.code); // none: as good as a wrong one
    if (!receipt_read(r->app->keys, v.code, r->arena, &id)) {
        v.error = theme_word(r->setup->theme, "funding_receipt_wrong");
        return respond(r, ret, &v, 422);
    }
    err e = read_gift(&g, id);
    if (e < 0)
        return fault(e);
    if (e) { // signed, but of a gift that is not here: a copy of the keys is used elsewhere
        v.error = theme_word(r->setup->theme, "funding_receipt_wrong");
        return respond(r, ret, &v, 422);
    }
    v.code = S("");
    show(&g, &v);
    return respond(r, ret, &v, 200);
}
