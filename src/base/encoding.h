#pragma once
#include "base/str.h"

#include <stdint.h>

/*
 * Bytes as text, RFC 4648: base16 in lower case, base64url and base32 without padding, base64 with.
 * The readers take exactly `n` bytes' worth of text and only the one canonical spelling (spare bits
 * zero); hex_parse and base32_parse take both cases. They write to `ret` only when they return
 * true.
 */
struct str hex_print(struct arena *a, struct str bytes);
bool hex_parse(struct str s, void *ret, size_t n);

struct str base64url_print(struct arena *a, struct str bytes);
bool base64url_parse(struct str s, void *ret, size_t n);

struct str base64_print(struct arena *a, struct str bytes);
/* Of any length; the bytes are made in `a`. */
bool base64_read(struct arena *a, struct str s, struct str *ret);

struct str base32_print(struct arena *a, struct str bytes); /* capitals */
bool base32_parse(struct str s, void *ret, size_t n);
