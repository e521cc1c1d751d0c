#pragma once
#include "base/str.h"

/*
 * Cursors over text. Each function takes what it can from the front of *s and moves *s past it, or
 * leaves both *s and the output alone and returns false.
 */
bool scan_char(struct str *s, char c);
bool scan_text(struct str *s, struct str text);
bool scan_digits(struct str *s, size_t count,
                 int64_t *ret); /* exactly `count` digits, at most 18 */
bool scan_int(struct str *s, int64_t max,
              int64_t *ret); /* 0..max, no sign, no leading zero but "0" */
bool scan_signed(struct str *s, int64_t max, int64_t *ret); /* -max..max */
struct str scan_until(struct str *s, char stop); /* up to `stop` or the end; `stop` is taken too */
struct str scan_line(struct str *s);             /* one line without its LF or CRLF */

/* The whole of `s` is one whole number within min..max, in the form scan_signed takes. */
bool int_parse(struct str s, int64_t min, int64_t max, int64_t *ret);
