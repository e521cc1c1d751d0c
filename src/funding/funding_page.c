#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/display.h"
#include "funding/funding_http.h"
#include "funding/meter.h"
#include "funding/support.h"
#include "publishing/layout.h"
#include "store/store.h"

#include <stdlib.h>

/*
 * GET /funding. The first page has all of it: the running meter, the goals, the sums per channel,
 * the latest contributions, the ledger. Older pages (?after=, ?goals=) continue one list each.
 */

struct goal_row {
    struct str period, label, amount, settled, pending, percent;
};
struct channel_row {
    struct str channel, settled, pending;
};
struct gift_row {
    int64_t id;
    struct str day, iso_day, channel, amount, state;
    bool reversed, pending, by_hand, unvalued;
};
struct funding_view {
    struct layout page;
    bool first; /* neither list is continued */
    bool gifts_page, goals_page;
    struct meter_view meter;
    struct list goals;    /* of goal_row */
    struct list channels; /* of channel_row */
    struct list gifts;    /* of gift_row */
    struct str older_goals, older_gifts;
    struct str head_sentence, head;
    struct support_view support;
};

static const struct field goal_fields[] = {
    FIELD_STR(struct goal_row, period),  FIELD_STR(struct goal_row, label),
    FIELD_STR(struct goal_row, amount),  FIELD_STR(struct goal_row, settled),
    FIELD_STR(struct goal_row, pending), FIELD_STR(struct goal_row, percent),
};
static const struct view goal_view = VIEW(struct goal_row, goal_fields);
static const struct field channel_fields[] = {
    FIELD_STR(struct channel_row, channel),
    FIELD_STR(struct channel_row, settled),
    FIELD_STR(struct channel_row, pending),
};
static const struct view channel_view = VIEW(struct channel_row, channel_fields);
static const struct field gift_fields[] = {
    FIELD_INT(struct gift_row, id),        FIELD_STR(struct gift_row, day),
    FIELD_STR(struct gift_row, iso_day),   FIELD_STR(struct gift_row, channel),
    FIELD_STR(struct gift_row, amount),    FIELD_STR(struct gift_row, state),
    FIELD_BOOL(struct gift_row, reversed), FIELD_BOOL(struct gift_row, pending),
    FIELD_BOOL(struct gift_row, by_hand),  FIELD_BOOL(struct gift_row, unvalued),
};
static const struct view gift_view = VIEW(struct gift_row, gift_fields);
static const struct field funding_fields[] = {
    FIELD_VIEW(struct funding_view, page, &layout_view),
    FIELD_BOOL(struct funding_view, first),
    FIELD_BOOL(struct funding_view, gifts_page),
    FIELD_BOOL(struct funding_view, goals_page),
    FIELD_VIEW(struct funding_view, meter, &meter_view),
    FIELD_LIST(struct funding_view, goals, &goal_view),
    FIELD_LIST(struct funding_view, channels, &channel_view),
    FIELD_LIST(struct funding_view, gifts, &gift_view),
    FIELD_STR(struct funding_view, older_goals),
    FIELD_STR(struct funding_view, older_gifts),
    FIELD_STR(struct funding_view, head_sentence),
    FIELD_STR(struct funding_view, head),
    FIELD_VIEW(struct funding_view, support, &support_view),
};
static const struct view funding_view = VIEW(struct funding_view, funding_fields);
TEMPLATE(funding_page, "pages/funding.html", &funding_view, TEMPLATE_HTML);

/* What was asked for, and what was read for it in one snapshot. */
struct reading {
    struct request *r;
    struct tx *tx;
    bool gifts_page, goals_page;
    struct contribution_cursor after;
    int64_t goals_before;
    struct date today;
    struct meter running;
    const struct meter *goals;
    size_t goal_count;
    bool more_goals;
    const struct ledger_sum *sums;
    size_t sum_count;
    struct contribution_page gifts;
    struct ledger_head head;
};

static err read_goals(struct reading *g)
{
    const struct goal *goals = NULL;
    size_t n = 0;
    err e = goal_list(g->tx, g->goals_before, GOAL_PAGE + 1, g->r->arena, &goals, &n);
    if (e)
        return e;
    g->more_goals = n > GOAL_PAGE;
    n = g->more_goals ? GOAL_PAGE : n;
    struct meter *meters = arena_new(g->r->arena, struct meter, n);
    for (size_t i = 0; !e && i < n; i++)
        e = meter_get(g->tx, &goals[i], g->r->arena, &meters[i]);
    g->goals = meters;
    g->goal_count = n;
    return e;
}

