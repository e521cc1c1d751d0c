#include "funding/wallet_http.h"
#include "funding/display.h"
#include "funding/support.h"
#include "funding/wallet_hand.h"
#include "http/error.h"
#include "publishing/layout.h"
#include "render/theme.h"

struct own_view {
    struct layout page;
    struct str heading, action, error;
    bool has_address;
    struct support_channel wallet;
};
static const struct field own_fields[] = {
    FIELD_VIEW(struct own_view, page, &layout_view),
    FIELD_STR(struct own_view, heading),
    FIELD_STR(struct own_view, action),
    FIELD_STR(struct own_view, error),
    FIELD_BOOL(struct own_view, has_address),
    FIELD_VIEW(struct own_view, wallet, &support_channel_view),
};
static const struct view own_view = VIEW(struct own_view, own_fields);
TEMPLATE(own_page, "pages/address.html", &own_view, TEMPLATE_HTML);

/* The wallet that the path names, or NULL. */
static const struct channel *wallet_of(const struct request *r)
{
    struct str name = { 0 };
    const struct channel *c = NULL;
    if (request_segment(r, "channel", &name))
        c = channels_find(r->setup->channels, name);
    return c && c->wallet ? c : NULL;
}

/* The same where own addresses are given. */
static const struct channel *giving_of(const struct request *r)
{
    const struct channel *c = wallet_of(r);
    return c && c->wallet->own_addresses ? c : NULL;
}

static err respond(struct request *r, struct response *ret, struct own_view *v,
                   const struct channel *c, int status)
{
    struct word_arg args[] = { { .name = "channel", .text = display_channel(r->setup, c->name) } };
    v->heading =
        theme_phrase(r->setup->theme, r->arena, "funding_address_title", args, COUNT(args));
    v->action = str_print(r->arena, "/funding/address/" STR_FMT, STR_ARG(c->name));
    v->page.title = v->heading;
    v->page.kind = S("funding");
    v->page.path = v->action;
    v->page.noindex = true;
    err e = layout_fill(r, &v->page);
    if (!e)
        e = layout_respond(r, ret, &own_page, v, status);
    return e ? fault(e) : OK;
}

err wallet_own_show(struct request *r, struct response *ret)
{
    const struct channel *c = giving_of(r);
    struct own_view v = { 0 };
    if (!c)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    ret->cache = CACHE_SHARED;
    return respond(r, ret, &v, c, 200);
}

struct asking {
    const struct channel *channel;
    struct arena *arena;
    int64_t now;
    struct str address;
};

static err do_hand(struct tx *tx, void *arg)
{
    struct asking *k = arg;
    return wallet_hand_own(tx, k->channel, k->now, k->arena, &k->address);
}

err wallet_own_post(struct request *r, struct response *ret)
{
    struct asking k = { .channel = giving_of(r), .arena = r->arena, .now = r->now };
    struct own_view v = { .error = theme_word(r->setup->theme, "funding_address_none") };
    if (!k.channel)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, do_hand, &k);
    if (e == WALLET_NONE_LEFT)
        return respond(r, ret, &v, k.channel, 503);
    if (e)
        return fault(e);
    return response_redirect(r, ret, 303,
                             str_print(r->arena, "/funding/address/" STR_FMT "/" STR_FMT,
                                       STR_ARG(k.channel->name), STR_ARG(k.address)));
}

/* The wallet's address that the path names; *ret is NULL when it was never handed out. Those of a
 * key that was configured before are not shown any more. */
static err find(struct request *r, const struct channel **ret, struct str *ret_address)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct channel *c = wallet_of(r);
    bool handed = false;
    *ret = NULL;
    if (!c || !request_segment(r, "address", ret_address))
        return OK;
    err e = OK;
    if (str_eq(c->address, *ret_address)) {
        handed = true;
    } else if (c->wallet->derived) {
        e = store_read(r->app->store, &tx);
        if (!e)
            e = wallet_was_handed(&tx, c, *ret_address, &handed);
    }
    if (!e && handed)
        *ret = c;
    return e ? fault(e) : OK;
}

err wallet_address_show(struct request *r, struct response *ret)
{
    struct own_view v = { .has_address = true };
    const struct channel *c = NULL;
    struct str address = { 0 };
    err e = find(r, &c, &address);
    if (e)
        return e;
    if (!c)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    v.wallet = support_wallet(r->setup, c, address, r->arena);
    v.wallet.opened = true;
    return respond(r, ret, &v, c, 200);
}

/* A wallet's code. Its address is in the path, so that a page never shows one and a code another.
 */
err funding_qr_get(struct request *r, struct response *ret)
{
    const struct channel *c = NULL;
    struct html code = { 0 };
    struct str address = { 0 };
    err e = find(r, &c, &address);
    if (e)
        return e;
    if (!c)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    if (str_eq(address, c->address))
        code = c->qr;
    else
        e = qr_svg(r->arena, wallet_code(c, address, r->arena), address, &code);
    if (e)
        return fault(ERR_DATA); // an address of ours is far shorter than a code can be
    ret->type = "image/svg+xml";
    ret->body = code.s;
    ret->cache = CACHE_FOR_EVER;
    return OK;
}
