#include "desk/overview.h"
#include "discussion/appeal.h"
#include "discussion/comment_queue.h"
#include "discussion/discussion.h"
#include "discussion/flag.h"
#include "funding/channel_health.h"
#include "funding/hand_entry.h"
#include "funding/meter.h"
#include "funding/payment_match.h"
#include "people/totp.h"
#include "publishing/page.h"
#include "publishing/report.h"

#include <inttypes.h>

enum {
    EXCERPT_BYTES_MAX = 32 * 1024, /* of a comment shown whole; a longer one is only linked */
    COMMENTS_SHOWN = 5,
    TASKS_MAX = 16,
    RECOVERY_FEW = 3
};

/* A line with a link: a figure, or something left undone. */
struct line {
    struct str text, url;
};
static const struct field line_fields[] = {
    FIELD_STR(struct line, text),
    FIELD_STR(struct line, url),
};
static const struct view line_view = VIEW(struct line, line_fields);

struct latest {
    struct str url, name, report;
    struct desk_time at;
    struct html html;
};
static const struct field latest_fields[] = {
    FIELD_STR(struct latest, url),    FIELD_STR(struct latest, name),
    FIELD_STR(struct latest, report), FIELD_VIEW(struct latest, at, &desk_time_view),
    FIELD_HTML(struct latest, html),
};
static const struct view latest_view = VIEW(struct latest, latest_fields);

struct overview_view {
    struct desk_top top;
    struct str greeting;
    struct list tasks, figures; /* of line */
    struct list comments;       /* of latest */
    struct meter_view meter;
    bool may_write;
};
static const struct field overview_fields[] = {
    DESK_FIELDS(struct overview_view),
    FIELD_STR(struct overview_view, greeting),
    FIELD_LIST(struct overview_view, tasks, &line_view),
    FIELD_LIST(struct overview_view, figures, &line_view),
    FIELD_LIST(struct overview_view, comments, &latest_view),
    FIELD_VIEW(struct overview_view, meter, &meter_view),
    FIELD_BOOL(struct overview_view, may_write),
};
static const struct view overview_view = VIEW(struct overview_view, overview_fields);
TEMPLATE(overview_page, "pages/desk/overview.html", &overview_view, TEMPLATE_HTML);

/* Lines as they come together. */
struct lines {
    const struct request *r;
    struct line *at;
    size_t n;
};

static struct lines lines_make(const struct request *r)
{
    return (struct lines){ r, arena_new(r->arena, struct line, TASKS_MAX), 0 };
}

static void add_text(struct lines *l, struct str text, struct str url)
{
    if (l->n < TASKS_MAX)
        l->at[l->n++] = (struct line){ text, url };
}

/* Nothing is said of none. */
static void add_count(struct lines *l, const char *word, int64_t n, const char *url)
{
    if (n > 0)
        add_text(l, desk_count(l->r, word, n), str_from_z(url));
}

static err read_reports(struct tx *tx, struct lines *tasks, struct lines *figures)
{
    struct report_counts n = { 0 };
    err e = report_count(tx, &n);
    if (e)
        return fault(e);
    add_count(tasks, "desk_overview_drafts", n.draft, "/desk/reports?state=draft");
    add_count(tasks, "desk_overview_pending", n.pending, "/desk/reports?state=published");
    add_count(tasks, "desk_overview_scheduled", n.scheduled, "/desk/reports?state=scheduled");
    add_count(figures, "desk_overview_published", n.published, "/desk/reports?state=published");
    return OK;
}

static err read_pages(struct tx *tx, struct lines *tasks)
{
    static const char *const wanted[] = { "about", "imprint", "privacy", "comment-rules" };
    const struct request *r = tasks->r;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        struct page p = { 0 };
        struct str slug = str_from_z(wanted[i]);
        err e = page_get(tx, slug, r->arena, &p);
        if (e < 0)
            return fault(e);
        if (e || !p.live)
            add_text(tasks, desk_named(r, "desk_overview_page_missing", slug),
                     str_print(r->arena, "%s%s", e ? "/desk/new-page?slug=" : "/desk/pages/",
                               wanted[i]));
    }
    return OK;
}

static err read_latest(struct tx *tx, const struct request *r, struct overview_view *v)
{
    struct desk_comments found = { 0 };
    err e = comment_list_desk(tx, &(struct queue_query){ .show = DESK_NEWEST }, r->arena, &found);
    if (e)
        return fault(e);
    struct latest *rows = arena_new(r->arena, struct latest, COMMENTS_SHOWN);
    size_t n = 0;
    for (size_t i = 0; !e && i < found.count && n < COMMENTS_SHOWN; i++) {
        const struct comment *c = &found.comments[i].comment;
        struct report report = { 0 };
        if (c->state == COMMENT_STATE_DELETED)
            continue;
        e = report_get(tx, c->report, r->arena, &report);
        rows[n++] =
            (struct latest){ .url = str_print(r->arena, "/desk/comments/%" PRId64, c->id),
                             .name = c->name.n ? c->name : desk_word(r, "desk_comment_erased"),
                             .report = report.title,
                             .at = desk_time(r, c->created_at),
                             .html = c->html.s.n <= EXCERPT_BYTES_MAX ? c->html
                                                                      : (struct html){ { 0 } } };
    }
    v->comments = (struct list){ rows, n };
    return e ? fault(e > 0 ? ERR_DATA : e) : OK;
}

