#pragma once
#include "base/str.h"

/*
 * UTF-8 at the door. Text from outside is valid UTF-8 (RFC 3629: no surrogates, no overlong forms,
 * at most U+10FFFF) before it becomes a `struct str` of the domain.
 */
#define UTF8_BAD UINT32_C(0xFFFFFFFF)

bool utf8_valid(struct str s);
uint32_t
utf8_next(struct str *s); /* takes one code point; UTF8_BAD (and one byte) on bad input; s->n > 0 */
size_t utf8_length(struct str s);                    /* code points; s is valid */
struct str utf8_cut(struct str s, size_t max_bytes); /* the longest whole-code-point prefix */
size_t utf8_put(char out[4], uint32_t c);            /* encodes; returns 1..4 */

/*
 * What a person may type. `line`: one line, no line ends. Refuses NUL and other C0/C1 controls (but
 * tab and line ends in a text), bidirectional overrides and isolates that are not closed
 * (U+202A..E, U+2066..9: Trojan Source), and more than 16 combining marks in a row, of whatever
 * script; invisible characters between them do not make it another row.
 */
enum text_fault { TEXT_FINE, TEXT_NOT_UTF8, TEXT_CONTROL, TEXT_BIDI, TEXT_MARKS };
enum { MARKS_IN_A_ROW_MAX = 16 };
enum text_fault text_check(struct str s, bool line);

/* Nothing that leaves a mark: empty, or only spaces, joiners, fillers and other invisible ones. */
bool text_blank(struct str s);
