#pragma once
#include "store/store.h"

/*
 * The audit log: who did what at the desk and by commands. Append-only (triggers refuse changes),
 * written in the transaction of what it speaks of, so that neither is there without the other.
 * Names stand in it as they were. It holds no secrets, no addresses and no readers' data.
 */
struct actor {
    int64_t person;  /* 0: not a person of the staff */
    struct str name; /* the person's name, or "cli", "server" */
};
#define ACTOR_CLI    ((struct actor){ .name = S("cli") })
#define ACTOR_SERVER ((struct actor){ .name = S("server") })

enum { AUDIT_ACTION_MAX = 40, AUDIT_DETAIL_MAX = 500 }; /* bytes; a longer detail is cut */
struct audit_note {
    struct str action; /* "report.publish", "comment.hide": KIND.VERB, plain ASCII */
    struct str kind;   /* what `object` is a number of: "report", "comment", "person"; or empty */
    int64_t object;
    struct str detail; /* one line for people, in English or from the object: a headline, a role */
    int64_t now;
};
MUST_USE err audit_add(struct tx *tx, struct actor by, const struct audit_note *note);

/* Latest first, AUDIT_PAGE a page. */
enum { AUDIT_PAGE = 50 };
struct audit_query {
    int64_t before; /* ids below it; 0: the first page */
    int64_t person; /* only what this person did; 0: all */
    struct str kind;
    int64_t object; /* only what was done to this object; kind empty: all */
};
struct audit_entry {
    int64_t id, at;
    struct actor by;
    struct str action, kind;
    int64_t object;
    struct str detail;
};
struct audit_page {
    const struct audit_entry *entries;
    size_t count;
    int64_t next; /* `before` of the next page, or 0 */
};
MUST_USE err audit_list(struct tx *tx, const struct audit_query *q, struct arena *a,
                        struct audit_page *ret);
