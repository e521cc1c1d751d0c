#include "discussion/ban.h"
#include "discussion/hold_rules.h"
#include "discussion/rates.h"
#include "unit/discussion.h"

#include <string.h>

/* Without these a rule set at the desk could be another one in force, a ban last for ever, or a
 * count of what came lately be wrong. */

struct setting {
    struct hold_rules rules;
    int64_t now;
};

static err set_work(struct tx *tx, void *arg)
{
    const struct setting *s = arg;
    return hold_rules_set(tx, ACTOR_CLI, &s->rules, s->now);
}

static struct hold_rules stored(struct room *r, enum rule_scope scope, int64_t object)
{
    struct hold_rules h = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(hold_rules_get(&tx, scope, object, &r->arena, &h) == OK);
    return h;
}

TEST(rules_are_kept_as_they_were_set_and_a_set_that_says_nothing_goes)
{
    struct room r;
    room_open(&r);
    struct hold_rules site = stored(&r, SCOPE_SITE, 0);
    for (int i = 0; i < RULES; i++)
        expect(site.numbers[i] == rule_standard((enum rule)i));
    struct setting s = { .rules = stored(&r, SCOPE_REPORT, 1), .now = r.now };
    expect(s.rules.numbers[RULE_LINKS] == RULE_AS_WIDER);
    s.rules.numbers[RULE_LINKS] = 2;
    s.rules.phrases = S(" casino \n\n cheap pills\n");
    expect(hold_rules_prepare(&s.rules, &r.arena) == OK);
    expect_str(s.rules.phrases, S("casino\ncheap pills\n"));
    expect(store_write(r.store, set_work, &s) == OK);
    struct hold_rules h = stored(&r, SCOPE_REPORT, 1);
    expect(h.numbers[RULE_LINKS] == 2 && h.numbers[RULE_FLOOD] == RULE_AS_WIDER);
    expect_str(h.phrases, S("casino\ncheap pills\n"));
    s.rules.numbers[RULE_LINKS] = RULE_AS_WIDER;
    s.rules.phrases = S("");
    expect(store_write(r.store, set_work, &s) == OK);
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct hold_rules *sets = NULL;
    size_t n = 9;
    expect(store_read(r.store, &tx) == OK && hold_rules_list(&tx, &r.arena, &sets, &n) == OK);
    expect(n == 0);
    tx_end(&tx);
    room_close(&r);
}

TEST(rules_out_of_bounds_are_refused)
{
    struct room r;
    room_open(&r);
    for (int i = 0; i < RULES; i++) {
        struct hold_rules h = stored(&r, SCOPE_SITE, 0);
        h.numbers[i] = rule_most((enum rule)i);
        expect(hold_rules_prepare(&h, &r.arena) == OK);
        h.numbers[i]++;
        expect(hold_rules_prepare(&h, &r.arena) == RULES_NUMBER);
        h.numbers[i] = -2;
        expect(hold_rules_prepare(&h, &r.arena) == RULES_NUMBER);
    }
    struct hold_rules h = stored(&r, SCOPE_SITE, 0);
    struct buf text CLEANUP(buf_free) = buf_make(1 << 20);
    for (int i = 0; i < PHRASES_MAX; i++)
        buf_print(&text, "phrase %d\n", i);
    h.phrases = buf_str(&text);
    expect(hold_rules_prepare(&h, &r.arena) == OK);
    buf_print(&text, "one more\n");
    h.phrases = buf_str(&text);
    expect(hold_rules_prepare(&h, &r.arena) == RULES_PHRASES);
    h.phrases = str_print(&r.arena, "%0*d", PHRASE_BYTES_MAX, 1);
    expect(hold_rules_prepare(&h, &r.arena) == OK);
    h.phrases = str_print(&r.arena, "%0*d", PHRASE_BYTES_MAX + 1, 1);
    expect(hold_rules_prepare(&h, &r.arena) == RULES_PHRASES);
    h.phrases = S("a\x07z");
    expect(hold_rules_prepare(&h, &r.arena) == RULES_PHRASES);
    room_close(&r);
}

static bool known(struct room *r, const char *name)
{
    bool is = false;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(known_writer(&tx, room_visitor(r, name), &is) == OK);
    return is;
}

