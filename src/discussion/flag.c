#include "discussion/flag.h"
#include "base/utf8.h"
#include "discussion/decision.h"
#include "publishing/report.h"

CONFIG_INT(flags_hide, "discussion", "flags_hide", 0, 0, 1000,
           "Hide a comment that this many readers of different networks have flagged and that "
           "nobody of the staff has decided about. 0: flags hide nothing.");

QUERY(flagged_row, "select c.report, case when c.state = 'published' then 1 else 0 end, "
                   "coalesce(case when o.visitor = $2 then 1 else 0 end, 0), "
                   "coalesce(c.changed_by, 0) from comment c "
                   "left join comment_origin o on o.comment = c.id where c.id = $1");
QUERY(flag_room,
      "select count(*), count(*) filter (where prefix = $2) from flag where comment = $1");
QUERY(flag_insert, "insert into flag (comment, voter, reason, note, created_at, address_key, "
                   "address, prefix) values ($1, $2, $3, $4, $5, $6, $7, $8) "
                   "on conflict (comment, voter) do nothing");
QUERY(flags_add, "update comment set flags = flags + $2 where id = $1");
QUERY(flag_networks, "select count(distinct coalesce(prefix, voter)) from flag "
                     "where comment = $1 and decision is null");
QUERY(flag_rows, "select reason, note, created_at, case when decision is null then 1 else 0 end "
                 "from flag where comment = $1 order by created_at desc limit $2");
QUERY(flag_waiting_count, "select count(*) from (select 1 from comment where flags > 0 "
                          "limit 1000) as some");
QUERY(flag_first, "select coalesce(min(created_at), 0) from flag "
                  "where comment = $1 and decision is null");
QUERY(flag_answered, "select 1 from flag where decision = $1 limit 1");
QUERY(flag_drop_all, "delete from flag where comment = $1 and decision is null");
QUERY(flag_answer_all, "update flag set decision = $2 where comment = $1 and decision is null");
QUERY(flag_open_all, "update flag set decision = null where comment = $1 and decision = $2");

CHECK_ROWS(flags_counted, "a comment's number of flags is that of its open ones",
           "select c.id, c.flags, coalesce(f.n, 0) as counted from comment c left join "
           "(select comment, count(*) as n from flag where decision is null group by comment) f "
           "on f.comment = c.id where c.flags <> coalesce(f.n, 0)");

err flag_note_check(struct str note)
{
    if (text_check(note, false) != TEXT_FINE)
        return FLAG_NOTE_NOT_TEXT;
    return note.n > FLAG_NOTE_MAX ? FLAG_NOTE_LONG : OK;
}

/* What is flagged. */
struct subject {
    int64_t report, changed_by;
    bool published, own;
};

static err subject_get(struct tx *tx, const struct flag *f, struct subject *ret)
{
    struct stmt *s = query_start(tx, &flagged_row);
    bind_int(s, 1, f->comment);
    bind_blob(s, 2, f->voter);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return FLAG_NO_COMMENT;
    *ret = (struct subject){ .report = column_int(s, 0),
                             .published = column_int(s, 1),
                             .own = column_int(s, 2),
                             .changed_by = column_int(s, 3) };
    query_end(s);
    return OK;
}

static err may_flag(struct tx *tx, const struct subject *s)
{
    bool shown = false;
    err e = report_published(tx, s->report, &shown);
    if (e)
        return e;
    if (!shown)
        return FLAG_NO_COMMENT;
    return !s->published ? FLAG_NOT_PUBLISHED : s->own ? FLAG_OWN : OK;
}

static err count(struct tx *tx, int64_t comment, int64_t n)
{
    struct stmt *s = query_start(tx, &flags_add);
    bind_int(s, 1, comment);
    bind_int(s, 2, n);
    return query_run(s, NULL);
}

/* Whoever keeps no cookies is somebody new each time; the neighbourhood is not. */
static err has_room(struct tx *tx, const struct flag *f, bool *ret)
{
    struct stmt *s = query_start(tx, &flag_room);
    bind_int(s, 1, f->comment);
    bind_blob_or_null(s, 2, f->prefix);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = column_int(s, 0) < FLAGS_OF_COMMENT && column_int(s, 1) < FLAGS_OF_NEIGHBOURS;
    query_end(s);
    return OK;
}

