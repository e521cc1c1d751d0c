#pragma once
#include "desk/desk_page.h"
#include "discussion/decision.h"
#include "people/permission.h"

/* The four decisions as buttons name them, and what each says when it is done. */
struct deed {
    const char *name, *action, *done; /* "hide", "comment.hide", "comment_hidden" */
    enum act_kind kind;
    enum permission need;
};
const struct deed *deed_of(struct str name); /* NULL: none of them */

/*
 * The wish that a form of a decision sends: `reason` one that can be chosen (spam is spam whatever
 * it says; none is needed to approve; missing, it is "against the rules"), `note` for the author.
 * Refuses with the word of what is wrong in *ret_trouble.
 */
bool deed_wish(const struct request *r, const struct deed *d, struct decision_wish *ret,
               const char **ret_trouble);
