#include "base/check.h"
#include "base/json.h"

enum { DEPTH_MAX = 60 };

struct json_writer json_writer(struct buf *out)
{
    return (struct json_writer){ .out = out };
}

static bool in_array(const struct json_writer *w)
{
    return w->arrays >> w->depth & 1;
}

/* Characters that may stand as they are, in a row. */
static size_t plain(const struct json_writer *w, struct str s)
{
    size_t i = 0;
    for (; i < s.n; i++) {
        char c = s.s[i];
        if ((uint8_t)c < 0x20 || c == '"' || c == '\\')
            break;
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9
        if (w->for_html && (c == '<' || c == '>' || c == '&' || c == '\xE2'))
            break;
    }
    return i;
}

/* Writes one character that may not stand as it is; returns how many bytes of `s` it was. */
static size_t put_escape(struct buf *out, struct str s)
{
    static const char short_ones[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof short_ones; i += 2)
        if (s.s[0] == short_ones[i]) {
            buf_put_char(out, '\\');
            buf_put_char(out, short_ones[i + 1]);
            return 1;
        }
    if (s.s[0] != '\xE2') {
        buf_print(out, "\\u%04x", (unsigned)(uint8_t)s.s[0]);
        return 1;
    }
    bool separator = s.n >= 3 && s.s[1] == '\x80' && (s.s[2] == '\xA8' || s.s[2] == '\xA9');
    if (!separator) {
        buf_put_char(out, s.s[0]);
        return 1;
    }
    buf_put(out, s.s[2] == '\xA8' ? S("\\u2028") : S("\\u2029"));
    return 3;
}

static void put_quoted(struct json_writer *w, struct str s)
{
    buf_put_char(w->out, '"');
    while (s.n) {
        size_t n = plain(w, s);
        buf_put(w->out, str_sub(s, 0, n));
        s = str_sub(s, n, s.n);
        if (s.n)
            s = str_sub(s, put_escape(w->out, s), s.n);
    }
    buf_put_char(w->out, '"');
}

void json_write_name(struct json_writer *w, struct str name)
{
    check(w->depth > 0 && !in_array(w));
    if (w->comma)
        buf_put_char(w->out, ',');
    put_quoted(w, name);
    buf_put_char(w->out, ':');
    w->comma = false;
}

/* Before every value. After it, another one on this level needs a comma. */
static void begin(struct json_writer *w, const char *name)
{
    if (name)
        json_write_name(w, str_from_z(name));
    else if (w->comma)
        buf_put_char(w->out, ',');
    w->comma = true;
}

static void open(struct json_writer *w, const char *name, bool array)
{
    begin(w, name);
    buf_put_char(w->out, array ? '[' : '{');
    w->depth++;
    check(w->depth < DEPTH_MAX);
    uint64_t bit = UINT64_C(1) << w->depth;
    w->arrays = array ? w->arrays | bit : w->arrays & ~bit;
    w->comma = false;
}

void json_write_object(struct json_writer *w, const char *name)
{
    open(w, name, false);
}

void json_write_array(struct json_writer *w, const char *name)
{
    open(w, name, true);
}

void json_write_end(struct json_writer *w)
{
    check(w->depth > 0);
    buf_put_char(w->out, in_array(w) ? ']' : '}');
    w->depth--;
    w->comma = true;
}

void json_write_str(struct json_writer *w, const char *name, struct str s)
{
    begin(w, name);
    put_quoted(w, s);
}

void json_write_int(struct json_writer *w, const char *name, int64_t v)
{
    begin(w, name);
    buf_put_int(w->out, v);
}

void json_write_bool(struct json_writer *w, const char *name, bool v)
{
    begin(w, name);
    buf_put(w->out, v ? S("true") : S("false"));
}

void json_write_null(struct json_writer *w, const char *name)
{
    begin(w, name);
    buf_put(w->out, S("null"));
}
