#include "funding/bank_import.h"
#include "base/check.h"
#include "funding/bank_inside.h"
#include "funding/channel_health.h"
#include "funding/contribution_alike.h"
#include "funding/payment.h"
#include "funding/payment_message.h"

#include <string.h>

QUERY(bank_mapping_get_one, "select mapping from bank_mapping where channel = $1");
QUERY(bank_mapping_put,
      "insert into bank_mapping (channel, mapping, set_by, set_at) values ($1, $2, $3, $4) "
      "on conflict (channel) do update set mapping = excluded.mapping, set_by = excluded.set_by, "
      "set_at = excluded.set_at");
QUERY(bank_import_overlaps,
      "select format <> $2 from bank_import where channel = $1 and first_day <= $3 and "
      "last_day >= $4 and (format <> $2 or (reading <> $5 and ($6 > 0 or unnamed > 0))) limit 1");
QUERY(bank_import_elsewhere, "select 1 from bank_import where hash = $1 and channel <> $2 limit 1");
QUERY(bank_import_insert,
      "insert into bank_import (channel, format, hash, first_day, last_day, gifts, refunds, "
      "imported_by, imported_at, reading, unnamed, rule) values ($1, $2, $3, $4, $5, $6, $7, $8, "
      "$9, $10, $11, $12) returning id");
QUERY(bank_line_get,
      "select amount, day from bank_line where channel = $1 and object = $2 and refund = $3");
QUERY(bank_line_alike,
      "select id from bank_line where channel = $1 and content = $2 and ordinal = $3 and "
      "(named = 0 or $4 = 0) limit 1");
QUERY(bank_line_insert,
      "insert into bank_line (bank_import, channel, object, refund, named, content, ordinal, "
      "amount, day, line, payment_event) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
      "returning id");
QUERY(bank_key_insert,
      "insert into bank_key (channel, clue, bank_line) values ($1, $2, $3) on conflict do nothing");
QUERY(bank_key_find,
      "select bank_line.object from bank_key join bank_line on bank_line.id = bank_key.bank_line "
      "where bank_key.channel = $1 and bank_key.clue = $2 and bank_line.refund = 0 limit 2");
CHECK_ROWS(bank_line_events, "a line of a bank's statement has the event that was made of it",
           "select bank_line.id from bank_line join payment_event on payment_event.id = "
           "bank_line.payment_event where payment_event.channel <> bank_line.channel or "
           "payment_event.object <> bank_line.object or payment_event.kind <> "
           "case bank_line.refund when 1 then 'refund' else 'payment' end");

enum { SCRATCH = 256 * 1024 };

/* ---- the mapping ---- */

err bank_mapping_get(struct tx *tx, struct str channel, struct arena *a, struct bank_mapping *ret,
                     bool *ret_found)
{
    struct stmt *q = query_start(tx, &bank_mapping_get_one);
    struct bank_mapping_wrong wrong = { 0 };
    struct bank_mapping m = bank_mapping_standard();
    bool row = false;
    bind_str(q, 1, channel);
    err e = query_step(q, &row);
    if (!e && row && bank_mapping_parse(column_str(q, 0, a), &m, &wrong))
        e = ERR_DATA;
    query_end(q);
    if (e)
        return fault(e);
    *ret = m;
    *ret_found = row;
    return OK;
}

err bank_mapping_set(struct tx *tx, const struct bank_mapping_change *c)
{
    struct stmt *q = query_start(tx, &bank_mapping_put);
    bind_str(q, 1, c->channel);
    bind_str(q, 2, c->mapping);
    bind_int_or_null(q, 3, c->by.person);
    bind_int(q, 4, c->now);
    err e = query_run(q, NULL);
    if (e)
        return fault(e);
    struct audit_note note = { .action = S("bank.mapping"), .detail = c->channel, .now = c->now };
    return audit_add(tx, c->by, &note);
}

/* ---- what was there before ---- */

struct matching {
    struct tx *tx;
    struct str channel;
    struct arena *scratch;
};

