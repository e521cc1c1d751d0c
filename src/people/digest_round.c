#include "people/digest_round.h"

QUERY(digest_round_read, "select since, until, last, ended from digest_round where pace = $1");
QUERY(digest_round_write,
      "insert into digest_round (pace, since, until, last, ended) values ($1, $2, $3, $4, $5) "
      "on conflict (pace) do update set since = excluded.since, until = excluded.until, "
      "last = excluded.last, ended = excluded.ended");

static err write_round(struct tx *tx, const struct digest_round *r, bool ended)
{
    struct stmt *s = query_start(tx, &digest_round_write);
    bind_int(s, 1, (int64_t)r->pace);
    bind_int(s, 2, r->since);
    bind_int(s, 3, r->until);
    bind_int(s, 4, r->last);
    bind_int(s, 5, ended);
    return query_run(s, NULL);
}

err digest_round_begin(struct tx *tx, enum follow_pace pace, int64_t due, struct digest_round *ret,
                       bool *ret_any)
{
    struct stmt *s = query_start(tx, &digest_round_read);
    bind_int(s, 1, (int64_t)pace);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    struct digest_round r = { .pace = pace, .since = due, .until = due };
    bool ended = true;
    if (row) {
        r = (struct digest_round){ pace, column_int(s, 0), column_int(s, 1), column_int(s, 2) };
        ended = column_int(s, 3);
        query_end(s);
    }
    bool begins = row && ended && r.until < due;
    if (begins)
        r = (struct digest_round){ .pace = pace, .since = r.until, .until = due };
    if (!row || begins)
        e = write_round(tx, &r, !begins);
    *ret = r;
    *ret_any = begins || !ended;
    return e;
}

err digest_round_set(struct tx *tx, const struct digest_round *r)
{
    return write_round(tx, r, false);
}

err digest_round_end(struct tx *tx, const struct digest_round *r)
{
    return write_round(tx, r, true);
}
