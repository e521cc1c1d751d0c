#include "publishing/media.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "render/slug.h"

CONFIG_INT(limit_picture_bytes, "limits", "picture_bytes", 8000000, 10000, 64000000,
           "Largest picture, in bytes of its file.");
CONFIG_INT(limit_picture_pixels, "limits", "picture_pixels", 50000000, 10000, 400000000,
           "Largest picture, in pixels (width times height).");

QUERY(media_insert, "insert into media (hash, name, type, width, height, size, made_at)"
                    " values ($1, $2, $3, $4, $5, $6, $7) on conflict (hash) do nothing");
QUERY(media_insert_piece, "insert into media_piece (media, place, bytes) values ($1, $2, $3)");
QUERY(media_one, "select hash, name, type, size, width, height from media where hash = $1");
QUERY(media_one_piece, "select bytes from media_piece where media = $1 and place = $2");

CHECK_ROWS(media_sizes, "a picture's pieces together have its size",
           "select media.hash, media.size, sum(length(media_piece.bytes)) as kept from media"
           " left join media_piece on media_piece.media = media.hash group by media.hash"
           " having media.size <> coalesce(sum(length(media_piece.bytes)), 0)");

enum { HASH_BYTES = 16, NAME_STEM_MAX = 76 };

static const struct refusal {
    const char *text, *word;
} refusals[MEDIA_REFUSALS] = {
    [MEDIA_NONE] = { "there is no such picture", "picture_none" },
    [MEDIA_TOO_LARGE] = { "the picture's file is too large (limits.picture_bytes)",
                          "picture_too_large" },
    [MEDIA_TOO_MANY_PIXELS] = { "the picture has too many pixels (limits.picture_pixels)",
                                "picture_too_many_pixels" },
    [MEDIA_TYPE_UNKNOWN] = { "the file is not a JPEG, PNG, GIF or WebP picture",
                             "picture_type_unknown" },
    [MEDIA_DAMAGED] = { "the picture's file is damaged", "picture_damaged" },
};

const char *media_refusal_text(err refusal)
{
    check(refusal > 0 && refusal < MEDIA_REFUSALS);
    return refusals[refusal].text;
}

const char *media_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < MEDIA_REFUSALS);
    return refusals[refusal].word;
}

void media_draft_free(struct media_draft *d)
{
    buf_free(&d->bytes);
}

/* The file's name without folders and ending, as a slug; "picture" when nothing is left of it. */
static struct str name_of(struct arena *a, struct str file_name, enum picture_kind kind)
{
    struct str stem = file_name;
    for (size_t i = stem.n; i > 0; i--) {
        if (stem.s[i - 1] == '/' || stem.s[i - 1] == '\\') {
            stem = str_sub(stem, i, stem.n);
            break;
        }
    }
    size_t dot = stem.n;
    while (dot > 0 && stem.s[dot - 1] != '.')
        dot--;
    struct str slug = slug_make(a, dot > 1 ? str_sub(stem, 0, dot - 1) : stem, S("en"));
    slug = str_sub(slug, 0, NAME_STEM_MAX);
    if (slug.n && slug.s[slug.n - 1] == '-')
        slug = str_sub(slug, 0, slug.n - 1);
    struct str ending = picture_ending(kind);
    return str_print(a, STR_FMT "." STR_FMT, STR_ARG(slug.n ? slug : S("picture")),
                     STR_ARG(ending));
}

static struct str hash_of(struct arena *a, struct str bytes)
{
    uint8_t digest[SHA256_BYTES];
    sha256(bytes, digest);
    return hex_print(a, bytes_str(digest, HASH_BYTES));
}

