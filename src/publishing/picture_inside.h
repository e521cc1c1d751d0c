#pragma once
#include "base/check.h"
#include "publishing/picture.h"

/*
 * The inside of picture.c: one file under way, and the readers the four formats share. Each format
 * is walked part by part: what is on its list of parts to keep is copied to `out`, the rest is not.
 * A length that leads past the end, a part that must be there and is not, or a size of zero is
 * PICTURE_DAMAGED. The work is linear in the file's size.
 */
struct walk {
    struct str rest;
    struct buf *out;
    struct picture picture; /* kind and orientation 1 at first */
    int parts;
    bool orientation_put; /* JPEG: EXIF was written */
};

MUST_USE err picture_jpeg(struct walk *w);
MUST_USE err picture_png(struct walk *w);
MUST_USE err picture_gif(struct walk *w);
MUST_USE err picture_webp(struct walk *w);

bool walk_more(struct walk *w); /* counts one more part; false: too many */
bool walk_take(struct str *s, size_t n, struct str *ret);
/* Whether a type of four letters stands in a list of such types. */
bool walk_listed(struct str type, struct str list);
/* The picture's size, told once; PICTURE_DAMAGED when it is none or told twice. */
MUST_USE err walk_size(struct walk *w, uint32_t width, uint32_t height);
/* Notes the orientation in an EXIF block's TIFF; the first that turns the picture counts. */
void walk_exif(struct walk *w, struct str tiff);
/* The smallest EXIF (TIFF) that says nothing but the orientation. */
enum { SMALL_EXIF = 26 };
void walk_small_exif(char space[SMALL_EXIF], int orientation);

/* Numbers at a place that the caller knows to be within `s`. */
static inline uint32_t walk_byte(struct str s, size_t i)
{
    check(i < s.n);
    return (uint8_t)s.s[i];
}

static inline uint32_t big16(struct str s, size_t i)
{
    return walk_byte(s, i) << 8 | walk_byte(s, i + 1);
}

static inline uint32_t big32(struct str s, size_t i)
{
    return big16(s, i) << 16 | big16(s, i + 2);
}

static inline uint32_t little16(struct str s, size_t i)
{
    return walk_byte(s, i) | walk_byte(s, i + 1) << 8;
}

static inline uint32_t little32(struct str s, size_t i)
{
    return little16(s, i) | little16(s, i + 2) << 16;
}
