#include "base/xml.h"
#include "base/check.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

enum { SEPARATOR = '\n' /* between namespace and name: can be in neither */ };

/* An element that is open. */
struct level {
    size_t path; /* bytes of the path up to and with it */
    size_t from;
    char *text; /* in the arena, XML_TEXT_MAX bytes, made when the first text comes */
    size_t n;
};
struct reading {
    const struct xml_reader *r;
    XML_Parser parser;
    struct arena *a;
    char path[XML_PATH_MAX];
    struct level levels[XML_DEPTH_MAX];
    size_t depth;
    enum xml_outcome outcome;
};

static void stop(struct reading *g, enum xml_outcome why)
{
    if (g->outcome == XML_GOOD)
        g->outcome = why;
    (void)XML_StopParser(g->parser, XML_FALSE); // fails only when it has stopped before
}

static void split(const char *name, struct str *ret_space, struct str *ret_local)
{
    *ret_space = S("");
    *ret_local = str_from_z(name);
    struct str all = *ret_local;
    (void)str_cut(all, SEPARATOR, ret_space, ret_local); // a name without namespace has none
}

static int clamped(XML_Size n)
{
    return n < INT_MAX ? (int)n + 1 : INT_MAX;
}

static struct xml_element element(const struct reading *g, struct str space)
{
    const struct level *l = &g->levels[g->depth - 1];
    XML_Index at = XML_GetCurrentByteIndex(g->parser);
    check(at >= 0);
    return (struct xml_element){
        .path = { g->path, l->path },
        .space = space,
        .text = { l->text, l->n },
        .from = l->from,
        .to = (size_t)at + (size_t)XML_GetCurrentByteCount(g->parser),
        .line = clamped(XML_GetCurrentLineNumber(g->parser) - 1),
        .column = clamped(XML_GetCurrentColumnNumber(g->parser)),
    };
}

static bool push(struct reading *g, struct str local)
{
    size_t at = g->depth ? g->levels[g->depth - 1].path : 0;
    if (g->depth == XML_DEPTH_MAX || at + local.n + 1 > XML_PATH_MAX)
        return false;
    if (g->depth)
        g->path[at++] = '/';
    memcpy(g->path + at, local.s, local.n);
    struct level *l = &g->levels[g->depth++];
    *l = (struct level){ .path = at + local.n,
                         .from = (size_t)XML_GetCurrentByteIndex(g->parser),
                         .text = l->text }; // memory of one that has ended here
    return true;
}

static void XMLCALL on_begin(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *g = arg;
    struct str space;
    struct str local;
    split(name, &space, &local);
    if (g->outcome != XML_GOOD)
        return;
    if (!push(g, local)) {
        stop(g, XML_DEEP);
        return;
    }
    struct xml_element e = element(g, space);
    g->r->begin(g->r->arg, &e);
    for (size_t i = 0; attributes[i]; i += 2)
        if (!strchr(attributes[i], SEPARATOR))
            g->r->attribute(g->r->arg, &e, str_from_z(attributes[i]),
                            str_from_z(attributes[i + 1]));
    if (g->r->stop(g->r->arg))
        stop(g, XML_STOPPED);
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
    struct reading *g = arg;
    struct str space;
    struct str local;
    split(name, &space, &local);
    if (g->outcome != XML_GOOD)
        return;
    struct xml_element e = element(g, space);
    g->r->end(g->r->arg, &e);
    g->depth--;
    if (g->r->stop(g->r->arg))
        stop(g, XML_STOPPED);
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int n)
{
    struct reading *g = arg;
    if (g->outcome != XML_GOOD || !g->depth)
        return;
    struct level *l = &g->levels[g->depth - 1];
    if (!l->text)
        l->text = arena_new(g->a, char, XML_TEXT_MAX);
    size_t room = XML_TEXT_MAX - l->n;
    size_t take = (size_t)n < room ? (size_t)n : room;
    while (take && take < (size_t)n && (text[take] & 0xC0) == 0x80)
        take--; // whole characters
    memcpy(l->text + l->n, text, take);
    l->n += take;
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    stop(arg, XML_DOCTYPE);
}

enum xml_outcome xml_read(struct str document, const struct xml_reader *r, struct arena *a,
                          int *ret_line, int *ret_column)
{
    check(document.n <= INT_MAX);
    struct reading *g = arena_new(a, struct reading, 1);
    *g = (struct reading){ .r = r, .a = a, .parser = XML_ParserCreateNS(NULL, SEPARATOR) };
    check(g->parser);
    XML_SetUserData(g->parser, g);
    XML_SetElementHandler(g->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(g->parser, on_text);
    XML_SetStartDoctypeDeclHandler(g->parser, on_doctype);
    enum XML_Status status =
        XML_Parse(g->parser, document.n ? document.s : "", (int)document.n, XML_TRUE);
    if (status != XML_STATUS_OK && g->outcome == XML_GOOD)
        g->outcome = XML_BROKEN;
    *ret_line = clamped(XML_GetCurrentLineNumber(g->parser) - 1);
    *ret_column = clamped(XML_GetCurrentColumnNumber(g->parser));
    XML_ParserFree(g->parser);
    return g->outcome;
}
