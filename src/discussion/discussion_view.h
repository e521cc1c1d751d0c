#pragma once
#include "base/app.h"
#include "discussion/comment_form.h"
#include "discussion/listing.h"
#include "render/view.h"

/*
 * The discussion as the theme sees it: parts/discussion.html draws a struct discussion_view, which
 * the report's page (site/) holds inside its own view. Everything is made in the request's arena.
 *
 * Comments nest to LISTING_NESTED levels; a reply to one of the last level stands beside it and
 * says whom it answers, and so does a reply whose parent is not in the same piece.
 */
struct comment_view {
    int64_t id, level;    /* level 1 is a root */
    struct str name;      /* also "Erased author"; empty for placeholders */
    struct str identicon; /* a picture's code (render/identicon.h); empty: none is shown */
    bool staff, held, edited, pinned, locked;
    bool own;               /* the viewer's, who can still change it */
    struct str placeholder; /* what stands where a removed comment was; else empty */
    struct str time;        /* RFC 3339 */
    struct str time_text;   /* in the site's language */
    struct html html;
    struct str score; /* in the site's digits */
    bool votable;
    struct str reply_url; /* empty where replies are not taken */
    bool voted_up, voted_down;
    int64_t up_value, down_value; /* what the buttons send: 1 and -1, or 0 to take the vote back */
    struct str parent_url, parent_text; /* "in reply to Ada"; url empty when the nesting says it */
    struct str question_url, question_text; /* "Answer to: Were you there?" */
    bool used;                              /* the report made use of this answer */
    bool continued;            /* a heading alone, for replies that go on from an earlier piece */
    struct str continued_text; /* "More replies to Ada" */
    const struct comment_form_view *form; /* the reply form, when it stands under this comment */
    struct list replies;                  /* of struct comment_view */
    struct str more_url, more_text;       /* "12 more replies" */
};

struct form_error_view {
    struct str field; /* the field's id: "comment-name" */
    struct str text;
};
struct comment_form_view {
    struct str action;
    int64_t parent;               /* 0: a new thread */
    int64_t question;             /* the one that is answered, or 0 */
    struct str title;             /* "Write a comment", "Reply to Ada", "Answer to: ..." */
    struct str cancel_url;        /* of a reply */
    struct str name, email, body; /* as typed */
    struct str name_error, email_error, body_error;
    struct str error;    /* about the whole */
    struct html preview; /* the words as they would appear; empty: not asked for */
    bool notify;         /* mail can be asked for; which was: */
    bool notify_report, notify_replies;
    struct list errors; /* of struct form_error_view: all of them, for the summary */
    struct str rules_url;
};

struct sort_view {
    struct str name, label, url; /* name: "newest" */
    bool current;
};
struct discussion_view {
    int64_t report;
    int64_t live; /* the comment event that a stream of this page goes on from (site/live_page.h) */
    struct str live_new; /* "1 new comment|2 new comments|...|More than 20 new comments": for
                            script, which knows no language's plurals */
    struct str heading;  /* "312 comments" */
    struct str about_url, about; /* "Answers to: ..." and its passage, when nothing else is shown */
    struct str follow_answers;   /* to be told of those by mail; empty: no mail */
    struct list filters;    /* of struct sort_view: all comments, answers; none without answers */
    struct list sorts;      /* of struct sort_view; none when there is nothing to sort */
    struct str all_url;     /* "View all comments"; empty when all are shown */
    struct list mine;       /* of struct comment_view: the viewer's own that are held */
    struct list threads;    /* of struct comment_view */
    struct str reply_title; /* "Reply to {name}", for script to fill */
    struct str next_url;    /* more threads, or the next piece of all */
    struct str back_url;    /* to the discussion's beginning; empty on it */
    struct str write_url;   /* to the form, when it stands under a comment */
    struct str follow_url;  /* to the form for who wants to be told by mail; empty: no mail */
    bool closed;
    struct str record;                    /* the public moderation record, in a sentence */
    const struct comment_form_view *form; /* NULL: closed, or it stands under a comment */
};
extern const struct view discussion_view;

/* What the page is made from. */
struct discussion_place {
    const struct setup *setup;
    struct str path; /* of the report: "/2018/05/04/slug" */
    const struct listing *listing;
    int64_t now;
    int64_t reply;                  /* ?reply=: the comment to answer, or 0 */
    const struct comment *reply_to; /* that comment, when it is published here; else NULL */
    const struct question
        *answer_to;                  /* what the refused form answers, when it still can; or NULL */
    const struct comment_form *form; /* what was typed and refused, or NULL */
    struct str rules_url;            /* of the comment rules; empty: none */
};
MUST_USE err discussion_view_fill(const struct discussion_place *p, struct arena *a,
                                  struct discussion_view *ret);
