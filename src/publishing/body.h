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

enum {
    BODY_TOO_LONG = 1, /* the text is, or its HTML would be */
    BODY_MISSING,
    BODY_NOT_TEXT,
    BODY_PICTURE_MISSING,
    BODY_REFUSALS
};

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

/* What somebody wrote, to be checked and rendered. */
struct body_words {
    struct str text;
    const struct media_names *pictures;
    bool may_be_empty;
};
/* Refuses with each of the refusals; *ret_picture is the first picture that is missing. */
MUST_USE err body_prepare(const struct setup *setup, struct arena *a, const struct body_words *s,
                          struct body *ret, struct str *ret_picture);

/* Of these words, each with its length before it, and of what the body's pictures show: two
 * revisions with the same hash say the same. */
struct str body_hash(struct arena *a, const struct str *words, size_t n, const struct body *b);
