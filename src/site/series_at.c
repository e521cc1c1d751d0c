#include "site/series_at.h"

err series_at(struct request *r, struct series *ret)
{
    struct str slug = { 0 };
    (void)request_segment(r, "slug", &slug); // the pattern has it
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : series_get(&tx, slug, r->arena, ret);
}
