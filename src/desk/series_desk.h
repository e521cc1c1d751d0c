#pragma once
#include "desk/desk_form.h"

/* Series: PERMISSION_PAGE_EDIT. */
err series_desk_list(struct request *r, struct response *ret); /* GET /desk/series */
err series_new_show(struct request *r, struct response *ret);  /* GET /desk/series/new */
err series_new_post(struct request *r, struct response *ret);  /* POST /desk/series/new */
err series_edit_show(struct request *r, struct response *ret); /* GET /desk/series/{id} */
err series_edit_post(struct request *r, struct response *ret); /* POST /desk/series/{id} */
