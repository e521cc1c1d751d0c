#include "funding/descriptor.h"
#include "base/encoding.h"
#include "base/scan.h"
#include "funding/secret.h"

#include <string.h>

enum { POINT_DIGITS = 2 * POINT_BYTES, X_DIGITS = 2 * POINT_X_BYTES };
enum { UNCOMPRESSED_DIGITS = 2 * (1 + POINT_XY_BYTES), FINGERPRINT_DIGITS = 8 };

/* One more group of five bits into the remainder (BIP 380, "Checksum"). */
static uint64_t polymod(uint64_t remainder, uint64_t group)
{
    static const uint64_t generator[] = { 0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a,
                                          0x644d626ffd };
    uint64_t top = remainder >> 35;
    remainder = (remainder & 0x7ffffffff) << 5 ^ group;
    for (size_t i = 0; i < COUNT(generator); i++)
        if (top >> i & 1)
            remainder ^= generator[i];
    return remainder;
}

bool descriptor_checksum(struct str body, char ret[DESCRIPTOR_CHECKSUM_BYTES])
{
    // Ordered so that the characters of keys differ in the low five bits only.
    static const char input[] = "0123456789()[],'/*abcdefgh@:$%{}"
                                "IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"
                                "ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
    static const char output[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint64_t remainder = 1;
    uint64_t high = 0; // the upper bits of three characters make a group
    for (size_t i = 0; i < body.n; i++) {
        const char *at = body.s[i] ? strchr(input, body.s[i]) : NULL;
        if (!at)
            return false;
        uint64_t value = (uint64_t)(at - input);
        remainder = polymod(remainder, value & 31);
        high = high * 3 + (value >> 5);
        if (i % 3 == 2) {
            remainder = polymod(remainder, high);
            high = 0;
        }
    }
    if (body.n % 3)
        remainder = polymod(remainder, high);
    for (size_t i = 0; i < DESCRIPTOR_CHECKSUM_BYTES; i++)
        remainder = polymod(remainder, 0);
    remainder ^= 1;
    for (size_t i = 0; i < DESCRIPTOR_CHECKSUM_BYTES; i++)
        ret[i] = output[remainder >> 5 * (DESCRIPTOR_CHECKSUM_BYTES - 1 - i) & 31];
    return true;
}

/* Takes `/84h` or `/0'` or `/0` from the front. */
static bool take_origin_step(struct str *s)
{
    int64_t index = 0;
    if (!scan_char(s, '/') || !scan_int(s, EXTENDED_KEY_INDEX_MAX, &index))
        return false;
    if (!scan_char(s, 'h'))
        (void)scan_char(s, '\''); // not hardened is fine too
    return true;
}

static bool take_origin(struct str *s, struct str *ret)
{
    struct str origin = { 0 };
    struct str rest = { 0 };
    uint8_t fingerprint[FINGERPRINT_DIGITS / 2];
    if (!str_starts(*s, S("[")))
        return true;
    if (!str_cut(str_sub(*s, 1, s->n), ']', &origin, &rest) ||
        !hex_parse(str_sub(origin, 0, FINGERPRINT_DIGITS), fingerprint, sizeof fingerprint))
        return false;
    struct str path = str_sub(origin, FINGERPRINT_DIGITS, origin.n);
    while (path.n)
        if (!take_origin_step(&path))
            return false;
    *ret = origin;
    *s = rest;
    return true;
}

static err key_refusal(err e)
{
    if (e == EXTENDED_KEY_PRIVATE)
        return DESCRIPTOR_PRIVATE;
    if (e == EXTENDED_KEY_OTHER_NETWORK)
        return DESCRIPTOR_OTHER_NETWORK;
    return DESCRIPTOR_NOT_ONE;
}

/* `3` or, once in a key, `<0;1>` for which 0 is taken. */
static bool take_index(struct str *s, bool *alternatives, int64_t *ret)
{
    int64_t other = 0;
    if (!scan_char(s, '<'))
        return scan_int(s, EXTENDED_KEY_INDEX_MAX, ret);
    if (*alternatives || !scan_int(s, EXTENDED_KEY_INDEX_MAX, ret) || !scan_char(s, ';') ||
        !scan_int(s, EXTENDED_KEY_INDEX_MAX, &other) || !scan_char(s, '>') || other == *ret)
        return false;
    *alternatives = true;
    return true;
}

/* The steps behind an extended key, each begun by `/`, down to `*` or the end. */
static err walk(struct str steps, struct extended_key *k, bool *ret_ranged)
{
    bool alternatives = false;
    *ret_ranged = false;
    for (int step = 0; steps.n; step++) {
        int64_t index = 0;
        if (step > DESCRIPTOR_STEPS_MAX)
            return DESCRIPTOR_UNSUPPORTED;
        if (*ret_ranged || !scan_char(&steps, '/'))
            return DESCRIPTOR_NOT_ONE;
        *ret_ranged = scan_char(&steps, '*');
        if (!*ret_ranged && !take_index(&steps, &alternatives, &index))
            return DESCRIPTOR_NOT_ONE;
        if (scan_char(&steps, 'h') || scan_char(&steps, '\''))
            return DESCRIPTOR_HARDENED;
        if (!*ret_ranged && extended_key_child(k, (uint32_t)index, k) != OK)
            return DESCRIPTOR_NOT_ONE;
    }
    return OK;
}

static err make_script(const struct chain *c, const uint8_t point[POINT_BYTES],
                       struct descriptor *d)
{
    return script_of_key(c, d->kind, point, &d->script) ? OK : DESCRIPTOR_NOT_ONE;
}

static err parse_extended(struct str s, const struct chain *c, struct descriptor *d)
{
    size_t n = 0;
    while (n < s.n && s.s[n] != '/')
        n++;
    err e = extended_key_parse(str_sub(s, 0, n), c, &d->branch);
    if (e)
        return key_refusal(e);
    if (d->branch.form != KEY_FORM_PLAIN)
        return DESCRIPTOR_UNSUPPORTED;
    e = walk(str_sub(s, n, s.n), &d->branch, &d->ranged);
    return e || d->ranged ? e : make_script(c, d->branch.point, d);
}

static err parse_key(struct str s, const struct chain *c, struct descriptor *d)
{
    uint8_t point[POINT_BYTES] = { 0x02 };
    if (!take_origin(&s, &d->origin))
        return DESCRIPTOR_NOT_ONE;
    if (d->kind == SCRIPT_P2TR && hex_parse(s, point + 1, POINT_X_BYTES))
        return make_script(c, point, d);
    if (hex_parse(s, point, sizeof point))
        return point_is_valid(point) ? make_script(c, point, d) : DESCRIPTOR_NOT_ONE;
    if (s.n == UNCOMPRESSED_DIGITS && str_starts(s, S("04")))
        return DESCRIPTOR_UNSUPPORTED;
    if (d->kind == SCRIPT_P2TR && str_has(s, ','))
        return DESCRIPTOR_UNSUPPORTED; // a script tree behind the key
    return parse_extended(s, c, d);
}

static err parse_address(struct str s, const struct chain *c, struct descriptor *d)
{
    switch (script_of_address(s, c, &d->script)) {
    case OK: return OK;
    case SCRIPT_OTHER_NETWORK: return DESCRIPTOR_OTHER_NETWORK;
    case SCRIPT_NOT_PAYABLE: return DESCRIPTOR_UNSUPPORTED;
    default: return DESCRIPTOR_NOT_ONE;
    }
}

/* Takes what is around `s`, `wpkh(` and `)`. */
static bool unwrap(struct str *s, struct str before, struct str after)
{
    if (s->n < before.n + after.n || !str_starts(*s, before) || !str_ends(*s, after))
        return false;
    *s = str_sub(*s, before.n, s->n - before.n - after.n);
    return true;
}

/* The functions of BIP 381 to 387 and 390 that are not taken. */
static bool is_known_function(struct str s)
{
    static const struct str names[] = { { "pk(", 3 },           { "combo(", 6 }, { "multi(", 6 },
                                        { "sortedmulti(", 12 }, { "wsh(", 4 },   { "sh(", 3 },
                                        { "raw(", 4 },          { "rawtr(", 6 } };
    for (size_t i = 0; i < COUNT(names); i++)
        if (unwrap(&s, names[i], S(")")))
            return true;
    return false;
}

static err parse_body(struct str s, const struct chain *c, struct descriptor *d)
{
    static const struct {
        struct str before, after;
        enum script_kind kind;
    } functions[] = {
        { { "pkh(", 4 }, { ")", 1 }, SCRIPT_P2PKH },
        { { "wpkh(", 5 }, { ")", 1 }, SCRIPT_P2WPKH },
        { { "sh(wpkh(", 8 }, { "))", 2 }, SCRIPT_P2SH_P2WPKH },
        { { "tr(", 3 }, { ")", 1 }, SCRIPT_P2TR },
    };
    if (unwrap(&s, S("addr("), S(")")))
        return parse_address(s, c, d);
    for (size_t i = 0; i < COUNT(functions); i++) {
        if (!unwrap(&s, functions[i].before, functions[i].after))
            continue;
        d->kind = functions[i].kind;
        if (d->kind != SCRIPT_P2PKH && !chain_has_segwit(c))
            return DESCRIPTOR_UNSUPPORTED;
        return parse_key(s, c, d);
    }
    return is_known_function(s) ? DESCRIPTOR_UNSUPPORTED : DESCRIPTOR_NOT_ONE;
}

err descriptor_parse(struct str s, const struct chain *c, struct descriptor *ret)
{
    struct descriptor d = { 0 };
    char want[DESCRIPTOR_CHECKSUM_BYTES];
    struct str body = s;
    struct str checksum = { 0 };
    if (secret_find_sure(s) != SECRET_NONE)
        return DESCRIPTOR_PRIVATE;
    bool given = str_cut(s, '#', &body, &checksum);
    if (s.n > DESCRIPTOR_TEXT_MAX || !descriptor_checksum(body, want))
        return DESCRIPTOR_NOT_ONE;
    if (given && !str_eq(checksum, (struct str){ want, sizeof want }))
        return DESCRIPTOR_CHECKSUM;
    err e = parse_body(body, c, &d);
    if (e)
        return e;
    if (!given)
        return DESCRIPTOR_NO_CHECKSUM;
    *ret = d;
    return OK;
}
