#include "base/clock.h"
#include "base/file.h"
#include "people/keys.h"
#include "people/token.h"
#include "unit/test.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without these a key that others can read would sign our cookies, or a made-up token pass. */

struct place {
    struct arena a;
    char dir[40];
    struct str why;
};

static void place_make(struct place *p)
{
    arena_init(&p->a, 1 << 20);
    memcpy(p->dir, "/tmp/diurnal-keys-XXXXXX", 25);
    expect(mkdtemp(p->dir));
}

static const char *path(struct place *p, const char *name)
{
    return str_z(&p->a, str_print(&p->a, "%s/keys/%s", p->dir, name));
}

static void place_remove(struct place *p)
{
    (void)unlink(path(p, "cookie"));
    (void)unlink(path(p, "link"));
    (void)unlink(path(p, "ledger"));
    (void)unlink(path(p, "address"));
    (void)unlink(path(p, "address-1"));
    (void)unlink(path(p, "address-2"));
    (void)rmdir(path(p, ""));
    expect(rmdir(p->dir) == 0);
    arena_free(&p->a);
}

static struct keys *opened(struct place *p)
{
    struct keys *k = NULL;
    err e = keys_open(p->dir, &p->a, &k, &p->why);
    if (e)
        printf("# " STR_FMT "\n", STR_ARG(p->why));
    expect(e == OK);
    return k;
}

static void expect_refused(struct place *p, const char *what)
{
    struct keys *k = NULL;
    size_t at = 0;
    expect(keys_open(p->dir, &p->a, &k, &p->why) == KEYS_REFUSED && !k);
    if (!str_find(p->why, str_from_z(what), &at))
        printf("# " STR_FMT "\n", STR_ARG(p->why));
    expect(str_find(p->why, str_from_z(what), &at));
}

static void mac_of(const struct keys *k, enum key_use use, uint8_t ret[KEYS_MAC_BYTES])
{
    keys_sign(k, use, (struct str[]){ S("test"), S("x") }, 2, ret);
}

