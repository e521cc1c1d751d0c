/* Without these tests a decision could be half undone, the public record could lie about what was
 * removed, or a moderator could judge the appeal against the own decision. */
#include "discussion/appeal.h"
#include "discussion/assignment.h"
#include "discussion/decision.h"
#include "discussion/flag.h"
#include "discussion/mark.h"
#include "discussion/record.h"
#include "unit/discussion.h"

struct deciding {
    struct decision_wish wish;
    const int64_t *ids;
    size_t n;
    int64_t act;
    struct decisions_done done;
};

static err decide_work(struct tx *tx, void *arg)
{
    struct deciding *d = arg;
    if (d->n == 1)
        return decision_make(tx, &d->wish, d->ids[0], &d->act);
    err e = decision_make_all(tx, &d->wish, d->ids, d->n, &d->done);
    d->act = d->done.act;
    return e;
}

static err decide(struct room *r, int64_t id, enum act_kind kind, enum reason reason,
                  int64_t *ret_act)
{
    struct deciding d = { .wish = { .kind = kind,
                                    .reason = reason,
                                    .by = 1,
                                    .now = r->now,
                                    .seen = DECISION_SEEN_ANY },
                          .ids = &id,
                          .n = 1 };
    err e = store_write(r->store, decide_work, &d);
    if (ret_act)
        *ret_act = d.act;
    return e;
}

struct undoing {
    int64_t act, now, done;
};

static err undo_work(struct tx *tx, void *arg)
{
    struct undoing *u = arg;
    return act_undo(tx, u->act, 1, u->now, &u->done);
}

static err undo(struct room *r, int64_t act, int64_t *ret_done)
{
    struct undoing u = { .act = act, .now = r->now };
    err e = store_write(r->store, undo_work, &u);
    if (ret_done)
        *ret_done = u.done;
    return e;
}

static struct record record_of(struct room *r, int64_t report)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct record record = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(record_get(&tx, report, &record) == OK);
    return record;
}

static int64_t say_held(struct room *r, const char *visitor, const char *body)
{
    struct comment_added added = { 0 };
    struct said said = { .report = 1, .visitor = visitor, .body = body, .hold = COMMENT_HOLD_ALL };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

static int64_t say_as(struct room *r, const char *visitor, const char *body)
{
    struct comment_added added = { 0 };
    struct said said = { .report = 1, .visitor = visitor, .body = body };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

static err flag_work(struct tx *tx, void *arg)
{
    return flag_add(tx, arg);
}

static err flag(struct room *r, int64_t comment, const char *voter, int64_t hide_at)
{
    struct flag f = { .comment = comment,
                      .voter = room_visitor(r, voter),
                      .prefix = room_visitor(r, voter),
                      .address = room_visitor(r, voter),
                      .reason = REASON_INSULT,
                      .now = r->now,
                      .hide_at = hide_at };
    return store_write(r->store, flag_work, &f);
}

static int64_t flags_waiting(struct room *r)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    int64_t n = 0;
    expect(store_read(r->store, &tx) == OK);
    expect(flag_waiting(&tx, &n) == OK);
    return n;
}

TEST(a_decision_counts_in_the_public_record_and_undoing_it_takes_that_back)
{
    struct room r;
    room_open(&r);
    int64_t held = say_held(&r, "ada", "One");
    int64_t other = say_as(&r, "bea", "Two");
    r.now += 14 * MINUTE + 30 * SECOND;
    int64_t act = 0;
    int64_t second = 0;
    expect(decide(&r, held, ACT_SPAM, REASON_SPAM, &act) == OK);
    expect(decide(&r, other, ACT_HIDE, REASON_INSULT, &second) == OK);
    struct record record = record_of(&r, 1);
    expect(record.comments == 2 && record.published == 0 && record.held == 0);
    expect(record.removed == 2 && record.reasons[REASON_SPAM] == 1);
    expect(record.reasons[REASON_INSULT] == 1 && record.median == 14);
    expect(room_findings(&r) == 0);

    expect(undo(&r, act, NULL) == OK && undo(&r, act, NULL) == ACT_UNDONE);
    expect(undo(&r, second, NULL) == OK);
    record = record_of(&r, 1);
    expect(record.held == 1 && record.published == 1 && record.removed == 0);
    expect(record.reasons[REASON_SPAM] == 0 && record.median == -1);
    expect(room_comment(&r, held).state == COMMENT_STATE_HELD);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(an_undone_decision_leaves_the_author_of_a_held_comment_seeing_it_again)
{
    struct room r;
    room_open(&r);
    int64_t held = say_held(&r, "ada", "One");
    int64_t act = 0;
    expect(decide(&r, held, ACT_APPROVE, REASON_NONE, &act) == OK);
    expect(undo(&r, act, NULL) == OK);
    struct listing l = { 0 };
    struct listing_query q = { .report = 1, .viewer = room_visitor(&r, "ada") };
    expect(room_list(&r, &q, &l) == OK && l.mine_count == 1 && l.mine[0].id == held);
    room_close(&r);
}

TEST(a_decision_that_was_overtaken_is_refused_and_its_undoing_too)
{
    struct room r;
    room_open(&r);
    int64_t id = say_held(&r, "ada", "One");
    int64_t first = 0;
    r.now += SECOND;
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, &first) == OK);
    struct deciding late = { .wish = { .kind = ACT_HIDE,
                                       .reason = REASON_RULES,
                                       .by = 1,
                                       .now = r.now,
                                       .seen = r.now - 1 },
                             .ids = &id,
                             .n = 1 };
    expect(store_write(r.store, decide_work, &late) == DECISION_OVERTAKEN);
    late.wish.seen = r.now;
    expect(store_write(r.store, decide_work, &late) == OK);
    expect(undo(&r, first, NULL) == ACT_OVERTAKEN);
    expect(decide(&r, id, ACT_HIDE, REASON_RULES, NULL) == DECISION_SAME);
    expect(decide(&r, 99, ACT_HIDE, REASON_RULES, NULL) == DECISION_NO_COMMENT);
    expect(decide(&r, id, ACT_DELETE, REASON_RULES, &first) == OK);
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, NULL) == DECISION_DELETED);
    expect(undo(&r, first, NULL) == ACT_FINAL && undo(&r, 99, NULL) == ACT_MISSING);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(a_decision_is_undone_only_after_the_later_one_that_found_flags_wrong)
{
    struct room r;
    room_open(&r);
    int64_t id = say_held(&r, "ada", "One");
    int64_t first = 0;
    int64_t second = 0;
    r.now += SECOND;
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, &first) == OK);
    expect(flag(&r, id, "bea", 0) == OK);
    r.now += SECOND;
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, &second) == OK);
    expect(undo(&r, first, NULL) == ACT_OVERTAKEN);
    expect(undo(&r, second, NULL) == OK && flags_waiting(&r) == 1);
    expect(undo(&r, first, NULL) == OK);
    expect(room_comment(&r, id).state == COMMENT_STATE_HELD && room_findings(&r) == 0);
    room_close(&r);
}

