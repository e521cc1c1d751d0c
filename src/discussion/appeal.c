#include "discussion/appeal.h"
#include "base/crypto.h"
#include "base/utf8.h"
#include "discussion/comment_row.h"

QUERY(appeal_words_drop, "update appeal set body = '' where comment = $1");
QUERY(gone_words_drop, "update appeal set body = '' where comment in "
                       "(select comment from appeal_right where email_hash = $1)");
QUERY(gone_rights_drop, "delete from appeal_right where email_hash = $1");
QUERY(gone_list, "select comment from appeal_right where email_hash = $1 "
                 "order by comment desc limit $2");
QUERY(right_of_whom, "select visitor, coalesce(email, '') from comment_origin where comment = $1 "
                     "and visitor is not null");
QUERY(right_give, "insert into appeal_right (comment, visitor, until, email_hash) "
                  "values ($1, $3, $2, $4) on conflict (comment) do update set "
                  "until = excluded.until, email_hash = excluded.email_hash");
QUERY(right_there, "select 1 from appeal_right where comment = $1");
QUERY(right_keep, "update appeal_right set until = $2 where comment = $1 and until < $2");
QUERY(right_drop, "delete from appeal_right where comment = $1");
QUERY(right_prune, "delete from appeal_right where until < $1 and comment not in "
                   "(select comment from appeal where state = 'open')");
QUERY(words_prune, "update appeal set body = '' where body <> '' and state <> 'open' "
                   "and decided_at < $1");
QUERY(right_row,
      "select c.report, " COMMENT_STATE_OF(
          "c.state") " from appeal_right r "
                     "join comment c on c.id = r.comment "
                     "left join comment_origin o on o.comment = r.comment where r.comment = $1 "
                     "and (r.visitor = $2 or r.email_hash = $3 or o.email = $4)");

QUERY(appeal_insert, "insert into appeal (comment, decision, body, created_at, state) "
                     "values ($1, $2, $3, $4, 'open')");
#define APPEAL_ROWS                                                                                \
    "select a.id, a.comment, a.decision, coalesce(d.person, 0), a.body, a.answer, a.created_at, "  \
    "coalesce(a.decided_at, 0), case a.state when 'open' then 1 when 'granted' then 2 "            \
    "when 'refused' then 3 else 4 end from appeal a join decision d on d.id = a.decision "
QUERY(appeal_row, APPEAL_ROWS "where a.id = $1");
QUERY(appeal_against, APPEAL_ROWS "where a.comment = $1 order by a.id desc limit 1");
QUERY(appeals_open, APPEAL_ROWS "where a.state = 'open' and a.id > $1 order by a.id limit $2");
QUERY(appeals_over,
      APPEAL_ROWS "where a.state <> 'open' and a.id < $1 order by a.id desc limit $2");
QUERY(appeals_open_count, "select count(*) from (select 1 from appeal where state = 'open' "
                          "limit 1000) as some");
QUERY(appeal_end, "update appeal set state = $2, decided_at = $3, decided_by = $4, answer = $5 "
                  "where id = $1");
QUERY(appeal_moot_set, "update appeal set state = 'moot', decided_at = $2 "
                       "where comment = $1 and state = 'open'");
QUERY(appeal_open_again, "update appeal set state = 'open', decided_at = null "
                         "where comment = $1 and state in ('moot', 'granted') and decided_at = $2");

CHECK_ROWS(appeal_of_decision, "an appeal is against a decision about its comment",
           "select a.id from appeal a join decision d on d.id = a.decision "
           "where d.comment <> a.comment");
CHECK_ROWS(appeal_right_removed, "a right to appeal is kept for removed comments only",
           "select r.comment from appeal_right r join comment c on c.id = r.comment "
           "where c.reason = 0");

enum { CASE_MEMORY = 4 * (DECISION_NOTE_MAX + APPEAL_BYTES_MAX + APPEAL_ANSWER_MAX) };

static void read_appeal(struct stmt *s, struct arena *a, struct appeal *ret)
{
    *ret = (struct appeal){
        .id = column_int(s, 0),
        .comment = column_int(s, 1),
        .decision = column_int(s, 2),
        .against = column_int(s, 3),
        .body = column_str(s, 4, a),
        .answer = column_str(s, 5, a),
        .created_at = column_int(s, 6),
        .decided_at = column_int(s, 7),
        .state = (enum appeal_state)column_int(s, 8),
    };
}

/* One appeal; false in *ret_there: none. */
static err read_one(struct tx *tx, const struct query *q, int64_t id, struct arena *a,
                    bool *ret_there, struct appeal *ret)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, id);
    err e = query_step(s, ret_there);
    if (e || !*ret_there)
        return e;
    read_appeal(s, a, ret);
    query_end(s);
    return OK;
}

