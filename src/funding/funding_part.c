#include "funding/funding_part.h"
#include "funding/display.h"
#include "render/format.h"
#include "render/theme.h"

#include <stdlib.h>

static const struct field channel_row_fields[] = {
    FIELD_STR(struct channel_row, channel), FIELD_STR(struct channel_row, known),
    FIELD_STR(struct channel_row, settled), FIELD_STR(struct channel_row, fees),
    FIELD_STR(struct channel_row, pending),
};
const struct view channel_row_view = VIEW(struct channel_row, channel_row_fields);

struct str display_source(const struct setup *setup, enum ledger_source source)
{
    static const char *const words[] = {
        [LEDGER_BY_HAND] = "funding_entered_by_hand",
        [LEDGER_BY_PROVIDER] = "funding_attested",
        [LEDGER_BY_CHAIN] = "funding_provable",
    };
    return theme_word(setup->theme, words[source]);
}

struct str display_kind_of_entry(const struct setup *setup, struct str kind)
{
    static const struct {
        enum ledger_kind kind;
        const char *word;
    } words[] = {
        { LEDGER_GIFT, "funding_kind_gift" },
        { LEDGER_PROMISE, "funding_kind_promise" },
        { LEDGER_SETTLEMENT, "funding_kind_settlement" },
        { LEDGER_REVERSAL, "funding_kind_reversal" },
        { LEDGER_FEE, "funding_kind_fee" },
        { LEDGER_REFUND, "funding_kind_refund" },
        { LEDGER_REFUND_FAILED, "funding_kind_refund_failed" },
        { LEDGER_DISPUTE, "funding_kind_dispute" },
        { LEDGER_DISPUTE_WON, "funding_kind_dispute_won" },
        { LEDGER_REORG_REVERSAL, "funding_kind_reorg_reversal" },
        { LEDGER_REORG_RESTORE, "funding_kind_reorg_restore" },
        { LEDGER_VALUATION, "funding_kind_valuation" },
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(ledger_kind_name(words[i].kind), kind))
            return theme_word(setup->theme, words[i].word);
    return kind;
}

/* ---- channels */

/* Sums of one channel, source and asset beside each other: the ledger keeps them per account. */
struct channel_sum {
    struct str channel;
    enum ledger_source source;
    struct amount settled, fees, pending;
};

static int by_channel(const void *a, const void *b)
{
    const struct channel_sum *x = a;
    const struct channel_sum *y = b;
    int c = str_cmp(x->channel, y->channel);
    if (!c)
        c = str_cmp(asset_str(&x->settled.asset), asset_str(&y->settled.asset));
    return c ? c : (x->source > y->source) - (x->source < y->source);
}

static size_t gather(const struct ledger_sum *sums, size_t count, struct channel_sum *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct amount none = { .asset = sums[i].sum.asset };
        struct channel_sum c = { sums[i].channel, sums[i].source, none, none, none };
        if (sums[i].account == LEDGER_INCOME)
            c.settled = amount_negative(sums[i].sum);
        else if (sums[i].account == LEDGER_PENDING)
            c.pending = amount_negative(sums[i].sum);
        else if (sums[i].account == LEDGER_FEES)
            c.fees = sums[i].sum;
        else
            continue;
        ret[n++] = c;
    }
    return n;
}

static err add(struct channel_sum *to, const struct channel_sum *from)
{
    err e = amount_add(&to->settled, from->settled);
    if (!e)
        e = amount_add(&to->fees, from->fees);
    return e ? e : amount_add(&to->pending, from->pending);
}

static bool is_zero(const struct channel_sum *s)
{
    return s->settled.units == 0 && s->fees.units == 0 && s->pending.units == 0;
}

/* One for each channel, source and asset; what has come to nothing is left out. */
static err merge(struct channel_sum *sums, size_t *n)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (kept && by_channel(&sums[kept - 1], &sums[i]) == 0) {
            err e = add(&sums[kept - 1], &sums[i]);
            if (e)
                return e;
        } else {
            if (kept && is_zero(&sums[kept - 1]))
                kept--;
            sums[kept++] = sums[i];
        }
    }
    *n = kept && is_zero(&sums[kept - 1]) ? kept - 1 : kept;
    return OK;
}

