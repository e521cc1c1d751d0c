#include "discussion/hold_rules.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/scan.h"
#include "base/utf8.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "scope, object, first_cookie, first_address, links, duplicates, flood, slow, filter, "         \
    "phrases, attack"
QUERY(rules_row, "select " COLUMNS " from hold_rules where scope = $1 and object = $2");
QUERY(rules_all, "select " COLUMNS " from hold_rules order by case scope when 'site' then 0 "
                 "when 'series' then 1 else 2 end, object limit $1");
QUERY(rules_count, "select count(*) from hold_rules");
QUERY(rules_put, "insert into hold_rules (" COLUMNS ") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
                 "$10, $11) on conflict (scope, object) do update set "
                 "first_cookie = excluded.first_cookie, first_address = excluded.first_address, "
                 "links = excluded.links, duplicates = excluded.duplicates, "
                 "flood = excluded.flood, slow = excluded.slow, filter = excluded.filter, "
                 "phrases = excluded.phrases, attack = excluded.attack");
QUERY(rules_drop, "delete from hold_rules where scope = $1 and object = $2");

// Single rows, and nothing deleted that need not be: a statement that may write several keeps a
// journal of its own, whose upkeep grows with the transaction, and a moderator approves a thousand.
QUERY(writer_row, "select visitor, address from comment_origin where comment = $1");
QUERY(known_cookie, "insert into known_writer (hash, kind, since) values ($1, 'cookie', $2) "
                    "on conflict (hash) do nothing");
QUERY(known_address, "insert into known_writer (hash, kind, since) values ($1, 'address', $2) "
                     "on conflict (hash) do update set since = excluded.since");
QUERY(known_any_old, "select 1 from known_writer where kind = 'address' and since < $1 limit 1");
#define LATEST                                                                                     \
    "from (select c.id from comment c where c.state = 'published' order by c.id desc limit $2) p " \
    "join comment_origin o on o.comment = p.id "
QUERY(known_cookies, "insert into known_writer (hash, kind, since) "
                     "select distinct o.visitor, 'cookie', $1 + 0 " LATEST
                     "where o.visitor is not null on conflict (hash) do nothing");
QUERY(known_addresses, "insert into known_writer (hash, kind, since) "
                       "select distinct o.address, 'address', $1 + 0 " LATEST
                       "where o.address is not null on conflict (hash) do nothing");
// An address is somebody else's after a while, and its hash is not to be kept for longer.
QUERY(known_old, "delete from known_writer where kind = 'address' and since < $1");
QUERY(known_row, "select 1 from known_writer where hash = $1");

enum { SCRATCH = 4 * PHRASES_BYTES_MAX }; /* for the texts of one call */
#define ADDRESS_KNOWN_FOR (30 * DAY)

static const struct {
    const char *name;
    int64_t most, standard;
} rules[RULES] = {
    [RULE_FIRST_COOKIE] = { "first_cookie", 1, 0 },
    [RULE_FIRST_ADDRESS] = { "first_address", 1, 0 },
    [RULE_LINKS] = { "links", 1000, 5 },
    [RULE_DUPLICATES] = { "duplicates", 100000, 4 },
    [RULE_FLOOD] = { "flood", 1000000, 200 },
    [RULE_SLOW] = { "slow", 1000000, 300 },
    [RULE_FILTER] = { "filter", 100, 95 },
};
static const char *const scopes[] = { "site", "series", "report" };
static const char *const modes[] = { "auto", "on", "off" };

struct str rule_str(enum rule r)
{
    return str_from_z(rules[r].name);
}

int64_t rule_most(enum rule r)
{
    return rules[r].most;
}

int64_t rule_standard(enum rule r)
{
    return rules[r].standard;
}

struct str rule_scope_str(enum rule_scope s)
{
    return str_from_z(scopes[s]);
}

bool rule_scope_parse(struct str s, enum rule_scope *ret)
{
    for (size_t i = 0; i < COUNT(scopes); i++) {
        if (str_eq(s, str_from_z(scopes[i]))) {
            *ret = (enum rule_scope)i;
            return true;
        }
    }
    return false;
}

struct str attack_mode_str(enum attack_mode m)
{
    return str_from_z(modes[m]);
}

bool attack_mode_parse(struct str s, enum attack_mode *ret)
{
    for (size_t i = 0; i < COUNT(modes); i++) {
        if (str_eq(s, str_from_z(modes[i]))) {
            *ret = (enum attack_mode)i;
            return true;
        }
    }
    return false;
}

