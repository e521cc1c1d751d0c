#pragma once
#include "base/str.h"
#include "http/negotiate.h"

/*
 * gzip (zlib) and Brotli. The result is the heap's: free() it, or hand it to the HTTP library.
 * False when it would not be smaller than what it is made of.
 */
enum {
    COMPRESS_LEAST = 1024, /* bytes; smaller bodies fit one packet anyway */
    GZIP_ONCE = 4,         /* for one response */
    GZIP_KEPT = 6,         /* for the cache */
    BROTLI_ONCE = 4,
    BROTLI_KEPT = 5,
    BROTLI_BEST = 11, /* when there is time */
};
bool coding_apply(enum coding coding, int quality, struct str in, char **ret, size_t *ret_n);
const char *coding_name(enum coding coding); /* "gzip", "br"; NULL for identity */
