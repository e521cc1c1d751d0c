#pragma once
#include "render/view.h"

/* A feed before it has one of its three forms. Addresses are absolute, times RFC 3339 and, for RSS,
 * RFC 9110's form. */
struct feed_entry {
    struct str title, url, author, summary;
    struct html html;
    struct str published, updated, published_rss;
};
struct feed {
    struct str title, about, url, self, language, updated, updated_rss;
    struct list entries; /* of feed_entry */
};
