#pragma once
#include "base/config.h"
#include "discussion/discussion.h"
#include "discussion/recent.h"
#include "render/view.h"
#include "store/store.h"

/*
 * Comments under a report, and who may say what and when. A draft is checked and rendered by
 * comment_prepare(), outside any transaction, and then stored by comment_add(); nothing else makes
 * rows of the comment table. comment_desk.h changes their states, vote.h their sums.
 *
 * A comment is *visible* when a reader sees something in its place: it is published, or it is not
 * but has visible replies, for which a placeholder stands there ("removed"). So the visible
 * comments of a thread always form a tree, and since a reply's id is greater than its parent's, any
 * number of the first ones do.
 *
 * Ids are never used twice; rows are never removed (a deleted comment loses its words and its
 * author, and stays as a number).
 */
enum {
    COMMENT_NAME_MAX = 80,         /* code points */
    COMMENT_HTML_MAX = 256 * 1024, /* bytes: a page of comments must stay below a megabyte */
    COMMENT_DEPTH_MAX = 10000, /* the deepest reply; it bounds what one state change can touch */
};
extern const struct config_key limit_comment_bytes; /* [limits] comment_bytes: longest body */

enum comment_state {
    COMMENT_STATE_HELD,      /* waits for a moderator; its author alone sees it */
    COMMENT_STATE_PUBLISHED, /* everyone sees it */
    COMMENT_STATE_HIDDEN,    /* taken down by staff; may come back */
    COMMENT_STATE_SPAM,      /* as hidden, and a lesson for filters */
    COMMENT_STATE_DELETED,   /* words and author are gone for good */
};
struct str comment_state_str(enum comment_state s); /* "held", "published", ... */
bool comment_state_parse(struct str s, enum comment_state *ret);

/* Why a comment was held. Kept with it, for the desk. */
enum comment_hold {
    COMMENT_HOLD_NONE,
    COMMENT_HOLD_ALL,      /* discussion.moderation = hold_all */
    COMMENT_HOLD_HONEYPOT, /* the field that people do not see was filled in */
    COMMENT_HOLD_FAST,     /* sent sooner after the form's token than a person types */
    COMMENT_HOLD_TOKEN,    /* the form's token is not ours, or out of date */
    /* The rules of hold_rules.h: */
    COMMENT_HOLD_FIRST,     /* the first of its cookie or address */
    COMMENT_HOLD_LINKS,     /* more links than allowed */
    COMMENT_HOLD_PHRASE,    /* a word or phrase of the list */
    COMMENT_HOLD_DUPLICATE, /* the same words came several times */
    COMMENT_HOLD_FLOOD,     /* too many from its neighbourhood */
    COMMENT_HOLD_SLOW,      /* slow mode: its author has just written here */
    COMMENT_HOLD_FILTER,    /* the filter took it for spam */
    COMMENT_HOLD_WORK,      /* under attack: it came without the proof of work */
};
struct str comment_hold_str(enum comment_hold h); /* "", "all", "honeypot", "phrase", ... */
bool comment_hold_parse(struct str s, enum comment_hold *ret);

enum comment_refusal {
    COMMENT_NO_REPORT = 1, /* no such report, or one that is not published */
    COMMENT_CLOSED,        /* the report takes no more comments */
    COMMENT_NO_PARENT,     /* no such comment, or one of another report */
    COMMENT_PARENT_GONE,   /* the comment replied to is not published (any more) */
    COMMENT_LOCKED,        /* it takes no replies, or its thread is closed */
    COMMENT_TOO_DEEP,
    COMMENT_NAME_MISSING,
    COMMENT_NAME_TOO_LONG,
    COMMENT_NAME_NOT_TEXT, /* not UTF-8, a control, a line end, a bidi override, too many marks */
    COMMENT_EMAIL_WRONG,
    COMMENT_EMAIL_TOO_LONG, /* longer than EMAIL_MAX bytes (people/email.h) */
    COMMENT_BODY_EMPTY,
    COMMENT_TOO_LONG,
    COMMENT_NOT_TEXT,         /* the body: as for the name, but line ends are fine */
    COMMENT_NO_QUESTION,      /* no such question, or one of another report */
    COMMENT_QUESTION_CLOSED,  /* it takes no more answers */
    COMMENT_QUESTION_DROPPED, /* the report does not ask it any more */
    COMMENT_ANSWER_REPLIES,   /* a question and a parent: an answer begins a thread */
    /* By gate.h, before it is stored: */
    COMMENT_BANNED,
    COMMENT_NAME_STAFF,   /* a guest's name that is, or looks like, one of the staff's */
    COMMENT_EMAIL_NEEDED, /* whoever wants mail has to say where to */
    COMMENT_WORK_WANTED,  /* under attack: script is asked for a proof of work (work.h) */
    COMMENT_REFUSALS,
};

