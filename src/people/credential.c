#include "people/credential.h"
#include "base/check.h"

QUERY(select_credential, "select password, password_at from person where id = $1");
QUERY(update_password, "update person set password = $2, "
                       "password_at = case when $3 = 0 then password_at else $3 end where id = $1");
QUERY(update_signed_in, "update person set signed_in_at = $2 where id = $1");

static err fill(struct tx *tx, struct arena *a, struct credential *c)
{
    if (!c->person.active)
        return PERSON_MISSING;
    struct stmt *s = query_start(tx, &select_credential);
    bind_int(s, 1, c->person.id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    check(row);
    c->hash = column_str(s, 0, a);
    c->set_at = column_int(s, 1);
    query_end(s);
    return OK;
}

static err filled(struct tx *tx, err e, struct arena *a, struct credential *c,
                  struct credential *ret)
{
    if (!e)
        e = fill(tx, a, c);
    if (!e)
        *ret = *c;
    return e;
}

err credential_get_by_email(struct tx *tx, struct str email, struct arena *a,
                            struct credential *ret)
{
    struct credential c = { 0 };
    return filled(tx, person_get_by_email(tx, email, a, &c.person), a, &c, ret);
}

err credential_get(struct tx *tx, int64_t person, struct arena *a, struct credential *ret)
{
    struct credential c = { 0 };
    return filled(tx, person_get(tx, person, a, &c.person), a, &c, ret);
}

err credential_set(struct tx *tx, int64_t person, struct str hash, int64_t set_at)
{
    struct stmt *s = query_start(tx, &update_password);
    bind_int(s, 1, person);
    bind_str(s, 2, hash);
    bind_int(s, 3, set_at);
    return query_run(s, NULL);
}

err credential_signed_in(struct tx *tx, int64_t person, int64_t now)
{
    struct stmt *s = query_start(tx, &update_signed_in);
    bind_int(s, 1, person);
    bind_int(s, 2, now);
    return query_run(s, NULL);
}
