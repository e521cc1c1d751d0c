#include "funding/hand_entry.h"
#include "base/check.h"
#include "base/clock.h"
#include "funding/contribution_inside.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "id, kind, of_contribution, channel, asset, minor, fine, day, pending, reference, note,"       \
    " reason, price, price_source, by_staff, at, state, decided_by, decided_at, why, contribution"
QUERY(hand_insert,
      "insert into hand_entry (kind, of_contribution, channel, asset, minor, fine, day,"
      " pending, reference, note, reason, price, price_source, by_staff, at, state,"
      " why) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
      " 'waiting', '') returning id");
QUERY(hand_one, "select " COLUMNS " from hand_entry where id = $1");
QUERY(hand_waiting, "select " COLUMNS " from hand_entry where state = 'waiting'"
                    " order by id limit $1");
QUERY(hand_decided, "select " COLUMNS " from hand_entry where state <> 'waiting'"
                    " order by id desc limit $1");
QUERY(hand_count, "select count(*) from hand_entry where state = 'waiting'");
QUERY(hand_set, "update hand_entry set state = $2, decided_by = $3, decided_at = $4, why = $5,"
                " contribution = $6, reference = '', note = '', reason = '' where id = $1");
QUERY(hand_words_forget, "update hand_entry set note = '', reference = '', reason = ''"
                         " where of_contribution = $1 and state = 'waiting'");
CHECK_ROWS(hand_entries, "what a second person approved was entered by another one",
           "select id from hand_entry where state = 'approved' and decided_by = by_staff"
           " order by id");

CONFIG_TEXT(second_person_above, "funding", "second_person_above", "", 400,
            "Amounts above which what is entered by hand counts only after a second person "
            "approved it, as \"1000 USD, 0.02 BTC\"; of a currency that is not named, any amount. "
            "Empty: none. See docs/desk.md.");

static const struct str kind_names[] = {
    [HAND_ADD] = { "add", 3 },
    [HAND_CORRECT] = { "correct", 7 },
    [HAND_VALUE] = { "value", 5 },
};
static const struct str state_names[] = {
    [HAND_WAITS] = { "waiting", 7 },
    [HAND_APPROVED] = { "approved", 8 },
    [HAND_REFUSED] = { "refused", 7 },
    [HAND_WITHDRAWN] = { "withdrawn", 9 },
};

struct str hand_kind_name(enum hand_kind k)
{
    return kind_names[k];
}

struct str hand_state_name(enum hand_state s)
{
    return state_names[s];
}

static const struct refusal {
    const char *sentence, *word;
} refusals[] = {
    [HAND_MISSING - CONTRIBUTION_REFUSALS] = { "there is no such entry", "funding_hand_missing" },
    [HAND_DECIDED - CONTRIBUTION_REFUSALS] = { "it was decided already", "funding_hand_decided" },
    [HAND_OWN - CONTRIBUTION_REFUSALS] = { "another person must approve it", "funding_hand_own" },
    [HAND_MANY - CONTRIBUTION_REFUSALS] = { "200 entries wait for a second person already",
                                            "funding_hand_many" },
};

static const struct refusal *refusal_of(err refusal)
{
    check(refusal >= CONTRIBUTION_REFUSALS && refusal < HAND_REFUSALS);
    return &refusals[refusal - CONTRIBUTION_REFUSALS];
}

const char *hand_refusal(err refusal)
{
    return refusal < CONTRIBUTION_REFUSALS ? contribution_refusal(refusal)
                                           : refusal_of(refusal)->sentence;
}

const char *hand_refusal_word(err refusal)
{
    return refusal < CONTRIBUTION_REFUSALS ? contribution_refusal_word(refusal)
                                           : refusal_of(refusal)->word;
}

/* ---- the rule */

/* "1000 USD" */
static bool read_limit(struct str text, struct amount *ret)
{
    struct str number = { 0 };
    struct str code = { 0 };
    struct asset asset = { 0 };
    return str_cut(text, ' ', &number, &code) && asset_parse(str_trim(code), &asset) &&
           amount_parse(number, asset, ret) && ret->units >= 0;
}

