#pragma once
#include "base/str.h"

/*
 * Why a comment is flagged by a reader or removed by staff: one fixed list, so that the public
 * moderation record can count it. Its words are "reason_spam", "reason_insult" ... in theme/words,
 * and forms hold the names after the underscore. The store holds the numbers: a new reason goes to
 * the end of them.
 */
enum reason {
    REASON_NONE, /* "": nothing was removed */
    REASON_SPAM,
    REASON_INSULT,
    REASON_HATE,
    REASON_PERSONAL_DATA,
    REASON_OFF_TOPIC,
    REASON_ILLEGAL,
    REASON_FALSE,
    REASON_COPY,   /* said already */
    REASON_RULES,  /* against the comment rules otherwise */
    REASON_FLAGS,  /* flagged by as many readers as the operator has set; nobody can choose it */
    REASON_AUTHOR, /* taken back by who wrote it; nobody can choose it */
    REASONS,
    REASON_FIRST = REASON_SPAM, /* those that a person can choose */
    REASON_LAST = REASON_RULES,
};

struct str reason_str(enum reason r);
bool reason_parse(struct str s, enum reason *ret);  /* any of them */
bool reason_choose(struct str s, enum reason *ret); /* one that a person can choose */
