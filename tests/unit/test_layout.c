/* Without these a page could lack what readers, search engines and feed readers find it by, or an
   error could come as a blank page. */
#include "http/error.h"
#include "publishing/layout.h"
#include "publishing/media_http.h"
#include "publishing/page_edit.h"
#include "publishing/page_http.h"
#include "unit/http_client.h"
#include "unit/press.h"
#include "unit/test.h"

#include <string.h>

static struct press press;
static struct site site;

static err show_error(struct request *r, struct response *ret)
{
    struct str status = { 0 };
    expect(request_segment(r, "status", &status));
    bool broken = str_eq(status, S("500"));
    layout_error_page(r, ret, broken ? 500 : 404, broken ? ERROR_BROKEN : NULL);
    return OK;
}

static const struct route routes[] = {
    { .method = HTTP_GET, .pattern = "/{slug}", .run = page_show, .limit = LIMIT_READ },
    { .method = HTTP_GET,
      .pattern = "/media/{hash}/{name}",
      .run = media_show,
      .limit = LIMIT_READ },
    { .method = HTTP_GET, .pattern = "/error/{status}", .run = show_error, .limit = LIMIT_READ },
    { .method = HTTP_GET,
      .pattern = "/api/{status}",
      .run = show_error,
      .limit = LIMIT_READ,
      .api = true },
};

static void start(const char *config)
{
    press_start(&press, config);
    site.app = press.app;
    site.setup = press.setup;
    site_start(&site, routes, COUNT(routes), config);
}

static void stop(void)
{
    site_stop(&site);
    press_end(&press);
}

static bool has(struct str text, const char *part)
{
    size_t at = 0;
    bool found = str_find(text, str_from_z(part), &at);
    if (!found)
        printf("# no %s in " STR_FMT "\n", part, STR_ARG(text));
    return found;
}

static bool lacks(struct str text, const char *part)
{
    size_t at = 0;
    return !str_find(text, str_from_z(part), &at);
}

