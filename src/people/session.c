#include "people/session.h"
#include "base/check.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/encoding.h"

/* NIST SP 800-63B asks for 30 minutes and 12 hours at its second level. A reporter writes longer
 * than that without asking the server for anything, and must not lose the text: hence 4 hours. */
CONFIG_INT(idle_minutes, "desk", "idle_minutes", 240, 5, 10080,
           "Minutes after which an unused session at the desk ends.");
CONFIG_INT(session_hours, "desk", "session_hours", 24, 1, 720,
           "Hours after which a session at the desk ends in any case.");

QUERY(insert_session, "insert into session (token_hash, person, agent, started_at, seen_at, "
                      "confirmed_at, ends_at) values ($1, $2, $3, $4, $4, $5, $6)");
QUERY(select_session, "select id, person, seen_at, confirmed_at from session "
                      "where token_hash = $1 and ends_at > $2 and seen_at > $3");
QUERY(list_sessions, "select id, started_at, seen_at, ends_at, agent from session "
                     "where person = $1 and ends_at > $2 and seen_at > $3 "
                     "order by seen_at desc, id desc limit $4");
QUERY(update_seen, "update session set seen_at = $2 where id = $1 and seen_at < $2");
QUERY(update_token, "update session set confirmed_at = $2, seen_at = $2, token_hash = $3 "
                    "where id = $1");
QUERY(delete_over, "delete from session where ends_at <= $1");
QUERY(delete_too_many,
      "delete from session where person = $1 and id not in (select id from session "
      "where person = $1 order by seen_at desc, id desc limit $2)");
QUERY(delete_session, "delete from session where person = $1 and id = $2");
QUERY(delete_sessions, "delete from session where person = $1 and id <> $2");
QUERY(delete_session_token, "delete from session where token_hash = $1");

CHECK_ROWS(session_people, "only active people have sessions",
           "select session.id, person from session join person on person.id = person "
           "where active = 0");
CHECK_ROWS(session_counts, "nobody has more sessions than allowed",
           "select person, count(*) as sessions from session group by person having count(*) > 20");

struct session_limits session_limits_of(const struct config *c)
{
    return (struct session_limits){ .idle = config_int(c, &idle_minutes) * MINUTE,
                                    .whole = config_int(c, &session_hours) * HOUR };
}

/* Whether it has the form of a token; only its hash is ever compared. */
static bool hash_of(struct str token, uint8_t ret[SHA256_BYTES])
{
    uint8_t bytes[SESSION_TOKEN_BYTES];
    if (!base64url_parse(token, bytes, sizeof bytes))
        return false;
    sha256(bytes_str(bytes, sizeof bytes), ret);
    return true;
}

static err run_with(struct stmt *s, int64_t one, int64_t two, int64_t *ret_changes)
{
    bind_int(s, 1, one);
    bind_int(s, 2, two);
    return query_run(s, ret_changes);
}

static err insert(struct tx *tx, const struct session_start *s, struct str hash)
{
    struct stmt *q = query_start(tx, &insert_session);
    bind_blob(q, 1, hash);
    bind_int(q, 2, s->person);
    bind_str(q, 3, s->agent);
    bind_int(q, 4, s->now);
    bind_int(q, 5, s->confirmed ? s->now : 0);
    bind_int(q, 6, s->now + s->limits.whole);
    return query_run(q, NULL);
}

static err drop_over(struct tx *tx, int64_t now)
{
    struct stmt *s = query_start(tx, &delete_over);
    bind_int(s, 1, now);
    return query_run(s, NULL);
}

/* A new token: its text in `a`, and its hash. */
static struct str make_token(struct arena *a, uint8_t ret_hash[SHA256_BYTES])
{
    uint8_t bytes[SESSION_TOKEN_BYTES];
    random_bytes(bytes, sizeof bytes);
    sha256(bytes_str(bytes, sizeof bytes), ret_hash);
    struct str text = base64url_print(a, bytes_str(bytes, sizeof bytes));
    secret_wipe(bytes, sizeof bytes);
    return text;
}

err session_start(struct tx *tx, const struct session_start *s, struct arena *a,
                  struct str *ret_token)
{
    uint8_t hash[SHA256_BYTES];
    check(s->person > 0 && s->agent.n <= SESSION_AGENT_MAX && s->limits.whole > 0);
    struct str token = make_token(a, hash);
    err e = drop_over(tx, s->now);
    if (!e)
        e = insert(tx, s, bytes_str(hash, sizeof hash));
    if (!e)
        e = run_with(query_start(tx, &delete_too_many), s->person, SESSIONS_MAX, NULL);
    if (!e)
        *ret_token = token;
    return e;
}

