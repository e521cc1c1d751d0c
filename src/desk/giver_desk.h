#pragma once
#include "desk/desk_page.h"

/*
 * Givers: those who left a name or an address. One giver is everyone with the same address.
 * PERMISSION_CONTRIBUTION_ADD to look; _REVERSE to mail statements, to erase, and
 * to say whether they are named.
 */
err givers_show(struct request *r, struct response *ret);            /* GET /desk/funding/givers */
err givers_statements_post(struct request *r, struct response *ret); /* POST …/givers */
err giver_show(struct request *r, struct response *ret);             /* GET …/givers/{id} */
err giver_erase_show(struct request *r, struct response *ret);       /* GET …/{id}/erase */
err giver_erase_post(struct request *r, struct response *ret);
err giver_named_post(struct request *r, struct response *ret);     /* POST …/{id}/named */
err giver_statement_show(struct request *r, struct response *ret); /* GET …/{id}/years/{year} */
err giver_statement_post(struct request *r, struct response *ret); /* mails it */

/* All givers of a year as a file for the accountant (funding/givers_export.h); who takes it stands
 * in the audit log. */
err givers_export_show(struct request *r, struct response *ret); /* GET …/givers/export */
err givers_export_post(struct request *r, struct response *ret); /* POST: the file */
