#pragma once
#include "desk/desk_form.h"

/*
 * Banks' statements: upload, look at what would become of each line, book. The file that was looked
 * at travels with the page and comes back with the button; nothing of it is kept in between, and it
 * is read again before it is booked. PERMISSION_CONTRIBUTION_ADD.
 */
err bank_desk_show(struct request *r, struct response *ret); /* GET /desk/funding/bank-statement */
err bank_desk_upload(struct request *r, struct response *ret); /* POST: the preview */
err bank_desk_book(struct request *r, struct response *ret);   /* POST …/bank-statement/book */

/* How a bank writes its CSV. */
err bank_mapping_show(struct request *r, struct response *ret); /* GET …/bank-mapping/{channel} */
err bank_mapping_post(struct request *r, struct response *ret);
