/* Whatever is written, only listed elements come out of render/markdown, and in time. */
#include "base/utf8.h"
#include "html_check.h"
#include "render/markdown.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool picture(void *arg, struct str src, struct markdown_picture *ret)
{
    (void)arg;
    *ret = (struct markdown_picture){ .url = src, .width = (int64_t)src.n, .height = 1 };
    return src.n % 2 == 0;
}

static void fine(struct str html, bool comment)
{
    const char *why = html_check(html, comment);
    if (!why && utf8_valid(html))
        return;
    fprintf(stderr, "%s: " STR_FMT "\n", why ? why : "not UTF-8", STR_ARG(html));
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str text = { (const char *)bytes, n };
    if (n > 100000 || !utf8_valid(text))
        return 0;
    struct arena a;
    arena_init(&a, 16 * 1024 * 1024);
    struct html html = { 0 };
    if (markdown_comment(&a, text, &html) == OK)
        fine(html.s, true);
    struct markdown_report r = { 0 };
    if (markdown_report(&a, text, &(struct markdown_options){ .picture = picture }, &r) == OK)
        for (size_t i = 0; i < r.count; i++)
            fine(r.segments[i].html.s, false);
    if (markdown_text(&a, text, n / 2).n > n / 2)
        abort();
    arena_free(&a);
    return 0;
}
