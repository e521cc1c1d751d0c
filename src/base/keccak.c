/*
 * Keccak-256 as Ethereum uses it: Keccak[c=512] of "The Keccak reference" 3.0, with the padding of
 * the first submission. Only public addresses pass through it.
 */
#include "base/crypto.h"

#include <string.h>

enum { LANES = 25, ROUNDS = 24, RATE = 136 };

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};
/* Rho's turns and pi's places, in the order in which pi visits the lanes from lane 1 on. */
static const unsigned turns[LANES - 1] = { 1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                           27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44 };
static const unsigned places[LANES - 1] = { 10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                            15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1 };

static uint64_t turn(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}

static void theta(uint64_t s[LANES])
{
    uint64_t column[5];
    for (size_t x = 0; x < 5; x++)
        column[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
    for (size_t x = 0; x < 5; x++) {
        uint64_t d = column[(x + 4) % 5] ^ turn(column[(x + 1) % 5], 1);
        for (size_t y = 0; y < LANES; y += 5)
            s[y + x] ^= d;
    }
}

static void rho_pi(uint64_t s[LANES])
{
    uint64_t held = s[1];
    for (size_t i = 0; i < LANES - 1; i++) {
        uint64_t next = s[places[i]];
        s[places[i]] = turn(held, turns[i]);
        held = next;
    }
}

static void chi(uint64_t s[LANES])
{
    for (size_t y = 0; y < LANES; y += 5) {
        uint64_t row[5];
        memcpy(row, s + y, sizeof row);
        for (size_t x = 0; x < 5; x++)
            s[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

static void permute(uint64_t s[LANES])
{
    for (size_t i = 0; i < ROUNDS; i++) {
        theta(s);
        rho_pi(s);
        chi(s);
        s[0] ^= round_constants[i];
    }
}

static void take(uint64_t s[LANES], size_t at, uint8_t byte)
{
    s[at / 8] ^= (uint64_t)byte << 8 * (at % 8); // lanes are little-endian
}

void keccak256(struct str s, uint8_t ret[KECCAK256_BYTES])
{
    uint64_t lanes[LANES] = { 0 };
    size_t at = 0;
    for (size_t i = 0; i < s.n; i++) {
        take(lanes, at++, (uint8_t)s.s[i]);
        if (at == RATE) {
            permute(lanes);
            at = 0;
        }
    }
    take(lanes, at, 0x01);
    take(lanes, RATE - 1, 0x80);
    permute(lanes);
    for (size_t i = 0; i < KECCAK256_BYTES; i++)
        ret[i] = (uint8_t)(lanes[i / 8] >> 8 * (i % 8));
}
