/* Without these tests an address could reach the wrong handler, and another site's page could post
 * in a reader's name. */
#include "http/guard.h"
#include "http/route.h"
#include "unit/test.h"

static err none(struct request *r, struct response *ret)
{
    (void)r;
    (void)ret;
    return OK;
}

static const struct route table[] = {
    { .pattern = "/{year}/{month}/{day}/{slug}", .run = none },
    { .pattern = "/", .run = none },
    { .pattern = "/series/{slug}", .run = none },
    { .pattern = "/desk/{id}", .run = none },
    { .pattern = "/desk/new", .run = none },
    { .pattern = "/desk/new", .run = none, .method = HTTP_POST, .guard = GUARD_FORM },
    { .pattern = "/desk/{id}/edit", .run = none, .method = HTTP_POST, .guard = GUARD_FORM },
    { .pattern = "/{a}/new", .run = none },
};

static err split(const char *z, char *room, struct path *ret)
{
    return path_split(str_from_z(z), room, ret);
}

static struct route_found find(const struct routes *r, const char *z, int method)
{
    char room[1000];
    struct path p = { 0 };
    expect(split(z, room, &p) == OK);
    return routes_find(r, &p, method);
}

TEST(a_literal_segment_wins_over_a_name)
{
    struct routes *r = routes_make(table, COUNT(table));
    expect(find(r, "/", HTTP_GET).index == 1);
    expect(find(r, "/desk/new", HTTP_GET).index == 4);
    expect(find(r, "/desk/7", HTTP_GET).index == 3);
    expect(find(r, "/any/new", HTTP_GET).index == 7);
    expect(find(r, "/d%65sk/n%65w", HTTP_GET).index == 4);
    expect(find(r, "/2018/05/04/flood", HTTP_GET).index == 0);
    expect(!find(r, "/2018/05/04", HTTP_GET).allow);
    expect(!find(r, "/unknown/7", HTTP_GET).allow);
    routes_free(r);
}

TEST(a_known_path_says_which_methods_it_takes)
{
    struct routes *r = routes_make(table, COUNT(table));
    expect(find(r, "/desk/new", HTTP_POST).index == 5);
    expect_str(str_from_z(find(r, "/desk/new", -1).allow), S("GET, HEAD, POST"));
    struct route_found f = find(r, "/desk/7", HTTP_POST);
    expect(!f.route);
    expect_str(str_from_z(f.allow), S("GET, HEAD"));
    f = find(r, "/desk/7/edit", HTTP_GET);
    expect(!f.route);
    expect_str(str_from_z(f.allow), S("POST"));
    routes_free(r);
}

TEST(segments_are_decoded_once_and_found_by_name)
{
    char room[1000];
    struct path p = { 0 };
    struct str s = { 0 };
    expect(split("/2018/05/04/fl%C3%B6%2520d", room, &p) == OK);
    expect(route_segment(&table[0], &p, S("slug"), &s));
    expect_str(s, S("flö%20d"));
    expect(route_segment(&table[0], &p, S("year"), &s));
    expect_str(s, S("2018"));
    expect(!route_segment(&table[0], &p, S("id"), &s));
}

TEST(paths_that_lead_nowhere_are_told_from_broken_ones)
{
    char room[1000];
    struct path p = { 0 };
    const char *nowhere[] = {
        "//",      "//evil.test", "/a//b",  "/.",     "/..",
        "/a/../b", "/%2e%2E/a",   "/a%2Fb", "/a%5Cb", "/1/2/3/4/5/6/7/8/9/10/11"
    };
    const char *wrong[] = { "/%", "/a%00", "/%ff", "/a%0Ab", "/%7F" };
    for (size_t i = 0; i < COUNT(nowhere); i++)
        expect(split(nowhere[i], room, &p) == PATH_NOWHERE);
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect(split(wrong[i], room, &p) == PATH_WRONG);
    expect(split("/1/2/3/4/5/6/7/8/9/10", room, &p) == OK && p.n == 10 && !p.slash);
    expect(split("/a/", room, &p) == OK && p.n == 1 && p.slash);
    expect(split("/", room, &p) == OK && p.n == 0 && !p.slash);
}

static enum verdict judge(enum guard guard, int need, const char *site, const char *origin,
                          bool cookie)
{
    struct route route = { .method = HTTP_POST, .guard = guard, .need = need };
    struct proof proof = { .origin = str_from_z(origin),
                           .sec_fetch_site = str_from_z(site),
                           .cookie = cookie };
    return guard_judge(&route, &proof, S("https://site.test http://localhost:8080"));
}

TEST(a_form_must_come_from_our_own_pages)
{
    enum { DESK = 7 };
    const struct {
        const char *site, *origin;
        enum verdict guest, desk;
    } cases[] = {
        { "same-origin", "https://site.test", VERDICT_PASS, VERDICT_PASS },
        { "same-origin", NULL, VERDICT_PASS, VERDICT_PASS },
        { "same-origin", "null", VERDICT_PASS, VERDICT_PASS },
        { "same-site", "https://site.test", VERDICT_REFUSE, VERDICT_REFUSE },
        { "cross-site", "https://site.test", VERDICT_REFUSE, VERDICT_REFUSE },
        { "cross-site", NULL, VERDICT_REFUSE, VERDICT_REFUSE },
        { "none", NULL, VERDICT_REFUSE, VERDICT_REFUSE },
        { "", NULL, VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, "https://site.test", VERDICT_PASS, VERDICT_PASS },
        { NULL, "http://localhost:8080", VERDICT_PASS, VERDICT_PASS },
        { NULL, "http://site.test", VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, "https://site.test.evil", VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, "https://site.tes", VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, "https://evil.test", VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, "null", VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, "", VERDICT_REFUSE, VERDICT_REFUSE },
        { NULL, NULL, VERDICT_GUEST, VERDICT_REFUSE },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect(judge(GUARD_FORM, PUBLIC, cases[i].site, cases[i].origin, false) == cases[i].guest);
        expect(judge(GUARD_FORM, DESK, cases[i].site, cases[i].origin, true) == cases[i].desk);
        // JSON with a cookie is judged as a form, without one it can do no harm in anyone's name.
        expect(judge(GUARD_API, PUBLIC, cases[i].site, cases[i].origin, true) == cases[i].guest);
        expect(judge(GUARD_API, PUBLIC, cases[i].site, cases[i].origin, false) == VERDICT_PASS);
    }
    expect(judge(GUARD_NONE, PUBLIC, "cross-site", "https://evil.test", true) == VERDICT_GUEST);
}
