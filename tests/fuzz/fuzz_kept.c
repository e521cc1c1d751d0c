#include "base/check.h"
#include "funding/ledger_csv.h"
#include "funding/ledger_kept.h"

/*
 * Any bytes as a file of heads and as a period's statement: refused with a reason, or heads and a
 * statement of which an empty ledger has what is of its beginning and nothing else.
 */
static void try_kept(struct str text,
                     err (*take)(struct kept_verifier *, struct str, const char **))
{
    struct arena a CLEANUP(arena_free);
    struct str say = { 0 };
    const char *why = NULL;
    arena_init(&a, 16 << 20);
    struct kept_verifier *v = kept_verify_start(&a);
    if (take(v, text, &why)) {
        check(why != NULL);
        return;
    }
    bool good = kept_verify_end(v, &a, &say);
    check(say.n > 0 && good == str_ends(say, S("\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str text = { p, n };
    try_kept(text, kept_verify_heads);
    try_kept(text, kept_verify_statement);
    return 0;
}
