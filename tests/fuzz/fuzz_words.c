/* A translator's file, whatever is in it, is taken or refused, and every sentence of it filled. */
#include "render/words.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void fill_all(const struct words *w, struct arena *a)
{
    static const char *const names[] = { "n", "name", "a" };
    struct str key = { 0 };
    for (size_t i = 0; words_key(w, i, &key); i++) {
        struct str text = { 0 };
        if (words_get(w, key, &text))
            continue;
        for (int64_t count = -1; count < 3; count++) {
            struct word_arg args[COUNT(names)] = { 0 };
            for (size_t k = 0; k < COUNT(names); k++)
                args[k] = (struct word_arg){ .name = names[k], .count = count };
            (void)words_phrase(w, a, key, args, COUNT(names));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena a;
    arena_init(&a, 64 * 1024 * 1024);
    /* The model gives every sentence the arguments that fill_all() has. */
    struct words_source sources[] = {
        { S("model"), S("k = {n, number}{name, number}{a, number}\n"
                        "p = {n, plural, one {# {name, number}} other {#{a, number}}}\n") },
        { S("fuzz"), { (const char *)bytes, n } },
    };
    struct words *w = NULL;
    struct str why = { 0 };
    struct words_input in = { .language = S("ar"), .sources = sources, .n = COUNT(sources) };
    if (words_load(&in, &a, &w, &why) == OK)
        fill_all(w, &a);
    else if (!why.n)
        abort();
    words_free(w);
    arena_free(&a);
    return 0;
}
