#include "base/check.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/log.h"
#include "people/sign_in_inside.h"
#include "people/token.h"

#include <inttypes.h>

/* The first of OWASP's equal choices for Argon2id has 46 MiB and one pass; two cost 60 ms here. */
CONFIG_INT(password_kilobytes, "desk", "password_kilobytes", 47104, 19456, 1048576,
           "Memory for hashing a password with Argon2id, one at a time.");
CONFIG_INT(password_passes, "desk", "password_passes", 2, 2, 20,
           "Passes over that memory. Raised, passwords are hashed anew as people sign in.");

enum { KNOWN_DAYS = 400, OWN_MAX = 1048576 /* bytes: the tables of the throttle */ };

struct sign_ins *sign_ins_make(void)
{
    struct arena own;
    arena_init(&own, OWN_MAX);
    struct sign_ins *s = arena_new(&own, struct sign_ins, 1);
    turn_init(&s->hashing, SIGN_IN_WAITING_MAX, SIGN_IN_WAIT);
    s->throttle = throttle_make(&own);
    s->own = own;
    return s;
}

void sign_ins_free(struct sign_ins *s)
{
    if (!s)
        return;
    turn_free(&s->hashing);
    throttle_end(s->throttle);
    struct arena own = s->own;
    arena_free(&own);
}

int64_t sign_ins_hashed(const struct sign_ins *s)
{
    return atomic_load(&s->hashed);
}

static struct password_cost cost_of(const struct knock *k)
{
    return (struct password_cost){ .kilobytes = config_int(k->config, &password_kilobytes),
                                   .passes = config_int(k->config, &password_passes) };
}

err sign_in_check(const struct knock *k, const struct credential *c, struct str password,
                  struct str *ret_rehash)
{
    struct sign_ins *s = k->app->sign_ins;
    struct password_cost cost = cost_of(k);
    bool somebody = c && c->hash.n;
    struct str hash = somebody ? c->hash : password_decoy(cost, k->arena);
    if (turn_take(&s->hashing))
        return SIGN_IN_BUSY;
    bool right = password_verify(password, hash);
    bool outdated = right && password_outdated(hash, cost);
    struct str rehash = outdated ? password_hash(password, cost, k->arena) : S("");
    turn_give(&s->hashing);
    atomic_fetch_add(&s->hashed, outdated ? 2 : 1);
    if (!right || !somebody)
        return SIGN_IN_WRONG;
    *ret_rehash = rehash;
    return OK;
}

err sign_in_hash(const struct knock *k, struct str password, struct str *ret_hash)
{
    struct sign_ins *s = k->app->sign_ins;
    if (turn_take(&s->hashing))
        return SIGN_IN_BUSY;
    *ret_hash = password_hash(password, cost_of(k), k->arena);
    turn_give(&s->hashing);
    atomic_fetch_add(&s->hashed, 1);
    return OK;
}

struct throttle *sign_ins_throttle(const struct sign_ins *s)
{
    return s->throttle;
}

err sign_in_guess(const struct knock *k, const struct guess *g, struct sign_in *ret)
{
    int64_t wait = throttle_take(k->app->sign_ins->throttle, g, k->now);
    if (!wait)
        return OK;
    log_event("event=sign_in outcome=throttled");
    ret->wait_seconds = (wait + SECOND - 1) / SECOND;
    return SIGN_IN_THROTTLED;
}

struct guess sign_in_guess_at(const struct knock *k, const char *what, int64_t person)
{
    struct guess g = { 0 };
    g.counts[THROTTLE_PAIR] = g.counts[THROTTLE_CLIENT] = true;
    g.name[THROTTLE_PAIR] = str_print(k->arena, "%s/%" PRId64, what, person);
    g.name[THROTTLE_CLIENT] = k->client;
    return g;
}

err sign_in_judge(const struct knock *k, const struct guess *g, const char *what, err outcome)
{
    struct throttle *t = k->app->sign_ins->throttle;
    if (outcome == OK || outcome == SIGN_IN_CODE_NEEDED)
        throttle_forgive(t, g);
    else if (outcome != SIGN_IN_WRONG)
        throttle_take_back(t, g);
    const char *word = outcome == SIGN_IN_WRONG ? "wrong" : outcome > 0 ? "refused" : "fault";
    if (outcome != OK && outcome != SIGN_IN_CODE_NEEDED)
        log_event("event=sign_in step=%s outcome=%s", what, word);
    return outcome;
}

err sign_in_begin(struct tx *tx, const struct knock *k, const struct person *p, struct sign_in *ret)
{
    struct session_start s = { .person = p->id,
                               .agent = session_agent(k->agent, k->arena),
                               .confirmed = true,
                               .now = k->now,
                               .limits = session_limits_of(k->config) };
    struct audit_note note = { .action = S("sign_in"),
                               .kind = S("person"),
                               .object = p->id,
                               .detail = s.agent,
                               .now = k->now };
    err e = session_end_token(tx, k->old_session);
    if (!e)
        e = session_start(tx, &s, k->arena, &ret->session);
    if (!e)
        e = credential_signed_in(tx, p->id, k->now);
    return e ? e : audit_add(tx, person_actor(p), &note);
}

