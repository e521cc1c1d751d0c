#include "funding/statement.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "funding/wallet.h"

#include <inttypes.h>
#include <stdlib.h>

#define FIRST_LINE "Diurnal address statement 1\n"

enum { GROUP = 4, LOAD_MEMORY = 4 * STATEMENT_MAX };

const char *statement_refusal(err refusal)
{
    static const char *const sentences[STATEMENT_REFUSALS] = {
        [STATEMENT_FORM] = "this is not an address statement, or not written as one",
        [STATEMENT_SIGNATURE] = "the signature does not fit: the text was changed since",
        [STATEMENT_UNSIGNED] = "this text is not signed yet; diurnal statement sign does that",
        [STATEMENT_SIGNED] = "this statement is signed already",
        [STATEMENT_KEY] = "this statement is signed with another key",
    };
    check(refusal > 0 && refusal < STATEMENT_REFUSALS);
    return sentences[refusal];
}

/* ---- writing ---- */

static void put(struct buf *out, const char *name, struct str value)
{
    if (value.n)
        buf_print(out, "%s: " STR_FMT "\n", name, STR_ARG(value));
}

/* Not the key itself: who has that sees every gift there was and will be. */
static void put_wallet(struct buf *out, const struct wallet *w, struct arena *a)
{
    put(out, "key-sha256", w->key_hash);
    for (int64_t number = 0; number < STATEMENT_ADDRESSES; number++) {
        struct wallet_place place = { 0 };
        check(wallet_place(w, number, a, &place) == OK); // the first was derived at start
        put(out, "address", place.text);
    }
}

static void put_channel(struct buf *out, const struct channel *c, struct arena *a)
{
    buf_put_char(out, '\n');
    put(out, "channel", c->name);
    put(out, "kind", channel_kind_name(c));
    put(out, "url", c->url);
    put(out, "holder", c->holder);
    put(out, "iban", c->iban);
    put(out, "account", c->account);
    put(out, "bic", c->bic);
    if (c->wallet && c->wallet->derived)
        put_wallet(out, c->wallet, a);
    else
        put(out, "address", c->address);
}

static int by_name(const void *x, const void *y)
{
    const struct channel *const *a = x;
    const struct channel *const *b = y;
    return str_cmp((*a)->name, (*b)->name);
}

struct str statement_channels(const struct channels *c, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(STATEMENT_MAX);
    const struct channel *list = NULL;
    const struct channel *sorted[CHANNELS_MAX];
    size_t n = channels_list(c, &list);
    check(n <= CHANNELS_MAX);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &list[i];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 0; i < n; i++)
        put_channel(&out, sorted[i], a);
    check(!buf_full(&out)); // channels and their values are bounded
    return buf_copy(&out, a);
}

struct str statement_print(const struct statement_draft *d, struct arena *a)
{
    return str_print(
        a, FIRST_LINE "site: " STR_FMT "\nserial: %" PRId64 "\ndate: " STR_FMT "\n" STR_FMT,
        STR_ARG(d->site), d->serial, STR_ARG(date_print(a, d->date)),
        STR_ARG(statement_channels(d->channels, a)));
}

/* ---- reading ---- */

/* "name: value" and its end of line. */
static bool take_line(struct str *s, const char *name, struct str *ret)
{
    struct str rest = *s;
    struct str value = { 0 };
    if (!scan_text(&rest, str_from_z(name)) || !scan_text(&rest, S(": ")) ||
        !str_cut(rest, '\n', &value, &rest) || !value.n || text_check(value, true) != TEXT_FINE)
        return false;
    *ret = value;
    *s = rest;
    return true;
}

/* Lines "name: value" in groups that each begin behind a blank line. */
static bool channels_are_good(struct str s)
{
    static const char *const names[] = { "kind",    "url", "holder",  "iban",
                                         "account", "bic", "address", "key-sha256" };
    while (s.n) {
        struct str value = { 0 };
        struct str rest = s;
        bool found = scan_char(&rest, '\n') && take_line(&rest, "channel", &value);
        if (found)
            s = rest;
        for (size_t i = 0; !found && i < COUNT(names); i++)
            found = take_line(&s, names[i], &value);
        if (!found)
            return false;
    }
    return true;
}

/* The lines before the channels. `key` is empty when there is none. */
static bool take_head(struct str *s, struct statement *ret, struct str *ret_key)
{
    struct str serial = { 0 };
    struct str date = { 0 };
    *ret_key = S("");
    if (!scan_text(s, S(FIRST_LINE)) || !take_line(s, "site", &ret->site) ||
        !take_line(s, "serial", &serial) || !take_line(s, "date", &date))
        return false;
    (void)take_line(s, "key", ret_key); // a text that is to be signed has none
    return int_parse(serial, 1, STATEMENT_SERIAL_MAX, &ret->serial) && date_parse(date, &ret->date);
}

