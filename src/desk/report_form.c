#include "desk/report_form.h"
#include "base/scan.h"
#include "desk/diff_view.h"
#include "desk/pictures.h"
#include "desk/report_rules.h"
#include "http/error.h"
#include "publishing/report_edit.h"
#include "publishing/revision.h"
#include "publishing/series.h"

#include <inttypes.h>

static const struct desk_input inputs[] = {
    { "series", "desk_report_series", "desk_report_series_hint", INPUT_LINE, true, NULL },
    { "title", "desk_report_title", "desk_report_title_hint", INPUT_LINE, true, NULL },
    { "date", "desk_report_date", NULL, INPUT_DATE, true, NULL },
    { "time", "desk_report_time", "desk_report_time_hint", INPUT_TIME, false, NULL },
    { "byline", "desk_report_byline", NULL, INPUT_LINE, false, NULL },
    { "dateline", "desk_report_dateline", "desk_report_dateline_hint", INPUT_LINE, false, NULL },
    { "standfirst", "desk_report_standfirst", NULL, INPUT_LINE, false, NULL },
    { "body", "desk_report_body", "desk_report_body_hint", INPUT_BODY, false, NULL },
    PICTURE_INPUTS,
    { "slug", "desk_report_slug", "desk_report_slug_hint", INPUT_ASCII, false, NULL },
    { .name = "base", .kind = INPUT_HIDDEN },
};

struct editor_view {
    struct desk_top top;
    struct str heading, state, reason, url, path, revisions;
    struct desk_time publish_at;
    bool pending; /* published, and the form holds newer words */
    bool may_withdraw, may_restore, may_unschedule;
    const struct desk_form *form; /* NULL: only to be read */
    struct list pictures;         /* of picture_row */
    struct html preview, reading;
    const struct desk_other *other;
};
static const struct field editor_fields[] = {
    DESK_FIELDS(struct editor_view),
    FIELD_STR(struct editor_view, heading),
    FIELD_STR(struct editor_view, state),
    FIELD_STR(struct editor_view, reason),
    FIELD_STR(struct editor_view, url),
    FIELD_STR(struct editor_view, path),
    FIELD_STR(struct editor_view, revisions),
    FIELD_VIEW(struct editor_view, publish_at, &desk_time_view),
    FIELD_BOOL(struct editor_view, pending),
    FIELD_BOOL(struct editor_view, may_withdraw),
    FIELD_BOOL(struct editor_view, may_restore),
    FIELD_BOOL(struct editor_view, may_unschedule),
    FIELD_REF(struct editor_view, form, &desk_form_view),
    FIELD_LIST(struct editor_view, pictures, &picture_row_view),
    FIELD_HTML(struct editor_view, preview),
    FIELD_HTML(struct editor_view, reading),
    FIELD_REF(struct editor_view, other, &desk_other_view),
};
static const struct view editor_view = VIEW(struct editor_view, editor_fields);
TEMPLATE(editor_page, "pages/desk/report.html", &editor_view, TEMPLATE_HTML);

/* One request for the editor, new reports (id 0) and old ones. */
struct editor {
    struct request *r;
    struct response *ret;
    int64_t id;
    bool may_change;
    struct report report;         /* as it is stored */
    struct revision newest, from; /* `from`: the one whose words fill the form */
    struct str series;            /* its title */
    struct media_names pictures;
    struct str *titles; /* of all series */
    size_t title_count;
    struct desk_form *form;
    enum report_wish wish;
    struct report_draft *draft;
    struct report_saved saved;
    struct html preview, reading;
    struct desk_other *other;
};

struct str report_desk_url(const struct request *r, int64_t report, const char *rest)
{
    return str_print(r->arena, "/desk/reports/%" PRId64 "%s", report, rest);
}

/* ---- reading what is stored */

static err read_titles(struct tx *tx, struct editor *ed)
{
    struct series_rows rows = { 0 };
    err e = series_list_all(tx, ed->r->arena, &rows);
    if (e)
        return fault(e);
    ed->titles = arena_new(ed->r->arena, struct str, rows.n ? rows.n : 1);
    for (size_t i = 0; i < rows.n; i++)
        ed->titles[i] = rows.series[i].title;
    ed->title_count = rows.n;
    return OK;
}

