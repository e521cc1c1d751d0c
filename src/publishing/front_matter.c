#include "publishing/front_matter.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"

static const char *const names[FRONT_KEYS] = {
    [FRONT_SERIES] = "series",
    [FRONT_TITLE] = "title",
    [FRONT_DATE] = "date",
    [FRONT_SLUG] = "slug",
    [FRONT_BYLINE] = "byline",
    [FRONT_DATELINE] = "dateline",
    [FRONT_STANDFIRST] = "standfirst",
    [FRONT_STATE] = "state",
    [FRONT_REASON] = "reason",
    [FRONT_ID] = "id",
    [FRONT_PAGE] = "page",
};

struct reader {
    struct str file, rest;
    int line; /* of the line taken last */
    struct arena *a;
    struct str why;
};

const char *front_key_name(enum front_key k)
{
    check((size_t)k < COUNT(names));
    return names[k];
}

/* Says what is wrong on the present line, about `key` unless it is empty. */
static err wrong(struct reader *r, struct str key, const char *what)
{
    r->why = str_print(r->a, STR_FMT ":%d: " STR_FMT "%s%s", STR_ARG(r->file), r->line,
                       STR_ARG(key), key.n ? ": " : "", what);
    return FRONT_MATTER_WRONG;
}

static const char *text_wrong(struct str s)
{
    switch (text_check(s, false)) {
    case TEXT_FINE: return NULL;
    case TEXT_NOT_UTF8: return "is not UTF-8";
    case TEXT_CONTROL: return "holds a control character";
    case TEXT_BIDI: return "holds a hidden change of the writing direction";
    case TEXT_MARKS: return "holds too many combining marks in a row";
    }
    check(false);
    return NULL;
}

static struct str next_line(struct reader *r)
{
    r->line++;
    return scan_line(&r->rest);
}

static bool is_fence(struct str line)
{
    struct str s = str_trim(line);
    return str_eq(s, S("---")) && line.s[0] == '-';
}

/* The text between double quotes, with \" and \\ undone; false when the quote does not end there.
 */
static bool unquote_double(struct arena *a, struct str s, struct str *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(s.n);
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.s[i] == '"')
            return false;
        bool escape = s.s[i] == '\\';
        if (escape && (i + 2 >= s.n || (s.s[i + 1] != '"' && s.s[i + 1] != '\\')))
            return false;
        i += escape;
        buf_put_char(&out, s.s[i]);
    }
    *ret = buf_copy(&out, a);
    return true;
}

static bool unquote_single(struct arena *a, struct str s, struct str *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(s.n);
    for (size_t i = 1; i + 1 < s.n; i++) {
        bool quote = s.s[i] == '\'';
        if (quote && (i + 2 >= s.n || s.s[i + 1] != '\''))
            return false;
        i += quote;
        buf_put_char(&out, s.s[i]);
    }
    *ret = buf_copy(&out, a);
    return true;
}

/* A value that begins with a quote must end with it: half a quotation is a slip of the pen. */
static bool unquote(struct arena *a, struct str s, struct str *ret)
{
    bool twice = str_starts(s, S("\""));
    if (!twice && !str_starts(s, S("'"))) {
        *ret = s;
        return true;
    }
    if (s.n < 2 || s.s[s.n - 1] != s.s[0])
        return false;
    return twice ? unquote_double(a, s, ret) : unquote_single(a, s, ret);
}

static bool key_of(struct str name, enum front_key *ret)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!str_eq(name, str_from_z(names[i])))
            continue;
        *ret = (enum front_key)i;
        return true;
    }
    return false;
}

static err take_pair(struct reader *r, struct str line, struct front_matter *m)
{
    struct str name = { 0 };
    struct str value = { 0 };
    if (line.s[0] == ' ' || line.s[0] == '\t')
        return wrong(r, S(""), "a value stands on one line, behind its key");
    if (!str_cut(line, ':', &name, &value))
        return wrong(r, S(""), "a line here is \"key: value\"");
    name = str_trim(name);
    const char *bad = text_wrong(name);
    if (bad)
        return wrong(r, S("key"), bad);
    enum front_key k = FRONT_KEYS;
    if (!key_of(name, &k))
        return wrong(r, utf8_cut(name, 40), "there is no such key");
    if (m->lines[k])
        return wrong(r, name, "stands twice");
    bad = text_wrong(value);
    if (bad)
        return wrong(r, name, bad);
    struct str plain = { 0 };
    if (!unquote(r->a, str_trim(value), &plain))
        return wrong(r, name, "a quotation mark has no partner");
    m->lines[k] = r->line;
    if (plain.n)
        m->values[k] = plain;
    return OK;
}

static err take_head(struct reader *r, struct front_matter *m)
{
    struct str whole = r->rest;
    if (!r->rest.n || !is_fence(next_line(r))) {
        r->line = 1;
        return wrong(r, S(""), "the file does not begin with a line ---");
    }
    while (r->rest.n) {
        struct str line = next_line(r);
        if (r->line > FRONT_MATTER_LINES_MAX || whole.n - r->rest.n > FRONT_MATTER_BYTES_MAX)
            return wrong(r, S(""), "the front matter is too long, or its closing --- is missing");
        if (line.n && is_fence(line))
            return OK;
        if (!str_trim(line).n || line.s[0] == '#')
            continue;
        const char *bad = utf8_valid(line) ? NULL : "the line is not UTF-8";
        err e = bad ? wrong(r, S(""), bad) : take_pair(r, line, m);
        if (e)
            return e;
    }
    return wrong(r, S(""), "the closing --- is missing");
}

/* The rest with LF at every line's end, each line fit to be read. */
static err take_body(struct reader *r, struct front_matter *m)
{
    struct buf out CLEANUP(buf_free) = buf_make(r->rest.n + 1);
    m->body_line = r->line + 1;
    while (r->rest.n) {
        struct str line = next_line(r);
        const char *bad = text_wrong(line);
        if (bad)
            return wrong(r, S("text"), bad);
        buf_put(&out, line);
        buf_put_char(&out, '\n');
    }
    m->body = buf_copy(&out, r->a);
    return OK;
}

err front_matter_parse(struct str file, struct str text, struct arena *a, struct front_matter *ret,
                       struct str *ret_why)
{
    struct reader r = { .file = file, .rest = text, .a = a };
    (void)scan_text(&r.rest, S("\xEF\xBB\xBF")); // a byte order mark may be there or not
    struct front_matter m = { .file = file };
    err e = take_head(&r, &m);
    if (!e)
        e = take_body(&r, &m);
    if (e) {
        *ret_why = r.why;
        return e;
    }
    *ret = m;
    return OK;
}
