#include "desk/giver_desk.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "desk/desk_form.h"
#include "desk/funding_row.h"
#include "funding/giver_wish.h"
#include "funding/giver_year.h"
#include "http/error.h"
#include "render/format.h"

#include <inttypes.h>

enum { YEAR_LEAST = 2000, YEAR_MOST = 9999 };

static struct str giver_url(const struct request *r, int64_t id, const char *rest)
{
    return str_print(r->arena, "/desk/funding/givers/%" PRId64 "%s", id, rest);
}

/* ---- all of them */

static const struct desk_input find_inputs[] = {
    { "who", "desk_givers_who", "desk_givers_who_hint", INPUT_LINE, false, NULL },
};
static const struct desk_input year_inputs[] = {
    { "year", "desk_giver_year", "desk_givers_statements_hint", INPUT_ASCII, true, NULL },
};

struct giver_row {
    struct str url, name, email;
    bool named;
};
static const struct field giver_row_fields[] = {
    FIELD_STR(struct giver_row, url),
    FIELD_STR(struct giver_row, name),
    FIELD_STR(struct giver_row, email),
    FIELD_BOOL(struct giver_row, named),
};
static const struct view giver_row_view = VIEW(struct giver_row, giver_row_fields);

struct givers_view {
    struct desk_top top;
    const struct desk_form *form, *statements; /* statements: NULL without the permission or mail */
    struct list givers;
    struct str older;
    bool asked, full; /* full: there may be others of that name */
};
static const struct field givers_fields[] = {
    DESK_FIELDS(struct givers_view),
    FIELD_REF(struct givers_view, form, &desk_form_view),
    FIELD_REF(struct givers_view, statements, &desk_form_view),
    FIELD_LIST(struct givers_view, givers, &giver_row_view),
    FIELD_STR(struct givers_view, older),
    FIELD_BOOL(struct givers_view, asked),
    FIELD_BOOL(struct givers_view, full),
};
static const struct view givers_view = VIEW(struct givers_view, givers_fields);
TEMPLATE(givers_page, "pages/desk/givers.html", &givers_view, TEMPLATE_HTML);

static err read_givers(struct request *r, struct str who, struct givers_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct giver_found found = { 0 };
    int64_t before = INT64_MAX;
    (void)desk_query_id(r, "before", &before); // one that is none: from the first
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = giver_find(&tx, who, before, r->arena, &found);
    if (e)
        return fault(e);
    struct giver_row *rows = arena_new(r->arena, struct giver_row, found.n + 1);
    for (size_t i = 0; i < found.n; i++)
        rows[i] = (struct giver_row){ .url = giver_url(r, found.list[i].id, ""),
                                      .name = found.list[i].name,
                                      .email = found.list[i].email,
                                      .named = found.list[i].named };
    v->givers = (struct list){ rows, found.n };
    v->full = who.n && found.more;
    if (found.older)
        v->older = str_print(r->arena, "/desk/funding/givers?before=%" PRId64, found.older);
    return OK;
}

static struct desk_form *statements_form(const struct request *r)
{
    if (!person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE) || !mail_enabled(r->setup))
        return NULL;
    struct desk_form *f =
        desk_form_make(r, "statements", S("/desk/funding/givers"), year_inputs, COUNT(year_inputs));
    desk_form_button(f, NULL, NULL, "desk_givers_statements_send");
    return f;
}

static err givers_answer(struct request *r, struct response *ret, struct desk_form *statements)
{
    struct desk_form *f =
        desk_form_make(r, "find", S("/desk/funding/givers"), find_inputs, COUNT(find_inputs));
    struct givers_view v = { .form = f, .statements = statements };
    desk_form_find(f);
    desk_form_button(f, NULL, NULL, "desk_find_button");
    struct str who = str_trim(desk_form_get(f, "who"));
    v.asked = who.n;
    if (who.n > GIVER_EMAIL_MAX || text_check(who, true) != TEXT_FINE)
        desk_form_wrong(f, "who", "desk_gift_find_text_wrong");
    err e = desk_form_fine(f) ? read_givers(r, who, &v) : OK;
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_givers", &v.top);
    bool fine = desk_form_fine(f) && (!statements || desk_form_fine(statements));
    return e ? fault(e) : desk_respond(r, ret, &givers_page, &v, fine ? 200 : 422);
}

