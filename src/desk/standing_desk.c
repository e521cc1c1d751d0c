#include "desk/standing_desk.h"
#include "base/scan.h"
#include "desk/diff_view.h"
#include "desk/pictures.h"
#include "http/error.h"
#include "publishing/page_edit.h"

#include <inttypes.h>

static const struct desk_input inputs[] = {
    { "slug", "desk_page_slug", "desk_page_slug_hint", INPUT_ASCII, true, NULL },
    { "title", "desk_page_title", NULL, INPUT_LINE, true, NULL },
    { "body", "desk_page_body", "desk_report_body_hint", INPUT_BODY, true, NULL },
    PICTURE_INPUTS,
    { .name = "base", .kind = INPUT_HIDDEN },
};

struct page_row {
    struct str url, title, path, state;
    struct desk_time changed;
};
static const struct field page_row_fields[] = {
    FIELD_STR(struct page_row, url),
    FIELD_STR(struct page_row, title),
    FIELD_STR(struct page_row, path),
    FIELD_STR(struct page_row, state),
    FIELD_VIEW(struct page_row, changed, &desk_time_view),
};
static const struct view page_row_view = VIEW(struct page_row, page_row_fields);

struct pages_view {
    struct desk_top top;
    struct list pages;
};
static const struct field pages_fields[] = {
    DESK_FIELDS(struct pages_view),
    FIELD_LIST(struct pages_view, pages, &page_row_view),
};
static const struct view pages_view = VIEW(struct pages_view, pages_fields);
TEMPLATE(pages_page, "pages/desk/pages.html", &pages_view, TEMPLATE_HTML);

struct editor_view {
    struct desk_top top;
    struct str heading, state, path, url;
    bool live;
    const struct desk_form *form;
    struct list pictures; /* of picture_row */
    struct html preview;
    const struct desk_other *other;
};
static const struct field editor_fields[] = {
    DESK_FIELDS(struct editor_view),
    FIELD_STR(struct editor_view, heading),
    FIELD_STR(struct editor_view, state),
    FIELD_STR(struct editor_view, path),
    FIELD_STR(struct editor_view, url),
    FIELD_BOOL(struct editor_view, live),
    FIELD_REF(struct editor_view, form, &desk_form_view),
    FIELD_LIST(struct editor_view, pictures, &picture_row_view),
    FIELD_HTML(struct editor_view, preview),
    FIELD_REF(struct editor_view, other, &desk_other_view),
};
static const struct view editor_view = VIEW(struct editor_view, editor_fields);
TEMPLATE(editor_page, "pages/desk/page.html", &editor_view, TEMPLATE_HTML);

static struct str page_url(const struct request *r, struct str slug)
{
    return str_print(r->arena, "/desk/pages/" STR_FMT, STR_ARG(slug));
}

static const char *state_of(const struct page *p)
{
    if (!p->live)
        return "desk_state_draft";
    return p->newest > p->live ? "desk_state_pending" : "desk_state_published";
}

static err read_all(const struct request *r, struct pages_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct page_rows found = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = page_list(&tx, false, r->arena, &found);
    if (e)
        return fault(e);
    struct page_row *rows = arena_new(r->arena, struct page_row, found.n ? found.n : 1);
    for (size_t i = 0; i < found.n; i++) {
        const struct page *p = &found.pages[i];
        rows[i] = (struct page_row){ .url = page_url(r, p->slug),
                                     .title = p->title,
                                     .path = p->live ? p->path : S(""),
                                     .state = desk_word(r, state_of(p)),
                                     .changed = desk_time(r, p->changed_at) };
    }
    v->pages = (struct list){ rows, found.n };
    return OK;
}

err page_desk_list(struct request *r, struct response *ret)
{
    struct pages_view v = { 0 };
    err e = read_all(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_PAGES, "desk_pages", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &pages_page, &v, 200);
}

/* ---- the editor: of a page, or of a new one (page.id 0) */

