#pragma once
#include "desk/desk_form.h"
#include "funding/contribution.h"

/* One contribution as the treasurer's pages show it, with what the public never sees. */
struct gift_row {
    struct str url, day, day_text, channel, amount, state, note, reason, reference;
    struct str out; /* what went out of it again, or empty */
    struct desk_time entered;
    bool by_hand, unvalued, frozen, may_reverse, may_erase;
};
extern const struct view gift_row_view;
/* Where a gift may have come by: what is configured, then the kinds that nothing has the name of.
 * `any`: a choice before them that stands for all. */
void gift_channels(const struct request *r, struct desk_form *f, const char *any);
struct gift_row gift_row(const struct request *r, const struct contribution *c);
/* "$25, Bank transfer, May 3, 2018" */
struct str gift_described(const struct request *r, const struct contribution *c);
/* The name of who did something; the command line for 0. */
MUST_USE err gift_person(struct tx *tx, const struct request *r, int64_t id, struct str *ret);
struct list gift_rows(const struct request *r, const struct contribution *gifts, size_t n);
struct str gift_url(const struct request *r, int64_t id, const char *rest);