/* ---- checking */

static bool phrases_tidy(struct str text, struct arena *a, struct str *ret)
{
    if (text.n > PHRASES_BYTES_MAX || text_check(text, false) != TEXT_FINE)
        return false;
    struct buf out CLEANUP(buf_free) = buf_make(PHRASES_BYTES_MAX + 1);
    size_t lines = 0;
    while (text.n) {
        struct str line = str_trim(scan_line(&text));
        if (!line.n)
            continue;
        if (line.n > PHRASE_BYTES_MAX || ++lines > PHRASES_MAX || text_blank(line))
            return false;
        buf_put(&out, line);
        buf_put_char(&out, '\n');
    }
    *ret = buf_copy(&out, a);
    return !buf_full(&out);
}

err hold_rules_prepare(struct hold_rules *h, struct arena *a)
{
    for (size_t i = 0; i < RULES; i++)
        if (h->numbers[i] < RULE_AS_WIDER || h->numbers[i] > rules[i].most)
            return RULES_NUMBER;
    return phrases_tidy(h->phrases, a, &h->phrases) ? OK : RULES_PHRASES;
}

/* ---- the table */

static void read_set(struct stmt *s, struct arena *a, struct hold_rules *ret)
{
    struct hold_rules h = { .object = column_int(s, 1), .phrases = column_str(s, 9, a) };
    check(rule_scope_parse(column_str(s, 0, a), &h.scope)); // the table allows no other
    check(attack_mode_parse(column_str(s, 10, a), &h.attack));
    for (int i = 0; i < RULES; i++)
        h.numbers[i] = column_null(s, 2 + i) ? RULE_AS_WIDER : column_int(s, 2 + i);
    *ret = h;
}

static struct hold_rules unsaid(enum rule_scope scope, int64_t object)
{
    struct hold_rules h = { .scope = scope, .object = object };
    for (size_t i = 0; i < RULES; i++)
        h.numbers[i] = RULE_AS_WIDER;
    return h;
}

/* The site's set has no wider one: what it does not say is the standard. */
static void fill_standards(struct hold_rules *h)
{
    for (size_t i = 0; i < RULES && h->scope == SCOPE_SITE; i++)
        if (h->numbers[i] == RULE_AS_WIDER)
            h->numbers[i] = rules[i].standard;
}

err hold_rules_get(struct tx *tx, enum rule_scope scope, int64_t object, struct arena *a,
                   struct hold_rules *ret)
{
    struct stmt *s = query_start(tx, &rules_row);
    bind_str(s, 1, rule_scope_str(scope));
    bind_int(s, 2, object);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret = unsaid(scope, object);
    if (row) {
        read_set(s, a, ret);
        query_end(s);
    }
    fill_standards(ret);
    return OK;
}

err hold_rules_list(struct tx *tx, struct arena *a, const struct hold_rules **ret, size_t *ret_n)
{
    struct hold_rules *sets = arena_new(a, struct hold_rules, RULE_SETS_MAX);
    struct stmt *s = query_start(tx, &rules_all);
    bind_int(s, 1, RULE_SETS_MAX);
    size_t n = 0;
    for (;;) {
        bool row = false;
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        read_set(s, a, &sets[n]);
        fill_standards(&sets[n++]);
    }
    *ret = sets;
    *ret_n = n;
    return arena_full(a) ? fault(ERR_LIMIT) : OK;
}

static bool says_nothing(const struct hold_rules *h)
{
    for (size_t i = 0; i < RULES; i++)
        if (h->numbers[i] != RULE_AS_WIDER)
            return false;
    return !h->phrases.n;
}

static err put(struct tx *tx, const struct hold_rules *h)
{
    struct stmt *s = query_start(tx, &rules_put);
    bind_str(s, 1, rule_scope_str(h->scope));
    bind_int(s, 2, h->object);
    for (int i = 0; i < RULES; i++) {
        if (h->numbers[i] == RULE_AS_WIDER)
            bind_null(s, 3 + i);
        else
            bind_int(s, 3 + i, h->numbers[i]);
    }
    bind_str(s, 10, h->phrases);
    bind_str(s, 11, attack_mode_str(h->attack));
    return query_run(s, NULL);
}

static err drop(struct tx *tx, const struct hold_rules *h)
{
    struct stmt *s = query_start(tx, &rules_drop);
    bind_str(s, 1, rule_scope_str(h->scope));
    bind_int(s, 2, h->object);
    return query_run(s, NULL);
}

