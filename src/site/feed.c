#include "site/feed.h"
#include "discussion/answer.h"
#include "discussion/comment_recent.h"
#include "http/error.h"
#include "publishing/body.h"
#include "publishing/layout.h"
#include "publishing/report.h"
#include "site/feed_json.h"
#include "site/feed_view.h"
#include "site/question_page.h"
#include "site/report_at.h"
#include "site/series_at.h"

#include <inttypes.h>

static const struct field entry_fields[] = {
    FIELD_STR(struct feed_entry, title),   FIELD_STR(struct feed_entry, url),
    FIELD_STR(struct feed_entry, author),  FIELD_STR(struct feed_entry, summary),
    FIELD_HTML(struct feed_entry, html),   FIELD_STR(struct feed_entry, published),
    FIELD_STR(struct feed_entry, updated), FIELD_STR(struct feed_entry, published_rss),
};
static const struct view entry_view = VIEW(struct feed_entry, entry_fields);
static const struct field feed_fields[] = {
    FIELD_STR(struct feed, title),       FIELD_STR(struct feed, about),
    FIELD_STR(struct feed, url),         FIELD_STR(struct feed, self),
    FIELD_STR(struct feed, language),    FIELD_STR(struct feed, updated),
    FIELD_STR(struct feed, updated_rss), FIELD_LIST(struct feed, entries, &entry_view),
};
static const struct view feed_view = VIEW(struct feed, feed_fields);
TEMPLATE(feed_atom, "pages/feed.atom.xml", &feed_view, TEMPLATE_XML);
TEMPLATE(feed_rss, "pages/feed.rss.xml", &feed_view, TEMPLATE_XML);

/*
 * Of all texts of one feed: escaped, a byte of HTML becomes five at the most (`&amp;`), so the feed
 * fits. The newest entry always stands in it, for no text is longer; older ones stay out once the
 * texts together are more.
 */
enum { FEED_BYTES_MAX = 4 * 1024 * 1024, FEED_TEXT_MAX = 720 * 1024 };
_Static_assert((int)FEED_TEXT_MAX >= (int)BODY_HTML_MAX &&
                   (int)FEED_TEXT_MAX >= (int)COMMENT_HTML_MAX,
               "the newest entry fits");
_Static_assert(5 * FEED_TEXT_MAX < FEED_BYTES_MAX, "the texts fit when they are escaped");

static struct str absolute(const struct request *r, struct str path)
{
    return str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site_url(r->setup->config)), STR_ARG(path));
}

static void set_times(struct request *r, struct feed_entry *e, int64_t published, int64_t updated)
{
    e->published = time_print(r->arena, published);
    e->updated = time_print(r->arena, updated);
    e->published_rss = time_print_http(r->arena, published);
}

static err render_xml(struct request *r, struct response *ret, const struct feed *f, bool rss)
{
    struct buf out CLEANUP(buf_free) = buf_make(FEED_BYTES_MAX);
    err e = theme_render(r->setup->theme, rss ? &feed_rss : &feed_atom, f, &out);
    if (e)
        return fault(e);
    ret->body = buf_copy(&out, r->arena);
    ret->type = rss ? "application/rss+xml; charset=utf-8" : "application/atom+xml; charset=utf-8";
    return OK;
}

/* The form follows from the address' ending. `path` is the page the feed is of. */
static err respond(struct request *r, struct response *ret, struct feed *f, struct str path,
                   int64_t updated)
{
    f->url = absolute(r, path);
    f->self = absolute(r, r->path);
    f->language = theme_language(r->setup->theme);
    f->updated = time_print(r->arena, updated);
    f->updated_rss = time_print_http(r->arena, updated);
    ret->cache = CACHE_SHARED;
    if (str_ends(r->path, S(".json"))) {
        ret->type = "application/feed+json";
        return feed_json(r->arena, f, &ret->body);
    }
    return render_xml(r, ret, f, str_ends(r->path, S(".rss")));
}

static err entry_of(struct request *r, struct tx *tx, const struct report *report,
                    struct feed_entry *ret)
{
    struct revision_html html = { 0 };
    err e = revision_html(tx, report->revision, r->arena, &html);
    if (e)
        return e > 0 ? fault(ERR_DATA) : e; // a report without its own revision
    *ret = (struct feed_entry){ .title = report_headline(r->setup, r->arena, report),
                                .url = absolute(r, report->path),
                                .author = report->byline,
                                .summary = report->standfirst,
                                .html = html.whole };
    set_times(r, ret, report->published_at, report->updated_at);
    return OK;
}

