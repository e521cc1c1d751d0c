#pragma once
#include "base/app.h"
#include "funding/channel.h"
#include "http/http.h"
#include "render/view.h"

/*
 * The support box (theme/parts/support.html): every way to give side by side. A page that shows it
 * above and below its text makes two views. QR codes are files of their own, whose address holds
 * the wallet's, and are asked for only where they are seen. Copy buttons are hidden until script
 * shows them; the part brings that script (js/copy.js) with the box below.
 */
/* Banks and wallets are folded but in a box that stands alone below: opened, with their codes, they
 * fill three screens of a telephone. */
enum support_place {
    SUPPORT_ABOVE,
    SUPPORT_BELOW,
    SUPPORT_BELOW_AGAIN /* the page has one above, and a script that copies */
};
struct support_view {
    bool any;    /* at least one channel is configured; without one nothing is shown */
    bool script; /* the page has no other script that copies */
    struct str label;
    struct list links, banks, wallets; /* of struct support_channel */
};
struct support_channel {
    struct str name, kind, title, note;
    struct str url;
    struct str holder, iban, iban_grouped, account, bic, bank, reference;
    /* The address in full, and in parts to compare by eye: the prefix that all addresses of the
     * kind begin with, six characters, the rest, six characters. */
    struct str address, prefix, head, middle, tail;
    struct str uri;
    struct str qr;      /* path of the code */
    bool has_tokens;    /* other assets are taken by the same address: */
    struct list tokens; /* of struct support_token */
    struct str own; /* path at which a giver may ask for an own address; empty: none are given */
    bool opened;
};
struct support_token {
    struct str code, uri;
};
extern const struct view support_view;

/* What the box shows, which may be other addresses each day: the page is made of the topics
 * "support" and "day" then, too. */
MUST_USE err support_show(struct request *r, enum support_place where, struct support_view *ret);
/* The addresses that it shows now, one for each of channels_list(); empty: no wallet. */
MUST_USE err support_addresses(struct request *r, const struct str **ret);
/* One wallet with an address of its own, as the box would show it. */
struct support_channel support_wallet(const struct setup *setup, const struct channel *c,
                                      struct str address, struct arena *a);
extern const struct view support_channel_view;
