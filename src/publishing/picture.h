#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * What we need to know of a picture file, and the file without what is nobody's business. Reads
 * JPEG (ISO/IEC 10918-1), PNG (W3C 2003), GIF (89a) and WebP (RFC 9649) by their structure only; no
 * pixel is decoded. Kept: what is needed to show it, colour profiles (ICC, Adobe's transform),
 * animation, and of EXIF the orientation alone, when it turns the picture. Dropped: all other EXIF
 * (place, device, thumbnail), XMP, IPTC, comments, unknown segments, and anything behind the
 * picture's end.
 */
enum picture_kind { PICTURE_JPEG, PICTURE_PNG, PICTURE_GIF, PICTURE_WEBP };
struct picture {
    enum picture_kind kind;
    int64_t width, height; /* as shown: sides exchanged when the orientation lays it on its side */
    int orientation;       /* EXIF's 1..8; 1: as it is */
};
enum {
    PICTURE_SIDE_MAX = 65535,
    PICTURE_PARTS_MAX = 100000, /* segments, chunks or blocks of one file */
};
enum { PICTURE_UNKNOWN = 1, PICTURE_DAMAGED };

/* The kind by the file's first bytes; false when it is none of ours. */
bool picture_kind_of(struct str file, enum picture_kind *ret);
/* Appends the cleaned file to `out`, which needs at most the file's own size and 64 bytes more. */
MUST_USE err picture_clean(struct str file, struct buf *out, struct picture *ret);

struct str picture_type(enum picture_kind k);   /* "image/jpeg" */
struct str picture_ending(enum picture_kind k); /* "jpg" */