/* Where the line of the signature begins; the text's length when there is none. */
static size_t signature_at(struct str text)
{
    size_t at = 0;
    return str_find(text, S("\n\nsignature: "), &at) ? at + 1 : text.n;
}

/* In small letters only: there is one way to write it. */
static bool take_hex(struct str s, uint8_t *ret, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] >= 'A' && s.s[i] <= 'F')
            return false;
    return hex_parse(s, ret, n);
}

err statement_parse(struct str text, struct statement *ret)
{
    struct statement s = { .text = text };
    struct str key = { 0 };
    struct str hex = { 0 };
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    size_t at = signature_at(text);
    struct str head = str_sub(text, 0, at);
    struct str tail = str_sub(text, at, text.n);
    if (text.n > STATEMENT_MAX || !take_head(&head, &s, &key) || !channels_are_good(head))
        return STATEMENT_FORM;
    if (!key.n && !tail.n)
        return STATEMENT_UNSIGNED;
    if (!take_hex(key, s.key, sizeof s.key) || !scan_char(&tail, '\n') ||
        !take_line(&tail, "signature", &hex) || tail.n ||
        !take_hex(hex, signature, sizeof signature))
        return STATEMENT_FORM;
    s.channels = head;
    if (!ed25519_verify(s.key, str_sub(text, 0, at), signature))
        return STATEMENT_SIGNATURE;
    *ret = s;
    return OK;
}

err statement_sign(struct str draft, const struct sign_key *k, struct arena *a, struct str *ret)
{
    struct statement s = { 0 };
    struct str rest = draft;
    struct str key = { 0 };
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    if (draft.n > STATEMENT_MAX / 2 || !take_head(&rest, &s, &key))
        return STATEMENT_FORM;
    if (key.n)
        return STATEMENT_SIGNED;
    if (!channels_are_good(rest))
        return STATEMENT_FORM;
    struct str head = str_sub(draft, 0, draft.n - rest.n);
    struct str signed_text = str_print(a, STR_FMT "key: " STR_FMT "\n" STR_FMT, STR_ARG(head),
                                       STR_ARG(hex_print(a, sign_public(k, a))), STR_ARG(rest));
    sign_message(k, signed_text, signature);
    *ret = str_print(a, STR_FMT "\nsignature: " STR_FMT "\n", STR_ARG(signed_text),
                     STR_ARG(hex_print(a, bytes_str(signature, sizeof signature))));
    return OK;
}

/* ---- keys for people ---- */

static struct str groups(struct str hex, struct arena *a)
{
    struct buf out CLEANUP(buf_free) = buf_make(2 * hex.n + 1);
    for (size_t i = 0; i < hex.n; i += GROUP)
        buf_print(&out, "%s" STR_FMT, i ? " " : "", STR_ARG(str_sub(hex, i, GROUP)));
    return buf_copy(&out, a);
}

struct str statement_fingerprint(const uint8_t key[ED25519_PUBLIC_BYTES], struct arena *a)
{
    uint8_t hash[SHA256_BYTES];
    sha256(bytes_str(key, ED25519_PUBLIC_BYTES), hash);
    return groups(hex_print(a, bytes_str(hash, STATEMENT_FINGERPRINT_BYTES)), a);
}

struct str statement_key_text(const uint8_t key[ED25519_PUBLIC_BYTES], struct arena *a)
{
    return groups(hex_print(a, bytes_str(key, ED25519_PUBLIC_BYTES)), a);
}

bool statement_key_is(const struct statement *s, struct str text)
{
    char digits[2 * ED25519_PUBLIC_BYTES];
    uint8_t hash[SHA256_BYTES];
    uint8_t given[ED25519_PUBLIC_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.s[i] == ' ')
            continue;
        if (n == sizeof digits)
            return false;
        digits[n++] = text.s[i];
    }
    struct str hex = { digits, n };
    if (hex_parse(hex, given, ED25519_PUBLIC_BYTES))
        return secret_eq(bytes_str(given, sizeof given), bytes_str(s->key, sizeof s->key));
    sha256(bytes_str(s->key, sizeof s->key), hash);
    return hex_parse(hex, given, STATEMENT_FINGERPRINT_BYTES) &&
           secret_eq(bytes_str(given, STATEMENT_FINGERPRINT_BYTES),
                     bytes_str(hash, STATEMENT_FINGERPRINT_BYTES));
}

