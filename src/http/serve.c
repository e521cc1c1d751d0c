#include "base/check.h"
#include "base/log.h"
#include "http/cache.h"
#include "http/engine.h"
#include "http/error.h"
#include "http/guard.h"

#include <inttypes.h>
#include <stdlib.h>

/*
 * A worker with a request: the guard, the limits and the permission of its route, the body taken
 * apart, the handler, the reply. All memory of it is one arena, reset before the next request.
 */
void *serve_begin(void *arg)
{
    (void)arg; // an arena needs nothing of the server
    struct bench *b = calloc(1, sizeof *b);
    check(b);
    return b;
}

void serve_end(void *arg, void *bench)
{
    (void)arg; // as above
    struct bench *b = bench;
    arena_free(&b->arena);
    free(b);
}

static err refuse(struct request *r, struct response *ret, int status, const char *word)
{
    *ret = (struct response){ 0 };
    return http_refuse(r, ret, status, word);
}

static struct str print_seconds(struct arena *a, int64_t micros)
{
    return str_print(a, "%" PRId64, micros / SECOND + 1);
}

static err refuse_later(struct request *r, struct response *ret, int status, const char *word)
{
    err e = refuse(r, ret, status, word);
    response_header(ret, "Retry-After", print_seconds(r->arena, r->in->refusal.wait));
    return e;
}

/* The API's errors look other than the pages'. */
static void note_route(struct request *r)
{
    struct work *w = r->in->work;
    char *room = arena_new(r->arena, char, r->path.n);
    if (!r->path.n || path_split(r->path, room, &w->path))
        return;
    r->route = routes_find(r->in->server->routes, &w->path, (int)r->method).route;
    r->in->pattern = r->route ? r->route->pattern : NULL;
}

/* What was decided before a worker had it. */
static err refuse_early(struct request *r, struct response *ret)
{
    const struct refusal *why = &r->in->refusal;
    note_route(r);
    if (why->status == 503)
        return refuse_later(r, ret, why->status, why->word);
    err e = refuse(r, ret, why->status, why->word);
    if (why->allow)
        response_header(ret, "Allow", str_from_z(why->allow));
    return e;
}

static err redirect_slash(struct request *r, struct response *ret)
{
    struct str path = str_sub(r->path, 0, r->path.n - 1);
    struct str query = r->in->target.query;
    struct str to =
        query.n ? str_print(r->arena, STR_FMT "?" STR_FMT, STR_ARG(path), STR_ARG(query)) : path;
    return response_redirect(r, ret, 301, to);
}

enum { GOES_ON = 1000 /* no refusal of any module */, ANSWERED = OK };

/* Finds the route; answers itself when there is none. */
static err find_route(struct request *r, struct response *ret)
{
    struct work *w = r->in->work;
    char *room = arena_new(r->arena, char, r->path.n);
    err e = path_split(r->path, room, &w->path);
    if (e == PATH_WRONG)
        return refuse(r, ret, 400, ERROR_BAD_ADDRESS);
    if (e == PATH_NOWHERE)
        return refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct route_found f = routes_find(r->in->server->routes, &w->path, (int)r->method);
    if (!f.allow || (w->path.slash && (!f.route || r->method != HTTP_GET)))
        return refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (w->path.slash)
        return redirect_slash(r, ret);
    if (!f.route) {
        e = refuse(r, ret, 405, ERROR_METHOD);
        response_header(ret, "Allow", str_from_z(f.allow));
        return e;
    }
    r->route = f.route;
    r->in->pattern = f.route->pattern;
    return GOES_ON;
}

static err refuse_form(struct request *r, struct response *ret, err why, const char *broken)
{
    if (why == FORM_REPEATED)
        return refuse(r, ret, 400, ERROR_REPEATED_FIELD);
    if (why == FORM_TOO_MANY)
        return refuse(r, ret, 400, ERROR_TOO_MANY_FIELDS);
    return refuse(r, ret, 400, broken);
}

static err read_query(struct request *r, struct response *ret)
{
    struct incoming *in = r->in;
    err e = query_parse(in->target.query, r->route->query, in->settings->query_params, r->arena,
                        &in->work->query);
    return e ? refuse_form(r, ret, e, ERROR_BAD_QUERY) : GOES_ON;
}

