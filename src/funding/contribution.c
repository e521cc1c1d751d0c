#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/contribution_inside.h"
#include "funding/gift_receipt.h"
#include "funding/goal.h"

#include <inttypes.h>

QUERY(contribution_insert,
      "insert into contribution (channel, asset, minor, fine, day, state, source, reference,"
      " note, reason, by_staff, created_at, occurred_at, giver)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12, $13)");
QUERY(contribution_by_reference,
      "select id from contribution where channel = $1 and reference = $2");
QUERY(contribution_set_state, "update contribution set state = $2 where id = $1");
QUERY(contribution_set_failed,
      "update contribution set state = 'reversed', reason = $2 where id = $1");
QUERY(contribution_set_value,
      "update contribution set value_asset = $2, value_minor = $3, rate = $4, rate_source = $5,"
      " rate_at = $6 where id = $1 and value_asset is null");
QUERY(contribution_forget, "update contribution set note = '', reason = '', reference = null,"
                           " erased_by = $2, erased_at = $3 where id = $1 returning frozen");
/* `goal` is the currency of the goal of the gift's day; goals never overlap. */
QUERY(contribution_one,
      "select id, channel, asset, minor, fine, day, state, source, reference, note, reason,"
      " by_staff, created_at, (select currency from goal where dropped = 0"
      " and first_day <= day and end_day > day) as goal, out_minor, out_fine, value_asset,"
      " value_minor, value_out, rate, rate_source, rate_at, occurred_at, giver, frozen, evidence"
      " from contribution where id = $1");
QUERY(contribution_rows,
      "select id, channel, asset, minor, fine, day, state, source, reference, note, reason,"
      " by_staff, created_at, (select currency from goal where dropped = 0"
      " and first_day <= day and end_day > day) as goal, out_minor, out_fine, value_asset,"
      " value_minor, value_out, rate, rate_source, rate_at, occurred_at, giver, frozen, evidence"
      " from contribution where (day, id) < ($1, $2) order by day desc, id desc limit $3");

static const struct str state_names[] = {
    [CONTRIBUTION_PENDING] = { "pending", 7 },
    [CONTRIBUTION_SETTLED] = { "settled", 7 },
    [CONTRIBUTION_REVERSED] = { "reversed", 8 },
};

static const struct refusal {
    const char *sentence, *word;
} refusals[CONTRIBUTION_REFUSALS] = {
    [CONTRIBUTION_CHANNEL_UNKNOWN] = { "there is no such channel; see [channel.NAME] in the "
                                       "configuration",
                                       "funding_refused_channel" },
    [CONTRIBUTION_AMOUNT_ZERO] = { "the amount must be above zero", "funding_refused_zero" },
    [CONTRIBUTION_AMOUNT_LARGE] = { "the amount is larger than this ledger takes",
                                    "funding_refused_large" },
    [CONTRIBUTION_DAY_EARLY] = { "the date is before 2000", "funding_refused_early" },
    [CONTRIBUTION_DAY_FUTURE] = { "the date is in the future", "funding_refused_future" },
    [CONTRIBUTION_NOTE_WRONG] = { "the note or reason is longer than 500 bytes, or has control "
                                  "characters",
                                  "funding_refused_note" },
    [CONTRIBUTION_REFERENCE_WRONG] = { "the reference is longer than 200 bytes, or not one line",
                                       "funding_refused_reference" },
    [CONTRIBUTION_REFERENCE_USED] = { "a contribution with this reference is there already",
                                      "funding_refused_used" },
    [CONTRIBUTION_MISSING] = { "there is no such contribution", "funding_refused_missing" },
    [CONTRIBUTION_IS_REVERSED] = { "the contribution is reversed already",
                                   "funding_refused_reversed" },
    [CONTRIBUTION_IS_SETTLED] = { "the contribution is settled already",
                                  "funding_refused_settled" },
    [CONTRIBUTION_IS_PENDING] = { "the contribution is pending: it has not arrived yet",
                                  "funding_refused_pending" },
    [CONTRIBUTION_OTHER_ASSET] = { "the part is of another currency than the contribution",
                                   "funding_refused_asset" },
    [CONTRIBUTION_TOO_MUCH] = { "that is more than is left of the contribution",
                                "funding_refused_too_much" },
    [CONTRIBUTION_IS_VALUED] = { "the contribution has its value already",
                                 "funding_refused_valued" },
    [CONTRIBUTION_VALUE_WRONG] = { "the contribution cannot be valued so: its day has no goal in "
                                   "another currency, a part of it went out, or the price is not a "
                                   "number above zero with its source",
                                   "funding_refused_value" },
    [CONTRIBUTION_IS_FREE] = { "the contribution is not frozen", "funding_refused_free" },
    [CONTRIBUTION_REASON_MISSING] = { "say why, for those who ask later",
                                      "funding_refused_reason" },
    [CONTRIBUTION_NOTES_MANY] = { "there are 200 notes already", "funding_refused_notes" },
    [CONTRIBUTION_NOT_BY_HAND] = { "only what was entered by hand is corrected; reverse it instead",
                                   "funding_refused_by_hand" },
    [CONTRIBUTION_IS_FROZEN] = { "the contribution is frozen; free it first",
                                 "funding_refused_frozen" },
};