static err read_comments(struct tx *tx, struct lines *tasks, struct lines *figures,
                         struct overview_view *v)
{
    struct discussion sum = { 0 };
    int64_t flagged = 0;
    int64_t appeals = 0;
    err e = discussion_sum(tx, &sum);
    if (e)
        return fault(e);
    add_count(tasks, "desk_overview_held", sum.held, "/desk/comments?show=held");
    e = flag_waiting(tx, &flagged);
    if (!e && person_may(tasks->r->person, PERMISSION_APPEAL_JUDGE))
        e = appeal_open_count(tx, &appeals);
    if (e)
        return fault(e);
    add_count(tasks, "desk_overview_flagged", flagged, "/desk/comments?show=flagged");
    add_count(tasks, "desk_appeals_open", appeals, "/desk/appeals");
    add_count(figures, "desk_overview_comments", sum.published, "/desk/comments");
    return read_latest(tx, tasks->r, v);
}

static err read_meter(struct tx *tx, struct lines *tasks, struct overview_view *v)
{
    const struct request *r = tasks->r;
    struct meter m = { 0 };
    struct date today = format_day_of(r->setup->formats, r->now);
    err e = meter_running(tx, today, r->arena, &m);
    if (e)
        return fault(e);
    v->meter = meter_show(&m, r->setup, today, r->arena);
    if (!v->meter.any || v->meter.ended)
        add_text(tasks, desk_word(r, "desk_overview_no_goal"), S("/desk/funding/goals/new"));
    return OK;
}

static err read_money(struct tx *tx, struct lines *tasks)
{
    int64_t waiting = 0;
    err e = payment_waiting_count(tx, &waiting);
    int64_t second = 0;
    if (!e)
        e = hand_waiting_count(tx, &second);
    add_count(tasks, "desk_overview_events", waiting, "/desk/funding/waiting");
    add_count(tasks, "desk_overview_second", second, "/desk/funding/second-person");
    const struct request *r = tasks->r;
    const struct channel_health *list = NULL;
    int64_t alarms = 0;
    size_t n = 0;
    if (!e)
        e = channel_health_list(tx, r->setup->channels, r->now, r->arena, &list, &n);
    for (size_t i = 0; !e && i < n; i++)
        alarms += list[i].alarm;
    add_count(tasks, "desk_overview_channels", alarms, "/desk/funding/channels");
    return e ? fault(e) : OK;
}

static err read_staff(struct tx *tx, struct lines *tasks)
{
    const struct person *list = NULL;
    size_t n = 0;
    int64_t waiting = 0;
    err e = person_list(tx, tasks->r->arena, &list, &n);
    for (size_t i = 0; !e && i < n; i++)
        waiting += list[i].active && !list[i].has_password;
    add_count(tasks, "desk_overview_waiting", waiting, "/desk/staff");
    return e ? fault(e) : OK;
}

static err read_account(struct tx *tx, struct lines *tasks)
{
    const struct person *p = tasks->r->person;
    int64_t left = 0;
    if (!p->has_totp) {
        add_text(tasks, desk_word(tasks->r, "desk_overview_no_second_step"), S("/desk/account"));
        return OK;
    }
    err e = recovery_left(tx, p->id, &left);
    if (!e && left <= RECOVERY_FEW)
        add_text(tasks, desk_count(tasks->r, "desk_recovery_left", left), S("/desk/account"));
    return e ? fault(e) : OK;
}

static err read_all(const struct request *r, struct overview_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct lines tasks = lines_make(r);
    struct lines figures = lines_make(r);
    const struct person *p = r->person;
    err e = store_read(r->app->store, &tx);
    if (!e && person_may(p, PERMISSION_COMMENT_MODERATE))
        e = read_comments(&tx, &tasks, &figures, v);
    if (!e && person_may(p, PERMISSION_REPORT_WRITE))
        e = read_reports(&tx, &tasks, &figures);
    if (!e && person_may(p, PERMISSION_PAGE_EDIT))
        e = read_pages(&tx, &tasks);
    if (!e && person_may(p, PERMISSION_GOAL_SET))
        e = read_meter(&tx, &tasks, v);
    if (!e && person_may(p, PERMISSION_CONTRIBUTION_ADD))
        e = read_money(&tx, &tasks);
    if (!e && person_may(p, PERMISSION_STAFF_MANAGE))
        e = read_staff(&tx, &tasks);
    if (!e)
        e = read_account(&tx, &tasks);
    v->tasks = (struct list){ tasks.at, tasks.n };
    v->figures = (struct list){ figures.at, figures.n };
    return e;
}

err overview_show(struct request *r, struct response *ret)
{
    struct overview_view v = { .greeting = desk_named(r, "desk_greeting", r->person->name),
                               .may_write = person_may(r->person, PERMISSION_REPORT_WRITE) };
    err e = read_all(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_OVERVIEW, "desk_overview", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &overview_page, &v, 200);
}
