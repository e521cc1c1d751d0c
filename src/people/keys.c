/*
 * DIR/keys/cookie, DIR/keys/link and DIR/keys/ledger hold 32 bytes each. DIR/keys/address holds the
 * key's number and the time it was made, 8 bytes each, the least byte first, and then the key.
 * DIR/keys/address-N is an older one in the same form, with the time it was replaced; removing the
 * file removes the last copy of that key.
 */
#include "people/keys.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEY_LEDGER = KEY_LINK + 1, /* the seed of the Ed25519 key */
    KEY_USES,
    ADDRESS_FILE_BYTES = 8 + 8 + KEY_BYTES,
    OWN_MAX = 65536, /* bytes of what the keys take with their folder's name */
    MODE_FILE = 0600,
    MODE_FOLDER = 0700,
    MODE_OTHERS = 077,
};
static const char *const use_names[KEY_USES] = {
    [KEY_COOKIE] = "cookie", [KEY_LINK] = "link", [KEY_LEDGER] = "ledger"
};

struct address_key {
    int64_t number, made_at;
    uint8_t bytes[KEY_BYTES];
};
struct keys {
    uint8_t signing[KEY_USES][KEY_BYTES];
    struct address_key address;
    struct address_key old[KEYS_OLD_MAX]; /* oldest first; made_at: when it was replaced */
    size_t old_count;
    pthread_rwlock_t lock; /* of the address keys */
    struct str folder;     /* empty: in memory only */
    struct arena own;
};

/* A file of exactly `n` bytes that nobody else may read. */
static err read_private(struct str path, void *ret, size_t n, struct arena *a, struct str *ret_why)
{
    const char *name = str_z(a, path);
    struct stat st;
    struct str bytes = { 0 };
    if (stat(name, &st) && errno == ENOENT)
        return FILE_MISSING;
    err e = file_read(name, n, a, &bytes);
    if (e < 0)
        return fault(e);
    if (e && e != FILE_TOO_LARGE) {
        *ret_why = str_print(a, "%s: %s", name, file_refusal(e));
        return KEYS_REFUSED;
    }
    if (st.st_mode & MODE_OTHERS) {
        *ret_why = str_print(a, "%s: others may use this key; chmod 600 it, or delete it", name);
        return KEYS_REFUSED;
    }
    if (e || bytes.n != n) {
        *ret_why = str_print(a, "%s: not a key of ours (%zu bytes)", name, n);
        return KEYS_REFUSED;
    }
    memcpy(ret, bytes.s, n);
    return OK;
}

static err write_private(struct str path, const void *bytes, size_t n, struct arena *a,
                         struct str *ret_why)
{
    err e = file_write(str_z(a, path), bytes_str(bytes, n), MODE_FILE, a);
    if (e <= 0)
        return e;
    *ret_why = str_print(a, STR_FMT ": %s", STR_ARG(path), file_refusal(e));
    return KEYS_REFUSED;
}

static err load_signing(struct keys *k, size_t use, struct arena *a, struct str *ret_why)
{
    random_bytes(k->signing[use], KEY_BYTES);
    if (!k->folder.n)
        return OK;
    uint8_t there[KEY_BYTES];
    struct str path = str_print(a, STR_FMT "/%s", STR_ARG(k->folder), use_names[use]);
    err e = read_private(path, there, KEY_BYTES, a, ret_why);
    if (e == FILE_MISSING && !ret_why->n)
        return write_private(path, k->signing[use], KEY_BYTES, a, ret_why);
    if (!e)
        memcpy(k->signing[use], there, KEY_BYTES);
    return e;
}

static void put_int(uint8_t *to, int64_t v)
{
    for (size_t i = 0; i < 8; i++)
        to[i] = (uint8_t)((uint64_t)v >> 8 * i);
}

static int64_t get_int(const uint8_t *from)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v |= (uint64_t)from[i] << 8 * i;
    return (int64_t)v;
}

static struct str address_path(const struct keys *k, struct arena *a)
{
    return str_print(a, STR_FMT "/address", STR_ARG(k->folder));
}

static struct str old_path(const struct keys *k, int64_t number, struct arena *a)
{
    return str_print(a, STR_FMT "/address-%" PRId64, STR_ARG(k->folder), number);
}

static err write_address(const struct keys *k, const struct address_key *key, struct str path,
                         struct arena *a, struct str *ret_why)
{
    if (!k->folder.n)
        return OK;
    uint8_t bytes[ADDRESS_FILE_BYTES];
    put_int(bytes, key->number);
    put_int(bytes + 8, key->made_at);
    memcpy(bytes + 16, key->bytes, KEY_BYTES);
    err e = write_private(path, bytes, sizeof bytes, a, ret_why);
    secret_wipe(bytes, sizeof bytes);
    return e;
}

