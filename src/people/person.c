#include "people/person.h"
#include "base/check.h"
#include "base/utf8.h"
#include "people/api_token.h"
#include "people/email.h"
#include "people/session.h"

enum { SCRATCH = 65536 }; /* bytes, for the texts of one call */

#define PERSON_SELECT                                                                              \
    "select person.id, name, email, role, active, password <> '', "                                \
    "exists (select 1 from totp where totp.person = person.id and on_at is not null), "            \
    "created_at, signed_in_at from person "
QUERY(select_person, PERSON_SELECT "where id = $1");
QUERY(select_person_by_email, PERSON_SELECT "where email = $1");
QUERY(list_persons, PERSON_SELECT "order by active desc, name, id limit $1");
QUERY(count_persons, "select count(*) from person");
QUERY(count_other_owners,
      "select count(*) from person where role = 'owner' and active = 1 and id <> $1");
QUERY(find_owner, "select exists (select 1 from person "
                  "where role = 'owner' and active = 1 and password <> '')");
QUERY(insert_person, "insert into person (name, email, role, created_at) values ($1, $2, $3, $4) "
                     "on conflict (email) do nothing returning id");
QUERY(update_person, "update person set name = $2, email = $3, role = $4 where id = $1");
QUERY(update_active, "update person set active = $2 where id = $1");
QUERY(delete_person_links, "delete from link where person = $1");

bool person_may(const struct person *p, enum permission permission)
{
    return p && p->active && role_may(p->role, permission);
}

struct actor person_actor(const struct person *p)
{
    return (struct actor){ .person = p->id, .name = p->name };
}

static struct person person_of(struct stmt *s, struct arena *a)
{
    struct person p = {
        .id = column_int(s, 0),
        .name = column_str(s, 1, a),
        .email = column_str(s, 2, a),
        .active = column_int(s, 4) != 0,
        .has_password = column_int(s, 5) != 0,
        .has_totp = column_int(s, 6) != 0,
        .created_at = column_int(s, 7),
        .signed_in_at = column_int(s, 8),
    };
    check(role_parse(column_str(s, 3, a), &p.role)); // the table allows no other
    return p;
}

static err get_one(struct stmt *s, struct arena *a, struct person *ret)
{
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return PERSON_MISSING;
    *ret = person_of(s, a);
    query_end(s);
    return OK;
}

err person_get(struct tx *tx, int64_t id, struct arena *a, struct person *ret)
{
    struct stmt *s = query_start(tx, &select_person);
    bind_int(s, 1, id);
    return get_one(s, a, ret);
}

err person_get_by_email(struct tx *tx, struct str email, struct arena *a, struct person *ret)
{
    struct str lowered = { 0 };
    if (!email_parse(email, a, &lowered))
        return PERSON_MISSING;
    struct stmt *s = query_start(tx, &select_person_by_email);
    bind_str(s, 1, lowered);
    return get_one(s, a, ret);
}

err person_list(struct tx *tx, struct arena *a, const struct person **ret, size_t *ret_n)
{
    struct person *list = arena_new(a, struct person, PERSONS_MAX);
    struct stmt *s = query_start(tx, &list_persons);
    bind_int(s, 1, PERSONS_MAX);
    size_t n = 0;
    bool row = false;
    err e = query_step(s, &row);
    for (; !e && row; e = query_step(s, &row))
        list[n++] = person_of(s, a);
    if (e)
        return e;
    *ret = list;
    *ret_n = n;
    return OK;
}

static err first_int(struct stmt *s, int64_t *ret)
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

/* The draft's texts as they are stored, in `a`. */
static err tidy(const struct person_draft *d, struct arena *a, struct person_draft *ret)
{
    struct person_draft tidied = *d;
    tidied.name = str_trim(d->name);
    if (tidied.name.n == 0 || text_check(tidied.name, true) != TEXT_FINE ||
        utf8_length(tidied.name) > PERSON_NAME_MAX)
        return PERSON_NAME_WRONG;
    if (!email_parse(d->email, a, &tidied.email))
        return PERSON_EMAIL_WRONG;
    *ret = tidied;
    return OK;
}

static err note(struct tx *tx, struct actor by, const char *action, int64_t person, int64_t now,
                struct str detail)
{
    return audit_add(tx, by,
                     &(struct audit_note){ .action = str_from_z(action),
                                           .kind = S("person"),
                                           .object = person,
                                           .detail = detail,
                                           .now = now });
}

static err insert(struct tx *tx, const struct person_draft *d, int64_t *ret_id)
{
    struct stmt *s = query_start(tx, &insert_person);
    bind_str(s, 1, d->name);
    bind_str(s, 2, d->email);
    bind_str(s, 3, role_str(d->role));
    bind_int(s, 4, d->now);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return PERSON_EMAIL_TAKEN;
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

static err add(struct tx *tx, struct actor by, const struct person_draft *d, struct arena *a,
               int64_t *ret_id)
{
    struct person_draft tidied = { 0 };
    err e = tidy(d, a, &tidied);
    int64_t count = 0;
    if (!e)
        e = first_int(query_start(tx, &count_persons), &count);
    if (!e && count >= PERSONS_MAX)
        e = PERSON_TOO_MANY;
    int64_t id = 0;
    if (!e)
        e = insert(tx, &tidied, &id);
    if (!e)
        e = note(tx, by, "person.add", id, d->now,
                 str_print(a, STR_FMT ", %s", STR_ARG(tidied.name), role_str(d->role).s));
    if (e)
        return e;
    tx_touch(tx, "staff");
    *ret_id = id;
    return OK;
}

err person_add(struct tx *tx, struct actor by, const struct person_draft *d, int64_t *ret_id)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    return add(tx, by, d, &a, ret_id);
}

