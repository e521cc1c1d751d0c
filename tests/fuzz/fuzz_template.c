#include "base/check.h"
#include "base/utf8.h"
#include "render/template.h"

#include <string.h>

/*
 * Any bytes as a page and a partial: refused with file and line, or compiled; and then no text of a
 * reader's may change the page's structure. The output with harmless text and with the input's is
 * taken apart by a tokenizer of its own, as lenient as a browser's: both must have the same tags,
 * attributes and scripts, and no address may have got a scheme that is not allowed.
 *
 * Input: a byte for the mode, then page, partial "p" and text, separated by NUL.
 */
enum { OUTPUT_MAX = 1 << 20, VALUE_MAX = 4096, NAME_MAX_N = 64 };

struct item {
    struct str x;
    struct list items;
};
extern const struct view item_view;
static const struct field item_fields[] = {
    FIELD_STR(struct item, x),
    FIELD_LIST(struct item, items, &item_view),
};
const struct view item_view = VIEW(struct item, item_fields);

struct page {
    struct str x, json;
    struct html html;
    int64_t n;
    bool yes, no;
    struct list items;
    struct item one;
    const struct item *ref, *none;
};
static const struct field page_fields[] = {
    FIELD_STR(struct page, x),
    FIELD_JSON(struct page, json),
    FIELD_HTML(struct page, html),
    FIELD_INT(struct page, n),
    FIELD_BOOL(struct page, yes),
    FIELD_BOOL(struct page, no),
    FIELD_LIST(struct page, items, &item_view),
    FIELD_VIEW(struct page, one, &item_view),
    FIELD_REF(struct page, ref, &item_view),
    FIELD_REF(struct page, none, &item_view),
};
static const struct view page_view = VIEW(struct page, page_fields);

struct files {
    struct str page, part, text;
};

static bool file_of(const void *from, struct str name, struct str *ret)
{
    const struct files *f = from;
    if (str_eq(name, S("page")))
        *ret = f->page;
    else if (str_eq(name, S("p")))
        *ret = f->part;
    else
        return false;
    return true;
}

static const char *constant_of(const void *from, struct str name, struct arena *a, struct str *ret)
{
    (void)a;
    const struct files *f = from;
    *ret = str_starts(name, S("words.")) ? f->text : S("/a.css");
    return NULL;
}

/* ---- what a browser makes of it ---- */

struct tokens {
    struct str s;
    size_t at;
    struct buf *out; /* a line a tag, with its attributes; contents of scripts */
    bool xml, script;
};

static bool is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(int c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static int peek(const struct tokens *t, size_t ahead)
{
    return t->at + ahead < t->s.n ? (unsigned char)t->s.s[t->at + ahead] : -1;
}

static struct str until(struct tokens *t, const char *stops)
{
    size_t from = t->at;
    while (t->at < t->s.n && !strchr(stops, t->s.s[t->at]))
        t->at++;
    return str_sub(t->s, from, t->at - from);
}

static void skip_blanks(struct tokens *t)
{
    while (is_blank(peek(t, 0)))
        t->at++;
}

/* An entity that could hide a scheme's colon or what browsers drop from one. */
static char entity(struct str s, size_t *ret_n)
{
    static const struct {
        const char *name;
        char is;
    } named[] = { { "&colon;", ':' }, { "&Tab;", '\t' }, { "&NewLine;", '\n' },
                  { "&amp;", '&' },   { "&sol;", '/' },  { "&quest;", '?' },
                  { "&num;", '#' },   { "&quot;", '"' }, { "&lt;", '<' } };
    for (size_t i = 0; i < COUNT(named); i++) {
        struct str name = str_from_z(named[i].name);
        if (!str_starts(s, name))
            continue;
        *ret_n = name.n;
        return named[i].is;
    }
    bool hex = s.n > 3 && s.s[1] == '#' && (s.s[2] | 32) == 'x';
    size_t i = hex ? 3 : 2;
    unsigned value = 0;
    if (s.n < 3 || s.s[1] != '#')
        return '&';
    for (; i < s.n && i < 12; i++) {
        char c = s.s[i];
        if (c >= '0' && c <= '9')
            value = value * (hex ? 16 : 10) + (unsigned)(c - '0');
        else if (hex && (c | 32) >= 'a' && (c | 32) <= 'f')
            value = value * 16 + (unsigned)((c | 32) - 'a') + 10;
        else
            break;
    }
    *ret_n = i < s.n && s.s[i] == ';' ? i + 1 : i;
    return value > 0 && value < 128 ? (char)value : 'x';
}

/* The scheme a browser would see (WHATWG URL, basic parser), or nothing. */
static struct str scheme_of(struct str value, char *room)
{
    size_t n = 0, taken = 1;
    for (size_t i = 0; i < value.n && n < VALUE_MAX; i += taken) {
        taken = 1;
        char c = value.s[i] == '&' ? entity(str_sub(value, i, value.n), &taken) : value.s[i];
        if (c == '\t' || c == '\n' || c == '\r' || (n == 0 && c > 0 && c <= ' '))
            continue;
        if (c == ':')
            return n && is_letter(room[0]) ? (struct str){ room, n } : S("");
        if (!is_letter(c) && !strchr("0123456789+-.", c))
            return S("");
        room[n++] = is_letter(c) ? (char)(c | 32) : c;
    }
    return S("");
}

static void put_attribute(struct tokens *t, struct str name, struct str value)
{
    char room[VALUE_MAX + 1];
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 24);
    name = t->xml ? name : str_lower(&a, name);
    buf_print(t->out, " " STR_FMT, STR_ARG(name));
    if (str_eq(name, S("type")) && t->script)
        buf_print(t->out, "=" STR_FMT, STR_ARG(str_lower(&a, value)));
    if (str_starts(name, S("on")) || str_eq(name, S("style")) || str_eq(name, S("srcdoc")))
        buf_print(t->out, "=\"" STR_FMT "\"", STR_ARG(value));
    static const struct str addresses[] = { { "href", 4 },        { "src", 3 },  { "action", 6 },
                                            { "formaction", 10 }, { "data", 4 }, { "cite", 4 },
                                            { "xlink:href", 10 } };
    for (size_t i = 0; i < COUNT(addresses); i++) {
        if (str_eq(name, addresses[i])) {
            struct str scheme = scheme_of(value, room);
            static const struct str fine[] = { { "http", 4 },    { "https", 5 },
                                               { "mailto", 6 },  { "tel", 3 },
                                               { "bitcoin", 7 }, { "bitcoincash", 11 },
                                               { "ethereum", 8 } };
            bool allowed = false;
            for (size_t k = 0; k < COUNT(fine); k++)
                allowed |= str_eq(scheme, fine[k]);
            if (!allowed && scheme.n)
                buf_print(t->out, "=" STR_FMT ":", STR_ARG(scheme));
        }
    }
}