/* By its number or, where it has none, by the name that its content makes. */
static err find_object(const struct matching *m, struct bank_line *l, bool *ret_found)
{
    struct stmt *q = query_start(m->tx, &bank_line_get);
    bind_str(q, 1, m->channel);
    bind_str(q, 2, l->object);
    bind_int(q, 3, l->refund);
    err e = query_step(q, ret_found);
    if (!e && *ret_found) {
        bool same = str_eq(column_str(q, 0, m->scratch), bank_amount_text(l, m->scratch)) &&
                    column_int(q, 1) == l->day;
        l->verdict = BANK_THERE;
        if (!same)
            bank_line_wrong(l, l->column, BANK_FAULT_DIFFERS);
    }
    query_end(q);
    return e ? fault(e) : OK;
}

/* The same line of a time when the bank's numbers were not read, or with them when they are no
 * longer. */
static err find_alike(const struct matching *m, struct bank_line *l)
{
    struct stmt *q = query_start(m->tx, &bank_line_alike);
    bool found = false;
    bind_str(q, 1, m->channel);
    bind_blob(q, 2, bytes_str(l->content, SHA256_BYTES));
    bind_int(q, 3, l->ordinal);
    bind_int(q, 4, l->id.n > 0);
    err e = query_step(q, &found);
    query_end(q);
    if (!e && found)
        l->verdict = BANK_THERE;
    return e ? fault(e) : OK;
}

static bool is_new(const struct bank_line *l)
{
    return l->verdict == BANK_GIFT || l->verdict == BANK_REFUND;
}

static err find_by_hand(const struct matching *m, struct bank_line *l)
{
    struct contribution_alike c = { m->channel, l->day, l->amount };
    return l->verdict == BANK_GIFT ? contribution_alike_find(m->tx, &c, &l->by_hand) : OK;
}

static err match_line(const struct matching *m, struct bank_line *l)
{
    bool found = false;
    if (!is_new(l))
        return OK;
    arena_reset(m->scratch);
    err e = find_object(m, l, &found);
    if (!e && !found)
        e = find_alike(m, l);
    return e ? e : find_by_hand(m, l);
}

/* Marks the first line that would be booked. */
static void refuse_first(struct bank_statement *s, enum bank_fault why)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->lines[i].object.n) {
            bank_line_wrong(&s->lines[i], 0, why);
            return;
        }
}

/* Days of which something was booked by lines that say other things of the same gifts. */
static err match_days(const struct matching *m, struct bank_statement *s)
{
    struct stmt *q = query_start(m->tx, &bank_import_overlaps);
    bool found = false;
    bind_str(q, 1, m->channel);
    bind_str(q, 2, bank_format_name(s->format));
    bind_int(q, 3, s->last_day);
    bind_int(q, 4, s->first_day);
    bind_str(q, 5, s->reading);
    bind_int(q, 6, (int64_t)s->unnamed);
    err e = query_step(q, &found);
    if (!e && found)
        refuse_first(s, column_int(q, 0) ? BANK_FAULT_OTHER_FORMAT : BANK_FAULT_OTHER_READING);
    query_end(q);
    return e ? fault(e) : OK;
}

/* The same bytes booked for another channel: a file chosen at the wrong one. */
static err match_file(const struct matching *m, struct bank_statement *s)
{
    struct stmt *q = query_start(m->tx, &bank_import_elsewhere);
    bool found = false;
    bind_blob(q, 1, bytes_str(s->hash, SHA256_BYTES));
    bind_str(q, 2, m->channel);
    err e = query_step(q, &found);
    if (!e && found)
        refuse_first(s, BANK_FAULT_OTHER_CHANNEL);
    query_end(q);
    return e ? fault(e) : OK;
}

err bank_statement_match(struct tx *tx, struct str channel, struct bank_statement *s)
{
    struct arena scratch CLEANUP(arena_free);
    arena_init(&scratch, SCRATCH);
    struct matching m = { tx, channel, &scratch };
    err e = s->first_day <= s->last_day ? match_days(&m, s) : OK;
    if (!e)
        e = match_file(&m, s);
    for (size_t i = 0; !e && i < s->n; i++)
        e = match_line(&m, &s->lines[i]);
    if (!e)
        bank_statement_count(s);
    return e;
}

/* ---- booking ---- */

struct booking {
    const struct bank_import *i;
    struct matching m;
    int64_t import;
};

