#include "render/template_context.h"

#include "base/check.h"
#include "render/template_attribute.h"

#include <string.h>

enum state {
    TEXT,
    OPEN,        /* < */
    OPEN_END,    /* </ */
    BANG,        /* <!, then its word in `name` */
    DECLARATION, /* doctype, up to > */
    COMMENT,
    CDATA,       /* XML only */
    INSTRUCTION, /* <? up to ?>, XML only */
    TAG_NAME,
    END_NAME,
    END_REST,
    BETWEEN,    /* in a tag, after a blank */
    NEED_BLANK, /* in a tag, after a value, or at the edge of a section */
    SLASH,
    ATTRIBUTE_NAME,
    AFTER_NAME,
    EQUALS,
    VALUE,
    UNQUOTED,
    RAW_TEXT, /* the content of script, style, iframe */
    RC_TEXT,  /* of title and textarea: text with entities, but no tags */
};

/* A meta element's content with a hole must not become that of a refresh. */
enum hole { HOLE_NONE, HOLE_SEEN, HOLE_REFUSED };
enum script { SCRIPT_UNTYPED, SCRIPT_JSON, SCRIPT_OTHER };

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == '\f';
}

static bool is_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static char lower(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return (char)(ch + 32);
    return ch;
}

static void name_clear(struct context *c)
{
    memset(c->name, 0, sizeof c->name);
    c->name_n = 0;
}

/* Longer names are cut: none that matters is that long. */
static void name_add(struct context *c, char ch)
{
    if (c->name_n < CONTEXT_NAME_MAX)
        c->name[c->name_n++] = lower(ch);
}

static struct str name_of(const struct context *c)
{
    return (struct str){ c->name, c->name_n };
}

static bool name_is(const struct context *c, const char *z)
{
    return str_eq(name_of(c), str_from_z(z));
}

static const char *go(struct context *c, enum state state)
{
    c->state = (uint8_t)state;
    return NULL;
}

static const char *end_tag_name(struct context *c)
{
    if (!c->xml && c->name_n)
        c->element = (uint8_t)element_of(name_of(c));
    name_clear(c);
    return c->element == ELEMENT_ODD ? "this element does not belong into a page" : NULL;
}

static const char *end_attribute_name(struct context *c)
{
    c->attribute = (uint8_t)attribute_of(name_of(c), (enum element)c->element, c->xml);
    bool refresh = c->element == ELEMENT_META && name_is(c, "http-equiv");
    if (refresh && c->hole)
        return "a meta element with http-equiv may have no {{}} in its content";
    if (refresh)
        c->hole = HOLE_REFUSED;
    name_clear(c);
    return NULL;
}

static const char *end_tag(struct context *c)
{
    c->hole = HOLE_NONE;
    switch ((enum element)c->element) {
    case ELEMENT_SCRIPT:
    case ELEMENT_STYLE:
    case ELEMENT_IFRAME: return go(c, RAW_TEXT);
    case ELEMENT_TITLE:
    case ELEMENT_TEXTAREA: return go(c, RC_TEXT);
    case ELEMENT_OTHER:
    case ELEMENT_META:
    case ELEMENT_MOTION:
    case ELEMENT_ODD: break;
    }
    c->element = ELEMENT_OTHER;
    return go(c, TEXT);
}

static const char *step_text(struct context *c, char ch)
{
    return ch == '<' ? go(c, OPEN) : NULL;
}

static const char *step_open(struct context *c, char ch)
{
    if (ch == '/')
        return go(c, OPEN_END);
    if (ch == '!')
        return go(c, BANG);
    if (ch == '?' && c->xml)
        return go(c, INSTRUCTION);
    if (!is_letter(ch))
        return "a bare < is written &lt;";
    name_add(c, ch);
    return go(c, TAG_NAME);
}

static const char *step_open_end(struct context *c, char ch)
{
    return is_letter(ch) ? go(c, END_NAME) : "not an end tag";
}