static struct str amount_or_none(const struct setup *setup, struct arena *a, struct amount m)
{
    return m.units ? display_amount(setup, a, m) : S("");
}

err channel_rows(const struct setup *setup, const struct ledger_sum *sums, size_t count,
                 struct arena *a, struct list *ret)
{
    struct channel_sum *merged = arena_new(a, struct channel_sum, count);
    size_t n = gather(sums, count, merged);
    if (n)
        qsort(merged, n, sizeof *merged, by_channel);
    err e = merge(merged, &n);
    if (e)
        return e;
    struct channel_row *rows = arena_new(a, struct channel_row, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct channel_row){
            .channel = display_channel(setup, merged[i].channel),
            .known = display_source(setup, merged[i].source),
            .settled = display_amount(setup, a, merged[i].settled),
            .fees = amount_or_none(setup, a, merged[i].fees),
            .pending = amount_or_none(setup, a, merged[i].pending),
        };
    *ret = (struct list){ rows, n };
    return OK;
}

/* ---- the chart */

static const struct field bar_fields[] = {
    FIELD_INT(struct chart_bar, x),
    FIELD_INT(struct chart_bar, provable_y),
    FIELD_INT(struct chart_bar, provable_height),
    FIELD_INT(struct chart_bar, attested_y),
    FIELD_INT(struct chart_bar, attested_height),
    FIELD_INT(struct chart_bar, hand_y),
    FIELD_INT(struct chart_bar, hand_height),
    FIELD_STR(struct chart_bar, sentence),
};
static const struct view bar_view = VIEW(struct chart_bar, bar_fields);
static const struct field chart_fields[] = {
    FIELD_BOOL(struct chart_view, any),
    FIELD_INT(struct chart_view, width),
    FIELD_LIST(struct chart_view, bars, &bar_view),
};
const struct view chart_view = VIEW(struct chart_view, chart_fields);

/* Percent of the goal, no more than the picture has room for. */
static int64_t height_of(const struct meter *m, int64_t part)
{
    int128 percent = part > 0 ? (int128)part * 100 / m->goal.amount.minor : 0;
    return percent < CHART_TOP ? (int64_t)percent : CHART_TOP;
}

static struct chart_bar bar_of(const struct setup *setup, const struct meter *m, int64_t at,
                               struct arena *a)
{
    int64_t provable = height_of(m, m->provable);
    int64_t attested = height_of(m, m->provable + m->attested);
    int64_t all = height_of(m, m->settled);
    struct currency c = m->goal.amount.cur;
    struct word_arg args[] = {
        { .name = "period", .text = display_period(setup, a, &m->goal) },
        { .name = "amount", .text = display_minor(setup, a, m->settled, c) },
        { .name = "goal", .text = display_minor(setup, a, m->goal.amount.minor, c) },
        { .name = "percent", .text = format_percent(setup->formats, a, m->percent) },
    };
    return (struct chart_bar){
        .x = at * CHART_STEP + CHART_STEP / 8,
        .provable_y = CHART_TOP - provable,
        .provable_height = provable,
        .attested_y = CHART_TOP - attested,
        .attested_height = attested - provable,
        .hand_y = CHART_TOP - all,
        .hand_height = all - attested,
        .sentence = theme_phrase(setup->theme, a, "funding_chart_bar", args, COUNT(args)),
    };
}

struct chart_view chart_show(const struct setup *setup, const struct meter *meters, size_t n,
                             struct arena *a)
{
    struct chart_bar *bars = arena_new(a, struct chart_bar, n);
    for (size_t i = 0; i < n; i++)
        bars[i] = bar_of(setup, &meters[n - 1 - i], (int64_t)i, a);
    int64_t places = n < CHART_BARS_LEAST ? CHART_BARS_LEAST : (int64_t)n;
    return (struct chart_view){
        .any = n > 0,
        .width = places * CHART_STEP,
        .bars = { bars, n },
    };
}
