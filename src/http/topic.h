#pragma once
#include "base/str.h"
#include "http/hash.h"

#include <stdatomic.h>

/*
 * What pages are made from: "report/77", "meter". Each topic has a generation that moves with each
 * change; a page notes the generations before it reads, and is stale when one of them has moved.
 * Topics share a fixed number of counters by their hash: two that meet only cause a render more.
 */
enum { TOPIC_COUNTERS = 4096, TOPICS_OF_A_PAGE = 64, TOPIC_TEXT_MAX = 200 };

struct generations {
    struct hash_key hash;
    atomic_uint_least64_t epoch; /* moves with every topic */
    atomic_uint_least64_t at[TOPIC_COUNTERS];
};
struct topics {
    struct {
        unsigned counter;
        uint64_t generation;
    } at[TOPICS_OF_A_PAGE];
    unsigned n;
    bool full; /* more topics than have room: the page is stale at once */
};

void generations_init(struct generations *g);
void generations_move(struct generations *g, struct str topic);
/* The topic that every page has; it moves when the configuration or the theme does. */
#define TOPIC_SITE S("")
void topics_note(struct topics *t, struct generations *g, struct str topic);
bool topics_fresh(const struct topics *t, const struct generations *g);
