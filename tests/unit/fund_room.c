#include "unit/fund_room.h"
#include "mail/mail_setup.h"
#include "people/keys.h"
#include "render/format.h"
#include "render/theme.h"
#include "unit/test.h"

void fund_room_start(struct fund_room *o, const char *config)
{
    struct str why = { 0 };
    *o = (struct fund_room){ .fund = fund_start() };
    struct arena *a = &o->fund.arena;
    expect(config_parse(S("d.ini"), str_from_z(config), a, &o->config, &why) == OK);
    expect(mail_setup_make(o->config, S("d.ini"), a, &o->mail, &why) == OK);
    err e = channels_make(o->config, S("d.ini"), a, &o->channels, &why);
    if (e)
        printf("# " STR_FMT "\n", STR_ARG(why));
    expect(e == OK);
    expect(theme_load(NULL, S("en"), a, &o->theme, &why) == OK);
    expect(formats_make(S("en"), S("UTC"), S("locale"), &o->formats) == OK);
    o->app.store = o->fund.store;
    o->app.clock = (struct clock){ .fixed = o->fund.now };
    expect(keys_open(NULL, a, &o->app.keys, &why) == OK);
    o->setup = (struct setup){ .config = o->config,
                               .theme = o->theme,
                               .formats = o->formats,
                               .mail = o->mail,
                               .channels = o->channels };
}

void fund_room_end(struct fund_room *o)
{
    keys_free(o->app.keys);
    theme_free(o->theme);
    formats_free(o->formats);
    mail_setup_free(o->mail);
    channels_free(o->channels);
    config_free(o->config);
    fund_end(&o->fund);
}

void fund_room_at(struct fund_room *o, int64_t now)
{
    o->fund.now = now;
    o->app.clock.fixed = now;
}

struct taking {
    struct fund *f;
    struct payment_event event;
    struct payment_result result;
};

static err take_work(struct tx *tx, void *arg)
{
    struct taking *t = arg;
    return payment_take(tx, &t->event, t->f->now, &t->f->arena, &t->result);
}

static struct payment_result take(struct fund *f, const struct payment_event *e)
{
    struct taking t = { .f = f, .event = *e };
    expect(store_write(f->store, take_work, &t) == OK);
    return t.result;
}

int64_t fund_paid(struct fund *f, enum ledger_source source, const char *object, const char *amount,
                  const char *day)
{
    struct payment_event e = {
        .channel = source == LEDGER_BY_CHAIN ? S("bitcoin") : S("stripe"),
        .kind = PAYMENT_RECEIVED,
        .object = str_from_z(object),
        .amount = fund_amount(amount),
        .occurred_at = f->now - MINUTE,
        .day = fund_day(day),
        .source = source,
        .reference = source == LEDGER_BY_CHAIN ? str_from_z(object) : S(""),
    };
    struct payment_result r = take(f, &e);
    expect(r.outcome == PAYMENT_BOOKED);
    return r.contribution;
}

void fund_event(struct fund *f, enum payment_kind kind, const char *object, const char *of,
                const char *amount)
{
    bool coin = amount && str_ends(str_from_z(amount), S("BTC"));
    struct payment_event e = {
        .channel = coin ? S("bitcoin") : S("stripe"),
        .kind = kind,
        .object = str_from_z(object),
        .of = str_from_z(of),
        .amount = amount ? fund_amount(amount) : (struct amount){ 0 },
        .occurred_at = f->now - MINUTE,
        .day = f->now / DAY,
        .source = coin ? LEDGER_BY_CHAIN : LEDGER_BY_PROVIDER,
    };
    expect(take(f, &e).outcome == PAYMENT_BOOKED);
}

static err rate_work(struct tx *tx, void *arg)
{
    const struct rate *r = arg;
    return rate_add(tx, r);
}

void fund_rate(struct fund *f, const char *asset, const char *price)
{
    struct rate r = { .price = str_from_z(price),
                      .source = S("fixed"),
                      .at = f->now - HOUR,
                      .valid_until = f->now + DAY };
    expect(asset_parse(str_from_z(asset), &r.asset) && asset_parse(S("USD"), &r.currency));
    expect(store_write(f->store, rate_work, &r) == OK);
}
