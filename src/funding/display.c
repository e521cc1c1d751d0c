#include "funding/display.h"
#include "base/check.h"
#include "render/format.h"
#include "render/theme.h"

struct str display_amount(const struct setup *setup, struct arena *a, struct amount m)
{
    struct money money = { 0 };
    if (amount_money(m, &money))
        return format_money(setup->formats, a, money);
    struct str number = format_decimal(setup->formats, a, amount_print(a, m));
    return str_print(a, STR_FMT "\u00a0%s", STR_ARG(number), m.asset.code);
}

struct str display_minor(const struct setup *setup, struct arena *a, int64_t minor,
                         struct currency c)
{
    return format_money(setup->formats, a, (struct money){ .minor = minor, .cur = c });
}

struct str display_kind(const struct setup *setup, struct str name)
{
    static const char *const words[CHANNEL_KINDS] = {
        [CHANNEL_PROVIDER] = NULL, // its own
        [CHANNEL_LINK] = "funding_channel_link",
        [CHANNEL_BANK] = "funding_channel_bank",
        [CHANNEL_BITCOIN] = "funding_channel_bitcoin",
        [CHANNEL_BITCOINCASH] = "funding_channel_bitcoincash",
        [CHANNEL_ETHEREUM] = "funding_channel_ethereum",
    };
    const struct provider *provider = NULL;
    enum channel_kind kind = CHANNEL_LINK;
    if (!channel_kind_parse(name, &kind, &provider))
        return name;
    return theme_word(setup->theme, provider ? provider->word : words[kind]);
}

struct str display_channel(const struct setup *setup, struct str name)
{
    const struct channel *c = channels_find(setup->channels, name);
    if (c)
        return c->title.n ? c->title : display_kind(setup, channel_kind_name(c));
    return display_kind(setup, name);
}

struct str display_period(const struct setup *setup, struct arena *a, const struct goal *g)
{
    struct date first = date_from_days(g->first_day);
    if (goal_is_month(g))
        return format_month(setup->formats, a, first);
    struct word_arg args[] = {
        { .name = "from", .text = format_date(setup->formats, a, first) },
        { .name = "to", .text = format_date(setup->formats, a, date_from_days(g->end_day - 1)) },
    };
    return theme_phrase(setup->theme, a, "funding_period", args, COUNT(args));
}
