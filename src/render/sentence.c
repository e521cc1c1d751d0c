#include "render/sentence.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/scan.h"

#include <inttypes.h>

enum { SENTENCE_BYTES_MAX = 64 * 1024 }; // of a filled sentence; longer ones are cut

enum part_kind { PART_TEXT, PART_PLACE, PART_HASH, PART_PLURAL, PART_ORDINAL, PART_SELECT };

struct branch {
    struct str key;
    bool exact; /* "=3" */
    int64_t value;
    const struct part *first;
    struct branch *next;
};
struct part {
    enum part_kind kind;
    struct str text;
    size_t arg;
    int64_t offset;
    const struct branch *branches;
    struct part *next;
};

/* ---- Compiling ---- */

struct parser {
    struct arena *a;
    struct str s; /* what is left */
    char *out;    /* texts without their quotes, one behind the other */
    size_t n;
    struct sentence *sentence;
    const char *why;
};

static bool wrong(struct parser *p, const char *why)
{
    if (!p->why)
        p->why = why;
    return false;
}

static bool expect_char(struct parser *p, char c, const char *why)
{
    return scan_char(&p->s, c) || wrong(p, why);
}

static void skip_blanks(struct parser *p)
{
    while (scan_char(&p->s, ' ') || scan_char(&p->s, '\t'))
        ;
}

static bool special(char c, bool in_plural)
{
    return c == '{' || c == '}' || (in_plural && c == '#');
}

/* Text up to the next place. An apostrophe quotes only before a special character; two are one. */
static struct str take_text(struct parser *p, bool in_plural)
{
    size_t from = p->n;
    bool quoted = false;
    while (p->s.n) {
        char c = p->s.s[0];
        struct str next = str_sub(p->s, 1, 1);
        bool doubled = c == '\'' && str_eq(next, S("'"));
        bool quote = c == '\'' && !doubled && (quoted || (next.n && special(next.s[0], in_plural)));
        if (!quoted && special(c, in_plural))
            break;
        if (!quote)
            p->out[p->n++] = c;
        quoted = quoted != quote;
        p->s = str_sub(p->s, doubled ? 2 : 1, p->s.n);
    }
    return (struct str){ p->out + from, p->n - from };
}

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct str take_name(struct parser *p)
{
    skip_blanks(p);
    size_t n = 0;
    while (n < p->s.n && name_char(p->s.s[n]))
        n++;
    struct str name = str_sub(p->s, 0, n);
    p->s = str_sub(p->s, n, p->s.n);
    skip_blanks(p);
    return name;
}

static size_t arg_index(struct parser *p, struct str name)
{
    struct sentence *s = p->sentence;
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->args[i].name, name))
            return i;
    if (s->n == WORDS_ARGS_MAX) {
        wrong(p, "too many different places");
        return 0;
    }
    s->args[s->n] = (struct sentence_arg){ .name = name };
    return s->n++;
}

static bool plural_keyword(struct str key)
{
    static const struct str keywords[] = { { "zero", 4 }, { "one", 3 },  { "two", 3 },
                                           { "few", 3 },  { "many", 4 }, { "other", 5 } };
    for (size_t i = 0; i < COUNT(keywords); i++)
        if (str_eq(keywords[i], key))
            return true;
    return false;
}

static const struct branch *find_branch(const struct branch *b, struct str key)
{
    while (b && (b->exact || !str_eq(b->key, key)))
        b = b->next;
    return b;
}

static const struct branch *find_exact(const struct branch *b, int64_t value)
{
    while (b && (!b->exact || b->value != value))
        b = b->next;
    return b;
}

static const struct part *parse_message(struct parser *p, int nest, bool in_plural);

/* "one {...}": the part of a choice for one of its cases. */
static struct branch *parse_branch(struct parser *p, const struct part *choice, int nest)
{
    struct branch *b = arena_new(p->a, struct branch, 1);
    bool plural = choice->kind != PART_SELECT;
    b->exact = plural && scan_char(&p->s, '=');
    if (b->exact && !scan_int(&p->s, INT64_MAX, &b->value))
        wrong(p, "= without its number");
    if (!b->exact)
        b->key = take_name(p);
    if (!b->exact && b->key.n == 0)
        wrong(p, "a case has no name");
    if (!b->exact && plural && !plural_keyword(b->key))
        wrong(p, "a plural's case is none of zero, one, two, few, many, other, =N");
    if (b->exact ? find_exact(choice->branches, b->value) : find_branch(choice->branches, b->key))
        wrong(p, "a case stands twice");
    skip_blanks(p);
    if (expect_char(p, '{', "a case without its {text}"))
        b->first = parse_message(p, nest + 1, plural);
    if (!p->why)
        expect_char(p, '}', "a { without its }");
    skip_blanks(p);
    return b;
}

static void parse_choice(struct parser *p, struct part *choice, int nest)
{
    if (nest == WORDS_NEST_MAX) {
        wrong(p, "choices nest too deep");
        return;
    }
    if (!expect_char(p, ',', "a choice without its cases"))
        return;
    skip_blanks(p);
    if (choice->kind != PART_SELECT && scan_text(&p->s, S("offset:"))) {
        skip_blanks(p);
        if (!scan_int(&p->s, INT32_MAX, &choice->offset))
            wrong(p, "offset: without its number");
        skip_blanks(p);
    }
    struct branch *first = NULL;
    struct branch **end = &first;
    while (!p->why && p->s.n && p->s.s[0] != '}') {
        *end = parse_branch(p, choice, nest);
        end = &(*end)->next;
        choice->branches = first;
    }
    if (!find_branch(first, S("other")))
        wrong(p, "a choice without its case other");
}

