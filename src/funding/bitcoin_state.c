#include "funding/bitcoin_state.h"
#include "base/check.h"

#include <string.h>

QUERY(bitcoin_watch_begin, "insert into wallet_watch (channel, network) values ($1, $2)"
                           " on conflict do nothing");
QUERY(bitcoin_watch_id, "select id from wallet_watch where channel = $1");
QUERY(bitcoin_watch_get, "select w.id, w.channel, w.network, w.height, w.tip, b.hash, b.bits"
                         " from wallet_watch w left join wallet_block b on b.channel = w.channel"
                         " and b.height = w.height where w.id = $1");
QUERY(bitcoin_watch_height, "update wallet_watch set height = $2 where id = $1");
QUERY(bitcoin_watch_tip, "update wallet_watch set tip = $2 where id = $1");
QUERY(bitcoin_block_get, "select hash, bits from wallet_block where channel = $1 and height = $2");
QUERY(bitcoin_block_add,
      "insert into wallet_block (channel, height, hash, bits) values ($1, $2, $3, $4)");
QUERY(bitcoin_block_drop, "delete from wallet_block where channel = $1 and height = $2");
QUERY(bitcoin_block_forget, "delete from wallet_block where channel = $1 and height < $2");

#define OUTPUT_COLUMNS                                                                             \
    "select id, channel, object, address, value, coinbase, height, block, time, day, settled, "    \
    "told,"                                                                                        \
    " reversals, reversal, seen_at from wallet_output"
QUERY(bitcoin_output_get, OUTPUT_COLUMNS " where channel = $1 and object = $2");
QUERY(bitcoin_output_height,
      OUTPUT_COLUMNS " where channel = $1 and height = $2 order by id limit $3");
QUERY(bitcoin_output_due,
      OUTPUT_COLUMNS " where channel = $1 and settled = 0 and height >= 0 and"
                     " (height <= $3 or (height <= $2 and coinbase = 0)) order by height, id"
                     " limit $4");
QUERY(bitcoin_output_gone, OUTPUT_COLUMNS " where channel = $1 and settled = 0 and height = -1 and"
                                          " told = 1 and seen_at < $2 order by id limit $3");
QUERY(bitcoin_output_add,
      "insert into wallet_output (channel, object, address, value, coinbase, height, block, time,"
      " day, settled, told, reversals, reversal, seen_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
QUERY(bitcoin_output_set,
      "update wallet_output set height = $2, block = $3, time = $4, day = $5, settled = $6,"
      " told = $7, reversals = $8, reversal = $9, seen_at = $10 where id = $1");

/* ---- how far ---- */

err bitcoin_state_begin(struct tx *tx, struct str channel, struct str network, int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &bitcoin_watch_begin);
    bind_str(s, 1, channel);
    bind_str(s, 2, network);
    err e = query_run(s, NULL);
    if (e)
        return e;
    s = query_start(tx, &bitcoin_watch_id);
    bind_str(s, 1, channel);
    e = query_step(s, &row);
    if (e || !row)
        return e ? e : fault(ERR_DATA); // it was just put there
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

static void take_hash(struct stmt *s, int column, struct arena *a, uint8_t ret[CHAIN_HASH])
{
    struct str hash = column_str(s, column, a);
    check(hash.n == CHAIN_HASH); // as the table says
    memcpy(ret, hash.s, CHAIN_HASH);
}

err bitcoin_state_get(struct tx *tx, int64_t id, struct arena *a, struct bitcoin_state *ret,
                      bool *ret_found)
{
    struct stmt *s = query_start(tx, &bitcoin_watch_get);
    bind_int(s, 1, id);
    err e = query_step(s, ret_found);
    if (e || !*ret_found)
        return e;
    *ret = (struct bitcoin_state){
        .id = column_int(s, 0),
        .channel = column_str(s, 1, a),
        .network = column_str(s, 2, a),
        .at = { .height = column_int(s, 3) },
        .tip = column_int(s, 4),
    };
    if (ret->at.height >= 0) {
        take_hash(s, 5, a, ret->at.hash);
        ret->at.bits = (uint32_t)column_int(s, 6);
    }
    query_end(s);
    return OK;
}

err bitcoin_place_get(struct tx *tx, struct str channel, int64_t height, struct arena *a,
                      struct bitcoin_place *ret, bool *ret_found)
{
    struct stmt *s = query_start(tx, &bitcoin_block_get);
    bind_str(s, 1, channel);
    bind_int(s, 2, height);
    err e = query_step(s, ret_found);
    if (e || !*ret_found)
        return e;
    *ret = (struct bitcoin_place){ .height = height, .bits = (uint32_t)column_int(s, 1) };
    take_hash(s, 0, a, ret->hash);
    query_end(s);
    return OK;
}

static err set_height(struct tx *tx, int64_t id, int64_t height)
{
    struct stmt *s = query_start(tx, &bitcoin_watch_height);
    bind_int(s, 1, id);
    bind_int(s, 2, height);
    return query_run(s, NULL);
}

static err run_at(struct tx *tx, const struct query *q, struct str channel, int64_t height)
{
    struct stmt *s = query_start(tx, q);
    bind_str(s, 1, channel);
    bind_int(s, 2, height);
    return query_run(s, NULL);
}

err bitcoin_place_add(struct tx *tx, const struct bitcoin_state *state,
                      const struct bitcoin_place *p, int64_t keep_from)
{
    struct stmt *s = query_start(tx, &bitcoin_block_add);
    bind_str(s, 1, state->channel);
    bind_int(s, 2, p->height);
    bind_blob(s, 3, bytes_str(p->hash, CHAIN_HASH));
    bind_int(s, 4, p->bits);
    err e = query_run(s, NULL);
    if (!e)
        e = run_at(tx, &bitcoin_block_forget, state->channel, keep_from);
    return e ? e : set_height(tx, state->id, p->height);
}

err bitcoin_place_drop(struct tx *tx, const struct bitcoin_state *s)
{
    err e = run_at(tx, &bitcoin_block_drop, s->channel, s->at.height);
    return e ? e : set_height(tx, s->id, s->at.height - 1);
}

err bitcoin_tip_set(struct tx *tx, int64_t id, int64_t tip)
{
    struct stmt *s = query_start(tx, &bitcoin_watch_tip);
    bind_int(s, 1, id);
    bind_int(s, 2, tip);
    return query_run(s, NULL);
}

/* ---- outputs ---- */

static void fill(struct stmt *s, struct arena *a, struct bitcoin_output *o)
{
    *o = (struct bitcoin_output){
        .id = column_int(s, 0),
        .channel = column_str(s, 1, a),
        .object = column_str(s, 2, a),
        .address = column_int(s, 3),
        .value = column_int(s, 4),
        .coinbase = column_int(s, 5),
        .height = column_int(s, 6),
        .block = column_str(s, 7, a),
        .time = column_int(s, 8),
        .day = column_int(s, 9),
        .settled = column_int(s, 10),
        .told = (int)column_int(s, 11),
        .reversals = column_int(s, 12),
        .reversal = column_str(s, 13, a),
        .seen_at = column_int(s, 14),
    };
}

err bitcoin_output_find(struct tx *tx, struct str channel, struct str object, struct arena *a,
                        struct bitcoin_output *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &bitcoin_output_get);
    bind_str(s, 1, channel);
    bind_str(s, 2, object);
    err e = query_step(s, &row);
    *ret = (struct bitcoin_output){ 0 };
    if (!e && row)
        fill(s, a, ret);
    query_end(s);
    return e;
}