/* After the name; to past the >. */
static void attributes(struct tokens *t)
{
    for (;;) {
        while (is_blank(peek(t, 0)) || peek(t, 0) == '/')
            t->at++;
        if (peek(t, 0) == -1)
            return;
        if (peek(t, 0) == '>') {
            t->at++;
            return;
        }
        size_t from = t->at;
        if (peek(t, 0) == '=')
            t->at++;
        (void)until(t, " \t\n\r\f/>=");
        struct str name = str_sub(t->s, from, t->at - from), value = S("");
        skip_blanks(t);
        if (peek(t, 0) == '=') {
            t->at++;
            skip_blanks(t);
            int quote = peek(t, 0);
            if (quote == '"' || quote == '\'') {
                t->at++;
                value = until(t, quote == '"' ? "\"" : "'");
                t->at += t->at < t->s.n;
            } else {
                value = until(t, " \t\n\r\f>");
            }
        }
        put_attribute(t, name, value);
    }
}

/* The content of script, style and the like, up to its end tag. */
static void raw_content(struct tokens *t, struct str name, bool show)
{
    size_t from = t->at;
    for (; t->at < t->s.n; t->at++) {
        bool end = peek(t, 0) == '<' && peek(t, 1) == '/' &&
                   str_eq_nocase(str_sub(t->s, t->at + 2, name.n), name);
        int after = end ? peek(t, 2 + name.n) : 0;
        if (end && (is_blank(after) || after == '/' || after == '>'))
            break;
    }
    if (show)
        buf_print(t->out, "[" STR_FMT "]", (int)(t->at - from), t->s.s + from);
}

static void start_tag(struct tokens *t)
{
    struct str name = until(t, " \t\n\r\f/>");
    size_t line = t->out->n;
    buf_print(t->out, "<" STR_FMT, STR_ARG(name));
    t->script = str_eq_nocase(name, S("script"));
    attributes(t);
    static const struct str raw[] = { { "script", 6 },  { "style", 5 },    { "iframe", 6 },
                                      { "title", 5 },   { "textarea", 8 }, { "xmp", 3 },
                                      { "noembed", 7 }, { "noframes", 8 } };
    /* Data in a script is shown by nobody: it may differ. */
    bool json = memmem(t->out->s + line, t->out->n - line, "json", 4);
    for (size_t i = 0; i < COUNT(raw) && !t->xml; i++) {
        if (str_eq_nocase(name, raw[i]))
            raw_content(t, raw[i], i < 2 && !json);
    }
    buf_put_char(t->out, '\n');
}

