#include "funding/chain_transaction.h"
#include "base/check.h"

#include <string.h>

enum { VERSION = 4, LOCK_TIME = 4, OUTPOINT = 36, SEQUENCE = 4, VALUE = 8 };
enum { INPUT_LEAST = OUTPOINT + 1 + SEQUENCE, OUTPUT_LEAST = VALUE + 1 };

/*
 * A cursor that remembers that the bytes ran out or were wrong, so that only the end is asked. What
 * is taken after that is empty or zero.
 */
struct cursor {
    struct str rest;
    err e;
};

static struct str take(struct cursor *c, uint64_t n)
{
    if (!c->e && n > c->rest.n)
        c->e = CHAIN_TRANSACTION_CUT;
    if (c->e)
        return S("");
    struct str taken = str_sub(c->rest, 0, (size_t)n);
    c->rest = str_sub(c->rest, (size_t)n, c->rest.n);
    return taken;
}

static uint64_t take_number(struct cursor *c, size_t bytes)
{
    struct str s = take(c, bytes);
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v |= (uint64_t)(uint8_t)s.s[i] << 8 * i;
    return v;
}

static void refuse(struct cursor *c)
{
    if (!c->e)
        c->e = CHAIN_TRANSACTION_WRONG;
}

err chain_size_take(struct str *s, uint64_t *ret)
{
    static const uint64_t least[] = { 0xfd, 0x10000, 0x100000000 };
    struct cursor c = { .rest = *s };
    uint64_t v = take_number(&c, 1);
    if (v >= 0xfd) {
        size_t form = (size_t)(v - 0xfd);
        v = take_number(&c, (size_t)2 << form);
        if (v < least[form])
            refuse(&c);
    }
    if (c.e)
        return c.e;
    *s = c.rest;
    *ret = v;
    return OK;
}

static uint64_t take_size(struct cursor *c)
{
    uint64_t v = 0;
    if (!c->e)
        c->e = chain_size_take(&c->rest, &v);
    return v;
}

/* A number of things, each of which takes at least `least` bytes of what is left. */
static uint64_t take_count(struct cursor *c, size_t least)
{
    uint64_t n = take_size(c);
    if (!c->e && n > c->rest.n / least)
        c->e = CHAIN_TRANSACTION_CUT;
    return c->e ? 0 : n;
}

static bool is_null_outpoint(struct str outpoint)
{
    for (size_t i = 0; i < outpoint.n; i++)
        if (outpoint.s[i] != (i < CHAIN_HASH ? 0 : (char)0xff))
            return false;
    return outpoint.n == OUTPOINT;
}

/* A null outpoint makes a coinbase, whose only input it is. */
static void take_inputs(struct cursor *c, uint64_t count, struct chain_transaction *t)
{
    for (uint64_t i = 0; i < count && !c->e; i++) {
        bool null = is_null_outpoint(take(c, OUTPOINT));
        (void)take(c, take_size(c)); // the script that spends
        (void)take(c, SEQUENCE);
        if (null && count > 1)
            refuse(c);
        t->coinbase = t->coinbase || null;
    }
}

static void take_outputs(struct cursor *c, struct chain_transaction *t)
{
    uint64_t count = take_count(c, OUTPUT_LEAST);
    struct str begin = c->rest;
    if (count == 0)
        refuse(c);
    check(count <= UINT32_MAX); // callers bound their bytes
    for (uint64_t i = 0; i < count && !c->e; i++) {
        uint64_t value = take_number(c, VALUE);
        (void)take(c, take_size(c)); // the script
        if (value > (uint64_t)(CHAIN_MONEY_MAX - t->value))
            refuse(c);
        else
            t->value += (int64_t)value;
    }
    t->outputs = str_sub(begin, 0, begin.n - c->rest.n);
    t->output_count = (uint32_t)count;
}

/* One stack of byte strings an input. Marked and all empty is refused, as nodes do. */
static void take_witnesses(struct cursor *c, uint64_t inputs)
{
    bool any = false;
    for (uint64_t i = 0; i < inputs && !c->e; i++) {
        uint64_t items = take_count(c, 1);
        any = any || items;
        for (uint64_t k = 0; k < items && !c->e; k++)
            (void)take(c, take_size(c));
    }
    if (!any)
        refuse(c);
}

size_t chain_transaction_size(const struct chain_transaction *t)
{
    return VERSION + t->inside.n + LOCK_TIME;
}