/* ---- held to the configuration ---- */

/* The next group of lines about a channel, and its name. */
static bool next_channel(struct str *s, struct str *ret_lines, struct str *ret_name)
{
    struct str start = *s;
    struct str rest = *s;
    size_t at = 0;
    if (!scan_text(&rest, S("\nchannel: ")))
        return false;
    *ret_name = rest;
    (void)str_cut(rest, '\n', ret_name, &rest); // every line has its end
    if (!str_find(rest, S("\nchannel: "), &at))
        at = rest.n;
    *s = str_sub(rest, at, rest.n);
    *ret_lines = str_sub(start, 0, start.n - s->n);
    return true;
}

/* The lines about the channel of this name; empty: there are none. */
static struct str find_channel(struct str all, struct str name)
{
    struct str lines = { 0 };
    struct str found = { 0 };
    while (next_channel(&all, &lines, &found))
        if (str_eq(found, name))
            return lines;
    return S("");
}

/* What the configuration has and the statement not just so; empty: nothing. */
static struct str changed_channel(struct str ours, struct str theirs, struct arena *a)
{
    struct str lines = { 0 };
    struct str name = { 0 };
    while (next_channel(&ours, &lines, &name)) {
        struct str found = find_channel(theirs, name);
        if (!found.n)
            return str_print(a, "it does not name the channel " STR_FMT, STR_ARG(name));
        if (!str_eq(found, lines))
            return str_print(a, "it says otherwise of the channel " STR_FMT, STR_ARG(name));
    }
    return S("");
}

/* What the statement names and the configuration has not. */
static struct str missing_channel(struct str ours, struct str theirs, struct arena *a)
{
    struct str lines = { 0 };
    struct str name = { 0 };
    while (next_channel(&theirs, &lines, &name))
        if (!find_channel(ours, name).n)
            return str_print(a, "it names the channel " STR_FMT ", which is not configured",
                             STR_ARG(name));
    return S("it names the channels in another order, or one twice");
}

struct str statement_difference(const struct statement *s, struct str site,
                                const struct channels *c, struct arena *a)
{
    struct str ours = statement_channels(c, a);
    if (!str_eq(s->site, site))
        return str_print(a, "it is for the site " STR_FMT ", not " STR_FMT, STR_ARG(s->site),
                         STR_ARG(site));
    if (str_eq(s->channels, ours))
        return S("");
    struct str why = changed_channel(ours, s->channels, a);
    return why.n ? why : missing_channel(ours, s->channels, a);
}

/* Holds itself. */
struct loaded {
    struct statement statement; /* first: what callers see is the whole */
    struct arena arena;
};

static err refuse(const struct statement_setup *s, struct str why, struct arena *a,
                  struct str *ret_why)
{
    *ret_why = str_print(a,
                         "%s/" STATEMENT_FILE " and " STR_FMT " do not agree: " STR_FMT
                         "; install a new statement, or take the change back (docs/statement.md)",
                         s->data_dir, STR_ARG(s->file), STR_ARG(why));
    return STATEMENT_DIFFERS;
}

err statement_load(const struct statement_setup *s, struct arena *a, struct statement **ret,
                   struct str *ret_why)
{
    struct str text = { 0 };
    struct arena memory;
    struct str path = str_print(a, "%s/" STATEMENT_FILE, s->data_dir);
    err e = file_read(str_z(a, path), STATEMENT_MAX, a, &text);
    if (e == FILE_MISSING) {
        *ret = NULL;
        return OK;
    }
    if (e < 0)
        return fault(e);
    if (e) {
        *ret_why = str_print(a, STR_FMT ": %s", STR_ARG(path), file_refusal(e));
        return STATEMENT_DIFFERS;
    }
    arena_init(&memory, LOAD_MEMORY);
    struct loaded *l = arena_new(&memory, struct loaded, 1);
    e = statement_parse(str_copy(&memory, text), &l->statement);
    struct str why = e ? str_from_z(statement_refusal(e))
                       : statement_difference(&l->statement, s->site, s->channels, a);
    l->arena = memory; // moves into what it holds
    if (why.n) {
        statement_free(&l->statement);
        return refuse(s, why, a, ret_why);
    }
    *ret = &l->statement;
    return OK;
}

void statement_free(struct statement *s)
{
    struct loaded *l = (struct loaded *)s;
    if (!l)
        return;
    struct arena arena = l->arena; // which holds *l itself
    arena_free(&arena);
}
