#pragma once
#include "desk/desk_page.h"
#include "discussion/comment_queue.h"

/*
 * Where in the lists of comments somebody is: what the address of a list says, and what the forms
 * on it say, so that a deed leads back to where its button was and nowhere else. Both are read
 * strictly; what does not fit is as if it were not there.
 */
struct queue_place {
    struct queue_query query;
};
/* As a list's query: show, before, like, of, q. */
struct queue_place queue_place_asked(const struct request *r);
/* As a form's fields of the same names; false: the form did not stand in a list. */
bool queue_place_sent(const struct request *r, struct queue_place *ret);
/* "/desk/comments?show=held" ... */
struct str queue_place_url(struct arena *a, const struct queue_place *p);

/* The same as fields of a view, for the forms. */
struct queue_fields {
    struct str show, before, like, of, q;
};
extern const struct view queue_fields_view;
struct queue_fields queue_fields_of(const struct request *r, const struct queue_place *p);
