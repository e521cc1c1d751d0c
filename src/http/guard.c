#include "http/guard.h"
#include "base/scan.h"

static bool origin_ours(struct str origin, struct str origins)
{
    while (origins.n)
        if (str_eq_nocase(scan_until(&origins, ' '), origin))
            return true;
    return false;
}

static enum verdict judge_form(const struct route *route, const struct proof *proof,
                               struct str origins)
{
    if (proof->sec_fetch_site.s)
        return str_eq(proof->sec_fetch_site, S("same-origin")) ? VERDICT_PASS : VERDICT_REFUSE;
    if (proof->origin.s)
        return origin_ours(proof->origin, origins) ? VERDICT_PASS : VERDICT_REFUSE;
    return route->need == PUBLIC ? VERDICT_GUEST : VERDICT_REFUSE;
}

enum verdict guard_judge(const struct route *route, const struct proof *proof, struct str origins)
{
    if (route->method == HTTP_GET)
        return VERDICT_PASS;
    switch (route->guard) {
    case GUARD_TOKEN:
    case GUARD_NONE: return VERDICT_GUEST; // it carries its own proof: a signature, a token
    case GUARD_FORM: return judge_form(route, proof, origins);
    case GUARD_API: return proof->cookie ? judge_form(route, proof, origins) : VERDICT_PASS;
    }
    return VERDICT_REFUSE;
}
