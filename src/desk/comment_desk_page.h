#pragma once
#include "desk/desk_form.h"

/*
 * Comments in all states, and what staff do with them. Looking and most changes need
 * PERMISSION_COMMENT_MODERATE; what cannot be taken back (deleting, erasing an author) needs
 * PERMISSION_COMMENT_DELETE, asks once more, and goes by the same address. After a change the
 * person is back where the button was (queue_place.h).
 */
err comments_show(struct request *r, struct response *ret);      /* GET /desk/comments */
err comments_bulk_post(struct request *r, struct response *ret); /* POST /desk/comments */
err comment_desk_show(struct request *r, struct response *ret);  /* GET /desk/comments/{id} */
err comment_desk_post(struct request *r, struct response *ret);  /* POST /desk/comments/{id} */
err comment_note_post(struct request *r, struct response *ret); /* POST /desk/comments/{id}/notes */
/* POST /desk/comments/{id}/assignment: person, a number or empty */
err comment_assign_post(struct request *r, struct response *ret);

/* Whether a report takes comments: GET and POST /desk/discussions/{id}. */
err discussion_desk_show(struct request *r, struct response *ret);
err discussion_desk_post(struct request *r, struct response *ret);
