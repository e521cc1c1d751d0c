#include "people/api_token.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "base/utf8.h"

#define TOKEN_COLUMNS "id, person, name, scopes, created_at, used_at, ends_at, ended_at"
QUERY(insert_api_token, "insert into api_token (token_hash, person, name, scopes, created_at, "
                        "ends_at) values ($1, $2, $3, $4, $5, $6) returning id");
QUERY(find_api_token, "select " TOKEN_COLUMNS " from api_token where token_hash = $1");
QUERY(get_api_token, "select " TOKEN_COLUMNS " from api_token where id = $1");
QUERY(list_api_tokens, "select " TOKEN_COLUMNS " from api_token order by id desc limit $1");
QUERY(list_api_tokens_of,
      "select " TOKEN_COLUMNS " from api_token where person = $1 order by id desc limit $2");
QUERY(count_api_tokens, "select count(*) from api_token "
                        "where person = $1 and ended_at = 0 and (ends_at = 0 or ends_at > $2)");
QUERY(update_api_token_seen, "update api_token set used_at = $2 where id = $1 and used_at < $2");
QUERY(update_api_token_end, "update api_token set ended_at = $2 where id = $1 and ended_at = 0");
QUERY(update_api_tokens_end,
      "update api_token set ended_at = $2 where person = $1 and ended_at = 0");

CHECK_ROWS(api_token_people, "only active people have tokens that work",
           "select api_token.id, person from api_token join person on person.id = person "
           "where active = 0 and ended_at = 0");

/* ---- scopes */

static const struct scope_row {
    enum scope scope;
    const char *name;
    enum permission need; /* what the role has to allow */
} scope_rows[] = {
    { SCOPE_COMMENTS_READ, "comments:read", PERMISSION_COMMENT_MODERATE },
    { SCOPE_COMMENTS_DECIDE, "comments:decide", PERMISSION_COMMENT_MODERATE },
    { SCOPE_COMMENTS_DELETE, "comments:delete", PERMISSION_COMMENT_DELETE },
    { SCOPE_COMMENTS_NOTE, "comments:note", PERMISSION_COMMENT_MODERATE },
    { SCOPE_COMMENTS_MARK, "comments:mark", PERMISSION_COMMENT_MODERATE },
    { SCOPE_APPEALS_READ, "appeals:read", PERMISSION_APPEAL_JUDGE },
    { SCOPE_APPEALS_JUDGE, "appeals:judge", PERMISSION_APPEAL_JUDGE },
};

static int scope_of(struct str name)
{
    for (size_t i = 0; i < COUNT(scope_rows); i++)
        if (str_eq(name, str_from_z(scope_rows[i].name)))
            return (int)scope_rows[i].scope;
    return 0;
}

bool scopes_parse(struct str s, int *ret)
{
    int scopes = 0;
    size_t at = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.s[i] != ' ' && s.s[i] != ',')
            continue;
        struct str one = str_sub(s, at, i - at);
        int scope = scope_of(one);
        at = i + 1;
        if (one.n && !scope)
            return false;
        scopes |= scope;
    }
    *ret = scopes;
    return scopes != 0;
}

struct str scopes_print(struct arena *a, int scopes)
{
    enum { TEXT_MAX = 500 };
    struct buf b CLEANUP(buf_free) = buf_make(TEXT_MAX);
    for (size_t i = 0; i < COUNT(scope_rows); i++)
        if (scopes & (int)scope_rows[i].scope)
            buf_print(&b, "%s%s", buf_str(&b).n ? " " : "", scope_rows[i].name);
    check(!buf_full(&b));
    return buf_copy(&b, a);
}

bool scopes_fit(int scopes, enum role role)
{
    if (!role_may(role, PERMISSION_API_TOKEN))
        return false;
    for (size_t i = 0; i < COUNT(scope_rows); i++)
        if ((scopes & (int)scope_rows[i].scope) && !role_may(role, scope_rows[i].need))
            return false;
    return true;
}

/* ---- tokens */

