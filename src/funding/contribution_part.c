#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "funding/contribution_inside.h"
#include "funding/goal.h"

/* What happens to a gift after it has come: parts of it go out and come back, a provider keeps its
 * fee, it gets its value, is set aside, is proved by a paper. */

QUERY(contribution_add_out,
      "update contribution set out_minor = out_minor + $2, out_fine = out_fine + $3,"
      " value_out = value_out + $4, state = $5,"
      " reason = case when $6 = '' then reason else $6 end where id = $1");
QUERY(contribution_set_frozen,
      "update contribution set frozen = $2 where id = $1 and frozen <> $2");
QUERY(contribution_there, "select 1 from contribution where id = $1");
QUERY(contribution_drop_reference, "update contribution set reference = null"
                                   " where id = $1 and channel = $2 and reference = $3");
QUERY(contribution_set_evidence_hash, "update contribution set evidence = $2 where id = $1");

/* An amount of a gift with its value, both above zero or zero. */
struct part {
    struct amount amount, value;
};

static struct amount left_of(struct amount whole, struct amount out)
{
    struct amount left = whole;
    left.units -= out.units;
    return left;
}

/* The part's share of the value, rounded down; the last part takes what is left of it. */
static struct amount share(const struct contribution *c, struct amount part)
{
    struct amount left = left_of(c->value, c->value_out);
    struct amount v = left;
    if (part.units == left_of(c->amount, c->out).units)
        return left;
    // both are bounded by CONTRIBUTION_MINOR_MAX: 10^13 * 10^22 fits
    v.units = c->value.units * part.units / c->amount.units;
    return v.units < left.units ? v : left;
}

