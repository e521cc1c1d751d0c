#include "render/markdown_ask.h"
#include "base/buf.h"
#include "render/escape.h"

#define OPEN  S("<mark class=\"ask\">")
#define CLOSE S("</mark>")

enum { LINK_BYTES = 200 }; /* what a link takes beside its passage, with a count of 40 bytes */

static void put_link(struct buf *out, struct str passage, const struct markdown_ask *ask)
{
    buf_put(out, OPEN);
    buf_print(out, "<a id=\"asked-%lld\" href=\"#question-%lld\">", (long long)ask->id,
              (long long)ask->id);
    buf_put(out, passage.n ? passage : S("?")); // a link has a name
    if (ask->count.n) {
        buf_put(out, S("<sup>"));
        escape_put(out, ESCAPE_TEXT, ask->count);
        buf_put(out, S("</sup>"));
    }
    buf_put(out, S("</a>"));
    buf_put(out, CLOSE);
}

/* A report's HTML has these tags from its writer alone, which escapes every `<` of the text. */
struct html markdown_ask(struct arena *a, struct html html, const struct markdown_ask *asks,
                         size_t n)
{
    struct buf out CLEANUP(buf_free) = buf_make(html.s.n + n * LINK_BYTES);
    struct str rest = html.s;
    size_t open = 0;
    size_t close = 0;
    for (size_t i = 0; i < n && str_find(rest, OPEN, &open); i++) {
        struct str inside = str_sub(rest, open + OPEN.n, rest.n);
        if (!str_find(inside, CLOSE, &close))
            break;
        buf_put(&out, str_sub(rest, 0, open));
        put_link(&out, str_sub(inside, 0, close), &asks[i]);
        rest = str_sub(inside, close + CLOSE.n, inside.n);
    }
    buf_put(&out, rest);
    return buf_full(&out) ? html : (struct html){ buf_copy(&out, a) };
}