err givers_show(struct request *r, struct response *ret)
{
    struct desk_form *f = statements_form(r);
    int last = format_day_of(r->setup->formats, r->now).year - 1;
    if (f)
        desk_form_set(f, "year", str_print(r->arena, "%d", last));
    return givers_answer(r, ret, f);
}

struct sending {
    const struct request *r;
    int64_t giver, year;
};

static err send_all_work(struct tx *tx, void *arg)
{
    const struct sending *w = arg;
    return giver_year_send_all(tx, (int)w->year, person_actor(w->r->person), w->r->now);
}

err givers_statements_post(struct request *r, struct response *ret)
{
    struct sending w = { .r = r };
    struct desk_form *f = statements_form(r);
    if (!f)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    desk_form_read(f);
    int64_t most = format_day_of(r->setup->formats, r->now).year;
    if (!int_parse(str_trim(desk_form_get(f, "year")), YEAR_LEAST, most, &w.year)) {
        desk_form_wrong(f, "year", "desk_giver_year_wrong");
        return givers_answer(r, ret, f);
    }
    err e = store_write(r->app->store, send_all_work, &w);
    return e ? fault(e) : desk_done(r, ret, S("/desk/funding/givers"), "giver_statements");
}

/* ---- one */

struct giver_at {
    struct giver giver;
    struct list years, gifts;
};

static err read_years(struct tx *tx, const struct request *r, struct giver_at *g)
{
    const int *years = NULL;
    size_t n = 0;
    err e = giver_years(tx, g->giver.id, r->arena, &years, &n);
    struct layout_link *links = arena_new(r->arena, struct layout_link, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str year = str_print(r->arena, "%d", years[i]);
        links[i] = (struct layout_link){
            .title = year,
            .url = giver_url(r, g->giver.id,
                             str_z(r->arena, str_print(r->arena, "/years/%d", years[i])))
        };
    }
    g->years = (struct list){ links, n };
    return e;
}

static err read_gifts(struct tx *tx, const struct request *r, struct giver_at *g)
{
    const int64_t *ids = NULL;
    size_t n = 0;
    err e = giver_gifts(tx, g->giver.id, r->arena, &ids, &n);
    struct contribution *list = arena_new(r->arena, struct contribution, n + 1);
    for (size_t i = 0; !e && i < n; i++)
        e = contribution_get(tx, ids[i], r->arena, &list[i]);
    if (!e)
        g->gifts = gift_rows(r, list, n);
    return e > 0 ? fault(ERR_DATA) : e; // rows of gifts are never deleted
}

/* True when there is none, or it was erased, and it answered. */
static bool giver_missing(struct request *r, struct response *ret, struct giver *g, err *ret_e)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t id = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = desk_segment_id(r, "id", &id) ? giver_get(&tx, id, r->arena, g) : GIVER_MISSING;
    if (!e && g->erased_at)
        e = GIVER_MISSING;
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

struct giver_view {
    struct desk_top top;
    struct str name, email, message, erase;
    struct desk_time failed;
    const struct desk_form *form; /* to be named, or not; NULL without the permission or a name */
    bool named;
    struct list years, gifts;
};
static const struct field giver_fields[] = {
    DESK_FIELDS(struct giver_view),
    FIELD_STR(struct giver_view, name),
    FIELD_STR(struct giver_view, email),
    FIELD_STR(struct giver_view, message),
    FIELD_STR(struct giver_view, erase),
    FIELD_VIEW(struct giver_view, failed, &desk_time_view),
    FIELD_REF(struct giver_view, form, &desk_form_view),
    FIELD_BOOL(struct giver_view, named),
    FIELD_LIST(struct giver_view, years, &layout_link_view),
    FIELD_LIST(struct giver_view, gifts, &gift_row_view),
};
static const struct view giver_view = VIEW(struct giver_view, giver_fields);
TEMPLATE(giver_page, "pages/desk/giver.html", &giver_view, TEMPLATE_HTML);