const char *contribution_refusal(err refusal)
{
    check(refusal > 0 && refusal < CONTRIBUTION_REFUSALS);
    return refusals[refusal].sentence;
}

const char *contribution_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < CONTRIBUTION_REFUSALS);
    return refusals[refusal].word;
}

struct str contribution_state_name(enum contribution_state s)
{
    return state_names[s];
}

err contribution_amount_check(struct amount m)
{
    int64_t minor = 0;
    int64_t fine = 0;
    if (m.units <= 0)
        return CONTRIBUTION_AMOUNT_ZERO;
    if (m.units > amount_join(CONTRIBUTION_MINOR_MAX, 0, m.asset).units)
        return CONTRIBUTION_AMOUNT_LARGE;
    return amount_split(m, &minor, &fine);
}

err contribution_day_check(struct date day, int64_t now)
{
    int64_t days = date_to_days(day);
    if (days < CONTRIBUTION_FIRST_DAY)
        return CONTRIBUTION_DAY_EARLY;
    if (days > date_to_days(date_of_utc(now)) + 1) // zones are ahead of UTC by 14 hours at most
        return CONTRIBUTION_DAY_FUTURE;
    return OK;
}

bool contribution_note_is_fine(struct str note)
{
    return note.n <= CONTRIBUTION_NOTE_MAX && text_check(note, false) == TEXT_FINE;
}

static err check_draft(const struct contribution_draft *d)
{
    if (d->source == LEDGER_BY_HAND && !channel_is_known(d->channels, d->channel))
        return CONTRIBUTION_CHANNEL_UNKNOWN;
    err e = contribution_amount_check(d->amount);
    if (!e)
        e = contribution_day_check(d->occurred_on, d->now);
    if (e)
        return e;
    if (!contribution_note_is_fine(d->note))
        return CONTRIBUTION_NOTE_WRONG;
    if (d->reference.n > CONTRIBUTION_REFERENCE_MAX || text_check(d->reference, true) != TEXT_FINE)
        return CONTRIBUTION_REFERENCE_WRONG;
    return OK;
}

static err reference_is_used(struct tx *tx, const struct contribution_draft *d, bool *ret)
{
    bool row = false;
    if (d->reference.n) {
        struct stmt *s = query_start(tx, &contribution_by_reference);
        bind_str(s, 1, d->channel);
        bind_str(s, 2, d->reference);
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        query_end(s);
    }
    *ret = row;
    return OK;
}

