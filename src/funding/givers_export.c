#include "funding/givers_export.h"
#include "base/clock.h"
#include "funding/accounts_export.h"
#include "funding/giver.h"
#include "funding/giver_inside.h"

#include <inttypes.h>

/* A row is at most 900 bytes, with strangers' words at their longest and every byte of them a
 * quote: a piece that was short enough, and one giver with every currency there is, are below
 * BODY_PIECE_MAX. */
enum { WINDOW = 100 /* givers */, PIECE_ENOUGH = 24 * 1024 /* bytes */, CURRENCIES_MAX = 250 };

#define GAVE(who)                                                                                  \
    " exists (select 1 from contribution c where c.giver = " who                                   \
    " and c.day >= $3 and c.day < $4 and c.state = 'settled')"
QUERY(givers_last, "select coalesce(max(id), 0) from giver");
QUERY(givers_next,
      "select g.id from giver g where g.id > $1 and g.id <= $2"
      " and g.erased_at is null and" GAVE(
          "g.id") " and (g.email = '' or not exists (select 1 from giver o where o.email <> ''"
                  " and lower(o.email) = lower(g.email) and o.id > g.id and o.id <= $2"
                  " and" GAVE("o.id") ")) order by g.id limit $5");
QUERY(givers_gifts, "select asset, minor, fine, out_minor, out_fine from contribution"
                    " where giver in" GIVER_SAME " and day >= $2 and day < $3"
                    " and state = 'settled'");

/* What a giver gave in one currency. */
struct sum {
    struct amount given, returned;
    int64_t gifts;
};
struct sums {
    struct sum *list;
    size_t n;
};

static int64_t first_day(int year)
{
    return date_to_days((struct date){ year, 1, 1 });
}

static err sum_of(struct sums *sums, struct asset asset, struct sum **ret)
{
    struct sum *s = sums->list;
    while (s < sums->list + sums->n && !asset_eq(s->given.asset, asset))
        s++;
    if (s == sums->list + CURRENCIES_MAX)
        return fault(ERR_LIMIT);
    if (s == sums->list + sums->n) {
        *s = (struct sum){ .given = { .asset = asset }, .returned = { .asset = asset } };
        sums->n++;
    }
    *ret = s;
    return OK;
}

static err add_gift(struct stmt *s, struct arena *a, struct sums *sums)
{
    struct asset asset = { 0 };
    struct sum *sum = NULL;
    if (!asset_parse(column_str(s, 0, a), &asset))
        return fault(ERR_DATA);
    err e = sum_of(sums, asset, &sum);
    if (!e)
        e = amount_add(&sum->given, amount_join(column_int(s, 1), column_int(s, 2), asset));
    if (!e)
        e = amount_add(&sum->returned, amount_join(column_int(s, 3), column_int(s, 4), asset));
    if (!e)
        sum->gifts++;
    return e ? fault(e) : OK;
}

static err read_sums(struct tx *tx, const struct givers_export *x, int64_t giver, struct arena *a,
                     struct sums *sums)
{
    bool row = false;
    struct stmt *s = query_start(tx, &givers_gifts);
    bind_int(s, 1, giver);
    bind_int(s, 2, first_day(x->year));
    bind_int(s, 3, first_day(x->year + 1));
    sums->n = 0;
    err e = OK;
    while (!(e = query_step(s, &row)) && row) {
        e = add_gift(s, a, sums);
        if (e) {
            query_end(s);
            return e;
        }
    }
    return e ? fault(e) : OK;
}

static err put_row(struct buf *out, const struct givers_export *x, const struct giver *g,
                   const struct sum *sum, struct arena *a)
{
    struct amount left = sum->given;
    err e = amount_add(&left, amount_negative(sum->returned));
    if (e)
        return fault(e);
    struct str given = amount_print(a, sum->given);
    struct str returned = amount_print(a, sum->returned);
    struct str rest = amount_print(a, left);
    buf_print(out, "%" PRId64 ",", g->id);
    accounts_put_words(out, g->name);
    buf_put_char(out, ',');
    accounts_put_words(out, g->email);
    buf_print(out, ",%d,%s,%" PRId64 "," STR_FMT "," STR_FMT "," STR_FMT "\r\n", x->year,
              sum->given.asset.code, sum->gifts, STR_ARG(given), STR_ARG(returned), STR_ARG(rest));
    return OK;
}

static err put_giver(struct tx *tx, const struct givers_export *x, int64_t id, struct sums *sums,
                     struct arena *a, struct buf *out)
{
    struct giver g = { 0 };
    err e = giver_get(tx, id, a, &g);
    if (!e)
        e = read_sums(tx, x, id, a, sums);
    for (size_t i = 0; !e && i < sums->n; i++)
        e = put_row(out, x, &g, &sums->list[i], a);
    return e ? fault(e) : OK;
}

static err read_window(struct tx *tx, const struct givers_export *x, int64_t ids[WINDOW + 1],
                       size_t *ret_n)
{
    bool row = false;
    err e = OK;
    size_t n = 0;
    struct stmt *s = query_start(tx, &givers_next);
    bind_int(s, 1, x->after);
    bind_int(s, 2, x->last);
    bind_int(s, 3, first_day(x->year));
    bind_int(s, 4, first_day(x->year + 1));
    bind_int(s, 5, WINDOW + 1);
    while (!(e = query_step(s, &row)) && row)
        ids[n++] = column_int(s, 0);
    *ret_n = n;
    return e ? fault(e) : OK;
}

err givers_export_start(struct tx *tx, struct givers_export *x)
{
    bool row = false;
    struct stmt *s = query_start(tx, &givers_last);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *x = (struct givers_export){ .year = x->year, .last = column_int(s, 0) };
    query_end(s);
    return OK;
}

err givers_export_piece(struct tx *tx, struct givers_export *x, struct arena *a, struct buf *out)
{
    int64_t ids[WINDOW + 1]; // one more, so that no piece is empty
    size_t n = 0;
    size_t i = 0;
    struct sums sums = { .list = arena_new(a, struct sum, CURRENCIES_MAX) };
    err e = read_window(tx, x, ids, &n);
    if (!x->begun)
        buf_put(out, S("giver,name,email,year,currency,gifts,given,returned,left\r\n"));
    x->begun = true;
    for (; !e && i < n && i < WINDOW && out->n < PIECE_ENOUGH; i++) {
        e = put_giver(tx, x, ids[i], &sums, a, out);
        x->after = ids[i];
    }
    x->ended = i == n;
    return e;
}
