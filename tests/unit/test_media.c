/* Without these a picture could be lost, kept twice, or served as something it is not. */
#include "publishing/media.h"
#include "unit/press.h"
#include "unit/test.h"

#include <string.h>

static struct press press;

struct adding {
    struct media_draft draft;
};

static err add_work(struct tx *tx, void *arg)
{
    struct adding *m = arg;
    return media_add(tx, &m->draft, PRESS_NOW, &press.arena);
}

static struct media keep(const char *name, struct str bytes)
{
    struct adding m = { 0 };
    expect(media_prepare(press.config, &press.arena, str_from_z(name), bytes, &m.draft) == OK);
    expect(store_write(press.app.store, add_work, &m) == OK);
    struct media kept = m.draft.media;
    media_draft_free(&m.draft);
    return kept;
}

static struct str bytes_of(struct str hash)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct buf out CLEANUP(buf_free) = buf_make(1 << 24);
    bool end = false;
    expect(store_read(press.app.store, &tx) == OK);
    for (int64_t place = 0; !end; place++)
        expect(media_piece(&tx, hash, place, &press.arena, &out, &end) == OK);
    return buf_copy(&out, &press.arena);
}

static err outcome(const char *name, struct str bytes)
{
    struct media_draft d = { 0 };
    err e = media_prepare(press.config, &press.arena, str_from_z(name), bytes, &d);
    media_draft_free(&d);
    return e;
}

/* A GIF with `n` bytes of sub-blocks as its image's data. */
static struct str large_gif(size_t n)
{
    struct str plain = press_sample(&press, "plain.gif");
    struct buf out CLEANUP(buf_free) = buf_make(n + 1000);
    buf_put(&out, str_sub(plain, 0, plain.n - 6)); // up to the image's data
    for (; n; n -= n < 256 ? n : 256) {
        size_t piece = (n < 256 ? n : 256) - 1;
        buf_put_char(&out, (char)piece);
        for (size_t i = 0; i < piece; i++)
            buf_put_char(&out, (char)(i * 7 + out.n));
        if (piece < 255)
            break;
    }
    buf_put(&out, S("\0;"));
    return buf_copy(&out, &press.arena);
}

TEST(media_is_kept_once_under_its_first_name)
{
    press_start(&press, "");
    struct str png = press_sample(&press, "plain.png");
    struct media one = keep("pictures/Der Deich (1).PNG", png);
    expect_str(one.name, S("der-deich-1.png"));
    expect_str(one.type, S("image/png"));
    expect(one.hash.n == 32 && one.width == 12 && one.height == 8 && one.size == (int64_t)png.n);
    struct media again = keep("other.png", press_sample(&press, "plain.png"));
    expect_str(again.hash, one.hash);
    expect_str(again.name, one.name);
    expect_str(media_url(&press.arena, &one),
               str_print(&press.arena, "/media/" STR_FMT "/der-deich-1.png", STR_ARG(one.hash)));
    expect_str(bytes_of(one.hash), png);
    expect(press_findings(&press) == 0);
    press_end(&press);
}

TEST(media_that_differs_in_metadata_only_is_the_same_picture)
{
    press_start(&press, "");
    struct media a = keep("a.gif", press_sample(&press, "plain.gif"));
    struct buf b CLEANUP(buf_free) = buf_make(1000);
    struct str gif = press_sample(&press, "plain.gif");
    buf_put(&b, str_sub(gif, 0, gif.n - 1));
    buf_put(&b, S("\x21\xFE\x05where\0;"));
    expect_str(keep("b.gif", buf_copy(&b, &press.arena)).hash, a.hash);
    press_end(&press);
}

TEST(media_names_are_safe_whatever_the_file_is_called)
{
    press_start(&press, "");
    struct str png = press_sample(&press, "plain.png");
    static const char *const names[][2] = {
        { "洪水.jpg", "hong-shui.png" },      { "...", "picture.png" },    { "", "picture.png" },
        { "../../etc/passwd", "passwd.png" }, { ".hidden", "hidden.png" }, { "a.b.c", "a-b.png" },
        { "C:\\fotos\\x.png", "x.png" },
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct media_draft d CLEANUP(media_draft_free) = { 0 };
        expect(media_prepare(press.config, &press.arena, str_from_z(names[i][0]), png, &d) == OK);
        expect_str(d.media.name, str_from_z(names[i][1]));
    }
    char longest[300] = { 0 };
    memset(longest, 'a', 299);
    struct media_draft d CLEANUP(media_draft_free) = { 0 };
    expect(media_prepare(press.config, &press.arena, str_from_z(longest), png, &d) == OK);
    expect(d.media.name.n <= MEDIA_NAME_MAX);
    press_end(&press);
}

TEST(media_has_limits_of_bytes_and_pixels)
{
    press_start(&press, "[limits]\npicture_bytes = 10000\npicture_pixels = 10000\n");
    struct str large = large_gif(9000);
    expect(outcome("a.gif", large) == OK);
    char *longer = arena_new(&press.arena, char, 10001);
    memcpy(longer, large.s, large.n);
    expect(outcome("a.gif", (struct str){ longer, 10000 }) == OK); // zeros behind its end go
    expect(outcome("a.gif", (struct str){ longer, 10001 }) == MEDIA_TOO_LARGE);
    memcpy(longer + 6, "\x64\0\x64\0", 4);
    expect(outcome("a.gif", (struct str){ longer, large.n }) == OK);
    memcpy(longer + 6, "\x65\0\x64\0", 4);
    expect(outcome("a.gif", (struct str){ longer, large.n }) == MEDIA_TOO_MANY_PIXELS);
    expect(outcome("a.jpg", S("<svg/>")) == MEDIA_TYPE_UNKNOWN);
    expect(outcome("a.jpg", press_sample(&press, "cut.jpg")) == MEDIA_DAMAGED);
    press_end(&press);
}

TEST(media_of_any_size_comes_back_whole)
{
    press_start(&press, "");
    /* Pieces full to the last byte, one more, one less: what a plain one has beside its data is 32
     * bytes. */
    static const size_t sizes[] = { MEDIA_PIECE_BYTES - 32, MEDIA_PIECE_BYTES - 31,
                                    MEDIA_PIECE_BYTES - 33, 3 * MEDIA_PIECE_BYTES + 17 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct str gif = large_gif(sizes[i]);
        struct media m = keep("a.gif", gif);
        expect(str_eq(bytes_of(m.hash), gif));
    }
    expect(press_findings(&press) == 0);
    press_end(&press);
}

TEST(media_that_is_not_kept_is_not_found)
{
    press_start(&press, "");
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct media m = { 0 };
    expect(store_read(press.app.store, &tx) == OK);
    expect(media_get(&tx, S("00000000000000000000000000000000"), &press.arena, &m) == MEDIA_NONE);
    tx_end(&tx);
    press_end(&press);
}

TEST(media_refusals_have_texts_and_words)
{
    for (err e = 1; e < MEDIA_REFUSALS; e++)
        expect(media_refusal_text(e) && media_refusal_word(e));
}