/* After "<!--". */
static void comment(struct tokens *t)
{
    if (peek(t, 0) == '>') {
        t->at++;
        return;
    }
    if (peek(t, 0) == '-' && peek(t, 1) == '>') {
        t->at += 2;
        return;
    }
    for (; t->at < t->s.n; t->at++) {
        struct str rest = str_sub(t->s, t->at, 4);
        if (str_starts(rest, S("-->")) || str_starts(rest, S("--!>"))) {
            t->at += rest.s[2] == '>' ? 3 : 4;
            return;
        }
    }
}

static void markup(struct tokens *t)
{
    int next = peek(t, 1);
    struct str rest = str_sub(t->s, t->at, 9);
    if (is_letter(next)) {
        t->at++;
        start_tag(t);
    } else if (next == '/' && is_letter(peek(t, 2))) {
        t->at += 2;
        struct str name = until(t, " \t\n\r\f/>");
        buf_print(t->out, "</" STR_FMT "\n", STR_ARG(name));
        (void)until(t, ">");
    } else if (str_eq(str_sub(rest, 0, 4), S("<!--"))) {
        t->at += 4;
        comment(t);
        buf_put(t->out, S("comment\n"));
    } else if (next == '!' || next == '?' || next == '/') {
        (void)until(t, ">");
        buf_put(t->out, S("declaration\n"));
    } else {
        t->at++;
    }
}

static void structure(struct str output, bool xml, struct buf *out)
{
    struct tokens t = { .s = output, .out = out, .xml = xml };
    while (t.at < t.s.n) {
        (void)until(&t, "<");
        if (t.at < t.s.n)
            markup(&t);
    }
}

/* ---- the fuzzer ---- */

static err run(const struct files *f, const struct template *page, const struct program *p,
               struct str text, struct buf *out)
{
    (void)f;
    struct item leaf = { .x = text };
    struct item branch = { .x = text, .items = { &leaf, 1 } };
    struct page view = { .x = text,
                         .json = text,
                         .html = { S("<b>h</b>") },
                         .n = -1,
                         .yes = true,
                         .items = { &branch, 1 },
                         .one = branch,
                         .ref = &leaf };
    return template_run(p, page->view, &view, out);
}

static void compare(const struct files *f, const struct template *page, const struct program *p)
{
    struct buf one CLEANUP(buf_free) = buf_make(OUTPUT_MAX);
    struct buf two CLEANUP(buf_free) = buf_make(8 * OUTPUT_MAX);
    struct buf first CLEANUP(buf_free) = buf_make(8 * OUTPUT_MAX);
    struct buf second CLEANUP(buf_free) = buf_make(8 * OUTPUT_MAX);
    if (run(f, page, p, S("a"), &one) || run(f, page, p, f->text, &two))
        return;
    structure(buf_str(&one), page->mode == TEMPLATE_XML, &first);
    structure(buf_str(&two), page->mode == TEMPLATE_XML, &second);
    check(str_eq(buf_str(&first), buf_str(&second)));
}

static void check_why(struct str why)
{
    check(str_starts(why, S("page:")) || str_starts(why, S("p:")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct files f = { .page = { (const char *)data, n } };
    if (n == 0)
        return 0;
    unsigned mode = data[0] & 3u;
    f.page = str_sub(f.page, 1, n);
    f.part = f.text = S("");
    (void)(str_cut(f.page, 0, &f.page, &f.part) && str_cut(f.part, 0, &f.part, &f.text));
    (void)str_cut(f.text, 0, &f.text, &(struct str){ 0 });
    struct arena keep CLEANUP(arena_free), scratch CLEANUP(arena_free);
    arena_init(&keep, 1 << 26);
    arena_init(&scratch, 1 << 26);
    struct template_set set = { &f, file_of, constant_of };
    struct template page = { "page", &page_view,
                             mode == 1   ? TEMPLATE_XML
                             : mode == 2 ? TEMPLATE_TEXT
                                         : TEMPLATE_HTML };
    struct program p = { NULL, 0 };
    struct str why = S("");
    err e = template_compile(templates_make(&set, &keep, &scratch), &page, mode == 3, &p, &why);
    check(e == OK || e == TEMPLATE_WRONG);
    if (e) {
        check_why(why);
        return 0;
    }
    bool words = false;
    size_t at = 0;
    words = str_find(f.page, S("words."), &at) || str_find(f.part, S("words."), &at);
    if (mode < 2 && !words && f.text.n && utf8_valid(f.page) && utf8_valid(f.part) &&
        utf8_valid(f.text)) {
        compare(&f, &page, &p);
        return 0;
    }
    struct buf out CLEANUP(buf_free) = buf_make(OUTPUT_MAX);
    (void)run(&f, &page, &p, f.text, &out);
    return 0;
}
