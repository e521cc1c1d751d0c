#include "base/buf.h"
#include "base/xml.h"
#include "unit/test.h"

/* Without these a bank's file could make the server read other files or fill its memory. */

struct seen {
    struct buf out;
    size_t stop_after;
    size_t elements;
};

static void on_begin(void *arg, const struct xml_element *e)
{
    struct seen *s = arg;
    s->elements++;
    buf_print(&s->out, "<" STR_FMT "{" STR_FMT "}", STR_ARG(e->path), STR_ARG(e->space));
}

static void on_attribute(void *arg, const struct xml_element *e, struct str name, struct str value)
{
    struct seen *s = arg;
    expect(e->path.n > 0);
    buf_print(&s->out, "@" STR_FMT "=" STR_FMT, STR_ARG(name), STR_ARG(value));
}

static void on_end(void *arg, const struct xml_element *e)
{
    struct seen *s = arg;
    buf_print(&s->out, "(" STR_FMT ")%zu-%zu>", STR_ARG(e->text), e->from, e->to);
}

static bool on_stop(void *arg)
{
    const struct seen *s = arg;
    return s->stop_after && s->elements >= s->stop_after;
}

static enum xml_outcome read(struct str document, struct seen *s, struct arena *a, int *ret_line)
{
    struct xml_reader r = { on_begin, on_attribute, on_end, on_stop, s };
    int column = 0;
    return xml_read(document, &r, a, ret_line, &column);
}

static enum xml_outcome outcome(struct str document)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct seen s = { .out = buf_make(1 << 20) };
    int line = 0;
    enum xml_outcome o = read(document, &s, &a, &line);
    buf_free(&s.out);
    return o;
}

TEST(xml_tells_paths_namespaces_text_and_places)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct seen s = { .out = buf_make(1 << 16) };
    int line = 0;
    expect(read(S("<a xmlns='urn:x' xmlns:y='urn:y' k='v' y:k='w'>1<y:b/>2<c>&lt;&#65;</c></a>"),
                &s, &a, &line) == XML_GOOD);
    expect_str(buf_str(&s.out),
               S("<a{urn:x}@k=v<a/b{urn:y}()48-54><a/c{urn:x}(<A)55-71>(12)0-75>"));
    buf_free(&s.out);
}

TEST(xml_refuses_document_types_and_with_them_every_entity)
{
    expect(outcome(S("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")) == XML_DOCTYPE);
    expect(outcome(S("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>")) == XML_DOCTYPE);
    expect(outcome(S("<a>&x;</a>")) == XML_BROKEN);
}

TEST(xml_refuses_what_is_broken_deep_or_in_an_unknown_encoding)
{
    expect(outcome(S("<a><b></a>")) == XML_BROKEN);
    expect(outcome(S("<a/><b/>")) == XML_BROKEN);
    expect(outcome(S("")) == XML_BROKEN);
    expect(outcome(S("<?xml version='1.0' encoding='EBCDIC'?><a/>")) == XML_BROKEN);
    struct buf deep CLEANUP(buf_free) = buf_make(1 << 16);
    for (int i = 0; i < XML_DEPTH_MAX; i++)
        buf_put(&deep, S("<a>"));
    for (int i = 0; i < XML_DEPTH_MAX; i++)
        buf_put(&deep, S("</a>"));
    expect(outcome(buf_str(&deep)) == XML_GOOD);
    buf_clear(&deep);
    for (int i = 0; i < XML_DEPTH_MAX + 1; i++)
        buf_put(&deep, S("<a>"));
    expect(outcome(buf_str(&deep)) == XML_DEEP);
    buf_clear(&deep);
    buf_put_char(&deep, '<');
    for (int i = 0; i < XML_PATH_MAX + 1; i++)
        buf_put_char(&deep, 'n');
    buf_put(&deep, S("/>"));
    expect(outcome(buf_str(&deep)) == XML_DEEP);
}

TEST(xml_stops_when_it_is_asked_to_and_cuts_long_texts_at_a_character)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct seen s = { .out = buf_make(1 << 16), .stop_after = 2 };
    int line = 0;
    expect(read(S("<a>\n<b/><c/></a>"), &s, &a, &line) == XML_STOPPED && line == 2);
    expect(s.elements == 2);
    buf_free(&s.out);
    struct buf text CLEANUP(buf_free) = buf_make(1 << 16);
    buf_put(&text, S("<a>x"));
    for (int i = 0; i < XML_TEXT_MAX; i++)
        buf_put(&text, S("ü"));
    buf_put(&text, S("</a>"));
    s = (struct seen){ .out = buf_make(1 << 16) };
    expect(read(buf_str(&text), &s, &a, &line) == XML_GOOD);
    expect(str_starts(buf_str(&s.out), S("<a{}(xü")) && s.out.n < XML_TEXT_MAX + 40);
    struct str cut = str_sub(buf_str(&s.out), 5, XML_TEXT_MAX - 1);
    expect(((unsigned char)cut.s[cut.n - 1] & 0xC0) == 0x80); // whole characters
    buf_free(&s.out);
}
