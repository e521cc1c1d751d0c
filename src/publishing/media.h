#pragma once
#include "base/config.h"
#include "base/str.h"
#include "publishing/picture.h"
#include "render/markdown.h"
#include "store/store.h"

/*
 * Pictures, kept in the database under the hash of their bytes, so that one backup holds everything
 * and the same picture is kept once. Their address is /media/{hash}/{name}, which never changes its
 * meaning and may be cached for ever.
 */
extern const struct config_key limit_picture_bytes;  /* [limits] picture_bytes: of one file */
extern const struct config_key limit_picture_pixels; /* [limits] picture_pixels: width x height */

enum {
    MEDIA_NAME_MAX = 100,     /* bytes of a file's name in an address */
    MEDIA_SOURCE_MAX = 500,   /* bytes of a picture's name in Markdown */
    MEDIA_PER_REVISION = 200, /* pictures of one text */
};

struct media {
    struct str hash; /* 32 hex digits: the first half of the SHA-256 of its bytes */
    struct str name; /* [a-z0-9-]+ and the type's ending: "dike-breach.jpg" */
    struct str type; /* "image/jpeg" */
    struct str bytes;
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
const char *media_refusal_text(err refusal);
const char *media_refusal_word(err refusal);

/*
 * Makes a picture of a file's bytes, outside any transaction: takes its metadata out (picture.h),
 * hashes it, gives it a safe name. The result lives in `a`.
 */
MUST_USE err media_prepare(const struct config *c, struct arena *a, struct str file_name,
                           struct str bytes, struct media *ret);
/* Keeps it; nothing happens when it is there already, but that ret->name is the name it has. */
MUST_USE err media_add(struct tx *tx, const struct media *m, int64_t now, struct arena *a,
                       struct str *ret_name);

MUST_USE err media_get(struct tx *tx, struct str hash, struct arena *a, struct media *ret);
struct str media_url(struct arena *a, const struct media *m); /* "/media/HASH/NAME" */

/* What the names of pictures in one Markdown text stand for. */
struct media_name {
    struct str source; /* as written in the Markdown: "dike.jpg", "pictures/dike.jpg" */
    struct str hash, url;
    int64_t width, height;
};
struct media_names {
    const struct media_name *names;
    size_t n;
};
/* For markdown_options.picture; `arg` is a const struct media_names. */
bool media_find(void *arg, struct str src, struct markdown_picture *ret);