/* A sentence says what is wrong; NULL: nothing. */
static const char *read_rule(struct str text, struct hand_rule *ret)
{
    struct str rest = str_trim(text);
    *ret = (struct hand_rule){ .n = 0 };
    while (rest.n) {
        struct str one = rest;
        struct str after = { 0 };
        (void)str_cut(rest, ',', &one, &after); // the last one has no comma
        if (ret->n == HAND_LIMITS_MAX)
            return "funding.second_person_above: 16 amounts at most";
        if (!read_limit(str_trim(one), &ret->above[ret->n]))
            return "funding.second_person_above: amounts such as \"1000 USD, 0.02 BTC\" are wanted";
        for (size_t i = 0; i < ret->n; i++)
            if (asset_eq(ret->above[i].asset, ret->above[ret->n].asset))
                return "funding.second_person_above: a currency stands there twice";
        ret->n++;
        rest = str_trim(after);
    }
    return NULL;
}

err hand_rule_check(const struct config *c, struct str file, struct arena *a, struct str *ret_why)
{
    struct hand_rule rule;
    const char *why = read_rule(config_text(c, &second_person_above), &rule);
    if (!why)
        return OK;
    *ret_why =
        str_print(a, STR_FMT ":%d: %s", STR_ARG(file), config_line(c, &second_person_above), why);
    return HAND_RULE_WRONG;
}

struct hand_rule hand_rule_of(const struct config *c)
{
    struct hand_rule rule;
    const char *why = read_rule(config_text(c, &second_person_above), &rule);
    check(!why);
    return rule;
}

bool hand_rule_asks(const struct hand_rule *rule, struct amount m)
{
    for (size_t i = 0; i < rule->n; i++)
        if (asset_eq(rule->above[i].asset, m.asset))
            return m.units > rule->above[i].units;
    return rule->n > 0;
}

/* ---- entering */

static err note(struct tx *tx, const char *action, const struct hand_entry *h, struct actor by,
                int64_t now, struct arena *a)
{
    struct str amount = amount_print(a, h->amount);
    struct str day = date_print(a, h->day);
    return audit_add(tx, by,
                     &(struct audit_note){
                         .action = str_from_z(action),
                         .kind = S("hand_entry"),
                         .object = h->id,
                         .detail = str_print(a, STR_FMT ", " STR_FMT ", " STR_FMT " %s, " STR_FMT,
                                             STR_ARG(kind_names[h->kind]), STR_ARG(h->channel),
                                             STR_ARG(amount), h->amount.asset.code, STR_ARG(day)),
                         .now = now,
                     });
}

static err insert(struct tx *tx, struct hand_entry *h)
{
    int64_t minor = 0;
    int64_t fine = 0;
    bool row = false;
    err e = amount_split(h->amount, &minor, &fine);
    if (e)
        return fault(e);
    struct stmt *s = query_start(tx, &hand_insert);
    bind_str(s, 1, kind_names[h->kind]);
    bind_int_or_null(s, 2, h->of);
    bind_str(s, 3, h->channel);
    bind_str(s, 4, asset_str(&h->amount.asset));
    bind_int(s, 5, minor);
    bind_int(s, 6, fine);
    bind_int(s, 7, date_to_days(h->day));
    bind_int(s, 8, h->pending);
    bind_str(s, 9, h->reference);
    bind_str(s, 10, h->note);
    bind_str(s, 11, h->reason);
    bind_str(s, 12, h->price);
    bind_str(s, 13, h->source);
    bind_int(s, 14, h->by);
    bind_int(s, 15, h->at);
    e = query_step(s, &row);
    if (e)
        return fault(e);
    h->id = column_int(s, 0);
    query_end(s);
    return OK;
}

err hand_waiting_count(struct tx *tx, int64_t *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &hand_count);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err let_wait(struct tx *tx, struct hand_entry *h, struct actor by, struct arena *a,
                    struct hand_done *ret)
{
    int64_t n = 0;
    err e = hand_waiting_count(tx, &n);
    if (!e && n >= HAND_WAITING_MAX)
        return HAND_MANY;
    if (!e)
        e = insert(tx, h);
    if (!e)
        e = note(tx, "hand.enter", h, by, h->at, a);
    if (!e)
        *ret = (struct hand_done){ .waiting = h->id };
    return e;
}

/* Whether the gift may be corrected as things stand. */
static err check_correction(struct tx *tx, const struct contribution_correction *c, struct arena *a)
{
    struct contribution gift = { 0 };
    err e = note_check(c->reason);
    if (!e)
        e = contribution_get(tx, c->id, a, &gift);
    if (e)
        return e;
    if (gift.source != LEDGER_BY_HAND)
        return CONTRIBUTION_NOT_BY_HAND;
    if (gift.frozen)
        return CONTRIBUTION_IS_FROZEN;
    return gift.state == CONTRIBUTION_REVERSED ? CONTRIBUTION_IS_REVERSED : OK;
}