static void hash(struct hasher *h, const struct chain_transaction *t, uint8_t ret[CHAIN_HASH])
{
    if (chain_transaction_size(t) == t->bytes.n) {
        hasher_put(h, t->bytes);
    } else {
        hasher_put(h, str_sub(t->bytes, 0, VERSION));
        hasher_put(h, t->inside);
        hasher_put(h, str_sub(t->bytes, t->bytes.n - LOCK_TIME, LOCK_TIME));
    }
    hasher_end_twice(h, ret);
}

err chain_transaction_take(struct str *s, const struct chain *c, struct hasher *h,
                           struct chain_transaction *ret)
{
    struct cursor at = { .rest = *s };
    struct chain_transaction t = { 0 };
    (void)take(&at, VERSION);
    // Where the count of inputs is, a zero marks witnesses, and a one is the only flag there is.
    bool witnesses = chain_has_segwit(c) && str_starts(at.rest, (struct str){ "\0\1", 2 });
    if (witnesses)
        (void)take(&at, 2);
    struct str begin = at.rest;
    uint64_t inputs = take_count(&at, INPUT_LEAST);
    if (inputs == 0)
        refuse(&at);
    take_inputs(&at, inputs, &t);
    take_outputs(&at, &t);
    t.inside = str_sub(begin, 0, begin.n - at.rest.n);
    if (witnesses)
        take_witnesses(&at, inputs);
    (void)take(&at, LOCK_TIME);
    if (at.e)
        return at.e;
    t.bytes = str_sub(*s, 0, s->n - at.rest.n);
    hash(h, &t, t.txid);
    *s = at.rest;
    *ret = t;
    return OK;
}

struct str chain_transaction_strip(struct arena *a, const struct chain_transaction *t)
{
    size_t n = chain_transaction_size(t);
    if (n == t->bytes.n)
        return t->bytes;
    char *p = arena_new(a, char, n);
    memcpy(p, t->bytes.s, VERSION);
    memcpy(p + VERSION, t->inside.s, t->inside.n);
    memcpy(p + n - LOCK_TIME, t->bytes.s + t->bytes.n - LOCK_TIME, LOCK_TIME);
    return (struct str){ p, n };
}

struct chain_outputs chain_outputs(const struct chain_transaction *t, const struct chain *c)
{
    return (struct chain_outputs){
        .rest = t->outputs,
        .count = t->output_count,
        .cash = c->coin == CHAIN_BITCOINCASH,
    };
}

/* CHIP-2022-02, "Token Encoding": a prefix, the category's 32 bytes, a byte of flags, perhaps a
 * commitment, perhaps an amount. False when it is no such thing: then it is the script's begin. */
static bool take_tokens(struct str *script)
{
    enum { PREFIX = 0xef, RESERVED = 0x80, HAS_COMMITMENT = 0x40, HAS_NFT = 0x20 };
    enum { HAS_AMOUNT = 0x10, CAPABILITY = 0x0f, CAPABILITY_LAST = 2 };
    struct cursor c = { .rest = *script };
    if (take_number(&c, 1) != PREFIX)
        return false;
    (void)take(&c, CHAIN_HASH);
    uint64_t flags = take_number(&c, 1);
    if ((flags & RESERVED) || !(flags & (HAS_NFT | HAS_AMOUNT)) ||
        (flags & CAPABILITY) > (flags & HAS_NFT ? CAPABILITY_LAST : 0) ||
        ((flags & HAS_COMMITMENT) && !(flags & HAS_NFT)))
        return false;
    if ((flags & HAS_COMMITMENT) && take(&c, take_size(&c)).n == 0)
        return false;
    uint64_t amount = flags & HAS_AMOUNT ? take_size(&c) : 1;
    if (c.e || amount == 0 || amount > INT64_MAX)
        return false;
    *script = c.rest;
    return true;
}

bool chain_output_next(struct chain_outputs *all, struct chain_output *ret)
{
    struct cursor c = { .rest = all->rest };
    if (all->next == all->count)
        return false;
    struct chain_output o = { .vout = all->next++ };
    o.value = (int64_t)take_number(&c, VALUE);
    o.script = take(&c, take_size(&c));
    check(!c.e); // they were read before
    o.tokens = all->cash && take_tokens(&o.script);
    all->rest = c.rest;
    *ret = o;
    return true;
}
