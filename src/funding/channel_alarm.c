#include "funding/channel_alarm.h"
#include "funding/display.h"
#include "funding/payment_match.h"
#include "funding/rate_poll.h"
#include "funding/treasurer_mail.h"
#include "publishing/letter.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/job.h"

#include <inttypes.h>

QUERY(alarm_told, "select channel, alarmed_at from channel_health order by channel limit $1");
QUERY(alarm_set, "update channel_health set alarmed_at = $2 where channel = $1");

#define ALARM_EVERY (5 * MINUTE)
enum { ARENA_BYTES = 1 << 20 };

/* ---- what is wrong ---- */

static struct str name_of(const struct setup *s, struct str channel)
{
    return str_eq(channel, S(RATE_HEALTH)) ? theme_word(s->theme, "funding_alarm_rates")
                                           : display_channel(s, channel);
}

/* The key of theme/words and the number in it. */
static const char *reason_of(const struct channel_health *h, int64_t *ret_n)
{
    *ret_n = 0;
    if (h->paused_at)
        return "funding_alarm_paused";
    if (h->polls_failed >= HEALTH_POLLS_FAILED) {
        *ret_n = h->polls_failed;
        return "funding_alarm_polls";
    }
    if (h->forged_last_hour >= HEALTH_FORGED_AN_HOUR) {
        *ret_n = h->forged_last_hour;
        return "funding_alarm_forged";
    }
    if (h->differs)
        return "funding_alarm_differs";
    if (h->malformed) {
        *ret_n = h->malformed;
        return "funding_alarm_malformed";
    }
    return "funding_alarm_silent";
}

struct str channel_alarm_sentence(const struct setup *s, const struct channel_health *h,
                                  struct arena *a)
{
    int64_t n = 0;
    if (!h->alarm)
        return S("");
    const char *key = reason_of(h, &n);
    const struct word_arg args[] = { { .name = "n", .count = n } };
    return theme_phrase(s->theme, a, key, args, COUNT(args));
}

/* ---- telling ---- */

struct telling {
    const struct setup *setup;
    struct arena *arena;
    int64_t now;
    bool mails; /* they can be sent */
};

static err set_told(struct tx *tx, struct str channel, int64_t at)
{
    struct stmt *s = query_start(tx, &alarm_set);
    bind_str(s, 1, channel);
    bind_int(s, 2, at);
    return query_run(s, NULL);
}

/* When each of `health` was told, in the same order: both lists are by channel. */
static err read_told(struct tx *tx, int64_t ret[CHANNEL_HEALTH_MAX])
{
    struct stmt *s = query_start(tx, &alarm_told);
    bool row = false;
    err e = OK;
    bind_int(s, 1, CHANNEL_HEALTH_MAX);
    for (size_t n = 0; !(e = query_step(s, &row)) && row; n++)
        ret[n] = column_int(s, 1);
    return e;
}

static err tell_new(struct tx *tx, const struct telling *t, const struct channel_health *list,
                    size_t n)
{
    int64_t told[CHANNEL_HEALTH_MAX] = { 0 };
    bool fresh = false;
    err e = read_told(tx, told);
    for (size_t i = 0; !e && i < n; i++) {
        if (list[i].alarm == (told[i] != 0))
            continue;
        fresh = fresh || list[i].alarm;
        e = set_told(tx, list[i].channel, list[i].alarm ? t->now : 0);
    }
    if (e || !fresh || !t->mails)
        return e;
    const struct treasurer_letter letter = {
        .kind = S(CHANNEL_ALARM_MAIL),
        .name = str_print(t->arena, CHANNEL_ALARM_MAIL "/%" PRId64, t->now),
        .now = t->now,
        .arena = t->arena,
    };
    return treasurer_mail(tx, &letter);
}

static err tell(struct tx *tx, void *arg)
{
    const struct telling *t = arg;
    const struct channel_health *list = NULL;
    size_t n = 0;
    err e = channel_health_list(tx, t->setup->channels, t->now, t->arena, &list, &n);
    if (!e)
        e = tell_new(tx, t, list, n);
    if (!e)
        e = job_add(tx, S(CHANNEL_ALARM_JOB), 0, t->now + ALARM_EVERY);
    return e ? fault(e) : OK;
}

err channel_alarm_job(const struct app *app, const struct setup *s)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, ARENA_BYTES);
    struct telling t = {
        .setup = s, .arena = &a, .now = clock_now(&app->clock), .mails = mail_enabled(s)
    };
    return store_write(app->store, tell, &t);
}