static const char *step_bang(struct context *c, char ch)
{
    if (c->name_n == CONTEXT_NAME_MAX || ch == '>')
        return "<! begins a comment or the doctype only";
    name_add(c, ch);
    if (name_is(c, "--")) {
        c->match = 2; /* so that <!--> ends, as in browsers */
        name_clear(c);
        return go(c, COMMENT);
    }
    bool cdata = c->xml && name_is(c, "[cdata[");
    if (!cdata && !name_is(c, "doctype"))
        return NULL;
    name_clear(c);
    return go(c, cdata ? CDATA : DECLARATION);
}

static const char *step_declaration(struct context *c, char ch)
{
    return ch == '>' ? go(c, TEXT) : NULL;
}

/* Ends at "-->", and as browsers do at "--!>". */
static const char *step_comment(struct context *c, char ch)
{
    if (ch == '-')
        c->match = c->match < 2 ? (uint8_t)(c->match + 1) : 2;
    else if (ch == '!' && c->match == 2)
        c->match = 3;
    else if (ch == '>' && c->match >= 2) {
        c->match = 0;
        return go(c, TEXT);
    } else
        c->match = 0;
    return NULL;
}

static const char *step_cdata(struct context *c, char ch)
{
    if (ch == '>' && c->match == 2) {
        c->match = 0;
        return go(c, TEXT);
    }
    c->match = ch != ']' ? 0 : c->match < 2 ? (uint8_t)(c->match + 1) : 2;
    return NULL;
}

static const char *step_instruction(struct context *c, char ch)
{
    if (ch == '>' && c->match) {
        c->match = 0;
        return go(c, TEXT);
    }
    c->match = ch == '?';
    return NULL;
}

/* Between the parts of a tag: a blank, / or >. */
static const char *step_need_blank(struct context *c, char ch)
{
    if (is_blank(ch))
        return go(c, BETWEEN);
    if (ch == '/')
        return go(c, SLASH);
    return ch == '>' ? end_tag(c) : "here must be a blank or the tag's end";
}

static const char *step_tag_name(struct context *c, char ch)
{
    if (!is_blank(ch) && ch != '/' && ch != '>') {
        name_add(c, ch);
        return ch == '<' ? "a tag within a tag" : NULL;
    }
    const char *why = end_tag_name(c);
    return why ? why : step_need_blank(c, ch);
}

static const char *step_end_name(struct context *c, char ch)
{
    if (ch == '>')
        return go(c, TEXT);
    return is_blank(ch) ? go(c, END_REST) : NULL;
}

static const char *step_end_rest(struct context *c, char ch)
{
    if (ch == '>')
        return go(c, TEXT);
    return is_blank(ch) ? NULL : "an end tag has no attributes";
}

static const char *step_between(struct context *c, char ch)
{
    if (is_blank(ch))
        return NULL;
    if (ch == '/')
        return go(c, SLASH);
    if (ch == '>')
        return end_tag(c);
    if (strchr("\"'<=", ch))
        return "an attribute cannot begin so";
    name_add(c, ch);
    return go(c, ATTRIBUTE_NAME);
}

static const char *step_slash(struct context *c, char ch)
{
    if (ch != '>')
        return "after / must come >";
    if (c->xml)
        c->element = ELEMENT_OTHER;
    return end_tag(c);
}

static const char *step_attribute_name(struct context *c, char ch)
{
    if (ch == '=') {
        const char *why = end_attribute_name(c);
        return why ? why : go(c, EQUALS);
    }
    if (is_blank(ch))
        return go(c, AFTER_NAME);
    if (ch == '/' || ch == '>') {
        name_clear(c);
        return step_between(c, ch);
    }
    name_add(c, ch);
    return strchr("\"'<", ch) ? "an attribute's name cannot hold this" : NULL;
}

static const char *step_after_name(struct context *c, char ch)
{
    if (is_blank(ch))
        return NULL;
    if (ch == '=')
        return step_attribute_name(c, ch);
    name_clear(c);
    return step_between(c, ch);
}

static const char *step_equals(struct context *c, char ch)
{
    if (is_blank(ch))
        return NULL;
    if (ch == '"' || ch == '\'') {
        c->quote = (uint8_t)ch;
        c->address = address_start(c->attribute == ATTRIBUTE_SRCSET);
        return go(c, VALUE);
    }
    if (c->xml || strchr("<>=`", ch))
        return "put quotes around the value";
    if (c->attribute == ATTRIBUTE_SCRIPT_TYPE)
        return "put quotes around the script's type";
    return go(c, UNQUOTED);
}

