#include "funding/ethereum_state.h"
#include "base/crypto.h"

#include <string.h>

QUERY(ethereum_watch_add,
      "insert into ethereum_watch (channel, chain) values ($1, $2) on conflict do nothing");
QUERY(ethereum_watch_find, "select id from ethereum_watch where channel = $1 and chain = $2");
QUERY(ethereum_watch_row, "select channel, chain from ethereum_watch where id = $1");
QUERY(ethereum_block_final, "select number, at, hash from ethereum_block"
                            " where watch = $1 and final = 1 order by number desc limit 1");
QUERY(ethereum_block_head, "select number, at, hash from ethereum_block"
                           " where watch = $1 order by number desc limit 1");
QUERY(ethereum_block_insert, "insert into ethereum_block (watch, number, hash, at, final)"
                             " values ($1, $2, $3, $4, $5)");
QUERY(ethereum_block_replaced,
      "delete from ethereum_block where watch = $1 and final = 0 and number <= $2");
QUERY(ethereum_block_prune, "delete from ethereum_block where watch = $1 and number < $2");
QUERY(ethereum_block_unfinal, "delete from ethereum_block where watch = $1 and final = 0");
QUERY(ethereum_block_clear, "delete from ethereum_block where watch = $1");
QUERY(ethereum_balance_list, "select address, number, balance, flow from ethereum_balance"
                             " where watch = $1 and number < $2 order by number, address limit $3");
QUERY(ethereum_balance_put,
      "insert into ethereum_balance (watch, address, number, balance, flow)"
      " values ($1, $2, $3, $4, $5) on conflict (watch, address)"
      " do update set number = excluded.number, balance = excluded.balance, flow = excluded.flow");
QUERY(ethereum_balance_flow, "select flow from ethereum_balance where watch = $1 and address = $2");
QUERY(ethereum_balance_move,
      "update ethereum_balance set flow = $3 where watch = $1 and address = $2");
QUERY(ethereum_pending_put,
      "insert into ethereum_pending (watch, object, number) values ($1, $2, $3)"
      " on conflict (watch, object) do update set number = excluded.number");
QUERY(ethereum_pending_drop, "delete from ethereum_pending where watch = $1 and object = $2");
QUERY(ethereum_pending_list, "select object from ethereum_pending"
                             " where watch = $1 and number <= $2 order by number, object limit $3");

/* ---- wei as text */

bool ethereum_wei_parse(struct str s, int128 *ret)
{
    int128 v = 0;
    bool minus = s.n && s.s[0] == '-';
    struct str digits = minus ? str_sub(s, 1, s.n) : s;
    if (!digits.n)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        int d = digits.s[i] - '0';
        if (d < 0 || d > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *ret = minus ? -v : v;
    return true;
}

static void bind_wei(struct stmt *s, int i, int128 v, char text[AMOUNT_TEXT_MAX])
{
    bind_str(s, i, (struct str){ text, int128_print(text, v, 1) });
}

static bool column_wei(struct stmt *s, int i, struct arena *a, int128 *ret)
{
    return ethereum_wei_parse(column_str(s, i, a), ret);
}

/* ---- watches */

static err run(struct tx *tx, const struct query *q, int64_t watch)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, watch);
    return query_run(s, NULL);
}

static err run_number(struct tx *tx, const struct query *q, int64_t watch, int64_t number)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, watch);
    bind_int(s, 2, number);
    return query_run(s, NULL);
}

err ethereum_watch_begin(struct tx *tx, struct str channel, int64_t chain, int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &ethereum_watch_add);
    bind_str(s, 1, channel);
    bind_int(s, 2, chain);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    s = query_start(tx, &ethereum_watch_find);
    bind_str(s, 1, channel);
    bind_int(s, 2, chain);
    e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

err ethereum_watch_get(struct tx *tx, int64_t id, struct arena *a, struct str *ret_channel,
                       int64_t *ret_chain)
{
    bool row = false;
    struct stmt *s = query_start(tx, &ethereum_watch_row);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    *ret_channel = S("");
    if (e || !row)
        return e ? fault(e) : OK;
    *ret_channel = column_str(s, 0, a);
    *ret_chain = column_int(s, 1);
    query_end(s);
    return OK;
}

/* ---- blocks */

static err position(struct tx *tx, const struct query *q, int64_t watch, struct arena *a,
                    struct ethereum_position *ret)
{
    struct ethereum_position p = { 0 };
    bool row = false;
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, watch);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row) {
        struct str hash = column_str(s, 2, a);
        p = (struct ethereum_position){ .there = true,
                                        .number = column_int(s, 0),
                                        .at = column_int(s, 1) };
        if (hash.n != ETHEREUM_HASH)
            return fault(ERR_DATA);
        memcpy(p.hash.bytes, hash.s, ETHEREUM_HASH);
        query_end(s);
    }
    *ret = p;
    return OK;
}

err ethereum_final_position(struct tx *tx, int64_t watch, struct arena *a,
                            struct ethereum_position *ret)
{
    return position(tx, &ethereum_block_final, watch, a, ret);
}

err ethereum_head_position(struct tx *tx, int64_t watch, struct arena *a,
                           struct ethereum_position *ret)
{
    return position(tx, &ethereum_block_head, watch, a, ret);
}

