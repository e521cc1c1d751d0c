#include "render/template_parse.h"

#include <string.h>

/*
 * Three passes: the text is cut into tokens (text up to a line end, or a tag); lines that hold only
 * tags lose their blanks; the tokens become a tree.
 */

enum token_kind {
    TOKEN_TEXT,
    TOKEN_HOLE,
    TOKEN_RAW,
    TOKEN_SECTION,
    TOKEN_UNLESS,
    TOKEN_PARTIAL,
    TOKEN_PARENT,
    TOKEN_BLOCK,
    TOKEN_CLOSE,
    TOKEN_SILENT, /* a comment, or a change of delimiters */
};
struct token {
    enum token_kind kind;
    int line;
    struct str text, indent;
    bool line_start, alone, dropped;
    struct token *next;
};
struct lexer {
    struct arena *a;
    struct str file, rest, open, close;
    int line;
    struct token *first, **end;
    struct str why;
};
enum { DELIMITER_MAX = 16, NAME_MAX_BYTES = 200 };

static bool wrong(struct lexer *x, int line, const char *what, struct str name)
{
    name = str_sub(name, 0, NAME_MAX_BYTES);
    x->why =
        str_print(x->a, STR_FMT ":%d: %s" STR_FMT, STR_ARG(x->file), line, what, STR_ARG(name));
    return false;
}

static void add(struct lexer *x, enum token_kind kind, struct str text)
{
    struct token *t = arena_new(x->a, struct token, 1);
    *t = (struct token){ .kind = kind, .line = x->line, .text = text };
    *x->end = t;
    x->end = &t->next;
}

static struct str take(struct lexer *x, size_t n)
{
    struct str s = { x->rest.s, n };
    x->rest = (struct str){ x->rest.s + n, x->rest.n - n };
    return s;
}

static void count_lines(struct lexer *x, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        x->line += s.s[i] == '\n';
}

static void lex_text(struct lexer *x, size_t n)
{
    struct str s = take(x, n);
    while (s.n) {
        const char *nl = memchr(s.s, '\n', s.n);
        size_t line = nl ? (size_t)(nl - s.s) + 1 : s.n;
        add(x, TOKEN_TEXT, (struct str){ s.s, line });
        x->line += nl != NULL;
        s = (struct str){ s.s + line, s.n - line };
    }
}

static size_t word_end(struct str s)
{
    size_t n = 0;
    while (n < s.n && !strchr(" \t\r\n=", s.s[n]))
        n++;
    return n;
}

static bool set_delimiters(struct lexer *x, struct str tag)
{
    tag = str_trim(tag);
    struct str open = { tag.s, word_end(tag) };
    struct str close = str_trim(str_sub(tag, open.n, tag.n));
    bool fine = open.n && open.n <= DELIMITER_MAX && close.n && close.n <= DELIMITER_MAX &&
                word_end(close) == close.n && open.n < tag.n;
    if (!fine)
        return wrong(x, x->line, "delimiters are set as {{=<% %>=}}", S(""));
    add(x, TOKEN_SILENT, S(""));
    x->open = open;
    x->close = close;
    return true;
}

static bool add_tag(struct lexer *x, char sigil, struct str name)
{
    static const char sigils[] = "&{#^></$";
    static const enum token_kind kinds[] = { TOKEN_RAW,    TOKEN_RAW,     TOKEN_SECTION,
                                             TOKEN_UNLESS, TOKEN_PARTIAL, TOKEN_PARENT,
                                             TOKEN_CLOSE,  TOKEN_BLOCK };
    const char *at = sigil ? strchr(sigils, sigil) : NULL;
    name = str_trim(name);
    if (!name.n)
        return wrong(x, x->line, "a tag without a name", S(""));
    if (word_end(name) < name.n || name.n > NAME_MAX_BYTES)
        return wrong(x, x->line, "not a name: ", name);
    add(x, at ? kinds[at - sigils] : TOKEN_HOLE, name);
    return true;
}

