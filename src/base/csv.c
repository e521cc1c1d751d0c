#include "base/csv.h"
#include "base/scan.h"

/* Takes one end of line. */
static bool take_end(struct csv *c)
{
    if (!scan_text(&c->rest, S("\r\n")) && !scan_char(&c->rest, '\n') && !scan_char(&c->rest, '\r'))
        return false;
    c->line++;
    return true;
}

static bool at_end(const struct csv *c)
{
    return !c->rest.n || c->rest.s[0] == '\n' || c->rest.s[0] == '\r';
}

bool csv_skip_line(struct csv *c)
{
    if (!c->rest.n)
        return false;
    while (!at_end(c))
        c->rest = str_sub(c->rest, 1, c->rest.n);
    (void)take_end(c); // the last line may have none
    return true;
}

static struct str plain_field(struct csv *c)
{
    struct str start = c->rest;
    while (!at_end(c) && c->rest.s[0] != c->delimiter)
        c->rest = str_sub(c->rest, 1, c->rest.n);
    return str_sub(start, 0, start.n - c->rest.n);
}

/* A field's text with each pair of quotes made one. */
static struct str unquote(struct str s, char quote, struct arena *a)
{
    if (!str_has(s, quote))
        return s;
    char *text = arena_new(a, char, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        text[n++] = s.s[i];
        if (s.s[i] == quote)
            i++; // they stand in pairs
    }
    return (struct str){ text, n };
}

/* Behind the opening quote. */
static enum csv_kind quoted_field(struct csv *c, struct arena *a, struct str *ret)
{
    struct str start = c->rest;
    while (c->rest.n) {
        char at = c->rest.s[0];
        bool pair = at == c->quote && c->rest.n > 1 && c->rest.s[1] == c->quote;
        if (at == c->quote && !pair) {
            *ret = unquote(str_sub(start, 0, start.n - c->rest.n), c->quote, a);
            c->rest = str_sub(c->rest, 1, c->rest.n);
            return at_end(c) || c->rest.s[0] == c->delimiter ? CSV_RECORD : CSV_AFTER_QUOTE;
        }
        if (!take_end(c))
            c->rest = str_sub(c->rest, pair ? 2 : 1, c->rest.n);
    }
    return CSV_OPEN_QUOTE;
}

static enum csv_kind field(struct csv *c, struct arena *a, struct str *ret)
{
    if (c->quote && scan_char(&c->rest, c->quote))
        return quoted_field(c, a, ret);
    *ret = plain_field(c);
    return CSV_RECORD;
}

enum csv_kind csv_next(struct csv *c, struct arena *a, struct csv_record *ret)
{
    while (c->rest.n && take_end(c))
        continue; // blank lines
    if (!c->rest.n)
        return CSV_END;
    struct str start = c->rest;
    ret->n = 0;
    ret->line = c->line;
    for (;;) {
        struct str text = { 0 };
        if (ret->n == CSV_FIELDS_MAX)
            return CSV_MANY_FIELDS;
        enum csv_kind kind = field(c, a, &text);
        if (kind != CSV_RECORD)
            return kind;
        ret->fields[ret->n++] = text;
        if (!scan_char(&c->rest, c->delimiter))
            break;
    }
    ret->raw = str_sub(start, 0, start.n - c->rest.n);
    (void)take_end(c); // the last line may have none
    return CSV_RECORD;
}
