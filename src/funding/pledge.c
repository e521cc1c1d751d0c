#include "funding/pledge.h"

QUERY(pledge_put, "insert into pledge (channel, asset, minor, fine, told_at)"
                  " values ($1, $2, $3, $4, $5) on conflict (channel) do update set"
                  " asset = excluded.asset, minor = excluded.minor, fine = excluded.fine,"
                  " told_at = excluded.told_at");
QUERY(pledge_drop, "delete from pledge where channel = $1");
QUERY(pledge_all, "select channel, asset, minor, fine, told_at from pledge"
                  " where told_at >= $1 order by channel limit $2");

err pledge_set(struct tx *tx, const struct pledge *p)
{
    int64_t minor = 0;
    int64_t fine = 0;
    err e = amount_split(p->amount, &minor, &fine);
    if (e)
        return e;
    struct stmt *s = query_start(tx, &pledge_put);
    bind_str(s, 1, p->channel);
    bind_str(s, 2, asset_str(&p->amount.asset));
    bind_int(s, 3, minor);
    bind_int(s, 4, fine);
    bind_int(s, 5, p->told_at);
    tx_touch(tx, "funding");
    return query_run(s, NULL);
}

err pledge_end(struct tx *tx, struct str channel)
{
    struct stmt *s = query_start(tx, &pledge_drop);
    bind_str(s, 1, channel);
    tx_touch(tx, "funding");
    return query_run(s, NULL);
}

static bool row_read(struct stmt *s, struct arena *a, struct pledge *ret)
{
    struct asset asset = { 0 };
    ret->channel = column_str(s, 0, a);
    if (!asset_parse(column_str(s, 1, a), &asset))
        return false;
    ret->amount = amount_join(column_int(s, 2), column_int(s, 3), asset);
    ret->told_at = column_int(s, 4);
    return true;
}

err pledge_list(struct tx *tx, const struct channels *channels, int64_t now, struct arena *a,
                const struct pledge **ret, size_t *ret_n)
{
    struct pledge *all = arena_new(a, struct pledge, CHANNELS_MAX);
    struct stmt *s = query_start(tx, &pledge_all);
    size_t n = 0;
    bool row = false;
    err e = OK;
    bind_int(s, 1, now - PLEDGE_KEPT);
    bind_int(s, 2, CHANNELS_MAX);
    while (!(e = query_step(s, &row)) && row) {
        struct pledge p = { 0 };
        if (!row_read(s, a, &p)) {
            query_end(s);
            return fault(ERR_DATA);
        }
        if (channels_find(channels, p.channel))
            all[n++] = p;
    }
    *ret = all;
    *ret_n = n;
    return e;
}