TEST(layout_puts_head_navigation_and_foot_around_a_page)
{
    start("[site]\nurl = https://news.example\ntitle = The \"Daily\" & Post\ntagline = On water\n");
    press_report(&press, "2018-05-04", "A");
    expect(press_publish(&press, "about.md", "---\npage: about\ntitle: About\n---\nUs.\n") == OK);
    struct reply_seen seen = client_get(&site, "/about", "");
    expect(seen.status == 200);
    expect(str_starts(seen.body, S("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">")));
    expect(has(seen.body, "<title>About – The \"Daily\" &amp; Post</title>"));
    expect(has(seen.body, "<link rel=\"canonical\" href=\"https://news.example/about\">"));
    expect(
        has(seen.body, "property=\"og:site_name\" content=\"The &quot;Daily&quot; &amp; Post\""));
    expect(has(seen.body, "property=\"og:type\" content=\"website\""));
    expect(has(seen.body, "type=\"application/atom+xml\""));
    expect(has(seen.body, "<a href=\"/series/river-watch\">River Watch</a>"));
    expect(has(seen.body, "<a href=\"/about\" aria-current=\"page\">About</a>"));
    expect(has(seen.body, "<p class=\"tagline\">On water</p>"));
    expect(has(seen.body, "<a class=\"skip\" href=\"#main\">Skip to content</a>"));
    expect(has(seen.body, "<p>Us.</p>"));
    expect(lacks(seen.body, "noindex") && lacks(seen.body, "desk.css"));
    stop();
}

TEST(layout_of_a_right_to_left_language_says_so)
{
    start("[site]\nlanguage = en\n");
    theme_free(press.theme);
    struct str why = { 0 };
    err e = theme_load(NULL, S("ar"), &press.arena, &press.theme, &why);
    if (e) { // until there are words in Arabic
        e = theme_load(NULL, S("en"), &press.arena, &press.theme, &why);
        expect(e == OK);
    }
    site.setup.theme = press.setup.theme = press.theme;
    expect(press_publish(&press, "about.md", "---\npage: about\ntitle: About\n---\nUs.\n") == OK);
    struct reply_seen seen = client_get(&site, "/about", "");
    expect(has(seen.body, theme_rtl(press.theme) ? "dir=\"rtl\"" : "dir=\"ltr\""));
    stop();
}

TEST(layout_shows_a_logo_that_the_theme_has)
{
    start("[site]\nlogo = icons/site.svg\n");
    expect(press_publish(&press, "about.md", "---\npage: about\ntitle: About\n---\nUs.\n") == OK);
    expect(has(client_get(&site, "/about", "").body, "<img class=\"logo\" src=\"/assets/"));
    stop();
}

TEST(layout_page_that_is_not_public_is_not_found)
{
    start("");
    expect(press_publish(&press, "about.md",
                         "---\npage: about\ntitle: About\nstate: draft\n---\nUs.\n") == OK);
    expect(client_get(&site, "/about", "").status == 404);
    expect(client_get(&site, "/imprint", "").status == 404);
    expect(client_get(&site, "/ABOUT", "").status == 404);
    stop();
}

TEST(layout_error_page_is_in_the_site_s_language_and_out_of_search_engines)
{
    start("");
    struct reply_seen seen = client_get(&site, "/error/404", "");
    expect(seen.status == 404 && has(seen.body, "<h1>There is nothing here</h1>"));
    expect(has(seen.body, "There is no page at this address."));
    expect(has(seen.body, "<meta name=\"robots\" content=\"noindex\">"));
    seen = client_get(&site, "/error/500", "");
    expect(seen.status == 500 && has(seen.body, "The fault is on our side."));
    stop();
}

TEST(layout_error_of_the_api_is_a_problem)
{
    start("[site]\nurl = https://news.example\n");
    struct reply_seen seen = client_get(&site, "/api/404", "");
    expect(seen.status == 404);
    expect_str(seen_header(seen, "Content-Type"), S("application/problem+json"));
    expect_str(seen.body, S("{\"type\":\"https://news.example/problems/error_not_found\","
                            "\"title\":\"There is nothing here\",\"status\":404,"
                            "\"detail\":\"There is no page at this address.\"}\n"));
    stop();
}

TEST(layout_formats_name_the_key_that_is_not_known)
{
    static const struct {
        const char *text;
        const struct config_key *key;
    } cases[] = { { "[site]\nlanguage = xx-nowhere\n", &site_language },
                  { "[site]\nzone = Mars/Olympus\n", &site_zone },
                  { "[site]\ndigits = roman\n", &site_digits } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_free) = { 0 };
        arena_init(&a, 1 << 20);
        struct config *c = NULL;
        struct str why = { 0 };
        struct formats *f = NULL;
        const struct config_key *wrong = NULL;
        expect(config_parse(S("d.ini"), str_from_z(cases[i].text), &a, &c, &why) == OK);
        expect(layout_formats(c, &f, &wrong) > 0 && wrong == cases[i].key && !f);
        config_free(c);
    }
}

TEST(layout_media_are_served_for_ever_at_one_address)
{
    start("");
    const struct publish_file file = {
        S("r.md"), S("---\nseries: S\ntitle: A\ndate: 2018-05-04\n---\n![](x.png)\n")
    };
    struct str png = press_sample(&press, "plain.png");
    const struct publish_file picture = { S("x.png"), png };
    expect(press_publish_all(&press, &file, 1, &picture, 1) == OK);
    struct report_found found = { 0 };
    expect(press_find(&press, "2018-05-04", "a", &found) == OK);
    const char *url = str_z(&press.arena, found.report.image);
    struct reply_seen seen = client_get(&site, url, "");
    expect(seen.status == 200 && str_eq(seen.body, png));
    expect_str(seen_header(seen, "Content-Type"), S("image/png"));
    expect(has(seen_header(seen, "Cache-Control"), "immutable"));
    struct str other =
        str_print(&press.arena, STR_FMT "/free.exe", STR_ARG(str_sub(found.report.image, 0, 39)));
    seen = client_get(&site, str_z(&press.arena, other), "");
    expect(seen.status == 301);
    expect(str_ends(seen_header(seen, "Location"), found.report.image));
    expect(client_get(&site, "/media/00/x.png", "").status == 404);
    stop();
}

/* A GIF whose data fill several pieces of the store and of the response. */
TEST(layout_large_media_are_sent_in_pieces)
{
    start("");
    struct str plain = press_sample(&press, "plain.gif");
    struct buf gif CLEANUP(buf_free) = buf_make(4 << 20);
    buf_put(&gif, str_sub(plain, 0, plain.n - 6));
    for (int i = 0; i < 5000; i++) {
        buf_put_char(&gif, (char)255);
        for (int k = 0; k < 255; k++)
            buf_put_char(&gif, (char)(i + k));
    }
    buf_put(&gif, S("\0;"));
    const struct publish_file file = {
        S("r.md"), S("---\nseries: S\ntitle: A\ndate: 2018-05-04\n---\n![](x.gif)\n")
    };
    const struct publish_file picture = { S("x.gif"), buf_str(&gif) };
    expect(press_publish_all(&press, &file, 1, &picture, 1) == OK);
    struct report_found found = { 0 };
    expect(press_find(&press, "2018-05-04", "a", &found) == OK);
    struct reply_seen seen = client_get(&site, str_z(&press.arena, found.report.image), "");
    expect(seen.status == 200 && str_eq(seen.body, buf_str(&gif)));
    stop();
}

TEST(layout_has_a_word_for_every_refusal_of_publishing)
{
    press_start(&press, "");
    for (err e = 1; e < REPORT_REFUSALS; e++)
        expect(theme_word(press.theme, report_refusal_word(e)).n);
    for (err e = 1; e < PAGE_REFUSALS; e++)
        expect(theme_word(press.theme, page_refusal_word(e)).n);
    for (err e = 1; e < SERIES_REFUSALS; e++)
        expect(theme_word(press.theme, series_refusal_word(e)).n);
    for (err e = 1; e < MEDIA_REFUSALS; e++)
        expect(theme_word(press.theme, media_refusal_word(e)).n);
    press_end(&press);
}