err session_find(struct tx *tx, struct str token, int64_t now, struct session_limits limits,
                 struct arena *a, struct session_found *ret)
{
    uint8_t hash[SHA256_BYTES];
    if (!hash_of(token, hash))
        return SESSION_NONE;
    struct stmt *s = query_start(tx, &select_session);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    bind_int(s, 2, now);
    bind_int(s, 3, now - limits.idle);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return SESSION_NONE;
    int64_t id = column_int(s, 0);
    int64_t person = column_int(s, 1);
    struct session_found found = { .seen_at = column_int(s, 2) };
    int64_t confirmed_at = column_int(s, 3);
    query_end(s);
    e = person_get(tx, person, a, &found.person);
    if (e < 0)
        return e;
    if (e || !found.person.active)
        return SESSION_NONE;
    found.person.session = id;
    found.person.confirmed_at = confirmed_at;
    *ret = found;
    return OK;
}

err session_seen(struct tx *tx, int64_t id, int64_t now)
{
    return run_with(query_start(tx, &update_seen), id, now, NULL);
}

err session_renew(struct tx *tx, int64_t id, int64_t now, struct arena *a, struct str *ret_token)
{
    uint8_t hash[SHA256_BYTES];
    struct str token = make_token(a, hash);
    struct stmt *s = query_start(tx, &update_token);
    bind_blob(s, 3, bytes_str(hash, sizeof hash));
    int64_t renewed = 0;
    err e = run_with(s, id, now, &renewed);
    if (e)
        return e;
    if (!renewed)
        return SESSION_NONE;
    *ret_token = token;
    return OK;
}

bool session_confirmed(const struct person *p, int64_t now)
{
    return p->session && p->confirmed_at > now - SESSION_CONFIRM_SPAN && p->confirmed_at <= now;
}

err session_list(struct tx *tx, const struct session_query *q, struct arena *a,
                 const struct session **ret, size_t *ret_n)
{
    struct session *list = arena_new(a, struct session, SESSIONS_MAX);
    struct stmt *s = query_start(tx, &list_sessions);
    bind_int(s, 1, q->person);
    bind_int(s, 2, q->now);
    bind_int(s, 3, q->now - q->limits.idle);
    bind_int(s, 4, SESSIONS_MAX);
    size_t n = 0;
    bool row = false;
    err e = query_step(s, &row);
    for (; !e && row; e = query_step(s, &row)) {
        list[n] = (struct session){ .id = column_int(s, 0),
                                    .person = q->person,
                                    .started_at = column_int(s, 1),
                                    .seen_at = column_int(s, 2),
                                    .ends_at = column_int(s, 3),
                                    .agent = column_str(s, 4, a) };
        list[n].current = list[n].id == q->current;
        n++;
    }
    if (e)
        return e;
    *ret = list;
    *ret_n = n;
    return OK;
}

err session_end(struct tx *tx, struct actor by, int64_t person, int64_t id, int64_t now)
{
    int64_t ended = 0;
    err e = run_with(query_start(tx, &delete_session), person, id, &ended);
    if (e)
        return e;
    if (!ended)
        return SESSION_NONE;
    return audit_add(
        tx, by,
        &(struct audit_note){
            .action = S("session.end"), .kind = S("person"), .object = person, .now = now });
}

err session_end_all(struct tx *tx, int64_t person, int64_t keep)
{
    return run_with(query_start(tx, &delete_sessions), person, keep, NULL);
}

err session_end_token(struct tx *tx, struct str token)
{
    uint8_t hash[SHA256_BYTES];
    if (!hash_of(token, hash))
        return OK;
    struct stmt *s = query_start(tx, &delete_session_token);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    return query_run(s, NULL);
}

struct sign {
    const char *mark, *name;
};

/* The first whose mark is in the text: more particular ones stand before those they imitate. */
static const char *first_of(const struct sign *signs, size_t n, struct str text)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (str_find(text, str_from_z(signs[i].mark), &at))
            return signs[i].name;
    return NULL;
}

struct str session_agent(struct str user_agent, struct arena *a)
{
    static const struct sign families[] = {
        { "Edg", "Edge" },        { "OPR/", "Opera" },    { "SamsungBrowser", "Samsung Internet" },
        { "Firefox", "Firefox" }, { "FxiOS", "Firefox" }, { "Chromium", "Chromium" },
        { "Chrome", "Chrome" },   { "CriOS", "Chrome" },  { "Safari", "Safari" },
        { "curl", "curl" },
    };
    static const struct sign systems[] = {
        { "Android", "Android" }, { "iPhone", "iPhone" },  { "iPad", "iPad" },
        { "Windows", "Windows" }, { "Mac OS X", "macOS" }, { "CrOS", "ChromeOS" },
        { "Linux", "Linux" },
    };
    const char *family = first_of(families, COUNT(families), user_agent);
    const char *system = first_of(systems, COUNT(systems), user_agent);
    if (family && system)
        return str_print(a, "%s on %s", family, system);
    return str_from_z(family ? family : system ? system : "");
}
