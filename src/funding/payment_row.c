#include "base/check.h"
#include "funding/payment_inside.h"

/* The table of events: in and out of rows, nothing about money. */

QUERY(payment_event_insert,
      "insert into payment_event (channel, object, kind, of_object, asset, minor, fine, fee_asset,"
      " fee_minor, fee_fine, occurred_at, day, source, reference, message, giver, taken_at, state,"
      " why, contribution, ledger_transaction) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
      " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)");
QUERY(payment_event_find, "select " PAYMENT_COLUMNS " from payment_event"
                          " where channel = $1 and object = $2 and kind = $3");
QUERY(payment_event_set,
      "update payment_event set state = $2, why = $3, contribution = $4, ledger_transaction = $5"
      " where id = $1");
QUERY(payment_event_undone, "update payment_event set state = 'undone' where id = $1");
QUERY(payment_event_round,
      "select " PAYMENT_COLUMNS " from payment_event where channel = $1 and of_object = $2"
      " and state = 'waiting' and id > $3 order by id limit $4");
QUERY(payment_event_all_waiting, "select " PAYMENT_COLUMNS " from payment_event"
                                 " where state = 'waiting' and aside_why <> why and id < $1"
                                 " order by id desc limit $2");
QUERY(payment_event_by_id, "select " PAYMENT_COLUMNS " from payment_event where id = $1");
QUERY(payment_event_matched, "select matched from payment_event where channel = $1"
                             " and of_object = $2 and matched is not null order by id limit 1");
QUERY(payment_event_other, "select id from payment_event where contribution = $1"
                           " and kind in ('pending', 'payment') and object <> $2 limit 1");
QUERY(payment_event_of, "select " PAYMENT_COLUMNS " from payment_event where contribution = $1"
                        " order by id limit $2");
/* Channels are some tens, and each that counts by itself has its row from the first look on. */
QUERY(payment_event_elsewhere,
      "select 1 from channel_health h join payment_event e on e.channel = h.channel"
      " and e.object = $2 and e.kind in ('pending', 'payment') where h.channel <> $1"
      " and e.source = 'chain' and e.asset = $3 limit 1");
CHECK_ROWS(payment_bookings, "an event is booked or undone when it has its ledger transaction",
           "select id from payment_event where (state in ('booked', 'undone')) <>"
           " (ledger_transaction is not null) order by id");
CHECK_ROWS(payment_once, "a ledger transaction is that of one event at most",
           "select ledger_transaction from payment_event where ledger_transaction is not null"
           " group by ledger_transaction having count(*) > 1 order by ledger_transaction");
CHECK_ROWS(payment_matches, "an event that was matched by hand is of that gift",
           "select id from payment_event where matched is not null"
           " and (contribution is null or contribution <> matched)"
           " order by id");
CHECK_ROWS(payment_amounts, "a booked payment's gift is of its amount",
           "select e.id from payment_event e join contribution c on c.id = e.contribution"
           " where e.kind in ('pending', 'payment') and e.state = 'booked' and (e.asset <> c.asset"
           " or e.minor <> c.minor or e.fine <> c.fine or e.day <> c.day and e.kind = 'pending')"
           " order by e.id");

static const struct str kind_names[PAYMENT_KINDS] = {
    [PAYMENT_PENDING] = { "pending", 7 },
    [PAYMENT_RECEIVED] = { "payment", 7 },
    [PAYMENT_FAILED] = { "failed", 6 },
    [PAYMENT_FEE] = { "fee", 3 },
    [PAYMENT_REFUND] = { "refund", 6 },
    [PAYMENT_REFUND_FAILED] = { "refund-failed", 13 },
    [PAYMENT_DISPUTE] = { "dispute", 7 },
    [PAYMENT_DISPUTE_WON] = { "dispute-won", 11 },
    [PAYMENT_REORG_REVERSAL] = { "reorg-reversal", 14 },
    [PAYMENT_REORG_RESTORE] = { "reorg-restore", 13 },
};
static const struct str state_names[] = {
    [PAYMENT_IS_BOOKED] = { "booked", 6 },
    [PAYMENT_IS_WAITING] = { "waiting", 7 },
    [PAYMENT_IS_SUPERSEDED] = { "superseded", 10 },
    [PAYMENT_IS_UNDONE] = { "undone", 6 },
};