struct str sign_in_ticket(const struct knock *k, int64_t person, int64_t password_set_at)
{
    struct token t = {
        .purpose = S("sign-in-code"), .subject = person, .detail = password_set_at, .time = k->now
    };
    return token_write(k->app->keys, k->arena, &t);
}

static struct str known_purpose(const struct knock *k, struct str email)
{
    struct str lowered = str_lower(k->arena, str_trim(email));
    return str_print(k->arena, "known-browser/" STR_FMT, STR_ARG(lowered));
}

struct str sign_in_known(const struct knock *k, struct str email)
{
    struct token t = { .purpose = known_purpose(k, email), .time = k->now };
    return token_write(k->app->keys, k->arena, &t);
}

static bool is_known(const struct knock *k, struct str email)
{
    struct token t = { 0 };
    return token_read(k->app->keys, k->known, known_purpose(k, email), &t) &&
           k->now - t.time < KNOWN_DAYS * DAY;
}

/* By client, by address, by both; by the same names whether there is such a person or not. */
static struct guess guess_of(const struct knock *k, struct str email)
{
    struct str lowered = str_lower(k->arena, str_sub(str_trim(email), 0, PERSON_EMAIL_MAX + 1));
    struct guess g = { .counts = { true, true, !is_known(k, email) } };
    g.name[THROTTLE_PAIR] =
        str_print(k->arena, STR_FMT "\n" STR_FMT, STR_ARG(k->client), STR_ARG(lowered));
    g.name[THROTTLE_CLIENT] = k->client;
    g.name[THROTTLE_ACCOUNT] = lowered;
    return g;
}

static err load(const struct knock *k, struct str email, struct credential *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(k->app->store, &tx);
    return e ? e : credential_get_by_email(&tx, email, k->arena, ret);
}

/* What is written when the password, or after it the code, was right. */
struct entry {
    const struct knock *k;
    int64_t person, password_set_at;
    struct str rehash; /* of the password; or empty */
    struct str code;   /* .s NULL: the password's step */
    struct sign_in *ret;
    bool code_needed;
    struct str email;
};

/* The person as it is now: a password that was changed a moment ago opens nothing any more. */
static err still_right(struct tx *tx, const struct entry *w, struct credential *ret)
{
    err e = credential_get(tx, w->person, w->k->arena, ret);
    if (e < 0)
        return e;
    return e || ret->set_at != w->password_set_at ? SIGN_IN_WRONG : OK;
}

static err enter(struct tx *tx, void *arg)
{
    struct entry *w = arg;
    struct credential c = { 0 };
    err e = still_right(tx, w, &c);
    if (!e && w->rehash.n)
        e = credential_set(tx, w->person, w->rehash, 0);
    if (e)
        return e;
    w->email = c.person.email;
    w->code_needed = c.person.has_totp && !w->code.s;
    if (w->code_needed)
        return OK;
    if (w->code.s)
        e = totp_use(tx, w->person, w->code, w->k->now, &w->ret->recovery);
    if (e > 0)
        return e == TOTP_WRONG ? SIGN_IN_WRONG : SIGN_IN_TICKET_OLD;
    return e ? e : sign_in_begin(tx, w->k, &c.person, w->ret);
}

static err enter_now(struct entry *w)
{
    struct sign_in made = { 0 };
    struct sign_in *ret = w->ret;
    w->ret = &made;
    err e = store_write(w->k->app->store, enter, w);
    if (e)
        return e;
    if (w->code_needed)
        made.ticket = sign_in_ticket(w->k, w->person, w->password_set_at);
    else
        made.known = sign_in_known(w->k, w->email);
    *ret = made;
    return w->code_needed ? SIGN_IN_CODE_NEEDED : OK;
}

static err try_password(const struct knock *k, struct str email, struct str password,
                        struct sign_in *ret)
{
    struct credential c = { 0 };
    struct entry w = { .k = k, .ret = ret };
    err e = load(k, email, &c);
    if (e < 0)
        return e;
    e = sign_in_check(k, e ? NULL : &c, password, &w.rehash);
    if (e)
        return e;
    w.person = c.person.id;
    w.password_set_at = c.set_at;
    return enter_now(&w);
}

err sign_in_start(const struct knock *k, struct str email, struct str password, struct sign_in *ret)
{
    struct guess g = guess_of(k, email);
    err e = sign_in_guess(k, &g, ret);
    return e ? e : sign_in_judge(k, &g, "password", try_password(k, email, password, ret));
}

err sign_in_code(const struct knock *k, struct str ticket, struct str code, struct sign_in *ret)
{
    struct token t = { 0 };
    if (!token_read(k->app->keys, ticket, S("sign-in-code"), &t) || k->now < t.time ||
        k->now - t.time > SIGN_IN_CODE_SPAN)
        return SIGN_IN_TICKET_OLD;
    struct guess g = sign_in_guess_at(k, "code", t.subject);
    err e = sign_in_guess(k, &g, ret);
    if (e)
        return e;
    struct entry w = { .k = k,
                       .person = t.subject,
                       .password_set_at = t.detail,
                       .code = { code.n ? code.s : "", code.n },
                       .ret = ret };
    return sign_in_judge(k, &g, "code", enter_now(&w));
}
