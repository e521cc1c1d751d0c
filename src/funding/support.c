#include "funding/support.h"
#include "base/check.h"
#include "funding/bank.h"
#include "funding/channel.h"
#include "funding/display.h"
#include "funding/payment_uri.h"
#include "funding/wallet.h"
#include "funding/web_link.h"
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
};
static const struct view channel_view = VIEW(struct support_channel, channel_fields);

static const struct field support_fields[] = {
    FIELD_BOOL(struct support_view, any),
    FIELD_BOOL(struct support_view, script),
    FIELD_STR(struct support_view, label),
    FIELD_LIST(struct support_view, links, &channel_view),
    FIELD_LIST(struct support_view, banks, &channel_view),
    FIELD_LIST(struct support_view, wallets, &channel_view),
};
const struct view support_view = VIEW(struct support_view, support_fields);

/* "bitcoincash:", "bc1q", "0x": what tells nothing about whose address it is. */
static size_t prefix_length(const struct channel *c)
{
    struct str head = { 0 };
    struct str tail = { 0 };
    if (str_cut(c->address, ':', &head, &tail))
        return head.n + 1;
    return str_starts(c->address, S("0x")) ? 2 : 0;
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

static void show_wallet(struct support_channel *v, const struct channel *c, struct arena *a)
{
    size_t at = prefix_length(c);
    struct str rest = str_sub(c->address, at, c->address.n);
    check(rest.n > 2 * (size_t)ENDS); // the shortest address has 26 characters
    v->prefix = str_sub(c->address, 0, at);
    v->head = str_sub(rest, 0, ENDS);
    v->middle = str_sub(rest, ENDS, rest.n - 2 * (size_t)ENDS);
    v->tail = str_sub(rest, rest.n - ENDS, ENDS);
    v->address = c->address;
    v->uri = c->uri;
    v->qr = str_print(a, "/funding/qr/" STR_FMT "/" STR_FMT, STR_ARG(c->name), STR_ARG(c->address));
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
    if (c->address.n)
        show_wallet(&v, c, a);
    return v;
}

struct support_view support_show(const struct setup *setup, enum support_place where,
                                 struct arena *a)
{
    const struct channel *channels = NULL;
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
    for (size_t i = 0; i < n; i++) {
        struct support_channel c = show(setup, &channels[i], a);
        c.opened = where == SUPPORT_BELOW;
        if (c.url.n)
            links[v.links.n++] = c;
        else if (c.address.n)
            wallets[v.wallets.n++] = c;
        else if (c.holder.n)
            banks[v.banks.n++] = c; // what only listens is not shown
    }
    return v;
}
