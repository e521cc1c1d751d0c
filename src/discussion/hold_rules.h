#pragma once
#include "people/audit.h"
#include "store/store.h"

/*
 * The rules that hold a comment back for a moderator; none drops one. There is a set for the site,
 * and there may be one for a series and for a report: what a narrower set does not say is as in the
 * wider one, and the phrases of all three count. Changed at the desk, in the audit log; in force
 * with the next comment (topic "rules", gate.h). Without a set for the site these are in force:
 * HOLD_STANDARDS.
 */
enum rule {
    RULE_FIRST_COOKIE,  /* 1: hold until a comment of its cookie was once approved */
    RULE_FIRST_ADDRESS, /* the same for the client's address */
    RULE_LINKS,         /* hold above this many links; 0: off, as for all below */
    RULE_DUPLICATES,    /* hold when the same words came this often within an hour, by anybody */
    RULE_FLOOD,         /* hold above this many from one neighbourhood in ten minutes */
    RULE_SLOW,          /* above this many a minute under one report slow mode begins */
    RULE_FILTER,        /* hold from this many percent of spam on, as the filter sees it */
    RULES,
};
struct str rule_str(enum rule r); /* "first_cookie": also the form's field and the column */
enum { RULE_AS_WIDER = -1, RULE_OFF = 0 };
int64_t rule_most(enum rule r);     /* the largest number it takes */
int64_t rule_standard(enum rule r); /* in force when the site's set does not say */

enum rule_scope { SCOPE_SITE, SCOPE_SERIES, SCOPE_REPORT };
struct str rule_scope_str(enum rule_scope s);
bool rule_scope_parse(struct str s, enum rule_scope *ret);

enum attack_mode { ATTACK_AUTO, ATTACK_ON, ATTACK_OFF }; /* the proof of work (work.h) */
struct str attack_mode_str(enum attack_mode m);
bool attack_mode_parse(struct str s, enum attack_mode *ret);

enum { PHRASES_MAX = 500, PHRASE_BYTES_MAX = 200, PHRASES_BYTES_MAX = 32 * 1024 };
enum { RULE_SETS_MAX = 1000 };
struct hold_rules {
    enum rule_scope scope;
    int64_t object;
    int64_t numbers[RULES];  /* RULE_AS_WIDER, RULE_OFF or more */
    struct str phrases;      /* one a line, as typed */
    enum attack_mode attack; /* of the site */
};

enum {
    RULES_TOO_MANY = 1, /* sets */
    RULES_NUMBER,       /* one is out of its bounds */
    RULES_PHRASES,      /* too many, too long, or not text */
};
/* Trims and checks, outside any transaction; the phrases are made in `a`. */
MUST_USE err hold_rules_prepare(struct hold_rules *h, struct arena *a);

/* A set that is not stored has RULE_AS_WIDER everywhere; the site's then has the standards. */
MUST_USE err hold_rules_get(struct tx *tx, enum rule_scope scope, int64_t object, struct arena *a,
                            struct hold_rules *ret);
/* Every stored set, the site's first. */
MUST_USE err hold_rules_list(struct tx *tx, struct arena *a, const struct hold_rules **ret,
                             size_t *ret_n);
/* Stores a prepared set, and writes the audit log. When a rule for first comments begins, those
 * whose comments are published already, among the KNOWN_LOOK latest, are known. A narrower set that
 * says nothing is removed. */
enum { KNOWN_LOOK = 20000 };
MUST_USE err hold_rules_set(struct tx *tx, struct actor by, const struct hold_rules *h,
                            int64_t now);

/* For comment_desk.c: a moderator approved this comment, so its author is known from now on. */
MUST_USE err known_add(struct tx *tx, int64_t comment, int64_t now);
/* Whether it is one's first comment. `hash` is a cookie's or an address's. */
MUST_USE err known_writer(struct tx *tx, struct str hash, bool *ret);
