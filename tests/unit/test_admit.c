#include "base/clock.h"
#include "people/admit.h"
#include "people/sign_in.h"
#include "unit/http_client.h"
#include "unit/people_help.h"

#include <string.h>

/* Without these a page of the desk could open without a session, or a cookie leave its host. */

static err page(struct request *r, struct response *ret)
{
    ret->body = str_copy(r->arena, r->person->name);
    return OK;
}

static err sign(struct request *r, struct response *ret)
{
    struct knock k = request_knock(r);
    struct sign_in got = { 0 };
    err e = sign_in_start(&k, S("ada@example.org"), S("the river rose at night"), &got);
    if (e)
        return http_refuse(r, ret, 403, "wrong");
    desk_cookie_set(r, ret, got.session);
    known_cookie_set(r, ret, got.known);
    ret->body = str_print(r->arena, STR_FMT "|" STR_FMT, STR_ARG(got.session), STR_ARG(k.client));
    return OK;
}

static err leave(struct request *r, struct response *ret)
{
    desk_cookie_drop(r, ret);
    ticket_cookie_drop(r, ret);
    ret->body = S("bye");
    return OK;
}

static const struct route routes[] = {
    { .method = HTTP_GET, .pattern = "/desk", .run = page, .need = PERMISSION_DESK },
    { .method = HTTP_GET, .pattern = "/desk/staff", .run = page, .need = PERMISSION_STAFF_MANAGE },
    { .method = HTTP_GET, .pattern = "/desk/{x}/y", .run = page, .need = PERMISSION_DESK },
    { .method = HTTP_POST,
      .pattern = "/desk/save",
      .run = page,
      .guard = GUARD_FORM,
      .body = BODY_FORM,
      .need = PERMISSION_DESK },
    { .method = HTTP_GET,
      .pattern = "/api/v1/desk",
      .run = page,
      .need = PERMISSION_DESK,
      .api = true },
    { .method = HTTP_GET, .pattern = "/sign", .run = sign },
    { .method = HTTP_GET, .pattern = "/leave", .run = leave },
};
#define FORM "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"

struct door {
    struct site site;
    struct office office;
    struct str token;
    int64_t ada;
};

static void door_open(struct door *d, const char *config)
{
    *d = (struct door){ .site = { .admit = person_admit } };
    office_open(&d->office);
    d->office.now = clock_now(&(struct clock){ 0 }); /* what the server goes by */
    d->ada =
        office_person(&d->office, "Ada", "ada@example.org", ROLE_EDITOR, "the river rose at night");
    d->token = office_session(&d->office, d->ada);
    d->site.app = d->office.app;
    site_start(&d->site, routes, COUNT(routes), config);
}

static void door_shut(struct door *d)
{
    site_stop(&d->site);
    office_close(&d->office);
}

static struct reply_seen ask(struct door *d, const char *path, const char *name, struct str token)
{
    struct str lines =
        str_print(&d->office.a, "Cookie: x=1; %s=" STR_FMT "\r\n", name, STR_ARG(token));
    return client_get(&d->site, path, str_z(&d->office.a, lines));
}

#define HTTPS "[site]\nurl = https://site.test\n"
#define LOCAL "[site]\nurl = http://localhost:8080\n"
#define PLAIN "[site]\nurl = http://site.test\n"

TEST(the_desk_opens_to_a_session_on_https)
{
    struct door d;
    door_open(&d, HTTPS);
    struct reply_seen seen = ask(&d, "/desk", "__Host-desk", d.token);
    expect(seen.status == 200);
    expect_str(seen.body, S("Ada"));
    expect(ask(&d, "/desk/staff", "__Host-desk", d.token).status == 403);
    expect(ask(&d, "/desk", "desk", d.token).status == 303); /* not by the cookie for http */
    door_shut(&d);
}

TEST(without_a_session_a_page_leads_to_the_sign_in_and_back)
{
    struct door d;
    door_open(&d, HTTPS);
    struct reply_seen seen = client_get(&d.site, "/desk", "");
    expect(seen.status == 303);
    expect_str(seen_header(seen, "Location"), S("/desk/sign-in?next=%2Fdesk"));
    seen = client_get(&d.site, "/desk/a%26b/y", "");
    expect_str(seen_header(seen, "Location"), S("/desk/sign-in?next=%2Fdesk%2Fa%2526b%2Fy"));
    expect(ask(&d, "/desk", "__Host-desk", S("made-up")).status == 303);
    expect(client_post(&d.site, "/desk/save", FORM, S("a=b")).status == 401);
    expect(client_get(&d.site, "/api/v1/desk", "").status == 401);
    door_shut(&d);
}

