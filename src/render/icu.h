#pragma once
#include "base/str.h"

#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>

/*
 * Small helps for the modules that use ICU (words, format): between its UTF-16 and our UTF-8, and
 * the numbers both print. An error that ICU reports for a locale it has accepted, or for text that
 * is valid, is a bug or the end of memory, and ends the program.
 */
enum { ICU_LOCALE_MAX = 160 };

/* ICU's name of a BCP 47 tag. False when the text is no such tag. */
bool icu_locale(struct str tag, char ret[ICU_LOCALE_MAX]);

struct str icu_str(struct arena *a, const UChar *s, int32_t n);       /* as UTF-8 */
const UChar *icu_text(struct arena *a, struct str s, int32_t *ret_n); /* s is ASCII */

/* A formatter is immutable and thread-safe; unumf_close() gives it back. */
UNumberFormatter *icu_number(const char *locale, struct str skeleton);
struct str icu_int(const UNumberFormatter *f, struct arena *a, int64_t n);
/* The same, and which of the language's plural forms that number takes: "one", "few", "other". */
enum { ICU_KEYWORD_MAX = 16 };
struct str icu_count(const UNumberFormatter *f, const UPluralRules *rules, struct arena *a,
                     int64_t n, char ret_keyword[ICU_KEYWORD_MAX]);
struct str icu_decimal(const UNumberFormatter *f, struct arena *a, struct str decimal);