static err insert(struct tx *tx, const struct flag *f)
{
    bool room = false;
    err e = has_room(tx, f, &room);
    if (e || !room)
        return e ? e : FLAG_AGAIN;
    struct stmt *s = query_start(tx, &flag_insert);
    int64_t added = 0;
    bind_int(s, 1, f->comment);
    bind_blob(s, 2, f->voter);
    bind_int(s, 3, f->reason);
    bind_str(s, 4, f->note);
    bind_int(s, 5, f->now);
    bind_int(s, 6, f->key);
    bind_blob_or_null(s, 7, f->address);
    bind_blob_or_null(s, 8, f->prefix);
    e = query_run(s, &added);
    if (e)
        return e;
    return added ? count(tx, f->comment, 1) : FLAG_AGAIN;
}

static err number(struct tx *tx, const struct query *q, int64_t comment, int64_t *ret)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e ? e : ERR_DATA;
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

/* As many as the operator has set. */
static err hide_if_many(struct tx *tx, const struct flag *f, const struct subject *s)
{
    int64_t networks = 0;
    int64_t act = 0;
    if (!f->hide_at || s->changed_by)
        return OK;
    err e = number(tx, &flag_networks, f->comment, &networks);
    if (e || networks < f->hide_at)
        return e;
    struct decision_wish w = {
        .kind = ACT_HIDE, .reason = REASON_FLAGS, .now = f->now, .seen = DECISION_SEEN_ANY
    };
    e = decision_make(tx, &w, f->comment, &act);
    return e > 0 ? ERR_DATA : e; // it was published a moment ago
}

err flag_add(struct tx *tx, const struct flag *f)
{
    struct subject s = { 0 };
    err e = subject_get(tx, f, &s);
    if (!e)
        e = may_flag(tx, &s);
    if (!e)
        e = insert(tx, f);
    if (!e)
        e = hide_if_many(tx, f, &s);
    return e < 0 ? fault(e) : e;
}

err flag_list(struct tx *tx, int64_t comment, size_t max, struct arena *a,
              const struct flag_seen **ret, size_t *ret_n)
{
    struct flag_seen *rows = arena_new(a, struct flag_seen, max);
    struct stmt *s = query_start(tx, &flag_rows);
    bind_int(s, 1, comment);
    bind_int(s, 2, (int64_t)max);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = (struct flag_seen){ .reason = (enum reason)column_int(s, 0),
                                        .note = column_str(s, 1, a),
                                        .created_at = column_int(s, 2),
                                        .open = column_int(s, 3) };
    }
    *ret = rows;
    *ret_n = n;
    return OK;
}

err flag_waiting(struct tx *tx, int64_t *ret)
{
    struct stmt *s = query_start(tx, &flag_waiting_count);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

err flag_first_open(struct tx *tx, int64_t comment, int64_t *ret_at)
{
    return number(tx, &flag_first, comment, ret_at);
}

static err move(struct tx *tx, const struct query *q, int64_t comment, int64_t decision, int sign)
{
    struct stmt *s = query_start(tx, q);
    int64_t n = 0;
    bind_int(s, 1, comment);
    bind_int(s, 2, decision);
    err e = query_run(s, &n);
    return e || !n ? e : count(tx, comment, sign * n);
}

err flag_answer(struct tx *tx, int64_t comment, int64_t decision)
{
    return move(tx, &flag_answer_all, comment, decision, -1);
}

err flag_unanswer(struct tx *tx, int64_t comment, int64_t decision)
{
    struct stmt *s = query_start(tx, &flag_answered);
    bind_int(s, 1, decision);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    query_end(s);
    return move(tx, &flag_open_all, comment, decision, 1);
}

err flag_drop_open(struct tx *tx, int64_t comment)
{
    struct stmt *s = query_start(tx, &flag_drop_all);
    int64_t n = 0;
    bind_int(s, 1, comment);
    err e = query_run(s, &n);
    return e || !n ? e : count(tx, comment, -n);
}
