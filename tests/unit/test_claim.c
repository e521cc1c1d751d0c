/* Without these tests an address could be filled with mails by whoever types it, or a link from an
 * old mail open what is its owner's. */
#include "people/claim.h"
#include "unit/people_help.h"

struct asked {
    int64_t now, id, at;
};

static err ask_work(struct tx *tx, void *arg)
{
    struct asked *w = arg;
    return claim_ask(tx, S("ada@example.org"), w->now, &w->id, &w->at);
}

static struct asked ask(struct office *o, int64_t now)
{
    struct asked w = { .now = now };
    expect(office_write(o, ask_work, &w) == OK);
    return w;
}

static err drop_work(struct tx *tx, void *arg)
{
    const int64_t *id = arg;
    return claim_drop(tx, *id);
}

TEST(who_asks_for_links_again_and_again_asks_anew_once_an_hour)
{
    struct office o;
    office_open(&o);
    struct asked first = ask(&o, NOON);
    expect(first.at == NOON);
    for (int64_t t = NOON; t < NOON + CLAIM_ASK_APART; t += MINUTE) {
        struct asked again = ask(&o, t);
        expect(again.id == first.id && again.at == NOON);
    }
    expect(ask(&o, NOON + CLAIM_ASK_APART - 1).at == NOON);
    expect(ask(&o, NOON + CLAIM_ASK_APART).at == NOON + CLAIM_ASK_APART);
    office_close(&o);
}

TEST(a_claims_number_is_not_given_twice)
{
    struct office o;
    office_open(&o);
    struct asked first = ask(&o, NOON);
    expect(office_write(&o, drop_work, &first.id) == OK);
    expect(ask(&o, NOON).id > first.id);
    office_close(&o);
}

TEST(a_link_to_ones_comments_ends_with_its_day)
{
    struct office o;
    office_open(&o);
    struct asked first = ask(&o, NOON);
    struct claim claim = { 0 };
    struct claim found = { 0 };
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(o.app.store, &tx) == OK);
    expect(claim_get(&tx, first.id, &o.a, &claim) == OK);
    struct str token = claim_token(o.app.keys, &o.a, &claim, NOON);
    struct request r = { .app = &o.app, .arena = &o.a, .now = NOON + CLAIM_LINK_SPAN - 1 };
    expect(claim_look(&tx, &r, token, &found) == OK && found.id == first.id);
    r.now++;
    expect(claim_look(&tx, &r, token, &found) == CLAIM_GONE);
    tx_end(&tx);
    office_close(&o);
}