static const struct desk_input named_inputs[] = {
    { "named", "desk_gift_giver_named", "desk_giver_named_hint", INPUT_TICK, false, NULL },
};

static struct desk_form *named_form(const struct request *r, const struct giver *g)
{
    if (!g->name.n || !person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE))
        return NULL;
    struct desk_form *f = desk_form_make(r, "named", giver_url(r, g->id, "/named"), named_inputs,
                                         COUNT(named_inputs));
    desk_form_tick(f, "named", g->named);
    desk_form_button(f, NULL, NULL, "desk_giver_named_set");
    return f;
}

struct naming {
    struct request *r;
    struct giver_wish wish;
};

static err named_work(struct tx *tx, void *arg)
{
    const struct naming *w = arg;
    return giver_wish_named(tx, &w->wish, w->r->arena);
}

err giver_named_post(struct request *r, struct response *ret)
{
    struct giver g = { 0 };
    err e = OK;
    if (giver_missing(r, ret, &g, &e))
        return e;
    struct desk_form *f = named_form(r, &g);
    if (!f)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    desk_form_read(f);
    struct naming w = { .r = r,
                        .wish = { .giver = g.id,
                                  .named = desk_form_ticked(f, "named"),
                                  .by = person_actor(r->person),
                                  .now = r->now } };
    e = store_write(r->app->store, named_work, &w);
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND); // erased meanwhile
    return e ? fault(e) : desk_done(r, ret, giver_url(r, g.id, ""), "giver_named");
}

err giver_show(struct request *r, struct response *ret)
{
    struct giver_at g = { 0 };
    err e = OK;
    if (giver_missing(r, ret, &g.giver, &e))
        return e;
    struct tx tx CLEANUP(tx_end) = { 0 };
    e = store_read(r->app->store, &tx);
    if (!e)
        e = read_years(&tx, r, &g);
    if (!e)
        e = read_gifts(&tx, r, &g);
    if (e)
        return fault(e);
    struct giver_view v = { .name = g.giver.name,
                            .email = g.giver.email,
                            .message = g.giver.message,
                            .named = g.giver.named,
                            .failed = desk_time(r, g.giver.failed_at),
                            .form = named_form(r, &g.giver),
                            .years = g.years,
                            .gifts = g.gifts };
    if (person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE))
        v.erase = giver_url(r, g.giver.id, "/erase");
    e = desk_fill(r, DESK_AT_FUNDING, "desk_giver", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &giver_page, &v, 200);
}

static err erase_ask(struct request *r, struct response *ret, const struct giver *g, err refusal)
{
    struct desk_form *f = desk_form_make(r, "erase", giver_url(r, g->id, "/erase"), NULL, 0);
    desk_form_button(f, NULL, NULL, "desk_giver_erase");
    if (refusal)
        desk_form_wrong(f, "", "desk_giver_frozen");
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_giver_erase",
                               .intro = desk_named(r, "desk_giver_erase_sure",
                                                   g->email.n ? g->email : g->name),
                               .back = giver_url(r, g->id, ""),
                               .form = f,
                               .status = refusal ? 409 : 0 };
    return desk_ask(r, ret, &q);
}

err giver_erase_show(struct request *r, struct response *ret)
{
    struct giver g = { 0 };
    err e = OK;
    return giver_missing(r, ret, &g, &e) ? e : erase_ask(r, ret, &g, OK);
}

static err erase_work(struct tx *tx, void *arg)
{
    const struct sending *w = arg;
    return giver_forget_all(tx, w->giver, person_actor(w->r->person), w->r->now, w->r->arena);
}

err giver_erase_post(struct request *r, struct response *ret)
{
    struct giver g = { 0 };
    err e = OK;
    if (giver_missing(r, ret, &g, &e))
        return e;
    struct sending w = { .r = r, .giver = g.id };
    e = store_write(r->app->store, erase_work, &w);
    if (e < 0)
        return fault(e);
    return e ? erase_ask(r, ret, &g, e)
             : desk_done(r, ret, S("/desk/funding/givers"), "giver_erased");
}

