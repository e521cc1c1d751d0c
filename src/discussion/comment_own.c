#include "discussion/comment_own.h"
#include "base/check.h"
#include "base/clock.h"
#include "discussion/comment_desk.h"
#include "discussion/comment_event.h"
#include "discussion/comment_row.h"
#include "publishing/report.h"

#include <inttypes.h>

CONFIG_INT(limit_edit_minutes, "limits", "edit_minutes", 15, 0, 10080,
           "How long a comment can be edited or deleted by who posted it, in minutes.");

QUERY(own_row,
      "select c.report, coalesce(c.parent, 0), coalesce(c.question, 0), coalesce(c.person, "
      "0), " COMMENT_STATE_OF(
          "c.state") ", c.created_at, c.name, coalesce(o.email, ''), o.body, c.html, "
                     "coalesce(o.visitor, x''), (select count(*) from comment_former f where "
                     "f.comment = c.id) "
                     "from comment c join comment_origin o on o.comment = c.id where c.id = $1");
QUERY(own_times, "select " COMMENT_STATE_NUMBER ", created_at, person is not null "
                 "from comment where id = $1");
QUERY(former_add, "insert into comment_former (comment, number, until_at, body) "
                  "select comment, $2, $3, body from comment_origin where comment = $1");
QUERY(words_set, "update comment set html = $2, html_version = $3, edited_at = $4 where id = $1");
QUERY(body_set, "update comment_origin set body = $2 where comment = $1");
QUERY(hold_set, "update comment set hold = $2 where id = $1");
QUERY(hold_about_set, "update comment_origin set hold_about = $2, guess = $3 where comment = $1");
QUERY(former_rows, "select number, until_at, body from comment_former where comment = $1 "
                   "order by number desc limit $2");

CHECK_ROWS(comment_former_numbers, "former words are numbered without a gap, of edited comments",
           "select f.comment from comment_former f join comment c on c.id = f.comment "
           "group by f.comment having max(f.number) <> count(*) or max(c.edited_at) is null");

int64_t own_window(const struct config *c)
{
    return config_int(c, &limit_edit_minutes) * MINUTE;
}

static bool in_window(const struct own_wish *w, int64_t created_at)
{
    return w->now - created_at < w->window;
}

/* Whose it is, and until when. */
static err judge(const struct own_wish *w, const struct own_comment *c, struct str visitor)
{
    if (c->state == COMMENT_STATE_DELETED)
        return OWN_MISSING;
    bool by_mail = w->email.n && str_eq(w->email, c->email);
    bool by_cookie = w->visitor.n && str_eq(w->visitor, visitor);
    if ((!by_mail && !by_cookie) || c->person != w->person)
        return OWN_OTHERS;
    if (!by_mail && !in_window(w, c->created_at))
        return OWN_LATE;
    return c->state == COMMENT_STATE_HELD || c->state == COMMENT_STATE_PUBLISHED ? OK : OWN_REMOVED;
}