static err insert(struct tx *tx, const struct contribution_draft *d, int64_t *ret_id)
{
    int64_t minor = 0;
    int64_t fine = 0;
    err e = amount_split(d->amount, &minor, &fine);
    if (e)
        return fault(e);
    struct stmt *s = query_start(tx, &contribution_insert);
    bind_str(s, 1, d->channel);
    bind_str(s, 2, asset_str(&d->amount.asset));
    bind_int(s, 3, minor);
    bind_int(s, 4, fine);
    bind_int(s, 5, date_to_days(d->occurred_on));
    bind_str(s, 6, state_names[d->pending ? CONTRIBUTION_PENDING : CONTRIBUTION_SETTLED]);
    bind_str(s, 7, ledger_source_name(d->source));
    bind_str_or_null(s, 8, d->reference);
    bind_str(s, 9, d->note);
    bind_int(s, 10, d->by.person);
    bind_int(s, 11, d->now);
    bind_int(s, 12, d->occurred_at);
    bind_int_or_null(s, 13, d->giver);
    e = query_insert(s, ret_id);
    return e ? fault(e) : OK;
}

void move(struct moves *m, enum ledger_account to, enum ledger_account from, struct amount amount)
{
    check(m->n + 2 <= COUNT(m->entries));
    m->entries[m->n++] = (struct ledger_entry){ to, amount };
    m->entries[m->n++] = (struct ledger_entry){ from, amount_negative(amount) };
}

/* Says in the audit log who did it. The words of notes and reasons stay out: they can be erased. */
static err note(struct tx *tx, const struct contribution *c, const struct step *step,
                struct arena *a)
{
    struct str amount = amount_print(a, c->amount);
    struct str day = date_print(a, c->occurred_on);
    struct audit_note n = {
        .action = step->action,
        .kind = S("contribution"),
        .object = c->id,
        .detail = str_print(a, STR_FMT ", " STR_FMT " %s, " STR_FMT, STR_ARG(c->channel),
                            STR_ARG(amount), c->amount.asset.code, STR_ARG(day)),
        .now = step->now,
    };
    return audit_add(tx, step->by, &n);
}

err step_post(struct tx *tx, const struct contribution *c, const struct step *step, struct arena *a,
              int64_t *ret_transaction)
{
    struct ledger_transaction t = {
        .contribution = c->id,
        .kind = step->kind,
        .source = c->source,
        .channel = c->channel,
        .reference = step->reference,
        .day = date_to_days(c->occurred_on),
        .booked_at = step->now,
        .by = step->by.person,
        .entries = step->moves.entries,
        .count = step->moves.n,
    };
    err e = step->undone ? ledger_undo(tx, &t, step->undone, a, ret_transaction)
                         : ledger_post(tx, &t, a, ret_transaction);
    if (!e && step->action.n)
        e = note(tx, c, step, a);
    if (e)
        return fault(e);
    tx_touch(tx, "meter");
    tx_touch(tx, "funding");
    return OK;
}

err valuation_find(struct tx *tx, const struct contribution *c, int64_t at, struct arena *a,
                   struct valuation *ret)
{
    struct valuation v = { 0 };
    struct goal goal = { 0 };
    struct asset asset = c->amount.asset;
    err e = at ? goal_for_day(tx, c->occurred_on, a, &goal) : OK;
    if (!e && goal.id && !asset_eq(asset, asset_of(goal.amount.cur)))
        e = rate_find(tx, asset, asset_of(goal.amount.cur), at, a, &v.rate);
    if (e)
        return e;
    if (v.rate.price.n && !rate_apply(&v.rate, c->amount, &v.value))
        v.value.units = 0; // worth more than a ledger takes: the treasurer must look
    *ret = v;
    return OK;
}

