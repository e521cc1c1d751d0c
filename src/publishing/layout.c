#include "publishing/layout.h"
#include "base/check.h"
#include "http/error.h"
#include "publishing/page.h"
#include "publishing/series.h"

CONFIG_TEXT(site_title, "site", "title", "Diurnal", 200, "The newsroom's name.");
CONFIG_TEXT(site_tagline, "site", "tagline", "", 300, "One line below the name.");
CONFIG_TEXT(site_logo, "site", "logo", "", 200,
            "A picture above the name: a file of the theme folder, such as icons/logo.svg.");
CONFIG_TEXT(site_language, "site", "language", "en", 35,
            "The site's language as a BCP 47 tag: en, de, ar, or another with words in the theme.");
CONFIG_TEXT(site_zone, "site", "zone", "UTC", 64,
            "The site's time zone by its IANA name, such as Europe/Berlin: days begin there.");
CONFIG_TEXT(site_digits, "site", "digits", "locale", 16,
            "The digits of numbers and dates: locale, latn, arab, arabext, deva or another of "
            "Unicode's numbering systems.");
CONFIG_TEXT(site_currency, "site", "currency", "USD", 3,
            "The currency of new goals, as its ISO 4217 code.");

static const struct field link_fields[] = {
    FIELD_STR(struct layout_link, title),
    FIELD_STR(struct layout_link, url),
    FIELD_STR(struct layout_link, type),
    FIELD_BOOL(struct layout_link, current),
};
const struct view layout_link_view = VIEW(struct layout_link, link_fields);

static const struct field layout_fields[] = {
    FIELD_STR(struct layout, title),
    FIELD_STR(struct layout, description),
    FIELD_STR(struct layout, path),
    FIELD_STR(struct layout, kind),
    FIELD_STR(struct layout, newer),
    FIELD_STR(struct layout, older),
    FIELD_STR(struct layout, notice),
    FIELD_BOOL(struct layout, noindex),
    FIELD_BOOL(struct layout, desk),
    FIELD_LIST(struct layout, feeds, &layout_link_view),
    FIELD_JSON(struct layout, json_ld),
    FIELD_STR(struct layout, published),
    FIELD_STR(struct layout, modified),
    FIELD_STR(struct layout, full_title),
    FIELD_STR(struct layout, share_title),
    FIELD_STR(struct layout, site_title),
    FIELD_STR(struct layout, site_tagline),
    FIELD_STR(struct layout, logo),
    FIELD_STR(struct layout, canonical),
    FIELD_STR(struct layout, image_url),
    FIELD_STR(struct layout, site_url),
    FIELD_LIST(struct layout, navigation, &layout_link_view),
    FIELD_LIST(struct layout, standing, &layout_link_view),
    FIELD_BOOL(struct layout, article),
    FIELD_BOOL(struct layout, has_navigation),
};
const struct view layout_view = VIEW(struct layout, layout_fields);

struct error_view {
    struct layout page;
    struct str heading, message;
};
static const struct field error_fields[] = {
    FIELD_VIEW(struct error_view, page, &layout_view),
    FIELD_STR(struct error_view, heading),
    FIELD_STR(struct error_view, message),
};
static const struct view error_view = VIEW(struct error_view, error_fields);
TEMPLATE(error_page, "pages/error.html", &error_view, TEMPLATE_HTML);

static struct str absolute(struct request *r, struct str path)
{
    struct str site = site_url(r->setup->config);
    return str_print(r->arena, STR_FMT STR_FMT, STR_ARG(site), STR_ARG(path));
}

static struct str page_title(struct request *r, const struct layout *l)
{
    if (!l->title.n)
        return l->site_title;
    const struct word_arg args[] = { { .name = "page", .text = l->title },
                                     { .name = "site", .text = l->site_title } };
    return theme_phrase(r->setup->theme, r->arena, "page_title", args, COUNT(args));
}

static struct str feed_title(struct request *r, const char *key)
{
    const struct word_arg site = { .name = "site",
                                   .text = config_text(r->setup->config, &site_title) };
    return theme_phrase(r->setup->theme, r->arena, key, &site, 1);
}

