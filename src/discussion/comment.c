/*
 * The comment table and its side table comment_origin (what was typed, and by whom): checking and
 * rendering a draft, storing it, reading one comment. Lists are listing.c's and comment_desk.c's.
 */
#include "discussion/comment.h"
#include "base/check.h"
#include "base/utf8.h"
#include "discussion/answer.h"
#include "discussion/comment_event.h"
#include "discussion/comment_row.h"
#include "discussion/tree.h"
#include "people/email.h"
#include "publishing/report.h"
#include "render/markdown.h"

CONFIG_INT(limit_comment_bytes, "limits", "comment_bytes", 16384, 100, 65536,
           "Longest comment, in bytes of UTF-8 as it was typed.");

QUERY(parent_row,
      "select report, coalesce(root, id), depth, " COMMENT_STATE_NUMBER
      ", locked + coalesce((select r.locked from comment r where r.id = comment.root), 0) "
      "from comment where id = $1");
QUERY(comment_insert,
      "insert into comment (report, parent, root, depth, state, visible, person, created_at, hold, "
      "html_version, name, html, held_for, question) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
QUERY(origin_insert, "insert into comment_origin (comment, said, address_key, visitor, address, "
                     "prefix, email, body, hold_about, guess) "
                     "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
QUERY(comment_row, "select " COMMENT_COLUMNS " from comment where id = $1");

QUERY(is_of_visitor, "select 1 from comment_origin where comment = $1 and visitor = $2");
QUERY(held_of, "select count(*) from (select 1 from comment where held_for = $1 and report = $2 "
               "limit 100) as some");

/* What the memory of recent comments leads to is looked at closely. */
QUERY(same_comment, "select " COMMENT_STATE_NUMBER " from comment c join comment_origin o "
                    "on o.comment = c.id where c.id = $1 and c.created_at > $2 and c.report = $3 "
                    "and coalesce(c.parent, 0) = $4 and o.body = $5 "
                    "and (o.visitor = $6 or o.address = $7) "
                    "and coalesce(c.question, 0) = $8");

CHECK_ROWS(comment_gone, "a deleted comment has lost its words and its author, another has not",
           "select c.id from comment c left join comment_origin o on o.comment = c.id "
           "where (c.state = 'deleted') <> (o.comment is null) "
           "or (c.state = 'deleted' and (c.name <> '' or c.html <> ''))");
CHECK_ROWS(comment_erased, "nothing is left of an erased author",
           "select c.id from comment c join comment_origin o on o.comment = c.id "
           "where c.erased = 1 and (c.name <> '' or c.person is not null or o.email is not null "
           "or o.visitor is not null or o.address is not null or o.prefix is not null)");
CHECK_ROWS(comment_held_for, "only a held comment is kept for its author to see",
           "select id from comment where held_for is not null and state <> 'held'");

static const char *const state_names[] = { "held", "published", "hidden", "spam", "deleted" };
static const char *const hold_names[] = { "",      "all",    "honeypot", "fast",      "token",
                                          "first", "links",  "phrase",   "duplicate", "flood",
                                          "slow",  "filter", "work" };

struct str comment_state_str(enum comment_state s)
{
    return str_from_z(state_names[s]);
}

bool comment_state_parse(struct str s, enum comment_state *ret)
{
    for (size_t i = 0; i < COUNT(state_names); i++) {
        if (str_eq(s, str_from_z(state_names[i]))) {
            *ret = (enum comment_state)i;
            return true;
        }
    }
    return false;
}

struct str comment_hold_str(enum comment_hold h)
{
    return str_from_z(hold_names[h]);
}

bool comment_hold_parse(struct str s, enum comment_hold *ret)
{
    for (size_t i = 0; i < COUNT(hold_names); i++) {
        if (str_eq(s, str_from_z(hold_names[i]))) {
            *ret = (enum comment_hold)i;
            return true;
        }
    }
    return false;
}

/* ---- checking a draft */

static err check_name(struct str name)
{
    if (text_check(name, true) != TEXT_FINE)
        return COMMENT_NAME_NOT_TEXT;
    if (text_blank(name))
        return COMMENT_NAME_MISSING;
    return utf8_length(name) > COMMENT_NAME_MAX ? COMMENT_NAME_TOO_LONG : OK;
}

/* As typed, or the address in lower case. */
static err check_email(struct str *email, struct arena *a)
{
    if (email->n == 0)
        return OK;
    if (email->n > EMAIL_MAX)
        return COMMENT_EMAIL_TOO_LONG;
    return email_parse(*email, a, email) ? OK : COMMENT_EMAIL_WRONG;
}

static err check_body(struct str body, int64_t max)
{
    if (text_check(body, false) != TEXT_FINE)
        return COMMENT_NOT_TEXT;
    if (text_blank(body))
        return COMMENT_BODY_EMPTY;
    return body.n > (size_t)max ? COMMENT_TOO_LONG : OK;
}

/* CRLF and CR become LF; blank lines go at both ends, the first line's indentation stays. */
static struct str body_lines(struct arena *a, struct str s)
{
    char *p = arena_new(a, char, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool cr = s.s[i] == '\r';
        if (cr && i + 1 < s.n && s.s[i + 1] == '\n')
            continue;
        p[n] = s.s[i];
        if (cr)
            p[n] = '\n';
        n++;
    }
    struct str text = { p, n };
    struct str line = { 0 };
    struct str rest = { 0 };
    while (str_cut(text, '\n', &line, &rest) && str_trim(line).n == 0)
        text = rest;
    size_t left = str_trim(text).n;
    if (left == 0)
        return (struct str){ 0 };
    size_t indent = (size_t)(str_trim(text).s - text.s);
    return str_sub(text, 0, indent + left);
}

static err render_body(struct comment_draft *d, struct arena *a)
{
    struct html html = { 0 };
    err e = markdown_comment(a, d->body, &html);
    if (e < 0)
        return fault(e);
    if (e == MARKDOWN_TOO_LONG || html.s.n > COMMENT_HTML_MAX)
        return COMMENT_TOO_LONG;
    if (html.s.n == 0) // a link's definition alone renders to nothing
        return COMMENT_BODY_EMPTY;
    d->html = html;
    d->html_version = MARKDOWN_VERSION;
    return OK;
}

err comment_prepare(struct comment_draft *d, const struct config *c, struct arena *a,
                    struct comment_problems *ret)
{
    d->name = str_trim(d->name);
    d->email = str_trim(d->email);
    d->body = body_lines(a, d->body);
    *ret = (struct comment_problems){
        .name = check_name(d->name),
        .email = check_email(&d->email, a),
        .body = check_body(d->body, config_int(c, &limit_comment_bytes)),
    };
    if (!ret->body) {
        err e = render_body(d, a);
        if (e < 0)
            return e;
        ret->body = e;
    }
    d->prepared = !ret->name && !ret->email && !ret->body;
    return ret->name ? ret->name : ret->email ? ret->email : ret->body;
}

/* ---- storing it */

/* Where a new comment goes: a new thread is all zeros. */
struct spot {
    int64_t parent, root, depth;
};

static err find_spot(struct tx *tx, const struct comment_draft *d, struct spot *ret)
{
    *ret = (struct spot){ 0 };
    if (!d->parent)
        return OK;
    struct stmt *s = query_start(tx, &parent_row);
    bind_int(s, 1, d->parent);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return COMMENT_NO_PARENT;
    bool here = column_int(s, 0) == d->report;
    bool published = column_int(s, 3) == COMMENT_STATE_PUBLISHED;
    bool locked = column_int(s, 4);
    *ret = (struct spot){ d->parent, column_int(s, 1), column_int(s, 2) + 1 };
    query_end(s);
    if (!here)
        return COMMENT_NO_PARENT;
    if (!published)
        return COMMENT_PARENT_GONE;
    if (locked)
        return COMMENT_LOCKED;
    return ret->depth > COMMENT_DEPTH_MAX ? COMMENT_TOO_DEEP : OK;
}

static err check_open(struct tx *tx, int64_t report)
{
    bool published = false;
    err e = report_published(tx, report, &published);
    if (e)
        return fault(e);
    if (!published)
        return COMMENT_NO_REPORT;
    struct discussion discussion = { 0 };
    e = discussion_get(tx, report, &discussion);
    if (e)
        return fault(e);
    return discussion.open ? OK : COMMENT_CLOSED;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_more(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.s[i]) * UINT64_C(0x100000001B3);
    return h;
}

static int64_t said_by(const struct comment_draft *d, struct str who)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325) ^ (uint64_t)d->report;
    h = (h * UINT64_C(0x100000001B3)) ^ (uint64_t)d->parent;
    h = (h * UINT64_C(0x100000001B3)) ^ (uint64_t)d->question;
    return (int64_t)(hash_more(hash_more(h, who), d->body) >> 1);
}

