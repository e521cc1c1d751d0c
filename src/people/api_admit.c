#include "people/api_admit.h"
#include "base/log.h"
#include "http/error.h"
#include "http/server.h"
#include "people/api_token.h"
#include "people/sign_in.h"
#include "people/throttle.h"

#include <inttypes.h>

static err refuse(struct request *r, struct response *ret, int status, const char *word)
{
    err e = http_refuse(r, ret, status, word);
    return e ? e : HTTP_ANSWERED;
}

/* Counts a wrong token. 256 random bits are not guessed; who tries all the same is made to wait. A
 * right token is never kept waiting by others behind the same address. */
static err refuse_token(struct request *r, struct response *ret, bool sent)
{
    struct guess g = { 0 };
    g.counts[THROTTLE_CLIENT] = true;
    g.name[THROTTLE_CLIENT] =
        str_print(r->arena, "api/" STR_FMT, STR_ARG(request_client(r).address));
    int64_t wait = sent ? throttle_take(sign_ins_throttle(r->app->sign_ins), &g, r->now) : 0;
    if (wait) {
        err e = refuse(r, ret, 429, ERROR_TOO_OFTEN);
        response_header(ret, "Retry-After", str_print(r->arena, "%" PRId64, wait / SECOND + 1));
        return e;
    }
    if (sent)
        log_event("event=api_token outcome=wrong");
    err e = refuse(r, ret, 401, "error_token_wrong");
    response_header(ret, "WWW-Authenticate",
                    sent ? S("Bearer realm=\"desk\", error=\"invalid_token\"")
                         : S("Bearer realm=\"desk\""));
    return e;
}

/* The token's text: empty when there is none. */
static struct str bearer(const struct request *r)
{
    struct str field = S("");
    struct str scheme = S("Bearer ");
    (void)request_header(r, "Authorization", &field); // missing: no token
    if (field.n < scheme.n || !str_eq_nocase(str_sub(field, 0, scheme.n), scheme))
        return S("");
    return str_trim(str_sub(field, scheme.n, field.n));
}

static err find(const struct request *r, struct str text, struct api_token *ret, struct person *p)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e : api_token_find(&tx, text, r->now, r->arena, ret, p);
}

static err mark_seen(struct tx *tx, void *arg)
{
    const struct request *r = arg;
    return api_token_seen(tx, r->person->token, r->now);
}

bool token_has(const struct request *r, int scope)
{
    return (r->person->scopes & scope) == scope;
}

err token_refuse_scope(struct request *r, struct response *ret, int scope)
{
    err e = http_refuse(r, ret, 403, "error_token_scope");
    struct str name = scopes_print(r->arena, scope);
    response_header(
        ret, "WWW-Authenticate",
        str_print(r->arena,
                  "Bearer realm=\"desk\", error=\"insufficient_scope\", scope=\"" STR_FMT "\"",
                  STR_ARG(name)));
    return e;
}

err token_admit(struct request *r, struct response *ret)
{
    struct api_token t = { 0 };
    struct person found = { 0 };
    if (!r->secure)
        return refuse(r, ret, 403, "error_desk_needs_https");
    struct str text = bearer(r);
    err e = text.n ? find(r, text, &t, &found) : API_TOKEN_NONE;
    if (e)
        return e < 0 ? fault(e) : refuse_token(r, ret, text.n > 0);
    struct person *p = arena_new(r->arena, struct person, 1);
    *p = found;
    p->token = t.id;
    p->token_name = t.name;
    p->scopes = t.scopes;
    r->person = p;
    if (!token_has(r, r->route->scope)) {
        e = token_refuse_scope(r, ret, r->route->scope);
        return e ? e : HTTP_ANSWERED;
    }
    if (!person_may(p, PERMISSION_API_TOKEN) || !person_may(p, (enum permission)r->route->need))
        return refuse(r, ret, 403, "error_not_allowed");
    // A store that cannot write, its disk full, must not close the desk: reading goes on.
    if (r->now - t.used_at >= API_TOKEN_SEEN_SPAN)
        if (store_write(r->app->store, mark_seen, r))
            log_event("event=api_token_seen outcome=not_written");
    return OK;
}
