#include "funding/giver_year.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "funding/contribution.h"
#include "funding/display.h"
#include "funding/giver_inside.h"
#include "funding/giver_wish.h"
#include "publishing/letter.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/job.h"

#include <inttypes.h>
#include <string.h>

QUERY(giver_year_ids,
      "select id from contribution where giver in" GIVER_SAME
      " and day >= $2 and day < $3 and state = 'settled' order by day, id limit $4");
QUERY(giver_year_last, "select max(day) from contribution where giver in" GIVER_SAME
                       " and day < $2 and state = 'settled'");
QUERY(giver_all_ids, "select id from contribution where giver in" GIVER_SAME
                     " order by day desc, id desc limit $2");
QUERY(giver_same, "select id from giver where id in" GIVER_SAME " limit $2");
QUERY(giver_by_email, "select max(id) from giver where email <> '' and lower(email) = lower($1)");
QUERY(giver_by_name, "select id from giver where name <> '' and lower(name) >= lower($1)"
                     " and lower(name) < lower($1) || char(1114111) order by lower(name) limit $2");
QUERY(giver_latest, "select id, g.email <> '' and exists (select 1 from giver o where o.email <> ''"
                    " and lower(o.email) = lower(g.email) and o.id > g.id)"
                    " from giver g where erased_at is null and id < $1 order by id desc limit $2");
QUERY(giver_emails,
      "select lower(email), max(id) from giver where email <> '' and lower(email) > $1"
      " group by lower(email) order by lower(email) limit $2");

enum { ARENA_BYTES = 1 << 20, DIGEST_BYTES = 16, YEAR_LEAST = 2000, YEAR_MOST = 9999 };

static int64_t first_day(int year)
{
    return date_to_days((struct date){ year, 1, 1 });
}

/* Ids in the first column of what was started. */
static err read_ids(struct stmt *s, size_t most, int64_t *ret, size_t *ret_n)
{
    bool row = false;
    err e = OK;
    size_t n = 0;
    while (!(e = query_step(s, &row)) && row) {
        if (n < most)
            ret[n] = column_int(s, 0);
        n++;
    }
    *ret_n = n < most ? n : most;
    return e ? fault(e) : OK;
}

/* ---- one year */

static err ids_of_year(struct tx *tx, int64_t giver, int year, size_t most, int64_t *ret,
                       size_t *ret_n)
{
    struct stmt *s = query_start(tx, &giver_year_ids);
    bind_int(s, 1, giver);
    bind_int(s, 2, first_day(year));
    bind_int(s, 3, first_day(year + 1));
    bind_int(s, 4, (int64_t)most);
    return read_ids(s, most, ret, ret_n);
}

static err add_total(struct amount *totals, size_t *n, struct amount m)
{
    for (size_t i = 0; i < *n; i++)
        if (asset_eq(totals[i].asset, m.asset))
            return amount_add(&totals[i], m);
    totals[(*n)++] = m;
    return OK;
}

static err read_row(struct tx *tx, int64_t id, struct arena *a, struct giver_year_row *ret)
{
    struct contribution c = { 0 };
    err e = contribution_get(tx, id, a, &c);
    if (e)
        return fault(e);
    *ret = (struct giver_year_row){ .contribution = id,
                                    .day = c.occurred_on,
                                    .channel = c.channel,
                                    .amount = c.amount,
                                    .out = c.out,
                                    .left = c.amount,
                                    .value = c.value };
    return c.out.units ? amount_add(&ret->left, amount_negative(c.out)) : OK;
}

err giver_year_read(struct tx *tx, int64_t giver, int year, struct arena *a, struct giver_year *ret)
{
    int64_t *ids = arena_new(a, int64_t, GIVER_YEAR_ROWS + 1);
    *ret = (struct giver_year){ .year = year };
    err e = giver_get(tx, giver, a, &ret->giver);
    if (e || ret->giver.erased_at)
        return e ? e : GIVER_MISSING;
    e = ids_of_year(tx, giver, year, GIVER_YEAR_ROWS + 1, ids, &ret->n);
    ret->more = ret->n > GIVER_YEAR_ROWS;
    ret->n -= ret->more;
    struct giver_year_row *rows = arena_new(a, struct giver_year_row, ret->n + 1);
    struct amount *totals = arena_new(a, struct amount, ret->n + 1);
    for (size_t i = 0; !e && i < ret->n; i++) {
        e = read_row(tx, ids[i], a, &rows[i]);
        if (!e)
            e = add_total(totals, &ret->total_count, rows[i].left);
    }
    ret->rows = rows;
    ret->totals = totals;
    return e;
}