/* Under which hash it is remembered: by the visitor, whose next request will show the same cookie,
 * but by the address of who has none yet. */
static int64_t said(const struct comment_draft *d)
{
    return said_by(d, d->visitor_new || !d->visitor.n ? d->address : d->visitor);
}

/* Leaves *ret alone, with id 0, when these words are new. */
static err find_again(struct tx *tx, const struct comment_draft *d, struct str who,
                      struct comment_added *ret)
{
    int64_t id = who.n ? recent_find(d->recent, said_by(d, who)) : 0;
    if (!id)
        return OK;
    struct stmt *s = query_start(tx, &same_comment);
    bind_int(s, 1, id);
    bind_int(s, 2, d->now - COMMENT_AGAIN_SPAN);
    bind_int(s, 3, d->report);
    bind_int(s, 4, d->parent);
    bind_str(s, 5, d->body);
    bind_blob_or_null(s, 6, d->visitor);
    bind_blob_or_null(s, 7, d->address);
    bind_int(s, 8, d->question);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    bool held = column_int(s, 0) == COMMENT_STATE_HELD;
    *ret = (struct comment_added){ .id = id, .held = held, .again = true };
    query_end(s);
    return OK;
}

static err insert_row(struct tx *tx, const struct comment_draft *d, const struct spot *spot,
                      int64_t *ret_id)
{
    bool published = d->hold == COMMENT_HOLD_NONE;
    struct stmt *s = query_start(tx, &comment_insert);
    bind_int(s, 1, d->report);
    bind_int_or_null(s, 2, spot->parent);
    bind_int_or_null(s, 3, spot->root);
    bind_int(s, 4, spot->depth);
    bind_str(s, 5, comment_state_str(published ? COMMENT_STATE_PUBLISHED : COMMENT_STATE_HELD));
    bind_int(s, 6, published);
    bind_int_or_null(s, 7, d->person);
    bind_int(s, 8, d->now);
    bind_str(s, 9, comment_hold_str(d->hold));
    bind_int(s, 10, d->html_version);
    bind_str(s, 11, d->name);
    bind_str(s, 12, d->html.s);
    bind_blob_or_null(s, 13, published ? (struct str){ 0 } : d->visitor);
    bind_int_or_null(s, 14, d->question);
    return query_insert(s, ret_id);
}