static struct address_key new_address_key(int64_t number, int64_t now)
{
    struct address_key key = { .number = number, .made_at = now };
    random_bytes(key.bytes, KEY_BYTES);
    return key;
}

static err load_address(struct keys *k, struct arena *a, struct str *ret_why)
{
    uint8_t bytes[ADDRESS_FILE_BYTES];
    err e = k->folder.n ? read_private(address_path(k, a), bytes, sizeof bytes, a, ret_why)
                        : FILE_MISSING;
    if (e == FILE_MISSING && !ret_why->n) {
        k->address = new_address_key(1, clock_now(&(struct clock){ 0 }));
        return write_address(k, &k->address, address_path(k, a), a, ret_why);
    }
    if (e)
        return e;
    k->address = (struct address_key){ .number = get_int(bytes), .made_at = get_int(bytes + 8) };
    memcpy(k->address.bytes, bytes + 16, KEY_BYTES);
    return OK;
}

/* Those that are there, oldest first. */
static err load_old(struct keys *k, struct arena *a, struct str *ret_why)
{
    int64_t from = k->address.number - KEYS_OLD_MAX;
    for (int64_t n = from < 1 ? 1 : from; k->folder.n && n < k->address.number; n++) {
        uint8_t bytes[ADDRESS_FILE_BYTES];
        err e = read_private(old_path(k, n, a), bytes, sizeof bytes, a, ret_why);
        if (e == FILE_MISSING && !ret_why->n)
            continue;
        if (e)
            return e;
        struct address_key key = { .number = n, .made_at = get_int(bytes + 8) };
        memcpy(key.bytes, bytes + 16, KEY_BYTES);
        k->old[k->old_count++] = key;
    }
    return OK;
}

static err make_folder(const struct keys *k, struct arena *a, struct str *ret_why)
{
    const char *name = str_z(a, k->folder);
    struct stat st;
    if (mkdir(name, MODE_FOLDER) && errno != EEXIST) {
        *ret_why = str_print(a, "%s: the folder for keys cannot be made", name);
        return KEYS_REFUSED;
    }
    if (stat(name, &st) || !S_ISDIR(st.st_mode)) {
        *ret_why = str_print(a, "%s: not a folder", name);
        return KEYS_REFUSED;
    }
    if (st.st_mode & MODE_OTHERS) {
        *ret_why = str_print(a, "%s: others may look into this folder; chmod 700 it", name);
        return KEYS_REFUSED;
    }
    return OK;
}

static err load_all(struct keys *k, struct arena *a, struct str *ret_why)
{
    err e = k->folder.n ? make_folder(k, a, ret_why) : OK;
    for (size_t i = 0; !e && i < KEY_USES; i++)
        e = load_signing(k, i, a, ret_why);
    if (!e)
        e = load_address(k, a, ret_why);
    return e ? e : load_old(k, a, ret_why);
}

err keys_open(const char *data_dir, struct arena *a, struct keys **ret, struct str *ret_why)
{
    struct arena own;
    arena_init(&own, OWN_MAX);
    struct keys *k = arena_new(&own, struct keys, 1);
    check(pthread_rwlock_init(&k->lock, NULL) == 0);
    if (data_dir)
        k->folder = str_print(&own, "%s/keys", data_dir);
    k->own = own;
    *ret_why = S("");
    err e = load_all(k, a, ret_why);
    if (e) {
        keys_free(k);
        return e;
    }
    *ret = k;
    return OK;
}

void keys_free(struct keys *k)
{
    if (!k)
        return;
    check(pthread_rwlock_destroy(&k->lock) == 0);
    secret_wipe(k->signing, sizeof k->signing);
    secret_wipe(&k->address, sizeof k->address);
    secret_wipe(k->old, sizeof k->old);
    struct arena own = k->own;
    arena_free(&own);
}

/* Forgets k->old[i]. */
static void drop_old(struct keys *k, size_t i, struct arena *a)
{
    if (k->folder.n)
        (void)unlink(str_z(a, old_path(k, k->old[i].number, a))); // not there: as well
    for (; i + 1 < k->old_count; i++)
        k->old[i] = k->old[i + 1];
    secret_wipe(&k->old[--k->old_count], sizeof k->old[0]);
}

