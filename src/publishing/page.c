#include "publishing/page.h"
#include "base/check.h"

#define PAGE_ROW                                                                                   \
    "select p.id, p.slug, v.title, p.live, p.newest, v.made_at from page p"                        \
    " join page_revision v on v.id = p.words"
#define PAGE_ORDER                                                                                 \
    " order by case p.slug when 'about' then 1 when 'imprint' then 2 when 'privacy' then 3"        \
    " when 'comment-rules' then 4 else 5 end, v.title, p.id limit $1"
#define REVISION_ROW                                                                               \
    "select id, number, coalesce(author, 0), author_name, made_at, title from page_revision"

QUERY(page_by_slug, PAGE_ROW " where p.slug = $1");
QUERY(page_public, PAGE_ROW " where p.live > 0" PAGE_ORDER);
QUERY(page_all, PAGE_ROW PAGE_ORDER);
QUERY(page_its_html, "select v.html from page p join page_revision v on v.id = p.words"
                     " where p.id = $1 and p.live > 0");
QUERY(page_one_revision, "select id, number, coalesce(author, 0), author_name, made_at, title, body"
                         " from page_revision where page = $1 and number = $2");
QUERY(page_its_revisions, REVISION_ROW " where page = $1 order by number desc limit $2");
QUERY(page_its_media,
      "select p.source, m.hash, m.name, m.type, m.size, m.width, m.height"
      " from page_revision_media p join media m on m.hash = p.media where p.revision = $1"
      " order by p.source limit $2");

CHECK_ROWS(page_words, "a page has words, and the public ones when it is public",
           "select page.id, live, number from page left join page_revision on page_revision.id ="
           " words where number is null or (live > 0 and number <> live)");

static const struct refusal {
    const char *text, *word, *field;
} refusals[PAGE_REFUSALS] = {
    [PAGE_NONE] = { "there is no such page", "page_none", "page" },
    [PAGE_SLUG_WRONG] = { "is not made of a-z, 0-9 and hyphens between them, at most 80",
                          "page_slug_wrong", "page" },
    [PAGE_SLUG_RESERVED] = { "is an address of the program's own", "page_slug_reserved", "page" },
    [PAGE_TITLE_MISSING] = { "is missing", "page_title_missing", "title" },
    [PAGE_TITLE_TOO_LONG] = { "is longer than 120 characters", "page_title_too_long", "title" },
    [PAGE_TITLE_NOT_TEXT] = { "is not one line of plain text", "page_title_not_text", "title" },
    [PAGE_BODY_MISSING] = { "is missing", "page_body_missing", "body" },
    [PAGE_BODY_TOO_LONG] = { "is longer than limits.report_bytes, or its page would be too long",
                             "page_body_too_long", "body" },
    [PAGE_BODY_NOT_TEXT] = { "is not plain text", "page_body_not_text", "body" },
    [PAGE_PICTURE_MISSING] = { "names a picture that there is not", "page_picture_missing",
                               "body" },
    [PAGE_CHANGED] = { "somebody saved a newer revision meanwhile", "page_changed", "" },
    [PAGE_TOO_MANY] = { "there are 100 pages already", "page_too_many", "page" },
};

const char *page_refusal_text(err refusal)
{
    check(refusal > 0 && refusal < PAGE_REFUSALS);
    return refusals[refusal].text;
}

const char *page_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < PAGE_REFUSALS);
    return refusals[refusal].word;
}

const char *page_refusal_field(err refusal)
{
    check(refusal > 0 && refusal < PAGE_REFUSALS);
    return refusals[refusal].field;
}

/* What routes.c has at its top level now, and what it may have one day. A test in main walks the
 * routes and asks for each. */
