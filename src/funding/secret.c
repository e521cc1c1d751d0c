#include "funding/secret.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/scan.h"
#include "funding/base58.h"

enum {
    WIF_SHORT = 51,
    WIF_LONG = 52,
    BIP38_LENGTH = 58,
    EXTENDED_SHORTEST = 20, /* cut off by accident, it still gives away */
    HEX_LENGTH = 64,
    WORD_SHORTEST = 3, /* BIP 39's words have 3 to 8 letters */
    WORD_LONGEST = 8,
    WORDS_FEWEST = 12, /* and come in twelves to twenty-fours, three by three */
    WORDS_MOST = 24,
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool all(struct str s, bool (*is)(char c))
{
    for (size_t i = 0; i < s.n; i++)
        if (!is(s.s[i]))
            return false;
    return s.n > 0;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Wallet import format: 0x80 (or a test network's byte), 32 bytes, and 0x01 when compressed. */
static bool is_wif(struct str t, bool sure)
{
    uint8_t bytes[BASE58_BYTES_MAX];
    size_t n = 0;
    if ((t.n != WIF_SHORT && t.n != WIF_LONG) || !all(t, base58_is_digit))
        return false;
    if (base58_decode(t, bytes, &n))
        return n == 33 || (n == 34 && bytes[33] == 1);
    return !sure && str_has(S("59KLc"), t.s[0]); // one with a typing error
}

static bool is_bip38(struct str t, bool sure)
{
    uint8_t bytes[BASE58_BYTES_MAX];
    size_t n = 0;
    return t.n == BIP38_LENGTH && str_starts(t, S("6P")) && all(t, base58_is_digit) &&
           (!sure || base58_decode(t, bytes, &n));
}

/* Mini private keys hash to a zero byte when a question mark is put behind them. */
static bool is_mini(struct str t)
{
    char text[32];
    uint8_t hash[SHA256_BYTES];
    if ((t.n != 22 && t.n != 26 && t.n != 30) || t.s[0] != 'S' || !all(t, base58_is_digit))
        return false;
    for (size_t i = 0; i < t.n; i++)
        text[i] = t.s[i];
    text[t.n] = '?';
    sha256((struct str){ text, t.n + 1 }, hash);
    return hash[0] == 0;
}

static bool is_extended(struct str t)
{
    return t.n >= EXTENDED_SHORTEST && str_eq(str_sub(t, 1, 3), S("prv")) &&
           all(t, base58_is_digit);
}

static bool is_hex_key(struct str t)
{
    if (str_starts(t, S("0x")) || str_starts(t, S("0X")))
        t = str_sub(t, 2, t.n);
    return t.n == HEX_LENGTH && all(t, is_hex);
}

static enum secret_kind token_kind(struct str t, bool sure)
{
    if (is_extended(t))
        return SECRET_EXTENDED;
    if (is_wif(t, sure))
        return SECRET_WIF;
    if (is_bip38(t, sure))
        return SECRET_BIP38;
    if (is_mini(t))
        return SECRET_MINI;
    return !sure && is_hex_key(t) ? SECRET_HEX : SECRET_NONE;
}

/* Descriptors and links hold keys too, so every run of letters and digits is looked at. */
static enum secret_kind find_token(struct str s, bool sure)
{
    while (s.n) {
        size_t n = 0;
        while (n < s.n && is_alnum(s.s[n]))
            n++;
        enum secret_kind kind = n ? token_kind(str_sub(s, 0, n), sure) : SECRET_NONE;
        if (kind)
            return kind;
        s = str_sub(s, n + 1, s.n);
    }
    return SECRET_NONE;
}

static bool looks_like_words(struct str s)
{
    size_t count = 0;
    while (s.n) {
        size_t n = 0;
        while (n < s.n && is_small(s.s[n]))
            n++;
        if (n < WORD_SHORTEST || n > WORD_LONGEST)
            return false;
        count++;
        s = str_sub(s, n, s.n);
        while (s.n && str_has(S(" ,\t"), s.s[0]))
            s = str_sub(s, 1, s.n);
    }
    return count >= WORDS_FEWEST && count <= WORDS_MOST && count % 3 == 0;
}

enum secret_kind secret_find_sure(struct str value)
{
    size_t at = 0;
    if (str_find(value, S("PRIVATE KEY"), &at))
        return SECRET_PEM;
    return find_token(value, true);
}

enum secret_kind secret_find(struct str value)
{
    enum secret_kind kind = secret_find_sure(value);
    if (!kind)
        kind = find_token(value, false);
    if (!kind && looks_like_words(str_trim(value)))
        kind = SECRET_WORDS;
    return kind;
}

const char *secret_name(enum secret_kind kind)
{
    switch (kind) {
    case SECRET_NONE: break;
    case SECRET_WIF: return "a private key (WIF)";
    case SECRET_MINI: return "a mini private key";
    case SECRET_BIP38: return "an encrypted private key (BIP 38)";
    case SECRET_EXTENDED: return "an extended private key (xprv)";
    case SECRET_PEM: return "a private key (PEM)";
    case SECRET_HEX: return "a private key (32 bytes in hex)";
    case SECRET_WORDS: return "a wallet's recovery words";
    }
    check(false);
}

enum secret_kind secret_find_in_file(struct str text, int *ret_line)
{
    int line = 0;
    while (text.n) {
        enum secret_kind kind = secret_find_sure(scan_line(&text));
        line++;
        if (kind) {
            *ret_line = line;
            return kind;
        }
    }
    return SECRET_NONE;
}