err ethereum_block_add(struct tx *tx, int64_t watch, const struct ethereum_header *h, bool final)
{
    err e = final ? run_number(tx, &ethereum_block_replaced, watch, h->number) : OK;
    if (!e && final)
        e = run_number(tx, &ethereum_block_prune, watch, h->number - ETHEREUM_BLOCKS_KEPT);
    if (e)
        return fault(e);
    struct stmt *s = query_start(tx, &ethereum_block_insert);
    bind_int(s, 1, watch);
    bind_int(s, 2, h->number);
    bind_blob(s, 3, bytes_str(h->hash.bytes, ETHEREUM_HASH));
    bind_int(s, 4, h->at);
    bind_int(s, 5, final);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err ethereum_head_drop(struct tx *tx, int64_t watch)
{
    err e = run(tx, &ethereum_block_unfinal, watch);
    return e ? fault(e) : OK;
}

err ethereum_blocks_drop(struct tx *tx, int64_t watch)
{
    err e = run(tx, &ethereum_block_clear, watch);
    return e ? fault(e) : OK;
}

/* ---- balances */

err ethereum_balances(struct tx *tx, int64_t watch, int64_t number, struct arena *a,
                      struct ethereum_balance **ret, size_t *ret_n)
{
    struct ethereum_balance *all = arena_new(a, struct ethereum_balance, ETHEREUM_BALANCES_PAGE);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &ethereum_balance_list);
    bind_int(s, 1, watch);
    bind_int(s, 2, number);
    bind_int(s, 3, ETHEREUM_BALANCES_PAGE);
    err e = query_step(s, &row);
    while (!e && row) {
        struct ethereum_balance *b = &all[n++];
        b->address = column_int(s, 0);
        b->number = column_int(s, 1);
        if (!column_wei(s, 2, a, &b->balance) || !column_wei(s, 3, a, &b->flow)) {
            query_end(s);
            return fault(ERR_DATA);
        }
        e = query_step(s, &row);
    }
    *ret = all;
    *ret_n = n;
    return e ? fault(e) : OK;
}

err ethereum_balance_set(struct tx *tx, int64_t watch, const struct ethereum_balance *b)
{
    char balance[AMOUNT_TEXT_MAX];
    char flow[AMOUNT_TEXT_MAX];
    struct stmt *s = query_start(tx, &ethereum_balance_put);
    bind_int(s, 1, watch);
    bind_int(s, 2, b->address);
    bind_int(s, 3, b->number);
    bind_wei(s, 4, b->balance, balance);
    bind_wei(s, 5, b->flow, flow);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* *ret is empty when there is no row. */
static err find_flow(struct tx *tx, int64_t watch, int64_t address, struct arena *a,
                     struct str *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &ethereum_balance_flow);
    bind_int(s, 1, watch);
    bind_int(s, 2, address);
    err e = query_step(s, &row);
    *ret = !e && row ? column_str(s, 0, a) : S("");
    query_end(s);
    return e ? fault(e) : OK;
}

err ethereum_balance_known(struct tx *tx, int64_t watch, int64_t address, bool *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &ethereum_balance_flow);
    bind_int(s, 1, watch);
    bind_int(s, 2, address);
    err e = query_step(s, &row);
    *ret = row;
    query_end(s);
    return e ? fault(e) : OK;
}

err ethereum_flow_add(struct tx *tx, int64_t watch, int64_t address, int128 units, struct arena *a)
{
    char text[AMOUNT_TEXT_MAX];
    struct str was = { 0 };
    int128 flow = 0;
    err e = find_flow(tx, watch, address, a, &was);
    if (e || !was.n)
        return e;
    if (!ethereum_wei_parse(was, &flow))
        return fault(ERR_DATA);
    if (__builtin_add_overflow(flow, units, &flow))
        return fault(ERR_OVERFLOW);
    struct stmt *s = query_start(tx, &ethereum_balance_move);
    bind_int(s, 1, watch);
    bind_int(s, 2, address);
    bind_wei(s, 3, flow, text);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* ---- gifts that are not final */

err ethereum_pending_set(struct tx *tx, int64_t watch, struct str object, int64_t number)
{
    struct stmt *s = query_start(tx, &ethereum_pending_put);
    bind_int(s, 1, watch);
    bind_str(s, 2, object);
    bind_int(s, 3, number);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err ethereum_pending_end(struct tx *tx, int64_t watch, struct str object)
{
    struct stmt *s = query_start(tx, &ethereum_pending_drop);
    bind_int(s, 1, watch);
    bind_str(s, 2, object);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err ethereum_pending_old(struct tx *tx, int64_t watch, int64_t number, struct arena *a,
                         struct str **ret, size_t *ret_n)
{
    struct str *all = arena_new(a, struct str, ETHEREUM_PENDING_PAGE);
    size_t n = 0;
    bool row = false;
    struct stmt *s = query_start(tx, &ethereum_pending_list);
    bind_int(s, 1, watch);
    bind_int(s, 2, number);
    bind_int(s, 3, ETHEREUM_PENDING_PAGE);
    err e = query_step(s, &row);
    while (!e && row) {
        all[n++] = column_str(s, 0, a);
        e = query_step(s, &row);
    }
    *ret = all;
    *ret_n = n;
    return e ? fault(e) : OK;
}
