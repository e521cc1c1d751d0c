/* Without these, a published picture could tell where a source lives, or break in the browser. */
#include "base/file.h"
#include "publishing/picture.h"
#include "unit/test.h"

static struct arena arena;

static struct str sample(const char *name)
{
    if (!arena.limit)
        arena_init(&arena, 1 << 20);
    struct str path = str_print(&arena, "tests/fuzz/corpus/picture/%s", name);
    struct str bytes = { 0 };
    expect(file_read(str_z(&arena, path), 1 << 16, &arena, &bytes) == OK);
    return bytes;
}

static struct str cleaned(struct str file, struct picture *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(file.n + 64);
    expect(picture_clean(file, &out, ret) == OK);
    expect(!buf_full(&out));
    return buf_copy(&out, &arena);
}

static bool has(struct str s, struct str needle)
{
    size_t at = 0;
    return str_find(s, needle, &at);
}

static err outcome(struct str file)
{
    struct buf out CLEANUP(buf_free) = buf_make(file.n + 64);
    struct picture p = { 0 };
    return picture_clean(file, &out, &p);
}

TEST(picture_leaves_files_without_metadata_as_they_are)
{
    static const char *const names[] = { "plain.png",  "plain.jpg",  "plain.gif",
                                         "plain.webp", "lossy.webp", "lossless.webp" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str file = sample(names[i]);
        struct picture p = { 0 };
        expect(str_eq(cleaned(file, &p), file));
        expect(p.orientation == 1);
    }
    arena_free(&arena);
}

TEST(picture_tells_the_size_of_each_kind)
{
    struct picture p = { 0 };
    (void)cleaned(sample("plain.png"), &p);
    expect(p.kind == PICTURE_PNG && p.width == 12 && p.height == 8);
    (void)cleaned(sample("plain.jpg"), &p);
    expect(p.kind == PICTURE_JPEG && p.width == 12 && p.height == 8);
    (void)cleaned(sample("plain.gif"), &p);
    expect(p.kind == PICTURE_GIF && p.width == 2 && p.height == 2);
    (void)cleaned(sample("lossy.webp"), &p);
    expect(p.kind == PICTURE_WEBP && p.width == 12 && p.height == 8);
    (void)cleaned(sample("lossless.webp"), &p);
    expect(p.width == 12 && p.height == 8);
    (void)cleaned(sample("moving.webp"), &p);
    expect(p.width == 12 && p.height == 8);
    arena_free(&arena);
}

TEST(picture_drops_what_is_nobodys_business)
{
    static const char *const names[] = { "rich.png", "rich.jpg", "rich.gif", "rich.webp",
                                         "moving.webp" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct picture p = { 0 };
        struct str out = cleaned(sample(names[i]), &p);
        expect(!has(out, S("secret")) && !has(out, S("Secret")) && !has(out, S("53.55")));
    }
    arena_free(&arena);
}

TEST(picture_keeps_colour_profile_loop_and_density)
{
    struct picture p = { 0 };
    expect(has(cleaned(sample("rich.jpg"), &p), S("ICC_PROFILE")));
    expect(has(cleaned(sample("rich.png"), &p), S("pHYs")));
    expect(has(cleaned(sample("rich.gif"), &p), S("NETSCAPE2.0")));
    struct str moving = cleaned(sample("moving.webp"), &p);
    expect(has(moving, S("ANIM")) && has(moving, S("ANMF")) && !has(moving, S("JUNK")));
    arena_free(&arena);
}

TEST(picture_keeps_the_orientation_and_exchanges_the_sides)
{
    static const struct {
        const char *name;
        int orientation;
        int64_t width;
    } cases[] = {
        { "rich.jpg", 6, 8 }, { "rich.png", 8, 8 }, { "rich.webp", 5, 8 }, { "little.jpg", 3, 12 }
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct picture p = { 0 };
        struct str once = cleaned(sample(cases[i].name), &p);
        expect(p.orientation == cases[i].orientation && p.width == cases[i].width);
        struct picture again = { 0 };
        expect(str_eq(cleaned(once, &again), once)); // what we wrote is what we read
        expect(again.orientation == p.orientation && again.height == p.height);
    }
    arena_free(&arena);
}

TEST(picture_refuses_what_is_cut_or_changed)
{
    expect(outcome(sample("cut.jpg")) == PICTURE_DAMAGED);
    expect(outcome(sample("bad_crc.png")) == PICTURE_DAMAGED);
    static const char *const names[] = { "plain.png", "plain.jpg", "plain.gif", "lossy.webp" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str file = sample(names[i]);
        for (size_t n = 0; n < file.n; n++)
            expect(outcome(str_sub(file, 0, n)) > 0);
    }
    arena_free(&arena);
}

TEST(picture_refuses_other_kinds_of_files)
{
    expect(outcome(S("")) == PICTURE_UNKNOWN);
    expect(outcome(S("<svg xmlns='http://www.w3.org/2000/svg'/>")) == PICTURE_UNKNOWN);
    expect(outcome(S("%PDF-1.7")) == PICTURE_UNKNOWN);
    expect(outcome(S("RIFF\x04\0\0\0WAVE")) == PICTURE_UNKNOWN);
    expect(outcome(S("BM")) == PICTURE_UNKNOWN);
}

TEST(picture_refuses_a_size_of_zero_and_one_too_many_frames_of_reference)
{
    expect(outcome(S("GIF89a\0\0\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x01\x44\0;")) ==
           PICTURE_DAMAGED);
    expect(outcome(S("GIF89a\x01\0\x01\0\0\0\0;")) == PICTURE_DAMAGED);
    expect(outcome(S("\xFF\xD8\xFF\xD9")) == PICTURE_DAMAGED);
}

TEST(picture_says_when_its_room_is_too_small)
{
    struct str file = sample("plain.png");
    struct buf out CLEANUP(buf_free) = buf_make(file.n - 1);
    struct picture p = { 0 };
    expect(picture_clean(file, &out, &p) == ERR_LIMIT);
    arena_free(&arena);
}