static err read_words(struct tx *tx, struct editor *ed, int64_t number)
{
    struct arena *a = ed->r->arena;
    struct series s = { 0 };
    struct revision_html html = { 0 };
    err e = revision_get(tx, ed->id, ed->report.newest, a, &ed->newest);
    if (!e)
        e = number ? revision_get(tx, ed->id, number, a, &ed->from) : OK;
    if (e == REVISION_NONE)
        return REPORT_RULE_NONE;
    if (!number)
        ed->from = ed->newest;
    if (!e)
        e = revision_media(tx, ed->from.id, a, &ed->pictures);
    if (!e && !ed->may_change)
        e = revision_html(tx, ed->newest.id, a, &html);
    if (!e)
        e = series_get_by_id(tx, ed->from.series, a, &s);
    if (e)
        return fault(e > 0 ? ERR_DATA : e);
    ed->series = s.title;
    ed->reading = html.whole;
    return OK;
}

/* Refuses as report_rule() does. `number`: the revision whose words are wanted, 0 for the newest.
 */
static err read_report(struct editor *ed, int64_t number)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report report = { 0 };
    err e = store_read(ed->r->app->store, &tx);
    if (!e)
        e = report_rule(&tx, ed->r, ed->id, REPORT_LOOK, &ed->report);
    if (e)
        return e;
    e = report_rule(&tx, ed->r, ed->id, REPORT_CHANGE, &report);
    if (e < 0)
        return fault(e);
    ed->may_change = !e;
    e = read_words(&tx, ed, number);
    return e ? e : read_titles(&tx, ed);
}

static err read_new(struct editor *ed)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    ed->may_change = true;
    err e = store_read(ed->r->app->store, &tx);
    return e ? fault(e) : read_titles(&tx, ed);
}

/* ---- the form */

static void add_buttons(struct editor *ed)
{
    struct desk_form *f = ed->form;
    bool publish = person_may(ed->r->person, PERMISSION_REPORT_PUBLISH);
    enum report_state state = ed->report.state;
    bool shown = ed->id && state == REPORT_PUBLISHED;
    desk_form_button(f, "do", "draft", shown ? "desk_report_keep" : "desk_report_save");
    desk_form_side_button(f, "do", "preview", "desk_report_preview");
    if (!publish || (ed->id && state == REPORT_WITHDRAWN))
        return;
    desk_form_side_button(f, "do", "publish",
                          shown ? "desk_report_publish_changes" : "desk_report_publish");
    desk_form_side_button(f, "do", "schedule", "desk_report_schedule");
}

static void make_form(struct editor *ed)
{
    struct str action = ed->id ? report_desk_url(ed->r, ed->id, "") : S("/desk/reports/new");
    ed->form = desk_form_make(ed->r, "report", action, inputs, COUNT(inputs));
    desk_form_suggest(ed->form, "series", ed->titles, ed->title_count);
    add_buttons(ed);
}

static struct str number_text(struct arena *a, int64_t n)
{
    return str_print(a, "%" PRId64, n);
}

static void fill_new(struct editor *ed)
{
    struct date today = format_day_of(ed->r->setup->formats, ed->r->now);
    desk_form_set(ed->form, "date", date_print(ed->r->arena, today));
    desk_form_set(ed->form, "byline", ed->r->person->name);
    desk_form_set(ed->form, "base", S("0"));
}

static void fill_stored(struct editor *ed)
{
    struct arena *a = ed->r->arena;
    const struct revision *v = &ed->from;
    struct desk_form *f = ed->form;
    desk_form_set(f, "series", ed->series);
    desk_form_set(f, "title", v->title);
    desk_form_set(f, "date", date_print(a, v->date));
    if (v->minute >= 0)
        desk_form_set(f, "time",
                      str_print(a, "%02d:%02d", (int)(v->minute / 60), (int)(v->minute % 60)));
    desk_form_set(f, "slug", v->slug);
    desk_form_set(f, "byline", v->byline);
    desk_form_set(f, "dateline", v->dateline);
    desk_form_set(f, "standfirst", v->standfirst);
    desk_form_set(f, "body", v->body);
    desk_form_set(f, "base", number_text(a, ed->newest.number));
}

/* ---- the page */

