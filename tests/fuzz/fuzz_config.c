#include "base/check.h"
#include "base/config.h"

/*
 * Any bytes as a configuration file: either a whole configuration, or a refusal with a line; and
 * every value within its bounds.
 */
CONFIG_INT(fuzz_number, "fuzz", "number", 7, -3, 100, "A number.");
CONFIG_TEXT(fuzz_text, "fuzz", "text", "", 20, "A text.");
CONFIG_BOOL(fuzz_truth, "fuzz", "truth", 0, "A truth.");
CONFIG_OPEN_SECTION(fuzz_open, "fuzz.", "anything.");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct config *c = NULL;
    struct str why = { 0 };
    err e = config_parse(S("f"), (struct str){ (const char *)data, n }, &a, &c, &why);
    check(e == OK || e == CONFIG_WRONG);
    if (e) {
        check(!c && str_starts(why, S("f:")));
        return 0;
    }
    check(config_int(c, &fuzz_number) >= -3 && config_int(c, &fuzz_number) <= 100);
    check(config_text(c, &fuzz_text).n <= 20);
    (void)config_bool(c, &fuzz_truth);
    const struct config_entry *entries = NULL;
    size_t count = config_entries(c, &fuzz_open, &entries);
    for (size_t i = 0; i < count; i++)
        check(entries[i].line > 0 && entries[i].name.n &&
              str_starts(entries[i].section, S("fuzz.")));
    config_free(c);
    return 0;
}