static err add(struct tx *tx, const struct bitcoin_output *o)
{
    struct stmt *s = query_start(tx, &bitcoin_output_add);
    bind_str(s, 1, o->channel);
    bind_str(s, 2, o->object);
    bind_int(s, 3, o->address);
    bind_int(s, 4, o->value);
    bind_int(s, 5, o->coinbase);
    bind_int(s, 6, o->height);
    bind_blob_or_null(s, 7, o->block);
    bind_int(s, 8, o->time);
    bind_int(s, 9, o->day);
    bind_int(s, 10, o->settled);
    bind_int(s, 11, o->told);
    bind_int(s, 12, o->reversals);
    bind_str(s, 13, o->reversal);
    bind_int(s, 14, o->seen_at);
    return query_run(s, NULL);
}

err bitcoin_output_put(struct tx *tx, const struct bitcoin_output *o)
{
    if (!o->id)
        return add(tx, o);
    struct stmt *s = query_start(tx, &bitcoin_output_set);
    bind_int(s, 1, o->id);
    bind_int(s, 2, o->height);
    bind_blob_or_null(s, 3, o->block);
    bind_int(s, 4, o->time);
    bind_int(s, 5, o->day);
    bind_int(s, 6, o->settled);
    bind_int(s, 7, o->told);
    bind_int(s, 8, o->reversals);
    bind_str(s, 9, o->reversal);
    bind_int(s, 10, o->seen_at);
    return query_run(s, NULL);
}

static err take_all(struct stmt *s, struct arena *a, const struct bitcoin_output **ret,
                    size_t *ret_n)
{
    struct bitcoin_output *all = arena_new(a, struct bitcoin_output, BITCOIN_OUTPUTS);
    bool row = false;
    err e = OK;
    *ret = all;
    *ret_n = 0;
    while (!(e = query_step(s, &row)) && row)
        fill(s, a, &all[(*ret_n)++]);
    return e;
}

err bitcoin_outputs_of(struct tx *tx, struct str channel, int64_t height, struct arena *a,
                       const struct bitcoin_output **ret, size_t *ret_n)
{
    struct stmt *s = query_start(tx, &bitcoin_output_height);
    bind_str(s, 1, channel);
    bind_int(s, 2, height);
    bind_int(s, 3, BITCOIN_OUTPUTS);
    return take_all(s, a, ret, ret_n);
}

err bitcoin_outputs_due(struct tx *tx, struct str channel, struct bitcoin_due due, struct arena *a,
                        const struct bitcoin_output **ret, size_t *ret_n)
{
    struct stmt *s = query_start(tx, &bitcoin_output_due);
    bind_str(s, 1, channel);
    bind_int(s, 2, due.height);
    bind_int(s, 3, due.coinbase_height);
    bind_int(s, 4, BITCOIN_OUTPUTS);
    return take_all(s, a, ret, ret_n);
}

err bitcoin_outputs_gone(struct tx *tx, struct str channel, int64_t since, struct arena *a,
                         const struct bitcoin_output **ret, size_t *ret_n)
{
    struct stmt *s = query_start(tx, &bitcoin_output_gone);
    bind_str(s, 1, channel);
    bind_int(s, 2, since);
    bind_int(s, 3, BITCOIN_OUTPUTS);
    return take_all(s, a, ret, ret_n);
}
