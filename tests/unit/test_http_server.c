/* Without these tests a loose parser, a lost limit or a leaking refusal would reach readers unseen:
 * this is the server spoken to in raw bytes. */
#include "unit/http_client.h"
#include "unit/test.h"

#include <string.h>
#include <unistd.h>

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
    (void)request_field(r, "body", &body);
    ret->body = str_print(r->arena, "said " STR_FMT, STR_ARG(body));
    return OK;
}

static const struct route routes[] = {
    { .method = HTTP_GET, .pattern = "/", .run = hello },
    { .method = HTTP_GET,
      .pattern = "/{year}/{month}/{day}/{slug}",
      .run = show,
      .query = "sort only" },
    { .method = HTTP_POST, .pattern = "/say", .run = say, .guard = GUARD_FORM, .body = BODY_FORM },
};

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

TEST(a_handler_answers)
{
    struct site s = { 0 };
    site_start(&s, routes, COUNT(routes), "");
    struct reply_seen seen = client_get(&s, "/", "");
    expect(seen.status == 200);
    expect_str(seen.body, S("<p>hello"));
    expect_str(seen_header(seen, "Content-Type"), S("text/html; charset=utf-8"));
    seen = client_get(&s, "/2018/05/04/flood?sort=votes&utm=1", "");
    expect_str(seen.body, S("flood|votes"));
    seen = client_post(&s, "/say", FORM, S("body=hi+there%21"));
    expect_str(seen.body, S("said hi there!"));
    site_stop(&s);
}
