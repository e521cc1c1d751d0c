#pragma once
#include "base/config.h"
#include "base/str.h"
#include "publishing/picture.h"
#include "render/markdown.h"
#include "store/store.h"

/*
 * Pictures, kept in the database under the hash of their bytes, so that one backup holds everything
 * and the same picture is kept once. Their address is /media/{hash}/{name}, which never changes its
 * meaning and may be cached for ever. The bytes are kept in pieces, so that a large picture is
 * served without holding it whole.
 */
extern const struct config_key limit_picture_bytes;  /* [limits] picture_bytes: of one file */
extern const struct config_key limit_picture_pixels; /* [limits] picture_pixels: width x height */

enum {
    MEDIA_NAME_MAX = 84,            /* bytes of a picture's name in its address */
    MEDIA_SOURCE_MAX = 500,         /* bytes of a picture's name in Markdown */
    MEDIA_PER_TEXT = 200,           /* different pictures of one text */
    MEDIA_PIECE_BYTES = 128 * 1024, /* of one piece */
};

/* A picture that is kept. */
struct media {
    struct str hash;       /* 32 hex digits: the first half of the SHA-256 of its bytes */
    struct str name;       /* [a-z0-9-]+ and the type's ending: "dike-breach.jpg" */
    struct str type;       /* "image/jpeg" */
    int64_t size;          /* bytes */
    int64_t width, height; /* as shown, after turning by its orientation */
};

enum media_refusal {
    MEDIA_NONE = 1, /* no such picture */
    MEDIA_TOO_LARGE,
    MEDIA_TOO_MANY_PIXELS,
    MEDIA_TYPE_UNKNOWN, /* not a JPEG, PNG, GIF or WebP file, whatever its name says */
    MEDIA_DAMAGED,
    MEDIA_REFUSALS,
};
const char *media_refusal_text(err refusal); /* English, for the command line */
const char *media_refusal_word(err refusal); /* key of theme/words */

/* A file checked, cleaned (picture.h), hashed and named. Owns its bytes; media_draft_free(). */
struct media_draft {
    struct media media;
    struct buf bytes;
};
void media_draft_free(struct media_draft *d); /* for CLEANUP */

/* Outside any transaction. ret->media's texts live in `a`. */
MUST_USE err media_prepare(const struct config *c, struct arena *a, struct str file_name,
                           struct str bytes, struct media_draft *ret);
/* Keeps it. When it is there already, only d->media.name becomes the name that it has. */
MUST_USE err media_add(struct tx *tx, struct media_draft *d, int64_t now, struct arena *a);

MUST_USE err media_get(struct tx *tx, struct str hash, struct arena *a, struct media *ret);
/* Puts piece `place` (from 0) at the end of `out`; *ret_end: it was the last. */
MUST_USE err media_piece(struct tx *tx, struct str hash, int64_t place, struct arena *scratch,
                         struct buf *out, bool *ret_end);
struct str media_url(struct arena *a, const struct media *m); /* "/media/HASH/NAME" */

/* What the names of pictures in one Markdown text stand for. */
struct media_name {
    struct str source; /* as written in the Markdown: "dike.jpg", "pictures/dike.jpg" */
    struct media media;
};
struct media_names {
    const struct media_name *names;
    size_t n;
};
/* NULL when no picture has this name. */
const struct media_name *media_find(const struct media_names *names, struct str source);
/* The rows of a started query: source, then hash, name, type, size, width and height of the
 * picture. At most MEDIA_PER_TEXT. */
MUST_USE err media_names_read(struct stmt *s, struct arena *a, struct media_names *ret);
