#include "render/template_address.h"

#include "base/check.h"

#include <string.h>

enum part {
    START,  /* nothing yet: a hole must bring an allowed scheme, or none */
    SCHEME, /* something that may yet become a scheme */
    BAD,    /* a scheme that is not allowed, or may not be: no holes */
    WHOLE,  /* a hole stood at the start: what it did not end must not go on */
    UNSURE, /* two ways ended differently */
    PATH,
    QUERY, /* after ? or #, or & in it */
    VALUE, /* after = in the query */
    SIZE,  /* in a srcset, after the address */
};

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == '\f';
}

static void to(struct address *a, enum part part)
{
    *a = (struct address){ .part = (uint8_t)part, .set = a->set };
}

/* Before the first / ? # or the colon of an allowed scheme. */
static void begin(struct address *a, char ch)
{
    if (ch == '/') {
        to(a, PATH);
    } else if (ch == '?' || ch == '#') {
        to(a, QUERY);
    } else if (ch == ':') {
        to(a, escape_scheme_allowed((struct str){ a->scheme, a->n }) ? PATH : BAD);
    } else if (ch == '&') { /* an entity may be anything, a colon too */
        to(a, BAD);
    } else if (a->part == SCHEME || !is_blank(ch)) { /* browsers drop blanks at the beginning */
        a->part = SCHEME;
        if (a->n < SCHEME_BYTES_MAX)
            a->scheme[a->n++] = ch;
    }
}

static const char *go_on(struct address *a, char ch)
{
    if (!strchr("/?#", ch)) /* nor & for it may begin "&colon;" */
        return "after {{}} at an address's beginning must come / ? # or its end";
    to(a, ch == '/' ? PATH : QUERY);
    return NULL;
}

const char *address_step(struct address *a, char ch)
{
    enum part part = (enum part)a->part;
    if (a->set && is_blank(ch) && part != START) {
        to(a, SIZE);
        return NULL;
    }
    switch (part) {
    case START:
    case SCHEME: begin(a, ch); break;
    case WHOLE:
    case UNSURE: return go_on(a, ch);
    case BAD: break;
    case PATH:
        if (ch == '?' || ch == '#')
            to(a, QUERY);
        break;
    case QUERY:
        if (ch == '=')
            to(a, VALUE);
        break;
    case VALUE:
        if (ch == '&' || ch == '#')
            to(a, QUERY);
        break;
    case SIZE:
        if (ch == ',')
            to(a, START);
        break;
    }
    return NULL;
}

struct address address_start(bool set)
{
    return (struct address){ .part = START, .set = set };
}

const char *address_hole(struct address *a, enum escape *ret)
{
    switch ((enum part)a->part) {
    case START:
        to(a, WHOLE);
        *ret = a->set ? ESCAPE_SRCSET : ESCAPE_URL;
        return NULL;
    case SCHEME: return "this may become an address's scheme: begin the address with / or ./";
    case BAD: return "an address of this scheme may have no {{}}";
    case WHOLE: return "two {{}} at an address's beginning: put / ? or # between them";
    case UNSURE: return "the address before this {{}} is not the same in all cases";
    case PATH:
    case QUERY: *ret = ESCAPE_URL_PATH; return NULL;
    case VALUE:
    case SIZE: *ret = ESCAPE_URL_VALUE; return NULL;
    }
    check(false);
    return NULL;
}

struct address address_join(struct address a, struct address b)
{
    if (memcmp(&a, &b, sizeof a) == 0)
        return a;
    bool bad = a.part == BAD || b.part == BAD;
    to(&a, bad ? BAD : UNSURE);
    return a;
}
