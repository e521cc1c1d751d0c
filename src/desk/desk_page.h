#pragma once
#include "http/http.h"
#include "people/person.h"
#include "publishing/layout.h"
#include "render/theme.h"
#include "render/view.h"

/*
 * What all pages of the desk share: the navigation, which shows only what the person may do, the
 * line that says what was just done, and the helpers with which a handler answers. Nothing here
 * reads the store. Who may ask for a page is said by its route (struct route.need); what the page
 * acts on is judged by its handler, in the transaction that changes it.
 *
 *     struct staff_view { struct desk_top top; struct list persons; };
 *     static const struct field staff_fields[] = { DESK_FIELDS(struct staff_view), ... };
 *
 *     err e = desk_fill(r, DESK_AT_STAFF, "desk_staff", &v.top);
 *     ...
 *     return desk_respond(r, ret, &staff_page, &v, 200);
 */
enum desk_place {
    DESK_AT_OVERVIEW,
    DESK_AT_REPORTS,
    DESK_AT_SERIES,
    DESK_AT_PAGES,
    DESK_AT_COMMENTS,
    DESK_AT_RULES,
    DESK_AT_QUESTIONS,
    DESK_AT_FUNDING,
    DESK_AT_STAFF,
    DESK_AT_MAIL,
    DESK_AT_WEBHOOKS,
    DESK_AT_PRIVACY,
    DESK_AT_AUDIT,
    DESK_AT_ACCOUNT,
    DESK_AT_DOOR, /* sign-in and links: nobody is signed in */
};

struct desk_head {
    struct list links;     /* of layout_link: what this person may open */
    struct str name, role; /* of who is signed in */
    bool signed_in;
};
extern const struct view desk_head_view;

struct desk_top {
    struct layout page;
    struct desk_head desk;
};
#define DESK_FIELDS(type)                                                                          \
    { "page", FIELD_KIND_VIEW, offsetof(type, top.page), &layout_view },                           \
    {                                                                                              \
        "desk", FIELD_KIND_VIEW, offsetof(type, top.desk), &desk_head_view                         \
    }

/* Fills both halves: `title` is a key of theme/words. The notice comes from ?done=KEY, where KEY is
 * one that desk_done() takes; any other is passed over. */
MUST_USE err desk_fill(struct request *r, enum desk_place place, const char *title,
                       struct desk_top *top);
/* Renders: never cached. A page of the desk may be longer than a public one, for it holds what was
 * typed, escaped, and in a conflict what another person typed too. */
enum { DESK_PAGE_MAX = 8 * 1024 * 1024 }; /* bytes; more is ERR_LIMIT */
MUST_USE err desk_respond(struct request *r, struct response *ret, const struct template *t,
                          const void *view, int status);

/* 303 to a path of the desk with the notice `key` ("comment_hidden"; its sentence is the word
 * "desk_done_comment_hidden"). The path may have a query and a fragment. Who did something sees it
 * at once on public pages too (response_fresh). */
err desk_done(struct request *r, struct response *ret, struct str path, const char *key);

/* The number in the path's segment `name`, or the query's or form's field: 1 or more. */
bool desk_segment_id(const struct request *r, const char *name, int64_t *ret);
bool desk_query_id(const struct request *r, const char *name, int64_t *ret);
bool desk_field_id(const struct request *r, const char *name, int64_t *ret);
struct str desk_query(const struct request *r, const char *name); /* empty when missing */
struct str desk_field(const struct request *r, const char *name);

/* Words and sentences in the site's language. */
struct str desk_word(const struct request *r, const char *key);
struct str desk_word_of(const struct request *r, const char *prefix, struct str name);
struct str desk_count(const struct request *r, const char *key, int64_t n); /* its place is {n} */
struct str desk_named(const struct request *r, const char *key, struct str name); /* {name} */

/* A time for people, and for <time datetime>. */
struct desk_time {
    struct str at, text;
};
extern const struct view desk_time_view;
struct desk_time desk_time(const struct request *r, int64_t micros); /* empty for 0 */

/* Writes the audit log in the name of who asks; in the transaction of what was done. */
struct desk_deed {
    const char *action; /* "comment.hide" */
    const char *kind;   /* "comment", or empty */
    int64_t object;
    struct str detail;
};
MUST_USE err desk_note(struct tx *tx, const struct request *r, const struct desk_deed *d);