TEST(many_are_decided_as_one_act_and_what_was_changed_since_stays_when_it_is_undone)
{
    struct room r;
    room_open(&r);
    int64_t ids[40];
    for (size_t i = 0; i < COUNT(ids); i++)
        ids[i] = say_held(&r, NULL, (const char *[]){ "a", "b" }[i % 2]);
    ids[7] = 9999; // there is none
    struct deciding d = {
        .wish = { .kind = ACT_APPROVE, .by = 1, .now = r.now, .seen = DECISION_SEEN_ANY },
        .ids = ids,
        .n = COUNT(ids)
    };
    expect(store_write(r.store, decide_work, &d) == OK);
    expect(d.done.done == COUNT(ids) - 1 && d.done.skipped == 1);
    expect(room_counts(&r, 1).published == COUNT(ids) - 1 && room_counts(&r, 1).held == 1);
    r.now += SECOND;
    expect(decide(&r, ids[0], ACT_HIDE, REASON_COPY, NULL) == OK);
    int64_t done = 0;
    expect(undo(&r, d.act, &done) == OK && done == COUNT(ids) - 2);
    expect(room_counts(&r, 1).hidden == 1 && room_counts(&r, 1).published == 0);
    expect(room_findings(&r) == 0);
    room_close(&r);
}

