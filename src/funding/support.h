#pragma once
#include "base/app.h"
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
    bool opened;
};
struct support_token {
    struct str code, uri;
};
extern const struct view support_view;

struct support_view support_show(const struct setup *setup, enum support_place where,
                                 struct arena *a);
