#include "unit/funding.h"
#include "funding/ledger_csv.h"
#include "people/person.h"
#include "unit/test.h"

struct fund fund_start(void)
{
    struct fund f = { .now = FUND_NOW };
    struct str why = { 0 };
    arena_init(&f.arena, 64 << 20);
    expect(store_open(&(struct store_options){ .readers = 4 }, &f.arena, &f.store, &why) == OK);
    return f;
}

void fund_end(struct fund *f)
{
    store_close(f->store);
    arena_free(&f->arena);
}

struct amount fund_amount(const char *text)
{
    struct str number = { 0 };
    struct str code = { 0 };
    struct asset asset = { 0 };
    struct amount m = { 0 };
    expect(str_cut(str_from_z(text), ' ', &number, &code));
    expect(asset_parse(code, &asset));
    expect(amount_parse(number, asset, &m));
    return m;
}

int64_t fund_day(const char *text)
{
    struct date d = { 0 };
    expect(date_parse(str_from_z(text), &d));
    return date_to_days(d);
}

struct contribution_draft fund_draft(struct fund *f, const char *channel, const char *amount,
                                     const char *day)
{
    return (struct contribution_draft){
        .channel = str_from_z(channel),
        .amount = fund_amount(amount),
        .occurred_on = date_from_days(fund_day(day)),
        .by = ACTOR_CLI,
        .now = f->now,
    };
}

struct adding {
    struct fund *f;
    const struct contribution_draft *draft;
    int64_t id;
};

static err add_work(struct tx *tx, void *arg)
{
    struct adding *a = arg;
    return contribution_add(tx, a->draft, &a->f->arena, &a->id);
}

err fund_try(struct fund *f, const struct contribution_draft *d, int64_t *ret_id)
{
    struct adding a = { .f = f, .draft = d };
    err e = store_write(f->store, add_work, &a);
    if (!e)
        *ret_id = a.id;
    return e;
}

int64_t fund_add(struct fund *f, const char *channel, const char *amount, const char *day)
{
    struct contribution_draft d = fund_draft(f, channel, amount, day);
    int64_t id = 0;
    expect(fund_try(f, &d, &id) == OK);
    return id;
}

int64_t fund_promise(struct fund *f, const char *channel, const char *amount, const char *day)
{
    struct contribution_draft d = fund_draft(f, channel, amount, day);
    int64_t id = 0;
    d.pending = true;
    expect(fund_try(f, &d, &id) == OK);
    return id;
}

struct stepping {
    struct fund *f;
    int64_t id;
};

static err settle_work(struct tx *tx, void *arg)
{
    struct stepping *s = arg;
    return contribution_settle(tx, s->id, ACTOR_CLI, s->f->now, &s->f->arena);
}

err fund_settle(struct fund *f, int64_t id)
{
    return store_write(f->store, settle_work, &(struct stepping){ f, id });
}

static err reverse_work(struct tx *tx, void *arg)
{
    struct stepping *s = arg;
    struct contribution_reversal r = {
        .id = s->id, .reason = S("a test"), .by = ACTOR_CLI, .now = s->f->now
    };
    return contribution_reverse(tx, &r, &s->f->arena);
}

err fund_reverse(struct fund *f, int64_t id)
{
    return store_write(f->store, reverse_work, &(struct stepping){ f, id });
}

struct valuing {
    struct fund *f;
    const struct contribution_price *price;
};

static err value_work(struct tx *tx, void *arg)
{
    struct valuing *v = arg;
    struct contribution_price p = *v->price;
    p.by = ACTOR_CLI;
    p.now = v->f->now;
    return contribution_value(tx, &p, &v->f->arena);
}

err fund_value(struct fund *f, const struct contribution_price *p)
{
    return store_write(f->store, value_work, &(struct valuing){ f, p });
}

struct contribution fund_get(struct fund *f, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct contribution c = { 0 };
    expect(store_read(f->store, &tx) == OK);
    expect(contribution_get(&tx, id, &f->arena, &c) == OK);
    return c;
}

static err hire_work(struct tx *tx, void *arg)
{
    struct person_draft d = {
        .name = S("Mara"), .email = S("mara@example.org"), .role = ROLE_TREASURER, .now = FUND_NOW
    };
    return person_add(tx, ACTOR_CLI, &d, arg);
}

struct actor fund_treasurer(struct fund *f)
{
    struct actor who = { .name = S("Mara") };
    expect(store_write(f->store, hire_work, &who.person) == OK);
    return who;
}

struct setting {
    struct fund *f;
    struct goal_draft draft;
    int64_t id;
};

static err goal_work(struct tx *tx, void *arg)
{
    struct setting *s = arg;
    return goal_set(tx, &s->draft, &s->f->arena, &s->id);
}

err fund_goal(struct fund *f, const char *amount, const char *period, int64_t *ret_id)
{
    struct setting s = { .f = f, .draft = { .by = ACTOR_CLI, .now = f->now } };
    expect(amount_money(fund_amount(amount), &s.draft.amount));
    expect(goal_period_parse(str_from_z(period), &s.draft.first_day, &s.draft.end_day));
    err e = store_write(f->store, goal_work, &s);
    if (!e)
        *ret_id = s.id;
    return e;
}

struct str fund_csv(struct fund *f)
{
    struct buf out CLEANUP(buf_free) = buf_make(16 << 20);
    struct ledger_head head = { 0 };
    int64_t after = 0;
    do {
        struct tx tx CLEANUP(tx_end) = { 0 };
        expect(store_read(f->store, &tx) == OK);
        if (!head.seq)
            expect(ledger_head(&tx, &f->arena, &head) == OK);
        expect(ledger_csv_piece(&tx, &after, head.seq, &f->arena, &out) == OK);
    } while (after < head.seq);
    expect(!buf_full(&out));
    return buf_copy(&out, &f->arena);
}

static void print_finding(void *arg, const struct store_finding *f)
{
    const int *quiet = arg;
    if (!*quiet)
        printf("# " STR_FMT ": " STR_FMT "\n", STR_ARG(f->must_hold), STR_ARG(f->row));
}

static int64_t findings(struct fund *f, int quiet)
{
    int64_t n = -1;
    expect(store_check(f->store, print_finding, &quiet, &n) == OK);
    return n;
}

int64_t fund_findings(struct fund *f)
{
    return findings(f, 1);
}

bool fund_chain_holds(struct fund *f)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str why = { 0 };
    expect(store_read(f->store, &tx) == OK);
    err e = ledger_check(&tx, &f->arena, &why);
    expect(e == OK || (e == LEDGER_WRONG && why.n > 0));
    return e == OK;
}

void fund_expect_sound(struct fund *f)
{
    expect(findings(f, 0) == 0);
    expect(fund_chain_holds(f));
}
