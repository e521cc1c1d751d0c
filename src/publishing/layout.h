#pragma once
#include "base/config.h"
#include "http/http.h"
#include "render/format.h"
#include "render/theme.h"
#include "render/view.h"

/*
 * What every page has around its own content: the document's head, the masthead with its
 * navigation, and the foot. A page's view holds a `struct layout` named `page`, and its template
 * fills the blocks of theme/pages/layout.html:
 *
 *     struct front_view { struct layout page; struct list reports; };
 *     static const struct field front_fields[] = {
 *         FIELD_VIEW(struct front_view, page, &layout_view), ...
 *     };
 *
 *     {{<pages/layout.html}}
 *     {{$main}} ... {{/main}}
 *     {{/pages/layout.html}}
 *
 * Blocks: `main` (inside <main id="main">), `head` (more for the document's head, a
 * <script type="module" src="{{asset.js/x.js}}"> too), `before` and `after` (between <main> and the
 * masthead or the foot).
 *
 *     struct front_view v = { .page = { .path = S("/") } };
 *     request_topic(r, "front");
 *     err e = layout_fill(r, &v.page);          (before a snapshot is open, see below)
 *     ...
 *     return layout_respond(r, ret, &front_page, &v, 200);
 */
/*
 * Bytes of one rendered page; more is ERR_LIMIT. A report of BODY_HTML_MAX with the largest piece
 * of its discussion, the form with what was typed and the markup around all of it stay below.
 */
enum { LAYOUT_PAGE_MAX = 2 * 1024 * 1024 };
enum { LAYOUT_SERIES_MAX = 12, LAYOUT_STANDING_MAX = 12 }; /* links in the masthead and foot */

/* The site's own keys, declared here for every room above. */
extern const struct config_key site_title, site_tagline, site_logo, site_language, site_zone,
    site_digits, site_currency;

/* A link with its text; `type` is a media type, for feeds. */
struct layout_link {
    struct str title, url, type;
    bool current; /* it leads to the page it stands on */
};
extern const struct view layout_link_view;

struct layout {
    /* The handler's, each may be left empty. */
    struct str title;        /* of the page, without the site's name; empty on the front page */
    struct str description;  /* one or two sentences, plain text */
    struct str path;         /* the page's one public address within the site, percent-encoded, with
                                the query that belongs to it; empty: no canonical link */
    struct str kind;         /* class of <body>: "front", "report", "desk" */
    struct str series;       /* slug of the series the page belongs to, marked in the navigation */
    struct str newer, older; /* addresses of the neighbouring pages of a list (rel=prev, next) */
    struct str notice;       /* one sentence about what was just done, shown above the content */
    bool noindex;            /* asks search engines to leave the page out */
    bool desk;               /* a page of the desk: css/desk.css, no public navigation */
    struct list feeds;       /* of layout_link; the site's three when empty */
    struct str json_ld;      /* schema.org, as JSON text */
    struct str image;        /* address of the picture that stands for the page, within the site */
    struct str published, modified; /* RFC 3339; a page with `published` is an article */

    /* layout_fill()'s. */
    struct str full_title;  /* "Page - Site" */
    struct str share_title; /* the title alone; on the front page the site's */
    struct str site_title, site_tagline, logo;
    struct str canonical, image_url, site_url; /* absolute */
    struct list navigation, standing;          /* of layout_link: the series, the standing pages */
    bool article, has_navigation;
};
extern const struct view layout_view;

/*
 * Fills the second half; the strings are in the request's arena. It says which topics it rests on
 * and reads in a short snapshot of its own: call it while you hold none (two at a time could wait
 * for each other). For a desk page it reads nothing.
 */
MUST_USE err layout_fill(struct request *r, struct layout *l);

/* Renders the page `t` of the theme into ret->body. The cache kind is the handler's to set. */
MUST_USE err layout_respond(struct request *r, struct response *ret, const struct template *t,
                            const void *view, int status);

/*
 * An error page in the site's language, or problem details (RFC 9457) on API routes. `word` is a
 * key of theme/words, or NULL for the status' own sentence. Made to be server_hooks.error_page: it
 * cannot fail, and for 5xx it does not touch the store. A POST's page says so that nothing was
 * kept.
 */
void layout_error_page(struct request *r, struct response *ret, int status, const char *word);

enum { LAYOUT_UNKNOWN_CURRENCY = FORMATS_UNKNOWN_DIGITS + 1 };
/*
 * The site's formats as the configuration wants them, and its currency judged. On a refusal (> 0)
 * *ret_wrong is the key whose value is not known.
 */
MUST_USE err layout_formats(const struct config *c, struct formats **ret_formats,
                            const struct config_key **ret_wrong);