static err read_all(struct reading *g)
{
    bool first = !g->gifts_page && !g->goals_page;
    err e = OK;
    if (first)
        e = meter_running(g->tx, g->today, g->r->arena, &g->running);
    if (!e && !g->gifts_page)
        e = read_goals(g);
    if (!e && first)
        e = ledger_sums(g->tx, LEDGER_FIRST_DAY, LEDGER_END_DAY, g->r->arena, &g->sums,
                        &g->sum_count);
    if (!e && !g->goals_page)
        e = contribution_list(g->tx, g->after, CONTRIBUTION_PAGE, g->r->arena, &g->gifts);
    if (!e && first)
        e = ledger_head(g->tx, g->r->arena, &g->head);
    return e;
}

static err read_page(struct reading *g)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(g->r->app->store, &tx);
    g->tx = &tx;
    if (!e)
        e = read_all(g);
    g->tx = NULL;
    return e;
}

static struct list show_goals(const struct reading *g)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    struct goal_row *rows = arena_new(a, struct goal_row, g->goal_count);
    for (size_t i = 0; i < g->goal_count; i++) {
        const struct meter *m = &g->goals[i];
        struct currency c = m->goal.amount.cur;
        rows[i] = (struct goal_row){
            .period = display_period(setup, a, &m->goal),
            .label = m->goal.label,
            .amount = display_minor(setup, a, m->goal.amount.minor, c),
            .settled = display_minor(setup, a, m->settled, c),
            .pending = m->pending ? display_minor(setup, a, m->pending, c) : S(""),
            .percent = format_percent(setup->formats, a, m->percent),
        };
    }
    return (struct list){ rows, g->goal_count };
}

/* Sums of one channel and asset beside each other: what the ledger keeps per account and source. */
struct channel_sum {
    struct str channel;
    struct amount settled, pending;
};

static int by_channel(const void *a, const void *b)
{
    const struct channel_sum *x = a;
    const struct channel_sum *y = b;
    int c = str_cmp(x->channel, y->channel);
    return c ? c : str_cmp(asset_str(&x->settled.asset), asset_str(&y->settled.asset));
}

static size_t gather_sums(const struct reading *g, struct channel_sum *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < g->sum_count; i++) {
        struct amount given = amount_negative(g->sums[i].sum);
        struct amount none = { .asset = given.asset };
        if (g->sums[i].account == LEDGER_INCOME)
            ret[n++] = (struct channel_sum){ g->sums[i].channel, given, none };
        if (g->sums[i].account == LEDGER_PENDING)
            ret[n++] = (struct channel_sum){ g->sums[i].channel, none, given };
    }
    return n;
}

static err merge_sums(struct channel_sum *sums, size_t *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (kept && by_channel(&sums[kept - 1], &sums[i]) == 0) {
            err e = amount_add(&sums[kept - 1].settled, sums[i].settled);
            if (!e)
                e = amount_add(&sums[kept - 1].pending, sums[i].pending);
            if (e)
                return e;
        } else {
            sums[kept++] = sums[i];
        }
    }
    *n = kept;
    return OK;
}

static err show_channels(const struct reading *g, struct list *ret)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    struct channel_sum *sums = arena_new(a, struct channel_sum, g->sum_count);
    size_t n = gather_sums(g, sums);
    if (n)
        qsort(sums, n, sizeof *sums, by_channel);
    err e = merge_sums(sums, &n);
    if (e)
        return e;
    struct channel_row *rows = arena_new(a, struct channel_row, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct channel_row){
            .channel = display_channel(setup, sums[i].channel),
            .settled = display_amount(setup, a, sums[i].settled),
            .pending = sums[i].pending.units ? display_amount(setup, a, sums[i].pending) : S(""),
        };
    *ret = (struct list){ rows, n };
    return OK;
}

static struct str state_word(const struct setup *setup, enum contribution_state state)
{
    static const char *const words[] = {
        [CONTRIBUTION_PENDING] = "funding_state_pending",
        [CONTRIBUTION_SETTLED] = "funding_state_settled",
        [CONTRIBUTION_REVERSED] = "funding_state_reversed",
    };
    return theme_word(setup->theme, words[state]);
}

