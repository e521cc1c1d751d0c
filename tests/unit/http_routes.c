#include "unit/http_routes.h"
#include "unit/test.h"

CONFIG_INT(test_picture_bytes, "limits", "test_picture_bytes", 400000, 1, 1000000,
           "Only for the tests of http/.");

static err hello(struct request *r, struct response *ret)
{
    (void)r;
    ret->body = S("<p>hello");
    return OK;
}

static err show(struct request *r, struct response *ret)
{
    struct str slug = S("?");
    struct str sort = S("none");
    (void)request_segment(r, "slug", &slug);
    (void)request_query(r, "sort", &sort);
    ret->body = str_print(r->arena, STR_FMT "|" STR_FMT, STR_ARG(slug), STR_ARG(sort));
    return OK;
}

static err say(struct request *r, struct response *ret)
{
    struct str body = S("none");
    struct str desk = S("guest");
    (void)request_field(r, "body", &body);
    (void)request_cookie(r, "__Host-desk", &desk);
    ret->body = str_print(r->arena, STR_FMT " said " STR_FMT, STR_ARG(desk), STR_ARG(body));
    return OK;
}

static err picture(struct request *r, struct response *ret)
{
    const struct upload *u = NULL;
    size_t n = request_uploads(r, &u);
    ret->body = str_print(r->arena, "%zu uploads, %zu bytes", n, n ? u[0].bytes.n : 0);
    return OK;
}

static err count_body(struct request *r, struct response *ret)
{
    ret->body = str_print(r->arena, "%zu", request_body(r).n);
    return OK;
}

static err whoami(struct request *r, struct response *ret)
{
    struct client c = request_client(r);
    struct str agent = S("");
    (void)request_header(r, "User-Agent", &agent);
    ret->body = str_print(r->arena, STR_FMT " " STR_FMT " %s %s " STR_FMT, STR_ARG(c.address),
                          STR_ARG(c.prefix), r->https ? "https" : "http",
                          r->secure ? "secure" : "open", STR_ARG(agent));
    return OK;
}

static err answers(struct request *r, struct response *ret)
{
    struct str what = S("");
    (void)request_query(r, "what", &what);
    if (str_eq(what, S("redirect")))
        return response_redirect(r, ret, 0, S("/2018/05/04/flood#comment-1"));
    if (str_eq(what, S("busy")))
        return ERR_BUSY;
    if (str_eq(what, S("full")))
        return ERR_FULL;
    if (str_eq(what, S("broken")))
        return ERR_DATA;
    if (str_eq(what, S("refuse")))
        return http_refuse(r, ret, 410, "error_withdrawn");
    if (str_eq(what, S("fresh"))) {
        response_fresh(r, ret);
        response_cookie(r, ret,
                        &(struct cookie){ .name = "__Host-desk", .value = S("x"), .strict = true });
        response_cookie(
            r, ret,
            &(struct cookie){ .name = "gone", .value = S(""), .path = "/a", .seconds = -1 });
    }
    if (str_eq(what, S("embed")))
        ret->embeddable = true;
    ret->body = S("ok");
    return OK;
}

static err vote(struct request *r, struct response *ret)
{
    if (!request_limit(r, LIMIT_VOTE))
        return http_refuse(r, ret, 429, "error_votes");
    ret->body = S("voted");
    return OK;
}

static const struct route routes[] = {
    { .pattern = "/", .run = hello },
    { .pattern = "/{year}/{month}/{day}/{slug}", .run = show, .query = "sort only" },
    { .method = HTTP_POST, .pattern = "/say", .run = say, .guard = GUARD_FORM, .body = BODY_FORM },
    { .method = HTTP_POST,
      .pattern = "/picture",
      .run = picture,
      .guard = GUARD_FORM,
      .body = BODY_MULTIPART,
      .need = STAFF,
      .body_max = &test_picture_bytes },
    { .method = HTTP_POST,
      .pattern = "/api",
      .run = count_body,
      .guard = GUARD_API,
      .body = BODY_JSON,
      .api = true },
    { .method = HTTP_POST, .pattern = "/hook", .run = count_body, .body = BODY_RAW },
    { .method = HTTP_POST,
      .pattern = "/vote",
      .run = vote,
      .guard = GUARD_FORM,
      .body = BODY_FORM,
      .limit = LIMIT_VOTE },
    { .pattern = "/whoami", .run = whoami },
    { .pattern = "/answers", .run = answers, .query = "what" },
    { .pattern = "/desk", .run = hello, .need = STAFF, .limit = LIMIT_DESK },
};

void site_begin(struct site *s, const char *config)
{
    s->app.clock.fixed = 1000 * DAY;
    site_start(s, routes, COUNT(routes), config);
}
