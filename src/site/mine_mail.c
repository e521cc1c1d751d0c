/* The mail that brings the link to /mine. */
#include "people/claim.h"
#include "publishing/letter.h"
#include "render/theme.h"
#include "site/mine.h"

struct link_view {
    struct letter letter;
    struct str url;
};
static const struct field link_fields[] = {
    FIELD_VIEW(struct link_view, letter, &letter_view),
    FIELD_STR(struct link_view, url),
};
static const struct view link_view = VIEW(struct link_view, link_fields);
TEMPLATE(link_text, "mail/address-link.txt", &link_view, TEMPLATE_TEXT);
TEMPLATE(link_html, "mail/address-link.html", &link_view, TEMPLATE_HTML);

static err find_claim(const struct app *app, int64_t id, struct arena *a, struct claim *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    return e ? fault(e) : claim_get(&tx, id, a, ret);
}

err mine_compose_link(const struct app *app, const struct setup *s, const struct mail_order *o,
                      struct arena *a, struct mail *ret)
{
    struct claim claim = { 0 };
    err e = find_claim(app, o->subject, a, &claim);
    if (e < 0)
        return fault(e);
    if (e || claim.erase)
        return MAIL_DROP;
    struct str token = claim_token(app->keys, a, &claim, clock_now(&app->clock));
    struct str path = str_print(a, "/mine/address/" STR_FMT, STR_ARG(token));
    struct link_view v = {
        .letter = { .heading = theme_word(s->theme, "mine_mail_heading"),
                    .why = theme_word(s->theme, "mine_mail_why") },
        .url = letter_link(s, a, path),
    };
    letter_fill(s, a, &v.letter);
    const struct word_arg args[] = { { .name = "site", .text = v.letter.site_title } };
    ret->subject = theme_phrase(s->theme, a, "mine_mail_subject", args, COUNT(args));
    return letter_render(s, a, &(struct letter_pages){ &link_text, &link_html, &v }, ret);
}
