#include "render/icu.h"
#include "base/check.h"

#include <string.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

bool icu_locale(struct str tag, char ret[ICU_LOCALE_MAX])
{
    char z[ICU_LOCALE_MAX] = { 0 };
    char locale[ICU_LOCALE_MAX] = { 0 };
    if (tag.n == 0 || tag.n >= sizeof z)
        return false;
    memcpy(z, tag.s, tag.n);
    UErrorCode e = U_ZERO_ERROR;
    int32_t read = 0;
    int32_t n = uloc_forLanguageTag(z, locale, ICU_LOCALE_MAX, &read, &e);
    if (U_FAILURE(e) || n >= ICU_LOCALE_MAX || (size_t)read != tag.n)
        return false;
    memcpy(ret, locale, sizeof locale);
    return true;
}

struct str icu_str(struct arena *a, const UChar *s, int32_t n)
{
    check(n >= 0 && n < INT32_MAX / 4);
    int32_t room = n * 3 + 1; // a code unit is at most three bytes
    char *p = arena_new(a, char, (size_t)room);
    int32_t length = 0;
    UErrorCode e = U_ZERO_ERROR;
    u_strToUTF8(p, room, &length, s, n, &e);
    check(U_SUCCESS(e));
    return (struct str){ p, (size_t)length };
}

const UChar *icu_text(struct arena *a, struct str s, int32_t *ret_n)
{
    check(s.n < INT32_MAX / 4);
    UChar *p = arena_new(a, UChar, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (UChar)(unsigned char)s.s[i];
    *ret_n = (int32_t)s.n;
    return p;
}

/*
 * ICU compiles a formatter at its third use. Before the formatter is shared is the better time: the
 * thread that makes it pays, and thread checkers, which see no atomics in libraries, see no race.
 */
static void settle(const UNumberFormatter *f)
{
    enum { USES = 4 };
    UErrorCode e = U_ZERO_ERROR;
    UFormattedNumber *result = unumf_openResult(&e);
    for (int i = 0; i < USES; i++)
        unumf_formatInt(f, i, result, &e);
    check(U_SUCCESS(e));
    unumf_closeResult(result);
}

UNumberFormatter *icu_number(const char *locale, struct str skeleton)
{
    UChar text[128] = { 0 };
    check(skeleton.n < COUNT(text));
    for (size_t i = 0; i < skeleton.n; i++)
        text[i] = (UChar)(unsigned char)skeleton.s[i];
    UErrorCode e = U_ZERO_ERROR;
    UNumberFormatter *f = unumf_openForSkeletonAndLocale(text, (int32_t)skeleton.n, locale, &e);
    check(U_SUCCESS(e) && f);
    settle(f);
    return f;
}

static struct str result_str(struct arena *a, UFormattedNumber *result)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0;
    const UChar *s = ufmtval_getString(unumf_resultAsValue(result, &e), &n, &e);
    check(U_SUCCESS(e));
    struct str text = icu_str(a, s, n);
    unumf_closeResult(result);
    return text;
}

struct str icu_int(const UNumberFormatter *f, struct arena *a, int64_t n)
{
    UErrorCode e = U_ZERO_ERROR;
    UFormattedNumber *result = unumf_openResult(&e);
    unumf_formatInt(f, n, result, &e);
    check(U_SUCCESS(e));
    return result_str(a, result);
}

struct str icu_count(const UNumberFormatter *f, const UPluralRules *rules, struct arena *a,
                     int64_t n, char ret_keyword[ICU_KEYWORD_MAX])
{
    UErrorCode e = U_ZERO_ERROR;
    UFormattedNumber *result = unumf_openResult(&e);
    unumf_formatInt(f, n, result, &e);
    UChar keyword[ICU_KEYWORD_MAX] = { 0 };
    int32_t length = uplrules_selectFormatted(rules, result, keyword, ICU_KEYWORD_MAX - 1, &e);
    check(U_SUCCESS(e));
    u_UCharsToChars(keyword, ret_keyword, length + 1);
    return result_str(a, result);
}

struct str icu_decimal(const UNumberFormatter *f, struct arena *a, struct str decimal)
{
    UErrorCode e = U_ZERO_ERROR;
    UFormattedNumber *result = unumf_openResult(&e);
    check(decimal.n < INT32_MAX);
    unumf_formatDecimal(f, decimal.s, (int32_t)decimal.n, result, &e);
    check(U_SUCCESS(e));
    return result_str(a, result);
}