static err read_reports(struct request *r, int64_t series, struct feed *f, int64_t *ret_updated)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_query q = { .series = series, .max = FEED_ENTRIES };
    struct report_rows rows = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = report_list(&tx, &q, r->arena, &rows);
    if (e)
        return fault(e);
    struct feed_entry *entries = arena_new(r->arena, struct feed_entry, rows.n);
    int64_t updated = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < rows.n && !e; i++) {
        e = entry_of(r, &tx, &rows.reports[i], &entries[i]);
        bytes += entries[i].html.s.n;
        if (e || bytes > FEED_TEXT_MAX)
            break;
        f->entries = (struct list){ entries, i + 1 };
        if (rows.reports[i].updated_at > updated)
            updated = rows.reports[i].updated_at;
    }
    *ret_updated = updated;
    return e;
}

err feed_site(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct feed f = { .title = config_text(r->setup->config, &site_title),
                      .about = config_text(r->setup->config, &site_tagline) };
    int64_t updated = 0;
    err e = read_reports(r, 0, &f, &updated);
    return e ? e : respond(r, ret, &f, S("/"), updated);
}

err feed_series(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct series s = { 0 };
    err e = series_at(r, &s);
    if (e == SERIES_NONE)
        return http_refuse(r, ret, 404, "error_no_such_series");
    if (e)
        return fault(e);
    request_topic(r, "series/%" PRId64, s.id);
    struct feed f = { .title = s.title, .about = s.about };
    int64_t updated = 0;
    e = read_reports(r, s.id, &f, &updated);
    return e ? e : respond(r, ret, &f, s.path, updated);
}

static struct str comment_title(struct request *r, const struct comment *c)
{
    struct str name = c->erased ? theme_word(r->setup->theme, "comment_erased_author") : c->name;
    const struct word_arg args[] = { { .name = "name", .text = name } };
    return theme_phrase(r->setup->theme, r->arena, "feed_comment_by", args, COUNT(args));
}

/* The comments, latest first, as many as their texts leave room for. */
static void fill_comments(struct request *r, const struct comment *comments, size_t n,
                          struct feed *f)
{
    struct feed_entry *entries = arena_new(r->arena, struct feed_entry, n);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        const struct comment *c = &comments[i];
        bytes += c->html.s.n;
        if (bytes > FEED_TEXT_MAX)
            break;
        struct str path = str_print(r->arena, "/comments/%" PRId64, c->id);
        entries[i] = (struct feed_entry){ .title = comment_title(r, c),
                                          .url = absolute(r, path),
                                          .author = c->name,
                                          .html = c->html };
        set_times(r, &entries[i], c->created_at, c->created_at);
        f->entries = (struct list){ entries, i + 1 };
    }
}

static err read_comments(struct request *r, const struct report *report, struct feed *f,
                         int64_t *ret_updated)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct comment *comments = NULL;
    size_t n = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = comment_recent(&tx, report->id, FEED_ENTRIES, r->arena, &comments, &n);
    if (e)
        return fault(e);
    fill_comments(r, comments, n, f);
    *ret_updated = n ? comments[0].created_at : report->updated_at;
    return OK;
}

err feed_comments(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct report_found found = { 0 };
    err e = report_at(r, &found);
    if (e == REPORT_NONE || (!e && found.standing != REPORT_SHOWN))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (e)
        return fault(e);
    request_topic(r, "report/%" PRId64, found.report.id);
    const struct word_arg args[] = { { .name = "title", .text = found.report.title } };
    struct feed f = { .title = theme_phrase(r->setup->theme, r->arena, "feed_comments_on", args,
                                            COUNT(args)) };
    int64_t updated = 0;
    e = read_comments(r, &found.report, &f, &updated);
    return e ? e : respond(r, ret, &f, found.report.path, updated);
}

static err read_answers(struct request *r, const struct question *q, struct feed *f,
                        int64_t *ret_updated)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct answers answers = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = answer_recent(&tx, q->id, (struct answer_place){ 0 }, FEED_ENTRIES, r->arena, &answers);
    if (e)
        return fault(e);
    fill_comments(r, answers.comments, answers.count, f);
    *ret_updated = answers.count ? answers.comments[0].created_at : q->asked_at;
    return OK;
}

err feed_question(struct request *r, struct response *ret)
{
    request_topic(r, "front");
    struct question q = { 0 };
    struct report report = { 0 };
    err e = question_at(r, &q, &report);
    if (e > 0)
        return http_refuse(r, ret, 404, "error_no_such_question");
    if (e)
        return fault(e);
    request_topic(r, "report/%" PRId64, report.id);
    const struct word_arg args[] = { { .name = "title", .text = q.text } };
    struct feed f = { .title = theme_phrase(r->setup->theme, r->arena, "feed_answers_to", args,
                                            COUNT(args)),
                      .about = q.passage };
    int64_t updated = 0;
    e = read_answers(r, &q, &f, &updated);
    return e ? e : respond(r, ret, &f, str_print(r->arena, "/questions/%" PRId64, q.id), updated);
}
