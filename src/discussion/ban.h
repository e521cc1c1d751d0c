#pragma once
#include "people/audit.h"
#include "store/store.h"

/*
 * Bans: a cookie, an address or its neighbourhood may not write, vote or flag until a day. What is
 * kept is the hash the comment was stored with, and for an address the number of its key: the ban
 * needs that key until its end (people/keys.h). Changes are in force with the next request (topic
 * "bans", gate.h). The reason is for staff; the banned person is told the end.
 */
enum ban_kind { BAN_COOKIE, BAN_ADDRESS, BAN_PREFIX };
struct str ban_kind_str(enum ban_kind k); /* "cookie", "address", "prefix" */
bool ban_kind_parse(struct str s, enum ban_kind *ret);

enum { BANS_MAX = 10000, BAN_DAYS_MAX = 3650, BAN_REASON_MAX = 500 /* bytes */ };
struct ban {
    int64_t id;
    enum ban_kind kind;
    struct str hash;
    int64_t key; /* of an address; 0 for a cookie */
    int64_t until;
    struct str reason;
    int64_t comment; /* 0: none */
    int64_t created_at, created_by;
    struct str by_name;
};

enum {
    BAN_NO_COMMENT = 1, /* none of that id, or deleted */
    BAN_NOBODY,         /* nothing of that kind is kept of its author */
    BAN_DAYS,           /* not 1..BAN_DAYS_MAX */
    BAN_REASON,         /* missing, too long, not one line of text */
    BAN_TOO_MANY,
    BAN_NONE, /* no such ban, or it is over */
};
struct ban_draft {
    int64_t comment; /* whose author it is for */
    enum ban_kind kind;
    int64_t days;
    struct str reason; /* trimmed by ban_add() */
    int64_t now;
};
/* Both write the audit log. Banning the same one again moves the end and the reason. */
MUST_USE err ban_add(struct tx *tx, struct actor by, const struct ban_draft *d);
MUST_USE err ban_lift(struct tx *tx, struct actor by, int64_t id, int64_t now);

/* Those in force, the latest first, `max` at most. */
MUST_USE err ban_list(struct tx *tx, int64_t now, size_t max, struct arena *a,
                      const struct ban **ret, size_t *ret_n);