static struct list show_gifts(const struct reading *g)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    struct gift_row *rows = arena_new(a, struct gift_row, g->gifts.n);
    for (size_t i = 0; i < g->gifts.n; i++) {
        const struct contribution *c = &g->gifts.items[i];
        rows[i] = (struct gift_row){
            .id = c->id,
            .day = format_date(setup->formats, a, c->occurred_on),
            .iso_day = date_print(a, c->occurred_on),
            .channel = display_channel(setup, c->channel),
            .amount = display_amount(setup, a, c->amount),
            .state = state_word(setup, c->state),
            .reversed = c->state == CONTRIBUTION_REVERSED,
            .pending = c->state == CONTRIBUTION_PENDING,
            .by_hand = c->source == LEDGER_BY_HAND,
            .unvalued = c->unvalued && c->state != CONTRIBUTION_REVERSED,
        };
    }
    return (struct list){ rows, g->gifts.n };
}

static void show_ledger(const struct reading *g, struct funding_view *v)
{
    struct word_arg args[] = { { .name = "n", .count = g->head.seq } };
    v->head_sentence =
        theme_phrase(g->r->setup->theme, g->r->arena, "funding_ledger_head", args, COUNT(args));
    v->head = hex_print(g->r->arena, bytes_str(g->head.hash, LEDGER_HASH));
}

static void show_links(const struct reading *g, struct funding_view *v)
{
    struct arena *a = g->r->arena;
    if (g->gifts.more) {
        struct str cursor = contribution_cursor_print(a, g->gifts.next);
        v->older_gifts = str_print(a, "/funding?after=" STR_FMT, STR_ARG(cursor));
    }
    if (g->more_goals) {
        int64_t day = g->goals[g->goal_count - 1].goal.first_day;
        struct str before = date_print(a, date_from_days(day));
        v->older_goals = str_print(a, "/funding?goals=" STR_FMT, STR_ARG(before));
    }
    if (g->gifts_page)
        v->page.older = v->older_gifts;
}

static err show(const struct reading *g, struct funding_view *v)
{
    v->first = !g->gifts_page && !g->goals_page;
    v->gifts_page = !g->goals_page;
    v->goals_page = !g->gifts_page;
    v->goals = show_goals(g);
    v->gifts = show_gifts(g);
    show_links(g, v);
    if (!v->first)
        return OK;
    v->meter = meter_show(&g->running, g->r->setup, g->today, g->r->arena);
    v->meter.link = S(""); // this is where it leads
    v->support = support_show(g->r->setup, SUPPORT_BELOW, g->r->arena);
    show_ledger(g, v);
    return show_channels(g, &v->channels);
}

/* Which list is continued, and from where. False: a cursor that we never gave. */
static bool read_query(struct reading *g, struct str *ret_path)
{
    struct str text = { 0 };
    struct date day = { 0 };
    *ret_path = S("/funding");
    g->after = CONTRIBUTION_BEGIN;
    g->goals_before = INT64_MAX;
    if (request_query(g->r, "after", &text)) {
        g->gifts_page = true;
        *ret_path = str_print(g->r->arena, "/funding?after=" STR_FMT, STR_ARG(text));
        return contribution_cursor_parse(text, &g->after);
    }
    if (request_query(g->r, "goals", &text)) {
        g->goals_page = true;
        *ret_path = str_print(g->r->arena, "/funding?goals=" STR_FMT, STR_ARG(text));
        if (!date_parse(text, &day))
            return false;
        g->goals_before = date_to_days(day);
    }
    return true;
}

err funding_page_get(struct request *r, struct response *ret)
{
    struct reading g = { .r = r, .today = format_day_of(r->setup->formats, r->now) };
    struct funding_view v = {
        .page = { .title = theme_word(r->setup->theme, "funding_title"),
                  .description = theme_word(r->setup->theme, "funding_intro"),
                  .kind = S("funding") },
    };
    if (!read_query(&g, &v.page.path))
        return http_refuse(r, ret, 400, "error_bad_query");
    v.page.noindex = g.gifts_page || g.goals_page;
    request_topic(r, "funding");
    request_topic(r, "day"); // a goal ends with its last day
    err e = read_page(&g);
    if (!e)
        e = show(&g, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    if (!e)
        e = layout_respond(r, ret, &funding_page, &v, 200);
    if (e)
        return fault(e);
    ret->cache = CACHE_SHARED;
    return OK;
}
