#include "base/check.h"
#include "publishing/report_inside.h"
#include "store/job.h"

/* Keeping a draft: which report it belongs to, whether it says anything new, and what is wished. */

#define TARGET_ROW                                                                                 \
    "select r.id, r.file_id, r.state, r.live, r.newest, v.series, v.day, v.minute, v.slug, "       \
    "v.hash,"                                                                                      \
    " v.id, v.html_version, s.slug, r.reason"                                                      \
    " from report r join revision v on v.report = r.id and v.number = r.newest"                    \
    " join series s on s.id = r.series"
QUERY(target_by_id, TARGET_ROW " where r.id = $1");
QUERY(target_by_key, TARGET_ROW " where r.file_id = $1");
QUERY(target_by_address, TARGET_ROW " where r.day = $1 and r.slug = $2");
QUERY(target_by_old_address, TARGET_ROW " join report_path p on p.report = r.id"
                                        " where p.day = $1 and p.slug = $2");
QUERY(address_owner, "select id from report where day = $1 and slug = $2");
QUERY(insert_report, "insert into report (file_id, state, series, day, slug, edited_at)"
                     " values ($1, 'draft', $2, $3, $4, $5) returning id");
QUERY(set_newest, "update report set newest = $2, edited_at = $3 where id = $1");
/* A report that was never public has the words and the address of its newest revision. */
QUERY(set_words, "update report set words = $2, series = $3, day = $4, slug = $5"
                 " where id = $1 and live = 0");
QUERY(set_key, "update report set file_id = $2 where id = $1 and file_id is null");
QUERY(withdraw_new, "update report set state = 'published', live = newest, published_at = $2,"
                    " updated_at = $2 where id = $1 and live = 0");
QUERY(read_state, "select state, day, slug, scheduled from report where id = $1");

/* The report a draft belongs to, and its newest revision. id 0: a new one. */
struct target {
    int64_t id, live, newest, series, day, minute, revision, html_version;
    struct str key, slug, hash, series_slug, reason;
    bool has_key;
    enum report_state state;
};

static err read_target(struct stmt *s, struct arena *a, struct target *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return REPORT_NONE;
    struct target t = { .id = column_int(s, 0),
                        .has_key = !column_null(s, 1),
                        .live = column_int(s, 3),
                        .newest = column_int(s, 4),
                        .series = column_int(s, 5),
                        .day = column_int(s, 6),
                        .minute = column_int(s, 7),
                        .slug = column_str(s, 8, a),
                        .hash = column_str(s, 9, a),
                        .revision = column_int(s, 10),
                        .html_version = column_int(s, 11),
                        .series_slug = column_str(s, 12, a),
                        .reason = column_str(s, 13, a) };
    if (t.has_key)
        t.key = column_str(s, 1, a);
    bool known = report_state_parse(column_str(s, 2, a), &t.state);
    query_end(s);
    if (!known)
        return fault(ERR_DATA);
    *ret = t;
    return OK;
}

static err by_address(struct tx *tx, const struct query *q, const struct report_draft *d,
                      struct target *ret)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, d->day);
    bind_str(s, 2, d->slug);
    return read_target(s, d->arena, ret);
}

static err by_key(struct tx *tx, const struct report_draft *d, struct target *ret)
{
    struct stmt *s = query_start(tx, &target_by_key);
    bind_str(s, 1, d->in.key);
    return read_target(s, d->arena, ret);
}

/* Who a file speaks of: by its id, else by date and slug within its series. */
static err find_file(struct tx *tx, const struct report_draft *d, struct target *ret)
{
    struct target t = { 0 };
    err e = d->in.key.n ? by_key(tx, d, &t) : REPORT_NONE;
    if (e == REPORT_NONE && d->slug.n) {
        e = by_address(tx, &target_by_address, d, &t);
        if (e == REPORT_NONE)
            e = by_address(tx, &target_by_old_address, d, &t);
        bool other_key = t.has_key && d->in.key.n && !str_eq(t.key, d->in.key);
        if (!e && (other_key || !str_eq(t.series_slug, d->series_slug)))
            return REPORT_ADDRESS_TAKEN;
    }
    if (e == REPORT_NONE)
        return OK; // a new one
    if (!e)
        *ret = t;
    return e;
}