static void parse_kind(struct parser *p, struct part *part, int nest)
{
    struct str kind = take_name(p);
    struct sentence_arg *arg = &p->sentence->args[part->arg];
    if (str_eq(kind, S("select"))) {
        part->kind = PART_SELECT;
        parse_choice(p, part, nest);
        return;
    }
    arg->count = true;
    if (str_eq(kind, S("number")))
        return;
    part->kind = str_eq(kind, S("plural")) ? PART_PLURAL : PART_ORDINAL;
    if (part->kind == PART_ORDINAL && !str_eq(kind, S("selectordinal")))
        wrong(p, "a place's kind is none of number, plural, selectordinal, select");
    else
        parse_choice(p, part, nest);
}

/* What stands between { and }. */
static struct part *parse_place(struct parser *p, int nest)
{
    struct part *part = arena_new(p->a, struct part, 1);
    part->kind = PART_PLACE;
    struct str name = take_name(p);
    if (name.n == 0)
        wrong(p, "a place has no name");
    part->arg = arg_index(p, name);
    if (!p->why && scan_char(&p->s, ','))
        parse_kind(p, part, nest);
    if (!p->why)
        expect_char(p, '}', "a { without its }");
    return part;
}

static struct part *parse_part(struct parser *p, int nest, bool in_plural)
{
    struct str text = take_text(p, in_plural);
    if (text.n == 0 && scan_char(&p->s, '{'))
        return parse_place(p, nest);
    struct part *part = arena_new(p->a, struct part, 1);
    part->kind = text.n ? PART_TEXT : PART_HASH;
    part->text = text;
    if (text.n == 0)
        expect_char(p, '#', "a } without its {");
    return part;
}

static const struct part *parse_message(struct parser *p, int nest, bool in_plural)
{
    struct part *first = NULL;
    struct part **end = &first;
    while (!p->why && p->s.n && p->s.s[0] != '}') {
        *end = parse_part(p, nest, in_plural);
        end = &(*end)->next;
    }
    return first;
}

const char *sentence_parse(struct arena *a, struct str text, struct sentence *ret)
{
    struct sentence s = { 0 };
    struct parser p = { .a = a, .s = text, .out = arena_new(a, char, text.n), .sentence = &s };
    s.first = parse_message(&p, 0, false);
    if (!p.why && p.s.n)
        wrong(&p, "a } without its {");
    if (p.why)
        return p.why;
    s.plain = (struct str){ p.out, s.n ? 0 : p.n };
    *ret = s;
    return NULL;
}

const struct sentence_arg *sentence_arg(const struct sentence *s, struct str name)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->args[i].name, name))
            return &s->args[i];
    return NULL;
}

/* ---- Filling ---- */

struct filling {
    const struct sentence *sentence;
    const struct grammar *grammar;
    struct arena *a;
    const struct word_arg *args;
    size_t n;
    struct buf out;
};

static const struct word_arg *find_arg(const struct filling *f, struct str name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(str_from_z(f->args[i].name), name))
            return &f->args[i];
    check(false); // a sentence with a place that its caller does not fill
    return NULL;
}

static struct str arg_str(struct filling *f, const struct word_arg *arg)
{
    return arg->text.s ? arg->text : icu_int(f->grammar->number, f->a, arg->count);
}

/* The case of a plural, and the number as its # shows it. */
static const struct branch *choose_plural(struct filling *f, const struct part *part,
                                          const struct word_arg *arg, struct str *ret_hash)
{
    if (arg->text.s) {
        *ret_hash = arg->text;
        return find_branch(part->branches, S("other"));
    }
    int64_t n = 0;
    if (__builtin_sub_overflow(arg->count, part->offset, &n))
        n = arg->count;
    const struct grammar *g = f->grammar;
    char keyword[ICU_KEYWORD_MAX] = { 0 };
    *ret_hash = icu_count(g->number, part->kind == PART_PLURAL ? g->cardinal : g->ordinal, f->a, n,
                          keyword);
    const struct branch *b = find_exact(part->branches, arg->count);
    if (!b)
        b = find_branch(part->branches, str_from_z(keyword));
    return b ? b : find_branch(part->branches, S("other"));
}

static const struct branch *choose(struct filling *f, const struct part *part, struct str *ret_hash)
{
    const struct word_arg *arg = find_arg(f, f->sentence->args[part->arg].name);
    if (part->kind != PART_SELECT)
        return choose_plural(f, part, arg, ret_hash);
    struct str key = arg->text.s ? arg->text : str_print(f->a, "%" PRId64, arg->count);
    const struct branch *b = find_branch(part->branches, key);
    return b ? b : find_branch(part->branches, S("other"));
}

static void fill(struct filling *f, const struct part *first, struct str hash)
{
    for (const struct part *part = first; part; part = part->next) {
        struct str inner = { 0 };
        switch (part->kind) {
        case PART_TEXT: buf_put(&f->out, part->text); break;
        case PART_HASH: buf_put(&f->out, hash); break;
        case PART_PLACE:
            buf_put(&f->out, arg_str(f, find_arg(f, f->sentence->args[part->arg].name)));
            break;
        case PART_PLURAL:
        case PART_ORDINAL:
        case PART_SELECT: {
            const struct branch *b = choose(f, part, &inner);
            fill(f, b->first, inner);
            break;
        }
        }
    }
}

struct str sentence_fill(const struct sentence *s, const struct grammar *g, struct arena *a,
                         const struct word_arg *args, size_t n)
{
    struct filling f = { .sentence = s,
                         .grammar = g,
                         .a = a,
                         .args = args,
                         .n = n,
                         .out = buf_make(SENTENCE_BYTES_MAX) };
    fill(&f, s->first, (struct str){ 0 });
    struct str text = buf_copy(&f.out, a);
    buf_free(&f.out);
    return text;
}
