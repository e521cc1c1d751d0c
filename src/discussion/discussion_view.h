#pragma once
#include "base/app.h"
#include "discussion/comment_form.h"
#include "discussion/listing.h"
#include "render/view.h"

/*
 * The discussion as the theme sees it: parts/discussion.html draws a struct discussion_view, which
 * the report's page (site/) holds inside its own view. Everything is made in the request's arena.
 */
struct comment_view {
    int64_t id, level; /* level 1 is a root */
    struct str name;   /* empty for an erased author and for placeholders */
    bool erased, staff, held, mine;
    bool continued;         /* only a heading for replies that go on from an earlier piece */
    struct str placeholder; /* what stands where a removed comment was; else empty */
    struct str time;        /* RFC 3339 */
    struct str time_text;   /* in the site's language */
    struct html html;
    struct str score; /* in the site's digits */
    bool votable, voted_up, voted_down;
    int64_t up_value, down_value; /* what the buttons send: 1 and -1, or 0 to take the vote back */
    struct str reply_url;         /* empty where replies are not taken */
    struct str parent_url, parent_name; /* "in reply to"; url empty when the nesting says it */
    bool parent_erased;
    int64_t parent;
    const struct comment_form_view *form; /* the reply form, when it stands under this comment */
    struct list replies;                  /* of struct comment_view */
    bool has_replies;
    struct str more_url, more_text; /* "12 more replies" */
};

struct form_error_view {
    struct str field; /* id of the field it is about */
    struct str text;
};
struct comment_form_view {
    struct str action;
    int64_t parent;                     /* 0: a new thread */
    struct str parent_name, cancel_url; /* of a reply */
    bool parent_erased;
    struct str name, email, body; /* as typed */
    struct str name_error, email_error, body_error;
    struct list errors; /* of struct form_error_view */
    bool has_errors;
    int64_t name_max, email_max;
    struct str rules_url;
};

struct sort_view {
    struct str name, label, url;
    bool current;
};
struct discussion_view {
    int64_t count;
    struct str heading; /* "312 comments", "No comments yet" */
    struct list sorts;  /* of struct sort_view */
    bool has_sorts;     /* more than one thread to sort */
    struct str all_url; /* "View all comments"; empty when all are shown */
    struct list mine;   /* the viewer's own held comments */
    bool has_mine;
    struct list threads; /* of struct comment_view */
    bool has_threads;
    struct str next_url;  /* more threads, or the next piece of all */
    struct str back_url;  /* to the discussion's first page; empty on it */
    bool thread_page;     /* one thread alone is shown */
    struct str write_url; /* "write a comment" when the form stands elsewhere; else empty */
    bool closed;
    const struct comment_form_view *form; /* NULL: closed, or it stands under a comment */
};
extern const struct view discussion_view;

/* What a page asks for; parsed from the query by discussion_query_read(). */
struct discussion_place {
    const struct setup *setup;
    struct str path; /* of the report: "/2018/05/04/slug" */
    const struct listing *listing;
    int64_t reply;                   /* ?reply=: the comment to answer, or 0 */
    const struct comment *reply_to;  /* that comment, when it is published here; else NULL */
    const struct comment_form *form; /* what was typed and refused, or NULL */
    struct str rules_url;            /* of the comment rules; empty: none */
};
MUST_USE err discussion_view_fill(const struct discussion_place *p, struct arena *a,
                                  struct discussion_view *ret);
