#pragma once
#include "desk/funding_row.h"
#include "funding/giver.h"

/*
 * One gift at the desk: all that is known of it, and a form for each thing that may be done with it
 * now. A refused form is shown again on the same page with its words. PERMISSION_CONTRIBUTION_ADD
 * to look and to note; _REVERSE for the rest.
 */
err gift_show(struct request *r, struct response *ret);          /* GET …/contributions/{id} */
err gift_note_post(struct request *r, struct response *ret);     /* POST …/{id}/note */
err gift_settle_post(struct request *r, struct response *ret);   /* POST …/{id}/settle */
err gift_freeze_post(struct request *r, struct response *ret);   /* POST …/{id}/freeze */
err gift_free_post(struct request *r, struct response *ret);     /* POST …/{id}/free */
err gift_value_post(struct request *r, struct response *ret);    /* POST …/{id}/value */
err gift_refund_post(struct request *r, struct response *ret);   /* POST …/{id}/refund */
err gift_evidence_post(struct request *r, struct response *ret); /* POST …/{id}/evidence */
err gift_receipt_post(struct request *r, struct response *ret);  /* POST …/{id}/receipt */
err gift_giver_post(struct request *r, struct response *ret);    /* POST …/{id}/giver */

/* The gift of a request's {id}. True when there is none and it answered. */
struct gift_at {
    struct request *r;
    struct contribution gift;
    struct giver giver; /* id 0: not known */
};
bool gift_missing(struct request *r, struct response *ret, struct gift_at *g, err *ret_e);

/* What may be done on the page of a gift. */
enum gift_deed {
    GIFT_SETTLE,
    GIFT_NOTE,
    GIFT_RECEIPT,
    GIFT_GIVER,
    GIFT_VALUE,
    GIFT_REFUND,
    GIFT_EVIDENCE,
    GIFT_FREEZE,
    GIFT_FREE,
    GIFT_DEEDS
};
bool gift_deed_fits(const struct gift_at *g, enum gift_deed d);
struct str gift_deed_title(const struct request *r, enum gift_deed d);
struct desk_form *gift_deed_form(const struct gift_at *g, enum gift_deed d);

/* The page; `form`: the one of `deed` as it was refused, with its status. NULL: none. */
struct gift_refused {
    enum gift_deed deed;
    const struct desk_form *form;
    int status;
};
MUST_USE err gift_page(struct gift_at *g, struct response *ret, const struct gift_refused *refused);

/* Where a refusal belongs: "amount", "date" and so on, "" for the whole form. 422, or 409 when
 * somebody was faster or it is not for this gift. */
const char *gift_field_of(err refusal);
int gift_status_of(err refusal);
