#include "discussion/listing.h"
#include "unit/discussion.h"

/* Without these an open page could be given comments that nobody may see, or none of the new ones.
 */

static err some(struct room *r, const int64_t *ids, size_t n, struct listing *ret)
{
    struct listing_query q = { .report = 1, .some = ids, .some_count = n };
    return room_list(r, &q, ret);
}

TEST(comments_asked_for_by_number_come_in_their_threads)
{
    struct room r;
    struct listing l = { 0 };
    room_open(&r);
    int64_t root = room_said(&r, 1, 0, "root");
    int64_t reply = room_said(&r, 1, root, "reply");
    int64_t below = room_said(&r, 1, reply, "below");
    int64_t other = room_said(&r, 1, 0, "another root");
    (void)room_said(&r, 1, root, "not asked for");
    int64_t ids[] = { reply, below, other };
    expect(some(&r, ids, 3, &l) == OK && l.count == 2 && !l.first && !l.next.n);
    expect(l.threads[0].continued && l.threads[0].root.id == root && l.threads[0].count == 2);
    expect(l.threads[0].replies[0].id == reply && l.threads[0].replies[1].id == below);
    expect(l.threads[0].replies[0].html.s.n > 0);
    expect(!l.threads[1].continued && l.threads[1].root.id == other && l.threads[1].count == 0);
    int64_t both[] = { root, below };
    expect(some(&r, both, 2, &l) == OK && l.count == 1 && !l.threads[0].continued);
    expect(l.threads[0].count == 1 && l.threads[0].replies[0].id == below);
    room_close(&r);
}

TEST(what_is_not_shown_here_is_not_shown_by_number_either)
{
    struct room r;
    struct listing l = { 0 };
    struct comment_added held = { 0 };
    room_open(&r);
    int64_t root = room_said(&r, 1, 0, "taken down");
    int64_t reply = room_said(&r, 1, root, "stays");
    int64_t gone = room_said(&r, 1, 0, "gone");
    int64_t elsewhere = room_said(&r, 2, 0, "under another report");
    struct said said = { .report = 1, .visitor = "ann", .body = "x", .hold = COMMENT_HOLD_ALL };
    expect(room_say(&r, &said, &held) == OK);
    expect(room_state(&r, root, COMMENT_STATE_HIDDEN) == OK);
    expect(room_state(&r, gone, COMMENT_STATE_DELETED) == OK);
    int64_t none[] = { gone, elsewhere, held.id, 999 };
    expect(some(&r, none, 4, &l) == LISTING_NO_THREAD);
    int64_t ids[] = { root, reply, gone, elsewhere, held.id };
    expect(some(&r, ids, 5, &l) == OK && l.count == 1 && l.threads[0].root.id == root);
    expect(l.threads[0].root.html.s.n == 0 && l.threads[0].count == 1);
    room_close(&r);
}
