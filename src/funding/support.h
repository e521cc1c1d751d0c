#pragma once
#include "base/app.h"
#include "render/view.h"

/*
 * The support box (theme/parts/support.html): every way to give side by side. A page that shows it
 * above and below its text makes two views that differ in `where` only; the part uses no ids.
 */
enum support_place { SUPPORT_ABOVE, SUPPORT_BELOW };
struct support_view {
    bool above;
    bool any;          /* at least one channel is configured */
    struct list links; /* of struct support_channel */
    struct list banks;
    struct list wallets;
};
struct support_channel {
    struct str name, kind, title, note, url;
    struct str holder, iban, account, bic, bank, reference; /* iban in groups of four */
    struct str coin;                                        /* wallets: "Bitcoin" */
    struct str address, head, middle, tail;                 /* head and tail: six characters each */
    struct str uri;
    struct html qr;
};
extern const struct view support_view;

struct support_view support_show(const struct setup *setup, enum support_place where,
                                 struct arena *a);
