#include "render/skeleton.h"
#include "base/check.h"
#include "base/utf8.h"
#include "render/icu.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

/* What becomes of an ASCII character. Each is mapped by itself, whatever stands beside it, so that
 * ASCII text, which most is, need not go through ICU. */
enum { ASCII = 128, DRAWN_BYTES_MAX = 15 };
struct drawn {
    char s[DRAWN_BYTES_MAX];
    uint8_t n;
};
struct skeletons {
    USpoofChecker *spoof;
    const UNormalizer2 *fold; /* ICU's own */
    struct drawn folded[ASCII], drawn[ASCII];
};

/* UTF-16 in an arena. */
struct wide {
    const UChar *s;
    int32_t n;
};

void skeletons_free(struct skeletons *s)
{
    if (!s)
        return;
    uspoof_close(s->spoof);
    free(s);
}

/* Small capitals, and letters on black or as half of a flag: UTS 39 leaves them alone, spam does
 * not. */
static uint32_t plain_letter(uint32_t c)
{
    static const struct {
        uint32_t from;
        char to;
    } small[] = {
        { 0x0262, 'g' }, { 0x026A, 'i' }, { 0x0274, 'n' }, { 0x0280, 'r' }, { 0x028F, 'y' },
        { 0x0299, 'b' }, { 0x029C, 'h' }, { 0x029F, 'l' }, { 0x1D00, 'a' }, { 0x1D04, 'c' },
        { 0x1D05, 'd' }, { 0x1D07, 'e' }, { 0x1D0A, 'j' }, { 0x1D0B, 'k' }, { 0x1D0D, 'm' },
        { 0x1D0F, 'o' }, { 0x1D18, 'p' }, { 0x1D1B, 't' }, { 0x1D1C, 'u' }, { 0x1D20, 'v' },
        { 0x1D21, 'w' }, { 0x1D22, 'z' }, { 0xA730, 'f' }, { 0xA731, 's' },
    };
    static const uint32_t alphabets[] = { 0x1F150, 0x1F170, 0x1F1E6 }; /* each A to Z */
    for (size_t i = 0; i < COUNT(alphabets); i++)
        if (c >= alphabets[i] && c < alphabets[i] + 26)
            return 'a' + c - alphabets[i];
    for (size_t i = 0; i < COUNT(small); i++)
        if (small[i].from == c)
            return (uint32_t)small[i].to;
    return c;
}

static struct str plain_letters(struct arena *a, struct str text)
{
    char *p = arena_new(a, char, text.n + 1); // none becomes longer
    size_t n = 0;
    while (text.n)
        n += utf8_put(p + n, plain_letter(utf8_next(&text)));
    return (struct str){ p, n };
}

static struct wide widen(struct arena *a, struct str s)
{
    check(s.n < INT32_MAX / 4);
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0;
    UChar *p = arena_new(a, UChar, s.n + 1); // never more units than bytes
    u_strFromUTF8(p, (int32_t)s.n + 1, &n, s.s ? s.s : "", (int32_t)s.n, &e);
    check(U_SUCCESS(e));
    return (struct wide){ p, n };
}

static struct wide fold(const struct skeletons *s, struct arena *a, struct wide w)
{
    int32_t room = w.n + w.n / 4 + 16;
    for (;;) {
        UErrorCode e = U_ZERO_ERROR;
        UChar *p = arena_new(a, UChar, (size_t)room);
        int32_t n = unorm2_normalize(s->fold, w.s, w.n, p, room, &e);
        if (e != U_BUFFER_OVERFLOW_ERROR) {
            check(U_SUCCESS(e));
            return (struct wide){ p, n };
        }
        room = n + 1;
    }
}

/* Marks that became no letter with the one before them: lines through and below words, and the
 * like. What does ("\u00F6" of o and two dots) is another letter. */
static struct wide unmarked(struct arena *a, struct wide w)
{
    UChar *p = arena_new(a, UChar, (size_t)w.n + 1);
    int32_t n = 0;
    for (int32_t i = 0; i < w.n; i++) { // none beyond the first plane is drawn on letters
        UErrorCode e = U_ZERO_ERROR;
        bool mark = U_MASK(u_charType(w.s[i])) & (U_GC_MN_MASK | U_GC_ME_MASK);
        if (!mark || uscript_getScript(w.s[i], &e) != USCRIPT_INHERITED)
            p[n++] = w.s[i];
    }
    return (struct wide){ p, n };
}

static struct wide draw(const struct skeletons *s, struct arena *a, struct wide w)
{
    int32_t room = w.n + w.n / 2 + 16;
    for (;;) {
        UErrorCode e = U_ZERO_ERROR;
        UChar *p = arena_new(a, UChar, (size_t)room);
        int32_t n = uspoof_getSkeleton(s->spoof, 0, w.s, w.n, p, room, &e);
        if (e != U_BUFFER_OVERFLOW_ERROR) {
            check(U_SUCCESS(e));
            return (struct wide){ p, n };
        }
        room = n + 1;
    }
}

static struct str folded_of(const struct skeletons *s, struct arena *a, struct str text)
{
    struct wide w = draw(s, a, unmarked(a, fold(s, a, widen(a, plain_letters(a, text)))));
    return icu_str(a, w.s, w.n);
}

static struct str drawn_of(const struct skeletons *s, struct arena *a, struct str text)
{
    struct wide w = draw(s, a, fold(s, a, draw(s, a, widen(a, plain_letters(a, text)))));
    return icu_str(a, w.s, w.n);
}

static struct drawn drawn_make(struct str s)
{
    struct drawn d = { .n = (uint8_t)s.n };
    check(s.n <= DRAWN_BYTES_MAX);
    memcpy(d.s, s.s, s.n);
    return d;
}

