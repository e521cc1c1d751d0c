#include "base/check.h"
#include "http/http.h"
#include "people/link.h"
#include "people/password_rules.h"
#include "people/sign_in_inside.h"

static err load(const struct knock *k, int64_t person, struct credential *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(k->app->store, &tx);
    if (!e)
        e = credential_get(&tx, person, k->arena, ret);
    return e > 0 ? SIGN_IN_WRONG : e;
}

/* The password of who is signed in, once more. */
static err ask_again(const struct knock *k, const struct person *p, struct str password,
                     struct sign_in *ret)
{
    struct credential c = { 0 };
    struct str rehash = { 0 }; // that is for the next sign-in
    struct guess g = sign_in_guess_at(k, "confirm", p->id);
    err e = sign_in_guess(k, &g, ret);
    if (e)
        return e;
    e = load(k, p->id, &c);
    if (!e)
        e = sign_in_check(k, &c, password, &rehash);
    return sign_in_judge(k, &g, "confirm", e);
}

struct change {
    const struct knock *k;
    const struct person *p;
    struct str hash; /* of the new password; or empty */
    struct str session;
};

static err note(struct tx *tx, struct actor by, const char *action, const struct knock *k,
                int64_t person)
{
    return audit_add(
        tx, by,
        &(struct audit_note){
            .action = str_from_z(action), .kind = S("person"), .object = person, .now = k->now });
}

static err renew(struct tx *tx, void *arg)
{
    struct change *w = arg;
    err e = OK;
    if (w->hash.n) {
        e = credential_set(tx, w->p->id, w->hash, w->k->now);
        if (!e)
            e = session_end_all(tx, w->p->id, w->p->session);
        if (!e)
            e = note(tx, person_actor(w->p), "password.set", w->k, w->p->id);
    }
    if (!e)
        e = session_renew(tx, w->p->session, w->k->now, w->k->arena, &w->session);
    return e > 0 ? SIGN_IN_WRONG : e; // the session was ended meanwhile
}

static err renew_now(const struct knock *k, const struct person *p, struct str hash,
                     struct sign_in *ret)
{
    struct change w = { .k = k, .p = p, .hash = hash };
    err e = store_write(k->app->store, renew, &w);
    if (!e)
        *ret = (struct sign_in){ .session = w.session };
    return e;
}

err sign_in_confirm(const struct knock *k, const struct person *p, struct str password,
                    struct sign_in *ret)
{
    err e = ask_again(k, p, password, ret);
    return e ? e : renew_now(k, p, S(""), ret);
}

static err check_rules(const struct knock *k, struct str password, struct str name,
                       struct str email, struct sign_in *ret)
{
    struct password_context about = { .least_characters =
                                          config_int(k->config, &password_characters),
                                      .name = name,
                                      .email = email,
                                      .site = site_url(k->config) };
    ret->password = password_rules_check(password, &about);
    return ret->password ? SIGN_IN_PASSWORD : OK;
}

err sign_in_set_password(const struct knock *k, const struct person *p,
                         const struct password_form *f, struct sign_in *ret)
{
    struct str hash = { 0 };
    err e = check_rules(k, f->wanted, p->name, p->email, ret);
    if (!e)
        e = ask_again(k, p, f->present, ret);
    if (!e)
        e = sign_in_hash(k, f->wanted, &hash);
    return e ? e : renew_now(k, p, hash, ret);
}

struct use {
    const struct knock *k;
    const struct link_form *f;
    struct str hash;
    struct person person;
    struct sign_in *ret;
};

/* The person whom the link is for; a founding one makes the first owner. */
static err person_of(struct tx *tx, const struct use *w, const struct link *l, struct person *ret)
{
    int64_t id = l->person;
    struct person_draft d = {
        .name = w->f->name, .email = w->f->email, .role = ROLE_OWNER, .now = w->k->now
    };
    err e = id ? OK : person_add(tx, ACTOR_SERVER, &d, &id);
    if (e > 0) {
        w->ret->person = e;
        return SIGN_IN_PERSON;
    }
    if (!e)
        e = person_get(tx, id, w->k->arena, ret);
    check(e <= 0); // link_use() has seen it in this transaction
    return e;
}

static err use_link(struct tx *tx, void *arg)
{
    struct use *w = arg;
    struct link l = { 0 };
    err e = link_use(tx, w->f->token, w->k->now, w->k->arena, &l);
    if (e)
        return e > 0 ? SIGN_IN_LINK_GONE : e;
    e = person_of(tx, w, &l, &w->person);
    if (!e)
        e = credential_set(tx, w->person.id, w->hash, w->k->now);
    if (!e)
        e = session_end_all(tx, w->person.id, 0);
    if (!e)
        e = note(tx, person_actor(&w->person), "link.use", w->k, w->person.id);
    if (e || w->person.has_totp)
        return e;
    return sign_in_begin(tx, w->k, &w->person, w->ret);
}

static err look(const struct knock *k, struct str token, struct link *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(k->app->store, &tx);
    if (!e)
        e = link_look(&tx, token, k->now, k->arena, ret);
    return e > 0 ? SIGN_IN_LINK_GONE : e;
}

err sign_in_link(const struct knock *k, const struct link_form *f, struct sign_in *ret)
{
    struct link l = { 0 };
    struct sign_in made = { 0 };
    struct use w = { .k = k, .f = f, .ret = &made };
    err e = look(k, f->token, &l);
    if (!e)
        e = check_rules(k, f->password, l.person ? l.name : f->name, l.person ? l.email : f->email,
                        &made);
    if (!e)
        e = sign_in_hash(k, f->password, &w.hash);
    if (!e)
        e = store_write(k->app->store, use_link, &w);
    if (!e && w.person.has_totp) {
        made.ticket = sign_in_ticket(k, w.person.id, k->now);
        e = SIGN_IN_CODE_NEEDED;
    } else if (!e) {
        made.known = sign_in_known(k, w.person.email);
    }
    if (e >= 0)
        *ret = made;
    return e;
}