static struct list site_feeds(struct request *r)
{
    struct layout_link *feeds = arena_new(r->arena, struct layout_link, 3);
    feeds[0] = (struct layout_link){ .title = feed_title(r, "feed_atom"),
                                     .url = S("/feed.atom"),
                                     .type = S("application/atom+xml") };
    feeds[1] = (struct layout_link){ .title = feed_title(r, "feed_rss"),
                                     .url = S("/feed.rss"),
                                     .type = S("application/rss+xml") };
    feeds[2] = (struct layout_link){ .title = feed_title(r, "feed_json"),
                                     .url = S("/feed.json"),
                                     .type = S("application/feed+json") };
    return (struct list){ feeds, 3 };
}

/* What needs no store: the site's own words and the addresses. */
static void fill_site(struct request *r, struct layout *l)
{
    const struct setup *s = r->setup;
    l->site_title = config_text(s->config, &site_title);
    l->site_tagline = config_text(s->config, &site_tagline);
    l->site_url = site_url(s->config);
    l->full_title = page_title(r, l);
    l->share_title = l->title.n ? l->title : l->site_title;
    l->article = l->published.n > 0;
    if (l->path.n)
        l->canonical = absolute(r, l->path);
    if (l->image.n)
        l->image_url = absolute(r, l->image);
    if (!l->feeds.n && !l->desk)
        l->feeds = site_feeds(r);
    struct str logo = config_text(s->config, &site_logo);
    struct theme_file file = { 0 };
    if (logo.n && theme_asset(s->theme, logo, &file))
        l->logo = theme_asset_url(s->theme, str_z(r->arena, logo));
}

static struct list series_links(const struct series_rows *rows, struct str current, struct arena *a)
{
    struct layout_link *links = arena_new(a, struct layout_link, rows->n);
    for (size_t i = 0; i < rows->n; i++)
        links[i] = (struct layout_link){ .title = rows->series[i].title,
                                         .url = rows->series[i].path,
                                         .current = str_eq(rows->series[i].slug, current) };
    return (struct list){ links, rows->n };
}

static struct list page_links(const struct page_rows *rows, struct str current, struct arena *a)
{
    size_t n = rows->n < LAYOUT_STANDING_MAX ? rows->n : LAYOUT_STANDING_MAX;
    struct layout_link *links = arena_new(a, struct layout_link, n);
    for (size_t i = 0; i < n; i++)
        links[i] = (struct layout_link){ .title = rows->pages[i].title,
                                         .url = rows->pages[i].path,
                                         .current = str_eq(rows->pages[i].path, current) };
    return (struct list){ links, n };
}

static err fill_navigation(struct request *r, struct layout *l)
{
    request_topic(r, "navigation");
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    struct series_rows series = { 0 };
    struct page_rows pages = { 0 };
    if (!e)
        e = series_list(&tx, LAYOUT_SERIES_MAX, r->arena, &series);
    if (!e)
        e = page_list(&tx, true, r->arena, &pages);
    if (e)
        return fault(e);
    l->navigation = series_links(&series, l->series, r->arena);
    l->standing = page_links(&pages, l->path, r->arena);
    l->has_navigation = series.n > 0;
    return OK;
}

err layout_fill(struct request *r, struct layout *l)
{
    fill_site(r, l);
    return l->desk ? OK : fill_navigation(r, l);
}

err layout_respond(struct request *r, struct response *ret, const struct template *t,
                   const void *view, int status)
{
    struct buf out CLEANUP(buf_free) = buf_make(LAYOUT_PAGE_MAX);
    err e = theme_render(r->setup->theme, t, view, &out);
    if (!e && buf_full(&out))
        e = ERR_LIMIT;
    if (e)
        return fault(e);
    ret->status = status;
    ret->body = buf_copy(&out, r->arena);
    return OK;
}