static err insert_origin(struct tx *tx, const struct comment_draft *d, int64_t id)
{
    struct stmt *s = query_start(tx, &origin_insert);
    bind_int(s, 1, id);
    bind_int(s, 2, said(d));
    bind_int(s, 3, d->key);
    bind_blob_or_null(s, 4, d->visitor);
    bind_blob_or_null(s, 5, d->address);
    bind_blob_or_null(s, 6, d->prefix);
    bind_str_or_null(s, 7, d->email);
    bind_str(s, 8, d->body);
    bind_str_or_null(s, 9, d->hold_about);
    bind_int_or_null(s, 10, d->guess);
    return query_run(s, NULL);
}

static err count_new(struct tx *tx, const struct comment_draft *d, const struct spot *spot,
                     int64_t id)
{
    struct discussion change = { .held = 1 };
    if (d->hold == COMMENT_HOLD_NONE) {
        change = (struct discussion){ .published = 1, .answers = d->question != 0 };
        struct tree_node node = { id, spot->parent, spot->root ? spot->root : id };
        err e = tree_added(tx, &node);
        change.threads = !spot->parent;
        if (!e && d->question)
            e = question_count(tx, d->question, 1);
        if (e)
            return e;
    }
    return discussion_count(tx, d->report, &change);
}

