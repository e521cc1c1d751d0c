#include "site/report_page.h"
#include "discussion/discussion_http.h"
#include "discussion/discussion_view.h"
#include "discussion/listing.h"
#include "funding/meter.h"
#include "funding/support.h"
#include "http/error.h"
#include "people/visitor.h"
#include "publishing/layout.h"
#include "publishing/page.h"
#include "publishing/revision.h"
#include "site/news_article.h"
#include "site/question_view.h"
#include "site/report_at.h"

#include <inttypes.h>

struct neighbour {
    struct str path, title;
};
static const struct field neighbour_fields[] = {
    FIELD_STR(struct neighbour, path),
    FIELD_STR(struct neighbour, title),
};
static const struct view neighbour_view = VIEW(struct neighbour, neighbour_fields);

struct report_view {
    struct layout page;
    struct str headline, standfirst, byline, dateline, date, date_text, updated;
    struct str series_title, series_path, comments;
    const struct neighbour *older, *newer;
    bool has_neighbours;
    struct text_view text;
    struct meter_view meter;
    struct support_view support_above, support_below;
    struct discussion_view discussion;
};
static const struct field report_fields[] = {
    FIELD_VIEW(struct report_view, page, &layout_view),
    FIELD_STR(struct report_view, headline),
    FIELD_STR(struct report_view, standfirst),
    FIELD_STR(struct report_view, byline),
    FIELD_STR(struct report_view, dateline),
    FIELD_STR(struct report_view, date),
    FIELD_STR(struct report_view, date_text),
    FIELD_STR(struct report_view, updated),
    FIELD_STR(struct report_view, series_title),
    FIELD_STR(struct report_view, series_path),
    FIELD_STR(struct report_view, comments),
    FIELD_REF(struct report_view, older, &neighbour_view),
    FIELD_REF(struct report_view, newer, &neighbour_view),
    FIELD_BOOL(struct report_view, has_neighbours),
    FIELD_VIEW(struct report_view, text, &text_view),
    FIELD_VIEW(struct report_view, meter, &meter_view),
    FIELD_VIEW(struct report_view, support_above, &support_view),
    FIELD_VIEW(struct report_view, support_below, &support_view),
    FIELD_VIEW(struct report_view, discussion, &discussion_view),
};
static const struct view report_view = VIEW(struct report_view, report_fields);
TEMPLATE(report_page, "pages/report.html", &report_view, TEMPLATE_HTML);

struct withdrawn_view {
    struct layout page;
    struct str reason, series_title, series_path;
};
static const struct field withdrawn_fields[] = {
    FIELD_VIEW(struct withdrawn_view, page, &layout_view),
    FIELD_STR(struct withdrawn_view, reason),
    FIELD_STR(struct withdrawn_view, series_title),
    FIELD_STR(struct withdrawn_view, series_path),
};
static const struct view withdrawn_view = VIEW(struct withdrawn_view, withdrawn_fields);
TEMPLATE(withdrawn_page, "pages/withdrawn.html", &withdrawn_view, TEMPLATE_HTML);

#define RETRY_SECONDS "10" /* a token of limits.comments_rate as it is without configuration */
#define UPDATED_AFTER (10 * MINUTE)

/* Everything that is read for the page, in one snapshot. */
struct read {
    const struct report *report;
    struct discussion_asked asked;
    struct revision_html html;
    struct question_reading questions;
    const struct comment_form *form; /* what was typed and refused, or NULL */
    struct question answer_to;       /* what it answers; id 0: nothing, or nothing any more */
    struct report_neighbours neighbours;
    struct meter meter;
    struct listing listing;
    struct comment reply_to;
    bool has_reply_to, has_rules;
};

static err read_reply_to(struct tx *tx, struct arena *a, struct read *d)
{
    if (!d->asked.reply)
        return OK;
    err e = comment_get(tx, d->asked.reply, a, &d->reply_to);
    if (e < 0)
        return fault(e);
    d->has_reply_to =
        !e && d->reply_to.report == d->report->id && d->reply_to.state == COMMENT_STATE_PUBLISHED;
    return OK;
}

/* A question that takes no answers any more is none: what was typed can be sent as a comment. */
static err read_answer_to(struct tx *tx, struct arena *a, struct read *d)
{
    struct question q = { 0 };
    if (!d->form || !d->form->question || d->form->parent)
        return OK;
    err e = question_get(tx, d->form->question, a, &q);
    if (e < 0)
        return fault(e);
    if (!e && q.report == d->report->id && q.shown && q.state != QUESTION_CLOSED)
        d->answer_to = q;
    return OK;
}