err giver_years(struct tx *tx, int64_t giver, struct arena *a, const int **ret, size_t *ret_n)
{
    int *years = arena_new(a, int, GIVER_YEARS_MAX);
    int64_t before = INT64_MAX;
    err e = OK;
    *ret = years;
    for (*ret_n = 0; *ret_n < GIVER_YEARS_MAX; (*ret_n)++) {
        bool row = false;
        struct stmt *s = query_start(tx, &giver_year_last);
        bind_int(s, 1, giver);
        bind_int(s, 2, before);
        e = query_step(s, &row);
        if (e || column_null(s, 0))
            return e ? fault(e) : (query_end(s), OK);
        years[*ret_n] = date_from_days(column_int(s, 0)).year;
        query_end(s);
        before = first_day(years[*ret_n]);
    }
    return OK;
}

err giver_gifts(struct tx *tx, int64_t giver, struct arena *a, const int64_t **ret, size_t *ret_n)
{
    int64_t *ids = arena_new(a, int64_t, GIVER_YEAR_ROWS);
    struct stmt *s = query_start(tx, &giver_all_ids);
    bind_int(s, 1, giver);
    bind_int(s, 2, GIVER_YEAR_ROWS);
    *ret = ids;
    return read_ids(s, GIVER_YEAR_ROWS, ids, ret_n);
}

/* ---- finding and forgetting */

static bool is_listed(const struct giver_found *found, struct str email)
{
    for (size_t i = 0; email.n && i < found->n; i++)
        if (str_eq_nocase(found->list[i].email, email))
            return true;
    return false;
}

static err add_found(struct tx *tx, const int64_t *ids, size_t n, struct arena *a,
                     struct giver_found *ret)
{
    struct giver *list = arena_new(a, struct giver, GIVER_LIST);
    err e = OK;
    size_t i = 0;
    ret->list = list;
    for (; !e && i < n && ret->n < GIVER_LIST; i++) {
        struct giver g = { 0 };
        e = giver_get(tx, ids[i], a, &g);
        if (!e && !is_listed(ret, g.email))
            list[ret->n++] = g;
    }
    ret->more = i < n || n == GIVER_LOOK;
    return e ? fault(e) : OK;
}

static err find_named(struct tx *tx, struct str who, struct arena *a, struct giver_found *ret)
{
    int64_t *ids = arena_new(a, int64_t, GIVER_LOOK);
    size_t n = 0;
    bool email = str_has(who, '@');
    struct stmt *s = query_start(tx, email ? &giver_by_email : &giver_by_name);
    bind_str(s, 1, who);
    if (!email)
        bind_int(s, 2, GIVER_LOOK);
    err e = read_ids(s, GIVER_LOOK, ids, &n);
    if (email && n && !ids[0])
        n = 0; // the highest of none
    return e ? fault(e) : add_found(tx, ids, n, a, ret);
}

/* Of each address the latest row only, so that nobody stands on two pages. */
static err find_latest(struct tx *tx, int64_t before, struct arena *a, struct giver_found *ret)
{
    int64_t ids[GIVER_LIST];
    size_t n = 0;
    size_t looked = 0;
    bool row = false;
    err e = OK;
    struct stmt *s = query_start(tx, &giver_latest);
    bind_int(s, 1, before);
    bind_int(s, 2, GIVER_LOOK);
    while (n < GIVER_LIST && !(e = query_step(s, &row)) && row) {
        ret->older = column_int(s, 0);
        looked++;
        if (!column_int(s, 1))
            ids[n++] = ret->older;
    }
    if (n == GIVER_LIST)
        query_end(s);
    else if (looked < GIVER_LOOK)
        ret->older = 0; // there are no others
    return e ? fault(e) : add_found(tx, ids, n, a, ret);
}

err giver_find(struct tx *tx, struct str who, int64_t before, struct arena *a,
               struct giver_found *ret)
{
    *ret = (struct giver_found){ 0 };
    return who.n ? find_named(tx, who, a, ret) : find_latest(tx, before, a, ret);
}

err giver_forget_all(struct tx *tx, int64_t giver, struct actor by, int64_t now, struct arena *a)
{
    int64_t *ids = arena_new(a, int64_t, GIVER_YEAR_ROWS);
    size_t n = GIVER_YEAR_ROWS;
    struct giver g = { 0 };
    err e = giver_get(tx, giver, a, &g);
    while (!e && n == GIVER_YEAR_ROWS) {
        struct stmt *s = query_start(tx, &giver_same);
        bind_int(s, 1, giver);
        bind_int(s, 2, GIVER_YEAR_ROWS);
        e = read_ids(s, GIVER_YEAR_ROWS, ids, &n);
        for (size_t i = 0; !e && i < n; i++)
            if (ids[i] != giver)
                e = giver_erase(tx, ids[i], by, now);
    }
    if (!e)
        e = giver_erase(tx, giver, by, now);
    if (!e && g.email.n)
        e = mail_forget(tx, g.email, now);
    return e;
}

