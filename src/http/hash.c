#include "http/hash.h"
#include "base/crypto.h"

#include <string.h>

struct state {
    uint64_t v0, v1, v2, v3;
};

struct hash_key hash_key_make(void)
{
    struct hash_key k = { 0 };
    random_bytes(&k, sizeof k);
    return k;
}

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static void mix(struct state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void take_word(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    mix(s);
    s->v0 ^= word;
}

uint64_t hash_bytes(const struct hash_key *key, struct str text)
{
    struct state s = { key->k0 ^ 0x736f6d6570736575u, key->k1 ^ 0x646f72616e646f6du,
                       key->k0 ^ 0x6c7967656e657261u, key->k1 ^ 0x7465646279746573u };
    size_t whole = text.n / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        uint64_t word = 0;
        memcpy(&word, text.s + i, 8);
        take_word(&s, word);
    }
    uint64_t last = (uint64_t)text.n << 56;
    if (text.n > whole)
        memcpy(&last, text.s + whole, text.n - whole);
    take_word(&s, last);
    s.v2 ^= 0xFF;
    mix(&s);
    mix(&s);
    mix(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
