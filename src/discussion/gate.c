#include "discussion/gate.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "discussion/gate_inside.h"
#include "discussion/work.h"
#include "people/visitor.h"
#include "publishing/report.h"
#include "render/fold.h"
#include "render/shown_text.h"

#include <inttypes.h>

struct gate *gate_make(struct arena *a, struct store *s, int64_t now)
{
    struct gate *g = arena_new(a, struct gate, 1);
    *g = (struct gate){ .store = s,
                        .skeletons = skeletons_make(),
                        .started = now,
                        .stale = true,
                        .floods = rates_make(a, RATES_LARGE / 4),
                        .words = rates_make(a, RATES_LARGE / 4),
                        .reports = rates_make(a, RATES_SMALL / 4),
                        .slow = rates_make(a, RATES_SMALL / 4),
                        .authors = rates_make(a, RATES_LARGE / 4),
                        .troubles = rates_make(a, RATES_SMALL / 256),
                        .trouble_makers = rates_make(a, RATES_SMALL),
                        .spent = spent_make(a),
                        .voters = rates_make(a, RATES_LARGE / 4),
                        .newcomers = rates_make(a, RATES_LARGE / 4),
                        .first_votes = rates_make(a, RATES_LARGE / 4),
                        .bursts = bursts_make(a),
                        .learner = learner_make(a, s) };
    check(pthread_rwlock_init(&g->lock, NULL) == 0);
    return g;
}

void gate_end(struct gate *g)
{
    if (!g)
        return;
    snapshot_free(g->snapshot);
    skeletons_free(g->skeletons);
    struct rates *const all[] = { g->floods,    g->words,      g->reports,        g->slow,
                                  g->authors,   g->troubles,   g->trouble_makers, g->voters,
                                  g->newcomers, g->first_votes };
    for (size_t i = 0; i < COUNT(all); i++)
        rates_end(all[i]);
    spent_end(g->spent);
    bursts_end(g->bursts);
    learner_end(g->learner);
    pthread_rwlock_destroy(&g->lock);
}

void gate_topic_moved(struct gate *g, struct str topic)
{
    if (str_eq(topic, S("rules")) || str_eq(topic, S("bans")) || str_eq(topic, S("staff")))
        atomic_store(&g->stale, true);
    if (str_eq(topic, S("filter")))
        learner_stale(g->learner);
}

/* ---- attacks */

/* Of one neighbourhood only some count: its limits hold it already, and it must not make everybody
 * else prove their work. */
static void trouble(struct gate *g, struct str prefix, int64_t now)
{
    uint64_t of = rates_hash(RATES_HASH, prefix);
    if (rates_add(g->trouble_makers, of, MINUTE, now) > TROUBLES_OF_ONE)
        return;
    if (rates_add(g->troubles, 0, MINUTE, now) > ATTACK_TROUBLES)
        atomic_store(&g->attacked_until, now + ATTACK_SPAN);
}

void gate_trouble(const struct request *r)
{
    if (r->app->gate)
        trouble(r->app->gate, visitor_address_of(r).prefix, r->now);
}

bool gate_under_attack(struct gate *g, const struct snapshot *s, int64_t now)
{
    switch (s->sets[0].rules.attack) {
    case ATTACK_ON: return true;
    case ATTACK_OFF: return false;
    case ATTACK_AUTO: break;
    }
    return now < atomic_load(&g->attacked_until);
}

err gate_attacked(const struct app *app, int64_t now, bool *ret)
{
    const struct snapshot *s = NULL;
    *ret = false;
    if (!app->gate)
        return OK;
    err e = snapshot_pin(app->gate, now, &s);
    if (!e)
        *ret = gate_under_attack(app->gate, s, now);
    snapshot_drop(app->gate, s);
    return e;
}

/* ---- bans */

/* Who asks, as bans know them. */
struct asker {
    const struct request *r;
    struct str cookie; /* empty: none */
    struct visitor_address from;
};