TEST(who_was_published_or_approved_is_known)
{
    struct room r;
    room_open(&r);
    struct comment_added added = { 0 };
    struct said ann = { .report = 1, .visitor = "ann", .address = "home", .body = "I saw it" };
    struct said ben = {
        .report = 1, .visitor = "ben", .body = "Me too", .hold = COMMENT_HOLD_FIRST
    };
    expect(room_say(&r, &ann, &added) == OK);
    expect(room_say(&r, &ben, &added) == OK);
    expect(!known(&r, "ann") && !known(&r, "ben"));
    struct setting s = { .rules = stored(&r, SCOPE_SITE, 0), .now = r.now };
    s.rules.numbers[RULE_FIRST_COOKIE] = 1;
    expect(store_write(r.store, set_work, &s) == OK);
    expect(known(&r, "ann") && !known(&r, "home") && !known(&r, "ben"));
    s.rules.numbers[RULE_FIRST_ADDRESS] = 1;
    expect(store_write(r.store, set_work, &s) == OK);
    expect(known(&r, "home"));
    expect(room_state(&r, added.id, COMMENT_STATE_PUBLISHED) == OK);
    expect(known(&r, "ben"));
    expect(room_findings(&r) == 0);
    room_close(&r);
}

struct banning {
    struct ban_draft draft;
    int64_t lift;
};

static err ban_work(struct tx *tx, void *arg)
{
    const struct banning *b = arg;
    return b->lift ? ban_lift(tx, ACTOR_CLI, b->lift, b->draft.now)
                   : ban_add(tx, ACTOR_CLI, &b->draft);
}

TEST(a_ban_has_an_end_a_reason_and_can_be_lifted)
{
    struct room r;
    room_open(&r);
    struct comment_added added = { 0 };
    struct said ann = { .report = 1, .visitor = "ann", .address = "home", .body = "I saw it" };
    expect(room_say(&r, &ann, &added) == OK);
    struct banning b = { .draft = { .comment = added.id,
                                    .kind = BAN_COOKIE,
                                    .days = 7,
                                    .reason = S(" spam "),
                                    .now = r.now } };
    expect(store_write(r.store, ban_work, &b) == OK);
    b.draft.days = 9;
    expect(store_write(r.store, ban_work, &b) == OK); /* the same one: it moves */
    b.draft.kind = BAN_ADDRESS;
    expect(store_write(r.store, ban_work, &b) == OK);
    b.draft.kind = BAN_PREFIX;
    expect(store_write(r.store, ban_work, &b) == BAN_NOBODY);
    const struct ban *bans = NULL;
    size_t n = 0;
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r.store, &tx) == OK);
    expect(ban_list(&tx, r.now, 10, &r.arena, &bans, &n) == OK && n == 2);
    expect(bans[1].kind == BAN_COOKIE && bans[1].until == r.now + 9 * DAY);
    expect_str(bans[1].reason, S("spam"));
    expect_str(bans[0].hash, room_visitor(&r, "home"));
    size_t later = 9;
    const struct ban *none = NULL;
    expect(ban_list(&tx, r.now + 9 * DAY, 10, &r.arena, &none, &later) == OK && later == 0);
    tx_end(&tx);
    b.lift = bans[0].id;
    expect(store_write(r.store, ban_work, &b) == OK);
    expect(store_write(r.store, ban_work, &b) == BAN_NONE);
    b.lift = 0;
    static const int64_t days[] = { 0, -1, BAN_DAYS_MAX + 1 };
    for (size_t i = 0; i < COUNT(days); i++) {
        b.draft.days = days[i];
        expect(store_write(r.store, ban_work, &b) == BAN_DAYS);
    }
    b.draft.days = BAN_DAYS_MAX;
    b.draft.reason = S(" ");
    expect(store_write(r.store, ban_work, &b) == BAN_REASON);
    b.draft.reason = S("a\nb");
    expect(store_write(r.store, ban_work, &b) == BAN_REASON);
    b.draft.reason = S("x");
    b.draft.comment = 99;
    expect(store_write(r.store, ban_work, &b) == BAN_NO_COMMENT);
    room_close(&r);
}

TEST(counts_are_of_their_window_and_the_least_touched_make_way)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct rates *t = rates_make(&a, 4);
    expect(rates_get(t, 1, MINUTE, SECOND) == 0);
    expect(rates_add(t, 1, MINUTE, SECOND) == 1 && rates_add(t, 1, MINUTE, 2 * SECOND) == 2);
    expect(rates_get(t, 1, MINUTE, MINUTE) == 2 && rates_get(t, 1, MINUTE, MINUTE + SECOND) == 0);
    expect(rates_add(t, 1, MINUTE, MINUTE + SECOND) == 1);
    for (uint64_t i = 2; i <= 4; i++)
        expect(rates_add(t, i, MINUTE, MINUTE) == 1);
    expect(rates_add(t, 1, MINUTE, MINUTE + SECOND) == 2); /* touched last */
    expect(rates_add(t, 5, MINUTE, MINUTE + SECOND) == 1); /* in the place of 2 */
    expect(rates_get(t, 2, MINUTE, MINUTE) == 0 && rates_get(t, 3, MINUTE, MINUTE) == 1);
    rates_end(t);
    arena_free(&a);
}
