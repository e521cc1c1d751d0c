#pragma once
#include "base/check.h"
#include "discussion/comment.h"
#include "discussion/comment_desk.h"
#include "discussion/comment_queue.h"
#include "discussion/listing.h"
#include "discussion/vote.h"
#include "render/format.h"
#include "render/theme.h"
#include "unit/test.h"

/* A store in memory with reports to write under, for the tests of discussion/. */
struct room {
    struct arena arena;
    struct store *store;
    struct config *config;
    struct theme *theme;
    struct formats *formats;
    struct setup setup;
    struct recent *recent;
    int64_t now;
};
enum { ROOM_REPORTS = 3, ROOM_DRAFT = 4, ROOM_NOWHERE = 99 }; /* reports 1..3 are published */

void room_open(struct room *r);
void room_close(struct room *r);

/* Adds by a guest; hashes are made from the names, so the same name is the same visitor. */
struct said {
    int64_t report, parent;
    const char *visitor; /* NULL: nobody in particular */
    const char *address; /* NULL: the visitor's own */
    bool visitor_new;
    const char *body;
    enum comment_hold hold;
    int64_t person;
};
err room_say(struct room *r, const struct said *said, struct comment_added *ret);
int64_t room_said(struct room *r, int64_t report, int64_t parent, const char *body); /* its id */
err room_state(struct room *r, int64_t id, enum comment_state to);
err room_vote(struct room *r, int64_t comment, const char *voter, int value, struct vote_sums *ret);
struct discussion room_counts(struct room *r, int64_t report);
struct comment room_comment(struct room *r, int64_t id);
struct str room_visitor(struct room *r, const char *name); /* 16 bytes */
err room_list(struct room *r, const struct listing_query *q, struct listing *ret);
int64_t room_findings(struct room *r); /* what `diurnal check` would find wrong */
