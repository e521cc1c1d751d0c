#include "base/charset.h"
#include "base/scan.h"
#include "base/utf8.h"

static const struct str names[CHARSETS] = {
    [CHARSET_UTF8] = { "utf-8", 5 },
    [CHARSET_WINDOWS_1252] = { "windows-1252", 12 },
    [CHARSET_ISO_8859_1] = { "iso-8859-1", 10 },
    [CHARSET_ISO_8859_15] = { "iso-8859-15", 11 },
};

/* Bytes 0x80 to 0x9F; 0: undefined. From the Unicode Consortium's CP1252.TXT. */
static const uint32_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

struct str charset_name(enum charset c)
{
    return names[c];
}

bool charset_parse(struct str s, enum charset *ret)
{
    for (size_t i = 0; i < CHARSETS; i++)
        if (str_eq_nocase(names[i], s)) {
            *ret = (enum charset)i;
            return true;
        }
    return false;
}

/* Where ISO-8859-15 is not ISO-8859-1. */
static uint32_t latin_9(uint8_t b)
{
    switch (b) {
    case 0xA4: return 0x20AC;
    case 0xA6: return 0x0160;
    case 0xA8: return 0x0161;
    case 0xB4: return 0x017D;
    case 0xB8: return 0x017E;
    case 0xBC: return 0x0152;
    case 0xBD: return 0x0153;
    case 0xBE: return 0x0178;
    default: return b;
    }
}

/* 0: the encoding does not have it. */
static uint32_t code_of(enum charset c, uint8_t b)
{
    if (b < 0x80)
        return b;
    if (b < 0xA0)
        return c == CHARSET_WINDOWS_1252 ? windows_1252[b - 0x80] : 0;
    return c == CHARSET_ISO_8859_15 ? latin_9(b) : b;
}

static bool read_utf8(struct str bytes, struct arena *a, struct str *ret, size_t *ret_at)
{
    struct str rest = bytes;
    while (rest.n) {
        size_t at = bytes.n - rest.n;
        uint32_t c = utf8_next(&rest);
        if (c == UTF8_BAD || c == 0) {
            *ret_at = at;
            return false;
        }
    }
    *ret = str_copy(a, bytes);
    return true;
}

bool charset_read(enum charset c, struct str bytes, struct arena *a, struct str *ret,
                  size_t *ret_at)
{
    enum { BYTES_OF_ONE_MAX = 3 };
    bool marked = scan_text(&bytes, S("\xEF\xBB\xBF"));
    if (marked || c == CHARSET_UTF8)
        return read_utf8(bytes, a, ret, ret_at);
    char *text = arena_new(a, char, bytes.n *BYTES_OF_ONE_MAX + 1);
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        char one[4];
        uint32_t code = code_of(c, (uint8_t)bytes.s[i]);
        if (!code) {
            *ret_at = i;
            return false;
        }
        size_t of_one = utf8_put(one, code);
        for (size_t k = 0; k < of_one; k++)
            text[n++] = one[k];
    }
    *ret = (struct str){ text, n };
    return true;
}
