#include "people/admit.h"
#include "base/config.h"
#include "base/log.h"
#include "people/api_admit.h"
#include "people/session.h"
#include "people/sign_in.h"

enum { NEXT_MAX = 1000, KNOWN_SECONDS = 400 * 86400, TICKET_SECONDS = 300 };

/* One of the desk's cookies: its name on https, and on this machine's plain http. */
struct desk_cookie_name {
    const char *https, *http;
};
static const struct desk_cookie_name session_name = { "__Host-desk", "desk" };
static const struct desk_cookie_name known_name = { "__Host-desk-known", "desk-known" };
static const struct desk_cookie_name ticket_name = { "__Host-desk-code", "desk-code" };

static struct str get(const struct request *r, struct desk_cookie_name name)
{
    struct str value = S("");
    (void)request_cookie(r, r->https ? name.https : name.http, &value); // missing: empty text
    return value;
}

static void set(struct request *r, struct response *ret, struct desk_cookie_name name,
                struct str value, int64_t seconds)
{
    response_cookie(r, ret,
                    &(struct cookie){ .name = r->https ? name.https : name.http,
                                      .value = value,
                                      .seconds = seconds,
                                      .strict = true });
}

struct str desk_cookie(const struct request *r)
{
    return get(r, session_name);
}

void desk_cookie_set(struct request *r, struct response *ret, struct str token)
{
    set(r, ret, session_name, token, session_limits_of(r->setup->config).whole / SECOND);
}

void desk_cookie_drop(struct request *r, struct response *ret)
{
    set(r, ret, session_name, S(""), -1);
}

struct str known_cookie(const struct request *r)
{
    return get(r, known_name);
}

void known_cookie_set(struct request *r, struct response *ret, struct str known)
{
    set(r, ret, known_name, known, KNOWN_SECONDS);
}

struct str ticket_cookie(const struct request *r)
{
    return get(r, ticket_name);
}

void ticket_cookie_set(struct request *r, struct response *ret, struct str ticket)
{
    set(r, ret, ticket_name, ticket, TICKET_SECONDS);
}

void ticket_cookie_drop(struct request *r, struct response *ret)
{
    set(r, ret, ticket_name, S(""), -1);
}

static bool path_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           str_has(S("/-._~%?=&+:,"), c);
}

struct str desk_next(struct str next)
{
    size_t at = 0;
    struct str rest = str_sub(next, 5, next.n);
    bool ours = str_starts(next, S("/desk")) && (!rest.n || rest.s[0] == '/' || rest.s[0] == '?');
    if (!ours || next.n > NEXT_MAX || str_find(next, S(".."), &at) || str_find(next, S("//"), &at))
        return S("/desk");
    for (size_t i = 0; i < next.n; i++)
        if (!path_char(next.s[i]))
            return S("/desk");
    return next;
}

struct knock request_knock(const struct request *r)
{
    struct str agent = S("");
    (void)request_header(r, "User-Agent", &agent); // missing: empty text
    return (struct knock){ .app = r->app,
                           .config = r->setup->config,
                           .arena = r->arena,
                           .client = request_client(r).address,
                           .agent = agent,
                           .old_session = desk_cookie(r),
                           .known = known_cookie(r),
                           .now = r->now };
}

static err find(const struct request *r, struct session_found *ret)
{
    struct str token = desk_cookie(r);
    if (!token.n)
        return SESSION_NONE;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    return e ? e
             : session_find(&tx, token, r->now, session_limits_of(r->setup->config), r->arena, ret);
}

static err mark_seen(struct tx *tx, void *arg)
{
    const struct request *r = arg;
    return session_seen(tx, r->person->session, r->now);
}

static err refuse(struct request *r, struct response *ret, int status, const char *word)
{
    err e = http_refuse(r, ret, status, word);
    return e ? e : HTTP_ANSWERED;
}

static err ask_to_sign_in(struct request *r, struct response *ret)
{
    if (r->method != HTTP_GET || r->route->api)
        return refuse(r, ret, 401, "error_sign_in");
    struct str next = url_escape(r->arena, r->path);
    struct str to = str_print(r->arena, "/desk/sign-in?next=" STR_FMT, STR_ARG(next));
    err e = response_redirect(r, ret, 303, to);
    return e ? e : HTTP_ANSWERED;
}

err person_admit(struct request *r, struct response *ret)
{
    if (r->route->guard == GUARD_TOKEN)
        return token_admit(r, ret);
    if (!r->secure)
        return refuse(r, ret, 403, "error_desk_needs_https");
    struct session_found found = { 0 };
    err e = find(r, &found);
    if (e < 0)
        return e;
    if (e)
        return ask_to_sign_in(r, ret);
    struct person *p = arena_new(r->arena, struct person, 1);
    *p = found.person;
    r->person = p;
    if (!person_may(p, (enum permission)r->route->need))
        return refuse(r, ret, 403, "error_not_allowed");
    // A store that cannot write, its disk full, must not close the desk: reading goes on.
    if (r->now - found.seen_at >= SESSION_SEEN_SPAN)
        if (store_write(r->app->store, mark_seen, r))
            log_event("event=session_seen outcome=not_written");
    return OK;
}

err person_asking(const struct request *r, const struct person **ret)
{
    struct str site = S("");
    struct session_found found = { 0 };
    *ret = NULL;
    (void)request_header(r, "Sec-Fetch-Site", &site); // missing: an old browser, a guest
    if (!r->secure || !str_eq(site, S("same-origin")))
        return OK;
    err e = find(r, &found);
    if (e < 0)
        return fault(e);
    if (e || !person_may(&found.person, PERMISSION_DESK))
        return OK;
    struct person *p = arena_new(r->arena, struct person, 1);
    *p = found.person;
    *ret = p;
    return OK;
}