static err enter_gift(struct tx *tx, const struct hand_rule *rule, const struct hand_wish *w,
                      struct arena *a, struct hand_done *ret)
{
    const struct contribution_draft *d = &w->entry.draft;
    bool corrects = w->kind == HAND_CORRECT;
    if (!hand_rule_asks(rule, d->amount))
        return corrects ? contribution_correct(tx, &w->entry, a, &ret->contribution)
                        : contribution_add(tx, d, a, &ret->contribution);
    err e = corrects ? check_correction(tx, &w->entry, a) : contribution_check(tx, d, true);
    if (!e && corrects) // its reference may be that of the gift it replaces
        e = contribution_check(tx, d, false);
    if (e)
        return e;
    struct hand_entry h = { .kind = w->kind,
                            .of = w->entry.id,
                            .channel = d->channel,
                            .amount = d->amount,
                            .day = d->occurred_on,
                            .pending = d->pending,
                            .reference = d->reference,
                            .note = d->note,
                            .reason = w->entry.reason,
                            .by = d->by.person,
                            .at = d->now };
    return let_wait(tx, &h, d->by, a, ret);
}

static err enter_value(struct tx *tx, const struct hand_rule *rule, const struct hand_wish *w,
                       struct arena *a, struct hand_done *ret)
{
    const struct contribution_price *p = &w->price;
    struct contribution gift = { 0 };
    struct amount value = { 0 };
    err e = contribution_price_check(tx, p, a, &gift, &value);
    if (e)
        return e;
    if (!hand_rule_asks(rule, value)) {
        ret->contribution = p->id;
        return contribution_value(tx, p, a);
    }
    struct hand_entry h = { .kind = HAND_VALUE,
                            .of = p->id,
                            .channel = gift.channel,
                            .amount = value,
                            .day = p->day.year ? p->day : gift.occurred_on,
                            .price = p->price,
                            .source = p->source,
                            .by = p->by.person,
                            .at = p->now };
    return let_wait(tx, &h, p->by, a, ret);
}

err hand_enter(struct tx *tx, const struct hand_rule *rule, const struct hand_wish *w,
               struct arena *a, struct hand_done *ret)
{
    *ret = (struct hand_done){ 0 };
    return w->kind == HAND_VALUE ? enter_value(tx, rule, w, a, ret)
                                 : enter_gift(tx, rule, w, a, ret);
}

/* ---- reading */

static bool read_names(struct str kind, struct str state, struct hand_entry *ret)
{
    bool kind_known = false;
    bool state_known = false;
    for (size_t i = 0; i < COUNT(kind_names); i++)
        if (str_eq(kind_names[i], kind)) {
            ret->kind = (enum hand_kind)i;
            kind_known = true;
        }
    for (size_t i = 0; i < COUNT(state_names); i++)
        if (str_eq(state_names[i], state)) {
            ret->state = (enum hand_state)i;
            state_known = true;
        }
    return kind_known && state_known;
}

static err row_read(struct stmt *s, struct arena *a, struct hand_entry *ret)
{
    struct asset asset = { 0 };
    struct hand_entry h = {
        .id = column_int(s, 0),
        .of = column_int(s, 2),
        .channel = column_str(s, 3, a),
        .day = date_from_days(column_int(s, 7)),
        .pending = column_int(s, 8),
        .reference = column_str(s, 9, a),
        .note = column_str(s, 10, a),
        .reason = column_str(s, 11, a),
        .price = column_str(s, 12, a),
        .source = column_str(s, 13, a),
        .by = column_int(s, 14),
        .at = column_int(s, 15),
        .decided_by = column_int(s, 17),
        .decided_at = column_int(s, 18),
        .why = column_str(s, 19, a),
        .contribution = column_int(s, 20),
    };
    if (!asset_parse(column_str(s, 4, a), &asset) ||
        !read_names(column_str(s, 1, a), column_str(s, 16, a), &h))
        return fault(ERR_DATA);
    h.amount = amount_join(column_int(s, 5), column_int(s, 6), asset);
    *ret = h;
    return OK;
}

static err get(struct tx *tx, int64_t id, struct arena *a, struct hand_entry *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &hand_one);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return HAND_MISSING;
    e = row_read(s, a, ret);
    query_end(s);
    return e;
}

