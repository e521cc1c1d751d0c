#include "http/compress.h"
#include "base/check.h"

#define ZLIB_CONST /* next_in points to const */
#include <brotli/encode.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16 /* 32 KB, and gzip's own header and trailer */ };

const char *coding_name(enum coding coding)
{
    static const char *const names[CODINGS] = { NULL, "gzip", "br" };
    return names[coding];
}

static bool gzip_run(z_stream *z, struct str in, char *out, size_t *n)
{
    z->next_in = (const Bytef *)in.s;
    z->avail_in = (uInt)in.n;
    z->next_out = (Bytef *)out;
    z->avail_out = (uInt)*n;
    int end = deflate(z, Z_FINISH);
    *n = z->total_out;
    return end == Z_STREAM_END;
}

static bool gzip(int quality, struct str in, char *out, size_t *n)
{
    z_stream z = { 0 };
    check(deflateInit2(&z, quality, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    bool fits = gzip_run(&z, in, out, n);
    (void)deflateEnd(&z); // says only whether the stream was ended early, which is `fits`
    return fits;
}

static bool brotli(int quality, struct str in, char *out, size_t *n)
{
    int window = BROTLI_MIN_WINDOW_BITS;
    while (window < BROTLI_DEFAULT_WINDOW && (size_t)1 << window < in.n)
        window++;
    return BrotliEncoderCompress(quality, window, BROTLI_MODE_TEXT, in.n, (const uint8_t *)in.s, n,
                                 (uint8_t *)out) == BROTLI_TRUE;
}

bool coding_apply(enum coding coding, int quality, struct str in, char **ret, size_t *ret_n)
{
    if (in.n < COMPRESS_LEAST || in.n > INT32_MAX || coding == CODING_IDENTITY)
        return false;
    size_t n = in.n - 1;
    char *out = malloc(n);
    check(out);
    bool smaller =
        coding == CODING_GZIP ? gzip(quality, in, out, &n) : brotli(quality, in, out, &n);
    if (!smaller) {
        free(out);
        return false;
    }
    char *fitted = realloc(out, n);
    *ret = fitted ? fitted : out;
    *ret_n = n;
    return true;
}