/* ---- the statement of a year */

struct statement_view {
    struct desk_top top;
    struct giver_year_table table;
    struct str heading, site, back;
    const struct desk_form *form; /* NULL: no mail */
};
static const struct field statement_fields[] = {
    DESK_FIELDS(struct statement_view),
    FIELD_VIEW(struct statement_view, table, &giver_year_table_view),
    FIELD_STR(struct statement_view, heading),
    FIELD_STR(struct statement_view, site),
    FIELD_STR(struct statement_view, back),
    FIELD_REF(struct statement_view, form, &desk_form_view),
};
static const struct view statement_view = VIEW(struct statement_view, statement_fields);
TEMPLATE(statement_page, "pages/desk/giver-year.html", &statement_view, TEMPLATE_HTML);

static bool year_of(const struct request *r, int64_t *ret)
{
    return desk_segment_id(r, "year", ret) && *ret >= YEAR_LEAST && *ret <= YEAR_MOST;
}

/* A page that prints: the desk's own parts are left out on paper. */
static err statement_answer(struct request *r, struct response *ret, const struct giver_year *y,
                            const char *refusal)
{
    struct arena *a = r->arena;
    struct str url = giver_url(r, y->giver.id, "");
    struct str own = str_print(a, STR_FMT "/years/%d", STR_ARG(url), y->year);
    const struct word_arg args[] = { { .name = "year", .text = str_print(a, "%d", y->year) } };
    struct statement_view v = {
        .table = giver_year_show(r->setup, a, r->now, y),
        .heading = theme_phrase(r->setup->theme, a, "giver_year_heading", args, COUNT(args)),
        .site = site_url(r->setup->config),
        .back = url,
    };
    bool may = person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE) && mail_enabled(r->setup);
    if (may && (y->giver.email.n || refusal)) {
        struct desk_form *f = desk_form_make(r, "send", own, NULL, 0);
        desk_form_button(f, NULL, NULL, "desk_giver_statement_send");
        if (refusal)
            desk_form_wrong(f, "", refusal);
        v.form = f;
    }
    v.top.page.title = v.heading;
    err e = desk_fill(r, DESK_AT_FUNDING, "desk_givers", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &statement_page, &v, refusal ? 409 : 200);
}

/* Of a giver that is there. */
static err read_statement(const struct request *r, int64_t giver, int64_t year,
                          struct giver_year *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = giver_year_read(&tx, giver, (int)year, r->arena, ret);
    return e > 0 ? fault(ERR_DATA) : e;
}

err giver_statement_show(struct request *r, struct response *ret)
{
    struct giver g = { 0 };
    struct giver_year y = { 0 };
    int64_t year = 0;
    err e = OK;
    if (giver_missing(r, ret, &g, &e))
        return e;
    if (!year_of(r, &year))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    e = read_statement(r, g.id, year, &y);
    return e ? fault(e) : statement_answer(r, ret, &y, NULL);
}

static err send_work(struct tx *tx, void *arg)
{
    const struct sending *w = arg;
    return giver_year_send(tx, w->giver, (int)w->year, person_actor(w->r->person), w->r->now,
                           w->r->arena);
}

err giver_statement_post(struct request *r, struct response *ret)
{
    struct giver g = { 0 };
    struct giver_year y = { 0 };
    struct sending w = { .r = r };
    err e = OK;
    if (giver_missing(r, ret, &g, &e))
        return e;
    if (!year_of(r, &w.year) || !mail_enabled(r->setup))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    w.giver = g.id;
    e = store_write(r->app->store, send_work, &w);
    if (!e)
        return desk_done(r, ret, giver_url(r, g.id, ""), "giver_statement");
    err why = e;
    if (e > 0)
        e = read_statement(r, g.id, w.year, &y);
    return e < 0 ? fault(e)
                 : statement_answer(r, ret, &y,
                                    why == GIVER_YEAR_EMPTY ? "desk_giver_year_empty"
                                                            : "desk_gift_receipt_nobody");
}
