#pragma once
#include "base/err.h"
#include "funding/amount.h"

/*
 * An account's public profile as Liberapay tells it (https://liberapay.com/NAME/public.json): what
 * is pledged to it in a week, as "receiving": {"amount": "10.00", "currency": "EUR"}, or null when
 * the account hides it.
 */
struct liberapay_page {
    bool hidden;
    struct amount weekly; /* zero or more; of an account that hides it nothing */
};
enum { LIBERAPAY_PAGE_MAX = 256 * 1024 /* bytes */, LIBERAPAY_NOT_A_PAGE = 1 };
MUST_USE err liberapay_page_read(struct str body, struct arena *a, struct liberapay_page *ret);
