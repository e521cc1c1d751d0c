#include "base/buf.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "desk/funding_desk.h"
#include "desk/funding_row.h"
#include "funding/contribution_search.h"
#include "funding/display.h"
#include "funding/goal.h"

#include <inttypes.h>

enum { TEXT_MAX = 254 /* bytes; an address is no longer */, URL_MAX = 4096 };
static const struct desk_input inputs[] = {
    { "channel", "desk_gift_channel", NULL, INPUT_CHOICE, false, NULL },
    { "state", "funding_state", NULL, INPUT_CHOICE, false, NULL },
    { "goal", "desk_gift_find_goal", NULL, INPUT_CHOICE, false, NULL },
    { "from", "desk_gift_find_from", NULL, INPUT_DATE, false, NULL },
    { "to", "desk_gift_find_to", NULL, INPUT_DATE, false, NULL },
    { "amount", "desk_gift_amount", NULL, INPUT_ASCII, false, NULL },
    { "currency", "desk_currency", NULL, INPUT_ASCII, false, NULL },
    { "reference", "desk_gift_reference", "desk_gift_find_reference_hint", INPUT_ASCII, false,
      NULL },
    { "giver", "desk_gift_giver", "desk_gift_find_giver_hint", INPUT_LINE, false, NULL },
};

struct search_view {
    struct desk_top top;
    const struct desk_form *form;
    struct list gifts;
    struct str older;
    bool asked;
};
static const struct field search_fields[] = {
    DESK_FIELDS(struct search_view),
    FIELD_REF(struct search_view, form, &desk_form_view),
    FIELD_LIST(struct search_view, gifts, &gift_row_view),
    FIELD_STR(struct search_view, older),
    FIELD_BOOL(struct search_view, asked),
};
static const struct view search_view = VIEW(struct search_view, search_fields);
TEMPLATE(search_page, "pages/desk/contributions.html", &search_view, TEMPLATE_HTML);

void gift_channels(const struct request *r, struct desk_form *f, const char *any)
{
    const struct channel *list = NULL;
    const struct str *kinds = NULL;
    size_t count = channels_list(r->setup->channels, &list);
    size_t kind_count = channel_kind_names(r->arena, &kinds);
    struct desk_option *options = arena_new(r->arena, struct desk_option, count + kind_count + 1);
    size_t n = 0;
    if (any)
        options[n++] = (struct desk_option){ .text = desk_word(r, any) };
    for (size_t i = 0; i < count; i++)
        options[n++] = (struct desk_option){ .value = list[i].name,
                                             .text = display_channel(r->setup, list[i].name) };
    for (size_t k = 0; k < kind_count; k++)
        if (!channels_find(r->setup->channels, kinds[k]))
            options[n++] =
                (struct desk_option){ .value = kinds[k], .text = display_kind(r->setup, kinds[k]) };
    desk_form_choices(f, "channel", options, n);
}

static void offer_states(const struct request *r, struct desk_form *f)
{
    struct desk_option *options = arena_new(r->arena, struct desk_option, SEARCH_STATES);
    for (size_t i = 0; i < SEARCH_STATES; i++) {
        struct str name = search_state_name((enum search_state)i);
        options[i] = (struct desk_option){
            .value = name,
            .text = name.n ? desk_word_of(r, "desk_gift_state_", name) : desk_word(r, "desk_any"),
        };
    }
    desk_form_choices(f, "state", options, SEARCH_STATES);
}

static struct str goal_value(struct arena *a, int64_t id)
{
    return str_print(a, "%" PRId64, id);
}

static void offer_goals(const struct request *r, const struct goal *goals, size_t n,
                        struct desk_form *f)
{
    struct desk_option *options = arena_new(r->arena, struct desk_option, n + 1);
    options[0] = (struct desk_option){ .text = desk_word(r, "desk_any") };
    for (size_t i = 0; i < n; i++)
        options[i + 1] =
            (struct desk_option){ .value = goal_value(r->arena, goals[i].id),
                                  .text = display_period(r->setup, r->arena, &goals[i]) };
    desk_form_choices(f, "goal", options, n + 1);
}

static bool read_day(struct desk_form *f, const char *name, int64_t *ret)
{
    struct date day = { 0 };
    struct str text = str_trim(desk_form_get(f, name));
    if (!text.n)
        return false;
    if (!date_parse(text, &day)) {
        desk_form_wrong(f, name, "desk_date_wrong");
        return false;
    }
    *ret = date_to_days(day);
    return true;
}

static void read_days(struct desk_form *f, const struct goal *goals, size_t n,
                      struct contribution_search *q)
{
    struct str wanted = desk_form_get(f, "goal");
    int64_t id = 0;
    size_t at = n;
    if (wanted.n && int_parse(wanted, 1, INT64_MAX, &id))
        for (at = 0; at < n && goals[at].id != id;)
            at++;
    if (at < n) {
        q->first_day = goals[at].first_day;
        q->last_day = goals[at].end_day - 1;
    } else if (wanted.n) {
        desk_form_wrong(f, "goal", "funding_refused_no_goal");
    }
    int64_t day = 0;
    if (read_day(f, "from", &day) && day > q->first_day)
        q->first_day = day;
    bool to = read_day(f, "to", &day);
    if (to && day < q->last_day)
        q->last_day = day;
    if (to && !wanted.n && q->first_day > q->last_day)
        desk_form_wrong(f, "to", "desk_gift_find_days_wrong");
}

