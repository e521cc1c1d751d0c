#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/daily_head.h"
#include "funding/display.h"
#include "funding/funding_http.h"
#include "funding/funding_part.h"
#include "funding/gift_part.h"
#include "funding/goal_close.h"
#include "funding/pledge.h"
#include "funding/support.h"
#include "publishing/layout.h"

#include <inttypes.h>

/*
 * GET /funding. The first page has all of it: the running meter, the goals with a chart, the sums
 * per channel, the latest contributions, the ledger, and what none of it can prove. Older pages
 * (?after=, ?goals=) continue one list each.
 */

struct goal_row {
    struct str url, period, label, amount, settled, net, pending, percent;
    struct str closed, adjusted; /* sentences; empty: it is not closed, nothing came later */
};
struct funding_view {
    struct layout page;
    bool first; /* neither list is continued */
    bool gifts_page, goals_page;
    bool statement; /* of where gifts go: one is installed */
    struct meter_view meter;
    struct list goals; /* of goal_row */
    struct chart_view chart;
    struct list channels; /* of channel_row */
    struct list pledges;  /* of text: what is promised and not paid */
    struct list gifts;    /* of gift_row */
    struct str older_goals, older_gifts;
    struct str head_sentence, head;
    struct list heads; /* of text: the latest daily heads */
    struct support_view support;
};

static const struct field goal_fields[] = {
    FIELD_STR(struct goal_row, url),     FIELD_STR(struct goal_row, period),
    FIELD_STR(struct goal_row, label),   FIELD_STR(struct goal_row, amount),
    FIELD_STR(struct goal_row, settled), FIELD_STR(struct goal_row, net),
    FIELD_STR(struct goal_row, pending), FIELD_STR(struct goal_row, percent),
    FIELD_STR(struct goal_row, closed),  FIELD_STR(struct goal_row, adjusted),
};
static const struct view goal_view = VIEW(struct goal_row, goal_fields);
static const struct field funding_fields[] = {
    FIELD_VIEW(struct funding_view, page, &layout_view),
    FIELD_BOOL(struct funding_view, first),
    FIELD_BOOL(struct funding_view, gifts_page),
    FIELD_BOOL(struct funding_view, goals_page),
    FIELD_BOOL(struct funding_view, statement),
    FIELD_VIEW(struct funding_view, meter, &meter_view),
    FIELD_LIST(struct funding_view, goals, &goal_view),
    FIELD_VIEW(struct funding_view, chart, &chart_view),
    FIELD_LIST(struct funding_view, channels, &channel_row_view),
    FIELD_LIST(struct funding_view, pledges, &text_item),
    FIELD_LIST(struct funding_view, gifts, &public_gift_view),
    FIELD_STR(struct funding_view, older_goals),
    FIELD_STR(struct funding_view, older_gifts),
    FIELD_STR(struct funding_view, head_sentence),
    FIELD_STR(struct funding_view, head),
    FIELD_LIST(struct funding_view, heads, &text_item),
    FIELD_VIEW(struct funding_view, support, &support_view),
};
static const struct view funding_view = VIEW(struct funding_view, funding_fields);
TEMPLATE(funding_page, "pages/funding.html", &funding_view, TEMPLATE_HTML);

enum { HEADS_SHOWN = 7 };

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
    const struct goal_close *closes; /* beside the goals */
    size_t goal_count;
    bool more_goals;
    const struct ledger_sum *sums;
    size_t sum_count;
    struct contribution_page gifts;
    const struct str *names; /* beside the gifts */
    struct ledger_head head;
    const struct daily_head *heads;
    size_t head_count;
    const struct pledge *pledges;
    size_t pledge_count;
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
    struct goal_close *closes = arena_new(g->r->arena, struct goal_close, n);
    for (size_t i = 0; !e && i < n; i++) {
        e = meter_get(g->tx, &goals[i], g->r->arena, &meters[i]);
        if (!e)
            e = goal_close_get(g->tx, goals[i].id, g->r->arena, &closes[i]);
    }
    g->goals = meters;
    g->closes = closes;
    g->goal_count = n;
    return e;
}

static err read_gifts(struct reading *g)
{
    struct arena *a = g->r->arena;
    err e = contribution_list(g->tx, g->after, CONTRIBUTION_PAGE, a, &g->gifts);
    return e ? e : gift_names(g->tx, g->gifts.items, g->gifts.n, a, &g->names);
}

static err read_ledger(struct reading *g)
{
    struct arena *a = g->r->arena;
    err e = ledger_sums(g->tx, LEDGER_FIRST_DAY, LEDGER_END_DAY, a, &g->sums, &g->sum_count);
    if (!e)
        e = ledger_head(g->tx, a, &g->head);
    if (!e)
        e = daily_head_list(g->tx, a, &g->heads, &g->head_count);
    return e ? e
             : pledge_list(g->tx, g->r->setup->channels, g->r->now, a, &g->pledges,
                           &g->pledge_count);
}

