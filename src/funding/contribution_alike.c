#include "funding/contribution_alike.h"
#include "base/check.h"

QUERY(contribution_alike_get,
      "select id from contribution where source = 'hand' and channel = $1 and day = $2 and "
      "asset = $3 and minor = $4 and fine = $5 and state <> 'reversed' limit 1");

err contribution_alike_find(struct tx *tx, const struct contribution_alike *c, bool *ret_found)
{
    int64_t minor = 0;
    int64_t fine = 0;
    check(amount_split(c->amount, &minor, &fine) == OK); // as a line of a statement is read
    struct stmt *q = query_start(tx, &contribution_alike_get);
    bind_str(q, 1, c->channel);
    bind_int(q, 2, c->day);
    bind_str(q, 3, asset_str(&c->amount.asset));
    bind_int(q, 4, minor);
    bind_int(q, 5, fine);
    err e = query_step(q, ret_found);
    query_end(q);
    return e ? fault(e) : OK;
}
