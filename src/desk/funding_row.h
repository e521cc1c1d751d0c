#pragma once
#include "desk/desk_page.h"
#include "funding/contribution.h"

/* One contribution as the treasurer's pages show it, with what the public never sees. */
struct gift_row {
    struct str url, day, day_text, channel, amount, state, note, reason, reference;
    struct desk_time entered;
    bool by_hand, unvalued, may_settle, may_reverse, may_erase;
};
extern const struct view gift_row_view;
struct gift_row gift_row(const struct request *r, const struct contribution *c);
struct str gift_url(const struct request *r, int64_t id, const char *rest);