/* The number in the one row that a statement answers. */
static err read_number(struct stmt *s, int64_t *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    check(row);
    *ret = column_int(s, 0);
    query_end(s);
    return OK;
}

bool api_token_lives(const struct api_token *t, int64_t now)
{
    return !t->ended_at && (!t->ends_at || t->ends_at > now);
}

/* Whether it has the form of a token; only its hash is ever compared. */
static bool hash_of(struct str text, uint8_t ret[SHA256_BYTES])
{
    uint8_t bytes[API_TOKEN_BYTES];
    struct str prefix = S(API_TOKEN_PREFIX);
    if (text.n != API_TOKEN_TEXT || !str_starts(text, prefix) ||
        !base64url_parse(str_sub(text, prefix.n, text.n), bytes, sizeof bytes))
        return false;
    sha256(bytes_str(bytes, sizeof bytes), ret);
    secret_wipe(bytes, sizeof bytes);
    return true;
}

static struct str make_text(struct arena *a, uint8_t ret_hash[SHA256_BYTES])
{
    uint8_t bytes[API_TOKEN_BYTES];
    random_bytes(bytes, sizeof bytes);
    sha256(bytes_str(bytes, sizeof bytes), ret_hash);
    struct str text = base64url_print(a, bytes_str(bytes, sizeof bytes));
    secret_wipe(bytes, sizeof bytes);
    return str_print(a, API_TOKEN_PREFIX STR_FMT, STR_ARG(text));
}

static struct api_token read_row(struct stmt *s, struct arena *a)
{
    return (struct api_token){ .id = column_int(s, 0),
                               .person = column_int(s, 1),
                               .name = column_str(s, 2, a),
                               .scopes = (int)(column_int(s, 3) & (SCOPES_END - 1)),
                               .created_at = column_int(s, 4),
                               .used_at = column_int(s, 5),
                               .ends_at = column_int(s, 6),
                               .ended_at = column_int(s, 7) };
}

static err read_one(struct stmt *s, struct arena *a, struct api_token *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return API_TOKEN_NONE;
    *ret = read_row(s, a);
    query_end(s);
    return OK;
}

static err check_draft(struct tx *tx, const struct api_token_draft *d, const struct person *p)
{
    if (!p->active)
        return API_TOKEN_NO_PERSON;
    size_t length = utf8_length(d->name);
    if (!length || length > API_TOKEN_NAME_MAX || text_check(d->name, true) != TEXT_FINE)
        return API_TOKEN_NAME_WRONG;
    if (!d->scopes || !scopes_fit(d->scopes, p->role))
        return API_TOKEN_OVER_ROLE;
    if (d->ends_at && d->ends_at <= d->now)
        return API_TOKEN_END_PAST;
    struct stmt *s = query_start(tx, &count_api_tokens);
    bind_int(s, 1, p->id);
    bind_int(s, 2, d->now);
    int64_t n = 0;
    err e = read_number(s, &n);
    if (e)
        return e;
    return n >= API_TOKENS_MAX ? API_TOKEN_TOO_MANY : OK;
}

static err note(struct tx *tx, struct actor by, const char *action, const struct api_token *t,
                int64_t now)
{
    return audit_add(tx, by,
                     &(struct audit_note){ .action = str_from_z(action),
                                           .kind = S("token"),
                                           .object = t->id,
                                           .detail = t->name,
                                           .now = now });
}

err api_token_add(struct tx *tx, struct actor by, const struct api_token_draft *d, struct arena *a,
                  struct str *ret_text)
{
    uint8_t hash[SHA256_BYTES];
    struct person p = { 0 };
    struct api_token t = { 0 };
    err e = person_get(tx, d->person, a, &p);
    if (e)
        return e < 0 ? e : API_TOKEN_NO_PERSON;
    e = check_draft(tx, d, &p);
    if (e)
        return e;
    struct str text = make_text(a, hash);
    struct stmt *s = query_start(tx, &insert_api_token);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    bind_int(s, 2, d->person);
    bind_str(s, 3, d->name);
    bind_int(s, 4, d->scopes);
    bind_int(s, 5, d->now);
    bind_int(s, 6, d->ends_at);
    e = read_number(s, &t.id);
    t.name = str_print(a, STR_FMT ": " STR_FMT " for " STR_FMT, STR_ARG(d->name),
                       STR_ARG(scopes_print(a, d->scopes)), STR_ARG(p.name));
    if (!e)
        e = note(tx, by, "token.add", &t, d->now);
    if (!e)
        *ret_text = text;
    return e;
}

