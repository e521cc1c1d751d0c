#pragma once

/*
 * What the server itself refuses, as keys of theme/words: the page says it in the site's language,
 * the API puts the key after "/problems/" in `type`. Requests that break the HTTP protocol itself
 * (two Content-Length fields, a Host missing) get one line of plain text and the connection closed:
 * no browser sends them.
 */
#define ERROR_NOT_FOUND       "error_not_found"       /* 404 */
#define ERROR_METHOD          "error_method"          /* 405, with Allow */
#define ERROR_TOO_LARGE       "error_too_large"       /* 413: body over its limit */
#define ERROR_TARGET_TOO_LONG "error_target_too_long" /* 414 */
#define ERROR_HEAD_TOO_LARGE  "error_head_too_large"  /* 431: header fields together, or cookies */
#define ERROR_MEDIA_TYPE      "error_media_type"  /* 415: another Content-Type than the route's */
#define ERROR_BAD_ADDRESS     "error_bad_address" /* 400: path not decodable, NUL, not UTF-8 */
#define ERROR_BAD_QUERY       "error_bad_query"   /* 400: the same in the query */
#define ERROR_BAD_FORM        "error_bad_form"    /* 400: form or multipart not parseable */
#define ERROR_REPEATED_FIELD  "error_repeated_field"  /* 400: a field or parameter twice */
#define ERROR_TOO_MANY_FIELDS "error_too_many_fields" /* 400: fields, parameters or uploads */
#define ERROR_FORM_NOT_TEXT   "error_form_not_text"   /* 400: beside the words, in their form */
#define ERROR_FORM_TWICE      "error_form_twice"      /* 400: likewise */
#define ERROR_NOT_FROM_HERE   "error_not_from_here"   /* 403: the guard refused */
#define ERROR_TOO_OFTEN       "error_too_often"       /* 429, with Retry-After */
#define ERROR_BROKEN          "error_broken"          /* 500: a fault */
#define ERROR_BUSY_NOW        "error_busy_now"        /* 503, with Retry-After */
#define ERROR_DISK_FULL       "error_disk_full"       /* 503: the store cannot write */