static err add_import(struct booking *b)
{
    const struct bank_statement *s = b->i->statement;
    struct stmt *q = query_start(b->m.tx, &bank_import_insert);
    bool row = false;
    bind_str(q, 1, b->i->channel);
    bind_str(q, 2, bank_format_name(s->format));
    bind_blob(q, 3, bytes_str(s->hash, SHA256_BYTES));
    bind_int(q, 4, s->first_day);
    bind_int(q, 5, s->last_day);
    bind_int(q, 6, (int64_t)s->counts[BANK_GIFT]);
    bind_int(q, 7, (int64_t)s->counts[BANK_REFUND]);
    bind_int_or_null(q, 8, b->i->by.person);
    bind_int(q, 9, b->i->now);
    bind_str(q, 10, s->reading);
    bind_int(q, 11, (int64_t)s->unnamed);
    bind_str(q, 12, s->rule);
    err e = query_step(q, &row);
    if (!e && row)
        b->import = column_int(q, 0);
    query_end(q);
    return e ? fault(e) : OK;
}

static void clue_hash(const struct bank_line *l, size_t i, uint8_t ret[SHA256_BYTES])
{
    static const char *const purposes[BANK_KEYS_MAX] = { "diurnal bank end to end",
                                                         "diurnal bank transaction" };
    struct str parts[] = { l->keys[i] };
    hmac_sha256_parts(str_from_z(purposes[i]), parts, COUNT(parts), ret);
}

static err add_key(const struct booking *b, const struct bank_line *l, size_t i, int64_t line)
{
    uint8_t clue[SHA256_BYTES];
    if (!l->keys[i].n)
        return OK;
    clue_hash(l, i, clue);
    struct stmt *q = query_start(b->m.tx, &bank_key_insert);
    bind_str(q, 1, b->i->channel);
    bind_blob(q, 2, bytes_str(clue, sizeof clue));
    bind_int(q, 3, line);
    return query_run(q, NULL);
}

static err add_line(const struct booking *b, const struct bank_line *l, int64_t event)
{
    struct stmt *q = query_start(b->m.tx, &bank_line_insert);
    int64_t id = 0;
    bool row = false;
    bind_int(q, 1, b->import);
    bind_str(q, 2, b->i->channel);
    bind_str(q, 3, l->object);
    bind_int(q, 4, l->refund);
    bind_int(q, 5, l->id.n > 0);
    bind_blob(q, 6, bytes_str(l->content, SHA256_BYTES));
    bind_int(q, 7, l->ordinal);
    bind_str(q, 8, bank_amount_text(l, b->m.scratch));
    bind_int(q, 9, l->day);
    bind_int(q, 10, l->line);
    bind_int(q, 11, event);
    err e = query_step(q, &row);
    if (!e && row)
        id = column_int(q, 0);
    query_end(q);
    for (size_t i = 0; !e && i < BANK_KEYS_MAX; i++)
        e = add_key(b, l, i, id);
    return e ? fault(e) : OK;
}

/* The one gift that has this reference; empty when there is none, or more than one. */
static err find_by_key(const struct booking *b, const struct bank_line *l, size_t i,
                       struct str *ret)
{
    uint8_t clue[SHA256_BYTES];
    bool row = false;
    if (!l->keys[i].n)
        return OK;
    clue_hash(l, i, clue);
    struct stmt *q = query_start(b->m.tx, &bank_key_find);
    bind_str(q, 1, b->i->channel);
    bind_blob(q, 2, bytes_str(clue, sizeof clue));
    err e = query_step(q, &row);
    struct str object = row ? column_str(q, 0, b->m.scratch) : S("");
    if (!e && row)
        e = query_step(q, &row);
    query_end(q);
    if (!e && !row)
        *ret = object;
    return e ? fault(e) : OK;
}

/* What a refund is of. One that cannot be found waits at the desk, under a name that nothing has.
 */
static err gift_of(const struct booking *b, const struct bank_line *l, struct str *ret)
{
    err e = OK;
    for (size_t i = 0; !e && !ret->n && i < BANK_KEYS_MAX; i++)
        e = find_by_key(b, l, i, ret);
    if (!e && !ret->n)
        *ret = str_print(b->m.scratch, "unknown:" STR_FMT, STR_ARG(l->object));
    return e;
}