/* Appends to `rows`; `s` is bound, and has a limit. */
static err append(struct stmt *s, struct arena *a, struct hand_entry *rows, size_t *n)
{
    bool row = false;
    err e = query_step(s, &row);
    while (!e && row) {
        e = row_read(s, a, &rows[*n]);
        if (e) {
            query_end(s);
            return e;
        }
        *n += 1;
        e = query_step(s, &row);
    }
    return e ? fault(e) : OK;
}

err hand_list(struct tx *tx, struct arena *a, const struct hand_entry **ret, size_t *ret_n)
{
    struct hand_entry *rows =
        arena_new(a, struct hand_entry, HAND_WAITING_MAX + HAND_DECIDED_SHOWN);
    size_t n = 0;
    struct stmt *s = query_start(tx, &hand_waiting);
    bind_int(s, 1, HAND_WAITING_MAX);
    err e = append(s, a, rows, &n);
    if (e)
        return e;
    s = query_start(tx, &hand_decided);
    bind_int(s, 1, HAND_DECIDED_SHOWN);
    e = append(s, a, rows, &n);
    *ret = rows;
    *ret_n = n;
    return e;
}

err hand_words_empty(struct tx *tx, int64_t contribution)
{
    struct stmt *s = query_start(tx, &hand_words_forget);
    bind_int(s, 1, contribution);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* ---- deciding */

/* Of a day that was today when it was entered, the moment is known: that of the entry. */
static int64_t moment_of(const struct hand_entry *h)
{
    return date_to_days(h->day) == date_to_days(date_of_utc(h->at)) ? h->at : 0;
}

static err book(struct tx *tx, const struct hand_entry *h, const struct hand_decision *d,
                struct arena *a, int64_t *ret_contribution)
{
    struct contribution_correction c = { .id = h->of,
                                         .reason = h->reason,
                                         .draft = { .channels = d->channels,
                                                    .channel = h->channel,
                                                    .amount = h->amount,
                                                    .occurred_on = h->day,
                                                    .occurred_at = moment_of(h),
                                                    .pending = h->pending,
                                                    .source = LEDGER_BY_HAND,
                                                    .note = h->note,
                                                    .reference = h->reference,
                                                    .by = d->by,
                                                    .now = d->now } };
    struct contribution_price p = { .id = h->of,
                                    .price = h->price,
                                    .source = h->source,
                                    .day = h->day,
                                    .by = d->by,
                                    .now = d->now };
    switch (h->kind) {
    case HAND_ADD: return contribution_add(tx, &c.draft, a, ret_contribution);
    case HAND_CORRECT: return contribution_correct(tx, &c, a, ret_contribution);
    case HAND_VALUE: break;
    }
    *ret_contribution = h->of;
    return contribution_value(tx, &p, a);
}

static err set(struct tx *tx, const struct hand_entry *h, const struct hand_decision *d,
               enum hand_state state, int64_t contribution)
{
    struct stmt *s = query_start(tx, &hand_set);
    bind_int(s, 1, h->id);
    bind_str(s, 2, state_names[state]);
    bind_int(s, 3, d->by.person);
    bind_int(s, 4, d->now);
    bind_str(s, 5, d->approve ? S("") : d->why);
    bind_int_or_null(s, 6, contribution);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err approve(struct tx *tx, const struct hand_entry *h, const struct hand_decision *d,
                   struct arena *a, int64_t *ret_contribution)
{
    if (!d->by.person || d->by.person == h->by)
        return HAND_OWN;
    err e = book(tx, h, d, a, ret_contribution);
    if (!e)
        e = set(tx, h, d, HAND_APPROVED, *ret_contribution);
    return e ? e : note(tx, "hand.approve", h, d->by, d->now, a);
}

static err turn_down(struct tx *tx, const struct hand_entry *h, const struct hand_decision *d,
                     struct arena *a)
{
    bool own = d->by.person == h->by;
    err e = note_check(d->why);
    if (!e)
        e = set(tx, h, d, own ? HAND_WITHDRAWN : HAND_REFUSED, 0);
    return e ? e : note(tx, own ? "hand.withdraw" : "hand.refuse", h, d->by, d->now, a);
}

err hand_decide(struct tx *tx, const struct hand_decision *d, struct arena *a,
                int64_t *ret_contribution)
{
    struct hand_entry h = { 0 };
    *ret_contribution = 0;
    err e = get(tx, d->id, a, &h);
    if (e)
        return e;
    if (h.state != HAND_WAITS)
        return HAND_DECIDED;
    return d->approve ? approve(tx, &h, d, a, ret_contribution) : turn_down(tx, &h, d, a);
}
