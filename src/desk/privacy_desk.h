#pragma once
#include "desk/desk_page.h"

/*
 * A person asks, by letter or telephone, for a copy of what they wrote, or to be erased: by the
 * address they gave. The address comes in a form's body, never in a URL, and stands in no log; the
 * audit log says that it was done. Who shows the address themselves needs nobody: /mine.
 */
err privacy_show(struct request *r, struct response *ret);
err privacy_export_post(struct request *r, struct response *ret); /* email */
err privacy_erase_post(struct request *r, struct response *ret);  /* email, sure */