err own_get(struct tx *tx, const struct own_wish *w, struct arena *a, struct own_comment *ret)
{
    struct stmt *s = query_start(tx, &own_row);
    bind_int(s, 1, w->comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return OWN_MISSING;
    struct own_comment c = {
        .id = w->comment,
        .report = column_int(s, 0),
        .parent = column_int(s, 1),
        .question = column_int(s, 2),
        .person = column_int(s, 3),
        .state = (enum comment_state)column_int(s, 4),
        .created_at = column_int(s, 5),
        .name = column_str(s, 6, a),
        .email = column_str(s, 7, a),
        .body = column_str(s, 8, a),
        .html = { column_str(s, 9, a) },
        .edits = column_int(s, 11),
    };
    struct str visitor = column_str(s, 10, a);
    query_end(s);
    e = judge(w, &c, visitor);
    if (!e)
        *ret = c;
    return e;
}

err own_editable(struct tx *tx, const struct own_wish *w, bool *ret)
{
    struct stmt *s = query_start(tx, &own_times);
    bind_int(s, 1, w->comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = false;
    if (!row)
        return OK;
    enum comment_state state = (enum comment_state)column_int(s, 0);
    *ret = (state == COMMENT_STATE_HELD || state == COMMENT_STATE_PUBLISHED) &&
           in_window(w, column_int(s, 1)) && !column_int(s, 2);
    query_end(s);
    return OK;
}

/* ---- other words */

static err check_open(struct tx *tx, int64_t report)
{
    bool published = false;
    struct discussion discussion = { 0 };
    err e = report_published(tx, report, &published);
    if (!e)
        e = discussion_get(tx, report, &discussion);
    if (e)
        return fault(e);
    return published && discussion.open ? OK : OWN_CLOSED;
}

static err write_words(struct tx *tx, const struct own_wish *w, const struct comment_draft *d,
                       int64_t number)
{
    struct stmt *s = query_start(tx, &former_add);
    bind_int(s, 1, w->comment);
    bind_int(s, 2, number);
    bind_int(s, 3, w->now);
    err e = query_run(s, NULL);
    if (e)
        return e;
    s = query_start(tx, &words_set);
    bind_int(s, 1, w->comment);
    bind_str(s, 2, d->html.s);
    bind_int(s, 3, d->html_version);
    bind_int(s, 4, w->now);
    e = query_run(s, NULL);
    if (e)
        return e;
    s = query_start(tx, &body_set);
    bind_int(s, 1, w->comment);
    bind_str(s, 2, d->body);
    return query_run(s, NULL);
}

/* What was published goes back to the moderators; what was held stays so, for the new reason. */
static err write_hold(struct tx *tx, const struct own_wish *w, const struct comment_draft *d,
                      enum comment_state state)
{
    if (d->hold == COMMENT_HOLD_NONE)
        return OK;
    struct stmt *s = query_start(tx, &hold_set);
    bind_int(s, 1, w->comment);
    bind_str(s, 2, comment_hold_str(d->hold));
    err e = query_run(s, NULL);
    if (e)
        return e;
    s = query_start(tx, &hold_about_set);
    bind_int(s, 1, w->comment);
    bind_str_or_null(s, 2, d->hold_about);
    bind_int_or_null(s, 3, d->guess);
    e = query_run(s, NULL);
    if (e || state == COMMENT_STATE_HELD)
        return e;
    struct comment_former held = { .state = COMMENT_STATE_HELD, .changed_at = w->now };
    e = comment_put_back(tx, w->comment, &held, w->now);
    return e > 0 ? ERR_DATA : e; // it was published in this very transaction
}

static err write_edit(struct tx *tx, const struct own_wish *w, const struct comment_draft *d,
                      const struct own_comment *c)
{
    err e = write_words(tx, w, d, c->edits + 1);
    if (!e)
        e = comment_event_add(tx, w->comment, c->report, COMMENT_CHANGE_EDITED, w->now);
    if (!e)
        e = write_hold(tx, w, d, c->state);
    if (e)
        return fault(e);
    tx_touch(tx, "report/%" PRId64, c->report);
    return OK;
}

enum { OWN_MEMORY = 1024 * 1024 }; /* the comment's words and HTML */

err own_edit(struct tx *tx, const struct own_wish *w, const struct comment_draft *d,
             struct own_edited *ret)
{
    check(d->prepared);
    struct arena a CLEANUP(arena_free);
    arena_init(&a, OWN_MEMORY);
    struct own_comment c = { 0 };
    err e = own_get(tx, w, &a, &c);
    if (!e)
        e = check_open(tx, c.report);
    if (e)
        return e;
    *ret = (struct own_edited){ .report = c.report, .held = c.state == COMMENT_STATE_HELD };
    ret->same = str_eq(c.body, d->body);
    if (ret->same)
        return OK;
    if (c.edits >= COMMENT_EDITS_MAX)
        return OWN_TOO_OFTEN;
    ret->held = ret->held || d->hold != COMMENT_HOLD_NONE;
    return write_edit(tx, w, d, &c);
}

/* ---- none */

err own_delete(struct tx *tx, const struct own_wish *w, int64_t *ret_report)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, OWN_MEMORY);
    struct own_comment c = { 0 };
    err e = own_get(tx, w, &a, &c);
    if (e)
        return e;
    e = comment_set_state(tx, w->comment, COMMENT_STATE_DELETED, 0, w->now);
    if (e)
        return e > 0 ? fault(ERR_DATA) : fault(e); // it was there in this very transaction
    *ret_report = c.report;
    return OK;
}

/* ---- for the desk */

err own_former(struct tx *tx, int64_t comment, struct arena *a, const struct former_words **ret,
               size_t *ret_n)
{
    struct former_words *rows = arena_new(a, struct former_words, COMMENT_EDITS_MAX);
    struct stmt *s = query_start(tx, &former_rows);
    bind_int(s, 1, comment);
    bind_int(s, 2, COMMENT_EDITS_MAX);
    for (size_t n = 0;; n++) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        *ret_n = n;
        if (!row)
            break;
        rows[n] = (struct former_words){ column_int(s, 0), column_int(s, 1), column_str(s, 2, a) };
    }
    *ret = rows;
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}
