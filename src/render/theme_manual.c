#include "base/check.h"
#include "render/theme.h"

#include <stdlib.h>
#include <string.h>

/* The list of variables of docs/theme.md, printed from the tables the templates are bound to. */

extern const struct template __start_templates[] WEAK, __stop_templates[] WEAK;

static const char guide[] =
    "## What a template may say\n\n"
    "- `{{x}}`: a value, escaped for where it stands. `{{{x}}}`: markup that the program made.\n"
    "- `{{#x}}...{{/x}}`: for each item of a list; for a view, within it; else if there is such a "
    "value. Within the section of a text or number `{{.}}` is that value. `{{^x}}...{{/x}}`: if "
    "not. `{{#x.some}}`: if a list has items.\n"
    "- A name is looked for in the view that is open, then in those around it. `{{a.b}}`: b of a.\n"
    "- `{{>parts/x.html}}`: another file here. It may include itself for a list of its own kind.\n"
    "- `{{<pages/layout.html}}{{$main}}...{{/main}}{{/pages/layout.html}}`: another file with its "
    "block `main` replaced; in that file `{{$main}}...{{/main}}` is the block and what stands "
    "there "
    "otherwise.\n"
    "- `{{! a comment}}`, `{{=<% %>=}}`: other delimiters. A line with nothing but such tags is "
    "left "
    "out.\n"
    "- `{{words.KEY}}`: a word from words/LANG.ini. `{{asset.css/site.css}}`: the address of a "
    "static file. `{{theme.language}}` and `{{theme.direction}}`: for the html element.\n\n"
    "## Where values may stand\n\n"
    "In text, and in attributes between quotes. Not in names of tags or attributes, comments, "
    "scripts (but JSON in one of type application/ld+json), style elements and attributes, "
    "attributes that begin with on, srcdoc, and the address of a script. In href, src, action and "
    "the like a value at the beginning is `#` unless it is relative or of the schemes http, https, "
    "mailto, tel, bitcoin, bitcoincash or ethereum; after it must come `/`, `?`, `#` or the end; "
    "further values are percent-encoded. What a section opens it must close: it ends in the same "
    "text, tag or value in which it began. Markup that a browser would have to repair is refused. "
    "Begin what stands in a textarea on a new line, for browsers drop its first line end.\n\n"
    "## The folder\n\n"
    "A file of the folder stands for the default one of the same name. Files of your own may be "
    "at its top and in parts, css, js, icons, fonts and images. Every stylesheet in css but "
    "desk.css is on every page, your own last. A line in words/LANG.ini stands for the default "
    "word; a language that the program does not have needs a file of all words, and what it lacks "
    "is English.\n\n";

enum { MANUAL_BYTES_MAX = 1024 * 1024, VIEWS_MAX = 400 };

struct manual {
    struct buf out;
    const struct view *views[VIEWS_MAX]; /* met so far, each described once */
    size_t n, done;
};

static const char *name_of(const struct view *v)
{
    return strncmp(v->name, "struct ", 7) == 0 ? v->name + 7 : v->name;
}

static void meet(struct manual *m, const struct view *v)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->views[i] == v)
            return;
    }
    check(m->n < VIEWS_MAX);
    m->views[m->n++] = v;
}

static const char *kind_of(const struct field *f)
{
    switch (f->kind) {
    case FIELD_KIND_STR: return "text";
    case FIELD_KIND_HTML: return "markup, as {{{x}}}";
    case FIELD_KIND_JSON: return "JSON, in a script of type application/ld+json";
    case FIELD_KIND_INT: return "number";
    case FIELD_KIND_BOOL: return "yes or no, for sections";
    case FIELD_KIND_LIST: return "list of ";
    case FIELD_KIND_VIEW: return "";
    case FIELD_KIND_REF: return "perhaps a ";
    }
    check(false);
    return "";
}

static void put_view(struct manual *m, const struct view *v)
{
    buf_print(&m->out, "\n### %s\n\n", name_of(v));
    for (size_t i = 0; i < v->count; i++) {
        const struct field *f = &v->fields[i];
        buf_print(&m->out, "- `%s`: %s", f->name, kind_of(f));
        if (f->of == &text_item)
            buf_put(&m->out, S("text"));
        else if (f->of)
            buf_print(&m->out, "[%s](#%s)", name_of(f->of), name_of(f->of));
        if (f->of && f->of != &text_item)
            meet(m, f->of);
        buf_put_char(&m->out, '\n');
    }
}

static void put_page(struct manual *m, const struct template *page)
{
    static const char *const modes[] = {
        [TEMPLATE_HTML] = "HTML", [TEMPLATE_XML] = "XML", [TEMPLATE_TEXT] = "plain text"
    };
    buf_print(&m->out, "- `%s`, %s: [%s](#%s)\n", page->file, modes[page->mode],
              name_of(page->view), name_of(page->view));
    meet(m, page->view);
}

static int by_file(const void *a, const void *b)
{
    const struct template *const *x = a;
    const struct template *const *y = b;
    return strcmp((*x)->file, (*y)->file);
}

struct str theme_manual_of(struct arena *a, const struct template *first, size_t n)
{
    struct manual m = { .out = buf_make(MANUAL_BYTES_MAX) };
    const struct template **pages = arena_new(a, const struct template *, n);
    for (size_t i = 0; i < n; i++)
        pages[i] = &first[i];
    if (n)
        qsort(pages, n, sizeof *pages, by_file);
    buf_put(&m.out, str_from_z(guide));
    buf_put(&m.out, S("## Templates\n\n"));
    for (size_t i = 0; i < n; i++)
        put_page(&m, pages[i]);
    buf_put(&m.out, S("\n## Variables\n"));
    while (m.done < m.n)
        put_view(&m, m.views[m.done++]);
    struct str text = buf_copy(&m.out, a);
    buf_free(&m.out);
    return text;
}

struct str theme_manual(struct arena *a)
{
    return theme_manual_of(a, __start_templates, (size_t)(__stop_templates - __start_templates));
}
