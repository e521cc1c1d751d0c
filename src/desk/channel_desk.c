#include "desk/channel_desk.h"
#include "desk/desk_page.h"
#include "funding/channel_alarm.h"
#include "funding/display.h"
#include "funding/rate_poll.h"
#include "funding/wallet.h"
#include "http/error.h"

struct health_row {
    struct str name, title, alarm, why, paused_why, looked;
    struct desk_time heard, paused;
    bool counts;       /* by itself: it is told of gifts, or asks */
    bool never;        /* and was not heard yet */
    struct list facts; /* of struct fact_row: counts since somebody looked */
};
struct fact_row {
    struct str text;
};
static const struct field fact_row_fields[] = {
    FIELD_STR(struct fact_row, text),
};
static const struct view fact_row_view = VIEW(struct fact_row, fact_row_fields);
static const struct field health_row_fields[] = {
    FIELD_STR(struct health_row, name),
    FIELD_STR(struct health_row, title),
    FIELD_STR(struct health_row, alarm),
    FIELD_STR(struct health_row, why),
    FIELD_STR(struct health_row, paused_why),
    FIELD_STR(struct health_row, looked),
    FIELD_VIEW(struct health_row, heard, &desk_time_view),
    FIELD_VIEW(struct health_row, paused, &desk_time_view),
    FIELD_BOOL(struct health_row, counts),
    FIELD_BOOL(struct health_row, never),
    FIELD_LIST(struct health_row, facts, &fact_row_view),
};
static const struct view health_row_view = VIEW(struct health_row, health_row_fields);

struct health_view {
    struct desk_top top;
    struct list channels; /* of health_row */
};
static const struct field health_fields[] = {
    DESK_FIELDS(struct health_view),
    FIELD_LIST(struct health_view, channels, &health_row_view),
};
static const struct view health_view = VIEW(struct health_view, health_fields);
TEMPLATE(health_page, "pages/desk/channels.html", &health_view, TEMPLATE_HTML);

struct looking {
    struct request *r;
    const struct channel_health *health;
    size_t n;
};

static err read_health(struct looking *l)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct request *r = l->r;
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = channel_health_list(&tx, r->setup->channels, r->now, r->arena, &l->health, &l->n);
    return e ? fault(e) : OK;
}

static const struct channel_health *health_of(const struct looking *l, struct str name)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->health[i].channel, name))
            return &l->health[i];
    return NULL;
}

static void show_facts(const struct looking *l, const struct channel_health *h,
                       struct health_row *row)
{
    const struct {
        const char *word;
        int64_t n;
    } facts[] = {
        { "desk_channel_forged", h->forged },      { "desk_channel_malformed", h->malformed },
        { "desk_channel_ignored", h->ignored },    { "desk_channel_differs", h->differs },
        { "desk_channel_polls", h->polls_failed },
    };
    struct fact_row *rows = arena_new(l->r->arena, struct fact_row, COUNT(facts));
    size_t n = 0;
    for (size_t i = 0; i < COUNT(facts); i++)
        if (facts[i].n > 0)
            rows[n++].text = desk_count(l->r, facts[i].word, facts[i].n);
    row->facts = (struct list){ rows, n };
}

static struct health_row row_of(const struct looking *l, struct str name, struct str title,
                                bool counts)
{
    const struct request *r = l->r;
    const struct channel_health *h = health_of(l, name);
    struct health_row row = { .name = name, .title = title, .counts = counts, .never = counts };
    if (!h)
        return row;
    row.never = counts && !h->heard_at;
    row.heard = desk_time(r, h->heard_at);
    row.alarm = channel_alarm_sentence(r->setup, h, r->arena);
    row.why = h->why;
    row.paused = desk_time(r, h->paused_at);
    row.paused_why = h->paused_why;
    show_facts(l, h, &row);
    if (row.facts.n && person_may(r->person, PERMISSION_CONTRIBUTION_REVERSE))
        row.looked =
            str_print(r->arena, "/desk/funding/channels/" STR_FMT "/looked", STR_ARG(name));
    return row;
}

static bool counts_itself(const struct channel *c)
{
    return (c->provider && provider_listens(c)) || (c->wallet && c->wallet->watched);
}

static struct list show_rows(const struct looking *l)
{
    const struct request *r = l->r;
    const struct channel *list = NULL;
    size_t n = channels_list(r->setup->channels, &list);
    struct health_row *rows = arena_new(r->arena, struct health_row, n + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_of(l, list[i].name, display_channel(r->setup, list[i].name),
                         counts_itself(&list[i]));
    if (health_of(l, S(RATE_HEALTH)))
        rows[n++] = row_of(l, S(RATE_HEALTH), desk_word(r, "funding_alarm_rates"), true);
    return (struct list){ rows, n };
}

err channel_desk_show(struct request *r, struct response *ret)
{
    struct looking l = { .r = r };
    struct health_view v = { 0 };
    err e = read_health(&l);
    if (e)
        return e;
    v.channels = show_rows(&l);
    e = desk_fill(r, DESK_AT_FUNDING, "desk_channels", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &health_page, &v, 200);
}

struct clearing {
    const struct request *r;
    struct str name;
};

static err do_clear(struct tx *tx, void *arg)
{
    const struct clearing *c = arg;
    const struct desk_deed deed = { .action = "channel.looked", .kind = "", .detail = c->name };
    err e = channel_health_clear(tx, c->name);
    return e ? e : desk_note(tx, c->r, &deed);
}

err channel_desk_looked(struct request *r, struct response *ret)
{
    struct clearing c = { .r = r };
    bool known = request_segment(r, "channel", &c.name) &&
                 (channels_find(r->setup->channels, c.name) || str_eq(c.name, S(RATE_HEALTH)));
    if (!known)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    err e = store_write(r->app->store, do_clear, &c);
    return e ? fault(e) : desk_done(r, ret, S("/desk/funding/channels"), "channel_looked");
}
