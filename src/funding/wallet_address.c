#include "funding/wallet_address.h"
#include "base/check.h"

QUERY(wallet_address_add,
      "insert into wallet_address (channel, plan, number, address, script, purpose, period,"
      " handed_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing");
QUERY(wallet_address_find, "select id from wallet_address where channel = $1 and address = $2");
QUERY(wallet_address_place,
      "select id from wallet_address where channel = $1 and plan = $2 and purpose = $3"
      " and period = $4 order by id limit 1");
QUERY(wallet_address_all,
      "select id, plan, number, address, script, purpose, period, handed_at, paid_at"
      " from wallet_address where channel = $1 order by id");
QUERY(wallet_address_count, "select count(*) from wallet_address where channel = $1");
QUERY(wallet_address_last, "select coalesce(max(id), 0) from wallet_address where channel = $1");
QUERY(wallet_address_public,
      "select id, plan, number, address, script, purpose, period, handed_at, paid_at, channel"
      " from wallet_address where paid_at > 0 and paid_at < $1 and id > $2 order by id limit $3");
QUERY(wallet_address_pay, "update wallet_address set paid_at = $2 where id = $1 and paid_at = 0");

/* The id, or 0. */
static err one(struct stmt *s, int64_t *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    *ret = !e && row ? column_int(s, 0) : 0;
    query_end(s);
    return e;
}

static err find_place(struct tx *tx, const struct wallet_address *w, int64_t *ret_id)
{
    struct stmt *s = query_start(tx, &wallet_address_place);
    bind_str(s, 1, w->channel);
    bind_str(s, 2, w->plan_id);
    bind_int(s, 3, w->purpose);
    bind_str(s, 4, w->period);
    return one(s, ret_id);
}

static err find_text(struct tx *tx, const struct wallet_address *w, int64_t *ret_id)
{
    struct stmt *s = query_start(tx, &wallet_address_find);
    bind_str(s, 1, w->channel);
    bind_str(s, 2, w->text);
    return one(s, ret_id);
}

static err add(struct tx *tx, const struct wallet_address *w, int64_t now, bool *ret_new)
{
    int64_t changes = 0;
    struct stmt *s = query_start(tx, &wallet_address_add);
    bind_str(s, 1, w->channel);
    bind_str(s, 2, w->plan_id);
    bind_int(s, 3, w->number);
    bind_str(s, 4, w->text);
    bind_blob(s, 5, w->script);
    bind_int(s, 6, w->purpose);
    bind_str(s, 7, w->period);
    bind_int(s, 8, now);
    err e = query_run(s, &changes);
    *ret_new = changes > 0;
    return e;
}

err wallet_address_hand(struct tx *tx, const struct wallet_address *w, int64_t now, int64_t *ret_id,
                        bool *ret_new)
{
    *ret_new = false;
    *ret_id = 0;
    bool many = w->purpose == WALLET_OWN || w->purpose == WALLET_SPARE;
    err e = many ? OK : find_place(tx, w, ret_id);
    if (e || *ret_id)
        return e;
    e = add(tx, w, now, ret_new);
    return e ? e : find_text(tx, w, ret_id);
}

static void fill(struct stmt *s, struct str channel, struct arena *a, struct wallet_address *w)
{
    *w = (struct wallet_address){
        .id = column_int(s, 0),
        .channel = channel,
        .plan_id = column_str(s, 1, a),
        .number = column_int(s, 2),
        .text = column_str(s, 3, a),
        .script = column_str(s, 4, a),
        .purpose = (enum wallet_purpose)column_int(s, 5),
        .period = column_str(s, 6, a),
        .handed_at = column_int(s, 7),
        .paid_at = column_int(s, 8),
    };
}

static err count(struct tx *tx, struct str channel, int64_t *ret)
{
    struct stmt *s = query_start(tx, &wallet_address_count);
    bind_str(s, 1, channel);
    return one(s, ret);
}

err wallet_address_list(struct tx *tx, struct str channel, struct arena *a,
                        const struct wallet_address **ret, size_t *ret_n)
{
    int64_t most = 0;
    size_t n = 0;
    bool row = false;
    err e = count(tx, channel, &most);
    if (e)
        return e;
    struct wallet_address *all = arena_new(a, struct wallet_address, (size_t)most + 1);
    struct stmt *s = query_start(tx, &wallet_address_all);
    bind_str(s, 1, channel);
    while (!(e = query_step(s, &row)) && row) {
        check(n < (size_t)most); // both are of one snapshot
        fill(s, channel, a, &all[n++]);
    }
    *ret = all;
    *ret_n = n;
    return e;
}

err wallet_address_paid_list(struct tx *tx, int64_t paid_before, int64_t after, struct arena *a,
                             const struct wallet_address **ret, size_t *ret_n)
{
    struct wallet_address *all = arena_new(a, struct wallet_address, WALLET_ADDRESSES_PAGE);
    struct stmt *s = query_start(tx, &wallet_address_public);
    size_t n = 0;
    bool row = false;
    err e = OK;
    bind_int(s, 1, paid_before);
    bind_int(s, 2, after);
    bind_int(s, 3, WALLET_ADDRESSES_PAGE);
    while (!(e = query_step(s, &row)) && row)
        fill(s, column_str(s, 9, a), a, &all[n++]);
    *ret = all;
    *ret_n = n;
    return e;
}

err wallet_address_newest(struct tx *tx, struct str channel, int64_t *ret)
{
    struct stmt *s = query_start(tx, &wallet_address_last);
    bind_str(s, 1, channel);
    return one(s, ret);
}

err wallet_address_paid(struct tx *tx, int64_t id, int64_t at)
{
    struct stmt *s = query_start(tx, &wallet_address_pay);
    int64_t changes = 0;
    bind_int(s, 1, id);
    bind_int(s, 2, at);
    err e = query_run(s, &changes);
    return e || !changes ? e : job_add(tx, S(WALLET_HAND_JOB), 0, at);
}
