#pragma once
#include "base/str.h"

/*
 * Lines of an INI file, one at a time, with their numbers:
 *
 *     ; a comment, also with #, at the beginning of a line only
 *     [section]
 *     name = value, to the end of the line, without the blanks around it
 *
 * Our own and not inih, because inih (as Debian builds it) cuts lines at 200 bytes and section
 * names at 50 without a word, takes an indented line for the value's next one, ends a value at
 * " ;", and gives no line numbers: a configuration must mean what it seems to say.
 */
enum {
    INI_LINE_MAX = 8192, /* bytes of a line */
    INI_NAME_MAX = 64,   /* bytes of a section's or a key's name: a-z A-Z 0-9 _ - . */
};
enum ini_kind {
    INI_END,
    INI_SECTION,
    INI_PAIR,
    INI_WRONG, /* ini.why says what; reading may go on */
};
struct ini {
    struct str rest;
    int line;               /* of what was read last, from 1 */
    struct str section;     /* that we are in; empty before the first */
    struct str name, value; /* INI_PAIR */
    const char *why;        /* INI_WRONG */
};
struct ini ini_start(struct str text); /* a byte order mark at the front is skipped */
enum ini_kind ini_next(struct ini *i); /* what it fills borrows from the text */