/* ---- sending */

/* The address is in the key as a hash only: keys are kept, and shown at the desk. */
static struct str key_of(const struct giver *g, int year, struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    sha256(str_lower(a, g->email), hash);
    struct str digest = hex_print(a, bytes_str(hash, DIGEST_BYTES));
    return str_print(a, GIVER_YEAR_MAIL "/%d/" STR_FMT, year, STR_ARG(digest));
}

static err order(struct tx *tx, const struct giver *g, int year, struct str key, int64_t now)
{
    struct mail_order o = {
        .key = key, .kind = S(GIVER_YEAR_MAIL), .subject = g->id, .detail = year
    };
    return mail_add(tx, &o, now, NULL);
}

static err note(struct tx *tx, const char *action, int64_t object, struct actor by, int64_t now)
{
    return audit_add(
        tx, by,
        &(struct audit_note){
            .action = str_from_z(action), .kind = S("giver"), .object = object, .now = now });
}

err giver_year_send(struct tx *tx, int64_t giver, int year, struct actor by, int64_t now,
                    struct arena *a)
{
    struct giver_year y = { 0 };
    err e = giver_year_read(tx, giver, year, a, &y);
    if (e)
        return e;
    if (!mail_address_good(y.giver.email) || !y.n)
        return y.n ? GIVER_YEAR_NOBODY : GIVER_YEAR_EMPTY;
    struct str key = key_of(&y.giver, year, a);
    e = order(tx, &y.giver, year, str_print(a, STR_FMT "/%" PRId64, STR_ARG(key), now), now);
    return e ? fault(e) : note(tx, "giver.statement", giver, by, now);
}

err giver_year_send_all(struct tx *tx, int year, struct actor by, int64_t now)
{
    if (year < YEAR_LEAST || year > YEAR_MOST)
        return GIVER_YEAR_EMPTY;
    err e = job_add(tx, S(GIVER_YEAR_JOB), year, now);
    return e ? fault(e) : note(tx, "giver.statements", year, by, now);
}

/* One transaction of the round over all addresses; each address once, in their order. */
struct round {
    int year;
    int64_t now;
    struct arena *arena;
    char after[GIVER_EMAIL_MAX];
    size_t after_n;
    bool more;
};

static err read_addresses(struct tx *tx, struct round *r, int64_t ids[GIVER_YEAR_BATCH],
                          size_t *ret_n)
{
    struct stmt *s = query_start(tx, &giver_emails);
    bool row = false;
    err e = OK;
    size_t n = 0;
    bind_str(s, 1, (struct str){ r->after, r->after_n });
    bind_int(s, 2, GIVER_YEAR_BATCH);
    while (!(e = query_step(s, &row)) && row) {
        struct str email = str_sub(column_str(s, 0, r->arena), 0, sizeof r->after);
        ids[n++] = column_int(s, 1);
        memcpy(r->after, email.s, email.n);
        r->after_n = email.n;
    }
    *ret_n = n;
    return e ? fault(e) : OK;
}

static err order_one(struct tx *tx, const struct round *r, int64_t giver)
{
    struct giver g = { 0 };
    int64_t id = 0;
    size_t gifts = 0;
    err e = giver_get(tx, giver, r->arena, &g);
    if (!e)
        e = ids_of_year(tx, giver, r->year, 1, &id, &gifts);
    if (e || !gifts || g.failed_at || !mail_address_good(g.email))
        return e ? fault(e) : OK;
    return order(tx, &g, r->year, key_of(&g, r->year, r->arena), r->now);
}

static err order_some(struct tx *tx, void *arg)
{
    struct round *r = arg;
    int64_t ids[GIVER_YEAR_BATCH];
    size_t n = 0;
    err e = read_addresses(tx, r, ids, &n);
    for (size_t i = 0; !e && i < n; i++)
        e = order_one(tx, r, ids[i]);
    r->more = n == GIVER_YEAR_BATCH;
    return e;
}

/* If it is broken off it begins anew: a key that is there is not queued again. */
err giver_year_job(const struct app *app, const struct job *job)
{
    struct arena a CLEANUP(arena_free);
    struct round r = { .year = (int)job->subject, .arena = &a, .more = true };
    err e = OK;
    arena_init(&a, ARENA_BYTES);
    while (!e && r.more) {
        r.now = clock_now(&app->clock);
        e = job_stopping(job) ? ERR_BUSY : store_write(app->store, order_some, &r);
        arena_reset(&a);
    }
    return e;
}

/* ---- showing */

