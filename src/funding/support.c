#include "funding/support.h"
#include "base/check.h"
#include "funding/bank.h"
#include "funding/channel.h"
#include "funding/display.h"
#include "funding/payment_uri.h"
#include "funding/wallet_hand.h"
#include "funding/web_link.h"
#include "render/format.h"
#include "render/theme.h"

enum { ENDS = 6 }; /* characters at both ends of an address that people compare */

static const struct field token_fields[] = {
    FIELD_STR(struct support_token, code),
    FIELD_STR(struct support_token, uri),
};
static const struct view token_view = VIEW(struct support_token, token_fields);

static const struct field channel_fields[] = {
    FIELD_STR(struct support_channel, name),
    FIELD_STR(struct support_channel, kind),
    FIELD_STR(struct support_channel, title),
    FIELD_STR(struct support_channel, note),
    FIELD_STR(struct support_channel, url),
    FIELD_STR(struct support_channel, holder),
    FIELD_STR(struct support_channel, iban),
    FIELD_STR(struct support_channel, iban_grouped),
    FIELD_STR(struct support_channel, account),
    FIELD_STR(struct support_channel, bic),
    FIELD_STR(struct support_channel, bank),
    FIELD_STR(struct support_channel, reference),
    FIELD_STR(struct support_channel, address),
    FIELD_STR(struct support_channel, prefix),
    FIELD_STR(struct support_channel, head),
    FIELD_STR(struct support_channel, middle),
    FIELD_STR(struct support_channel, tail),
    FIELD_STR(struct support_channel, uri),
    FIELD_STR(struct support_channel, qr),
    FIELD_BOOL(struct support_channel, opened),
    FIELD_BOOL(struct support_channel, has_tokens),
    FIELD_LIST(struct support_channel, tokens, &token_view),
    FIELD_STR(struct support_channel, own),
};
const struct view support_channel_view = VIEW(struct support_channel, channel_fields);

static const struct field support_fields[] = {
    FIELD_BOOL(struct support_view, any),
    FIELD_BOOL(struct support_view, script),
    FIELD_STR(struct support_view, label),
    FIELD_LIST(struct support_view, links, &support_channel_view),
    FIELD_LIST(struct support_view, banks, &support_channel_view),
    FIELD_LIST(struct support_view, wallets, &support_channel_view),
};
const struct view support_view = VIEW(struct support_view, support_fields);

/* "bitcoincash:", "0x": what tells nothing about whose address it is. */
static size_t prefix_length(struct str address)
{
    struct str head = { 0 };
    struct str tail = { 0 };
    if (str_cut(address, ':', &head, &tail))
        return head.n + 1;
    return str_starts(address, S("0x")) ? 2 : 0;
}

/* A link for each token that is taken, to the address shown. */
static void show_tokens(struct support_channel *v, const struct wallet *w, struct arena *a)
{
    struct support_token *tokens = arena_new(a, struct support_token, w->token_count);
    for (size_t i = 0; i < w->token_count; i++) {
        char contract[ETHEREUM_TEXT + 1];
        ethereum_print(&w->tokens[i].contract, contract);
        tokens[i].code = asset_str(&w->tokens[i].asset);
        tokens[i].uri = payment_uri_token(a, str_from_z(contract), v->address, w->chain_id);
    }
    v->tokens = (struct list){ tokens, w->token_count };
    v->has_tokens = w->token_count > 0;
}

static void show_wallet(struct support_channel *v, const struct channel *c, struct str address,
                        struct arena *a)
{
    size_t at = prefix_length(address);
    struct str rest = str_sub(address, at, address.n);
    check(rest.n > 2 * (size_t)ENDS); // the shortest address has 26 characters
    v->prefix = str_sub(address, 0, at);
    v->head = str_sub(rest, 0, ENDS);
    v->middle = str_sub(rest, ENDS, rest.n - 2 * (size_t)ENDS);
    v->tail = str_sub(rest, rest.n - ENDS, ENDS);
    v->address = address;
    v->uri = str_eq(address, c->address) ? c->uri : wallet_uri(c, address, a);
    v->qr = str_print(a, "/funding/qr/" STR_FMT "/" STR_FMT, STR_ARG(c->name), STR_ARG(address));
    show_tokens(v, c->wallet, a);
}