static err read_rules(struct tx *tx, struct arena *a, struct read *d)
{
    struct page rules = { 0 };
    err e = page_get(tx, S("comment-rules"), a, &rules);
    d->has_rules = !e && rules.live;
    return e < 0 ? fault(e) : OK;
}

/* Refuses with a listing's refusal. */
static err read_all(struct request *r, struct read *d)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct arena *a = r->arena;
    err e = store_read(r->app->store, &tx);
    if (e)
        return fault(e);
    e = revision_html(&tx, d->report->revision, a, &d->html);
    if (!e)
        e = report_neighbours(&tx, d->report, a, &d->neighbours);
    if (!e)
        e = meter_for_day(&tx, d->report->date, a, &d->meter);
    if (e)
        return fault(e > 0 ? ERR_DATA : e); // a report without its own revision
    e = read_reply_to(&tx, a, d);
    if (!e)
        e = read_answer_to(&tx, a, d);
    if (!e)
        e = question_read(&tx, d->report, &d->html, a, &d->questions);
    if (!e)
        e = read_rules(&tx, a, d);
    return e ? e : listing_get(&tx, a, &d->asked.query, &d->listing);
}

static const struct neighbour *neighbour_of(struct arena *a, const struct report *report)
{
    if (!report->id)
        return NULL;
    struct neighbour *n = arena_new(a, struct neighbour, 1);
    *n = (struct neighbour){ report->path, report->title };
    return n;
}

static struct str updated_text(const struct request *r, const struct report *report)
{
    // The first publication is no update, nor is a correction right after it.
    if (report->live < 2 || report->updated_at < report->published_at + UPDATED_AFTER)
        return S("");
    struct str time = format_time(r->setup->formats, r->arena, report->updated_at);
    const struct word_arg args[] = { { .name = "time", .text = time } };
    return theme_phrase(r->setup->theme, r->arena, "report_updated", args, COUNT(args));
}

static const struct layout_link *feed_links(struct request *r, const struct report *report)
{
    struct layout_link *links = arena_new(r->arena, struct layout_link, 1);
    const struct word_arg args[] = { { .name = "title", .text = report->title } };
    links[0] = (struct layout_link){
        .title = theme_phrase(r->setup->theme, r->arena, "feed_comments_on", args, COUNT(args)),
        .url = str_print(r->arena, STR_FMT "/feed.atom", STR_ARG(report->path)),
        .type = S("application/atom+xml"),
    };
    return links;
}

static struct layout page_of(struct request *r, const struct report *report, struct str headline,
                             bool part)
{
    struct arena *a = r->arena;
    return (struct layout){
        .title = headline,
        .description = report->standfirst,
        .path = report->path,
        .kind = S("report-page"),
        .series = report->series_slug,
        .noindex = part, // another view of the same page
        .feeds = { feed_links(r, report), 1 },
        .image = report->image,
        .published = time_print(a, report->published_at),
        .modified = time_print(a, report->updated_at),
    };
}

static err fill_discussion(struct request *r, const struct read *d, struct discussion_view *ret)
{
    struct discussion_place place = {
        .setup = r->setup,
        .path = d->report->path,
        .listing = &d->listing,
        .now = r->now,
        .reply = d->asked.reply,
        .reply_to = d->has_reply_to ? &d->reply_to : NULL,
        .answer_to = d->answer_to.id ? &d->answer_to : NULL,
        .form = d->form,
        .rules_url = d->has_rules ? S("/comment-rules") : S(""),
    };
    return discussion_view_fill(&place, r->arena, ret);
}

