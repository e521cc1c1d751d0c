#include "base/arena.h"
#include "base/check.h"
#include "base/utf8.h"
#include "discussion/filter.h"

/* The file of a filter, and the features of any text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 64 << 20);
    struct str text = { (const char *)data, size };
    struct str why = { 0 };
    const struct filter_line *lines = NULL;
    size_t n = 0;
    if (filter_parse(text, &a, &lines, &n, &why)) {
        check(why.n > 0);
    } else {
        for (size_t i = 1; i < n; i++)
            check(lines[i].hash > lines[i - 1].hash &&
                  lines[i].counts.good <= lines[0].counts.good);
    }
    if (!utf8_valid(text) || size > 16384)
        return 0;
    struct features of = filter_features(&a, text, text);
    check(of.n <= FILTER_OF_TEXT_MAX);
    for (size_t i = 0; i < of.n; i++)
        check(of.items[i].hash > 0 && of.items[i].text.n > 0);
    return 0;
}