struct error_kind {
    int status;
    const char *heading, *word; /* the word when none is given */
};
static const struct error_kind error_kinds[] = {
    { 400, "heading_bad", "error_bad_address" },
    { 403, "heading_forbidden", "error_not_from_here" },
    { 404, "heading_missing", ERROR_NOT_FOUND },
    { 405, "heading_bad", ERROR_METHOD },
    { 410, "heading_gone", "error_gone" },
    { 413, "heading_bad", ERROR_TOO_LARGE },
    { 414, "heading_bad", ERROR_TARGET_TOO_LONG },
    { 415, "heading_bad", ERROR_MEDIA_TYPE },
    { 429, "heading_often", ERROR_TOO_OFTEN },
    { 431, "heading_bad", ERROR_HEAD_TOO_LARGE },
    { 500, "heading_broken", ERROR_BROKEN },
    { 503, "heading_busy", ERROR_BUSY_NOW },
};

static const struct error_kind *kind_of(int status)
{
    for (size_t i = 0; i < COUNT(error_kinds); i++)
        if (error_kinds[i].status == status)
            return &error_kinds[i];
    return status >= 500 ? &error_kinds[COUNT(error_kinds) - 2] : &error_kinds[0];
}

/* A JSON string (RFC 8259, section 7): quotes, backslashes and controls are escaped. */
static void put_json(struct buf *out, struct str s)
{
    buf_put_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        if (c == '"' || c == '\\')
            buf_put_char(out, '\\');
        if ((unsigned char)c < 0x20)
            buf_print(out, "\\u%04x", (unsigned)c);
        else
            buf_put_char(out, c);
    }
    buf_put_char(out, '"');
}

static void respond_problem(struct request *r, struct response *ret, int status, const char *word,
                            struct str title, struct str detail)
{
    struct buf out CLEANUP(buf_free) = buf_make(16384);
    buf_put(&out, S("{\"type\":"));
    put_json(&out, absolute(r, str_print(r->arena, "/problems/%s", word)));
    buf_put(&out, S(",\"title\":"));
    put_json(&out, title);
    buf_print(&out, ",\"status\":%d,\"detail\":", status);
    put_json(&out, detail);
    if (ret->field.n) {
        buf_put(&out, S(",\"field\":"));
        put_json(&out, ret->field);
    }
    buf_put(&out, S("}\n"));
    ret->type = "application/problem+json";
    ret->status = status;
    ret->body = buf_copy(&out, r->arena);
}

static void respond_plain(struct response *ret, int status, struct str message)
{
    ret->status = status;
    ret->type = "text/plain; charset=utf-8";
    ret->body = message;
}

void layout_error_page(struct request *r, struct response *ret, int status, const char *word)
{
    const struct error_kind *kind = kind_of(status);
    const char *key = word ? word : kind->word;
    struct str heading = theme_word(r->setup->theme, kind->heading);
    struct str message = theme_word(r->setup->theme, key);
    if (r->route && r->route->api) {
        respond_problem(r, ret, status, key, heading, message);
        return;
    }
    struct error_view v = { .page = { .title = heading, .noindex = true, .kind = S("failure") },
                            .heading = heading,
                            .message = message };
    fill_site(r, &v.page);
    if (status < 500 && fill_navigation(r, &v.page) != OK)
        v.page.has_navigation = false; // the page is worth having without it
    if (layout_respond(r, ret, &error_page, &v, status) != OK)
        respond_plain(ret, status, message);
}

err layout_formats(const struct config *c, struct formats **ret_formats,
                   const struct config_key **ret_wrong)
{
    struct currency currency = { 0 };
    if (!currency_parse(config_text(c, &site_currency), &currency)) {
        *ret_wrong = &site_currency;
        return LAYOUT_UNKNOWN_CURRENCY;
    }
    err e = formats_make(config_text(c, &site_language), config_text(c, &site_zone),
                         config_text(c, &site_digits), ret_formats);
    if (e == FORMATS_UNKNOWN_LANGUAGE)
        *ret_wrong = &site_language;
    if (e == FORMATS_UNKNOWN_ZONE)
        *ret_wrong = &site_zone;
    if (e == FORMATS_UNKNOWN_DIGITS)
        *ret_wrong = &site_digits;
    return e;
}