static err pass_guard(struct request *r, struct response *ret)
{
    struct incoming *in = r->in;
    struct proof proof = { .origin = in->field[HEAD_ORIGIN],
                           .sec_fetch_site = in->field[HEAD_SEC_FETCH_SITE],
                           .cookie = in->field[HEAD_COOKIE].n > 0 };
    enum verdict v = guard_judge(r->route, &proof, in->settings->origins);
    in->work->guest = v == VERDICT_GUEST;
    return v == VERDICT_REFUSE ? refuse(r, ret, 403, ERROR_NOT_FROM_HERE) : GOES_ON;
}

static err pass_limit(struct request *r, struct response *ret)
{
    enum limit_kind kind = r->route->limit;
    bool by_handler = kind == LIMIT_COMMENT || kind == LIMIT_VOTE || kind == LIMIT_FLAG;
    if (by_handler || request_limit(r, kind))
        return GOES_ON;
    return refuse(r, ret, 429, ERROR_TOO_OFTEN);
}

static err pass_admission(struct request *r, struct response *ret)
{
    if (r->route->need == PUBLIC)
        return GOES_ON;
    r->in->work->personal = true;
    err e = r->in->server->o.hooks.admit(r, ret);
    if (e == HTTP_ANSWERED)
        return ANSWERED;
    return e ? fault(e) : GOES_ON;
}

static err read_multipart(struct request *r, struct response *ret)
{
    struct incoming *in = r->in;
    struct str boundary = { 0 };
    if (!multipart_boundary(in->field[HEAD_CONTENT_TYPE], &boundary))
        return refuse(r, ret, 415, ERROR_MEDIA_TYPE);
    struct multipart m = { 0 };
    err e = multipart_parse(
        buf_str(&in->body), boundary,
        (struct multipart_limits){ in->settings->fields, in->settings->uploads }, r->arena, &m);
    if (e)
        return refuse_form(r, ret, e, ERROR_BAD_FORM);
    in->work->form = m.fields;
    in->work->uploads = m.uploads;
    in->work->upload_count = m.upload_count;
    return GOES_ON;
}

static err read_form(struct request *r, struct response *ret)
{
    struct work *w = r->in->work;
    size_t max = r->in->settings->fields;
    struct str body = buf_str(&r->in->body);
    err e = form_parse(body, max, r->arena, &w->form);
    if (!e)
        return GOES_ON;
    if (e == FORM_TOO_MANY || !r->route->keeps_words)
        return refuse_form(r, ret, e, ERROR_BAD_FORM);
    w->damage = e == FORM_REPEATED ? ERROR_FORM_TWICE : ERROR_FORM_NOT_TEXT;
    e = form_mend(body, max, r->arena, &w->form);
    return e ? refuse_form(r, ret, e, ERROR_BAD_FORM) : GOES_ON;
}

static err read_body(struct request *r, struct response *ret)
{
    struct incoming *in = r->in;
    if (r->route->body == BODY_MULTIPART)
        return read_multipart(r, ret);
    if (r->route->body == BODY_JSON && !in->has_body)
        return refuse(r, ret, 415, ERROR_MEDIA_TYPE);
    return r->route->body == BODY_FORM ? read_form(r, ret) : GOES_ON;
}

static err run_handler(struct request *r, struct response *ret)
{
    err e = r->route->run(r, ret);
    if (e <= 0)
        return e;
    // A refusal that a handler hands up is a mistake of its own; readers must not fall with it.
    log_event("event=refusal_not_handled route=%s code=%d", r->route->pattern, e);
    return fault(ERR_DATA);
}

/* Each step answers, fails, or goes on to the next. A body that is not here yet ends it early. */
static err take_steps(struct request *r, struct response *ret, bool *ret_admitted)
{
    static err (*const steps[])(struct request *, struct response *) = {
        find_route, read_query, pass_guard, pass_limit, pass_admission, read_body, run_handler
    };
    enum { STEPS_BEFORE_BODY = 5 };
    size_t count = r->in->admit_first ? STEPS_BEFORE_BODY : COUNT(steps);
    if (r->in->refusal.status)
        return refuse_early(r, ret);
    for (size_t i = 0; i < count; i++) {
        err e = steps[i](r, ret);
        if (e != GOES_ON)
            return e;
    }
    *ret_admitted = true;
    return OK;
}