/* ---- the author's */

struct str appeal_email_hash(const struct keys *k, struct arena *a, struct str email)
{
    uint8_t *hash = arena_new(a, uint8_t, APPEAL_HASH_BYTES);
    const struct str parts[] = { S("appeal-email"), email };
    keys_sign(k, KEY_LINK, parts, COUNT(parts), hash);
    return bytes_str(hash, APPEAL_HASH_BYTES);
}

static err right_of(struct tx *tx, int64_t comment, const struct appellant *who,
                    struct appeal_case *ret)
{
    struct stmt *s = query_start(tx, &right_row);
    bind_int(s, 1, comment);
    bind_blob_or_null(s, 2, who->visitor);
    bind_blob_or_null(s, 3, who->email_hash);
    if (who->email.n)
        bind_str(s, 4, who->email);
    else
        bind_null(s, 4);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return APPEAL_NOT_YOURS;
    ret->comment = comment;
    ret->report = column_int(s, 0);
    ret->now = (enum comment_state)column_int(s, 1);
    query_end(s);
    return OK;
}

err appeal_case_get(struct tx *tx, int64_t comment, const struct appellant *who, struct arena *a,
                    struct appeal_case *ret)
{
    struct appeal_case c = { 0 };
    struct appeal made = { 0 };
    bool there = false;
    err e = right_of(tx, comment, who, &c);
    if (!e)
        e = decision_latest(tx, comment, a, &there, &c.decision);
    if (!e && (!there || c.decision.reason == REASON_NONE))
        return APPEAL_NOT_YOURS; // taken down by nobody of the staff
    if (!e)
        e = read_one(tx, &appeal_against, comment, a, &there, &made);
    if (e)
        return e < 0 ? fault(e) : e;
    if (there && made.decision == c.decision.id)
        c.appeal = made;
    c.until = c.decision.at + APPEAL_DAYS * DAY;
    *ret = c;
    return OK;
}

err appeal_gone(struct tx *tx, struct str email_hash, int64_t ret[APPEAL_GONE_MAX], size_t *ret_n)
{
    struct stmt *s = query_start(tx, &gone_list);
    bind_blob(s, 1, email_hash);
    bind_int(s, 2, APPEAL_GONE_MAX);
    for (*ret_n = 0;; ++*ret_n) {
        bool row = false;
        err e = query_step(s, &row);
        if (e || !row)
            return e;
        ret[*ret_n] = column_int(s, 0);
    }
}

err appeal_check(struct str body)
{
    if (text_check(body, false) != TEXT_FINE)
        return APPEAL_NOT_TEXT;
    if (text_blank(body))
        return APPEAL_EMPTY;
    return body.n > APPEAL_BYTES_MAX ? APPEAL_TOO_LONG : OK;
}

static err keep_right(struct tx *tx, int64_t comment, int64_t now)
{
    struct stmt *s = query_start(tx, &right_keep);
    bind_int(s, 1, comment);
    bind_int(s, 2, now + APPEAL_DAYS * DAY);
    return query_run(s, NULL);
}

err appeal_add(struct tx *tx, int64_t comment, const struct appellant *who, struct str body,
               int64_t now)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    struct appeal_case c = { 0 };
    arena_init(&a, CASE_MEMORY);
    err e = appeal_case_get(tx, comment, who, &a, &c);
    if (e)
        return e;
    if (c.appeal.state != APPEAL_NONE)
        return APPEAL_MADE;
    if (now > c.until)
        return APPEAL_TOO_LATE;
    struct stmt *s = query_start(tx, &appeal_insert);
    bind_int(s, 1, comment);
    bind_int(s, 2, c.decision.id);
    bind_str(s, 3, body);
    bind_int(s, 4, now);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

/* ---- the desk's */

err appeal_list(struct tx *tx, bool open, int64_t after, struct arena *a, struct appeals *ret)
{
    struct appeal *rows = arena_new(a, struct appeal, APPEAL_PAGE);
    struct stmt *s = query_start(tx, open ? &appeals_open : &appeals_over);
    bind_int(s, 1, after || open ? after : INT64_MAX);
    bind_int(s, 2, APPEAL_PAGE + 1);
    size_t n = 0;
    bool row = false;
    for (;;) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row || n == APPEAL_PAGE)
            break;
        read_appeal(s, a, &rows[n++]);
    }
    if (row)
        query_end(s);
    *ret = (struct appeals){ rows, n, row ? rows[n - 1].id : 0 };
    return OK;
}

