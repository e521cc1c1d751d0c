#pragma once
#include "desk/desk_page.h"

/* A page with a secret that is shown once and kept nowhere: a one-time link, recovery codes. It is
 * the answer to the POST itself, never cached, and no address brings it back. */
struct once {
    enum desk_place place;
    const char *title; /* key of theme/words */
    struct str intro;
    const struct str *lines;
    size_t n;
    struct str back;
};
MUST_USE err once_show(struct request *r, struct response *ret, const struct once *o);
