#pragma once
#include "discussion/comment_desk.h"

/*
 * An act is one click at the desk, or one deed of the program itself: a decision about one comment
 * or about many (decision.h), or a mark: pinned, locked, closed (mark.h). What an act changed can
 * be undone, while nothing else was done to it since; what was deleted stays deleted.
 */
enum act_kind {
    ACT_APPROVE,
    ACT_HIDE,
    ACT_SPAM,
    ACT_DELETE,
    ACT_PIN,
    ACT_UNPIN,
    ACT_LOCK,
    ACT_UNLOCK,
    ACT_CLOSE,
    ACT_OPEN,
    ACT_KINDS,
};
struct str act_kind_str(enum act_kind k); /* "approve", "hide" ... */
bool act_kind_parse(struct str s, enum act_kind *ret);

struct act {
    int64_t id, at;
    int64_t person; /* 0: the program, or the command line */
    enum act_kind kind;
    int64_t comment;  /* of a mark on a comment, or of a decision about one; else 0 */
    int64_t report;   /* of ACT_CLOSE and ACT_OPEN */
    int64_t was;      /* of a mark: 0 or 1 */
    int64_t comments; /* of decisions: about how many */
    int64_t undone_at, undone_by;
};
MUST_USE err act_add(struct tx *tx, const struct act *a, int64_t *ret_id);

enum {
    ACT_MISSING = 1, /* none of that number */
    ACT_UNDONE,      /* it is undone already */
    ACT_FINAL,       /* it deleted; words that are gone do not come back */
    ACT_OVERTAKEN,   /* all that it changed was changed again since */
};
MUST_USE err act_get(struct tx *tx, int64_t id, struct act *ret);

/* Latest first. `before`: ids below it only, 0: from the latest; `person`: 0 for everybody's. */
enum { ACT_PAGE = 50 };
struct acts {
    const struct act *acts;
    size_t count;
    int64_t next; /* `before` of the next page, or 0 */
};
MUST_USE err act_list(struct tx *tx, int64_t before, int64_t person, struct arena *a,
                      struct acts *ret);

/*
 * Puts everything the act changed back to exactly what it was: states, reasons, who had changed
 * them last, flags that were answered by it, assignments, the public figures. Comments that were
 * changed again since are left alone; *ret_done says how many were not. Refuses with an ACT_.
 */
MUST_USE err act_undo(struct tx *tx, int64_t id, int64_t by, int64_t now, int64_t *ret_done);