/* Whether the newsroom would be left without an owner, were this person no active one. */
static err keep_an_owner(struct tx *tx, const struct person *p)
{
    if (p->role != ROLE_OWNER || !p->active)
        return OK;
    struct stmt *s = query_start(tx, &count_other_owners);
    bind_int(s, 1, p->id);
    int64_t others = 0;
    err e = first_int(s, &others);
    if (e)
        return e;
    return others ? OK : PERSON_LAST_OWNER;
}

static err email_free(struct tx *tx, int64_t id, struct str email, struct arena *a)
{
    struct person other = { 0 };
    err e = person_get_by_email(tx, email, a, &other);
    if (e == PERSON_MISSING || (!e && other.id == id))
        return OK;
    return e ? e : PERSON_EMAIL_TAKEN;
}

static err update(struct tx *tx, int64_t id, const struct person_draft *d)
{
    struct stmt *s = query_start(tx, &update_person);
    bind_int(s, 1, id);
    bind_str(s, 2, d->name);
    bind_str(s, 3, d->email);
    bind_str(s, 4, role_str(d->role));
    tx_touch(tx, "staff");
    return query_run(s, NULL);
}

static err note_changes(struct tx *tx, struct actor by, const struct person *was,
                        const struct person_draft *is, struct arena *a)
{
    err e = OK;
    if (!str_eq(was->name, is->name))
        e = note(tx, by, "person.name", was->id, is->now,
                 str_print(a, STR_FMT " to " STR_FMT, STR_ARG(was->name), STR_ARG(is->name)));
    if (!e && !str_eq(was->email, is->email))
        e = note(tx, by, "person.email", was->id, is->now, is->name);
    if (!e && was->role != is->role)
        e = note(tx, by, "person.role", was->id, is->now,
                 str_print(a, STR_FMT ", %s to %s", STR_ARG(is->name), role_str(was->role).s,
                           role_str(is->role).s));
    return e;
}

static err set(struct tx *tx, struct actor by, int64_t id, const struct person_draft *d,
               struct arena *a)
{
    struct person was = { 0 };
    struct person_draft tidied = { 0 };
    err e = person_get(tx, id, a, &was);
    if (!e)
        e = tidy(d, a, &tidied);
    if (!e)
        e = email_free(tx, id, tidied.email, a);
    if (!e && d->role != ROLE_OWNER)
        e = keep_an_owner(tx, &was);
    if (!e)
        e = update(tx, id, &tidied);
    if (!e && !str_eq(was.email, tidied.email))
        e = session_end_all(tx, id, d->keep_session);
    return e ? e : note_changes(tx, by, &was, &tidied, a);
}

err person_set(struct tx *tx, struct actor by, int64_t id, const struct person_draft *d)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    return set(tx, by, id, d, &a);
}

static err set_active(struct tx *tx, int64_t id, bool active)
{
    struct stmt *s = query_start(tx, &update_active);
    bind_int(s, 1, id);
    bind_int(s, 2, active);
    tx_touch(tx, "staff");
    return query_run(s, NULL);
}

static err drop_links(struct tx *tx, int64_t id)
{
    struct stmt *s = query_start(tx, &delete_person_links);
    bind_int(s, 1, id);
    return query_run(s, NULL);
}

err person_end(struct tx *tx, struct actor by, int64_t id, int64_t now)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    struct person p = { 0 };
    err e = person_get(tx, id, &a, &p);
    if (!e && !p.active)
        return OK;
    if (!e)
        e = keep_an_owner(tx, &p);
    if (!e)
        e = set_active(tx, id, false);
    if (!e)
        e = session_end_all(tx, id, 0);
    if (!e)
        e = api_token_end_all(tx, id, now);
    if (!e)
        e = drop_links(tx, id);
    return e ? e : note(tx, by, "person.end", id, now, p.name);
}

err person_begin(struct tx *tx, struct actor by, int64_t id, int64_t now)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, SCRATCH);
    struct person p = { 0 };
    err e = person_get(tx, id, &a, &p);
    if (!e && p.active)
        return OK;
    if (!e)
        e = set_active(tx, id, true);
    return e ? e : note(tx, by, "person.begin", id, now, p.name);
}

err person_owner_exists(struct tx *tx, bool *ret)
{
    int64_t found = 0;
    err e = first_int(query_start(tx, &find_owner), &found);
    if (!e)
        *ret = found != 0;
    return e;
}

struct str person_refusal_str(enum person_refusal r)
{
    switch (r) {
    case PERSON_MISSING: return S("there is no such person");
    case PERSON_NAME_WRONG: return S("the name must be one line of 1 to 80 characters");
    case PERSON_EMAIL_WRONG: return S("that is not one e-mail address");
    case PERSON_EMAIL_TAKEN: return S("another person has that e-mail address");
    case PERSON_TOO_MANY: return S("there are as many people as there may be");
    case PERSON_LAST_OWNER: return S("the last owner stays: make another owner first");
    case PERSON_ENDED: return S("that person has left");
    }
    check(false);
    return S("");
}

err staff_add(struct tx *tx, struct actor by, const struct staff_add_args *args, int64_t now,
              int64_t *ret_id, struct str *ret_why)
{
    struct person_draft d = { .name = args->name, .email = args->email, .now = now };
    if (!role_parse(args->role, &d.role)) {
        *ret_why = S("the role is one of owner, editor, reporter, moderator, treasurer");
        return STAFF_REFUSED;
    }
    err e = person_add(tx, by, &d, ret_id);
    if (e <= 0)
        return e;
    *ret_why = person_refusal_str((enum person_refusal)e);
    return STAFF_REFUSED;
}
