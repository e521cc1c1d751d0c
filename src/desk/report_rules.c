#include "desk/report_rules.h"
#include "base/check.h"
#include "http/error.h"
#include "publishing/revision.h"

enum { REVISION_ROOM = 16 * 1024 * 1024 }; /* for one revision with its text */

err report_is_own(struct tx *tx, const struct request *r, int64_t report, bool *ret)
{
    struct revision first = { 0 };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, REVISION_ROOM);
    err e = revision_get(tx, report, 1, &a, &first);
    if (e)
        return fault(e > 0 ? ERR_DATA : e); // every report has a first revision
    *ret = first.author == r->person->id;
    return OK;
}

err report_rule(struct tx *tx, const struct request *r, int64_t report, enum report_act act,
                struct report *ret)
{
    struct report found = { 0 };
    bool own = false;
    err e = report_get(tx, report, r->arena, &found);
    if (e)
        return e > 0 ? REPORT_RULE_NONE : fault(e);
    if (!person_may(r->person, PERMISSION_REPORT_EDIT)) {
        e = report_is_own(tx, r, report, &own);
        if (e)
            return e;
        bool never_public = found.state == REPORT_DRAFT && !found.live && !found.published_at;
        if (!own || (act == REPORT_CHANGE && !never_public))
            return REPORT_RULE_FORBIDDEN;
    }
    *ret = found;
    return OK;
}

err report_rule_refuse(struct request *r, struct response *ret, err refusal)
{
    check(refusal > 0);
    return refusal == REPORT_RULE_NONE ? http_refuse(r, ret, 404, ERROR_NOT_FOUND)
                                       : http_refuse(r, ret, 403, "error_desk_not_yours");
}
