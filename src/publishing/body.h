#pragma once
#include "publishing/media.h"
#include "render/markdown.h"

/*
 * The Markdown of a report or a standing page, rendered: HTML in one piece, where its questions
 * stand, and which pictures it names. Rendering happens outside transactions.
 */
enum {
    BODY_HTML_MAX = 640 * 1024
}; /* bytes of one text's HTML, so that a page of it can be sent */

enum { BODY_TOO_LONG = 1 };

/* One question, and the byte of the HTML behind which its box stands. */
struct body_question {
    struct str text, passage;
    size_t at;
};
struct body {
    struct html html;
    const struct body_question *questions; /* in reading order */
    size_t question_count;
    const struct media_name **pictures; /* those of `names` that it shows, in reading order */
    size_t picture_count;
    const struct str *missing; /* pictures that `names` lacks */
    size_t missing_count;
    struct str image; /* address of its first picture, or empty */
};

/* `back_to_text`: see markdown_options. */
MUST_USE err body_render(struct arena *a, struct str text, const struct media_names *names,
                         struct str back_to_text, struct body *ret);