static const char *step_unquoted(struct context *c, char ch)
{
    if (is_blank(ch) || ch == '>') {
        c->attribute = ATTRIBUTE_PLAIN;
        return step_need_blank(c, ch);
    }
    return strchr("\"'<=`", ch) ? "put quotes around the value" : NULL;
}

static void end_value(struct context *c)
{
    bool json = name_is(c, "application/ld+json") || name_is(c, "application/json");
    if (c->attribute == ATTRIBUTE_SCRIPT_TYPE && !c->script) /* of two, browsers take the first */
        c->script = json ? SCRIPT_JSON : SCRIPT_OTHER;
    name_clear(c);
    c->attribute = ATTRIBUTE_PLAIN;
    c->address = address_start(false);
    c->quote = 0;
    c->state = NEED_BLANK;
}

static const char *step_value(struct context *c, char ch)
{
    if (ch == (char)c->quote) {
        end_value(c);
        return NULL;
    }
    if (ch == '<' && c->xml)
        return "< cannot stand in an attribute";
    if (c->attribute == ATTRIBUTE_SCRIPT_TYPE)
        name_add(c, ch);
    return c->attribute == ATTRIBUTE_URL || c->attribute == ATTRIBUTE_SRCSET
               ? address_step(&c->address, ch)
               : NULL;
}

/* In the content of script and the like: waits for its end tag. */
static const char *step_raw(struct context *c, char ch)
{
    const char *name = element_name((enum element)c->element);
    size_t n = strlen(name);
    if (c->match == n + 2 && (is_blank(ch) || ch == '/' || ch == '>')) {
        c->match = 0;
        c->element = ELEMENT_OTHER;
        c->script = SCRIPT_UNTYPED;
        c->state = END_REST;
        return ch == '/' ? "not an end tag" : step_end_rest(c, ch);
    }
    bool next = c->match == 0   ? ch == '<'
                : c->match == 1 ? ch == '/'
                                : c->match < n + 2 && lower(ch) == name[c->match - 2];
    if (c->match == 1 && ch == '!' && c->element == ELEMENT_SCRIPT)
        return "<! cannot stand in a script";
    if (c->state == RC_TEXT && c->match && !next)
        return "a bare < is written &lt;";
    c->match = next ? (uint8_t)(c->match + 1) : ch == '<';
    return NULL;
}

static const char *(*const steps[])(struct context *, char) = {
    [TEXT] = step_text,
    [OPEN] = step_open,
    [OPEN_END] = step_open_end,
    [BANG] = step_bang,
    [DECLARATION] = step_declaration,
    [COMMENT] = step_comment,
    [CDATA] = step_cdata,
    [INSTRUCTION] = step_instruction,
    [TAG_NAME] = step_tag_name,
    [END_NAME] = step_end_name,
    [END_REST] = step_end_rest,
    [BETWEEN] = step_between,
    [NEED_BLANK] = step_need_blank,
    [SLASH] = step_slash,
    [ATTRIBUTE_NAME] = step_attribute_name,
    [AFTER_NAME] = step_after_name,
    [EQUALS] = step_equals,
    [VALUE] = step_value,
    [UNQUOTED] = step_unquoted,
    [RAW_TEXT] = step_raw,
    [RC_TEXT] = step_raw,
};

struct context context_start(bool xml)
{
    return (struct context){ .state = TEXT, .xml = xml };
}

bool context_eq(const struct context *a, const struct context *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* bytes only, so no padding */
}

const char *context_text(struct context *c, struct str text, size_t *ret_at)
{
    for (size_t i = 0; i < text.n; i++) {
        const char *why = text.s[i] ? steps[c->state](c, text.s[i]) : "a NUL byte";
        if (why) {
            *ret_at = i;
            return why;
        }
    }
    return NULL;
}

