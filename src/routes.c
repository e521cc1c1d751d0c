#include "routes.h"
#include "discussion/discussion_http.h"
#include "funding/funding_api.h"
#include "funding/funding_http.h"
#include "people/permission.h"
#include "publishing/media_http.h"
#include "publishing/page_http.h"
#include "site/feed.h"
#include "site/front.h"
#include "site/me.h"
#include "site/report_page.h"
#include "site/site_api.h"
#include "site/sitemap.h"
#include "site/static.h"

#define REPORT "/{year}/{month}/{day}/{slug}"

/* A public page. */
#define PAGE(address, function, parameters)                                                        \
    {                                                                                              \
        .method = HTTP_GET, .pattern = address, .run = function, .query = parameters,              \
        .need = PUBLIC, .limit = LIMIT_READ                                                        \
    }
/* A form that anybody may send. */
#define FORM(address, function, kind)                                                              \
    {                                                                                              \
        .method = HTTP_POST, .pattern = address, .run = function, .guard = GUARD_FORM,             \
        .body = BODY_FORM, .need = PUBLIC, .limit = kind                                           \
    }
#define API(address, function, parameters)                                                         \
    {                                                                                              \
        .method = HTTP_GET, .pattern = "/api/v1" address, .run = function, .query = parameters,    \
        .need = PUBLIC, .limit = LIMIT_READ, .api = true                                           \
    }
#define API_POST(address, function, kind)                                                          \
    {                                                                                              \
        .method = HTTP_POST, .pattern = "/api/v1" address, .run = function, .guard = GUARD_API,    \
        .body = BODY_JSON, .need = PUBLIC, .limit = kind, .api = true                              \
    }

const struct route routes[] = {
    PAGE("/", front_show, "before after"),
    PAGE("/series", front_series_all, NULL),
    PAGE("/series/{slug}", front_series, "before after"),
    PAGE("/archive", front_archive, NULL),
    PAGE("/{year}/{month}", front_month, "before after"),
    PAGE(REPORT, report_page_show, "sort all thread after reply"),
    FORM(REPORT "/comments", report_page_post, LIMIT_COMMENT),
    PAGE("/comments/{id}", discussion_comment_show, NULL),
    FORM("/comments/{id}/vote", discussion_vote_post, LIMIT_VOTE),
    PAGE("/me", me_show, "report comments"),

    PAGE("/funding/ledger.csv", funding_ledger_get, NULL),
    PAGE("/embed/meter", funding_embed_get, "goal"),

    PAGE("/feed.atom", feed_site, NULL),
    PAGE("/feed.rss", feed_site, NULL),
    PAGE("/feed.json", feed_site, NULL),
    PAGE("/series/{slug}/feed.atom", feed_series, NULL),
    PAGE("/series/{slug}/feed.rss", feed_series, NULL),
    PAGE("/series/{slug}/feed.json", feed_series, NULL),
    PAGE(REPORT "/feed.atom", feed_comments, NULL),
    PAGE(REPORT "/feed.rss", feed_comments, NULL),
    PAGE(REPORT "/feed.json", feed_comments, NULL),

    PAGE("/robots.txt", sitemap_robots, NULL),
    PAGE("/sitemap.xml", sitemap_index, NULL),
    PAGE("/sitemap/{piece}", sitemap_piece, NULL),
    PAGE("/assets/{hash}/{folder}/{file}", static_show, NULL),
    PAGE("/favicon.ico", static_icon, NULL),
    PAGE("/media/{hash}/{name}", media_show, NULL),

    API("/series", site_api_series, NULL),
    API("/reports", site_api_reports, "series before"),
    API("/reports/{id}", site_api_report, NULL),
    API("/funding", funding_api_get, NULL),
    API("/contributions", funding_api_contributions, "after"),

    PAGE("/{slug}", page_show, NULL), // standing pages, after everything with a name of its own
};
const size_t route_count = COUNT(routes);
