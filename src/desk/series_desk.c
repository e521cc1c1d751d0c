#include "desk/series_desk.h"
#include "base/scan.h"
#include "http/error.h"
#include "publishing/series.h"

#include <inttypes.h>

static const struct desk_input inputs[] = {
    { "title", "desk_series_title", NULL, INPUT_LINE, true, NULL },
    { "about", "desk_series_about", "desk_series_about_hint", INPUT_TEXT, false, NULL },
    { "close_after", "desk_series_close", "desk_series_close_hint", INPUT_ASCII, false, NULL },
    { "slug", "desk_series_slug", "desk_series_slug_hint", INPUT_ASCII, false, NULL },
};

struct series_row {
    struct str url, title, path, reports;
};
static const struct field series_row_fields[] = {
    FIELD_STR(struct series_row, url),
    FIELD_STR(struct series_row, title),
    FIELD_STR(struct series_row, path),
    FIELD_STR(struct series_row, reports),
};
static const struct view series_row_view = VIEW(struct series_row, series_row_fields);

struct series_list_view {
    struct desk_top top;
    struct list series;
};
static const struct field series_list_fields[] = {
    DESK_FIELDS(struct series_list_view),
    FIELD_LIST(struct series_list_view, series, &series_row_view),
};
static const struct view series_list_view = VIEW(struct series_list_view, series_list_fields);
TEMPLATE(series_page, "pages/desk/series.html", &series_list_view, TEMPLATE_HTML);

static struct str series_url(const struct request *r, int64_t id)
{
    return str_print(r->arena, "/desk/series/%" PRId64, id);
}

static err read_all(const struct request *r, struct series_list_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct series_rows found = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = series_list_all(&tx, r->arena, &found);
    if (e)
        return fault(e);
    struct series_row *rows = arena_new(r->arena, struct series_row, found.n ? found.n : 1);
    for (size_t i = 0; i < found.n; i++)
        rows[i] = (struct series_row){ .url = series_url(r, found.series[i].id),
                                       .title = found.series[i].title,
                                       .path = found.series[i].path,
                                       .reports = desk_count(r, "desk_series_reports",
                                                             found.series[i].report_count) };
    v->series = (struct list){ rows, found.n };
    return OK;
}

err series_desk_list(struct request *r, struct response *ret)
{
    struct series_list_view v = { 0 };
    err e = read_all(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_SERIES, "desk_series", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &series_page, &v, 200);
}

/* ---- one series; id 0 is a new one */

struct change {
    const struct request *r;
    int64_t id;
    struct series series; /* as it is stored */
    struct series_draft draft;
    int64_t close_after;
};

static struct desk_form *series_form(const struct request *r, int64_t id)
{
    struct desk_form *f = desk_form_make(
        r, "series", id ? series_url(r, id) : S("/desk/series/new"), inputs, COUNT(inputs));
    if (id) // its address stays
        desk_form_drop(f, "slug");
    desk_form_button(f, NULL, NULL, "desk_save");
    return f;
}

static err ask(struct request *r, struct response *ret, int64_t id, const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_SERIES,
                               .title = id ? "desk_series_edit" : "desk_series_new",
                               .back = S("/desk/series"),
                               .form = f };
    return desk_ask(r, ret, &q);
}

/* True when there is no such series and it answered. */
static bool missing(struct request *r, struct response *ret, struct change *c, err *ret_e)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = SERIES_NONE;
    if (desk_segment_id(r, "id", &c->id))
        e = store_read(r->app->store, &tx);
    if (!e)
        e = series_get_by_id(&tx, c->id, r->arena, &c->series);
    if (!e)
        e = series_close_after(&tx, c->id, &c->close_after);
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static const char *field_of(err refusal)
{
    switch ((enum series_refusal)refusal) {
    case SERIES_TITLE_MISSING:
    case SERIES_TITLE_TOO_LONG:
    case SERIES_TITLE_NOT_TEXT:
    case SERIES_TITLE_TAKEN: return "title";
    case SERIES_ABOUT_TOO_LONG:
    case SERIES_ABOUT_NOT_TEXT: return "about";
    case SERIES_SLUG_WRONG:
    case SERIES_SLUG_TAKEN: return "slug";
    case SERIES_NONE:
    case SERIES_TOO_MANY:
    case SERIES_REFUSALS: break;
    }
    return "";
}

static err set_work(struct tx *tx, void *arg)
{
    struct change *c = arg;
    int64_t id = 0;
    err e = series_set(tx, person_actor(c->r->person), &c->draft, &id);
    return e ? e : series_set_close_after(tx, id, c->close_after);
}

/* A number of days, or nothing. */
static bool close_after_parse(struct str text, int64_t *ret)
{
    *ret = SERIES_CLOSE_AS_SITE;
    text = str_trim(text);
    return text.n == 0 || int_parse(text, 0, SERIES_CLOSE_MAX, ret);
}

static err post(struct request *r, struct response *ret, struct change *c)
{
    struct desk_form *f = series_form(r, c->id);
    desk_form_read(f);
    c->r = r;
    c->draft = (struct series_draft){ .id = c->id,
                                      .title = desk_form_get(f, "title"),
                                      .about = desk_form_get(f, "about"),
                                      .slug = c->id ? c->series.slug : desk_form_get(f, "slug"),
                                      .now = r->now };
    if (!close_after_parse(desk_form_get(f, "close_after"), &c->close_after)) {
        desk_form_wrong(f, "close_after", "desk_series_close_wrong");
        return ask(r, ret, c->id, f);
    }
    err e = series_prepare(r->arena, theme_language(r->setup->theme), &c->draft);
    if (!e)
        e = store_write(r->app->store, set_work, c);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, S("/desk/series"), "series_saved");
    desk_form_wrong(f, field_of(e), series_refusal_word(e));
    return ask(r, ret, c->id, f);
}

err series_new_show(struct request *r, struct response *ret)
{
    return ask(r, ret, 0, series_form(r, 0));
}

err series_new_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    return post(r, ret, &c);
}

err series_edit_show(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct desk_form *f = series_form(r, c.id);
    desk_form_set(f, "title", c.series.title);
    desk_form_set(f, "about", c.series.about);
    if (c.close_after >= 0)
        desk_form_set(f, "close_after", str_print(r->arena, "%" PRId64, c.close_after));
    return ask(r, ret, c.id, f);
}

err series_edit_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    return post(r, ret, &c);
}
