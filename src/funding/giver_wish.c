#include "funding/giver_wish.h"
#include "funding/giver_inside.h"

QUERY(giver_names, "select exists (select 1 from giver where id in" GIVER_SAME " and name <> '')");
QUERY(giver_name, "update giver set named = $2 where name <> '' and id in" GIVER_SAME);
QUERY(giver_fails, "update giver set failed_at = $2 where email <> '' and id in" GIVER_SAME);

static err has_name(struct tx *tx, int64_t giver, bool *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &giver_names);
    bind_int(s, 1, giver);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err set_of_all(struct tx *tx, const struct query *q, int64_t giver, int64_t value)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, giver);
    bind_int(s, 2, value);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err giver_wish_named(struct tx *tx, const struct giver_wish *w, struct arena *a)
{
    struct giver g = { 0 };
    bool name = false;
    err e = giver_get(tx, w->giver, a, &g);
    if (!e)
        e = has_name(tx, w->giver, &name);
    if (e || g.erased_at)
        return e ? e : GIVER_MISSING;
    if (!name)
        return GIVER_NOBODY;
    e = set_of_all(tx, &giver_name, w->giver, w->named);
    if (!e)
        e = audit_add(
            tx, w->by,
            &(struct audit_note){ .action = w->named ? S("giver.name") : S("giver.unname"),
                                  .kind = S("giver"),
                                  .object = w->giver,
                                  .now = w->now });
    if (e)
        return fault(e);
    tx_touch(tx, "funding"); // names stand beside gifts
    return OK;
}

err giver_failed(struct tx *tx, int64_t giver, int64_t now)
{
    return set_of_all(tx, &giver_fails, giver, now);
}
