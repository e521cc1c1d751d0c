#include "funding/meter.h"
#include "base/check.h"
#include "funding/display.h"
#include "render/format.h"
#include "render/theme.h"

enum { PERCENT = 100, BAR = 1000 };

/* Sums on their way: 128 bits wide, so that they may be added up before they are asked to fit. */
struct counts {
    int128 settled, by_hand, pending;
    struct amount *unvalued;
    size_t unvalued_count;
};

static err count_unvalued(struct counts *c, struct amount m)
{
    size_t i = 0;
    while (i < c->unvalued_count && !asset_eq(c->unvalued[i].asset, m.asset))
        i++;
    if (i == METER_UNVALUED_MAX)
        return fault(ERR_LIMIT);
    if (i == c->unvalued_count)
        c->unvalued[c->unvalued_count++] = (struct amount){ .asset = m.asset };
    return amount_add(&c->unvalued[i], m);
}

/* What givers gave is negative in the ledger: that is where the money came from. */
static err count(struct counts *c, const struct ledger_sum *s, struct asset currency)
{
    struct amount given = amount_negative(s->sum);
    if (s->account != LEDGER_INCOME && s->account != LEDGER_PENDING)
        return OK;
    if (!asset_eq(given.asset, currency))
        return count_unvalued(c, given);
    if (s->account == LEDGER_PENDING) {
        c->pending += given.units; // each fits 64 bits, and there are LEDGER_SUMS_MAX at most
        return OK;
    }
    c->settled += given.units;
    if (s->source == LEDGER_BY_HAND)
        c->by_hand += given.units;
    return OK;
}

static void drop_zeros(struct counts *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->unvalued_count; i++)
        if (c->unvalued[i].units != 0)
            c->unvalued[n++] = c->unvalued[i];
    c->unvalued_count = n;
}

static int64_t percent_of(int128 part, int64_t whole)
{
    int128 percent = part > 0 ? part * PERCENT / whole : 0;
    return percent < METER_PERCENT_MAX ? (int64_t)percent : METER_PERCENT_MAX;
}

static err fill(struct meter *m, const struct counts *c)
{
    if (c->settled > INT64_MAX || c->settled < INT64_MIN || c->pending > INT64_MAX ||
        c->pending < INT64_MIN)
        return fault(ERR_OVERFLOW);
    m->settled = (int64_t)c->settled;
    m->pending = (int64_t)c->pending;
    m->by_hand = (int64_t)c->by_hand; // a part of settled
    m->percent = percent_of(c->settled, m->goal.amount.minor);
    m->unvalued = c->unvalued;
    m->unvalued_count = c->unvalued_count;
    return OK;
}

