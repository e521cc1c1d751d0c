#pragma once
#include "base/scan.h"

/*
 * What a page must never contain, told from the HTML alone: anything but the elements and
 * attributes that render/markdown.h lists, tags that do not nest, text with a raw < or >, an
 * address with another scheme. html_check() says what is wrong, or NULL. Used by the unit tests and
 * the fuzzer; shares no code with what it checks but the cursors.
 */
enum { HTML_DEPTH_MAX = 40 };

struct html_tag {
    const char *name;
    const char *attributes;     /* allowed ones, blanks around each */
    const char *parents;        /* where it may stand; NULL: where text may (phrasing) */
    bool comments, empty, text; /* text: may hold text itself */
};
#define HTML_FLOW " blockquote li section "
static const struct html_tag html_tags[] = {
    { "p", " dir ", HTML_FLOW, true, false, true },
    { "blockquote", " dir ", HTML_FLOW, true, false, false },
    { "ul", " dir ", HTML_FLOW, true, false, false },
    { "ol", " dir start ", HTML_FLOW, true, false, false },
    { "li", " dir id ", " ul ol ", true, false, true },
    { "pre", " dir ", HTML_FLOW, true, false, false },
    { "hr", " ", HTML_FLOW, true, true, false },
    { "h2", " id ", HTML_FLOW, false, false, true },
    { "h3", " id ", HTML_FLOW, false, false, true },
    { "h4", " id ", HTML_FLOW, false, false, true },
    { "h5", " id ", HTML_FLOW, false, false, true },
    { "h6", " id ", HTML_FLOW, false, false, true },
    { "figure", " ", HTML_FLOW, false, false, false },
    { "figcaption", " ", " figure ", false, false, true },
    { "img", " src alt width height loading ", " figure ", false, true, false },
    { "div", " class tabindex ", HTML_FLOW, false, false, false },
    { "table", " ", " div ", false, false, false },
    { "thead", " ", " table ", false, false, false },
    { "tbody", " ", " table ", false, false, false },
    { "tr", " ", " thead tbody ", false, false, false },
    { "th", " scope class ", " tr ", false, false, true },
    { "td", " class ", " tr ", false, false, true },
    { "section", " class role ", "", false, false, false },
    { "code", " ", " pre ", true, false, true },
    { "em", " ", NULL, true, false, true },
    { "strong", " ", NULL, true, false, true },
    { "del", " ", NULL, true, false, true },
    { "a", " href rel id role aria-label ", NULL, true, false, true },
    { "br", " ", NULL, true, true, false },
    { "sup", " class ", NULL, false, false, true },
    { "mark", " class ", NULL, false, false, true },
};

struct html_state {
    const struct html_tag *stack[HTML_DEPTH_MAX];
    size_t depth;
    bool comment;
    const char *why;
};

static bool html_listed(const char *list, struct str name)
{
    struct str s = str_from_z(list);
    struct str word = { 0 };
    while (str_cut(s, ' ', &word, &s) || s.n)
        if (name.n && str_eq(word, name))
            return true;
    return false;
}

static const struct html_tag *html_find(struct str name)
{
    for (size_t i = 0; i < COUNT(html_tags); i++)
        if (str_eq(str_from_z(html_tags[i].name), name))
            return &html_tags[i];
    return NULL;
}

/* A value as a browser reads it, its entities decoded into `out`. */
static struct str html_decode(struct str s, char *out, size_t room)
{
    static const struct {
        struct str entity;
        char c;
    } entities[] = { { { "&amp;", 5 }, '&' },
                     { { "&lt;", 4 }, '<' },
                     { { "&gt;", 4 }, '>' },
                     { { "&quot;", 6 }, '"' },
                     { { "&#39;", 5 }, '\'' } };
    size_t n = 0;
    while (s.n && n < room) {
        char c = s.s[0];
        size_t skip = 1;
        for (size_t i = 0; i < COUNT(entities); i++)
            if (str_starts(s, entities[i].entity)) {
                c = entities[i].c;
                skip = entities[i].entity.n;
            }
        out[n++] = c;
        s = str_sub(s, skip, s.n);
    }
    return (struct str){ out, n };
}

static bool html_entities_fine(struct str s)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
    for (size_t i = 0; i < s.n; i++) {
        bool known = s.s[i] != '&';
        for (size_t k = 0; k < COUNT(entities) && !known; k++)
            known = str_starts(str_sub(s, i, s.n), str_from_z(entities[k]));
        if (!known)
            return false;
    }
    return true;
}