TEST(flags_wait_until_a_decision_answers_them_and_hide_only_at_the_operators_number)
{
    struct room r;
    room_open(&r);
    int64_t id = say_as(&r, "ada", "One");
    expect(flag(&r, id, "ada", 0) == FLAG_OWN && flag(&r, 99, "bea", 0) == FLAG_NO_COMMENT);
    expect(flag(&r, id, "bea", 0) == OK && flag(&r, id, "bea", 0) == FLAG_AGAIN);
    expect(flag(&r, id, "cyd", 0) == OK && flags_waiting(&r) == 1);
    expect(room_comment(&r, id).state == COMMENT_STATE_PUBLISHED);
    r.now += 5 * MINUTE;
    int64_t act = 0;
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, &act) == OK && flags_waiting(&r) == 0);
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, NULL) == DECISION_SAME);
    expect(record_of(&r, 1).median == 5 && room_findings(&r) == 0);
    expect(undo(&r, act, NULL) == OK && flags_waiting(&r) == 1 && room_findings(&r) == 0);

    expect(flag(&r, id, "dot", 4) == OK);
    expect(room_comment(&r, id).state == COMMENT_STATE_PUBLISHED);
    expect(flag(&r, id, "eve", 4) == OK);
    expect(room_comment(&r, id).state == COMMENT_STATE_HIDDEN && flags_waiting(&r) == 0);
    expect(record_of(&r, 1).reasons[REASON_FLAGS] == 1);
    expect(flag(&r, id, "fay", 4) == FLAG_NOT_PUBLISHED);
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, NULL) == OK);
    for (size_t i = 0; i < 5; i++)
        expect(flag(&r, id, (const char *[]){ "g", "h", "i", "j", "k" }[i], 4) == OK);
    expect(room_comment(&r, id).state == COMMENT_STATE_PUBLISHED); // a person has decided
    expect(flags_waiting(&r) == 1 && room_state(&r, id, COMMENT_STATE_DELETED) == OK);
    expect(flags_waiting(&r) == 0); // its author took it back
    expect(room_findings(&r) == 0);
    room_close(&r);
}

struct appealing {
    struct room *r;
    int64_t comment;
    const char *visitor, *body;
};

static err appeal_work(struct tx *tx, void *arg)
{
    struct appealing *a = arg;
    struct appellant who = { .visitor = room_visitor(a->r, a->visitor) };
    return appeal_add(tx, a->comment, &who, str_from_z(a->body), a->r->now);
}

static err appeal(struct room *r, int64_t comment, const char *visitor)
{
    struct appealing a = { r, comment, visitor, "It was said in good faith." };
    return store_write(r->store, appeal_work, &a);
}

static err judge_work(struct tx *tx, void *arg)
{
    return appeal_judge(tx, arg);
}

static err judge(struct room *r, int64_t id, int64_t by, bool granted)
{
    struct appeal_judgement j = { .id = id, .granted = granted, .by = by, .now = r->now };
    return store_write(r->store, judge_work, &j);
}

TEST(an_author_appeals_once_and_somebody_else_than_the_moderator_judges)
{
    struct room r;
    room_open(&r);
    int64_t id = say_as(&r, "ada", "One");
    expect(appeal(&r, id, "ada") == APPEAL_NOT_YOURS);
    expect(decide(&r, id, ACT_HIDE, REASON_INSULT, NULL) == OK);
    expect(appeal(&r, id, "bea") == APPEAL_NOT_YOURS);
    expect(appeal(&r, id, "ada") == OK && appeal(&r, id, "ada") == APPEAL_MADE);
    expect(judge(&r, 1, 1, true) == APPEAL_OWN && judge(&r, 7, 0, true) == APPEAL_MISSING);
    r.now += SECOND;
    expect(judge(&r, 1, 0, true) == OK && judge(&r, 1, 0, false) == APPEAL_DECIDED);
    expect(room_comment(&r, id).state == COMMENT_STATE_PUBLISHED && room_findings(&r) == 0);

    int64_t gone = say_as(&r, "cyd", "Two");
    expect(decide(&r, gone, ACT_DELETE, REASON_RULES, NULL) == OK);
    r.now += APPEAL_DAYS * DAY + 1;
    expect(appeal(&r, gone, "cyd") == APPEAL_TOO_LATE);
    r.now -= 1;
    expect(appeal(&r, gone, "cyd") == OK && judge(&r, 2, 0, true) == OK);
    expect(room_comment(&r, gone).state == COMMENT_STATE_DELETED && room_findings(&r) == 0);
    room_close(&r);
}

TEST(an_appeal_ends_when_the_comment_comes_back_and_opens_again_when_that_is_undone)
{
    struct room r;
    room_open(&r);
    int64_t id = say_as(&r, "ada", "One");
    int64_t act = 0;
    expect(decide(&r, id, ACT_HIDE, REASON_INSULT, NULL) == OK && appeal(&r, id, "ada") == OK);
    r.now += SECOND;
    expect(decide(&r, id, ACT_APPROVE, REASON_NONE, &act) == OK);
    expect(judge(&r, 1, 0, true) == APPEAL_DECIDED);
    expect(undo(&r, act, NULL) == OK && judge(&r, 1, 0, false) == OK);
    expect(room_comment(&r, id).state == COMMENT_STATE_HIDDEN && room_findings(&r) == 0);
    room_close(&r);
}

