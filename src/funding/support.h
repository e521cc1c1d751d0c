#pragma once
#include "base/app.h"
#include "render/view.h"

/*
 * The support box (theme/parts/support.html): every way to give side by side. A page that shows it
 * above and below its text makes two views; the QR codes of the second refer to those of the first.
 * Copy buttons are hidden until script shows them; the part brings that script (js/copy.js) with
 * the box below.
 */
enum support_place { SUPPORT_ABOVE, SUPPORT_BELOW, SUPPORT_BELOW_AGAIN /* with one above */ };
struct support_view {
    bool any;    /* at least one channel is configured; without one nothing is shown */
    bool below;  /* banks and wallets are shown opened */
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
    struct html qr;
    bool opened;
};
extern const struct view support_view;

struct support_view support_show(const struct setup *setup, enum support_place where,
                                 struct arena *a);