static err keep_out(struct tx *tx, const struct contribution *c, const struct part *p,
                    struct str reason)
{
    int64_t minor = 0;
    int64_t fine = 0;
    struct amount out = c->out;
    err e = amount_split(p->amount, &minor, &fine);
    if (!e)
        e = amount_add(&out, p->amount);
    if (e)
        return fault(e);
    bool all = out.units == c->amount.units;
    struct stmt *s = query_start(tx, &contribution_add_out);
    bind_int(s, 1, c->id);
    bind_int(s, 2, minor);
    bind_int(s, 3, fine);
    bind_int(s, 4, (int64_t)p->value.units); // bounded as above
    bind_str(s, 5, contribution_state_name(all ? CONTRIBUTION_REVERSED : CONTRIBUTION_SETTLED));
    bind_str(s, 6, reason);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* What is done by hand stands in the audit log, and is not done to what is frozen. */
static struct str action_of(const struct contribution_part *p)
{
    if (p->told)
        return S("");
    return p->kind == LEDGER_REVERSAL ? S("contribution.reverse") : S("contribution.take-back");
}

static err keep_reason(struct tx *tx, const struct contribution_part *p)
{
    if (p->told || !p->reason.n)
        return OK;
    return note_keep(tx, &(struct contribution_note){ .contribution = p->id,
                                                      .kind = CONTRIBUTION_NOTE_TAKE_BACK,
                                                      .body = p->reason,
                                                      .by = p->by.person,
                                                      .at = p->now });
}

static err check_part(const struct contribution *c, struct amount part)
{
    if (c->state == CONTRIBUTION_PENDING)
        return CONTRIBUTION_IS_PENDING;
    if (c->state == CONTRIBUTION_REVERSED)
        return CONTRIBUTION_IS_REVERSED;
    if (!asset_eq(part.asset, c->amount.asset))
        return CONTRIBUTION_OTHER_ASSET;
    if (part.units <= 0)
        return CONTRIBUTION_AMOUNT_ZERO;
    return part.units > left_of(c->amount, c->out).units ? CONTRIBUTION_TOO_MUCH : OK;
}

err contribution_take_back(struct tx *tx, const struct contribution_part *p, struct arena *a,
                           int64_t *ret_transaction)
{
    struct contribution c = { 0 };
    struct step step = { .kind = p->kind,
                         .action = action_of(p),
                         .reference = p->public_reference,
                         .by = p->by,
                         .now = p->now };
    if (!contribution_note_is_fine(p->reason))
        return CONTRIBUTION_NOTE_WRONG;
    err e = contribution_get(tx, p->id, a, &c);
    if (e)
        return e;
    if (c.frozen && step.action.n)
        return CONTRIBUTION_IS_FROZEN;
    struct part part = { .amount = p->amount.units ? p->amount : left_of(c.amount, c.out) };
    e = check_part(&c, part.amount);
    if (e)
        return e;
    if (c.value.units) {
        part.value = share(&c, part.amount);
        move(&step.moves, LEDGER_TRADING, LEDGER_ASSETS, part.amount);
        if (part.value.units)
            move(&step.moves, LEDGER_INCOME, LEDGER_TRADING, part.value);
    } else {
        move(&step.moves, LEDGER_INCOME, LEDGER_ASSETS, part.amount);
    }
    e = keep_out(tx, &c, &part, p->reason);
    if (!e)
        e = keep_reason(tx, p);
    return e ? e : step_post(tx, &c, &step, a, ret_transaction);
}

/* What a transaction took out, as negative amounts: the part that comes back. */
static struct part part_of(const struct ledger_entry *entries, size_t n, struct asset value)
{
    struct part p = { 0 };
    for (size_t i = 0; i < n; i++)
        if (entries[i].account == LEDGER_ASSETS)
            p.amount = entries[i].amount;
        else if (entries[i].account == LEDGER_INCOME && asset_eq(entries[i].amount.asset, value))
            p.value = amount_negative(entries[i].amount);
    return p;
}

err contribution_put_back(struct tx *tx, const struct contribution_undo *u, struct arena *a,
                          int64_t *ret_transaction)
{
    struct contribution c = { 0 };
    struct ledger_entry entries[LEDGER_ENTRIES_MAX];
    size_t n = 0;
    struct step step = { .kind = u->kind,
                         .action = u->told ? S("") : S("contribution.put-back"),
                         .reference = u->public_reference,
                         .by = u->by,
                         .now = u->now,
                         .undone = u->transaction };
    err e = contribution_get(tx, u->id, a, &c);
    if (!e)
        e = ledger_entries(tx, u->transaction, a, entries, &n);
    if (!e && c.frozen && !u->told)
        e = CONTRIBUTION_IS_FROZEN;
    if (e)
        return e;
    struct part back = part_of(entries, n, c.value.asset);
    check(back.amount.units < 0); // the caller names a transaction that took something out
    e = keep_out(tx, &c, &back, S(""));
    return e ? e : step_post(tx, &c, &step, a, ret_transaction);
}

err contribution_fee(struct tx *tx, int64_t id, struct amount fee, int64_t now, struct arena *a,
                     int64_t *ret_transaction)
{
    struct contribution c = { 0 };
    struct step step = { .kind = LEDGER_FEE, .by = ACTOR_CLI, .now = now };
    err e = contribution_amount_check(fee);
    if (!e)
        e = contribution_get(tx, id, a, &c);
    if (e)
        return e;
    move(&step.moves, LEDGER_FEES, LEDGER_ASSETS, fee);
    return step_post(tx, &c, &step, a, ret_transaction);
}

static bool price_is_fine(const struct contribution_price *p)
{
    return rate_price_is_valid(p->price) && rate_source_is_valid(p->source);
}

/* Of a day only the date is known: its noon, but never what is to come. */
static int64_t price_moment(const struct contribution_price *p)
{
    int64_t noon = date_to_days(p->day) * DAY + 12 * HOUR;
    return p->day.year && noon < p->now ? noon : p->now;
}

/* What the treasurer's price comes to; refused where it says nothing. */
static err value_by_hand(struct tx *tx, const struct contribution *c,
                         const struct contribution_price *p, struct arena *a, struct valuation *ret)
{
    struct goal goal = { 0 };
    err e = goal_for_day(tx, c->occurred_on, a, &goal);
    if (e)
        return e;
    struct asset currency = asset_of(goal.amount.cur);
    struct valuation v = { .rate = { .asset = c->amount.asset,
                                     .currency = currency,
                                     .price = p->price,
                                     .source = p->source,
                                     .at = price_moment(p) } };
    if (!goal.id || asset_eq(currency, c->amount.asset) || c->out.units ||
        !rate_apply(&v.rate, c->amount, &v.value) || !v.value.units)
        return CONTRIBUTION_VALUE_WRONG;
    *ret = v;
    return OK;
}

/* What contribution_value() goes by. */
static err check_price(struct tx *tx, const struct contribution_price *p, struct arena *a,
                       struct contribution *ret, struct valuation *ret_value)
{
    struct contribution c = { 0 };
    if (!price_is_fine(p))
        return CONTRIBUTION_VALUE_WRONG;
    err e = p->day.year ? contribution_day_check(p->day, p->now) : OK;
    if (!e)
        e = contribution_get(tx, p->id, a, &c);
    if (e)
        return e;
    if (c.state != CONTRIBUTION_SETTLED)
        return c.state == CONTRIBUTION_PENDING ? CONTRIBUTION_IS_PENDING : CONTRIBUTION_IS_REVERSED;
    if (c.frozen)
        return CONTRIBUTION_IS_FROZEN;
    if (c.value.units)
        return CONTRIBUTION_IS_VALUED;
    *ret = c;
    return value_by_hand(tx, &c, p, a, ret_value);
}

err contribution_price_check(struct tx *tx, const struct contribution_price *p, struct arena *a,
                             struct contribution *ret_gift, struct amount *ret_value)
{
    struct valuation v = { 0 };
    err e = check_price(tx, p, a, ret_gift, &v);
    if (!e)
        *ret_value = v.value;
    return e;
}

err contribution_value(struct tx *tx, const struct contribution_price *p, struct arena *a)
{
    struct contribution c = { 0 };
    struct valuation v = { 0 };
    int64_t transaction = 0;
    struct step step = {
        .kind = LEDGER_VALUATION, .action = S("contribution.value"), .by = p->by, .now = p->now
    };
    err e = check_price(tx, p, a, &c, &v);
    if (e)
        return e;
    move(&step.moves, LEDGER_INCOME, LEDGER_TRADING, c.amount);
    move(&step.moves, LEDGER_TRADING, LEDGER_INCOME, v.value);
    e = valuation_keep(tx, c.id, &v);
    return e ? e : step_post(tx, &c, &step, a, &transaction);
}

/* One column of one row, by a person: `s` is bound. */
static err change(struct tx *tx, struct stmt *s, const struct audit_note *n, struct actor by)
{
    int64_t changes = 0;
    err e = query_run(s, &changes);
    if (e)
        return fault(e);
    if (!changes)
        return CONTRIBUTION_MISSING;
    e = audit_add(tx, by, n);
    return e ? fault(e) : OK;
}

err contribution_exists(struct tx *tx, int64_t id, bool *ret)
{
    struct stmt *s = query_start(tx, &contribution_there);
    bind_int(s, 1, id);
    err e = query_step(s, ret);
    if (e)
        return fault(e);
    if (*ret)
        query_end(s);
    return OK;
}

err contribution_freeze(struct tx *tx, const struct contribution_freezing *z)
{
    bool there = false;
    err e = note_check(z->reason);
    if (!e)
        e = contribution_exists(tx, z->id, &there);
    if (e || !there)
        return e ? e : CONTRIBUTION_MISSING;
    struct stmt *s = query_start(tx, &contribution_set_frozen);
    bind_int(s, 1, z->id);
    bind_int(s, 2, z->frozen);
    e = change(tx, s,
               &(struct audit_note){ .action = z->frozen ? S("contribution.freeze")
                                                         : S("contribution.free"),
                                     .kind = S("contribution"),
                                     .object = z->id,
                                     .now = z->now },
               z->by);
    if (e == CONTRIBUTION_MISSING) // for what is there: nothing was to be changed
        return z->frozen ? CONTRIBUTION_IS_FROZEN : CONTRIBUTION_IS_FREE;
    return e ? e
             : note_keep(tx,
                         &(struct contribution_note){ .contribution = z->id,
                                                      .kind = z->frozen ? CONTRIBUTION_NOTE_FREEZE
                                                                        : CONTRIBUTION_NOTE_FREE,
                                                      .body = z->reason,
                                                      .by = z->by.person,
                                                      .at = z->now });
}

/* Each of the two says which the other is. */
static err link_both(struct tx *tx, const struct contribution_correction *c, int64_t id)
{
    struct contribution_note n = { .contribution = c->id,
                                   .kind = CONTRIBUTION_NOTE_CORRECTED,
                                   .other = id,
                                   .by = c->draft.by.person,
                                   .at = c->draft.now };
    err e = note_keep(tx, &n);
    n.contribution = id;
    n.kind = CONTRIBUTION_NOTE_CORRECTS;
    n.other = c->id;
    return e ? e : note_keep(tx, &n);
}

static err drop_reference(struct tx *tx, const struct contribution_correction *c)
{
    struct stmt *s = query_start(tx, &contribution_drop_reference);
    bind_int(s, 1, c->id);
    bind_str(s, 2, c->draft.channel);
    bind_str(s, 3, c->draft.reference);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err contribution_correct(struct tx *tx, const struct contribution_correction *c, struct arena *a,
                         int64_t *ret_id)
{
    struct contribution_reversal r = {
        .id = c->id, .reason = c->reason, .by = c->draft.by, .now = c->draft.now
    };
    struct contribution before = { 0 };
    struct contribution_draft d = c->draft;
    err e = note_check(c->reason);
    if (!e)
        e = contribution_get(tx, c->id, a, &before);
    if (!e && before.source != LEDGER_BY_HAND)
        e = CONTRIBUTION_NOT_BY_HAND;
    if (!d.giver)
        d.giver = before.giver;
    if (!e)
        e = contribution_reverse(tx, &r, a);
    if (!e && c->draft.reference.n)
        e = drop_reference(tx, c);
    if (!e)
        e = contribution_add(tx, &d, a, ret_id);
    return e ? e : link_both(tx, c, *ret_id);
}

err contribution_set_evidence(struct tx *tx, int64_t id, struct str hash, struct actor by,
                              int64_t now)
{
    check(hash.n == SHA256_BYTES);
    struct stmt *s = query_start(tx, &contribution_set_evidence_hash);
    bind_int(s, 1, id);
    bind_blob(s, 2, hash);
    err e = change(tx, s,
                   &(struct audit_note){ .action = S("contribution.evidence"),
                                         .kind = S("contribution"),
                                         .object = id,
                                         .now = now },
                   by);
    if (!e)
        tx_touch(tx, "funding");
    return e;
}