err meter_get(struct tx *tx, const struct goal *goal, struct arena *a, struct meter *ret)
{
    struct meter m = { .goal = *goal };
    struct counts c = { .unvalued = arena_new(a, struct amount, METER_UNVALUED_MAX) };
    const struct ledger_sum *sums = NULL;
    size_t n = 0;
    if (!goal->id) {
        *ret = m;
        return OK;
    }
    err e = ledger_sums(tx, goal->first_day, goal->end_day, a, &sums, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = count(&c, &sums[i], asset_of(goal->amount.cur));
    drop_zeros(&c);
    if (!e)
        e = fill(&m, &c);
    if (!e)
        *ret = m;
    return e;
}

err meter_for_day(struct tx *tx, struct date day, struct arena *a, struct meter *ret)
{
    struct goal goal = { 0 };
    err e = goal_for_day(tx, day, a, &goal);
    return e ? e : meter_get(tx, &goal, a, ret);
}

err meter_running(struct tx *tx, struct date today, struct arena *a, struct meter *ret)
{
    struct goal goal = { 0 };
    err e = goal_running(tx, today, a, &goal);
    return e ? e : meter_get(tx, &goal, a, ret);
}

err meter_asked(struct tx *tx, const struct meter_query *q, struct arena *a, struct meter *ret)
{
    struct meter m = { 0 };
    int64_t first = 0;
    int64_t end = 0;
    if (!q->asked)
        return meter_running(tx, q->today, a, ret);
    if (goal_period_parse(q->period, &first, &end)) {
        err e = meter_for_day(tx, date_from_days(first), a, &m);
        if (e)
            return e;
    }
    bool same = m.goal.first_day == first && m.goal.end_day == end;
    *ret = same ? m : (struct meter){ 0 };
    return OK;
}

static const struct field meter_fields[] = {
    FIELD_BOOL(struct meter_view, any),
    FIELD_BOOL(struct meter_view, ended),
    FIELD_BOOL(struct meter_view, future),
    FIELD_BOOL(struct meter_view, over),
    FIELD_BOOL(struct meter_view, embedded),
    FIELD_STR(struct meter_view, title),
    FIELD_STR(struct meter_view, period),
    FIELD_STR(struct meter_view, start),
    FIELD_STR(struct meter_view, middle),
    FIELD_STR(struct meter_view, goal),
    FIELD_STR(struct meter_view, settled),
    FIELD_STR(struct meter_view, now_sentence),
    FIELD_STR(struct meter_view, sentence),
    FIELD_STR(struct meter_view, over_sentence),
    FIELD_STR(struct meter_view, hand_sentence),
    FIELD_STR(struct meter_view, pending_sentence),
    FIELD_LIST(struct meter_view, unvalued, &text_item),
    FIELD_INT(struct meter_view, now),
    FIELD_INT(struct meter_view, provided_width),
    FIELD_INT(struct meter_view, hand_at),
    FIELD_INT(struct meter_view, hand_width),
    FIELD_INT(struct meter_view, pending_at),
    FIELD_INT(struct meter_view, pending_width),
    FIELD_STR(struct meter_view, link),
};
const struct view meter_view = VIEW(struct meter_view, meter_fields);

/* What the view's sentences are made with. */
struct shower {
    const struct meter *m;
    const struct setup *setup;
    struct arena *a;
};

static struct str money(const struct shower *s, int64_t minor)
{
    return display_minor(s->setup, s->a, minor, s->m->goal.amount.cur);
}

static struct str phrase(const struct shower *s, const char *key, int64_t minor)
{
    struct word_arg args[] = {
        { .name = "amount", .text = money(s, minor) },
        { .name = "goal", .text = money(s, s->m->goal.amount.minor) },
        { .name = "percent", .text = format_percent(s->setup->formats, s->a, s->m->percent) },
    };
    return theme_phrase(s->setup->theme, s->a, key, args, COUNT(args));
}

static struct str phrase_unless_zero(const struct shower *s, const char *key, int64_t minor)
{
    return minor ? phrase(s, key, minor) : S("");
}

static struct list show_unvalued(const struct shower *s)
{
    struct str *texts = arena_new(s->a, struct str, s->m->unvalued_count);
    for (size_t i = 0; i < s->m->unvalued_count; i++)
        texts[i] = display_amount(s->setup, s->a, s->m->unvalued[i]);
    return (struct list){ texts, s->m->unvalued_count };
}

static int64_t thousandths(int64_t part, int64_t whole)
{
    int128 n = part > 0 ? (int128)part * BAR / whole : 0;
    return n < BAR ? (int64_t)n : BAR;
}

/* A bar beyond its goal is full, and its parts share it. */
static void show_bar(struct meter_view *v, const struct meter *m)
{
    int64_t goal = m->goal.amount.minor;
    int64_t whole = m->settled > goal ? m->settled : goal;
    int64_t settled = thousandths(m->settled, whole);
    int64_t pending = thousandths(m->pending, whole);
    v->provided_width = thousandths(m->settled - m->by_hand, whole);
    v->hand_at = v->provided_width;
    v->hand_width = settled - v->provided_width;
    v->pending_at = settled;
    v->pending_width = pending < BAR - settled ? pending : BAR - settled;
    v->now = m->percent < PERCENT ? m->percent : PERCENT;
}

struct meter_view meter_show(const struct meter *m, const struct setup *setup, struct date today,
                             struct arena *a)
{
    struct shower s = { m, setup, a };
    int64_t day = date_to_days(today);
    if (!m->goal.id)
        return (struct meter_view){ 0 };
    struct str period = display_period(setup, a, &m->goal);
    bool over = m->percent > PERCENT;
    struct meter_view v = {
        .any = true,
        .ended = m->goal.end_day <= day,
        .future = m->goal.first_day > day,
        .over = over,
        .title = m->goal.label.n ? m->goal.label : period,
        .period = m->goal.label.n ? period : S(""),
        .start = money(&s, 0),
        .middle = money(&s, m->goal.amount.minor / 2),
        .goal = money(&s, m->goal.amount.minor),
        .settled = money(&s, m->settled),
        .now_sentence = phrase(&s, "funding_meter_now", m->settled),
        .sentence = phrase(&s, "funding_meter_sentence", m->settled),
        .over_sentence = over ? phrase(&s, "funding_meter_over", m->settled) : S(""),
        .hand_sentence = phrase_unless_zero(&s, "funding_meter_by_hand", m->by_hand),
        .pending_sentence = phrase_unless_zero(&s, "funding_meter_pending", m->pending),
        .unvalued = show_unvalued(&s),
        .link = S("/funding"),
    };
    show_bar(&v, m);
    return v;
}