static err full(struct tx *tx, const struct hold_rules *before)
{
    struct stmt *s = query_start(tx, &rules_count);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    bool is_full = column_int(s, 0) >= RULE_SETS_MAX;
    query_end(s);
    return is_full && says_nothing(before) ? RULES_TOO_MANY : OK;
}

static err know_latest(struct tx *tx, const struct query *q, int64_t now)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, now);
    bind_int(s, 2, KNOWN_LOOK);
    return query_run(s, NULL);
}

/* Which numbers changed, as "links 5 to 2, slow off". */
static struct str changes(struct arena *a, const struct hold_rules *was,
                          const struct hold_rules *is)
{
    struct buf out CLEANUP(buf_free) = buf_make(AUDIT_DETAIL_MAX);
    buf_print(&out, "%s %" PRId64, scopes[is->scope], is->object);
    for (size_t i = 0; i < RULES; i++)
        if (was->numbers[i] != is->numbers[i])
            buf_print(&out, ", %s %" PRId64 " to %" PRId64, rules[i].name, was->numbers[i],
                      is->numbers[i]);
    if (!str_eq(was->phrases, is->phrases))
        buf_print(&out, ", phrases");
    if (was->attack != is->attack)
        buf_print(&out, ", proof of work %s", modes[is->attack]);
    return buf_copy(&out, a);
}

static err set(struct tx *tx, struct actor by, const struct hold_rules *h, int64_t now,
               struct arena *a)
{
    struct hold_rules was = { 0 };
    err e = hold_rules_get(tx, h->scope, h->object, a, &was);
    if (!e)
        e = full(tx, &was);
    if (!e)
        e = h->scope != SCOPE_SITE && says_nothing(h) ? drop(tx, h) : put(tx, h);
    if (!e && h->numbers[RULE_FIRST_COOKIE] > 0 && was.numbers[RULE_FIRST_COOKIE] <= 0)
        e = know_latest(tx, &known_cookies, now);
    if (!e && h->numbers[RULE_FIRST_ADDRESS] > 0 && was.numbers[RULE_FIRST_ADDRESS] <= 0)
        e = know_latest(tx, &known_addresses, now);
    if (e)
        return e;
    tx_touch(tx, "rules");
    struct audit_note note = { .action = S("rules.set"),
                               .detail = changes(a, &was, h),
                               .now = now };
    if (h->scope != SCOPE_SITE) {
        note.kind = rule_scope_str(h->scope);
        note.object = h->object;
    }
    return audit_add(tx, by, &note);
}

err hold_rules_set(struct tx *tx, struct actor by, const struct hold_rules *h, int64_t now)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    return set(tx, by, h, now, &a);
}

/* ---- who is known */

static err know(struct tx *tx, const struct query *q, struct str hash, int64_t now)
{
    if (!hash.n)
        return OK;
    struct stmt *s = query_start(tx, q);
    bind_blob(s, 1, hash);
    bind_int(s, 2, now);
    return query_run(s, NULL);
}

static err know_both(struct tx *tx, int64_t comment, int64_t now, struct arena *a)
{
    struct stmt *s = query_start(tx, &writer_row);
    bind_int(s, 1, comment);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    struct str cookie = column_str(s, 0, a);
    struct str address = column_str(s, 1, a);
    query_end(s);
    e = know(tx, &known_cookie, cookie, now);
    return e ? e : know(tx, &known_address, address, now);
}

static err forget_old(struct tx *tx, int64_t before)
{
    struct stmt *s = query_start(tx, &known_any_old);
    bind_int(s, 1, before);
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return e;
    query_end(s);
    s = query_start(tx, &known_old);
    bind_int(s, 1, before);
    return query_run(s, NULL);
}

err known_add(struct tx *tx, int64_t comment, int64_t now)
{
    enum { HASHES_MEMORY = 1024 };
    struct arena a CLEANUP(arena_free) = { 0 };
    arena_init(&a, HASHES_MEMORY);
    err e = know_both(tx, comment, now, &a);
    if (!e)
        e = forget_old(tx, now - ADDRESS_KNOWN_FOR);
    return e ? fault(e) : OK;
}

err known_writer(struct tx *tx, struct str hash, bool *ret)
{
    struct stmt *s = query_start(tx, &known_row);
    bind_blob(s, 1, hash);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (row)
        query_end(s);
    *ret = row;
    return OK;
}