static struct support_channel show(const struct setup *setup, const struct channel *c,
                                   struct arena *a)
{
    bool untitled_link = c->kind == CHANNEL_LINK && !c->title.n;
    struct support_channel v = {
        .name = c->name,
        .kind = channel_kind_name(c),
        .title = untitled_link ? web_link_host(c->url) : display_channel(setup, c->name),
        .note = c->note,
        .url = c->url,
        .holder = c->holder,
        .iban = c->iban,
        .iban_grouped = iban_grouped(a, c->iban),
        .account = c->account,
        .bic = c->bic,
        .bank = c->bank,
        .reference = c->reference,
    };
    return v;
}

struct support_channel support_wallet(const struct setup *setup, const struct channel *c,
                                      struct str address, struct arena *a)
{
    struct support_channel v = show(setup, c, a);
    show_wallet(&v, c, address, a);
    return v;
}

/* ---- which address ---- */

struct shown {
    struct request *r;
    const struct channel *channels;
    size_t n;
    struct str *addresses; /* one a channel; empty: it has none */
};

static bool any_rotates(const struct shown *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->channels[i].wallet && s->channels[i].wallet->rotation != WALLET_ONE)
            return true;
    return false;
}

static err read_shown(struct shown *s)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct date today = format_day_of(s->r->setup->formats, s->r->now);
    request_topic(s->r, "support");
    request_topic(s->r, "day"); // the pool's next address
    err e = store_read(s->r->app->store, &tx);
    for (size_t i = 0; !e && i < s->n; i++)
        if (s->channels[i].wallet)
            e = wallet_shown(&tx, &s->channels[i], today, s->r->arena, &s->addresses[i]);
    return e;
}

err support_addresses(struct request *r, const struct str **ret)
{
    struct shown s = { .r = r };
    s.n = channels_list(r->setup->channels, &s.channels);
    s.addresses = arena_new(r->arena, struct str, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        s.addresses[i] = s.channels[i].address;
    *ret = s.addresses;
    return any_rotates(&s) ? read_shown(&s) : OK;
}

/* ---- the box ---- */

static struct support_channel show_in_box(const struct setup *setup, const struct channel *c,
                                          struct str address, struct arena *a)
{
    if (!c->wallet)
        return show(setup, c, a);
    struct support_channel v = support_wallet(setup, c, address, a);
    if (c->wallet->own_addresses)
        v.own = str_print(a, "/funding/address/" STR_FMT, STR_ARG(c->name));
    return v;
}

err support_show(struct request *r, enum support_place where, struct support_view *ret)
{
    struct arena *a = r->arena;
    const struct setup *setup = r->setup;
    const struct channel *channels = NULL;
    const struct str *addresses = NULL;
    size_t n = channels_list(setup->channels, &channels);
    bool below = where != SUPPORT_ABOVE;
    struct support_channel *links = arena_new(a, struct support_channel, n);
    struct support_channel *banks = arena_new(a, struct support_channel, n);
    struct support_channel *wallets = arena_new(a, struct support_channel, n);
    struct support_view v = {
        .any = n > 0,
        .script = where == SUPPORT_BELOW,
        .label =
            theme_word(setup->theme, below ? "funding_support_below" : "funding_support_above"),
        .links = { links, 0 },
        .banks = { banks, 0 },
        .wallets = { wallets, 0 },
    };
    err e = support_addresses(r, &addresses);
    for (size_t i = 0; !e && i < n; i++) {
        struct support_channel c = show_in_box(setup, &channels[i], addresses[i], a);
        c.opened = where == SUPPORT_BELOW;
        if (c.url.n)
            links[v.links.n++] = c;
        else if (c.address.n)
            wallets[v.wallets.n++] = c;
        else if (c.holder.n)
            banks[v.banks.n++] = c; // what only listens is not shown
    }
    *ret = v;
    return e;
}