static err find_target(struct tx *tx, const struct report_draft *d, struct target *ret)
{
    if (d->in.report) {
        struct stmt *s = query_start(tx, &target_by_id);
        bind_int(s, 1, d->in.report);
        return read_target(s, d->arena, ret);
    }
    return d->in.base < 0 ? find_file(tx, d, ret) : OK;
}

static err check_address(struct tx *tx, int64_t own, int64_t day, struct str slug)
{
    bool row = false;
    struct stmt *s = query_start(tx, &address_owner);
    bind_int(s, 1, day);
    bind_str(s, 2, slug);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    bool taken = row && column_int(s, 0) != own;
    query_end(s);
    return taken ? REPORT_ADDRESS_TAKEN : OK;
}

/* The series by its title or its slug; made when there is none. */
static err find_series(struct tx *tx, const struct report_draft *d, int64_t *ret_id, bool *ret_new)
{
    struct series found = { 0 };
    err e = series_get_by_title(tx, d->in.series, d->arena, &found);
    if (e == SERIES_NONE)
        e = series_get(tx, d->series_slug, d->arena, &found);
    *ret_new = e == SERIES_NONE;
    *ret_id = found.id;
    if (e != SERIES_NONE)
        return e;
    struct series_draft draft = { .title = d->in.series, .slug = d->series_slug, .now = d->now };
    e = series_set(tx, d->in.by, &draft, ret_id);
    return e == SERIES_TOO_MANY ? REPORT_SERIES_TOO_MANY : e > 0 ? REPORT_SERIES_WRONG : e;
}

static err insert_new(struct tx *tx, const struct report_draft *d, const struct revision_place *at,
                      int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &insert_report);
    bind_str_or_null(s, 1, d->in.key);
    bind_int(s, 2, at->series);
    bind_int(s, 3, d->day);
    bind_str(s, 4, at->slug);
    bind_int(s, 5, d->now);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

static bool is_same(const struct target *t, const struct report_draft *d,
                    const struct revision_place *at)
{
    return t->id && t->series == at->series && t->day == d->day && t->minute == d->minute &&
           str_eq(t->slug, at->slug) && str_eq(t->hash, d->hash);
}

