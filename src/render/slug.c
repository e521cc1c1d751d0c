#include "render/slug.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"
#include "render/icu.h"

#include <unicode/ustring.h>
#include <unicode/utrans.h>

/* CJK and Ethiopic syllables become up to seven letters, rare signs more; cut what goes beyond. */
enum { GROWTH = 12 };

static UTransliterator *open_transliterator(struct str language)
{
    static const UChar plain[] = u"Any-Latin; Latin-ASCII; Lower";
    static const UChar german[] = u"Any-Latin; de-ASCII; Latin-ASCII; Lower";
    bool is_german = str_eq(str_sub(language, 0, 2), S("de")) &&
                     (language.n == 2 || (language.n > 2 && language.s[2] == '-'));
    UErrorCode e = U_ZERO_ERROR;
    UTransliterator *t =
        utrans_openU(is_german ? german : plain, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
    check(U_SUCCESS(e) && t);
    return t;
}

static struct str first_points(struct str s, size_t max)
{
    struct str rest = s;
    while (rest.n && max--)
        (void)utf8_next(&rest); // only its length is wanted
    return str_sub(s, 0, s.n - rest.n);
}

static struct str to_ascii(struct arena *a, struct str title, struct str language)
{
    int32_t n = 0;
    int32_t room = (int32_t)title.n * GROWTH + 64;
    UChar *text = arena_new(a, UChar, (size_t)room);
    UErrorCode e = U_ZERO_ERROR;
    u_strFromUTF8(text, room, &n, title.s, (int32_t)title.n, &e);
    check(U_SUCCESS(e));
    UTransliterator *t = open_transliterator(language);
    int32_t limit = n;
    utrans_transUChars(t, text, &n, room, 0, &limit, &e);
    utrans_close(t);
    return U_SUCCESS(e) ? icu_str(a, text, n) : S(""); // it may grow beyond all measure
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_apostrophe(char c)
{
    return c == '\'' || c == '`';
}

/* Everything up to the last word that fits. */
static struct str cut(struct str slug)
{
    if (slug.n <= SLUG_MAX)
        return slug;
    size_t n = SLUG_MAX;
    while (n > 0 && slug.s[n] != '-')
        n--;
    return str_sub(slug, 0, n ? n : SLUG_MAX); // one endless word is cut where it must be
}

struct str slug_make(struct arena *a, struct str title, struct str language)
{
    struct str source = first_points(title, SLUG_SOURCE_MAX);
    if (!source.n)
        return S("");
    struct str ascii = to_ascii(a, source, language);
    struct buf out CLEANUP(buf_free) = buf_make(ascii.n + 1);
    bool gap = false;
    for (size_t i = 0; i < ascii.n; i++) {
        char c = ascii.s[i];
        if (is_alnum(c)) {
            if (gap && out.n)
                buf_put_char(&out, '-');
            buf_put_char(&out, c);
            gap = false;
        } else if (!is_apostrophe(c)) {
            gap = true;
        }
    }
    return cut(buf_copy(&out, a));
}

bool slug_valid(struct str s)
{
    if (s.n < 1 || s.n > SLUG_MAX || s.s[0] == '-' || s.s[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.s[i]) && s.s[i] != '-')
            return false;
    return true;
}