struct editor {
    struct request *r;
    struct response *ret;
    struct page page;
    struct page_revision newest;
    struct media_names pictures;
    struct desk_form *form;
    struct page_draft *draft;
    struct page_saved saved;
    struct html preview;
    struct desk_other *other; /* who was faster */
    bool publish;
};

static err read_page(struct editor *ed, struct str slug)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena *a = ed->r->arena;
    err e = store_read(ed->r->app->store, &tx);
    if (!e)
        e = page_get(&tx, slug, a, &ed->page);
    if (e)
        return e;
    e = page_revision_get(&tx, ed->page.id, ed->page.newest, a, &ed->newest);
    if (!e)
        e = page_media(&tx, ed->newest.id, a, &ed->pictures);
    return e ? fault(e > 0 ? ERR_DATA : e) : OK;
}

/* Reads the page that the address names. True when it answered. */
static bool missing(struct editor *ed, err *ret_e)
{
    struct str slug = { 0 };
    (void)request_segment(ed->r, "slug", &slug); // the pattern has it
    err e = read_page(ed, slug);
    if (e)
        *ret_e = e > 0 ? http_refuse(ed->r, ed->ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

static void set_base(struct editor *ed)
{
    desk_form_set(ed->form, "base", str_print(ed->r->arena, "%" PRId64, ed->newest.number));
}

static void make_form(struct editor *ed)
{
    struct str action = ed->page.id ? page_url(ed->r, ed->page.slug) : S("/desk/new-page");
    struct desk_form *f = desk_form_make(ed->r, "page", action, inputs, COUNT(inputs));
    if (ed->page.id) // its address stays
        desk_form_drop(f, "slug");
    desk_form_button(f, "do", "draft", ed->page.live ? "desk_report_keep" : "desk_report_save");
    desk_form_side_button(f, "do", "preview", "desk_report_preview");
    desk_form_side_button(f, "do", "publish",
                          ed->page.live ? "desk_report_publish_changes" : "desk_report_publish");
    ed->form = f;
    set_base(ed);
}

static err respond(struct editor *ed, int status)
{
    struct request *r = ed->r;
    bool there = ed->page.id != 0;
    struct editor_view v = {
        .heading = there ? ed->newest.title : desk_word(r, "desk_page_new"),
        .state = there ? desk_word(r, state_of(&ed->page)) : S(""),
        .path = ed->page.live ? ed->page.path : S(""),
        .url = there ? page_url(r, ed->page.slug) : S(""),
        .live = ed->page.live,
        .form = ed->form,
        .pictures = picture_rows(r->arena, ed->pictures),
        .preview = ed->preview,
        .other = ed->other,
    };
    v.top.page.title = v.heading;
    err e = desk_fill(r, DESK_AT_PAGES, "desk_pages", &v.top);
    return e ? fault(e) : desk_respond(r, ed->ret, &editor_page, &v, status);
}

err page_new_show(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    make_form(&ed);
    desk_form_set(ed.form, "slug", desk_query(r, "slug"));
    return respond(&ed, 200);
}

err page_edit_show(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    err e = OK;
    if (missing(&ed, &e))
        return e;
    make_form(&ed);
    desk_form_set(ed.form, "title", ed.newest.title);
    desk_form_set(ed.form, "body", ed.newest.body);
    return respond(&ed, 200);
}

/* ---- what was typed */

static void wrong(struct editor *ed, err refusal, struct str picture)
{
    const char *field = page_refusal_field(refusal);
    struct str text = desk_word(ed->r, page_refusal_word(refusal));
    if (refusal == PAGE_PICTURE_MISSING)
        text = str_print(ed->r->arena, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(picture));
    desk_form_wrong_text(ed->form, str_eq(str_from_z(field), S("page")) ? "slug" : field, text);
}

static err prepare(struct editor *ed)
{
    const struct desk_form *f = ed->form;
    struct page_faults faults = { 0 };
    struct page_input in = {
        .slug = ed->page.id ? ed->page.slug : desk_form_get(f, "slug"),
        .title = desk_form_get(f, "title"),
        .body = desk_form_get(f, "body"),
        .publish = ed->publish,
        .pictures = ed->pictures,
        .by = person_actor(ed->r->person),
    };
    if (!int_parse(desk_form_get(f, "base"), 0, INT64_MAX, &in.base))
        in.base = 0;
    err e = page_prepare(ed->r->setup, ed->r->arena, &in, ed->r->now, &ed->draft, &faults);
    for (size_t i = 0; e > 0 && i < faults.n; i++)
        wrong(ed, faults.refusals[i], faults.picture);
    return e < 0 ? fault(e) : OK;
}

static err save_work(struct tx *tx, void *arg)
{
    struct editor *ed = arg;
    return page_save(tx, ed->draft, &ed->saved);
}

/* Their words are shown, ours stay in the form, and saving once more puts ours over theirs. For a
 * new page whose address is taken the form stays one for a new page. */
static err show_other(struct editor *ed)
{
    if (!ed->page.id) {
        desk_form_wrong(ed->form, "slug", "desk_page_slug_taken");
        return respond(ed, 422);
    }
    err e = read_page(ed, ed->page.slug);
    if (e)
        return fault(e > 0 ? ERR_DATA : e); // pages never go
    ed->other = arena_new(ed->r->arena, struct desk_other, 1);
    *ed->other = (struct desk_other){
        .heading = desk_named(ed->r, "desk_report_theirs", ed->newest.author_name),
        .title = ed->newest.title,
        .body = ed->newest.body,
        .at = desk_time(ed->r, ed->newest.made_at),
    };
    desk_other_compare(ed->r->arena, ed->other, desk_form_get(ed->form, "body"));
    desk_form_wrong_text(ed->form, "",
                         desk_named(ed->r, "desk_report_changed", ed->newest.author_name));
    set_base(ed);
    return respond(ed, 409);
}

static err save(struct editor *ed)
{
    err e = store_write(ed->r->app->store, save_work, ed);
    if (e < 0)
        return fault(e);
    if (e == PAGE_CHANGED)
        return show_other(ed);
    if (e) {
        wrong(ed, e, S(""));
        return respond(ed, 422);
    }
    struct str slug = ed->page.id ? ed->page.slug : str_trim(desk_form_get(ed->form, "slug"));
    return desk_done(ed->r, ed->ret, page_url(ed->r, slug), "page_saved");
}

static err post(struct editor *ed)
{
    struct str wish = desk_field(ed->r, "do");
    ed->publish = str_eq(wish, S("publish"));
    if (text_too_long(ed->r))
        return http_refuse(ed->r, ed->ret, 413, ERROR_TOO_LARGE);
    make_form(ed);
    desk_form_read(ed->form);
    err e = pictures_take(ed->r, ed->form, ed->pictures, &ed->pictures);
    if (!e)
        e = prepare(ed);
    if (e)
        return fault(e);
    if (!desk_form_fine(ed->form))
        return respond(ed, 422);
    if (str_eq(wish, S("preview"))) {
        ed->preview = page_draft_html(ed->draft);
        return respond(ed, 200);
    }
    return save(ed);
}

err page_new_post(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    return post(&ed);
}

err page_edit_post(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    err e = OK;
    if (missing(&ed, &e))
        return e;
    return post(&ed);
}

static err down_work(struct tx *tx, void *arg)
{
    const struct editor *ed = arg;
    return page_take_down(tx, person_actor(ed->r->person), ed->page.slug, ed->r->now);
}

err page_down_post(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    err e = OK;
    if (missing(&ed, &e))
        return e;
    e = store_write(r->app->store, down_work, &ed);
    if (e > 0)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    return e ? fault(e) : desk_done(r, ret, page_url(r, ed.page.slug), "page_down");
}
