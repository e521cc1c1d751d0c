#pragma once
#include "desk/desk_form.h"

/* Standing pages: PERMISSION_PAGE_EDIT. */
err page_desk_list(struct request *r, struct response *ret); /* GET /desk/pages */
err page_new_show(struct request *r, struct response *ret);  /* GET /desk/new-page?slug= */
err page_new_post(struct request *r, struct response *ret);  /* POST /desk/new-page */
err page_edit_show(struct request *r, struct response *ret); /* GET /desk/pages/{slug} */
err page_edit_post(struct request *r, struct response *ret); /* POST /desk/pages/{slug} */
err page_down_post(struct request *r, struct response *ret); /* POST /desk/pages/{slug}/take-down */