static size_t first_of(const struct snapshot *s, struct str hash)
{
    size_t low = 0;
    size_t high = s->ban_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(s->bans[middle].hash, hash) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The latest end of the bans with that hash, or 0. */
static int64_t banned_as(const struct snapshot *s, enum ban_kind kind, struct str hash, int64_t key,
                         int64_t now)
{
    int64_t until = 0;
    for (size_t i = first_of(s, hash); i < s->ban_count && str_eq(s->bans[i].hash, hash); i++) {
        const struct ban *b = &s->bans[i];
        if (b->kind == kind && b->key == key && b->until > now && b->until > until)
            until = b->until;
    }
    return until;
}

static int64_t banned_from(const struct snapshot *s, const struct visitor_address *from,
                           int64_t now)
{
    int64_t address = banned_as(s, BAN_ADDRESS, from->address, from->key, now);
    int64_t prefix = banned_as(s, BAN_PREFIX, from->prefix, from->key, now);
    return prefix > address ? prefix : address;
}

/* A ban keeps the key it was made with: under it the asker's hashes are made again. */
static int64_t banned_until(const struct snapshot *s, const struct asker *a, int64_t now)
{
    if (!s->ban_count)
        return 0;
    int64_t cookie = a->cookie.n ? banned_as(s, BAN_COOKIE, a->cookie, 0, now) : 0;
    int64_t until = cookie;
    for (size_t i = 0; i < s->ban_key_count; i++) {
        struct visitor_address from = a->from;
        if (s->ban_keys[i] != from.key && !visitor_address_as(a->r, s->ban_keys[i], &from))
            continue;
        int64_t at = banned_from(s, &from, now);
        until = at > until ? at : until;
    }
    return until;
}

static struct asker asker_of(const struct request *r)
{
    struct asker a = { .r = r, .from = visitor_address_of(r) };
    (void)visitor_get(r, &a.cookie); // none: nothing that a ban could know
    return a;
}

err gate_banned(const struct request *r, int64_t *ret_until)
{
    struct gate *g = r->app->gate;
    const struct snapshot *s = NULL;
    *ret_until = 0;
    if (!g)
        return OK;
    err e = snapshot_pin(g, r->now, &s);
    if (e)
        return e;
    struct asker a = asker_of(r);
    *ret_until = banned_until(s, &a, r->now);
    snapshot_drop(g, s);
    return OK;
}

err gate_act(const struct request *r, enum gate_act act, int64_t comment)
{
    struct gate *g = r->app->gate;
    const struct snapshot *s = NULL;
    if (!g)
        return OK;
    err e = snapshot_pin(g, r->now, &s);
    if (e)
        return e;
    struct asker a = asker_of(r);
    if (banned_until(s, &a, r->now))
        e = GATE_BANNED;
    else if (gate_under_attack(g, s, r->now) && !work_done(r, act, comment))
        e = GATE_WORK_WANTED;
    snapshot_drop(g, s);
    return e;
}

/* ---- rules */

/* One comment before its rules. */
struct judging {
    const struct request *r;
    struct gate *g;
    const struct snapshot *s;
    struct comment_draft *d;
    struct str shown;               /* the words as readers see them */
    const struct rule_set *sets[3]; /* site, series, report; NULL: none */
};

static int64_t number(const struct judging *j, enum rule rule)
{
    int64_t n = RULE_OFF;
    for (size_t i = 0; i < COUNT(j->sets); i++)
        if (j->sets[i] && j->sets[i]->rules.numbers[rule] != RULE_AS_WIDER)
            n = j->sets[i]->rules.numbers[rule];
    return n;
}

/* The first rule that holds a comment is the one that is told. */
static void hold(struct judging *j, enum comment_hold why, struct str about)
{
    if (j->d->hold)
        return;
    j->d->hold = why;
    j->d->hold_about = about;
}

static void hold_number(struct judging *j, enum comment_hold why, int64_t n)
{
    hold(j, why, str_print(j->r->arena, "%" PRId64, n));
}

static int64_t links_of(const struct comment_draft *d)
{
    static const struct str marks[] = { { "://", 3 }, { "www.", 4 } };
    int64_t n = 0;
    for (size_t i = 0; i < COUNT(marks); i++) {
        struct str rest = d->body;
        size_t at = 0;
        while (str_find(rest, marks[i], &at)) {
            n++;
            rest = str_sub(rest, at + marks[i].n, rest.n);
        }
    }
    int64_t anchors = 0;
    struct str rest = d->html.s;
    size_t at = 0;
    while (str_find(rest, S(" href=\""), &at)) {
        anchors++;
        rest = str_sub(rest, at + 1, rest.n);
    }
    return anchors > n ? anchors : n;
}

static bool any_has(const struct str *texts, size_t n, struct str phrase)
{
    for (size_t i = 0; i < n; i++)
        if (skeleton_has(texts[i], phrase))
            return true;
    return false;
}

static void judge_words(struct judging *j)
{
    int64_t links = links_of(j->d);
    int64_t most = number(j, RULE_LINKS);
    if (most && links > most)
        hold_number(j, COMMENT_HOLD_LINKS, links);
    size_t phrases = 0;
    for (size_t i = 0; i < COUNT(j->sets); i++)
        phrases += j->sets[i] ? j->sets[i]->phrase_count : 0;
    if (!phrases)
        return;
    // What is typed has the addresses of links, and what readers see no `cas**i**no`.
    const struct str typed[] = { j->d->name, j->d->body, j->shown };
    struct str texts[COUNT(typed)];
    for (size_t i = 0; i < COUNT(typed); i++)
        texts[i] = text_skeleton(j->g->skeletons, j->r->arena, typed[i]);
    for (size_t i = 0; i < COUNT(j->sets); i++)
        for (size_t k = 0; j->sets[i] && k < j->sets[i]->phrase_count; k++)
            if (any_has(texts, COUNT(texts), j->sets[i]->phrases[k].skeleton))
                hold(j, COMMENT_HOLD_PHRASE, j->sets[i]->phrases[k].typed);
}

/* The same words, whatever their case, and whatever stands between and invisible within them. */
static uint64_t words_hash(struct str text)
{
    uint64_t h = RATES_HASH;
    while (text.n) {
        uint32_t c = 0;
        if (fold_char(utf8_next(&text), &c) == FOLD_LETTER)
            h = (h ^ c) * UINT64_C(0x100000001B3);
    }
    return h;
}

/* How often these words came lately: as they were typed, and as readers see them. */
static int64_t repeats(const struct judging *j)
{
    int64_t now = j->r->now;
    uint64_t typed = words_hash(j->d->body);
    uint64_t shown = words_hash(j->shown);
    int64_t n = rates_add(j->g->words, typed, DUPLICATE_SPAN, now);
    if (shown == typed || j->shown.n < DUPLICATE_BYTES_LEAST)
        return n;
    int64_t as_shown = rates_add(j->g->words, shown, DUPLICATE_SPAN, now);
    return as_shown > n ? as_shown : n;
}

static void judge_repeats(struct judging *j)
{
    int64_t now = j->r->now;
    int64_t most = number(j, RULE_DUPLICATES);
    if (most && j->d->body.n >= DUPLICATE_BYTES_LEAST) {
        int64_t n = repeats(j);
        if (n >= most)
            hold_number(j, COMMENT_HOLD_DUPLICATE, n);
    }
    most = number(j, RULE_FLOOD);
    int64_t n = rates_add(j->g->floods, rates_hash(RATES_HASH, j->d->prefix), FLOOD_SPAN, now);
    if (most && n > most)
        hold_number(j, COMMENT_HOLD_FLOOD, n);
}

static void judge_slow(struct judging *j)
{
    int64_t now = j->r->now;
    int64_t most = number(j, RULE_SLOW);
    uint64_t report = rates_hash_int(RATES_HASH, j->d->report);
    int64_t again = rates_add(j->g->authors, rates_hash(report, j->d->address), SLOW_GAP, now);
    if (!most)
        return;
    if (rates_add(j->g->reports, report, MINUTE, now) == most + 1)
        (void)rates_add(j->g->slow, report, SLOW_SPAN, now); // slow mode begins
    if (again > 1 && rates_get(j->g->slow, report, SLOW_SPAN, now))
        hold(j, COMMENT_HOLD_SLOW, S(""));
}

static err judge_first(struct judging *j)
{
    bool by_cookie = number(j, RULE_FIRST_COOKIE) > 0;
    bool by_address = number(j, RULE_FIRST_ADDRESS) > 0;
    bool cookie_known = !by_cookie;
    bool address_known = !by_address;
    if (j->d->hold || (!by_cookie && !by_address))
        return OK;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(j->g->store, &tx);
    if (!e && by_cookie)
        e = known_writer(&tx, j->d->visitor, &cookie_known);
    if (!e && by_address)
        e = known_writer(&tx, j->d->address, &address_known);
    if (e)
        return fault(e);
    if (!cookie_known)
        hold(j, COMMENT_HOLD_FIRST, S("cookie"));
    if (!address_known)
        hold(j, COMMENT_HOLD_FIRST, S("address"));
    return OK;
}

/* The guess is kept with the comment whether it holds it or not, so that it can be judged too. */
static err judge_filter(struct judging *j)
{
    struct filter_guess guess = { 0 };
    err e = learner_guess(j->g->learner, j->r->arena, j->d->name, j->d->body, &guess);
    int64_t from = number(j, RULE_FILTER);
    j->d->guess = guess.guess;
    if (!e && from && guess.guess >= from * 10)
        hold(j, COMMENT_HOLD_FILTER, str_print(j->r->arena, "%" PRId64 " %%", guess.guess / 10));
    return e;
}

/* Rules of the report's series count too; only when some series has rules is it looked up. */
static err find_sets(struct judging *j)
{
    bool series = false;
    for (size_t i = 0; i < j->s->set_count; i++)
        series = series || j->s->sets[i].rules.scope == SCOPE_SERIES;
    j->sets[SCOPE_SITE] = &j->s->sets[0];
    j->sets[SCOPE_REPORT] = snapshot_set(j->s, SCOPE_REPORT, j->d->report);
    if (!series)
        return OK;
    struct report report = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(j->g->store, &tx);
    if (!e)
        e = report_get(&tx, j->d->report, j->r->arena, &report);
    if (e < 0)
        return fault(e);
    if (!e)
        j->sets[SCOPE_SERIES] = snapshot_set(j->s, SCOPE_SERIES, report.series);
    return OK; // no such report: comment_add() says so
}

static bool name_of_staff(const struct judging *j)
{
    struct looks looks = text_looks(j->g->skeletons, j->r->arena, j->d->name);
    for (size_t i = 0; i < j->s->name_count; i++)
        if (looks_alike(looks, j->s->names[i]))
            return true;
    return false;
}

static bool is_trouble(enum comment_hold h)
{
    switch (h) {
    case COMMENT_HOLD_HONEYPOT:
    case COMMENT_HOLD_FAST:
    case COMMENT_HOLD_TOKEN:
    case COMMENT_HOLD_LINKS:
    case COMMENT_HOLD_PHRASE:
    case COMMENT_HOLD_DUPLICATE:
    case COMMENT_HOLD_FLOOD:
    case COMMENT_HOLD_SLOW:
    case COMMENT_HOLD_FILTER:
    case COMMENT_HOLD_WORK: return true;
    case COMMENT_HOLD_NONE:
    case COMMENT_HOLD_ALL:
    case COMMENT_HOLD_FIRST: break;
    }
    return false;
}

static err judge_rules(struct judging *j)
{
    err e = find_sets(j);
    if (e)
        return e;
    j->shown = shown_text(j->r->arena, j->d->html);
    judge_words(j);
    judge_repeats(j);
    judge_slow(j);
    e = judge_filter(j);
    return e ? e : judge_first(j);
}

static err judge(struct judging *j)
{
    struct asker a = { .r = j->r,
                       .cookie = j->d->visitor_new ? S("") : j->d->visitor,
                       .from = { j->d->address, j->d->prefix, j->d->key } };
    if (banned_until(j->s, &a, j->r->now))
        return COMMENT_BANNED;
    if (name_of_staff(j))
        return COMMENT_NAME_STAFF;
    bool attacked = gate_under_attack(j->g, j->s, j->r->now);
    if (attacked && !work_done(j->r, GATE_COMMENT, j->d->report)) {
        if (request_by_script(j->r))
            return COMMENT_WORK_WANTED;
        hold(j, COMMENT_HOLD_WORK, S(""));
    }
    err e = judge_rules(j);
    if (!e && is_trouble(j->d->hold))
        trouble(j->g, j->d->prefix, j->r->now);
    return e;
}

err gate_comment(const struct request *r, struct comment_draft *d)
{
    struct judging j = { .r = r, .g = r->app->gate, .d = d };
    const struct snapshot *s = NULL;
    check(d->prepared);
    if (!j.g || d->person)
        return OK;
    err e = snapshot_pin(j.g, r->now, &s);
    if (e)
        return e;
    j.s = s;
    e = judge(&j);
    snapshot_drop(j.g, s);
    return e;
}

err gate_guess(const struct app *app, struct arena *a, struct str name, struct str body,
               struct filter_guess *ret)
{
    *ret = (struct filter_guess){ 0 };
    return app->gate ? learner_guess(app->gate->learner, a, name, body, ret) : OK;
}