/* x->rest begins after the opening delimiter. */
static bool lex_tag(struct lexer *x)
{
    char sigil = '\0';
    if (x->rest.n)
        sigil = *x->rest.s;
    bool plain = sigil == 0 || !strchr("&{#^></$!=", sigil);
    if (sigil == '{' && !str_eq(x->open, S("{{")))
        plain = true; /* the triple form belongs to the usual delimiters */
    if (!plain)
        take(x, 1);
    struct str stop = x->close;
    if (!plain && sigil == '{')
        stop = S("}}}");
    if (!plain && sigil == '=')
        stop = str_print(x->a, "=" STR_FMT, STR_ARG(x->close));
    size_t n = 0;
    if (!str_find(x->rest, stop, &n))
        return wrong(x, x->line, "this tag is never closed", S(""));
    struct str inside = take(x, n);
    take(x, stop.n);
    bool fine = true;
    if (!plain && sigil == '!')
        add(x, TOKEN_SILENT, S(""));
    else if (!plain && sigil == '=')
        fine = set_delimiters(x, inside);
    else if (plain)
        fine = add_tag(x, '\0', inside);
    else
        fine = add_tag(x, sigil, inside);
    count_lines(x, inside);
    return fine;
}

static bool lex(struct lexer *x)
{
    while (x->rest.n) {
        if (arena_full(x->a))
            return wrong(x, x->line, "the theme is too big", S(""));
        size_t n = x->rest.n;
        bool tag = str_find(x->rest, x->open, &n);
        lex_text(x, n);
        if (!tag)
            break;
        take(x, x->open.n);
        if (!lex_tag(x))
            return false;
    }
    return true;
}

static bool ends_line(const struct token *t)
{
    return t->kind == TOKEN_TEXT && str_ends(t->text, S("\n"));
}

static struct str blanks(const struct token *t)
{
    struct str s = t && t->kind == TOKEN_TEXT ? t->text : S("");
    size_t n = 0;
    while (n < s.n && (s.s[n] == ' ' || s.s[n] == '\t'))
        n++;
    return (struct str){ s.s, n };
}

/* Only blanks and tags that print nothing; a partial must be the only tag. */
static bool stands_alone(const struct token *t, const struct token *after)
{
    int tags = 0;
    bool partial = false;
    for (; t != after; t = t->next) {
        if (t->kind == TOKEN_HOLE || t->kind == TOKEN_RAW)
            return false;
        if (t->kind == TOKEN_TEXT && str_trim(t->text).n)
            return false;
        tags += t->kind != TOKEN_TEXT;
        partial |= t->kind == TOKEN_PARTIAL;
    }
    return partial ? tags == 1 : tags > 0;
}

/* {{$block}}{{/block}} on one line: the line's end is not the block's, so it stays. */
static bool is_pair(const struct token *t, const struct token *after)
{
    while (t != after && t->kind != TOKEN_BLOCK && t->kind != TOKEN_PARENT)
        t = t->next;
    if (t == after || t->kind != TOKEN_BLOCK)
        return false;
    for (const struct token *c = t->next; c != after; c = c->next) {
        if (c->kind == TOKEN_CLOSE && str_eq(c->text, t->text))
            return true;
    }
    return false;
}

static void drop_blanks(struct token *first, struct token *after)
{
    struct str lead = blanks(first);
    bool pair = is_pair(first, after);
    for (struct token *t = first; t != after; t = t->next) {
        if (t->kind == TOKEN_TEXT)
            t->dropped = !(pair && ends_line(t));
        if (t->kind == TOKEN_PARTIAL || t->kind == TOKEN_PARENT || t->kind == TOKEN_BLOCK) {
            t->alone = true;
            t->indent = lead;
        }
        if (t->kind == TOKEN_BLOCK && !pair)
            t->indent = blanks(after);
    }
}