static void read_amount(const struct request *r, struct desk_form *f, struct contribution_search *q)
{
    struct asset asset = { 0 };
    struct str amount = str_trim(desk_form_get(f, "amount"));
    struct str currency = str_trim(desk_form_get(f, "currency"));
    if (!amount.n)
        return;
    if (!asset_parse(currency.n ? currency : config_text(r->setup->config, &site_currency), &asset))
        desk_form_wrong(f, "currency", "desk_currency_unknown");
    else if (!amount_parse(amount, asset, &q->amount) || !q->amount.units ||
             q->amount.units > amount_join(CONTRIBUTION_MINOR_MAX, 0, asset).units)
        desk_form_wrong(f, "amount", "desk_amount_wrong");
}

static struct str read_text(struct desk_form *f, const char *name)
{
    struct str text = str_trim(desk_form_get(f, name));
    if (text.n > TEXT_MAX || text_check(text, true) != TEXT_FINE)
        desk_form_wrong(f, name, "desk_gift_find_text_wrong");
    return text;
}

static struct contribution_search read_search(const struct request *r, struct desk_form *f,
                                              const struct goal *goals, size_t n)
{
    struct contribution_search q = { .channel = desk_form_get(f, "channel"),
                                     .first_day = INT64_MIN,
                                     .last_day = INT64_MAX,
                                     .reference = read_text(f, "reference"),
                                     .giver = read_text(f, "giver") };
    if (q.channel.n && !channel_is_known(r->setup->channels, q.channel))
        desk_form_wrong(f, "channel", "funding_refused_channel");
    if (!search_state_parse(desk_form_get(f, "state"), &q.state))
        desk_form_wrong(f, "state", "desk_gift_find_text_wrong");
    read_days(f, goals, n, &q);
    read_amount(r, f, &q);
    return q;
}

/* The address of the next page: all that was asked, and where to go on. */
static struct str older_url(const struct request *r, const struct desk_form *f,
                            struct contribution_cursor next)
{
    struct arena *a = r->arena;
    struct buf b CLEANUP(buf_free) = buf_make(URL_MAX);
    buf_put(&b, S("/desk/funding/contributions?"));
    for (size_t i = 0; i < COUNT(inputs); i++) {
        struct str value = desk_form_get(f, inputs[i].name);
        if (value.n)
            buf_print(&b, "%s=" STR_FMT "&", inputs[i].name, STR_ARG(url_escape(a, value)));
    }
    struct str after = contribution_cursor_print(a, next);
    buf_print(&b, "after=" STR_FMT, STR_ARG(after));
    return buf_copy(&b, a);
}

static bool is_asked(const struct desk_form *f)
{
    bool some = false;
    for (size_t i = 0; i < COUNT(inputs); i++)
        some = some || desk_form_get(f, inputs[i].name).n;
    return some;
}

static err find(struct tx *tx, const struct request *r, const struct contribution_search *q,
                struct desk_form *f, struct search_view *v)
{
    struct contribution_page page = { 0 };
    struct contribution_cursor after = CONTRIBUTION_BEGIN;
    struct str from = desk_query(r, "after");
    if (from.n && !contribution_cursor_parse(from, &after))
        after = CONTRIBUTION_BEGIN; // made up: from the beginning
    err e = contribution_search(tx, q, after, r->arena, &page);
    if (e == SEARCH_GIVERS_MANY)
        desk_form_wrong(f, "giver", "desk_gift_find_givers_many");
    if (e == SEARCH_REFERENCES_MANY)
        desk_form_wrong(f, "reference", "desk_gift_find_references_many");
    if (e)
        return e > 0 ? OK : fault(e);
    v->asked = true;
    v->gifts = gift_rows(r, page.items, page.n);
    if (page.more)
        v->older = older_url(r, f, page.next);
    return OK;
}

static err read_all(struct request *r, struct desk_form *f, struct search_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct goal *goals = NULL;
    size_t n = 0;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = goal_list(&tx, INT64_MAX, GOAL_PAGE, r->arena, &goals, &n);
    if (e)
        return fault(e);
    struct contribution_search q = read_search(r, f, goals, n);
    gift_channels(r, f, "desk_any");
    offer_states(r, f);
    offer_goals(r, goals, n, f);
    return is_asked(f) && desk_form_fine(f) ? find(&tx, r, &q, f, v) : OK;
}

err gift_search_show(struct request *r, struct response *ret)
{
    struct desk_form *f =
        desk_form_make(r, "find", S("/desk/funding/contributions"), inputs, COUNT(inputs));
    struct search_view v = { .form = f };
    desk_form_find(f);
    desk_form_button(f, NULL, NULL, "desk_find_button");
    err e = read_all(r, f, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_FUNDING, "desk_gift_find", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &search_page, &v, desk_form_fine(f) ? 200 : 422);
}
