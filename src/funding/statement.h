#pragma once
#include "base/clock.h"
#include "base/config.h"
#include "base/sign.h"
#include "funding/channel.h"

/*
 * The address statement: a text that names every way to give and where it leads, signed with an
 * Ed25519 key that is kept away from the server. Who has the public key from elsewhere can tell
 * whether the addresses on a page are those that the newsroom's people signed; the server holds
 * itself to an installed one and does not start with other addresses. docs/statement.md says what
 * that proves and what not.
 *
 *     Diurnal address statement 1
 *     site: https://river.example
 *     serial: 2                          it only grows
 *     date: 2018-05-04
 *     key: 64 hex digits                 the public key; not in the text that is to be signed
 *
 *     channel: bank
 *     kind: bank
 *     holder: River Newsroom
 *     iban: DE89370400440532013000
 *
 *     channel: bitcoin
 *     kind: bitcoin
 *     key-sha256: 64 hex digits          of the account's public key or descriptor, as configured
 *     address: bc1q...                   the first hundred, in their order
 *     address: bc1q...
 *
 *     signature: 128 hex digits          over every byte before the blank line above
 *
 * Lines end with LF; channels stand by name; there is one way to write it and no other is taken.
 */
enum {
    STATEMENT_MAX = 512 * 1024, /* bytes */
    STATEMENT_ADDRESSES = 100,  /* of a wallet whose addresses follow from a key: the first ones */
    STATEMENT_FINGERPRINT_BYTES = 20,
};
#define STATEMENT_SERIAL_MAX INT64_C(999999999)
#define STATEMENT_FILE       "statement.txt" /* in the data folder */

struct statement {
    struct str site, channels; /* channels: the lines about them, as statement_channels() */
    int64_t serial;
    struct date date;
    uint8_t key[ED25519_PUBLIC_BYTES];
    struct str text; /* all of it */
};
enum {
    STATEMENT_FORM = 1,  /* not a statement, or not written as one */
    STATEMENT_SIGNATURE, /* changed since, or not signed with the key it names */
    STATEMENT_UNSIGNED,  /* a text that is still to be signed */
    STATEMENT_SIGNED,    /* of statement_sign(): it is signed already */
    STATEMENT_KEY,       /* of another key */
    STATEMENT_REFUSALS
};
const char *statement_refusal(err refusal);

/* Checks form and signature. What it fills borrows from `text`. */
MUST_USE err statement_parse(struct str text, struct statement *ret);

/* The lines about channels: every one, by name. In `a`. */
struct str statement_channels(const struct channels *c, struct arena *a);
/* The text to be signed. */
struct statement_draft {
    struct str site;
    int64_t serial;
    struct date date;
    const struct channels *channels;
};
struct str statement_print(const struct statement_draft *d, struct arena *a);
/* From that text to the statement. The key is SIGN_ED25519. */
MUST_USE err statement_sign(struct str draft, const struct sign_key *k, struct arena *a,
                            struct str *ret);

/* Forty hex digits in groups of four: the beginning of the key's SHA-256. Also groups of the key.
 */
struct str statement_fingerprint(const uint8_t key[ED25519_PUBLIC_BYTES], struct arena *a);
struct str statement_key_text(const uint8_t key[ED25519_PUBLIC_BYTES], struct arena *a);
/* `text` is that key or its fingerprint, in hex with or without blanks. */
bool statement_key_is(const struct statement *s, struct str text);

/* What of the configuration is not as the statement says, as a sentence; empty: nothing. */
struct str statement_difference(const struct statement *s, struct str site,
                                const struct channels *c, struct arena *a);

/*
 * The installed one, held to the configuration. *ret is NULL when none is installed. Refuses with a
 * sentence in ret_why, made in `a`, when it is damaged or says otherwise than the configuration.
 */
enum { STATEMENT_DIFFERS = 1 };
struct statement_setup {
    const char *data_dir;
    struct str site, file; /* file: the configuration's name, for the sentence */
    const struct channels *channels;
};
MUST_USE err statement_load(const struct statement_setup *s, struct arena *a,
                            struct statement **ret, struct str *ret_why);
void statement_free(struct statement *s); /* NULL is fine */
