#include "base/clock.h"
#include "desk/rules_desk.h"
#include "discussion/comment_desk.h"
#include "discussion/filter_learn.h"
#include "discussion/gate.h"
#include "discussion/hold_rules.h"
#include "http/error.h"
#include "render/format.h"

#include <inttypes.h>

/* ---- the filter's page */

struct filter_view {
    struct desk_top top;
    struct str learned, features, good, spam, trouble;
    bool judged, may_change;
};
static const struct field filter_fields[] = {
    DESK_FIELDS(struct filter_view),         FIELD_STR(struct filter_view, learned),
    FIELD_STR(struct filter_view, features), FIELD_STR(struct filter_view, good),
    FIELD_STR(struct filter_view, spam),     FIELD_STR(struct filter_view, trouble),
    FIELD_BOOL(struct filter_view, judged),  FIELD_BOOL(struct filter_view, may_change),
};
static const struct view filter_view = VIEW(struct filter_view, filter_fields);
TEMPLATE(filter_page, "pages/desk/filter.html", &filter_view, TEMPLATE_HTML);

static err read_figures(const struct request *r, struct filter_figures *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct hold_rules site = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = hold_rules_get(&tx, SCOPE_SITE, 0, r->arena, &site);
    return e ? e
             : filter_figures_get(&tx, r->now - FILTER_FIGURES_SPAN, site.numbers[RULE_FILTER] * 10,
                                  ret);
}

static struct str two(const struct request *r, const char *key, int64_t n, int64_t of)
{
    const struct word_arg args[] = { { .name = "n", .count = n }, { .name = "of", .count = of } };
    return theme_phrase(r->setup->theme, r->arena, key, args, COUNT(args));
}

static err show(struct request *r, struct response *ret, struct str trouble)
{
    struct filter_figures f = { 0 };
    err e = read_figures(r, &f);
    struct filter_view v = {
        .learned = two(r, "desk_filter_learned", f.learned_good, f.learned_spam),
        .features = desk_count(r, "desk_filter_features", f.features),
        .good = two(r, "desk_filter_good_wrong", f.good_wrong, f.good),
        .spam = two(r, "desk_filter_spam_wrong", f.spam_wrong, f.spam),
        .trouble = trouble,
        .judged = f.good + f.spam > 0,
        .may_change = person_may(r->person, PERMISSION_SETTINGS),
    };
    if (!e)
        e = desk_fill(r, DESK_AT_RULES, "desk_filter_title", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &filter_page, &v, trouble.n ? 422 : 200);
}

err filter_show(struct request *r, struct response *ret)
{
    return show(r, ret, S(""));
}

err filter_export_get(struct request *r, struct response *ret)
{
    err e = filter_export(r->app->store, r->arena, &ret->body);
    ret->type = "text/plain; charset=utf-8";
    response_header(ret, "Content-Disposition", S("attachment; filename=\"diurnal-filter.txt\""));
    return e ? fault(e) : OK;
}

err filter_import_post(struct request *r, struct response *ret)
{
    const struct upload *files = NULL;
    struct str why = { 0 };
    if (request_uploads(r, &files) != 1 || !files[0].bytes.n)
        return show(r, ret, desk_word(r, "desk_filter_no_file"));
    err e = filter_import(r->app->store, person_actor(r->person), files[0].bytes, r->now, r->arena,
                          &why);
    if (e < 0)
        return fault(e);
    if (e)
        return show(r, ret, desk_named(r, "desk_filter_refused", why));
    return desk_done(r, ret, S("/desk/filter"), "filter_imported");
}

static err reset_work(struct tx *tx, void *arg)
{
    const struct request *r = arg;
    return filter_reset(tx, person_actor(r->person), r->now);
}

err filter_reset_post(struct request *r, struct response *ret)
{
    if (!str_eq(desk_field(r, "sure"), S("yes")))
        return show(r, ret, desk_word(r, "desk_filter_sure"));
    err e = store_write(r->app->store, reset_work, r);
    return e ? fault(e) : desk_done(r, ret, S("/desk/filter"), "filter_reset");
}

/* ---- one comment */

struct reason_row {
    struct str text, kind, weight;
    bool spam;
};
static const struct field reason_row_fields[] = {
    FIELD_STR(struct reason_row, text),
    FIELD_STR(struct reason_row, kind),
    FIELD_STR(struct reason_row, weight),
    FIELD_BOOL(struct reason_row, spam),
};
static const struct view reason_row_view = VIEW(struct reason_row, reason_row_fields);

struct why_view {
    struct desk_top top;
    struct str then, now, back;
    struct list reasons; /* of reason_row */
};
static const struct field why_fields[] = {
    DESK_FIELDS(struct why_view),
    FIELD_STR(struct why_view, then),
    FIELD_STR(struct why_view, now),
    FIELD_STR(struct why_view, back),
    FIELD_LIST(struct why_view, reasons, &reason_row_view),
};
static const struct view why_view = VIEW(struct why_view, why_fields);
TEMPLATE(why_page, "pages/desk/filter-why.html", &why_view, TEMPLATE_HTML);

/* "97.3%", as the site writes it; empty for none. */
static struct str percent(const struct request *r, int64_t guess)
{
    return guess ? desk_named(r, "desk_filter_percent",
                              format_decimal(r->setup->formats, r->arena,
                                             str_print(r->arena, "%" PRId64 ".%" PRId64, guess / 10,
                                                       guess % 10)))
                 : desk_word(r, "desk_filter_nothing");
}

static void fill_reasons(const struct request *r, const struct filter_guess *g, struct why_view *v)
{
    struct reason_row *rows = arena_new(r->arena, struct reason_row, g->n + 1);
    for (size_t i = 0; i < g->n; i++)
        rows[i] = (struct reason_row){
            .text = g->reasons[i].text,
            .kind = desk_word(r, g->reasons[i].word ? "desk_filter_word" : "desk_filter_letters"),
            .weight = format_decimal(r->setup->formats, r->arena,
                                     str_print(r->arena, "%" PRId64 ".%" PRId64,
                                               g->reasons[i].weight / 1000,
                                               g->reasons[i].weight % 1000 / 100)),
            .spam = g->reasons[i].spam,
        };
    v->reasons = (struct list){ rows, g->n };
}

err filter_comment_show(struct request *r, struct response *ret)
{
    struct comment_typed typed = { 0 };
    struct filter_guess guess = { 0 };
    struct why_view v = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t id = 0;
    err e = desk_segment_id(r, "id", &id) ? store_read(r->app->store, &tx) : DESK_NO_COMMENT;
    if (!e)
        e = comment_typed_get(&tx, id, r->arena, &typed);
    tx_end(&tx);
    if (e)
        return e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    e = gate_guess(r->app, r->arena, typed.name, typed.body, &guess);
    v.then = percent(r, typed.guess);
    v.now = percent(r, guess.guess);
    v.back = str_print(r->arena, "/desk/comments/%" PRId64, id);
    fill_reasons(r, &guess, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_RULES, "desk_filter_why", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &why_page, &v, 200);
}