static err mark_work(struct tx *tx, void *arg)
{
    int64_t act = 0;
    struct mark_wish *w = arg;
    err e = mark_set(tx, w, &act);
    w->by = act;
    return e;
}

static err mark(struct room *r, enum act_kind kind, int64_t object, int64_t *ret_act)
{
    struct mark_wish w = { kind, object, 0, r->now };
    err e = store_write(r->store, mark_work, &w);
    if (ret_act)
        *ret_act = w.by;
    return e;
}

static err prune_work(struct tx *tx, void *arg)
{
    const int64_t *now = arg;
    return appeal_prune(tx, *now);
}

static size_t appeal_bytes(struct room *r, int64_t now)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct appeal a = { 0 };
    expect(store_write(r->store, prune_work, &now) == OK);
    expect(store_read(r->store, &tx) == OK);
    expect(appeal_get(&tx, 1, &r->arena, &a) == OK);
    return a.body.n;
}

TEST(the_words_of_an_appeal_are_kept_for_their_days_after_its_end)
{
    struct room r;
    room_open(&r);
    int64_t id = say_as(&r, "ada", "One");
    expect(decide(&r, id, ACT_DELETE, REASON_INSULT, NULL) == OK);
    expect(appeal(&r, id, "ada") == OK);
    int64_t days = APPEAL_WORDS_DAYS * DAY;
    expect(appeal_bytes(&r, r.now + 2 * days)); // it waits
    r.now += DAY;
    expect(judge(&r, 1, 0, false) == OK);
    expect(appeal_bytes(&r, r.now + days));
    expect(!appeal_bytes(&r, r.now + days + 1));
    room_close(&r);
}

TEST(marks_are_set_once_bounded_and_undone)
{
    struct room r;
    room_open(&r);
    int64_t roots[PINNED_MAX + 1];
    int64_t act = 0;
    for (size_t i = 0; i < COUNT(roots); i++)
        roots[i] = room_said(&r, 1, 0, (const char *[]){ "a", "b", "c", "d" }[i]);
    int64_t reply = room_said(&r, 1, roots[0], "Reply");
    expect(mark(&r, ACT_PIN, reply, NULL) == MARK_REPLY);
    expect(mark(&r, ACT_PIN, 99, NULL) == MARK_MISSING);
    for (size_t i = 0; i < PINNED_MAX; i++)
        expect(mark(&r, ACT_PIN, roots[i], &act) == OK);
    expect(mark(&r, ACT_PIN, roots[0], NULL) == MARK_SAME);
    expect(mark(&r, ACT_PIN, roots[PINNED_MAX], NULL) == MARK_TOO_MANY);
    expect(undo(&r, act, NULL) == OK && mark(&r, ACT_PIN, roots[PINNED_MAX], NULL) == OK);
    expect(mark(&r, ACT_CLOSE, 1, &act) == OK && !room_counts(&r, 1).open);
    expect(undo(&r, act, NULL) == OK && room_counts(&r, 1).open);
    expect(mark(&r, ACT_LOCK, reply, NULL) == OK && mark(&r, ACT_LOCK, reply, NULL) == MARK_SAME);
    room_close(&r);
}

TEST(the_median_of_an_even_number_is_the_lower_of_the_two_in_the_middle)
{
    struct room r;
    room_open(&r);
    expect(record_of(&r, 1).median == -1);
    int64_t begin = r.now;
    static const int64_t minutes[] = { 5, 9, 30, 2 };
    static const int64_t medians[] = { 5, 5, 9, 5 };
    for (size_t i = 0; i < COUNT(minutes); i++) {
        r.now = begin + (int64_t)i * DAY;
        int64_t id = say_held(&r, "ada", "Words");
        r.now += minutes[i] * MINUTE;
        expect(decide(&r, id, ACT_APPROVE, REASON_NONE, NULL) == OK);
        expect(record_of(&r, 1).median == medians[i]);
    }
    room_close(&r);
}

TEST(waiting_is_counted_in_the_steps_that_people_would_say)
{
    expect(record_minutes(0, 59 * MINUTE + 59 * SECOND) == 59);
    expect(record_minutes(0, 69 * MINUTE) == 60 && record_minutes(0, 70 * MINUTE) == 70);
    expect(record_minutes(0, 11 * HOUR - 1) == 600);
    expect(record_minutes(0, 3 * DAY - 1) == 71 * 60 && record_minutes(0, 4 * DAY - 1) == 3 * 1440);
    expect(record_minutes(0, 3000 * DAY) == 366 * 1440 && record_minutes(5, 3) == 0);
}