enum { GUESS_NONE = 0 }; /* guesses are 1..1000 */
struct comment_draft {
    int64_t report;
    int64_t parent;               /* 0: a new thread */
    int64_t question;             /* the one it answers (answer.h), or 0 */
    struct str name, email, body; /* as typed; email may be empty */
    int follow;                   /* enum follow_kind that its author asks for, or 0 (sender.h) */
    struct str visitor;           /* hash of the visitor's id (people/visitor.h) */
    bool visitor_new;             /* who came without one: this is its first request */
    struct str address, prefix;   /* keyed hashes of where it came from */
    int64_t key;                  /* the key those two were made with */
    int64_t person;               /* staff who writes it, 0 for a guest */
    enum comment_hold hold;
    struct str hold_about; /* what the rule saw: the phrase, "7"; or empty */
    int64_t guess;         /* the filter's, in thousandths of spam; GUESS_NONE: it knows nothing */
    int64_t now;
    struct recent *recent; /* app->recent; NULL: comments sent twice are not looked for */
    /* Made by comment_prepare(): */
    struct html html;
    int64_t html_version;
    bool prepared;
};

/* What is wrong with each field: OK or a comment_refusal. */
struct comment_problems {
    err name, email, body;
};

/*
 * Trims name, email and body, makes line ends LF, checks all three, and renders the body (in `a`).
 * Returns OK, or the first field's refusal, with each field's own in *ret (written either way).
 */
MUST_USE err comment_prepare(struct comment_draft *d, const struct config *c, struct arena *a,
                             struct comment_problems *ret);

struct comment_added {
    int64_t id;
    bool held;
    bool again; /* the same words were sent twice: this is the comment of the first time */
};
/*
 * Stores a prepared draft (check), published or held, with its counters. The same body under the
 * same parent within COMMENT_AGAIN_SPAN is the same comment, not a second one: by the same visitor,
 * or, when the first came without a cookie, from the same address. Refuses with COMMENT_NO_REPORT
 * .. COMMENT_TOO_DEEP and COMMENT_NO_QUESTION .. COMMENT_ANSWER_REPLIES.
 */
#define COMMENT_AGAIN_SPAN (10 * MINUTE)
MUST_USE err comment_add(struct tx *tx, const struct comment_draft *d, struct comment_added *ret);

/* A comment as it is read. Which of the texts are filled is said by the function that reads it. */
struct comment {
    int64_t id, report;
    int64_t parent;     /* 0 for the root of a thread */
    int64_t root;       /* its thread: the root's id, its own for a root */
    int64_t depth;      /* 0 for a root */
    struct str name;    /* empty when erased or deleted */
    int64_t person;     /* staff, or 0 */
    int64_t question;   /* the one it answers, or 0 */
    struct html html;   /* empty unless published, or asked for */
    int64_t created_at; /* microseconds */
    int64_t edited_at;  /* the last edit, or 0: the words are those it came with */
    int64_t up, down, score;
    int64_t children;         /* visible direct replies */
    int64_t replies;          /* of a root: visible comments below it */
    int64_t my_vote;          /* -1, 0, +1: the viewer's, where a viewer was given */
    struct str parent_name;   /* whom it replies to; see listing.h */
    struct str question_text; /* of an answer; listing.h */
    enum comment_state state;
    bool visible;
    bool erased; /* its author had the name removed: shown as "erased author" */
    bool used;   /* an answer that the report made use of, and names */
    bool pinned; /* stands at the top of its discussion while it is published */
    bool locked; /* takes no replies; a root: nothing in its thread does */
    bool mine;   /* written by the viewer */
    bool parent_erased;
    bool question_shown; /* the report still asks it */
};

enum { COMMENT_MISSING = 1 };
/* One comment whatever its state, without its body's source; name and html in `a`. */
MUST_USE err comment_get(struct tx *tx, int64_t id, struct arena *a, struct comment *ret);

/* Whether this visitor wrote it; nobody did when its author was erased. */
MUST_USE err comment_is_mine(struct tx *tx, int64_t id, struct str visitor, bool *ret);
/* How many of the visitor's comments under a report are held; LISTING_MINE are shown. */
MUST_USE err comment_held_of(struct tx *tx, int64_t report, struct str visitor, int64_t *ret);