struct str payment_kind_name(enum payment_kind k)
{
    return kind_names[k];
}

bool payment_kind_parse(struct str s, enum payment_kind *ret)
{
    for (size_t i = 0; i < PAYMENT_KINDS; i++)
        if (str_eq(kind_names[i], s)) {
            *ret = (enum payment_kind)i;
            return true;
        }
    return false;
}

struct str payment_state_name(enum payment_state s)
{
    return state_names[s];
}

bool payment_kind_has_amount(enum payment_kind k)
{
    return k == PAYMENT_PENDING || k == PAYMENT_RECEIVED || k == PAYMENT_FEE ||
           k == PAYMENT_REFUND || k == PAYMENT_DISPUTE;
}

/* Three columns; an amount of nothing is an empty code and zeros. */
static err bind_amount(struct stmt *s, int first, const struct amount *m)
{
    int64_t minor = 0;
    int64_t fine = 0;
    err e = m->units ? amount_split(*m, &minor, &fine) : OK;
    bind_str(s, first, m->units ? asset_str(&m->asset) : S(""));
    bind_int(s, first + 1, minor);
    bind_int(s, first + 2, fine);
    return e ? fault(e) : OK;
}

static bool read_amount(struct stmt *s, int first, struct arena *a, struct amount *ret)
{
    struct asset asset = { 0 };
    struct str code = column_str(s, first, a);
    if (code.n && !asset_parse(code, &asset))
        return false;
    *ret = code.n ? amount_join(column_int(s, first + 1), column_int(s, first + 2), asset)
                  : (struct amount){ 0 };
    return true;
}

static err row_read(struct stmt *s, struct arena *a, struct payment_row *ret)
{
    struct payment_row r = {
        .id = column_int(s, 0),
        .taken_at = column_int(s, 16),
        .state = column_str(s, 17, a),
        .why = column_str(s, 18, a),
        .contribution = column_int(s, 19),
        .ledger_transaction = column_int(s, 20),
        .giver = column_int(s, 21),
        .matched = column_int(s, 22),
        .aside = column_str(s, 23, a),
        .event = {
            .channel = column_str(s, 1, a),
            .object = column_str(s, 2, a),
            .of = column_str(s, 4, a),
            .occurred_at = column_int(s, 11),
            .day = column_int(s, 12),
            .reference = column_str(s, 14, a),
            .message = column_int(s, 15),
        },
    };
    if (!payment_kind_parse(column_str(s, 3, a), &r.event.kind) ||
        !read_amount(s, 5, a, &r.event.amount) || !read_amount(s, 8, a, &r.event.fee) ||
        !ledger_source_parse(column_str(s, 13, a), &r.event.source))
        return fault(ERR_DATA);
    *ret = r;
    return OK;
}

err payment_find(struct tx *tx, struct str channel, struct str object, enum payment_kind kind,
                 struct arena *a, struct payment_row *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &payment_event_find);
    bind_str(s, 1, channel);
    bind_str(s, 2, object);
    bind_str(s, 3, kind_names[kind]);
    *ret = (struct payment_row){ 0 };
    err e = query_step(s, &row);
    if (e || !row)
        return e ? fault(e) : OK;
    e = row_read(s, a, ret);
    query_end(s);
    return e;
}

err payment_by_id(struct tx *tx, int64_t id, struct arena *a, struct payment_row *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &payment_event_by_id);
    bind_int(s, 1, id);
    *ret = (struct payment_row){ 0 };
    err e = query_step(s, &row);
    if (e || !row)
        return e ? fault(e) : OK;
    e = row_read(s, a, ret);
    query_end(s);
    return e;
}

err payment_matched_of(struct tx *tx, struct str channel, struct str object,
                       int64_t *ret_contribution)
{
    bool row = false;
    struct stmt *s = query_start(tx, &payment_event_matched);
    bind_str(s, 1, channel);
    bind_str(s, 2, object);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_contribution = row ? column_int(s, 0) : 0;
    query_end(s);
    return OK;
}

err payment_is_of_other(struct tx *tx, int64_t contribution, struct str object, bool *ret)
{
    struct stmt *s = query_start(tx, &payment_event_other);
    bind_int(s, 1, contribution);
    bind_str(s, 2, object);
    err e = query_step(s, ret);
    if (e)
        return fault(e);
    query_end(s);
    return OK;
}

