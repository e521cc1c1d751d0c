#pragma once
#include "http/http.h"

/*
 * Feeds of reports, of comments and of the answers to a question, in three forms told apart by the
 * address: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1. Each holds the newest entries with their
 * whole text: FEED_ENTRIES, or as many as their texts leave room for.
 */
enum { FEED_ENTRIES = 30 };
err feed_site(struct request *r, struct response *ret);     /* GET /feed.{form} */
err feed_series(struct request *r, struct response *ret);   /* GET /series/{slug}/feed.{form} */
err feed_comments(struct request *r, struct response *ret); /* GET {report}/feed.{form} */
err feed_question(struct request *r, struct response *ret); /* GET /questions/{id}/feed.{form} */
