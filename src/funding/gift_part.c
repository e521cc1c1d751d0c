#include "funding/gift_part.h"
#include "funding/display.h"
#include "funding/funding_part.h"
#include "funding/giver.h"
#include "render/format.h"
#include "render/theme.h"

static const struct field public_gift_fields[] = {
    FIELD_INT(struct public_gift, id),        FIELD_STR(struct public_gift, day),
    FIELD_STR(struct public_gift, iso_day),   FIELD_STR(struct public_gift, channel),
    FIELD_STR(struct public_gift, amount),    FIELD_STR(struct public_gift, state),
    FIELD_STR(struct public_gift, known),     FIELD_STR(struct public_gift, name),
    FIELD_STR(struct public_gift, out),       FIELD_STR(struct public_gift, value),
    FIELD_BOOL(struct public_gift, reversed), FIELD_BOOL(struct public_gift, pending),
    FIELD_BOOL(struct public_gift, by_hand),  FIELD_BOOL(struct public_gift, unvalued),
};
const struct view public_gift_view = VIEW(struct public_gift, public_gift_fields);

static err name_of(struct tx *tx, const struct contribution *c, struct arena *a, struct str *ret)
{
    struct giver g = { 0 };
    *ret = S("");
    if (!c->giver || c->frozen || c->state != CONTRIBUTION_SETTLED)
        return OK;
    err e = giver_get(tx, c->giver, a, &g);
    if (e)
        return e > 0 ? fault(ERR_DATA) : e; // a foreign key leads there
    if (g.named)
        *ret = g.name;
    return OK;
}

err gift_names(struct tx *tx, const struct contribution *gifts, size_t n, struct arena *a,
               const struct str **ret)
{
    struct str *names = arena_new(a, struct str, n);
    for (size_t i = 0; i < n; i++) {
        err e = name_of(tx, &gifts[i], a, &names[i]);
        if (e)
            return e;
    }
    *ret = names;
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

static struct str show_out(const struct setup *setup, const struct contribution *c, struct arena *a)
{
    const struct word_arg args[] = {
        { .name = "amount", .text = display_amount(setup, a, c->out) },
    };
    if (!c->out.units || c->state == CONTRIBUTION_REVERSED)
        return S("");
    return theme_phrase(setup->theme, a, "funding_gift_out", args, COUNT(args));
}

struct public_gift public_gift_of(const struct setup *setup, const struct contribution *c,
                                  struct str name, struct arena *a)
{
    return (struct public_gift){
        .id = c->id,
        .day = format_date(setup->formats, a, c->occurred_on),
        .iso_day = date_print(a, c->occurred_on),
        .channel = display_channel(setup, c->channel),
        .amount = display_amount(setup, a, c->amount),
        .state = state_word(setup, c->state),
        .known = display_source(setup, c->source),
        .name = name,
        .out = show_out(setup, c, a),
        .value = c->value.units ? display_amount(setup, a, c->value) : S(""),
        .reversed = c->state == CONTRIBUTION_REVERSED,
        .pending = c->state == CONTRIBUTION_PENDING,
        .by_hand = c->source == LEDGER_BY_HAND,
        .unvalued = c->unvalued && c->state != CONTRIBUTION_REVERSED,
    };
}