static bool html_address_fine(const struct html_state *h, struct str value)
{
    static char text[100000];
    struct str url = html_decode(value, text, sizeof text);
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.s[i] <= ' ' || url.s[i] == '\\' || url.s[i] == 0x7F)
            return false; // a browser would drop or change it
    static const char *const schemes[] = { "http://", "https://", "mailto:" };
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (str_eq_nocase(str_sub(url, 0, str_from_z(schemes[i]).n), str_from_z(schemes[i])))
            return true;
    if (h->comment)
        return false;
    size_t colon = 0;
    size_t end = 0;
    while (end < url.n && !str_has(S("/?#"), url.s[end]))
        end++;
    return str_eq_nocase(str_sub(url, 0, 4), S("tel:")) ||
           !str_find(str_sub(url, 0, end), S(":"), &colon);
}

/* The attributes of one tag: ` name="value"` each. */
static const char *html_attributes(struct html_state *h, const struct html_tag *tag, struct str s)
{
    bool href = false;
    bool rel = false;
    bool dir = false;
    while (s.n) {
        struct str name = { 0 };
        struct str value = { 0 };
        if (!scan_char(&s, ' ') || !str_cut(s, '=', &name, &s) || !scan_char(&s, '"') ||
            !str_cut(s, '"', &value, &s))
            return "an attribute that is not well formed";
        if (!html_listed(tag->attributes, name))
            return "an attribute that is not allowed";
        if (!html_entities_fine(value) || str_has(value, '<') || str_has(value, '>'))
            return "a value that is not escaped";
        bool address = str_eq(name, S("href")) || str_eq(name, S("src"));
        if (address && !html_address_fine(h, value))
            return "an address that is not allowed";
        href = href || address;
        rel = rel || (str_eq(name, S("rel")) && str_eq(value, S("nofollow ugc noopener")));
        dir = dir || (str_eq(name, S("dir")) && str_eq(value, S("auto")));
    }
    if (h->comment && str_eq(str_from_z(tag->name), S("a")) && (!href || !rel))
        return "a link without its rel";
    if (h->comment && html_listed(tag->attributes, S("dir")) && !dir)
        return "a block without its dir";
    return NULL;
}

static const char *html_open(struct html_state *h, struct str inside)
{
    size_t n = 0;
    while (n < inside.n && inside.s[n] != ' ')
        n++;
    const struct html_tag *tag = html_find(str_sub(inside, 0, n));
    if (!tag || (h->comment && !tag->comments))
        return "an element that is not allowed";
    const struct html_tag *parent = h->depth ? h->stack[h->depth - 1] : NULL;
    struct str parent_name = str_from_z(parent ? parent->name : NULL);
    bool phrasing = parent ? parent->text && !str_eq(parent_name, S("code")) : false;
    bool listed = tag->parents &&
                  (parent ? html_listed(tag->parents, parent_name)
                          : html_listed(tag->parents, S("section")) || tag->parents[0] == '\0');
    bool inline_too = !tag->parents || str_eq(str_from_z(tag->name), S("code")) ||
                      str_eq(str_from_z(tag->name), S("img"));
    if (!listed && !(inline_too && phrasing))
        return "an element where it may not stand";
    for (size_t i = 0; i < h->depth; i++)
        if (h->stack[i] == tag && (str_eq(str_from_z(tag->name), S("a"))))
            return "a link inside a link";
    if (!tag->empty && h->depth == HTML_DEPTH_MAX)
        return "nested too deep";
    if (!tag->empty)
        h->stack[h->depth++] = tag;
    return html_attributes(h, tag, str_sub(inside, n, inside.n));
}

static const char *html_close(struct html_state *h, struct str name)
{
    if (h->depth == 0 || !str_eq(str_from_z(h->stack[h->depth - 1]->name), name))
        return "an end tag that does not match";
    h->depth--;
    return NULL;
}

static const char *html_text(const struct html_state *h, struct str text)
{
    if (str_has(text, '>') || !html_entities_fine(text))
        return "text that is not escaped";
    bool may = h->depth && h->stack[h->depth - 1]->text;
    return may || str_trim(text).n == 0 ? NULL : "text where none may stand";
}

/* NULL, or what is wrong with the HTML of a report or a comment. */
static const char *html_check(struct str html, bool comment)
{
    struct html_state h = { .comment = comment };
    const char *why = NULL;
    while (html.n && !why) {
        size_t at = 0;
        while (at < html.n && html.s[at] != '<')
            at++;
        why = html_text(&h, str_sub(html, 0, at));
        html = str_sub(html, at, html.n);
        struct str inside = { 0 };
        if (why || !html.n)
            break;
        if (!str_cut(str_sub(html, 1, html.n), '>', &inside, &html))
            return "a tag without its end";
        why = str_starts(inside, S("/")) ? html_close(&h, str_sub(inside, 1, inside.n))
                                         : html_open(&h, inside);
    }
    return why ? why : h.depth ? "an element that is not closed" : NULL;
}
