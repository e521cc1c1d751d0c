#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"

/*
 * People who are told by mail: an address, and what it follows. Whoever types an address gets
 * nothing by it: a *subscription* counts once the address's owner has confirmed it on the page that
 * a signed link in a mail opens (double opt-in), or when the asking browser is the one in which the
 * address was confirmed before. Whatever anyone types, a mailbox (people/email.h) gets one such
 * mail an hour at most, none when its owner has blocked us, and what nobody confirms is gone after
 * FOLLOW_WAITS.
 *
 * All objects are told by number, for this room knows none of them.
 */
enum follow_kind {
    FOLLOW_REPORT = 1, /* new comments on a report */
    FOLLOW_REPLIES,    /* replies to a comment */
    FOLLOW_QUESTION,   /* answers to a question */
    FOLLOW_SERIES,     /* new reports of a series */
    FOLLOW_KINDS,
};
enum follow_pace { PACE_NOW, PACE_DAILY, PACE_WEEKLY, PACES };
struct str follow_pace_str(enum follow_pace p); /* "now", "daily", "weekly" */
struct str follow_kind_str(enum follow_kind k); /* "report", "replies", "question", "series" */
bool follow_pace_parse(struct str s, enum follow_pace *ret);

enum {
    FOLLOWS_MAX = 200,        /* subscriptions of one address */
    FOLLOWS_WAITING_MAX = 20, /* of those, ones that are not confirmed: the latest */
    FOLLOWERS_MAX = 200,      /* read at once by a fan-out */
};
#define FOLLOW_WAITS     (7 * DAY)
#define FOLLOW_ASK_APART HOUR /* between two mails that ask for confirmation */

/* The kind of mail that asks for confirmation: order.subject is the subscriber. */
#define SUBSCRIBER_CONFIRM_MAIL "confirm"

struct follow_order {
    struct str email; /* email_parse()d */
    enum follow_kind kind;
    int64_t object;
    struct str visitor; /* hash of the asking browser's id, or empty */
    int64_t now;
};
/*
 * Notes that the address asks for it; queues a mail when it has to be confirmed. OK too when it is
 * followed already, is blocked, or follows too much: who typed it learns nothing.
 */
MUST_USE err subscriber_follow(struct tx *tx, const struct follow_order *o);

struct subscriber {
    int64_t id;
    struct str email;
    bool confirmed, blocked, failed;
};
enum { SUBSCRIBER_NONE = 1 };
MUST_USE err subscriber_get(struct tx *tx, int64_t id, struct arena *a, struct subscriber *ret);
MUST_USE err subscriber_find(struct tx *tx, struct str email, struct arena *a,
                             struct subscriber *ret); /* email: email_parse()d */

struct follow {
    int64_t id, subscriber, object;
    enum follow_kind kind;
    enum follow_pace pace;
    bool confirmed;
};
struct follows {
    const struct follow *follows;
    size_t n;
};
/* All of a subscriber, the latest first: FOLLOWS_MAX at most. */
MUST_USE err follow_list(struct tx *tx, int64_t subscriber, struct arena *a, struct follows *ret);
MUST_USE err follow_get(struct tx *tx, int64_t id, struct follow *ret); /* SUBSCRIBER_NONE */

/* By the owner of the address, who showed it by a signed link. */
MUST_USE err subscriber_confirm(struct tx *tx, int64_t subscriber, struct str visitor, int64_t now);
MUST_USE err follow_set_pace(struct tx *tx, int64_t subscriber, int64_t id, enum follow_pace pace);
MUST_USE err follow_end(struct tx *tx, int64_t subscriber, int64_t id);
MUST_USE err follow_end_pace(struct tx *tx, int64_t subscriber, enum follow_pace pace);
MUST_USE err follow_end_all(struct tx *tx, int64_t subscriber);
MUST_USE err subscriber_block(struct tx *tx, int64_t subscriber, bool blocked, int64_t now);
/* The address's server refuses it for good: nothing more is sent until it is confirmed anew. */
MUST_USE err subscriber_failed(struct tx *tx, int64_t subscriber, int64_t now);

/*
 * Who follows an object at once (PACE_NOW), behind the subscription `after`: confirmed, neither
 * blocked nor failed, FOLLOWERS_MAX at most, by their numbers. *ret_last is what to go on after, 0
 * when there are no more.
 */
struct follow_place {
    enum follow_kind kind;
    int64_t object, after;
};
MUST_USE err follow_followers(struct tx *tx, const struct follow_place *from, struct arena *a,
                              struct follows *ret, int64_t *ret_last);
MUST_USE err follow_any(struct tx *tx, enum follow_kind kind, int64_t object, bool *ret);
/* The next subscribers that have something of that pace, behind `after`, FOLLOWERS_MAX at most. */
MUST_USE err subscriber_of_pace(struct tx *tx, enum follow_pace pace, int64_t after,
                                struct arena *a, const int64_t **ret, size_t *ret_n);

/* Counts a mail of a comment; *ret_n is which one it is of the hour that began with the first. */
MUST_USE err subscriber_told(struct tx *tx, int64_t subscriber, int64_t now, int64_t *ret_n);

/* How far a fan-out has come: 0 at its beginning. It is forgotten when it has ended. */
MUST_USE err fan_out_at(struct tx *tx, enum follow_kind kind, int64_t object, int64_t *ret);
MUST_USE err fan_out_set(struct tx *tx, enum follow_kind kind, int64_t object, int64_t last);
MUST_USE err fan_out_end(struct tx *tx, enum follow_kind kind, int64_t object);

/* Of the daily work: drops what nobody confirmed. */
MUST_USE err subscriber_daily(struct tx *tx, int64_t now);

/* Its person is erased: nothing is followed, and the address is gone; but one whose owner wants no
 * mail at all stays as that, or it could be written to again. */
MUST_USE err subscriber_erase(struct tx *tx, struct str email);
