#include "base/utf8.h"
#include "base/mark.h"

/* Length of the sequence that begins with `first`, by RFC 3629; 0 when none does. */
static size_t sequence_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

static bool in_range(size_t length, uint32_t c)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    return c >= least[length] && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
}

static uint32_t bad(struct str *s)
{
    *s = str_sub(*s, 1, s->n);
    return UTF8_BAD;
}

uint32_t utf8_next(struct str *s)
{
    uint8_t first = (uint8_t)s->s[0];
    size_t length = sequence_length(first);
    if (length == 0 || length > s->n)
        return bad(s);
    uint32_t c = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        uint8_t next = (uint8_t)s->s[i];
        if ((next & 0xC0) != 0x80)
            return bad(s);
        c = c << 6 | (next & 0x3F);
    }
    if (!in_range(length, c))
        return bad(s);
    *s = str_sub(*s, length, s->n);
    return c;
}

bool utf8_valid(struct str s)
{
    while (s.n)
        if (utf8_next(&s) == UTF8_BAD)
            return false;
    return true;
}

size_t utf8_length(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((uint8_t)s.s[i] & 0xC0) != 0x80;
    return n;
}

struct str utf8_cut(struct str s, size_t max_bytes)
{
    if (s.n <= max_bytes)
        return s;
    size_t n = max_bytes;
    while (n > 0 && ((uint8_t)s.s[n] & 0xC0) == 0x80)
        n--;
    return (struct str){ s.s, n };
}

size_t utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    static const uint8_t lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    out[0] = (char)(lead[n] | c);
    return n;
}

static bool is_control(uint32_t c, bool line)
{
    if (!line && (c == '\n' || c == '\r'))
        return false;
    bool separator = c == 0x2028 || c == 0x2029; // line ends to some programs
    return (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0) || (line && separator) ||
           c == 0xFFFE || c == 0xFFFF;
}

static bool is_override(uint32_t c)
{
    return c >= 0x202A && c <= 0x202E;
}

struct range {
    uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Code points that are drawn as nothing and take up no room: Unicode's Default_Ignorable_Code_Point
 * without the fillers. A mark behind one still sits on the letter before it. */
static bool is_ignored(uint32_t c)
{
    static const struct range ranges[] = {
        { 0x00AD, 0x00AD },   { 0x034F, 0x034F }, { 0x061C, 0x061C },   { 0x180B, 0x180F },
        { 0x200B, 0x200F },   { 0x202A, 0x202E }, { 0x2060, 0x206F },   { 0xFE00, 0xFE0F },
        { 0xFEFF, 0xFEFF },   { 0xFFF0, 0xFFF8 }, { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A },
        { 0xE0000, 0xE0FFF },
    };
    return c >= ranges[0].first && in_ranges(ranges, COUNT(ranges), c);
}

enum text_fault text_check(struct str s, bool line)
{
    int marks = 0;
    int isolates = 0;
    while (s.n) {
        uint32_t c = utf8_next(&s);
        if (c == UTF8_BAD)
            return TEXT_NOT_UTF8;
        if (is_control(c, line))
            return TEXT_CONTROL;
        if (mark_is(c))
            marks++;
        else if (!is_ignored(c))
            marks = 0;
        if (marks > MARKS_IN_A_ROW_MAX)
            return TEXT_MARKS;
        if (c >= 0x2066 && c <= 0x2068)
            isolates++;
        if (c == 0x2069)
            isolates--;
        if (is_override(c) || isolates < 0)
            return TEXT_BIDI;
    }
    return isolates ? TEXT_BIDI : TEXT_FINE;
}

/* Code points that are drawn as nothing, and take up room: Unicode's White_Space, the fillers of
 * Hangul, the blank Braille pattern. */
static bool is_blank(uint32_t c)
{
    static const struct range ranges[] = {
        { 0x0000, 0x0020 }, { 0x007F, 0x00A0 }, { 0x115F, 0x1160 }, { 0x1680, 0x1680 },
        { 0x17B4, 0x17B5 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
        { 0x205F, 0x205F }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 },
        { 0xFFA0, 0xFFA0 },
    };
    return in_ranges(ranges, COUNT(ranges), c) || is_ignored(c);
}

bool text_blank(struct str s)
{
    while (s.n)
        if (!is_blank(utf8_next(&s)))
            return false;
    return true;
}
