#pragma once
#include "base/err.h"
#include "base/str.h"
#include "render/view.h"

/*
 * Markdown (CommonMark 0.29 with GitHub's tables, strikethrough and autolinks, parsed by cmark-gfm)
 * to HTML. The HTML is written from the syntax tree by this module, every text and address escaped
 * on the way, so that only the elements and attributes listed here can come out, well nested,
 * whatever goes in. Raw HTML in the source is shown as it was typed.
 *
 * Callers bound the input's size; the output is bounded here, to MARKDOWN_GROWTH times the input
 * plus MARKDOWN_BASE bytes, and so is the work: containers nested deeper than MARKDOWN_NEST_MAX are
 * flattened. The input must be valid UTF-8. All functions are thread-safe.
 *
 * Report: h2..h6 with id (shifted so that the highest used is h2; ids are "s-" and the heading's
 * own words, unique), p, blockquote, ul, ol with start, li, pre, code, hr, br, em, strong, del, a
 * with href, table in <div class="table" tabindex="0"> with thead, tbody, tr, th, td (alignment as
 * class), footnotes (section, sup, ids fn-N and fnref-N), figure, img and figcaption, mark. HTML
 * comments are left out, <br> is a line's end, an <iframe>, <video> or <embed> with a remote
 * address becomes a link, any other raw HTML is shown. Links go to http, https, mailto, tel or
 * within the site.
 *
 * Comment: p, blockquote, ul, ol, li, pre (each with dir="auto"), code, em, strong, del, br, hr,
 * and a with rel="nofollow ugc noopener" to http, https or mailto. A heading becomes a paragraph of
 * strong text, a picture a link, a line's end a <br>.
 */
enum {
    MARKDOWN_VERSION = 1, /* kept beside stored HTML; when it moves, that HTML is rendered anew */
    MARKDOWN_NEST_MAX = 8,
    MARKDOWN_GROWTH = 24,
    MARKDOWN_BASE = 4096,
};
enum { MARKDOWN_TOO_LONG = 1 }; /* the refusal of all: its HTML would be larger than the bound */

/* A picture of ours. width and height in pixels; 0: not known. */
struct markdown_picture {
    struct str url; /* "/media/..." */
    int64_t width, height;
};

struct markdown_options {
    /* Maps a picture's relative name to ours; false: there is none, and its text stands instead.
     * NULL: there are none. */
    bool (*picture)(void *arg, struct str src, struct markdown_picture *ret);
    void *arg;
    struct str back_to_text; /* name of a footnote's link back, in the site's language */
};

/* An author's question on a passage: [the passage](<ask:Were you there? What did you see?>) */
struct markdown_question {
    struct str question, passage; /* plain text on one line; passage may be cut (MAX below) */
};
enum { MARKDOWN_QUESTION_MAX = 500, MARKDOWN_PASSAGE_MAX = 500 }; /* bytes; longer ones are cut */

/*
 * A run of top-level blocks. It ends behind a block that holds questions, or with the text, so that
 * what belongs to its questions can be put between it and the next.
 */
struct markdown_segment {
    struct html html;
    const struct markdown_question *questions;
    size_t count;
};
struct markdown_report {
    const struct markdown_segment *segments; /* none when there is no text */
    size_t count;
};

MUST_USE err markdown_report(struct arena *a, struct str text, const struct markdown_options *opt,
                             struct markdown_report *ret);
MUST_USE err markdown_comment(struct arena *a, struct str text, struct html *ret);

/*
 * The words alone on one line, without markup, pictures, footnotes and raw HTML, at most `max`
 * bytes, cut between words and then ended with "…". For feeds, descriptions and mails.
 */
struct str markdown_text(struct arena *a, struct str text, size_t max);
