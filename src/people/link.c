#include "people/link.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "people/totp.h"

enum { LINK_BYTES = 32 };

QUERY(select_link,
      "select coalesce(link.person, 0), coalesce(name, ''), coalesce(email, ''), ends_at "
      "from link left join person on person.id = link.person "
      "where token_hash = $1 and ends_at > $2 and coalesce(active, 1) = 1");
QUERY(insert_link, "insert into link (token_hash, person, ends_at) values ($1, $2, $3)");
QUERY(delete_link_of, "delete from link where coalesce(person, 0) = $1");
QUERY(delete_link, "delete from link where token_hash = $1");

static bool hash_of(struct str token, uint8_t ret[SHA256_BYTES])
{
    uint8_t bytes[LINK_BYTES];
    if (!base64url_parse(token, bytes, sizeof bytes))
        return false;
    sha256(bytes_str(bytes, sizeof bytes), ret);
    return true;
}

err link_look(struct tx *tx, struct str token, int64_t now, struct arena *a, struct link *ret)
{
    uint8_t hash[SHA256_BYTES];
    if (!hash_of(token, hash))
        return LINK_GONE;
    struct stmt *s = query_start(tx, &select_link);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    bind_int(s, 2, now);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return LINK_GONE;
    struct link found = { .person = column_int(s, 0),
                          .name = column_str(s, 1, a),
                          .email = column_str(s, 2, a),
                          .ends_at = column_int(s, 3) };
    query_end(s);
    bool owner = false;
    if (!found.person) { // one that founds is worth nothing once there is an owner
        e = person_owner_exists(tx, &owner);
        if (e)
            return e;
    }
    if (owner)
        return LINK_GONE;
    *ret = found;
    return OK;
}

static err drop_of(struct tx *tx, int64_t person)
{
    struct stmt *s = query_start(tx, &delete_link_of);
    bind_int(s, 1, person);
    return query_run(s, NULL);
}

static err insert(struct tx *tx, int64_t person, int64_t now, struct arena *a,
                  struct str *ret_token)
{
    uint8_t bytes[LINK_BYTES];
    uint8_t hash[SHA256_BYTES];
    random_bytes(bytes, sizeof bytes);
    sha256(bytes_str(bytes, sizeof bytes), hash);
    struct stmt *s = query_start(tx, &insert_link);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    bind_int_or_null(s, 2, person);
    bind_int(s, 3, now + LINK_SPAN);
    err e = query_run(s, NULL);
    if (!e)
        *ret_token = base64url_print(a, bytes_str(bytes, sizeof bytes));
    secret_wipe(bytes, sizeof bytes);
    return e;
}

static err note(struct tx *tx, struct actor by, const char *action, int64_t person, int64_t now)
{
    return audit_add(
        tx, by,
        &(struct audit_note){
            .action = str_from_z(action), .kind = S("person"), .object = person, .now = now });
}

err link_add(struct tx *tx, struct actor by, int64_t person, int64_t now, struct arena *a,
             struct str *ret_token)
{
    struct person p = { 0 };
    err e = person_get(tx, person, a, &p);
    if (!e && !p.active)
        e = PERSON_ENDED;
    if (!e)
        e = drop_of(tx, person);
    if (!e)
        e = note(tx, by, "link.add", person, now);
    return e ? e : insert(tx, person, now, a, ret_token);
}

err link_add_first(struct tx *tx, int64_t now, struct arena *a, struct str *ret_token)
{
    bool owner = false;
    err e = person_owner_exists(tx, &owner);
    if (!e)
        e = drop_of(tx, 0);
    if (e || !owner)
        return e ? e : insert(tx, 0, now, a, ret_token);
    *ret_token = S("");
    return OK;
}

err link_use(struct tx *tx, struct str token, int64_t now, struct arena *a, struct link *ret)
{
    struct link l = { 0 };
    err e = link_look(tx, token, now, a, &l);
    if (e)
        return e;
    uint8_t hash[SHA256_BYTES];
    check(hash_of(token, hash));
    struct stmt *s = query_start(tx, &delete_link);
    bind_blob(s, 1, bytes_str(hash, sizeof hash));
    e = query_run(s, NULL);
    if (!e)
        *ret = l;
    return e;
}

struct str link_path(struct arena *a, struct str token)
{
    return str_print(a, "/desk/link/" STR_FMT, STR_ARG(token));
}

err staff_link(struct tx *tx, struct actor by, const struct staff_link_args *args, int64_t now,
               struct arena *a, struct staff_link *ret)
{
    struct person p = { 0 };
    err e = person_get_by_email(tx, args->email, a, &p);
    if (!e && args->drop_totp)
        e = totp_drop(tx, by, p.id, 0, now);
    if (!e)
        e = link_add(tx, by, p.id, now, a, &ret->token);
    if (e <= 0)
        return e;
    ret->why = person_refusal_str((enum person_refusal)e);
    return STAFF_REFUSED;
}