static err keep_old(struct keys *k, int64_t now, struct arena *a, struct str *ret_why)
{
    struct address_key key = k->address;
    key.made_at = now;
    err e = write_address(k, &key, old_path(k, key.number, a), a, ret_why);
    if (!e && k->old_count == KEYS_OLD_MAX)
        drop_old(k, 0, a);
    if (!e)
        k->old[k->old_count++] = key;
    secret_wipe(&key, sizeof key);
    return e;
}

static err renew(struct keys *k, int64_t now, struct arena *a)
{
    if (now - k->address.made_at < KEYS_ADDRESS_DAYS * DAY)
        return OK;
    struct address_key key = new_address_key(k->address.number + 1, now);
    struct str why = { 0 };
    err e = keep_old(k, now, a, &why);
    if (!e)
        e = write_address(k, &key, address_path(k, a), a, &why);
    if (!e)
        k->address = key;
    else if (k->old_count && k->old[k->old_count - 1].number == k->address.number)
        secret_wipe(&k->old[--k->old_count], sizeof key); // it is the present one still
    secret_wipe(&key, sizeof key);
    return e > 0 ? ERR_FULL : e;
}

err keys_renew(struct keys *k, int64_t now, struct arena *a)
{
    check(pthread_rwlock_wrlock(&k->lock) == 0);
    err e = renew(k, now, a);
    check(pthread_rwlock_unlock(&k->lock) == 0);
    return e;
}

void keys_sign(const struct keys *k, enum key_use use, const struct str *parts, size_t n,
               uint8_t ret[KEYS_MAC_BYTES])
{
    uint8_t mac[SHA256_BYTES];
    check(n > 0 && parts[0].n > 0);
    hmac_sha256_parts(bytes_str(k->signing[use], KEY_BYTES), parts, n, mac);
    memcpy(ret, mac, KEYS_MAC_BYTES);
}

bool keys_signed(const struct keys *k, enum key_use use, const struct str *parts, size_t n,
                 struct str mac)
{
    uint8_t right[KEYS_MAC_BYTES];
    keys_sign(k, use, parts, n, right);
    return secret_eq(bytes_str(right, sizeof right), mac);
}

_Static_assert((int)ED25519_SEED_BYTES == (int)KEY_BYTES, "a seed is a key like the others");

void keys_ledger_sign(const struct keys *k, struct str message,
                      uint8_t ret[ED25519_SIGNATURE_BYTES])
{
    ed25519_sign(k->signing[KEY_LEDGER], message, ret);
}

void keys_ledger_public(const struct keys *k, uint8_t ret[ED25519_PUBLIC_BYTES])
{
    ed25519_public(k->signing[KEY_LEDGER], ret);
}

int64_t keys_hash_address(struct keys *k, struct str address, uint8_t ret[KEYS_ADDRESS_BYTES])
{
    uint8_t mac[SHA256_BYTES];
    check(pthread_rwlock_rdlock(&k->lock) == 0);
    hmac_sha256(bytes_str(k->address.bytes, KEY_BYTES), address, mac);
    int64_t number = k->address.number;
    check(pthread_rwlock_unlock(&k->lock) == 0);
    memcpy(ret, mac, KEYS_ADDRESS_BYTES);
    return number;
}

bool keys_hash_address_as(struct keys *k, int64_t number, struct str address,
                          uint8_t ret[KEYS_ADDRESS_BYTES])
{
    uint8_t mac[SHA256_BYTES];
    const struct address_key *key = NULL;
    check(pthread_rwlock_rdlock(&k->lock) == 0);
    if (k->address.number == number)
        key = &k->address;
    for (size_t i = 0; i < k->old_count; i++)
        if (k->old[i].number == number)
            key = &k->old[i];
    if (key)
        hmac_sha256(bytes_str(key->bytes, KEY_BYTES), address, mac);
    check(pthread_rwlock_unlock(&k->lock) == 0);
    if (key)
        memcpy(ret, mac, KEYS_ADDRESS_BYTES);
    return key != NULL;
}

static bool among(const int64_t *numbers, size_t n, int64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

err keys_forget(struct keys *k, int64_t before, const int64_t *needed, size_t n)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, OWN_MAX);
    check(pthread_rwlock_wrlock(&k->lock) == 0);
    for (size_t i = k->old_count; i > 0; i--)
        if (k->old[i - 1].made_at < before && !among(needed, n, k->old[i - 1].number))
            drop_old(k, i - 1, &a);
    check(pthread_rwlock_unlock(&k->lock) == 0);
    return OK;
}
