#pragma once
#include "base/arena.h"
#include "render/view.h"

/*
 * The passages of a report that ask something, as links: markdown_report() marks them
 * (<mark class="ask">) before it is known which questions they are, for the HTML is stored and a
 * question gets its number when it is. So they become links when the page is made:
 *
 *     <mark class="ask"><a id="asked-12" href="#question-12">passage<sup>3</sup></a></mark>
 */
struct markdown_ask {
    int64_t id;
    struct str count; /* how many answered, in the site's digits; empty: nobody */
};
/* The n-th mark of `html` is that of asks[n]; marks beyond stay as they are. In `a`. */
struct html markdown_ask(struct arena *a, struct html html, const struct markdown_ask *asks,
                         size_t n);