static const struct field shown_fields[] = {
    FIELD_STR(struct giver_year_shown, day),    FIELD_STR(struct giver_year_shown, channel),
    FIELD_STR(struct giver_year_shown, amount), FIELD_STR(struct giver_year_shown, out),
    FIELD_STR(struct giver_year_shown, left),   FIELD_STR(struct giver_year_shown, value),
};
static const struct view shown_view = VIEW(struct giver_year_shown, shown_fields);
static const struct field total_fields[] = {
    FIELD_STR(struct giver_year_total, amount),
};
static const struct view total_view = VIEW(struct giver_year_total, total_fields);
static const struct field table_fields[] = {
    FIELD_INT(struct giver_year_table, year),
    FIELD_STR(struct giver_year_table, name),
    FIELD_STR(struct giver_year_table, email),
    FIELD_STR(struct giver_year_table, as_of),
    FIELD_LIST(struct giver_year_table, gifts, &shown_view),
    FIELD_LIST(struct giver_year_table, totals, &total_view),
    FIELD_BOOL(struct giver_year_table, more),
};
const struct view giver_year_table_view = VIEW(struct giver_year_table, table_fields);

static struct list show_gifts(const struct setup *s, struct arena *a, const struct giver_year *y)
{
    struct giver_year_shown *shown = arena_new(a, struct giver_year_shown, y->n + 1);
    for (size_t i = 0; i < y->n; i++) {
        const struct giver_year_row *row = &y->rows[i];
        shown[i] = (struct giver_year_shown){
            .day = format_date(s->formats, a, row->day),
            .channel = display_channel(s, row->channel),
            .amount = display_amount(s, a, row->amount),
            .out = row->out.units ? display_amount(s, a, row->out) : S(""),
            .left = display_amount(s, a, row->left),
            .value = row->value.units ? display_amount(s, a, row->value) : S(""),
        };
    }
    return (struct list){ shown, y->n };
}

static struct list show_totals(const struct setup *s, struct arena *a, const struct giver_year *y)
{
    struct giver_year_total *shown = arena_new(a, struct giver_year_total, y->total_count + 1);
    for (size_t i = 0; i < y->total_count; i++)
        shown[i].amount = display_amount(s, a, y->totals[i]);
    return (struct list){ shown, y->total_count };
}

struct giver_year_table giver_year_show(const struct setup *s, struct arena *a, int64_t now,
                                        const struct giver_year *y)
{
    return (struct giver_year_table){
        .year = y->year,
        .name = y->giver.name,
        .email = y->giver.email,
        .as_of = format_date(s->formats, a, format_day_of(s->formats, now)),
        .gifts = show_gifts(s, a, y),
        .totals = show_totals(s, a, y),
        .more = y->more,
    };
}

struct year_view {
    struct letter letter;
    struct giver_year_table table;
};
static const struct field year_fields[] = {
    FIELD_VIEW(struct year_view, letter, &letter_view),
    FIELD_VIEW(struct year_view, table, &giver_year_table_view),
};
static const struct view year_view = VIEW(struct year_view, year_fields);
TEMPLATE(year_text, "mail/gift-year.txt", &year_view, TEMPLATE_TEXT);
TEMPLATE(year_html, "mail/gift-year.html", &year_view, TEMPLATE_HTML);

static err read_year(const struct app *app, const struct mail_order *o, struct arena *a,
                     struct giver_year *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = giver_year_read(&tx, o->subject, (int)o->detail, a, ret);
    if (e < 0)
        return fault(e);
    return e || !ret->n || !mail_address_good(ret->giver.email) ? MAIL_DROP : OK;
}

err giver_year_compose(const struct app *app, const struct setup *s, const struct mail_order *o,
                       struct arena *a, struct mail *ret)
{
    struct giver_year y = { 0 };
    err e = read_year(app, o, a, &y);
    if (e)
        return e;
    struct year_view v = { .table = giver_year_show(s, a, clock_now(&app->clock), &y) };
    const struct word_arg args[] = { { .name = "year", .text = str_print(a, "%d", y.year) } };
    v.letter.heading = theme_phrase(s->theme, a, "giver_year_heading", args, COUNT(args));
    v.letter.why = theme_word(s->theme, "receipt_mail_why");
    letter_fill(s, a, &v.letter);
    ret->to = y.giver.email;
    ret->subject =
        str_print(a, STR_FMT ": " STR_FMT, STR_ARG(v.letter.site_title), STR_ARG(v.letter.heading));
    return letter_render(s, a, &(struct letter_pages){ &year_text, &year_html, &v }, ret);
}

err giver_year_failed(struct tx *tx, const struct mail_order *o, int64_t now)
{
    return giver_failed(tx, o->subject, now);
}