static const char *const own[] = {
    "api",         "archive",  "assets",     "comments",   "desk",      "embed",         "favicon",
    "feed",        "feeds",    "flags",      "funding",    "goals",     "health",        "healthz",
    "hooks",       "index",    "ledger",     "live",       "login",     "logout",        "me",
    "media",       "metrics",  "mine",       "moderation", "page",      "pages",         "preview",
    "problems",    "report",   "reports",    "robots",     "rss",       "search",        "series",
    "sign-in",     "sign-out", "sitemap",    "static",     "subscribe", "subscriptions", "theme",
    "unsubscribe", "votes",    "well-known",
};

static bool is_year(struct str slug)
{
    for (size_t i = 0; i < slug.n; i++)
        if (slug.s[i] < '0' || slug.s[i] > '9')
            return false;
    return slug.n == 4;
}

bool page_reserved(struct str slug)
{
    for (size_t i = 0; i < COUNT(own); i++)
        if (str_eq(slug, str_from_z(own[i])))
            return true;
    return is_year(slug);
}

static struct page read_row(struct stmt *s, struct arena *a)
{
    struct page p = { .id = column_int(s, 0),
                      .slug = column_str(s, 1, a),
                      .title = column_str(s, 2, a),
                      .live = column_int(s, 3),
                      .newest = column_int(s, 4),
                      .changed_at = column_int(s, 5) };
    p.path = str_print(a, "/" STR_FMT, STR_ARG(p.slug));
    return p;
}

err page_get(struct tx *tx, struct str slug, struct arena *a, struct page *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &page_by_slug);
    bind_str(s, 1, slug);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return PAGE_NONE;
    *ret = read_row(s, a);
    query_end(s);
    return OK;
}

err page_list(struct tx *tx, bool public_only, struct arena *a, struct page_rows *ret)
{
    struct page *rows = arena_new(a, struct page, PAGE_MAX);
    size_t n = 0;
    bool row = true;
    struct stmt *s = query_start(tx, public_only ? &page_public : &page_all);
    bind_int(s, 1, PAGE_MAX);
    while (n < PAGE_MAX) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = read_row(s, a);
    }
    query_end(s);
    *ret = (struct page_rows){ rows, n };
    return OK;
}

err page_html(struct tx *tx, int64_t id, struct arena *a, struct html *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &page_its_html);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return PAGE_NONE;
    *ret = (struct html){ column_str(s, 0, a) };
    query_end(s);
    return OK;
}

static struct page_revision read_revision(struct stmt *s, struct arena *a)
{
    return (struct page_revision){ .id = column_int(s, 0),
                                   .number = column_int(s, 1),
                                   .author = column_int(s, 2),
                                   .author_name = column_str(s, 3, a),
                                   .made_at = column_int(s, 4),
                                   .title = column_str(s, 5, a) };
}

err page_revision_get(struct tx *tx, int64_t page, int64_t number, struct arena *a,
                      struct page_revision *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &page_one_revision);
    bind_int(s, 1, page);
    bind_int(s, 2, number);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return PAGE_NONE;
    *ret = read_revision(s, a);
    ret->body = column_str(s, 6, a);
    query_end(s);
    return OK;
}

err page_revisions(struct tx *tx, int64_t page, struct arena *a, const struct page_revision **ret,
                   size_t *ret_n)
{
    struct page_revision *rows = arena_new(a, struct page_revision, PAGE_REVISIONS_MAX);
    size_t n = 0;
    bool row = true;
    struct stmt *s = query_start(tx, &page_its_revisions);
    bind_int(s, 1, page);
    bind_int(s, 2, PAGE_REVISIONS_MAX);
    while (n < PAGE_REVISIONS_MAX) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        rows[n++] = read_revision(s, a);
    }
    query_end(s);
    *ret = rows;
    *ret_n = n;
    return OK;
}

err page_media(struct tx *tx, int64_t revision, struct arena *a, struct media_names *ret)
{
    struct stmt *s = query_start(tx, &page_its_media);
    bind_int(s, 1, revision);
    bind_int(s, 2, MEDIA_PER_TEXT);
    return media_names_read(s, a, ret);
}