TEST(plain_http_is_for_this_machine_only_and_has_its_own_cookie)
{
    struct door d;
    door_open(&d, LOCAL);
    expect(ask(&d, "/desk", "desk", d.token).status == 200);
    expect(ask(&d, "/desk", "__Host-desk", d.token).status == 303);
    door_shut(&d);
    door_open(&d, PLAIN);
    expect(ask(&d, "/desk", "desk", d.token).status == 403);
    expect(ask(&d, "/desk", "__Host-desk", d.token).status == 403);
    expect(client_get(&d.site, "/desk", "").status == 403);
    door_shut(&d);
}

static size_t set_cookies(struct reply_seen seen, struct str want[], size_t n)
{
    size_t found = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        found += str_find(seen.head, want[i], &at);
    return found;
}

TEST(the_desks_cookies_stay_with_this_host_and_out_of_scripts)
{
    struct door d;
    door_open(&d, HTTPS);
    struct reply_seen seen = client_get(&d.site, "/sign", "");
    expect(seen.status == 200);
    struct str token = str_sub(seen.body, 0, 43);
    struct str want[] = {
        str_print(&d.office.a,
                  "Set-Cookie: __Host-desk=" STR_FMT
                  "; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure\r\n",
                  STR_ARG(token)),
        S("; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict; Secure\r\n"),
        S("Set-Cookie: __Host-desk-known="),
    };
    expect(set_cookies(seen, want, COUNT(want)) == COUNT(want));
    expect(ask(&d, "/desk", "__Host-desk", token).status == 200);
    seen = client_get(&d.site, "/leave", "");
    struct str gone[] = { S("__Host-desk=; Path=/; Max-Age=0;"),
                          S("__Host-desk-code=; Path=/; Max-Age=0;") };
    expect(set_cookies(seen, gone, COUNT(gone)) == COUNT(gone));
    door_shut(&d);
}

TEST(a_sign_in_ends_the_session_that_the_browser_brought)
{
    struct door d;
    door_open(&d, HTTPS);
    expect(ask(&d, "/sign", "__Host-desk", d.token).status == 200);
    expect(ask(&d, "/desk", "__Host-desk", d.token).status == 303);
    door_shut(&d);
}

QUERY(test_age_session, "update session set seen_at = $1");
QUERY(test_seen_at, "select seen_at from session");

static err age(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    struct stmt *s = query_start(tx, &test_age_session);
    bind_int(s, 1, *at);
    return query_run(s, NULL);
}

static int64_t seen_at(struct office *o)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(o->app.store, &tx) == OK);
    struct stmt *s = query_start(&tx, &test_seen_at);
    expect(query_step(s, &row) == OK && row);
    return column_int(s, 0);
}

TEST(use_is_noted_once_a_minute)
{
    struct door d;
    door_open(&d, HTTPS);
    int64_t lately = d.office.now - 30 * SECOND;
    expect(office_write(&d.office, age, &lately) == OK);
    expect(ask(&d, "/desk", "__Host-desk", d.token).status == 200);
    expect(seen_at(&d.office) == lately);
    int64_t before = d.office.now - 90 * SECOND;
    expect(office_write(&d.office, age, &before) == OK);
    expect(ask(&d, "/desk", "__Host-desk", d.token).status == 200);
    expect(seen_at(&d.office) >= d.office.now);
    door_shut(&d);
}

TEST(after_signing_in_one_is_led_to_pages_of_the_desk_only)
{
    static const char *const good[] = { "/desk", "/desk/reports/7?page=2", "/desk?x=1", "/desk/" };
    static const char *const bad[] = { "",
                                       "/",
                                       "/deskx",
                                       "//evil.example",
                                       "https://evil.example/desk",
                                       "/desk//evil.example",
                                       "/desk/../x",
                                       "/desk/\\x",
                                       "/desk/\r\nSet-Cookie:x",
                                       "/desk/ü",
                                       "/desk/<",
                                       "/desk/#x",
                                       "javascript:alert(1)",
                                       "desk" };
    for (size_t i = 0; i < COUNT(good); i++)
        expect_str(desk_next(str_from_z(good[i])), str_from_z(good[i]));
    for (size_t i = 0; i < COUNT(bad); i++)
        expect_str(desk_next(str_from_z(bad[i])), S("/desk"));
    char longest[1002];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "/desk/", 6);
    expect(desk_next((struct str){ longest, 1000 }).n == 1000);
    expect_str(desk_next((struct str){ longest, 1001 }), S("/desk"));
}
