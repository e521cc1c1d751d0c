#include "base/check.h"
#include "funding/proof_verify.h"

/*
 * Any bytes as a file of proofs: refused with a line and a reason, or proofs that hold. Each line
 * is also tried by itself, so that the reader is met without the file's form.
 */
enum { LONGEST = 64 * 1024 };

static void try_line(struct str line, struct arena *a)
{
    struct proof p = { 0 };
    const char *why = NULL;
    err e = proof_check(line, a, &p, &why);
    check(e == OK || (e == PROOF_WRONG && why) || e == ERR_LIMIT);
    if (e == OK)
        check(p.chain && p.value >= 0 && p.value <= CHAIN_MONEY_MAX && p.channel.n <= line.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct str s = bytes_str(data, size);
    if (size > LONGEST)
        return 0;
    arena_init(&a, 32 * 1024 * 1024);
    try_line(s, &a);
    struct proof_verifier *v = proof_verify_start(&a);
    (void)proof_verify_put(v, str_sub(s, 0, size / 2));
    (void)proof_verify_put(v, str_sub(s, size / 2, size));
    (void)proof_verify_begin_ledger(v);
    struct proof_verdict verdict = proof_verify_end(v);
    check(verdict.good == !verdict.why);
    proof_verify_free(v);
    arena_free(&a);
    return 0;
}