static err promise(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S(CHANNEL_ALARM_JOB), 0, *at);
}

err channel_alarm_promise(const struct app *app)
{
    int64_t at = clock_now(&app->clock) + ALARM_EVERY; // a start is no news: polls come first
    return store_write(app->store, promise, &at);
}

/* ---- the mail ---- */

struct alarm_row {
    struct str channel, sentence, why;
};
static const struct field alarm_row_fields[] = {
    FIELD_STR(struct alarm_row, channel),
    FIELD_STR(struct alarm_row, sentence),
    FIELD_STR(struct alarm_row, why),
};
static const struct view alarm_row_view = VIEW(struct alarm_row, alarm_row_fields);
struct alarm_view {
    struct letter letter;
    struct list alarms; /* of alarm_row */
    struct str link;
};
static const struct field alarm_fields[] = {
    FIELD_VIEW(struct alarm_view, letter, &letter_view),
    FIELD_LIST(struct alarm_view, alarms, &alarm_row_view),
    FIELD_STR(struct alarm_view, link),
};
static const struct view alarm_view = VIEW(struct alarm_view, alarm_fields);
TEMPLATE(alarm_text, "mail/channel-alarm.txt", &alarm_view, TEMPLATE_TEXT);
TEMPLATE(alarm_html, "mail/channel-alarm.html", &alarm_view, TEMPLATE_HTML);

static err read_alarms(const struct app *app, const struct setup *s, struct arena *a,
                       struct list *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    const struct channel_health *list = NULL;
    size_t n = 0;
    err e = store_read(app->store, &tx);
    if (!e)
        e = channel_health_list(&tx, s->channels, clock_now(&app->clock), a, &list, &n);
    if (e)
        return fault(e);
    struct alarm_row *rows = arena_new(a, struct alarm_row, n + 1);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].alarm)
            rows[count++] = (struct alarm_row){
                .channel = name_of(s, list[i].channel),
                .sentence = channel_alarm_sentence(s, &list[i], a),
                .why = list[i].paused_at ? list[i].paused_why : list[i].why,
            };
    *ret = (struct list){ rows, count };
    return OK;
}

err channel_alarm_compose(const struct app *app, const struct setup *s, const struct mail_order *o,
                          struct arena *a, struct mail *ret)
{
    struct alarm_view v = { .link = letter_link(s, a, S("/desk/funding/channels")) };
    (void)o; // it tells of now
    err e = read_alarms(app, s, a, &v.alarms);
    if (e)
        return e;
    if (!v.alarms.n)
        return MAIL_DROP;
    v.letter.heading = theme_word(s->theme, "funding_alarm_heading");
    v.letter.why = theme_word(s->theme, "funding_alarm_why");
    letter_fill(s, a, &v.letter);
    ret->subject =
        str_print(a, STR_FMT ": " STR_FMT, STR_ARG(v.letter.site_title), STR_ARG(v.letter.heading));
    return letter_render(s, a, &(struct letter_pages){ &alarm_text, &alarm_html, &v }, ret);
}

/* ---- /metrics ---- */

err channel_figures(struct tx *tx, const struct setup *s, int64_t now, struct arena *a,
                    struct channel_figures *ret)
{
    err e = channel_health_list(tx, s->channels, now, a, &ret->channels, &ret->n);
    return e ? e : payment_waiting_count(tx, &ret->waiting);
}

void channel_metrics(const struct channel_figures *f, struct buf *out)
{
    if (f->n)
        buf_print(out, "# TYPE diurnal_channel_alarm gauge\n");
    for (size_t i = 0; i < f->n; i++)
        buf_print(out, "diurnal_channel_alarm{channel=\"" STR_FMT "\"} %d\n",
                  STR_ARG(f->channels[i].channel), f->channels[i].alarm);
    if (f->n)
        buf_print(out, "# TYPE diurnal_channel_heard_timestamp_seconds gauge\n");
    for (size_t i = 0; i < f->n; i++)
        buf_print(out,
                  "diurnal_channel_heard_timestamp_seconds{channel=\"" STR_FMT "\"} %" PRId64 "\n",
                  STR_ARG(f->channels[i].channel), f->channels[i].heard_at / SECOND);
    buf_print(out,
              "# TYPE diurnal_payment_events_waiting gauge\n"
              "diurnal_payment_events_waiting %" PRId64 "\n",
              f->waiting);
}
