#pragma once
#include "desk/desk_form.h"

/* Buttons beside a report's form: PERMISSION_REPORT_PUBLISH. */
err report_withdraw_show(struct request *r, struct response *ret);   /* GET …/{id}/withdraw */
err report_withdraw_post(struct request *r, struct response *ret);   /* POST …/{id}/withdraw */
err report_restore_post(struct request *r, struct response *ret);    /* POST …/{id}/restore */
err report_unschedule_post(struct request *r, struct response *ret); /* POST …/{id}/unschedule */
