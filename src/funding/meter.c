#include "funding/meter.h"
#include "base/check.h"
#include "funding/display.h"
#include "funding/mempool.h"
#include "render/format.h"
#include "render/theme.h"

enum { PERCENT = 100, BAR = 1000 };

/* Sums on their way: 128 bits wide, so that they may be added up before they are asked to fit. */
struct counts {
    int128 provable, attested, by_hand, pending, fees;
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

static void count_settled(struct counts *c, enum ledger_source source, int128 units)
{
    switch (source) {
    case LEDGER_BY_CHAIN: c->provable += units; break;
    case LEDGER_BY_PROVIDER: c->attested += units; break;
    case LEDGER_BY_HAND: c->by_hand += units; break;
    }
}

/* What givers gave is negative in the ledger: that is where the money came from. */
static err count(struct counts *c, const struct ledger_sum *s, struct asset currency)
{
    struct amount given = amount_negative(s->sum);
    if (s->account == LEDGER_FEES && asset_eq(s->sum.asset, currency))
        c->fees += s->sum.units;
    if (s->account != LEDGER_INCOME && s->account != LEDGER_PENDING)
        return OK;
    if (!asset_eq(given.asset, currency))
        return count_unvalued(c, given);
    if (s->account == LEDGER_PENDING)
        c->pending += given.units; // each fits 64 bits, and there are LEDGER_SUMS_MAX at most
    else
        count_settled(c, s->source, given.units);
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

static err fill_one(int64_t *to, int128 units)
{
    if (units > INT64_MAX || units < INT64_MIN)
        return fault(ERR_OVERFLOW);
    *to = (int64_t)units;
    return OK;
}

static err fill(struct meter *m, const struct counts *c)
{
    int128 settled = c->provable + c->attested + c->by_hand;
    const struct {
        int64_t *to;
        int128 from;
    } sums[] = { { &m->settled, settled },      { &m->provable, c->provable },
                 { &m->attested, c->attested }, { &m->by_hand, c->by_hand },
                 { &m->pending, c->pending },   { &m->fees, c->fees } };
    for (size_t i = 0; i < COUNT(sums); i++) {
        err e = fill_one(sums[i].to, sums[i].from);
        if (e)
            return e;
    }
    m->percent = percent_of(settled, m->goal.amount.minor);
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
        e = goal_mark_list(tx, goal->id, a, &m.marks, &m.mark_count);
    if (!e)
        e = mempool_sums(tx, a, &m.unconfirmed, &m.unconfirmed_count);
    if (!e)
        *ret = m;
    return e;
}

int64_t meter_net(const struct meter *m)
{
    return m->settled - m->fees; // both are sums of the same gifts' bounded amounts
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

static const struct field mark_fields[] = {
    FIELD_STR(struct meter_mark_view, sentence),
    FIELD_BOOL(struct meter_mark_view, reached),
    FIELD_INT(struct meter_mark_view, at),
};
static const struct view mark_view = VIEW(struct meter_mark_view, mark_fields);
static const struct field meter_fields[] = {
    FIELD_BOOL(struct meter_view, any),
    FIELD_BOOL(struct meter_view, ended),
    FIELD_BOOL(struct meter_view, future),
    FIELD_BOOL(struct meter_view, over),
    FIELD_BOOL(struct meter_view, embedded),
    FIELD_BOOL(struct meter_view, full),
    FIELD_STR(struct meter_view, title),
    FIELD_STR(struct meter_view, period),
    FIELD_STR(struct meter_view, start),
    FIELD_STR(struct meter_view, middle),
    FIELD_STR(struct meter_view, goal),
    FIELD_STR(struct meter_view, settled),
    FIELD_STR(struct meter_view, now_sentence),
    FIELD_STR(struct meter_view, sentence),
    FIELD_STR(struct meter_view, over_sentence),
    FIELD_STR(struct meter_view, provable_sentence),
    FIELD_STR(struct meter_view, attested_sentence),
    FIELD_STR(struct meter_view, hand_sentence),
    FIELD_STR(struct meter_view, pending_sentence),
    FIELD_STR(struct meter_view, net_sentence),
    FIELD_LIST(struct meter_view, unvalued, &text_item),
    FIELD_LIST(struct meter_view, unconfirmed, &text_item),
    FIELD_LIST(struct meter_view, marks, &mark_view),
    FIELD_INT(struct meter_view, now),
    FIELD_INT(struct meter_view, provable_width),
    FIELD_INT(struct meter_view, provided_at),
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
        { .name = "fees", .text = money(s, s->m->fees) },
    };
    return theme_phrase(s->setup->theme, s->a, key, args, COUNT(args));
}

static struct str phrase_unless_zero(const struct shower *s, const char *key, int64_t minor)
{
    return minor ? phrase(s, key, minor) : S("");
}

static struct list show_amounts(const struct shower *s, const struct amount *amounts, size_t n)
{
    struct str *texts = arena_new(s->a, struct str, n + 1);
    for (size_t i = 0; i < n; i++)
        texts[i] = display_amount(s->setup, s->a, amounts[i]);
    return (struct list){ texts, n };
}

static int64_t thousandths(int64_t part, int64_t whole)
{
    int128 n = part > 0 ? (int128)part * BAR / whole : 0;
    return n < BAR ? (int64_t)n : BAR;
}

/* The end of the scale as it is labelled: the goal, or the last mark beyond it. */
static int64_t top_of(const struct meter *m)
{
    int64_t top = m->goal.amount.minor;
    for (size_t i = 0; i < m->mark_count; i++)
        if (m->marks[i].minor > top)
            top = m->marks[i].minor;
    return top;
}

/* The bar's end: beyond its scale it is full, and its parts share it. */
static int64_t whole_of(const struct meter *m)
{
    int64_t top = top_of(m);
    return m->settled > top ? m->settled : top;
}

static struct meter_mark_view show_mark(const struct shower *s, int64_t minor, struct str label)
{
    struct word_arg args[] = {
        { .name = "amount", .text = money(s, minor) },
        { .name = "label", .text = label },
    };
    return (struct meter_mark_view){
        .sentence =
            label.n ? theme_phrase(s->setup->theme, s->a, "funding_meter_mark", args, COUNT(args))
                    : args[0].text,
        .reached = s->m->settled >= minor,
        .at = thousandths(minor, whole_of(s->m)),
    };
}

static struct list show_marks(const struct shower *s)
{
    const struct meter *m = s->m;
    struct meter_mark_view *views = arena_new(s->a, struct meter_mark_view, m->mark_count + 1);
    if (!m->mark_count)
        return (struct list){ 0 };
    views[0] = show_mark(s, m->goal.amount.minor, theme_word(s->setup->theme, "funding_goal"));
    for (size_t i = 0; i < m->mark_count; i++)
        views[i + 1] = show_mark(s, m->marks[i].minor, m->marks[i].label);
    return (struct list){ views, m->mark_count + 1 };
}

/* Each part ends where the sum of all before it does, so that rounding leaves no gaps. */
static void show_bar(struct meter_view *v, const struct meter *m)
{
    int64_t whole = whole_of(m);
    int64_t settled = thousandths(m->settled, whole);
    int64_t pending = thousandths(m->pending, whole);
    v->provable_width = thousandths(m->provable, whole);
    v->provided_at = v->provable_width;
    v->hand_at = thousandths(m->provable + m->attested, whole);
    v->provided_width = v->hand_at - v->provided_at;
    v->hand_width = settled - v->hand_at;
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
        .middle = money(&s, top_of(m) / 2),
        .goal = money(&s, top_of(m)),
        .settled = money(&s, m->settled),
        .now_sentence = phrase(&s, "funding_meter_now", m->settled),
        .sentence = phrase(&s, "funding_meter_sentence", m->settled),
        .over_sentence = over ? phrase(&s, "funding_meter_over", m->settled) : S(""),
        .provable_sentence = phrase_unless_zero(&s, "funding_meter_provable", m->provable),
        .hand_sentence = phrase_unless_zero(&s, "funding_meter_by_hand", m->by_hand),
        .pending_sentence = phrase_unless_zero(&s, "funding_meter_pending", m->pending),
        .unvalued = show_amounts(&s, m->unvalued, m->unvalued_count),
        .marks = show_marks(&s),
        .link = S("/funding"),
    };
    if (!v.ended && !v.future)
        v.unconfirmed = show_amounts(&s, m->unconfirmed, m->unconfirmed_count);
    show_bar(&v, m);
    return v;
}

struct meter_view meter_show_full(const struct meter *m, const struct setup *setup,
                                  struct date today, struct arena *a)
{
    struct shower s = { m, setup, a };
    struct meter_view v = meter_show(m, setup, today, a);
    if (!v.any)
        return v;
    v.full = true;
    v.attested_sentence = phrase_unless_zero(&s, "funding_meter_attested", m->attested);
    if (m->fees)
        v.net_sentence = phrase(&s, "funding_meter_net", meter_net(m));
    return v;
}