TEST(keys_are_made_once_for_their_owner_alone)
{
    struct place p;
    struct stat st;
    uint8_t one[KEYS_MAC_BYTES];
    uint8_t two[KEYS_MAC_BYTES];
    place_make(&p);
    struct keys *k = opened(&p);
    expect(stat(path(&p, ""), &st) == 0 && (st.st_mode & 0777) == 0700);
    expect(stat(path(&p, "cookie"), &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 32);
    expect(stat(path(&p, "address"), &st) == 0 && (st.st_mode & 0777) == 0600);
    mac_of(k, KEY_COOKIE, one);
    keys_free(k);
    k = opened(&p);
    mac_of(k, KEY_COOKIE, two);
    expect(memcmp(one, two, sizeof one) == 0);
    mac_of(k, KEY_LINK, two);
    expect(memcmp(one, two, sizeof one) != 0);
    keys_free(k);
    keys_free(NULL);
    place_remove(&p);
}

TEST(keys_that_others_may_read_or_that_are_cut_are_refused)
{
    struct place p;
    place_make(&p);
    keys_free(opened(&p));
    expect(chmod(path(&p, "link"), 0640) == 0);
    expect_refused(&p, "/keys/link: others may use this key");
    expect(chmod(path(&p, "link"), 0600) == 0);
    expect(truncate(path(&p, "link"), 31) == 0);
    expect_refused(&p, "/keys/link: not a key of ours (32 bytes)");
    expect(truncate(path(&p, "link"), 33) == 0);
    expect_refused(&p, "/keys/link: not a key of ours (32 bytes)");
    expect(unlink(path(&p, "link")) == 0 && mkdir(path(&p, "link"), 0700) == 0);
    expect_refused(&p, "/keys/link: it is not a regular file");
    expect(rmdir(path(&p, "link")) == 0);
    expect(truncate(path(&p, "address"), 0) == 0);
    expect_refused(&p, "/keys/address: not a key of ours (48 bytes)");
    expect(chmod(path(&p, ""), 0750) == 0);
    expect_refused(&p, "/keys: others may look into this folder");
    place_remove(&p);
}

TEST(a_folder_for_keys_that_cannot_be_is_said_so)
{
    struct place p;
    place_make(&p);
    const char *file = str_z(&p.a, str_print(&p.a, "%s/keys", p.dir));
    expect(file_write(file, S("x"), 0600, &p.a) == OK);
    expect_refused(&p, "/keys: not a folder");
    expect(unlink(file) == 0);
    struct keys *k = NULL;
    expect(keys_open("/nowhere/at/all", &p.a, &k, &p.why) == KEYS_REFUSED && p.why.n);
    place_remove(&p);
}

TEST(the_address_key_is_changed_when_it_is_old)
{
    struct place p;
    uint8_t one[KEYS_ADDRESS_BYTES];
    uint8_t two[KEYS_ADDRESS_BYTES];
    place_make(&p);
    struct keys *k = opened(&p);
    int64_t now = clock_now(&(struct clock){ 0 });
    expect(keys_hash_address(k, S("192.0.2.1"), one) == 1);
    expect(keys_renew(k, now + (KEYS_ADDRESS_DAYS - 1) * DAY, &p.a) == OK);
    expect(keys_hash_address(k, S("192.0.2.1"), two) == 1);
    expect(memcmp(one, two, sizeof one) == 0);
    expect(keys_hash_address(k, S("192.0.2.2"), two) == 1 && memcmp(one, two, sizeof one) != 0);
    expect(keys_renew(k, now + KEYS_ADDRESS_DAYS * DAY, &p.a) == OK);
    expect(keys_hash_address(k, S("192.0.2.1"), two) == 2 && memcmp(one, two, sizeof one) != 0);
    keys_free(k);
    k = opened(&p);
    expect(keys_hash_address(k, S("192.0.2.1"), one) == 2 && memcmp(one, two, sizeof one) == 0);
    keys_free(k);
    place_remove(&p);
}

TEST(an_old_address_key_is_kept_until_it_is_forgotten)
{
    struct place p;
    uint8_t one[KEYS_ADDRESS_BYTES];
    uint8_t two[KEYS_ADDRESS_BYTES];
    const int64_t needed = 1;
    place_make(&p);
    struct keys *k = opened(&p);
    int64_t now = clock_now(&(struct clock){ 0 });
    int64_t first = now + KEYS_ADDRESS_DAYS * DAY;
    expect(keys_hash_address(k, S("192.0.2.1"), one) == 1);
    expect(keys_renew(k, first, &p.a) == OK);
    expect(keys_renew(k, first + KEYS_ADDRESS_DAYS * DAY, &p.a) == OK);
    keys_free(k);
    k = opened(&p);
    expect(keys_hash_address_as(k, 1, S("192.0.2.1"), two) && memcmp(one, two, sizeof one) == 0);
    expect(keys_hash_address_as(k, 2, S("192.0.2.1"), two) && memcmp(one, two, sizeof one) != 0);
    expect(!keys_hash_address_as(k, 4, S("192.0.2.1"), two));
    expect(keys_forget(k, first, NULL, 0) == OK); // replaced at that time: not before it
    expect(keys_hash_address_as(k, 1, S("192.0.2.1"), two));
    expect(keys_forget(k, INT64_MAX, &needed, 1) == OK);
    expect(keys_hash_address_as(k, 1, S("192.0.2.1"), two));
    expect(!keys_hash_address_as(k, 2, S("192.0.2.1"), two));
    expect(keys_forget(k, first + 1, NULL, 0) == OK);
    expect(!keys_hash_address_as(k, 1, S("192.0.2.1"), two));
    keys_free(k);
    struct stat st;
    expect(stat(path(&p, "address-1"), &st) != 0 && stat(path(&p, "address-2"), &st) != 0);
    k = opened(&p);
    expect(!keys_hash_address_as(k, 1, S("192.0.2.1"), two));
    expect(keys_hash_address(k, S("192.0.2.1"), two) == 3);
    keys_free(k);
    place_remove(&p);
}

TEST(a_signature_is_good_for_its_words_and_its_purpose_only)
{
    struct arena a CLEANUP(arena_free);
    struct str why;
    struct keys *k = NULL;
    struct keys *others = NULL;
    uint8_t mac[KEYS_MAC_BYTES];
    arena_init(&a, 100000);
    expect(keys_open(NULL, &a, &k, &why) == OK && keys_open(NULL, &a, &others, &why) == OK);
    struct str parts[] = { S("visitor"), S("abc") };
    keys_sign(k, KEY_COOKIE, parts, 2, mac);
    struct str text = { (const char *)mac, sizeof mac };
    expect(keys_signed(k, KEY_COOKIE, parts, 2, text));
    expect(!keys_signed(k, KEY_LINK, parts, 2, text));
    expect(!keys_signed(others, KEY_COOKIE, parts, 2, text));
    expect(!keys_signed(k, KEY_COOKIE, parts, 1, text));
    expect(!keys_signed(k, KEY_COOKIE, (struct str[]){ S("visitora"), S("bc") }, 2, text));
    expect(!keys_signed(k, KEY_COOKIE, parts, 2, str_sub(text, 0, 15)));
    expect(!keys_signed(k, KEY_COOKIE, parts, 2, S("")));
    keys_free(k);
    keys_free(others);
}

TEST(a_token_says_what_was_written_and_cannot_be_changed)
{
    struct arena a CLEANUP(arena_free);
    struct str why;
    struct keys *k = NULL;
    arena_init(&a, 100000);
    expect(keys_open(NULL, &a, &k, &why) == OK);
    struct token t = {
        .purpose = S("unsubscribe"), .subject = INT64_MAX, .detail = -1, .time = INT64_MIN
    };
    struct token got = { .subject = 7 };
    struct str text = token_write(k, &a, &t);
    expect(text.n == TOKEN_TEXT_BYTES && token_read(k, text, S("unsubscribe"), &got));
    expect(got.subject == t.subject && got.detail == t.detail && got.time == t.time);
    got.subject = 7;
    expect(!token_read(k, text, S("subscribe"), &got) && !token_read(k, S(""), t.purpose, &got));
    for (size_t i = 0; i < text.n; i++) {
        char *changed = arena_new(&a, char, text.n);
        memcpy(changed, text.s, text.n);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        expect(!token_read(k, (struct str){ changed, text.n }, t.purpose, &got));
    }
    expect(got.subject == 7);
    keys_free(k);
}
