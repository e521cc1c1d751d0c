#pragma once
#include "base/json.h"
#include "http/http.h"

/*
 * JSON in and out of the handlers under /api/v1, for all rooms alike. Errors are problem details
 * (RFC 9457) with a member "field" when one member of what was sent is to blame.
 */
enum { API_BODY_MAX = 256 * 1024 /* bytes of JSON that is read */ };

/* The body: one object that holds no other members than `names`. False: answered with 400. */
bool api_body(struct request *r, struct response *ret, const char *names,
              const struct json **ret_body);
/* A member that may be missing or null, but not of another kind; a number is 1 or more. */
bool api_text(const struct json *j, const char *name, struct str *ret);
bool api_id(const struct json *j, const char *name, int64_t *ret);

/* {id} in the path: 1 or more. */
bool api_segment_id(const struct request *r, int64_t *ret);

/* ERR_LIMIT when `out` is full. */
MUST_USE err api_answer(const struct request *r, struct response *ret, int status,
                        const struct buf *out);
/* http_refuse() that names a field; NULL: none. */
err api_refuse(struct request *r, struct response *ret, int status, const char *word,
               const char *field);