static err note_newest(struct tx *tx, const struct report_draft *d, const struct revision_place *at,
                       int64_t revision)
{
    struct stmt *s = query_start(tx, &set_newest);
    bind_int(s, 1, at->report);
    bind_int(s, 2, at->number);
    bind_int(s, 3, d->now);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    s = query_start(tx, &set_words);
    bind_int(s, 1, at->report);
    bind_int(s, 2, revision);
    bind_int(s, 3, at->series);
    bind_int(s, 4, d->day);
    bind_str(s, 5, at->slug);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err note_key(struct tx *tx, const struct report_draft *d, int64_t report)
{
    if (!d->in.key.n)
        return OK;
    struct stmt *s = query_start(tx, &set_key);
    bind_int(s, 1, report);
    bind_str(s, 2, d->in.key);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err add_note(struct tx *tx, const struct report_draft *d, struct str action, int64_t report)
{
    struct audit_note note = { .action = action,
                               .kind = S("report"),
                               .object = report,
                               .detail = d->in.title,
                               .now = d->now };
    err e = audit_add(tx, d->in.by, &note);
    return e ? fault(e) : OK;
}

/* The words: a new revision, or the old one's HTML made anew, or nothing. */
static err keep_words(struct tx *tx, const struct report_draft *d, const struct target *t,
                      struct revision_place *at, struct report_saved *ret)
{
    if (is_same(t, d, at)) {
        at->number = t->newest;
        if (t->html_version < MARKDOWN_VERSION)
            return revision_set_html(tx, t->revision, t->id, &d->body, d->now, d->arena);
        return OK;
    }
    int64_t revision = 0;
    at->number = t->newest + 1;
    err e = revision_insert(tx, d, at, &revision);
    if (!e)
        e = note_newest(tx, d, at, revision);
    if (!e)
        e = add_note(tx, d, S("report.save"), at->report);
    ret->new_revision = true;
    return e;
}

/* A file may bring a report that was withdrawn before we knew it: it never is public here. */
static err withdraw(struct tx *tx, const struct report_draft *d, int64_t report)
{
    struct stmt *s = query_start(tx, &withdraw_new);
    bind_int(s, 1, report);
    bind_int(s, 2, d->moment < d->now ? d->moment : d->now);
    err e = query_run(s, NULL);
    return e ? fault(e) : report_withdraw(tx, d->in.by, report, d->in.reason, d->now);
}

static err carry_out(struct tx *tx, const struct report_draft *d, const struct target *t,
                     const struct revision_place *at, bool *ret_public)
{
    switch (d->in.wish) {
    case REPORT_WISH_DRAFT: return OK;
    case REPORT_WISH_SCHEDULE:
        if (d->moment > d->now)
            return report_schedule(tx, d->in.by, at->report, at->number, d->moment, d->now);
        break; // its time has come already
    case REPORT_WISH_STANDARD:
        if (t->state == REPORT_WITHDRAWN)
            return REPORT_IS_WITHDRAWN;
        break;
    case REPORT_WISH_PUBLISH: break;
    case REPORT_WISH_WITHDRAW:
        *ret_public = t->state == REPORT_PUBLISHED;
        if (t->state == REPORT_WITHDRAWN && str_eq(t->reason, d->in.reason))
            return OK;
        return withdraw(tx, d, at->report);
    }
    err e = report_go_public(tx, at->report, at->number, d->now, ret_public);
    return e || !*ret_public ? e : add_note(tx, d, S("report.publish"), at->report);
}

static err read_saved(struct tx *tx, const struct report_draft *d, struct report_saved *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &read_state);
    bind_int(s, 1, ret->report);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row || !report_state_parse(column_str(s, 0, d->arena), &ret->state))
        return fault(ERR_DATA);
    ret->path =
        report_path_print(d->arena, date_from_days(column_int(s, 1)), column_str(s, 2, d->arena));
    ret->scheduled = column_int(s, 3) > 0;
    query_end(s);
    return OK;
}

/* Where the new revision goes; a new report's row is made for it. */
static err make_place(struct tx *tx, const struct report_draft *d, const struct target *t,
                      struct revision_place *at, struct report_saved *ret)
{
    *at = (struct revision_place){ .report = t->id,
                                   .slug = d->slug_given || !t->id ? d->slug : t->slug };
    err e = check_address(tx, t->id, d->day, at->slug);
    if (!e)
        e = find_series(tx, d, &at->series, &ret->new_series);
    if (!e && t->id)
        return note_key(tx, d, t->id);
    ret->new_report = true;
    return e ? e : insert_new(tx, d, at, &at->report);
}

err report_save(struct tx *tx, const struct report_draft *d, struct report_saved *ret)
{
    struct report_saved saved = { 0 };
    struct target t = { 0 };
    struct revision_place at = { 0 };
    err e = find_target(tx, d, &t);
    if (!e)
        e = make_place(tx, d, &t, &at, &saved);
    if (!e && t.id && d->in.base >= 0 && d->in.base != t.newest && !is_same(&t, d, &at))
        e = REPORT_CHANGED;
    if (!e)
        e = keep_words(tx, d, &t, &at, &saved);
    if (!e)
        e = carry_out(tx, d, &t, &at, &saved.now_public);
    saved.report = at.report;
    saved.number = at.number;
    if (!e)
        e = read_saved(tx, d, &saved);
    if (e)
        return e;
    *ret = saved;
    return OK;
}