static err add_row(struct tx *tx, const struct comment_draft *d, const struct spot *spot,
                   struct comment_added *ret)
{
    struct comment_added added = { .held = d->hold != COMMENT_HOLD_NONE };
    err e = insert_row(tx, d, spot, &added.id);
    if (!e)
        e = insert_origin(tx, d, added.id);
    if (!e)
        e = count_new(tx, d, spot, added.id);
    if (!e)
        e = comment_event_add(tx, added.id, d->report,
                              added.held ? COMMENT_CHANGE_HELD : COMMENT_CHANGE_PUBLISHED, d->now);
    if (e)
        return fault(e);
    if (d->recent)
        recent_add(d->recent, said(d), added.id);
    *ret = added;
    return OK;
}

err comment_add(struct tx *tx, const struct comment_draft *d, struct comment_added *ret)
{
    check(d->prepared);
    err e = check_open(tx, d->report);
    if (e)
        return e;
    struct comment_added again = { 0 };
    if (d->recent)
        e = find_again(tx, d, d->visitor, &again);
    if (!e && d->recent && !again.id)
        e = find_again(tx, d, d->address, &again);
    if (e)
        return fault(e);
    if (again.id) {
        *ret = again;
        return OK;
    }
    struct spot spot = { 0 };
    e = find_spot(tx, d, &spot);
    if (!e && d->question)
        e = answer_check(tx, d);
    return e ? e : add_row(tx, d, &spot, ret);
}

/* ---- reading it */

void comment_read(struct stmt *s, struct arena *a, struct comment *ret)
{
    *ret = (struct comment){
        .id = column_int(s, 0),
        .report = column_int(s, 1),
        .parent = column_int(s, 2),
        .root = column_int(s, 3),
        .depth = column_int(s, 4),
        .state = (enum comment_state)column_int(s, 5),
        .visible = column_int(s, 6),
        .erased = column_int(s, 7),
        .person = column_int(s, 8),
        .created_at = column_int(s, 9),
        .up = column_int(s, 10),
        .down = column_int(s, 11),
        .score = column_int(s, 12),
        .children = column_int(s, 13),
        .replies = column_int(s, 14),
        .name = column_str(s, 15, a),
        .html = { column_str(s, 16, a) },
        .question = column_int(s, 17),
        .used = column_int(s, 18),
        .edited_at = column_int(s, 19),
        .pinned = column_int(s, 20),
        .locked = column_int(s, 21),
    };
}

err comment_get(struct tx *tx, int64_t id, struct arena *a, struct comment *ret)
{
    struct stmt *s = query_start(tx, &comment_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return COMMENT_MISSING;
    comment_read(s, a, ret);
    query_end(s);
    return OK;
}

err comment_is_mine(struct tx *tx, int64_t id, struct str visitor, bool *ret)
{
    struct stmt *s = query_start(tx, &is_of_visitor);
    bind_int(s, 1, id);
    bind_blob(s, 2, visitor);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row)
        query_end(s);
    *ret = row;
    return OK;
}

err comment_held_of(struct tx *tx, int64_t report, struct str visitor, int64_t *ret)
{
    struct stmt *s = query_start(tx, &held_of);
    bind_blob(s, 1, visitor);
    bind_int(s, 2, report);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}
