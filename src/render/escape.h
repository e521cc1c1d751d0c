#pragma once
#include "base/buf.h"

/*
 * Text made harmless for the place where it will stand. The template compiler picks the place
 * (render/template_context.h); nothing else in the program escapes by hand.
 *
 * Text is valid UTF-8; bytes above ASCII go through as they are, save where a form says otherwise.
 */
enum escape {
    ESCAPE_NONE,      /* mail bodies; markup of our own making */
    ESCAPE_TEXT,      /* between tags: & < > */
    ESCAPE_ATTRIBUTE, /* in a quoted attribute: & < > " ' */
    ESCAPE_URL,       /* a whole address in a quoted attribute: "#" unless escape_url_allowed() */
    ESCAPE_SRCSET,    /* the same in a srcset, where space and comma separate: both are encoded */
    ESCAPE_URL_PATH, /* inside an address: all but RFC 3986 pchar, "/" and %XX is percent-encoded */
    ESCAPE_URL_VALUE, /* a value in its query: all but unreserved characters is percent-encoded */
    ESCAPE_JSON,      /* JSON in a script element: < > & U+2028 U+2029 as \uXXXX */
    ESCAPE_XML,       /* & < > " ' as entities, CR as &#13;; what XML 1.0 cannot hold as U+FFFD */
};
void escape_put(struct buf *out, enum escape how, struct str s);
void escape_put_int(struct buf *out, int64_t v); /* decimal; needs no escape anywhere */

/*
 * http, https, mailto, tel, bitcoin, bitcoincash, ethereum, or relative. What a browser would read
 * as another scheme after dropping leading blanks and inner tabs and line ends is not allowed.
 */
bool escape_url_allowed(struct str url);
bool escape_scheme_allowed(struct str scheme); /* "https", in any case of letters */
