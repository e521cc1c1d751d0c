#pragma once
#include "base/str.h"

/*
 * Text in the encodings that files from banks come in, as UTF-8. Windows-1252 and ISO-8859 are
 * what their standards say and no more: the bytes that they leave undefined, the C1 controls of
 * ISO-8859 (a sign that the file is Windows-1252), NUL, and what is not UTF-8 (RFC 3629) are
 * refused.
 */
enum charset {
    CHARSET_UTF8,
    CHARSET_WINDOWS_1252,
    CHARSET_ISO_8859_1,
    CHARSET_ISO_8859_15,
    CHARSETS
};
struct str charset_name(enum charset c); /* "windows-1252" */
bool charset_parse(struct str s, enum charset *ret);

/*
 * Into the arena; a byte order mark of UTF-8 at the front goes, and says that it is UTF-8 whatever
 * `c` says. False: *ret_at is the first byte that is not of the encoding.
 */
bool charset_read(enum charset c, struct str bytes, struct arena *a, struct str *ret,
                  size_t *ret_at);