static void refuse_fault(struct request *r, struct response *ret, err e)
{
    log_event("event=request_failed route=%s code=%d", r->in->pattern ? r->in->pattern : "-", e);
    r->in->refusal.wait = 0;
    if (e == ERR_BUSY)
        (void)refuse_later(r, ret, 503, ERROR_BUSY_NOW); // always OK
    else if (e == ERR_FULL)
        (void)refuse_later(r, ret, 503, ERROR_DISK_FULL); // always OK
    else
        (void)refuse(r, ret, 500, ERROR_BROKEN); // always OK
}

static struct origin find_origin(const struct incoming *in)
{
    struct forwarding said = { .forwarded = in->field[HEAD_FORWARDED],
                               .x_forwarded_for = in->field[HEAD_X_FORWARDED_FOR],
                               .x_forwarded_proto = in->field[HEAD_X_FORWARDED_PROTO] };
    return origin_find(&in->settings->proxies, &in->peer, &said);
}

/* Whether all who ask for this address get this page; remembers routes where they do not. */
static bool may_be_kept(struct request *r, const struct response *response)
{
    struct incoming *in = r->in;
    if (!r->route || r->method != HTTP_GET || r->route->need != PUBLIC || in->fresh ||
        (response->status && response->status != 200))
        return false;
    if (response->source.more || response->tap.take)
        return false; // and that says nothing about the route's other pages
    bool personal = in->work->personal || response->cache == CACHE_PRIVATE;
    size_t i = (size_t)(r->route - in->server->o.routes);
    bool before = atomic_exchange(&in->server->personal[i], personal);
    if (personal && !before && response->cache != CACHE_PRIVATE)
        log_event("event=page_not_kept route=%s why=personal", r->route->pattern);
    return !personal && response->body.n <= cache_body_max(in->server->cache);
}

/* The reply: kept for all, or for this request only. */
static void finish(struct request *r, const struct response *response, struct bench *b)
{
    struct incoming *in = r->in;
    bool keep = may_be_kept(r, response);
    if (in->entry && keep) {
        cache_keep(in->server->cache, in, response);
        in->stage = STAGE_AGAIN;
        return;
    }
    if (response->tap.take)
        in->reply = tap_reply(r, response);
    else
        in->reply = response->source.more ? stream_reply(r, response, b) : reply_own(r, response);
    if (in->entry)
        cache_give_up(in->server->cache, in, in->reply.status);
    in->stage = STAGE_READY;
}

/* A long body's first piece comes before its head, so that a fault still has its page. */
static err begin_body(struct request *r, struct response *response)
{
    if (!response->source.more)
        return OK;
    err e = stream_first(r, response);
    if (e > 0) { // too many at once
        r->in->refusal.wait = 0;
        return refuse_later(r, response, 503, ERROR_BUSY_NOW);
    }
    return e;
}

static void answer(struct incoming *in, struct bench *b, const struct setup *setup)
{
    struct server *s = in->server;
    struct work work = { .origin = find_origin(in) };
    bool https = work.origin.told ? work.origin.https : in->settings->https;
    struct request r = { .app = s->o.app,
                         .setup = setup,
                         .arena = &b->arena,
                         .method = in->method == METHOD_POST ? HTTP_POST : HTTP_GET,
                         .path = in->target.path,
                         .now = clock_now(&s->o.app->clock),
                         .https = https,
                         .secure = https || in->settings->secure,
                         .in = in };
    struct response response = { 0 };
    bool admitted = false;
    in->work = &work;
    topics_note(&work.topics, &s->generations, TOPIC_SITE);
    err e = take_steps(&r, &response, &admitted);
    if (!e)
        e = begin_body(&r, &response);
    if (e < 0)
        refuse_fault(&r, &response, e);
    if (admitted && in->admit_first) {
        in->admit_first = false;
        in->stage = STAGE_ADMITTED;
    } else {
        finish(&r, &response, b);
    }
    in->work = NULL;
}

void serve_task(void *arg, void *bench, struct task *task)
{
    struct server *s = arg;
    struct bench *b = bench;
    struct incoming *in =
        (struct incoming *)((char *)task - offsetof(struct incoming, task)); // task is its member
    if (in->entry && in->turn == TURN_CODE) {
        cache_code(s->cache, in);
        in->stage = STAGE_AGAIN;
        MHD_resume_connection(in->connection);
        return;
    }
    arena_reset(&b->arena);
    b->arena.limit = in->settings->memory_bytes;
    b->setup = engine_pin(s);
    answer(in, b, b->setup);
    if (b->setup)
        engine_drop(s, b->setup);
    MHD_resume_connection(in->connection);
}
