#include "site/subscription_api.h"
#include "http/api.h"
#include "http/error.h"
#include "site/follow_thing.h"

enum { SENT_MAX = 100 };

/* The one thing that is named; false: none, several, or no number. */
static bool named(const struct json *j, enum follow_kind *ret_kind, int64_t *ret)
{
    size_t n = 0;
    for (int k = FOLLOW_REPORT; k < FOLLOW_KINDS; k++) {
        enum follow_kind kind = (enum follow_kind)k;
        int64_t id = 0;
        if (!api_id(j, follow_thing_field(kind), &id))
            return false;
        if (!id)
            continue;
        *ret_kind = kind;
        *ret = id;
        n++;
    }
    return n == 1;
}

static err put_sent(const struct request *r, struct response *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(SENT_MAX);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_bool(&w, "sent", true);
    json_write_end(&w);
    return api_answer(r, ret, 202, &out);
}

err subscription_api_post(struct request *r, struct response *ret)
{
    struct follow_thing t = { 0 };
    enum follow_kind kind = FOLLOW_KINDS;
    int64_t object = 0;
    struct str email = { 0 };
    const struct json *j = NULL;
    if (!api_body(r, ret, "email report comment question series", &j))
        return OK;
    if (!named(j, &kind, &object))
        return http_refuse(r, ret, 422, ERROR_BAD_FORM);
    err e = follow_thing_find(r, kind, object, &t);
    if (e)
        return e < 0 ? fault(e) : http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (!request_limit(r, LIMIT_COMMENT))
        return http_refuse(r, ret, 429, "follow_too_often");
    e = api_text(j, "email", &email) ? follow_send(r, &t, email) : FOLLOW_EMAIL_WRONG;
    if (e > 0)
        return api_refuse(r, ret, 422, "follow_email_wrong", "email");
    return e ? fault(e) : put_sent(r, ret);
}