/* Marks where lines begin, so that an indentation can be put there. */
static void mark_start(struct lexer *x, struct token **link)
{
    struct token *t = *link;
    if (t->kind != TOKEN_TEXT) {
        struct token *mark = arena_new(x->a, struct token, 1);
        *mark = (struct token){ .kind = TOKEN_TEXT, .line = t->line, .text = S(""), .next = t };
        *link = mark;
        t = mark;
    }
    t->line_start = true;
}

static void trim_lines(struct lexer *x)
{
    for (struct token **link = &x->first; *link;) {
        struct token *last = *link;
        while (last->next && !ends_line(last))
            last = last->next;
        if (stands_alone(*link, last->next))
            drop_blanks(*link, last->next);
        else
            mark_start(x, link);
        link = &last->next;
    }
}

struct open_node {
    struct node *node;
    const struct node **end;
};

static bool is_opening(enum token_kind kind)
{
    return kind == TOKEN_SECTION || kind == TOKEN_UNLESS || kind == TOKEN_PARENT ||
           kind == TOKEN_BLOCK;
}

static struct node *node_of(struct arena *a, const struct token *t)
{
    static const enum node_kind kinds[] = {
        [TOKEN_TEXT] = NODE_TEXT,     [TOKEN_HOLE] = NODE_HOLE,
        [TOKEN_RAW] = NODE_RAW,       [TOKEN_SECTION] = NODE_SECTION,
        [TOKEN_UNLESS] = NODE_UNLESS, [TOKEN_PARTIAL] = NODE_PARTIAL,
        [TOKEN_PARENT] = NODE_PARENT, [TOKEN_BLOCK] = NODE_BLOCK,
    };
    struct node *n = arena_new(a, struct node, 1);
    *n = (struct node){ .kind = kinds[t->kind],
                        .line = t->line,
                        .text = t->text,
                        .indent = t->indent,
                        .line_start = t->line_start,
                        .alone = t->alone };
    return n;
}

static bool close_node(struct lexer *x, const struct token *t, struct open_node *open, int *depth)
{
    if (*depth == 0)
        return wrong(x, t->line, "nothing is open here to be closed by /", t->text);
    const struct node *n = open[*depth].node;
    if (!str_eq(n->text, t->text)) {
        struct str what =
            str_print(x->a, STR_FMT ", open since line %d", STR_ARG(n->text), n->line);
        return wrong(x, t->line, "this must close ", what);
    }
    --*depth;
    return true;
}

static bool grow_tree(struct lexer *x, const struct node **ret_nodes)
{
    const struct node *top = NULL;
    struct open_node open[TEMPLATE_NESTING_MAX + 1] = { { .end = &top } };
    int depth = 0;
    for (const struct token *t = x->first; t; t = t->next) {
        if (t->dropped || t->kind == TOKEN_SILENT)
            continue;
        if (t->kind == TOKEN_CLOSE) {
            if (!close_node(x, t, open, &depth))
                return false;
            continue;
        }
        struct node *n = node_of(x->a, t);
        *open[depth].end = n;
        open[depth].end = &n->next;
        if (!is_opening(t->kind))
            continue;
        if (depth == TEMPLATE_NESTING_MAX)
            return wrong(x, t->line, "sections nest deeper than 16: ", t->text);
        open[++depth] = (struct open_node){ n, &n->inside };
    }
    if (depth)
        return wrong(x, open[depth].node->line, "never closed: ", open[depth].node->text);
    *ret_nodes = top;
    return true;
}

err template_parse(struct str file, struct str text, struct arena *a, const struct node **ret_nodes,
                   struct str *ret_why)
{
    struct lexer x = { .a = a,
                       .file = file,
                       .rest = text,
                       .open = S("{{"),
                       .close = S("}}"),
                       .line = 1,
                       .why = S("") };
    x.end = &x.first;
    bool fine = text.n <= TEMPLATE_BYTES_MAX ? lex(&x) : wrong(&x, 1, "longer than 256 KiB", S(""));
    if (fine) {
        trim_lines(&x);
        fine = grow_tree(&x, ret_nodes);
    }
    if (!fine)
        *ret_why = x.why;
    return fine ? OK : TEMPLATE_WRONG;
}