err valuation_keep(struct tx *tx, int64_t contribution, const struct valuation *v)
{
    int64_t minor = 0;
    int64_t fine = 0;
    if (v->value.units == 0)
        return OK;
    err e = amount_split(v->value, &minor, &fine);
    if (e)
        return fault(e);
    struct stmt *s = query_start(tx, &contribution_set_value);
    bind_int(s, 1, contribution);
    bind_str(s, 2, asset_str(&v->value.asset));
    bind_int(s, 3, minor);
    bind_str(s, 4, v->rate.price);
    bind_str(s, 5, v->rate.source);
    bind_int(s, 6, v->rate.at);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* The moment whose rate counts. Of a gift that was typed in only the day is known: that of today is
 * worth what it is worth now, and an older one what nobody wrote down. */
static int64_t moment(int64_t occurred_at, struct date day, int64_t now)
{
    if (occurred_at)
        return occurred_at < now ? occurred_at : now;
    return date_to_days(day) == date_to_days(date_of_utc(now)) ? now : 0;
}

/* It is ours: as income in the goal's currency where it has a value, else as what it is. */
static err arrive(struct tx *tx, const struct contribution *c, int64_t at, struct step *step,
                  struct arena *a, int64_t *ret_transaction)
{
    struct valuation v = { 0 };
    err e = valuation_find(tx, c, at, a, &v);
    if (e)
        return e;
    if (v.value.units) {
        move(&step->moves, LEDGER_ASSETS, LEDGER_TRADING, c->amount);
        move(&step->moves, LEDGER_TRADING, LEDGER_INCOME, v.value);
    } else {
        move(&step->moves, LEDGER_ASSETS, LEDGER_INCOME, c->amount);
    }
    e = valuation_keep(tx, c->id, &v);
    if (!e)
        e = step_post(tx, c, step, a, ret_transaction);
    return e || !c->giver ? e : gift_receipt_due(tx, c->id, step->now);
}

err contribution_check(struct tx *tx, const struct contribution_draft *d, bool fresh)
{
    bool used = false;
    err e = check_draft(d);
    if (!e && fresh)
        e = reference_is_used(tx, d, &used);
    return !e && used ? CONTRIBUTION_REFERENCE_USED : e;
}

err contribution_book(struct tx *tx, const struct contribution_draft *d, struct arena *a,
                      int64_t *ret_id, int64_t *ret_transaction)
{
    struct contribution c = {
        .channel = d->channel,
        .amount = d->amount,
        .source = d->source,
        .occurred_on = d->occurred_on,
        .giver = d->giver,
    };
    struct step step = {
        .kind = d->pending ? LEDGER_PROMISE : LEDGER_GIFT,
        .action = d->source == LEDGER_BY_HAND ? S("contribution.add") : S(""),
        .reference = d->public_reference,
        .by = d->by,
        .now = d->now,
    };
    err e = contribution_check(tx, d, true);
    if (!e)
        e = insert(tx, d, &c.id);
    if (e)
        return e;
    if (d->pending) {
        move(&step.moves, LEDGER_RECEIVABLE, LEDGER_PENDING, d->amount);
        e = step_post(tx, &c, &step, a, ret_transaction);
    } else {
        int64_t at = moment(d->occurred_at, d->occurred_on, d->now);
        e = arrive(tx, &c, at, &step, a, ret_transaction);
    }
    if (!e)
        *ret_id = c.id;
    return e;
}

err contribution_add(struct tx *tx, const struct contribution_draft *d, struct arena *a,
                     int64_t *ret_id)
{
    int64_t transaction = 0;
    return contribution_book(tx, d, a, ret_id, &transaction);
}

static err set_state(struct tx *tx, int64_t id, enum contribution_state state)
{
    struct stmt *s = query_start(tx, &contribution_set_state);
    bind_int(s, 1, id);
    bind_str(s, 2, state_names[state]);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err settle(struct tx *tx, const struct contribution_arrival *v, struct str action,
                  struct arena *a, int64_t *ret_transaction)
{
    struct contribution c = { 0 };
    struct step step = { .kind = LEDGER_SETTLEMENT,
                         .action = action,
                         .reference = v->public_reference,
                         .by = v->by,
                         .now = v->now };
    err e = contribution_get(tx, v->id, a, &c);
    if (e)
        return e;
    if (c.state != CONTRIBUTION_PENDING)
        return c.state == CONTRIBUTION_SETTLED ? CONTRIBUTION_IS_SETTLED : CONTRIBUTION_IS_REVERSED;
    if (c.frozen && action.n)
        return CONTRIBUTION_IS_FROZEN;
    move(&step.moves, LEDGER_PENDING, LEDGER_RECEIVABLE, c.amount);
    e = set_state(tx, v->id, CONTRIBUTION_SETTLED);
    return e ? e
             : arrive(tx, &c, moment(v->occurred_at, c.occurred_on, v->now), &step, a,
                      ret_transaction);
}

err contribution_settle(struct tx *tx, int64_t id, struct actor by, int64_t now, struct arena *a)
{
    int64_t transaction = 0;
    struct contribution_arrival v = { .id = id, .by = by, .now = now };
    return settle(tx, &v, S("contribution.settle"), a, &transaction);
}

err contribution_arrive(struct tx *tx, const struct contribution_arrival *v, struct arena *a,
                        int64_t *ret_transaction)
{
    return settle(tx, v, S(""), a, ret_transaction);
}

static err fail(struct tx *tx, const struct contribution *c, struct str reason, struct step *step,
                struct arena *a, int64_t *ret_transaction)
{
    struct stmt *s = query_start(tx, &contribution_set_failed);
    bind_int(s, 1, c->id);
    bind_str(s, 2, reason);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    step->kind = LEDGER_REVERSAL;
    move(&step->moves, LEDGER_PENDING, LEDGER_RECEIVABLE, c->amount);
    return step_post(tx, c, step, a, ret_transaction);
}

err contribution_fail(struct tx *tx, int64_t id, int64_t now, struct arena *a,
                      int64_t *ret_transaction)
{
    struct contribution c = { 0 };
    struct step step = { .by = ACTOR_CLI, .now = now };
    err e = contribution_get(tx, id, a, &c);
    if (e)
        return e;
    check(c.state == CONTRIBUTION_PENDING);
    return fail(tx, &c, S(""), &step, a, ret_transaction);
}

err contribution_reverse(struct tx *tx, const struct contribution_reversal *r, struct arena *a)
{
    struct contribution c = { 0 };
    struct step step = { .action = S("contribution.reverse"), .by = r->by, .now = r->now };
    int64_t transaction = 0;
    if (!contribution_note_is_fine(r->reason))
        return CONTRIBUTION_NOTE_WRONG;
    err e = contribution_get(tx, r->id, a, &c);
    if (e)
        return e;
    if (c.state == CONTRIBUTION_PENDING)
        return c.frozen ? CONTRIBUTION_IS_FROZEN : fail(tx, &c, r->reason, &step, a, &transaction);
    struct contribution_part all = {
        .id = r->id, .kind = LEDGER_REVERSAL, .reason = r->reason, .by = r->by, .now = r->now
    };
    return contribution_take_back(tx, &all, a, &transaction);
}

err contribution_erase(struct tx *tx, int64_t id, struct actor by, int64_t now)
{
    bool row = false;
    struct stmt *s = query_start(tx, &contribution_forget);
    bind_int(s, 1, id);
    bind_int(s, 2, by.person);
    bind_int(s, 3, now);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return CONTRIBUTION_MISSING;
    bool frozen = column_int(s, 0);
    query_end(s);
    if (frozen)
        return CONTRIBUTION_IS_FROZEN; // which undoes it
    e = notes_empty(tx, id);
    if (!e)
        e = hand_words_empty(tx, id);
    if (e)
        return e;
    e = audit_add(tx, by,
                  &(struct audit_note){ .action = S("contribution.erase"),
                                        .kind = S("contribution"),
                                        .object = id,
                                        .now = now });
    return e ? fault(e) : OK;
}

static bool state_parse(struct str s, enum contribution_state *ret)
{
    for (size_t i = 0; i < COUNT(state_names); i++)
        if (str_eq(state_names[i], s)) {
            *ret = (enum contribution_state)i;
            return true;
        }
    return false;
}

static err row_read(struct stmt *s, struct arena *a, struct contribution *ret)
{
    struct asset asset = { 0 };
    struct contribution c = {
        .id = column_int(s, 0),
        .channel = column_str(s, 1, a),
        .occurred_on = date_from_days(column_int(s, 5)),
        .reference = column_str(s, 8, a),
        .note = column_str(s, 9, a),
        .reason = column_str(s, 10, a),
        .by = column_int(s, 11),
        .created_at = column_int(s, 12),
        .rate = column_str(s, 19, a),
        .rate_source = column_str(s, 20, a),
        .rate_at = column_int(s, 21),
        .occurred_at = column_int(s, 22),
        .giver = column_int(s, 23),
        .frozen = column_int(s, 24),
        .evidence = column_str(s, 25, a),
    };
    if (!asset_parse(column_str(s, 2, a), &asset) || !state_parse(column_str(s, 6, a), &c.state) ||
        !ledger_source_parse(column_str(s, 7, a), &c.source))
        return fault(ERR_DATA);
    c.amount = amount_join(column_int(s, 3), column_int(s, 4), asset);
    c.out = amount_join(column_int(s, 14), column_int(s, 15), asset);
    bool valued = !column_null(s, 16);
    c.unvalued = !valued && !column_null(s, 13) && !str_eq(column_str(s, 13, a), asset_str(&asset));
    if (valued) {
        if (!asset_parse(column_str(s, 16, a), &asset))
            return fault(ERR_DATA);
        c.value = amount_join(column_int(s, 17), 0, asset);
        c.value_out = amount_join(column_int(s, 18), 0, asset);
    }
    *ret = c;
    return OK;
}

err contribution_get(struct tx *tx, int64_t id, struct arena *a, struct contribution *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &contribution_one);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return CONTRIBUTION_MISSING;
    e = row_read(s, a, ret);
    query_end(s);
    return e;
}

bool contribution_cursor_parse(struct str s, struct contribution_cursor *ret)
{
    struct str day = { 0 };
    struct str id = { 0 };
    struct date date = { 0 };
    int64_t n = 0;
    if (!str_cut(s, '.', &day, &id) || !date_parse(day, &date) || !int_parse(id, 1, INT64_MAX, &n))
        return false;
    *ret = (struct contribution_cursor){ .day = date_to_days(date), .id = n };
    return true;
}

struct str contribution_cursor_print(struct arena *a, struct contribution_cursor c)
{
    struct str day = date_print(a, date_from_days(c.day));
    return str_print(a, STR_FMT ".%" PRId64, STR_ARG(day), c.id);
}

err contribution_list(struct tx *tx, struct contribution_cursor after, size_t most, struct arena *a,
                      struct contribution_page *ret)
{
    check(most > 0 && most <= CONTRIBUTION_PAGE_MAX);
    struct contribution *items = arena_new(a, struct contribution, most + 1);
    size_t n = 0; // one more than asked for says whether there is a next page
    bool row = false;
    struct stmt *s = query_start(tx, &contribution_rows);
    bind_int(s, 1, after.day);
    bind_int(s, 2, after.id);
    bind_int(s, 3, (int64_t)most + 1);
    err e = query_step(s, &row);
    while (!e && row) {
        e = row_read(s, a, &items[n]);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    struct contribution_page page = { .items = items, .n = n < most ? n : most, .more = n > most };
    if (page.more)
        page.next = (struct contribution_cursor){
            .day = date_to_days(items[most - 1].occurred_on),
            .id = items[most - 1].id,
        };
    *ret = page;
    return OK;
}