err media_prepare(const struct config *c, struct arena *a, struct str file_name, struct str bytes,
                  struct media_draft *ret)
{
    if (bytes.n > (size_t)config_int(c, &limit_picture_bytes))
        return MEDIA_TOO_LARGE;
    struct picture p = { 0 };
    struct buf out = buf_make(bytes.n + 64);
    err e = picture_clean(bytes, &out, &p);
    if (!e && p.width > config_int(c, &limit_picture_pixels) / p.height) {
        buf_free(&out);
        return MEDIA_TOO_MANY_PIXELS;
    }
    if (e) {
        buf_free(&out);
        return e < 0 ? fault(e) : e == PICTURE_UNKNOWN ? MEDIA_TYPE_UNKNOWN : MEDIA_DAMAGED;
    }
    *ret = (struct media_draft){ .media = { .hash = hash_of(a, buf_str(&out)),
                                            .name = name_of(a, file_name, p.kind),
                                            .type = picture_type(p.kind),
                                            .size = (int64_t)out.n,
                                            .width = p.width,
                                            .height = p.height },
                                 .bytes = out };
    return OK;
}

static err add_pieces(struct tx *tx, const struct media_draft *d)
{
    struct str rest = buf_str(&d->bytes);
    for (int64_t place = 0; rest.n; place++) {
        struct stmt *s = query_start(tx, &media_insert_piece);
        bind_str(s, 1, d->media.hash);
        bind_int(s, 2, place);
        bind_blob(s, 3, str_sub(rest, 0, MEDIA_PIECE_BYTES));
        err e = query_run(s, NULL);
        if (e)
            return fault(e);
        rest = str_sub(rest, MEDIA_PIECE_BYTES, rest.n);
    }
    return OK;
}

err media_add(struct tx *tx, struct media_draft *d, int64_t now, struct arena *a)
{
    int64_t added = 0;
    struct stmt *s = query_start(tx, &media_insert);
    bind_str(s, 1, d->media.hash);
    bind_str(s, 2, d->media.name);
    bind_str(s, 3, d->media.type);
    bind_int(s, 4, d->media.width);
    bind_int(s, 5, d->media.height);
    bind_int(s, 6, d->media.size);
    bind_int(s, 7, now);
    err e = query_run(s, &added);
    if (e)
        return fault(e);
    if (added)
        return add_pieces(tx, d);
    struct media kept = { 0 };
    e = media_get(tx, d->media.hash, a, &kept);
    if (e)
        return fault(e < 0 ? e : ERR_DATA);
    d->media.name = kept.name;
    return OK;
}

err media_get(struct tx *tx, struct str hash, struct arena *a, struct media *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &media_one);
    bind_str(s, 1, hash);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return MEDIA_NONE;
    *ret = (struct media){ .hash = column_str(s, 0, a),
                           .name = column_str(s, 1, a),
                           .type = column_str(s, 2, a),
                           .size = column_int(s, 3),
                           .width = column_int(s, 4),
                           .height = column_int(s, 5) };
    query_end(s);
    return OK;
}

err media_piece(struct tx *tx, struct str hash, int64_t place, struct arena *scratch,
                struct buf *out, bool *ret_end)
{
    bool row = false;
    struct stmt *s = query_start(tx, &media_one_piece);
    bind_str(s, 1, hash);
    bind_int(s, 2, place);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    struct str bytes = row ? column_str(s, 0, scratch) : S("");
    query_end(s);
    buf_put(out, bytes);
    *ret_end = bytes.n < MEDIA_PIECE_BYTES;
    return OK;
}

struct str media_url(struct arena *a, const struct media *m)
{
    return str_print(a, "/media/" STR_FMT "/" STR_FMT, STR_ARG(m->hash), STR_ARG(m->name));
}

const struct media_name *media_find(const struct media_names *names, struct str source)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->names[i].source, source))
            return &names->names[i];
    return NULL;
}

err media_names_read(struct stmt *s, struct arena *a, struct media_names *ret)
{
    struct media_name *names = arena_new(a, struct media_name, MEDIA_PER_TEXT);
    size_t n = 0;
    bool row = true;
    while (n < MEDIA_PER_TEXT) {
        err e = query_step(s, &row);
        if (e)
            return fault(e);
        if (!row)
            break;
        names[n++] = (struct media_name){ .source = column_str(s, 0, a),
                                          .media = { .hash = column_str(s, 1, a),
                                                     .name = column_str(s, 2, a),
                                                     .type = column_str(s, 3, a),
                                                     .size = column_int(s, 4),
                                                     .width = column_int(s, 5),
                                                     .height = column_int(s, 6) } };
    }
    query_end(s);
    *ret = (struct media_names){ names, n };
    return OK;
}
