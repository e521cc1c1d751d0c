#pragma once
#include "base/err.h"
#include "funding/amount.h"

/*
 * A page of a campaign's members as Patreon's API v2 answers (JSON:API; https://docs.patreon.com,
 * "campaigns/{campaign_id}/members" with include=pledge_history): each member with what was tried
 * to be charged. The API tells of no charge's number, but of the moment: a member is charged once
 * in a second, so "MEMBER/MOMENT" is the charge's name, whichever and however many records speak of
 * it.
 */
enum patreon_status {
    PATREON_OTHER, /* pending, declined, deleted, or unknown: no money of ours */
    PATREON_PAID,
    PATREON_REFUNDED, /* all of it */
    PATREON_FRAUD,    /* taken back by the bank */
    PATREON_PARTLY,   /* a part was refunded; how much it does not say */
};
struct patreon_charge {
    struct str object; /* as above: PAYMENT_OBJECT_MAX bytes at most */
    struct str name;   /* the member's, as told; may be empty */
    int64_t at;        /* microseconds UTC */
    struct amount amount;
    enum patreon_status status;
};
struct patreon_page {
    const struct patreon_charge *charges; /* PATREON_OTHER are left out */
    size_t n;
    struct str next; /* cursor of the next page; empty: this was the last */
    size_t skipped;  /* records that were not understood, or of currencies without hundredths */
};
enum {
    PATREON_MEMBERS_MAX = 1000, /* of one page: as many as Patreon gives at most */
    PATREON_CURSOR_MAX = 200,
    PATREON_ID_MAX = 64,
    PATREON_NOT_A_PAGE = 1,
};
MUST_USE err patreon_page_read(struct str body, struct arena *a, struct patreon_page *ret);
