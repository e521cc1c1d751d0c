#pragma once
#include "http/http.h"

/*
 * Whether a POST was meant by the one who sends it (DESIGN section 6, "Forms without tokens").
 * Pages come from a cache, so no token can stand in them: browsers themselves say where a form
 * stood.
 */
struct proof {
    struct str origin, sec_fetch_site; /* NULL pointers when not sent */
    bool cookie;                       /* a Cookie field was sent */
};
enum verdict {
    VERDICT_PASS,
    VERDICT_GUEST, /* goes on, but the desk's cookies do not count */
    VERDICT_REFUSE,
};
/* `origins`: ours, spaces between. */
enum verdict guard_judge(const struct route *route, const struct proof *proof, struct str origins);