err api_token_find(struct tx *tx, struct str text, int64_t now, struct arena *a,
                   struct api_token *ret, struct person *ret_person)
{
    uint8_t hash[SHA256_BYTES];
    struct api_token t = { 0 };
    struct person p = { 0 };
    if (!hash_of(text, hash))
        return API_TOKEN_NONE;
    struct stmt *s = query_start(tx, &find_api_token);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    err e = read_one(s, a, &t);
    if (!e && !api_token_lives(&t, now))
        e = API_TOKEN_NONE;
    if (!e)
        e = person_get(tx, t.person, a, &p);
    if (e)
        return e < 0 ? e : API_TOKEN_NONE;
    if (!p.active)
        return API_TOKEN_NONE;
    *ret = t;
    *ret_person = p;
    return OK;
}

static err run_with(struct stmt *s, int64_t id, int64_t now, int64_t *ret_changes)
{
    bind_int(s, 1, id);
    bind_int(s, 2, now);
    return query_run(s, ret_changes);
}

err api_token_seen(struct tx *tx, int64_t id, int64_t now)
{
    return run_with(query_start(tx, &update_api_token_seen), id, now, NULL);
}

err api_token_list(struct tx *tx, int64_t person, struct arena *a, const struct api_token **ret,
                   size_t *ret_n)
{
    struct api_token *list = arena_new(a, struct api_token, API_TOKENS_SHOWN);
    struct stmt *s = query_start(tx, person ? &list_api_tokens_of : &list_api_tokens);
    if (person)
        bind_int(s, 1, person);
    bind_int(s, person ? 2 : 1, API_TOKENS_SHOWN);
    size_t n = 0;
    bool row = false;
    err e = query_step(s, &row);
    for (; !e && row && n < API_TOKENS_SHOWN; e = query_step(s, &row))
        list[n++] = read_row(s, a);
    query_end(s);
    *ret = list;
    *ret_n = n;
    return e;
}

err api_token_end(struct tx *tx, struct actor by, int64_t id, int64_t person, int64_t now)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 16384);
    struct api_token t = { 0 };
    int64_t changes = 0;
    struct stmt *s = query_start(tx, &get_api_token);
    bind_int(s, 1, id);
    err e = read_one(s, &a, &t);
    if (!e && person && t.person != person)
        e = API_TOKEN_NONE;
    if (!e)
        e = run_with(query_start(tx, &update_api_token_end), id, now, &changes);
    if (!e && !changes)
        e = API_TOKEN_NONE;
    return e ? e : note(tx, by, "token.end", &t, now);
}

err api_token_end_all(struct tx *tx, int64_t person, int64_t now)
{
    return run_with(query_start(tx, &update_api_tokens_end), person, now, NULL);
}

struct str api_token_refusal_str(err refusal)
{
    static const char *const said[] = {
        [API_TOKEN_NONE] = "there is no such token, or it is over",
        [API_TOKEN_NAME_WRONG] = "the name must be one line of at most 80 characters",
        [API_TOKEN_OVER_ROLE] = "the person's role does not allow these scopes",
        [API_TOKEN_END_PAST] = "the end has passed already",
        [API_TOKEN_TOO_MANY] = "this person has 20 tokens already; end one first",
        [API_TOKEN_NO_PERSON] = "nobody works here under this address",
    };
    check(refusal > 0 && refusal < (err)COUNT(said));
    return str_from_z(said[refusal]);
}
