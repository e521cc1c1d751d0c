#include "discussion/ban.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/utf8.h"

#include <inttypes.h>

QUERY(ban_origin, "select visitor, address, prefix, address_key from comment_origin "
                  "where comment = $1");
QUERY(ban_same, "select id from ban where kind = $1 and hash = $2 and address_key = $3 "
                "and until > $4");
QUERY(ban_count, "select count(*) from ban where until > $1");
QUERY(ban_put, "insert into ban (kind, hash, address_key, until, reason, comment, created_at, "
               "created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)");
QUERY(ban_move, "update ban set until = $2, reason = $3, comment = $4, created_at = $5, "
                "created_by = $6 where id = $1");
QUERY(ban_end, "delete from ban where id = $1 and until > $2");
QUERY(ban_past, "delete from ban where until <= $1");
QUERY(ban_rows, "select ban.id, kind, hash, address_key, until, reason, coalesce(comment, 0), "
                "ban.created_at, coalesce(created_by, 0), coalesce(person.name, '') from ban "
                "left join person on person.id = ban.created_by where until > $1 "
                "order by ban.id desc limit $2");

enum { SCRATCH = 16 * 1024 }; /* for the texts of one call */

static const char *const kinds[] = { "cookie", "address", "prefix" };

struct str ban_kind_str(enum ban_kind k)
{
    return str_from_z(kinds[k]);
}

bool ban_kind_parse(struct str s, enum ban_kind *ret)
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (str_eq(s, str_from_z(kinds[i]))) {
            *ret = (enum ban_kind)i;
            return true;
        }
    }
    return false;
}

/* Whom the comment is from, as it is kept. */
static err find_author(struct tx *tx, const struct ban_draft *d, struct arena *a, struct ban *ret)
{
    struct stmt *s = query_start(tx, &ban_origin);
    bind_int(s, 1, d->comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return BAN_NO_COMMENT;
    bool cookie = d->kind == BAN_COOKIE;
    *ret = (struct ban){ .kind = d->kind,
                         .hash = column_str(s, (int)d->kind, a),
                         .key = cookie ? 0 : column_int(s, 3) };
    query_end(s);
    return ret->hash.n ? OK : BAN_NOBODY;
}

static err first_int(struct stmt *s, int64_t *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = row ? column_int(s, 0) : 0;
    if (row)
        query_end(s);
    return OK;
}

static err move(struct tx *tx, int64_t id, const struct ban *b)
{
    struct stmt *s = query_start(tx, &ban_move);
    bind_int(s, 1, id);
    bind_int(s, 2, b->until);
    bind_str(s, 3, b->reason);
    bind_int(s, 4, b->comment);
    bind_int(s, 5, b->created_at);
    bind_int_or_null(s, 6, b->created_by);
    return query_run(s, NULL);
}

static err put(struct tx *tx, const struct ban *b)
{
    int64_t count = 0;
    struct stmt *s = query_start(tx, &ban_count);
    bind_int(s, 1, b->created_at);
    err e = first_int(s, &count);
    if (e || count >= BANS_MAX)
        return e ? e : BAN_TOO_MANY;
    s = query_start(tx, &ban_put);
    bind_str(s, 1, ban_kind_str(b->kind));
    bind_blob(s, 2, b->hash);
    bind_int(s, 3, b->key);
    bind_int(s, 4, b->until);
    bind_str(s, 5, b->reason);
    bind_int(s, 6, b->comment);
    bind_int(s, 7, b->created_at);
    bind_int_or_null(s, 8, b->created_by);
    return query_run(s, NULL);
}

static err store_one(struct tx *tx, const struct ban *b)
{
    int64_t there = 0;
    struct stmt *s = query_start(tx, &ban_past); // what is over need not be kept
    bind_int(s, 1, b->created_at);
    err e = query_run(s, NULL);
    if (e)
        return fault(e);
    s = query_start(tx, &ban_same);
    bind_str(s, 1, ban_kind_str(b->kind));
    bind_blob(s, 2, b->hash);
    bind_int(s, 3, b->key);
    bind_int(s, 4, b->created_at);
    e = first_int(s, &there);
    if (e)
        return e;
    return there ? move(tx, there, b) : put(tx, b);
}

static err add(struct tx *tx, struct actor by, const struct ban_draft *d, struct arena *a)
{
    struct ban b = { 0 };
    struct str reason = str_trim(d->reason);
    if (d->days < 1 || d->days > BAN_DAYS_MAX)
        return BAN_DAYS;
    if (reason.n > BAN_REASON_MAX || text_check(reason, true) != TEXT_FINE || text_blank(reason))
        return BAN_REASON;
    err e = find_author(tx, d, a, &b);
    if (e)
        return e;
    b.until = d->now + d->days * DAY;
    b.reason = reason;
    b.comment = d->comment;
    b.created_at = d->now;
    b.created_by = by.person;
    e = store_one(tx, &b);
    if (e)
        return e;
    tx_touch(tx, "bans");
    struct audit_note note = { .action = S("ban.add"),
                               .kind = S("comment"),
                               .object = d->comment,
                               .detail = str_print(a, "%s, %" PRId64 " days: " STR_FMT,
                                                   kinds[d->kind], d->days, STR_ARG(reason)),
                               .now = d->now };
    return audit_add(tx, by, &note);
}

err ban_add(struct tx *tx, struct actor by, const struct ban_draft *d)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    return add(tx, by, d, &a);
}

err ban_lift(struct tx *tx, struct actor by, int64_t id, int64_t now)
{
    int64_t changes = 0;
    struct stmt *s = query_start(tx, &ban_end);
    bind_int(s, 1, id);
    bind_int(s, 2, now);
    err e = query_run(s, &changes);
    if (e)
        return fault(e);
    if (!changes)
        return BAN_NONE;
    tx_touch(tx, "bans");
    struct audit_note note = {
        .action = S("ban.lift"), .kind = S("ban"), .object = id, .now = now
    };
    return audit_add(tx, by, &note);
}

err ban_list(struct tx *tx, int64_t now, size_t max, struct arena *a, const struct ban **ret,
             size_t *ret_n)
{
    struct ban *bans = arena_new(a, struct ban, max ? max : 1);
    struct stmt *s = query_start(tx, &ban_rows);
    bind_int(s, 1, now);
    bind_int(s, 2, (int64_t)max);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        struct ban b = { .id = column_int(s, 0),
                         .hash = column_str(s, 2, a),
                         .key = column_int(s, 3),
                         .until = column_int(s, 4),
                         .reason = column_str(s, 5, a),
                         .comment = column_int(s, 6),
                         .created_at = column_int(s, 7),
                         .created_by = column_int(s, 8),
                         .by_name = column_str(s, 9, a) };
        check(ban_kind_parse(column_str(s, 1, a), &b.kind)); // the table allows no other
        bans[n++] = b;
    }
    *ret = bans;
    *ret_n = n;
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}
