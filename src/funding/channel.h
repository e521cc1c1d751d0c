#pragma once
#include "base/config.h"
#include "base/err.h"
#include "base/str.h"
#include "funding/provider.h"
#include "render/qr.h"

/*
 * The ways to give, as the configuration file names them, one section each:
 *
 *     [channel.paypal]                 [channel.savings]            [channel.bitcoin]
 *     url = https://paypal.me/river    kind = bank                  address = bc1q...
 *                                      iban = DE89 3704 ...         note = Thank you!
 *
 * The section's name is the channel's name in the ledger; without `kind` it is the kind too. Every
 * value is checked here: addresses by their checksums, IBANs, hosts of providers. What is wrong is
 * refused with its line, and a private key of any form is refused without being echoed.
 * docs/channels.md lists the keys.
 */
enum channel_kind {
    CHANNEL_PROVIDER, /* one of provider.h, whose name is the kind's */
    CHANNEL_LINK,
    CHANNEL_BANK,
    CHANNEL_BITCOIN,
    CHANNEL_BITCOINCASH,
    CHANNEL_ETHEREUM,
    CHANNEL_KINDS
};
enum {
    CHANNELS_MAX = 32,
    CHANNEL_NAME_MAX = 32, /* a-z 0-9 - */
    CHANNEL_TITLE_MAX = 80,
    CHANNEL_NOTE_MAX = 300,
    CHANNEL_ORDER_MAX = 999,
};
extern const struct config_open channel_sections;

/* What says where money goes has to stand in the address statement too: statement.c, put_channel().
 */
struct wallet;
struct channel {
    struct str name;  /* "savings" */
    struct str title; /* as configured; empty: the kind's own name */
    struct str note;
    enum channel_kind kind;
    int order;
    struct str url; /* providers and links */
    struct str holder, iban, account, bic, bank,
        reference;                   /* bank; iban without spaces, capitals */
    struct str address;              /* wallets: the one, or the first, in its canonical form */
    struct str uri;                  /* wallets: the payment URI */
    const struct provider *provider; /* or NULL */
    struct str provider_values[PROVIDER_KEYS_MAX]; /* of its keys, in its order; empty: not set */
    struct html qr;                                /* wallets: the URI as QR code, SVG */
    const struct wallet *wallet;                   /* wallets, else NULL: wallet.h */
};

struct channels;
enum { CHANNELS_WRONG = 1 };
/* `file` is the configuration's name in ret_why, "FILE:LINE: what is wrong", made in `a`. */
MUST_USE err channels_make(const struct config *config, struct str file, struct arena *a,
                           struct channels **ret, struct str *ret_why);
void channels_free(struct channels *c); /* NULL is fine */

/* In the order shown: by `order`, then as in the file. Borrowed from the channels. */
size_t channels_list(const struct channels *c, const struct channel **ret);
const struct channel *channels_find(const struct channels *c, struct str name); /* or NULL */

struct str channel_kind_name(const struct channel *c); /* "bitcoincash", as in configuration */
/* *ret_provider is NULL for all but CHANNEL_PROVIDER. */
bool channel_kind_parse(struct str s, enum channel_kind *ret, const struct provider **ret_provider);
/* The names of all kinds, those of providers first, in the arena. */
size_t channel_kind_names(struct arena *a, const struct str **ret);
bool channel_name_is_valid(struct str name); /* 1..CHANNEL_NAME_MAX of a-z 0-9 -, no hyphen first */
/* May stand in the ledger: a kind's name, or the name of a configured channel. `c` may be
 * NULL. */
bool channel_is_known(const struct channels *c, struct str name);