static const char *hole_in_value(struct context *c, enum escape *ret)
{
    *ret = c->xml ? ESCAPE_XML : ESCAPE_ATTRIBUTE;
    switch ((enum attribute)c->attribute) {
    case ATTRIBUTE_PLAIN: return NULL;
    case ATTRIBUTE_URL:
    case ATTRIBUTE_SRCSET: return address_hole(&c->address, ret);
    case ATTRIBUTE_META_CONTENT:
        if (c->hole == HOLE_REFUSED)
            return "a meta element with http-equiv may have no {{}} in its content";
        c->hole = HOLE_SEEN;
        return NULL;
    case ATTRIBUTE_REFUSED_EVENT:
        return "attributes that begin with on hold scripts: no {{}} is safe there";
    case ATTRIBUTE_REFUSED_STYLE: return "no {{}} is safe in a style attribute: use a class";
    case ATTRIBUTE_REFUSED_SRCDOC: return "no {{}} is safe in srcdoc";
    case ATTRIBUTE_SCRIPT_TYPE:
    case ATTRIBUTE_REFUSED_FIXED: return "this attribute may have no {{}}";
    }
    check(false);
    return NULL;
}

static const char *hole_by_state(struct context *c, enum escape *ret)
{
    switch ((enum state)c->state) {
    case TEXT:
    case RC_TEXT:
        if (c->match)
            return "a bare < is written &lt;";
        *ret = c->xml ? ESCAPE_XML : ESCAPE_TEXT;
        return NULL;
    case VALUE: return hole_in_value(c, ret);
    case OPEN:
    case OPEN_END:
    case TAG_NAME:
    case END_NAME:
    case END_REST:
    case BETWEEN:
    case NEED_BLANK:
    case SLASH:
    case ATTRIBUTE_NAME:
    case AFTER_NAME: return "a tag's or attribute's name cannot be made of parts";
    case EQUALS:
    case UNQUOTED: return "put quotes around the value";
    case BANG:
    case DECLARATION:
    case COMMENT:
    case CDATA:
    case INSTRUCTION:
        return "no {{}} in comments and declarations; {{! is a comment that is not sent";
    case RAW_TEXT:
        return c->element == ELEMENT_STYLE
                   ? "no {{}} is safe in a style element"
                   : "no {{}} is safe in a script, but json in one whose type is "
                     "application/ld+json";
    }
    check(false);
    return NULL;
}

const char *context_hole(struct context *c, enum field_kind kind, bool raw, enum escape *ret)
{
    if (kind == FIELD_KIND_JSON) {
        if (c->state != RAW_TEXT || c->element != ELEMENT_SCRIPT || c->script != SCRIPT_JSON ||
            c->match)
            return "json belongs into <script type=\"application/ld+json\"> only";
        *ret = ESCAPE_JSON;
        return NULL;
    }
    const char *why = hole_by_state(c, ret);
    if (why)
        return why;
    bool html = kind == FIELD_KIND_HTML;
    if (c->xml)
        return raw ? "in XML {{x}} writes markup as text; {{{x}}} is not for here" : NULL;
    if (html && c->state != TEXT)
        return "markup may stand only where text may";
    if (html && !raw)
        return "this is markup: write {{{x}}}";
    if (!html && raw)
        return "{{{x}}} is for markup made by the program: write {{x}}";
    if (html)
        *ret = ESCAPE_NONE;
    return NULL;
}

void context_edge(struct context *c)
{
    if (c->state == TAG_NAME && end_tag_name(c) == NULL)
        c->state = NEED_BLANK;
    if (c->state == ATTRIBUTE_NAME || c->state == AFTER_NAME) {
        c->state = c->state == ATTRIBUTE_NAME ? NEED_BLANK : BETWEEN;
        name_clear(c);
    }
}

const char *context_join(struct context *c, const struct context *other)
{
    struct context a = *c;
    struct context b = *other;
    if ((a.state == BETWEEN && b.state == NEED_BLANK) ||
        (a.state == NEED_BLANK && b.state == BETWEEN))
        a.state = b.state = NEED_BLANK;
    if (a.state == VALUE && b.state == VALUE)
        a.address = b.address = address_join(a.address, b.address);
    a.hole = b.hole = a.hole > b.hole ? a.hole : b.hole;
    if (!context_eq(&a, &b))
        return "must end where it began: in the same text, tag or value";
    *c = a;
    return NULL;
}

bool context_ended(const struct context *c)
{
    return c->state == TEXT;
}