static err keep_raw(const struct booking *b, const struct bank_line *l, int64_t *ret)
{
    bool fresh = false;
    struct payment_message m = { .channel = b->i->channel,
                                 .delivery =
                                     str_print(b->m.scratch, STR_FMT "%s", STR_ARG(l->object),
                                               l->refund ? ":refund" : ""),
                                 .body = l->raw,
                                 .received_at = b->i->now };
    memcpy(m.hash, l->raw_hash, sizeof m.hash);
    return l->raw.n <= PAYMENT_MESSAGE_MAX ? payment_message_add(b->m.tx, &m, ret, &fresh) : OK;
}

static err event_of(const struct booking *b, const struct bank_line *l, struct payment_event *ret)
{
    int64_t noon = l->day * DAY + DAY / 2; // a statement knows the day only
    *ret = (struct payment_event){
        .channel = b->i->channel,
        .kind = l->refund ? PAYMENT_REFUND : PAYMENT_RECEIVED,
        .object = l->object,
        .amount = l->amount,
        .occurred_at = noon < b->i->now ? noon : b->i->now,
        .day = l->day,
        .source = LEDGER_BY_PROVIDER,
        .payer = { .name = l->payer, .message = l->text },
    };
    err e = l->refund ? gift_of(b, l, &ret->of) : OK;
    return e ? e : keep_raw(b, l, &ret->message);
}

/* What was told of a line that the statement's own tables did not know. */
static void take_outcome(struct bank_line *l, enum payment_outcome outcome)
{
    switch (outcome) {
    case PAYMENT_BOOKED: break;
    case PAYMENT_WAITS: l->verdict = BANK_WAITING; break;
    case PAYMENT_SEEN:
    case PAYMENT_SUPERSEDED: l->verdict = BANK_THERE; break;
    case PAYMENT_DIFFERS: bank_line_wrong(l, l->column, BANK_FAULT_DIFFERS); break;
    }
}

static err book_line(const struct booking *b, struct bank_line *l)
{
    struct payment_event event = { 0 };
    struct payment_result result = { 0 };
    arena_reset(b->m.scratch);
    err e = event_of(b, l, &event);
    if (!e)
        e = payment_take(b->m.tx, &event, b->i->now, b->m.scratch, &result);
    check(e <= 0); // the line was checked when it was read
    if (e)
        return fault(e);
    take_outcome(l, result.outcome);
    return l->verdict == BANK_WRONG ? OK : add_line(b, l, result.event);
}

/* Gifts first: a refund may stand before its gift in the file. */
static err book_lines(const struct booking *b, enum bank_verdict which)
{
    struct bank_statement *s = b->i->statement;
    err e = OK;
    for (size_t i = 0; !e && i < s->n; i++)
        if (s->lines[i].verdict == which)
            e = book_line(b, &s->lines[i]);
    return e;
}

static err note_import(const struct booking *b)
{
    const struct bank_statement *s = b->i->statement;
    struct audit_note note = {
        .action = S("bank.import"),
        .kind = S("bank_import"),
        .object = b->import,
        .detail = str_print(b->m.scratch, STR_FMT ": %zu gifts, %zu taken back, %zu waiting",
                            STR_ARG(b->i->channel), s->counts[BANK_GIFT], s->counts[BANK_REFUND],
                            s->counts[BANK_WAITING]),
        .now = b->i->now,
    };
    return audit_add(b->m.tx, b->i->by, &note);
}

err bank_import(struct tx *tx, const struct bank_import *i)
{
    struct bank_statement *s = i->statement;
    struct arena scratch CLEANUP(arena_free);
    arena_init(&scratch, SCRATCH);
    struct booking b = { .i = i, .m = { tx, i->channel, &scratch } };
    err e = bank_statement_match(tx, i->channel, s);
    if (e || s->counts[BANK_WRONG])
        return e ? e : BANK_IMPORT_WRONG;
    e = channel_health_note(tx, i->channel, HEALTH_HEARD, S(""), i->now);
    if (e || (!s->counts[BANK_GIFT] && !s->counts[BANK_REFUND]))
        return e;
    e = add_import(&b);
    if (!e)
        e = book_lines(&b, BANK_GIFT);
    if (!e)
        e = book_lines(&b, BANK_REFUND);
    if (e)
        return e;
    bank_statement_count(s);
    return s->counts[BANK_WRONG] ? BANK_IMPORT_WRONG : note_import(&b);
}
