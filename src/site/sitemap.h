#pragma once
#include "http/http.h"

/*
 * For crawlers: robots.txt, and the sitemap (sitemaps.org), an index of pieces with a bounded
 * number of addresses each (REPORT_ADDRESSES_MAX reports).
 */
enum { SITEMAP_PIECES_MAX = 1000 };
err sitemap_robots(struct request *r, struct response *ret); /* GET /robots.txt */
err sitemap_index(struct request *r, struct response *ret);  /* GET /sitemap.xml */
err sitemap_piece(struct request *r, struct response *ret);  /* GET /sitemap/{piece} */