static err fill_view(struct request *r, const struct read *d, struct report_view *v)
{
    const struct report *report = d->report;
    struct arena *a = r->arena;
    struct str headline = report_headline(r->setup, a, report);
    bool part = !d->listing.first || d->asked.reply || d->asked.query.thread ||
                d->asked.query.all || d->asked.query.only || d->asked.query.sort != LISTING_NEWEST;
    *v = (struct report_view){
        .page = page_of(r, report, headline, part),
        .headline = headline,
        .standfirst = report->standfirst,
        .byline = report->byline,
        .dateline = report->dateline,
        .date = date_print(a, report->date),
        .date_text = format_date(r->setup->formats, a, report->date),
        .updated = updated_text(r, report),
        .series_title = report->series_title,
        .series_path = str_print(a, "/series/" STR_FMT, STR_ARG(report->series_slug)),
        .older = neighbour_of(a, &d->neighbours.older),
        .newer = neighbour_of(a, &d->neighbours.newer),
        .has_neighbours = d->neighbours.older.id || d->neighbours.newer.id,
        .meter = meter_show(&d->meter, r->setup, format_day_of(r->setup->formats, r->now), a),
    };
    question_fill(r, report, &d->html, &d->questions, d->listing.counts.open, &v->text);
    err e = support_show(r, SUPPORT_ABOVE, &v->support_above);
    if (!e)
        e = support_show(r, SUPPORT_BELOW_AGAIN, &v->support_below);
    if (!e)
        e = fill_discussion(r, d, &v->discussion);
    if (e)
        return fault(e);
    v->comments = v->discussion.heading;
    v->page.json_ld = news_article(r, report, headline, d->listing.counts.published);
    return OK;
}

/* The page, or the page again with a form that was refused. */
static err show(struct request *r, struct response *ret, const struct report *report,
                const struct comment_form *form)
{
    request_topic(r, "report/%" PRId64, report->id);
    request_topic(r, "series/%" PRId64, report->series);
    request_topic(r, "meter");
    request_topic(r, "day"); // the goal ends with its last day
    request_topic(r, "page/comment-rules");
    struct read d = { .report = report, .form = form };
    err e = discussion_ask(r, report->id, form, &d.asked);
    if (!e)
        e = read_all(r, &d);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_no_such_comments");
    // A comment that was taken down, or a made up number: no page of its own, for each would be
    // kept.
    if (!e && !form && d.asked.reply && !d.has_reply_to)
        return response_redirect(r, ret, 303, report->path);
    struct report_view v;
    if (!e)
        e = fill_view(r, &d, &v);
    if (!e)
        e = layout_fill(r, &v.page);
    if (e)
        return fault(e);
    ret->cache = form || d.asked.personal ? CACHE_PRIVATE : CACHE_SHARED;
    if (form && form->status == 429)
        response_header(ret, "Retry-After", S(RETRY_SECONDS));
    return layout_respond(r, ret, &report_page, &v, form ? form->status : 200);
}

static err show_withdrawn(struct request *r, struct response *ret, const struct report *report)
{
    request_topic(r, "report/%" PRId64, report->id);
    struct withdrawn_view v = {
        .page = { .title = theme_word(r->setup->theme, "report_withdrawn"), .noindex = true },
        .reason = report->reason,
        .series_title = report->series_title,
        .series_path = str_print(r->arena, "/series/" STR_FMT, STR_ARG(report->series_slug)),
    };
    err e = layout_fill(r, &v.page);
    return e ? fault(e) : layout_respond(r, ret, &withdrawn_page, &v, 410);
}

/* Answers what is not a page that is shown: true when it did. */
static bool answered(struct request *r, struct response *ret, err found,
                     const struct report_found *f, err *ret_e)
{
    if (found == REPORT_NONE)
        *ret_e = http_refuse(r, ret, 404, "error_no_such_report");
    else if (found)
        *ret_e = fault(found);
    else if (f->standing == REPORT_MOVED)
        *ret_e = response_redirect(r, ret, 301, f->report.path);
    else if (f->standing == REPORT_GONE)
        *ret_e = show_withdrawn(r, ret, &f->report);
    else
        return false;
    return true;
}

err report_page_show(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct report_found f = { 0 };
    err e = report_at(r, &f);
    if (answered(r, ret, e, &f, &e))
        return e;
    return show(r, ret, &f.report, NULL);
}

err report_page_post(struct request *r, struct response *ret)
{
    struct report_found f = { 0 };
    err e = report_at(r, &f);
    if (!e && f.standing == REPORT_MOVED) // meanwhile: a redirect would lose what was typed
        f.standing = f.report.state == REPORT_PUBLISHED ? REPORT_SHOWN : REPORT_GONE;
    if (answered(r, ret, e, &f, &e))
        return e;
    struct comment_form form = { 0 };
    e = discussion_post(r, ret, &f.report, &form);
    return e == COMMENT_FORM_AGAIN ? show(r, ret, &f.report, &form) : e;
}
