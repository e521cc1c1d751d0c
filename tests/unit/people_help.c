#include "unit/people_help.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "people/credential.h"
#include "people/keys.h"

#include <string.h>

QUERY(test_count_audit, "select count(*) from audit where action = $1");
QUERY(test_secret, "select secret from totp where person = $1");

/* The least that the configuration allows; and a cheaper one for passwords set by the tests. */
static const char settings_text[] = "[desk]\npassword_kilobytes = 19456\npassword_passes = 2\n";

void office_open(struct office *o)
{
    struct str why = { 0 };
    *o = (struct office){ .now = NOON };
    arena_init(&o->a, 1 << 24);
    expect(store_open(&(struct store_options){ .readers = 4 }, &o->a, &o->app.store, &why) == OK);
    expect(keys_open(NULL, &o->a, &o->app.keys, &why) == OK);
    expect(config_parse(S("test"), str_from_z(settings_text), &o->a, &o->config, &why) == OK);
    o->app.sign_ins = sign_ins_make();
}

void office_close(struct office *o)
{
    sign_ins_free(o->app.sign_ins);
    keys_free(o->app.keys);
    store_close(o->app.store);
    config_free(o->config);
    arena_free(&o->a);
}

err office_write(struct office *o, tx_work *work, void *arg)
{
    return store_write(o->app.store, work, arg);
}

struct deed {
    struct office *o;
    int64_t person;
    struct person_draft draft;
    struct str text, token;
    struct recovery_codes codes;
    struct totp_setup setup;
};

static err add_person(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    err e = person_add(tx, ACTOR_CLI, &d->draft, &d->person);
    return e || !d->text.n ? e : credential_set(tx, d->person, d->text, d->o->now);
}

int64_t office_person(struct office *o, const char *name, const char *email, enum role role,
                      const char *password)
{
    struct deed d = { .o = o,
                      .draft = { .name = str_from_z(name),
                                 .email = str_from_z(email),
                                 .role = role,
                                 .now = o->now } };
    struct password_cost cheap = { .kilobytes = 8, .passes = 1 };
    if (*password)
        d.text = password_hash(str_from_z(password), cheap, &o->a);
    expect(office_write(o, add_person, &d) == OK);
    return d.person;
}

struct person office_get(struct office *o, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct person p = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    expect(person_get(&tx, id, &o->a, &p) == OK);
    return p;
}

static err start_session(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    struct session_start s = { .person = d->person,
                               .agent = S("Firefox on Linux"),
                               .now = d->o->now,
                               .limits = session_limits_of(d->o->config) };
    return session_start(tx, &s, &d->o->a, &d->token);
}

struct str office_session(struct office *o, int64_t person)
{
    struct deed d = { .o = o, .person = person };
    expect(office_write(o, start_session, &d) == OK);
    return d.token;
}

err office_find(struct office *o, struct str token, struct person *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct session_found found = { 0 };
    expect(store_read(o->app.store, &tx) == OK);
    err e = session_find(&tx, token, o->now, session_limits_of(o->config), &o->a, &found);
    if (!e)
        *ret = found.person;
    return e;
}

static err add_link(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    if (!d->person)
        return link_add_first(tx, d->o->now, &d->o->a, &d->token);
    return link_add(tx, ACTOR_CLI, d->person, d->o->now, &d->o->a, &d->token);
}

struct str office_link(struct office *o, int64_t person)
{
    struct deed d = { .o = o, .person = person };
    expect(office_write(o, add_link, &d) == OK);
    return d.token;
}

static err begin_totp(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    struct person p = { .id = d->person, .email = S("x@example.org") };
    err e = totp_begin(tx, &p, S("The Weir"), &d->o->a, &d->setup);
    if (e)
        return e;
    struct stmt *s = query_start(tx, &test_secret);
    bool row = false;
    bind_int(s, 1, d->person);
    expect(query_step(s, &row) == OK && row);
    d->text = column_str(s, 0, &d->o->a);
    query_end(s);
    return OK;
}

static err confirm_totp(struct tx *tx, void *arg)
{
    struct deed *d = arg;
    struct person p = { .id = d->person, .name = S("x") };
    return totp_confirm(tx, &p, office_code(d->o, d->text, -1), d->o->now, &d->o->a, &d->codes);
}

struct str office_totp(struct office *o, int64_t person, struct recovery_codes *ret)
{
    struct deed d = { .o = o, .person = person };
    expect(office_write(o, begin_totp, &d) == OK);
    expect(office_write(o, confirm_totp, &d) == OK);
    *ret = d.codes;
    return d.text;
}

struct str office_code(struct office *o, struct str secret, int64_t steps_from_now)
{
    int64_t step = o->now / (TOTP_STEP_SECONDS * SECOND) + steps_from_now;
    return str_print(&o->a, "%06d", (int)totp_code(secret, step));
}

struct knock office_knock(struct office *o, const char *client)
{
    return (struct knock){ .app = &o->app,
                           .config = o->config,
                           .arena = &o->a,
                           .client = str_from_z(client),
                           .agent = S("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Firefox/115.0"),
                           .now = o->now };
}

int64_t office_audited(struct office *o, const char *action)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(o->app.store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_count_audit);
    bind_str(s, 1, str_from_z(action));
    expect(query_step(s, &row) == OK && row);
    return column_int(s, 0);
}