err payment_is_elsewhere(struct tx *tx, const struct payment_event *e, bool *ret)
{
    struct stmt *s = query_start(tx, &payment_event_elsewhere);
    bind_str(s, 1, e->channel);
    bind_str(s, 2, e->object);
    bind_str(s, 3, asset_str(&e->amount.asset));
    err why = query_step(s, ret);
    if (why)
        return fault(why);
    query_end(s);
    return OK;
}

static err insert(struct tx *tx, struct payment_row *row, enum payment_state state)
{
    const struct payment_event *e = &row->event;
    struct amount nothing = { 0 };
    struct stmt *s = query_start(tx, &payment_event_insert);
    bind_str(s, 1, e->channel);
    bind_str(s, 2, e->object);
    bind_str(s, 3, kind_names[e->kind]);
    bind_str(s, 4, e->of);
    err why = bind_amount(s, 5, payment_kind_has_amount(e->kind) ? &e->amount : &nothing);
    if (!why)
        why = bind_amount(s, 8, e->kind == PAYMENT_RECEIVED ? &e->fee : &nothing);
    bind_int(s, 11, e->occurred_at);
    bind_int(s, 12, e->day);
    bind_str(s, 13, ledger_source_name(e->source));
    bind_str(s, 14, e->reference);
    bind_int_or_null(s, 15, e->message);
    bind_int_or_null(s, 16, row->giver);
    bind_int(s, 17, row->taken_at);
    bind_str(s, 18, state_names[state]);
    bind_str(s, 19, row->why);
    bind_int_or_null(s, 20, row->contribution);
    bind_int_or_null(s, 21, row->ledger_transaction);
    if (!why)
        why = query_insert(s, &row->id);
    if (!why)
        return OK;
    query_end(s);
    return fault(why);
}

err payment_undo(struct tx *tx, int64_t id)
{
    struct stmt *s = query_start(tx, &payment_event_undone);
    bind_int(s, 1, id);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err payment_keep(struct tx *tx, struct payment_row *row, enum payment_state state)
{
    if (!row->id)
        return insert(tx, row, state);
    struct stmt *s = query_start(tx, &payment_event_set);
    bind_int(s, 1, row->id);
    bind_str(s, 2, state_names[state]);
    bind_str(s, 3, row->why);
    bind_int_or_null(s, 4, row->contribution);
    bind_int_or_null(s, 5, row->ledger_transaction);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err payment_read_all(struct stmt *s, size_t most, struct arena *a, const struct payment_row **ret,
                     size_t *ret_n)
{
    struct payment_row *rows = arena_new(a, struct payment_row, most);
    size_t n = 0;
    bool row = false;
    err e = query_step(s, &row);
    while (!e && row && n < most) {
        e = row_read(s, a, &rows[n]);
        if (e) {
            query_end(s);
            return e;
        }
        n++;
        e = query_step(s, &row);
    }
    if (e)
        return fault(e);
    *ret = rows;
    *ret_n = n;
    return OK;
}

err payment_waiting_for(struct tx *tx, const struct payment_wait *w, struct arena *a,
                        const struct payment_row **ret, size_t *ret_n)
{
    struct stmt *s = query_start(tx, &payment_event_round);
    bind_str(s, 1, w->channel);
    bind_str(s, 2, w->object);
    bind_int(s, 3, w->after);
    bind_int(s, 4, PAYMENT_ROUND);
    return payment_read_all(s, PAYMENT_ROUND, a, ret, ret_n);
}

err payment_waiting(struct tx *tx, int64_t before, size_t most, struct arena *a,
                    const struct payment_row **ret, size_t *ret_n)
{
    check(most > 0 && most <= PAYMENT_PAGE + 1);
    struct stmt *s = query_start(tx, &payment_event_all_waiting);
    bind_int(s, 1, before);
    bind_int(s, 2, (int64_t)most);
    return payment_read_all(s, most, a, ret, ret_n);
}

err payment_of_contribution(struct tx *tx, int64_t contribution, struct arena *a,
                            const struct payment_row **ret, size_t *ret_n)
{
    struct stmt *s = query_start(tx, &payment_event_of);
    bind_int(s, 1, contribution);
    bind_int(s, 2, PAYMENT_PAGE);
    return payment_read_all(s, PAYMENT_PAGE, a, ret, ret_n);
}