static void fill_state(const struct editor *ed, struct editor_view *v)
{
    const struct request *r = ed->r;
    const struct report *report = &ed->report;
    bool publish = person_may(r->person, PERMISSION_REPORT_PUBLISH);
    if (!ed->id)
        return;
    v->state = desk_word_of(r, "desk_state_", report_state_str(report->state));
    v->reason = report->reason;
    v->url = report_desk_url(r, ed->id, "");
    v->revisions = report_desk_url(r, ed->id, "/revisions");
    v->path = report->state == REPORT_PUBLISHED ? report->path : S("");
    v->publish_at = desk_time(r, report->publish_at);
    v->pending = report->state == REPORT_PUBLISHED && report->newest > report->live;
    v->may_withdraw = publish && report->state == REPORT_PUBLISHED;
    v->may_restore = publish && report->state == REPORT_WITHDRAWN;
    v->may_unschedule = publish && report->scheduled;
}

static err respond(struct editor *ed, int status)
{
    struct request *r = ed->r;
    struct editor_view v = { .form = ed->may_change ? ed->form : NULL,
                             .pictures = picture_rows(r->arena, ed->pictures),
                             .preview = ed->preview,
                             .reading = ed->reading,
                             .other = ed->other };
    fill_state(ed, &v);
    v.heading = ed->id ? ed->newest.title : desk_word(r, "desk_report_new");
    v.top.page.title = v.heading;
    err e = desk_fill(r, DESK_AT_REPORTS, "desk_reports", &v.top);
    return e ? fault(e) : desk_respond(r, ed->ret, &editor_page, &v, status);
}

err report_new_show(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    err e = read_new(&ed);
    if (e)
        return fault(e);
    make_form(&ed);
    fill_new(&ed);
    return respond(&ed, 200);
}

/* Reads the report of the path. True when it answered. */
static bool refused(struct editor *ed, int64_t number, err *ret_e)
{
    err e = REPORT_RULE_NONE;
    if (desk_segment_id(ed->r, "id", &ed->id))
        e = read_report(ed, number);
    if (e > 0)
        *ret_e = report_rule_refuse(ed->r, ed->ret, e);
    else if (e)
        *ret_e = fault(e);
    return e != OK;
}

err report_edit_show(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    int64_t from = 0;
    err e = OK;
    (void)desk_query_id(r, "from", &from); // else the newest
    if (refused(&ed, from, &e))
        return e;
    make_form(&ed);
    fill_stored(&ed);
    return respond(&ed, 200);
}

/* ---- what was typed */

static struct report_input input_of(struct editor *ed, struct media_names pictures)
{
    const struct desk_form *f = ed->form;
    struct str date = desk_form_get(f, "date");
    struct str time = desk_form_get(f, "time");
    if (time.n)
        date = str_print(ed->r->arena, STR_FMT " " STR_FMT, STR_ARG(date), STR_ARG(time));
    struct report_input in = {
        .report = ed->id,
        .series = desk_form_get(f, "series"),
        .title = desk_form_get(f, "title"),
        .date = date,
        .slug = desk_form_get(f, "slug"),
        .byline = desk_form_get(f, "byline"),
        .dateline = desk_form_get(f, "dateline"),
        .standfirst = desk_form_get(f, "standfirst"),
        .body = desk_form_get(f, "body"),
        .wish = ed->wish,
        .pictures = pictures,
        .by = person_actor(ed->r->person),
    };
    if (!int_parse(desk_form_get(f, "base"), 0, INT64_MAX, &in.base))
        in.base = 0;
    return in;
}

static void wrong(struct editor *ed, err refusal, struct str picture)
{
    struct str text = desk_word(ed->r, report_refusal_word(refusal));
    if (refusal == REPORT_PICTURE_MISSING)
        text = str_print(ed->r->arena, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(picture));
    desk_form_wrong_text(ed->form, report_refusal_field(refusal), text);
}

static bool prepare(struct editor *ed, err *ret_e)
{
    struct report_faults faults = { 0 };
    struct report_input in = input_of(ed, ed->pictures);
    *ret_e = report_prepare(ed->r->setup, ed->r->arena, &in, ed->r->now, &ed->draft, &faults);
    for (size_t i = 0; *ret_e > 0 && i < faults.n; i++)
        wrong(ed, faults.refusals[i], faults.picture);
    return *ret_e == OK;
}

enum { SAVE_FORBIDDEN = REPORT_REFUSALS + 1, SAVE_GONE };

