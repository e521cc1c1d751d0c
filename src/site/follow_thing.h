#pragma once
#include "base/app.h"
#include "http/http.h"
#include "people/subscriber.h"

/* What is followed, as people know it. */
struct follow_thing {
    enum follow_kind kind;
    int64_t object;
    struct str title, path; /* the report's headline, the question, the series' title */
};
enum { FOLLOW_THING_NONE = 1 };
/* Refuses with FOLLOW_THING_NONE what is not there, or not public any more. */
MUST_USE err follow_thing_read(struct tx *tx, const struct setup *s, struct arena *a,
                               enum follow_kind kind, int64_t object, struct follow_thing *ret);
/* The name of the form's field and query's parameter: "report", "comment", ... */
const char *follow_thing_field(enum follow_kind kind);
/* The key of the word that says what one is told of: "New comments on {title}". */
const char *follow_thing_word(enum follow_kind kind);

/* For all who take orders to follow: the thing, in a snapshot of its own (FOLLOW_THING_NONE also
 * where no mail can be sent), and the order with an address as it was typed. It has to be confirmed
 * by mail unless this browser did that before; how often an address is written to, subscriber.h
 * says. */
MUST_USE err follow_thing_find(const struct request *r, enum follow_kind kind, int64_t object,
                               struct follow_thing *ret);
enum { FOLLOW_EMAIL_WRONG = 1 };
MUST_USE err follow_send(const struct request *r, const struct follow_thing *t, struct str email);