struct skeletons *skeletons_make(void)
{
    UErrorCode e = U_ZERO_ERROR;
    struct skeletons *s = calloc(1, sizeof *s);
    struct arena a CLEANUP(arena_free);
    check(s);
    arena_init(&a, 1 << 20);
    s->spoof = uspoof_open(&e);
    s->fold = unorm2_getNFKCCasefoldInstance(&e);
    check(U_SUCCESS(e));
    for (size_t i = 0; i < ASCII; i++) {
        char c = (char)i;
        s->folded[i] = drawn_make(folded_of(s, &a, (struct str){ &c, 1 }));
        s->drawn[i] = drawn_make(drawn_of(s, &a, (struct str){ &c, 1 }));
    }
    return s;
}

static bool is_ascii(struct str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.n; i++)
        all |= (unsigned char)s.s[i];
    return all < ASCII;
}

static struct str join(const struct drawn table[ASCII], struct arena *a, struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += table[(size_t)text.s[i]].n;
    char *p = arena_new(a, char, n + 1);
    n = 0;
    for (size_t i = 0; i < text.n; i++) {
        const struct drawn *d = &table[(size_t)text.s[i]];
        memcpy(p + n, d->s, d->n);
        n += d->n;
    }
    return (struct str){ p, n };
}

/* White space of any length is one space. */
static struct str one_space(struct arena *a, struct str text)
{
    char *p = arena_new(a, char, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!space)
            p[n++] = c;
        else if (!n || p[n - 1] != ' ')
            p[n++] = ' ';
    }
    return (struct str){ p, n };
}

struct str text_skeleton(const struct skeletons *s, struct arena *a, struct str text)
{
    return one_space(a, is_ascii(text) ? join(s->folded, a, text) : folded_of(s, a, text));
}

/* Letters and digits; whatever stands between them becomes one space. Marks are left out. */
static struct str letters(struct arena *a, struct str text)
{
    char *p = arena_new(a, char, text.n + 1);
    size_t n = 0;
    bool gap = false;
    while (text.n) {
        UChar32 c = (UChar32)utf8_next(&text);
        int kind = u_charType(c);
        if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK)
            continue;
        if (!u_isalnum(c)) {
            gap = n > 0;
            continue;
        }
        if (gap)
            p[n++] = ' ';
        gap = false;
        n += utf8_put(p + n, (uint32_t)c);
    }
    return (struct str){ p, n };
}

struct looks text_looks(const struct skeletons *s, struct arena *a, struct str text)
{
    struct str drawn = is_ascii(text) ? join(s->drawn, a, text) : drawn_of(s, a, text);
    return (struct looks){ .folded = letters(a, text_skeleton(s, a, text)),
                           .drawn = letters(a, drawn) };
}

/* The next byte that is no space, or -1. */
static int next_letter(struct str *s)
{
    while (s->n) {
        char c = *s->s;
        *s = str_sub(*s, 1, s->n);
        if (c != ' ')
            return (unsigned char)c;
    }
    return -1;
}

static bool same_letters(struct str x, struct str y)
{
    for (;;) {
        int a = next_letter(&x);
        if (a != next_letter(&y))
            return false;
        if (a < 0)
            return true;
    }
}

static bool has_words(struct str name, struct str words)
{
    size_t at = 0;
    while (str_find(name, words, &at)) {
        size_t end = at + words.n;
        if ((at == 0 || name.s[at - 1] == ' ') && (end == name.n || name.s[end] == ' '))
            return true;
        name = str_sub(name, at + 1, name.n);
    }
    return false;
}

static bool alike(struct str name, struct str other)
{
    if (!other.n)
        return false;
    return same_letters(name, other) || (str_has(other, ' ') && has_words(name, other));
}

bool looks_alike(struct looks name, struct looks other)
{
    return alike(name.folded, other.folded) || alike(name.drawn, other.drawn);
}

/* ---- phrases */

/* Whether the place between two characters is inside a word. */
static bool inside(UChar32 before, UChar32 after)
{
    if (!u_isalnum(before) || !u_isalnum(after))
        return false;
    // Scripts without spaces are broken into words by dictionaries, which is not for us.
    return u_getIntPropertyValue(before, UCHAR_LINE_BREAK) != U_LB_COMPLEX_CONTEXT &&
           !u_hasBinaryProperty(before, UCHAR_IDEOGRAPHIC) &&
           !u_hasBinaryProperty(after, UCHAR_IDEOGRAPHIC) &&
           u_getIntPropertyValue(before, UCHAR_EAST_ASIAN_WIDTH) != U_EA_WIDE;
}

static UChar32 char_at(struct str s, size_t at)
{
    struct str rest = str_sub(s, at, s.n);
    return rest.n ? (UChar32)utf8_next(&rest) : 0;
}

static UChar32 char_before(struct str s, size_t at)
{
    while (at > 0) {
        at--;
        if (((unsigned char)s.s[at] & 0xC0) != 0x80)
            return char_at(s, at);
    }
    return 0;
}

bool skeleton_has(struct str text, struct str phrase)
{
    bool open_start = str_starts(phrase, S("*"));
    if (open_start)
        phrase = str_sub(phrase, 1, phrase.n);
    bool open_end = str_ends(phrase, S("*"));
    if (open_end)
        phrase = str_sub(phrase, 0, phrase.n - 1);
    if (!phrase.n)
        return false;
    size_t from = 0;
    size_t at = 0;
    while (str_find(str_sub(text, from, text.n), phrase, &at)) {
        size_t begin = from + at;
        size_t end = begin + phrase.n;
        bool starts = open_start || !inside(char_before(text, begin), char_at(text, begin));
        bool ends = open_end || !inside(char_before(text, end), char_at(text, end));
        if (starts && ends)
            return true;
        from = begin + 1;
    }
    return false;
}