static err save_work(struct tx *tx, void *arg)
{
    struct editor *ed = arg;
    struct report now = { 0 };
    err e = ed->id ? report_rule(tx, ed->r, ed->id, REPORT_CHANGE, &now) : OK;
    if (e > 0)
        return e == REPORT_RULE_NONE ? SAVE_GONE : SAVE_FORBIDDEN;
    return e ? e : report_save(tx, ed->draft, &ed->saved);
}

static err saved(const struct editor *ed)
{
    const struct report_saved *s = &ed->saved;
    const char *key = s->new_revision ? "report_saved" : "report_same";
    if (s->now_public)
        key = "report_published";
    else if (ed->wish == REPORT_WISH_SCHEDULE && s->scheduled)
        key = "report_scheduled";
    return desk_done(ed->r, ed->ret, report_desk_url(ed->r, s->report, ""), key);
}

/* Somebody was faster: the words stay in the form, theirs stand above it, and saving once more puts
 * ours over theirs, knowingly. */
static err show_other(struct editor *ed)
{
    struct arena *a = ed->r->arena;
    err e = read_report(ed, 0);
    if (e)
        return e > 0 ? report_rule_refuse(ed->r, ed->ret, e) : fault(e);
    ed->other = arena_new(a, struct desk_other, 1);
    *ed->other = (struct desk_other){ .heading = desk_named(ed->r, "desk_report_theirs",
                                                            ed->newest.author_name),
                                      .title = ed->newest.title,
                                      .body = ed->newest.body,
                                      .at = desk_time(ed->r, ed->newest.made_at) };
    desk_other_compare(a, ed->other, desk_form_get(ed->form, "body"));
    desk_form_wrong_text(ed->form, "",
                         desk_named(ed->r, "desk_report_changed", ed->newest.author_name));
    desk_form_set(ed->form, "base", number_text(a, ed->newest.number));
    return respond(ed, 409);
}

static err save(struct editor *ed)
{
    err e = store_write(ed->r->app->store, save_work, ed);
    if (e < 0)
        return fault(e);
    if (!e)
        return saved(ed);
    if (e == SAVE_FORBIDDEN || e == SAVE_GONE)
        return report_rule_refuse(ed->r, ed->ret,
                                  e == SAVE_GONE ? REPORT_RULE_NONE : REPORT_RULE_FORBIDDEN);
    if (e == REPORT_CHANGED)
        return show_other(ed);
    wrong(ed, e, S(""));
    return respond(ed, 422);
}

/* False: the person may not wish that. */
static bool read_wish(struct editor *ed, bool *ret_preview)
{
    struct str wish = desk_field(ed->r, "do");
    *ret_preview = str_eq(wish, S("preview"));
    ed->wish = REPORT_WISH_DRAFT;
    if (str_eq(wish, S("publish")))
        ed->wish = REPORT_WISH_PUBLISH;
    else if (str_eq(wish, S("schedule")))
        ed->wish = REPORT_WISH_SCHEDULE;
    return ed->wish == REPORT_WISH_DRAFT || person_may(ed->r->person, PERMISSION_REPORT_PUBLISH);
}

static err post(struct editor *ed)
{
    bool preview = false;
    err e = OK;
    if (!ed->may_change || !read_wish(ed, &preview))
        return report_rule_refuse(ed->r, ed->ret, REPORT_RULE_FORBIDDEN);
    if (text_too_long(ed->r))
        return http_refuse(ed->r, ed->ret, 413, ERROR_TOO_LARGE);
    make_form(ed);
    desk_form_read(ed->form);
    e = pictures_take(ed->r, ed->form, ed->pictures, &ed->pictures);
    if (e)
        return fault(e);
    if (!prepare(ed, &e) && e < 0)
        return fault(e);
    if (e || !desk_form_fine(ed->form))
        return respond(ed, 422);
    if (preview) {
        ed->preview = report_draft_html(ed->draft);
        return respond(ed, 200);
    }
    return save(ed);
}

err report_new_post(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    err e = read_new(&ed);
    return e ? fault(e) : post(&ed);
}

err report_edit_post(struct request *r, struct response *ret)
{
    struct editor ed = { .r = r, .ret = ret };
    err e = OK;
    if (refused(&ed, 0, &e))
        return e;
    return post(&ed);
}
