#pragma once
#include "http/incoming.h"
#include "http/page.h"

/*
 * Pages kept ready, by their key: the path and the route's own query parameters, so that a page has
 * one entry however it is asked for.
 *
 * A miss is rendered by one worker, while all others who want that page wait for it. A page is
 * stale when a topic it was made from has moved; the next who asks renders it anew - but a page
 * that keeps changing only `renders_burst` times in a row and then once a second: until then the
 * copy that has just become stale serves.
 *
 * Bounded by bytes, in shards each with its lock. Pages that nobody asked for twice go first, so
 * that a crawler cannot empty it.
 */
enum { CACHE_KEY_MAX = 4096 };
struct cache;
/* `folder`, for coded_file(): NULL for none. It must outlive the cache. */
struct cache *cache_make(size_t bytes, struct generations *g, const char *folder);
void cache_free(struct cache *c);

/*
 * Event thread: queues the page's response when there is one to be sent now, and says so in
 * in->reply and in->pattern. False: it is to be rendered or waited for.
 */
bool cache_queue(struct cache *c, struct incoming *in);

/* Of a suspended request: takes a turn at the page (enum cache_turn, in incoming.h). */
enum cache_turn cache_join(struct cache *c, struct incoming *in);

/* The worker's side: ends the turn that cache_join gave, and resumes who waited. */
void cache_keep(struct cache *c, struct incoming *in, const struct response *response);
void cache_give_up(struct cache *c, struct incoming *in, unsigned status);
void cache_code(struct cache *c, struct incoming *in);

/*
 * Compresses one page that is asked for often as well as can be, or puts one that is often sent
 * uncompressed into a file. False: none needs it. Takes tenths of a second; for a thread with
 * nothing better to do.
 */
bool cache_improve(struct cache *c);

/* Larger bodies are not kept. */
size_t cache_body_max(const struct cache *c);

struct cache_state {
    size_t bytes, pages, filed; /* those sent from files */
};
struct cache_state cache_look(struct cache *c);

/*
 * The key of a request's page, in `out`. Refuses when it has none: no route, not a public one, a
 * query that is broken, or too long.
 */
enum { KEY_NONE = 1 };
MUST_USE err key_make(const struct incoming *in, char out[CACHE_KEY_MAX], size_t *ret_n);
