#include "base/check.h"
#include "render/theme.h"

#include <stdlib.h>
#include <string.h>

/* The list of variables of docs/theme.md, printed from the tables the templates are bound to. */

extern const struct template __start_templates[] WEAK, __stop_templates[] WEAK;

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