static err read_all(struct reading *g)
{
    bool first = !g->gifts_page && !g->goals_page;
    err e = OK;
    if (first)
        e = meter_running(g->tx, g->today, g->r->arena, &g->running);
    if (!e && !g->gifts_page)
        e = read_goals(g);
    if (!e && !g->goals_page)
        e = read_gifts(g);
    return !e && first ? read_ledger(g) : e;
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

static struct str day_sentence(const struct reading *g, const char *key, int64_t at)
{
    const struct setup *setup = g->r->setup;
    const struct word_arg args[] = {
        { .name = "day",
          .text = format_date(setup->formats, g->r->arena, format_day_of(setup->formats, at)) },
    };
    return theme_phrase(setup->theme, g->r->arena, key, args, COUNT(args));
}

static struct str adjusted_sentence(const struct reading *g, const struct meter *m,
                                    const struct goal_close *c)
{
    const struct setup *setup = g->r->setup;
    struct currency cur = m->goal.amount.cur;
    const struct word_arg args[] = {
        { .name = "frozen", .text = display_minor(setup, g->r->arena, c->settled, cur) },
        { .name = "change",
          .text = display_minor(setup, g->r->arena, m->settled - c->settled, cur) },
    };
    if (m->settled == c->settled)
        return S("");
    return theme_phrase(setup->theme, g->r->arena, "funding_goal_adjusted", args, COUNT(args));
}

static struct list show_goals(const struct reading *g)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    struct goal_row *rows = arena_new(a, struct goal_row, g->goal_count);
    for (size_t i = 0; i < g->goal_count; i++) {
        const struct meter *m = &g->goals[i];
        const struct goal_close *close = &g->closes[i];
        struct currency c = m->goal.amount.cur;
        bool closed = close->goal != 0;
        rows[i] = (struct goal_row){
            .url = str_print(a, "/funding/goals/%" PRId64, m->goal.id),
            .net = display_minor(setup, a, meter_net(m), c),
            .closed = closed ? day_sentence(g, "funding_goal_closed", close->closed_at) : S(""),
            .adjusted = closed ? adjusted_sentence(g, m, close) : S(""),
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

static struct list show_gifts(const struct reading *g)
{
    struct public_gift *rows = arena_new(g->r->arena, struct public_gift, g->gifts.n);
    for (size_t i = 0; i < g->gifts.n; i++)
        rows[i] = public_gift_of(g->r->setup, &g->gifts.items[i], g->names[i], g->r->arena);
    return (struct list){ rows, g->gifts.n };
}

static struct list show_heads(const struct reading *g)
{
    size_t n = g->head_count < HEADS_SHOWN ? g->head_count : HEADS_SHOWN;
    struct str *lines = arena_new(g->r->arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        lines[i] = daily_head_line(g->r->arena, &g->heads[i]);
    return (struct list){ lines, n };
}

static void show_ledger(const struct reading *g, struct funding_view *v)
{
    struct word_arg args[] = { { .name = "n", .count = g->head.seq } };
    v->head_sentence =
        theme_phrase(g->r->setup->theme, g->r->arena, "funding_ledger_head", args, COUNT(args));
    v->head = hex_print(g->r->arena, bytes_str(g->head.hash, LEDGER_HASH));
    v->heads = show_heads(g);
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

static struct list show_pledges(const struct reading *g)
{
    const struct setup *setup = g->r->setup;
    struct arena *a = g->r->arena;
    struct str *rows = arena_new(a, struct str, g->pledge_count + 1);
    for (size_t i = 0; i < g->pledge_count; i++) {
        const struct pledge *p = &g->pledges[i];
        const struct word_arg args[] = {
            { .name = "channel", .text = display_channel(setup, p->channel) },
            { .name = "amount", .text = display_amount(setup, a, p->amount) },
            { .name = "day",
              .text = format_date(setup->formats, a, format_day_of(setup->formats, p->told_at)) },
        };
        rows[i] = theme_phrase(setup->theme, a, "funding_pledge_week", args, COUNT(args));
    }
    return (struct list){ rows, g->pledge_count };
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
    v->chart = chart_show(g->r->setup, g->goals, g->goal_count, g->r->arena);
    v->meter = meter_show_full(&g->running, g->r->setup, g->today, g->r->arena);
    v->meter.link = S(""); // this is where it leads
    err e = support_show(g->r, SUPPORT_BELOW, &v->support);
    if (e)
        return e;
    v->statement = g->r->setup->statement != NULL;
    v->pledges = show_pledges(g);
    show_ledger(g, v);
    return channel_rows(g->r->setup, g->sums, g->sum_count, g->r->arena, &v->channels);
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
