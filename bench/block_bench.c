/*
 * How long a full block takes from its bytes to its matches: 1 MB, 2,500 transactions, against
 * 1,000 watched scripts, everything checked (work, every transaction, the merkle root). Prints the
 * median and the worst in microseconds of CPU time, and what making the watched scripts from one
 * extended key took, for other programs run beside it.
 */
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "funding/address_plan.h"
#include "funding/chain_block.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRANSACTIONS = 2500, WATCHED = 1000, TIMES = 200, BYTES = 1000 * 1000 };
enum { ARENA_BYTES = 64 << 20, EVERY = 25, AT_ROOT = 36, AT_NONCE = 76 };
/* BIP 84's test wallet. */
static const char account[] = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqt"
                              "fSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs";

static void put(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_put_char(b, (char)(v >> 8 * i & 0xff));
}

static void put_many(struct buf *b, size_t n, char c)
{
    for (size_t i = 0; i < n; i++)
        buf_put_char(b, c);
}

/* One input with a signature's bytes (a coinbase's when `of` is 0) and two outputs of P2WPKH. */
static void put_transaction(struct buf *b, uint32_t of, size_t bytes, struct str paid)
{
    size_t fixed = 4 + 1 + 36 + 3 + 4 + 1 + 2 * (8 + 1 + 22) + 4;
    put(b, 2, 4);
    put(b, 1, 1);
    put(b, of, 4);
    put_many(b, 28, 0);
    put(b, of ? 0 : 0xffffffff, 4);
    put(b, 0xfd, 1);
    put(b, bytes - fixed, 2);
    put_many(b, bytes - fixed, 'S');
    put(b, 0xffffffff, 4);
    put(b, 2, 1);
    put(b, 1000 + of, 8);
    put(b, paid.n, 1);
    buf_put(b, paid);
    put(b, 5000, 8);
    put(b, 0x1400 | 22, 3); // the length, OP_0, a push of twenty bytes
    put(b, of, 4);
    put_many(b, 16, 'N');
    put(b, 0, 4);
}

static struct script_set *scripts(struct arena *a, struct script *ret_some)
{
    struct script_set *set = script_set_make(a, WATCHED);
    struct address_plan p;
    check(address_plan_parse(str_from_z(account), chain_find(CHAIN_BITCOIN, S("main")), &p) == OK);
    for (uint32_t i = 0; i < WATCHED; i++) {
        struct receiving_address to;
        check(address_for(&p, i, a, &to) == OK);
        check(script_set_add(set, script_str(&to.script), i) == OK);
        ret_some[i] = to.script;
    }
    return set;
}

/* On regtest, whose work a bench can do. */
static struct str block_make(struct arena *a, const struct chain *c, const struct script *some)
{
    struct hasher h CLEANUP(hasher_free) = hasher_make();
    struct buf b CLEANUP(buf_free) = buf_make(2 * BYTES);
    uint8_t(*ids)[CHAIN_HASH] = arena_alloc(a, TRANSACTIONS, CHAIN_HASH, 1);
    struct chain_header header;
    put_many(&b, AT_ROOT, 0);
    put_many(&b, CHAIN_HASH, 0);
    put(&b, 1525392000, 4);
    put(&b, 0x207fffff, 4);
    put(&b, 0, 4);
    put(&b, 0xfd, 1);
    put(&b, TRANSACTIONS, 2);
    for (uint32_t i = 0; i < TRANSACTIONS; i++) {
        struct script nobody = { .bytes = { 0, 20, (uint8_t)i, (uint8_t)(i >> 8), 1 }, .n = 22 };
        const struct script *to = i % EVERY ? &nobody : &some[i % WATCHED];
        size_t from = b.n;
        struct chain_transaction t;
        put_transaction(&b, i, (BYTES - 83) / TRANSACTIONS, script_str(to));
        struct str rest = str_sub(buf_str(&b), from, b.n);
        check(chain_transaction_take(&rest, c, &h, &t) == OK && rest.n == 0);
        memcpy(ids[i], t.txid, CHAIN_HASH);
    }
    struct str block = buf_copy(&b, a);
    char *bytes = arena_new(a, char, block.n);
    memcpy(bytes, block.s, block.n);
    check(merkle_root((const uint8_t(*)[CHAIN_HASH])ids, TRANSACTIONS, &h, a,
                      (uint8_t *)bytes + AT_ROOT));
    while (chain_header_parse((struct str){ bytes, CHAIN_HEADER_BYTES }, c, &h, &header) != OK)
        bytes[AT_NONCE]++;
    return (struct str){ bytes, block.n };
}

static int64_t cpu_micros(void)
{
    struct timespec t = { 0 };
    check(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0);
    return t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static int by_time(const void *x, const void *y)
{
    const int64_t *a = x;
    const int64_t *b = y;
    return (*a > *b) - (*a < *b);
}

int main(void)
{
    static int64_t took[TIMES]; // a program of its own, with one thread
    static struct script some[WATCHED];
    const struct chain *c = chain_find(CHAIN_BITCOIN, S("regtest"));
    struct arena a;
    struct arena each;
    arena_init(&a, ARENA_BYTES);
    arena_init(&each, ARENA_BYTES);
    int64_t begun = cpu_micros();
    const struct script_set *set = scripts(&a, some);
    int64_t derived = cpu_micros() - begun;
    struct str block = block_make(&a, c, some);
    for (size_t i = 0; i < TIMES; i++) {
        struct chain_block b;
        begun = cpu_micros();
        check(chain_block_parse(block, c, set, &each, &b) == OK);
        took[i] = cpu_micros() - begun;
        check(b.match_count == TRANSACTIONS / EVERY && b.count == TRANSACTIONS);
        arena_reset(&each);
    }
    qsort(took, TIMES, sizeof took[0], by_time);
    printf("%zu bytes, %d transactions, %d watched: median %" PRId64 " us, worst %" PRId64
           " us; an address derived: %" PRId64 " us\n",
           block.n, TRANSACTIONS, WATCHED, took[TIMES / 2], took[TIMES - 1], derived / WATCHED);
    arena_free(&each);
    arena_free(&a);
    return 0;
}