err appeal_get(struct tx *tx, int64_t id, struct arena *a, struct appeal *ret)
{
    bool there = false;
    err e = read_one(tx, &appeal_row, id, a, &there, ret);
    if (e)
        return fault(e);
    return there ? OK : APPEAL_MISSING;
}

err appeal_of(struct tx *tx, int64_t comment, struct arena *a, struct appeal *ret)
{
    bool there = false;
    struct appeal found = { 0 };
    err e = read_one(tx, &appeal_against, comment, a, &there, &found);
    if (e)
        return fault(e);
    *ret = found;
    return OK;
}

err appeal_open_count(struct tx *tx, int64_t *ret)
{
    struct stmt *s = query_start(tx, &appeals_open_count);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

static err write_end(struct tx *tx, const struct appeal_judgement *j)
{
    struct stmt *s = query_start(tx, &appeal_end);
    bind_int(s, 1, j->id);
    bind_str(s, 2, j->granted ? S("granted") : S("refused"));
    bind_int(s, 3, j->now);
    bind_int_or_null(s, 4, j->by);
    bind_str(s, 5, j->answer);
    return query_run(s, NULL);
}

/* The comment comes back; what was deleted cannot, and what came back already has. */
static err publish_again(struct tx *tx, const struct appeal_judgement *j, const struct appeal *a)
{
    int64_t act = 0;
    struct decision_wish w = {
        .kind = ACT_APPROVE, .by = j->by, .now = j->now, .seen = DECISION_SEEN_ANY
    };
    err e = decision_make(tx, &w, a->comment, &act);
    return e > 0 ? OK : e;
}

err appeal_judge(struct tx *tx, const struct appeal_judgement *j)
{
    struct arena a CLEANUP(arena_free) = { 0 };
    struct appeal appeal = { 0 };
    arena_init(&a, CASE_MEMORY);
    err e = appeal_get(tx, j->id, &a, &appeal);
    if (e)
        return e;
    if (appeal.state != APPEAL_OPEN)
        return APPEAL_DECIDED;
    if (j->by && j->by == appeal.against)
        return APPEAL_OWN;
    e = write_end(tx, j);
    if (!e)
        e = keep_right(tx, appeal.comment, j->now);
    if (!e && j->granted)
        e = publish_again(tx, j, &appeal);
    return e ? fault(e) : OK;
}

/* ---- rights that begin and end */

static err run(struct tx *tx, const struct query *q, int64_t comment, int64_t at)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, comment);
    bind_int(s, 2, at);
    return query_run(s, NULL);
}

err appeal_right_give(struct tx *tx, int64_t comment, int64_t removed_at, const struct keys *keys)
{
    enum { HASH_MEMORY = 1024 };
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, HASH_MEMORY);
    struct stmt *s = query_start(tx, &right_of_whom);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    struct str visitor = column_str(s, 0, &a);
    struct str email = column_str(s, 1, &a);
    struct str email_hash = keys && email.n ? appeal_email_hash(keys, &a, email) : S("");
    query_end(s);
    s = query_start(tx, &right_give);
    bind_int(s, 1, comment);
    bind_int(s, 2, removed_at + APPEAL_DAYS * DAY);
    bind_blob(s, 3, visitor);
    bind_blob_or_null(s, 4, email_hash);
    return query_run(s, NULL);
}

/* Looks first: mostly there is none, and a thousand comments may be approved at once. */
err appeal_right_end(struct tx *tx, int64_t comment, int64_t now)
{
    struct stmt *s = query_start(tx, &right_there);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    query_end(s);
    s = query_start(tx, &right_drop);
    bind_int(s, 1, comment);
    e = query_run(s, NULL);
    return e ? e : run(tx, &appeal_moot_set, comment, now);
}

err appeal_reopen(struct tx *tx, int64_t comment, int64_t ended_at)
{
    return run(tx, &appeal_open_again, comment, ended_at);
}

err appeal_prune(struct tx *tx, int64_t now)
{
    struct stmt *s = query_start(tx, &right_prune);
    bind_int(s, 1, now);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    s = query_start(tx, &words_prune);
    bind_int(s, 1, now - APPEAL_WORDS_DAYS * DAY);
    e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

err appeal_forget(struct tx *tx, int64_t comment)
{
    struct stmt *s = query_start(tx, &appeal_words_drop);
    bind_int(s, 1, comment);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err run_hash(struct tx *tx, const struct query *q, struct str hash)
{
    struct stmt *s = query_start(tx, q);
    bind_blob(s, 1, hash);
    return query_run(s, NULL);
}

err appeal_forget_gone(struct tx *tx, struct str email_hash)
{
    err e = run_hash(tx, &gone_words_drop, email_hash);
    if (!e)
        e = run_hash(tx, &gone_rights_drop, email_hash);
    return e ? fault(e) : OK;
}
