#include "jobs.h"
#include "base/check.h"
#include "discussion/closing.h"
#include "discussion/comment_author.h"
#include "discussion/comment_event.h"
#include "discussion/comment_render.h"
#include "discussion/filter_learn.h"
#include "discussion/notice.h"
#include "discussion/retention.h"
#include "discussion/trace.h"
#include "funding/bitcoin_watch.h"
#include "funding/channel_alarm.h"
#include "funding/daily_head.h"
#include "funding/ethereum_watch.h"
#include "funding/gift_receipt.h"
#include "funding/giver_year.h"
#include "funding/goal_close.h"
#include "funding/payment_evidence.h"
#include "funding/provider_take.h"
#include "funding/rate_poll.h"
#include "funding/wallet_hand.h"
#include "people/daily.h"
#include "publishing/report_edit.h"
#include "render/format.h"
#include "site/digest.h"
#include "site/notice_mail.h"
#include "store/job.h"

#include <stdlib.h>

enum { JOB_THREADS = 2 }; /* a slow answer of a provider holds up one of them */

struct work {
    struct newsroom *room;
    struct jobs *jobs;
};

static err do_publish(void *arg, const struct job *job)
{
    const struct work *w = arg;
    return report_publish_job(newsroom_app(w->room), job->subject);
}

/* The instant at which the site's next day begins. */
static int64_t next_day(struct newsroom *n)
{
    const struct setup *setup = newsroom_pin(n);
    struct date today = format_day_of(setup->formats, clock_now(&newsroom_app(n)->clock));
    int64_t at = format_day_start(setup->formats, date_from_days(date_to_days(today) + 1));
    newsroom_drop(n, setup);
    return at;
}

static err promise_day(struct tx *tx, void *arg)
{
    const int64_t *at = arg;
    return job_add(tx, S("day-begin"), 0, *at);
}

/* Pages that say "day" change at midnight: a goal begins or ends. */
static err turn_day(struct tx *tx, void *arg)
{
    tx_touch(tx, "day");
    return promise_day(tx, arg);
}

static err do_day(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    int64_t at = next_day(w->room);
    return store_write(newsroom_app(w->room)->store, turn_day, &at);
}

static err do_people_daily(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    return people_daily(newsroom_app(w->room));
}

static err do_render(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = report_render_job(newsroom_app(w->room), setup, job->subject);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_comment_render(void *arg, const struct job *job)
{
    const struct work *w = arg;
    return comment_render_job(newsroom_app(w->room), job->subject);
}

static err do_comment_event(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    int64_t days = config_int(setup->config, &discussion_event_days);
    newsroom_drop(w->room, setup);
    return comment_event_job(newsroom_app(w->room), days);
}

static err do_filter_learn(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    return filter_learn_job(newsroom_app(w->room));
}

static err do_trace(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    return trace_job(newsroom_app(w->room));
}

static err do_closing(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    int64_t days = config_int(setup->config, &discussion_close_after_days);
    newsroom_drop(w->room, setup);
    return closing_job(newsroom_app(w->room), days);
}

static err do_author_erase(void *arg, const struct job *job)
{
    const struct work *w = arg;
    return author_erase_job(newsroom_app(w->room), job->subject);
}

static err do_notice(void *arg, const struct job *job)
{
    const struct work *w = arg;
    return notice_job(newsroom_app(w->room), job);
}

static err do_report_notice(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = notice_report_job(newsroom_app(w->room), setup, job);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_digest(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = digest_job(newsroom_app(w->room), setup);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_retention(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    struct retention_days days = retention_days(setup->config);
    newsroom_drop(w->room, setup);
    return retention_job(newsroom_app(w->room), days);
}

static err do_daily_head(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = daily_head_job(newsroom_app(w->room), setup);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_goal_close(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = goal_close_job(newsroom_app(w->room), setup);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_provider_confirm(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = provider_confirm_job(newsroom_app(w->room), setup, job);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_provider_poll(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = provider_poll_job(newsroom_app(w->room), setup, job);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_ethereum_watch(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = ethereum_watch_job(newsroom_app(w->room), setup, job);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_rates(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = rate_job(newsroom_app(w->room), setup);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_bitcoin_watch(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = bitcoin_watch_job(newsroom_app(w->room), setup, job);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_channel_alarm(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = channel_alarm_job(newsroom_app(w->room), setup);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_gift_receipts(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = gift_receipt_job(newsroom_app(w->room), setup);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_giver_years(void *arg, const struct job *job)
{
    const struct work *w = arg;
    return giver_year_job(newsroom_app(w->room), job);
}

static err do_wallet_hand(void *arg, const struct job *job)
{
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    err e = wallet_hand_job(newsroom_app(w->room), setup, job);
    newsroom_drop(w->room, setup);
    return e;
}

static err do_payment_evidence(void *arg, const struct job *job)
{
    (void)job; // there is one
    const struct work *w = arg;
    const struct setup *setup = newsroom_pin(w->room);
    int64_t days = config_int(setup->config, &funding_message_days);
    newsroom_drop(w->room, setup);
    return payment_evidence_job(newsroom_app(w->room), days);
}

/* Every kind of later work. */
static const struct job_kind kinds[] = {
    { .name = { "report-publish", 14 },
      .run = do_publish }, /* a scheduled report's time has come */
    { .name = { "day-begin", 9 }, .run = do_day, .tries = JOB_TRIES_MAX },
    { .name = { PEOPLE_DAILY_JOB, sizeof PEOPLE_DAILY_JOB - 1 },
      .run = do_people_daily,
      .tries = JOB_TRIES_MAX },
    { .name = { NOTICE_JOB, sizeof NOTICE_JOB - 1 }, .run = do_notice },
    { .name = { REPORT_NOTICE_JOB, sizeof REPORT_NOTICE_JOB - 1 }, .run = do_report_notice },
    { .name = { DIGEST_JOB, sizeof DIGEST_JOB - 1 }, .run = do_digest, .tries = JOB_TRIES_MAX },
    { .name = { "report-render", 13 }, .run = do_render }, /* the Markdown renderer has changed */
    { .name = { FILTER_LEARN_JOB, sizeof FILTER_LEARN_JOB - 1 }, .run = do_filter_learn },
    { .name = { COMMENT_RENDER_JOB, sizeof COMMENT_RENDER_JOB - 1 },
      .run = do_comment_render,
      .tries = JOB_TRIES_MAX },
    { .name = { TRACE_JOB, sizeof TRACE_JOB - 1 }, .run = do_trace, .tries = JOB_TRIES_MAX },
    { .name = { CLOSING_JOB, sizeof CLOSING_JOB - 1 }, .run = do_closing, .tries = JOB_TRIES_MAX },
    { .name = { COMMENT_EVENT_JOB, sizeof COMMENT_EVENT_JOB - 1 },
      .run = do_comment_event,
      .tries = JOB_TRIES_MAX },
    { .name = { RETENTION_JOB, sizeof RETENTION_JOB - 1 },
      .run = do_retention,
      .tries = JOB_TRIES_MAX },
    { .name = { DAILY_HEAD_JOB, sizeof DAILY_HEAD_JOB - 1 },
      .run = do_daily_head,
      .tries = JOB_TRIES_MAX },
    { .name = { GOAL_CLOSE_JOB, sizeof GOAL_CLOSE_JOB - 1 },
      .run = do_goal_close,
      .tries = JOB_TRIES_MAX },
    { .name = { EVIDENCE_JOB, sizeof EVIDENCE_JOB - 1 },
      .run = do_payment_evidence,
      .tries = JOB_TRIES_MAX },
    { .name = { RATE_JOB, sizeof RATE_JOB - 1 }, .run = do_rates, .tries = JOB_TRIES_MAX },
    { .name = { ETHEREUM_WATCH_JOB, sizeof ETHEREUM_WATCH_JOB - 1 },
      .run = do_ethereum_watch,
      .tries = JOB_TRIES_MAX },
    { .name = { BITCOIN_WATCH_JOB, sizeof BITCOIN_WATCH_JOB - 1 },
      .run = do_bitcoin_watch,
      .tries = JOB_TRIES_MAX },
    { .name = { CHANNEL_ALARM_JOB, sizeof CHANNEL_ALARM_JOB - 1 },
      .run = do_channel_alarm,
      .tries = JOB_TRIES_MAX },
    { .name = { GIFT_RECEIPT_JOB, sizeof GIFT_RECEIPT_JOB - 1 },
      .run = do_gift_receipts,
      .tries = JOB_TRIES_MAX },
    { .name = { GIVER_YEAR_JOB, sizeof GIVER_YEAR_JOB - 1 }, .run = do_giver_years },
    { .name = { WALLET_HAND_JOB, sizeof WALLET_HAND_JOB - 1 },
      .run = do_wallet_hand,
      .tries = JOB_TRIES_MAX },
    { .name = { PROVIDER_CONFIRM_JOB, sizeof PROVIDER_CONFIRM_JOB - 1 },
      .run = do_provider_confirm,
      .tries = JOB_TRIES_MAX },
    { .name = { PROVIDER_POLL_JOB, sizeof PROVIDER_POLL_JOB - 1 },
      .run = do_provider_poll,
      .tries = JOB_TRIES_MAX },
    { .name = { AUTHOR_ERASE_JOB, sizeof AUTHOR_ERASE_JOB - 1 },
      .run = do_author_erase,
      .tries = JOB_TRIES_MAX },
};

static err promise_polls(struct newsroom *n)
{
    const struct setup *setup = newsroom_pin(n);
    err e = provider_polls_begin(newsroom_app(n), setup);
    if (!e)
        e = rate_promise(newsroom_app(n), setup);
    if (!e)
        e = ethereum_watch_promise(newsroom_app(n), setup);
    if (!e)
        e = bitcoin_watch_promise(newsroom_app(n), setup);
    if (!e)
        e = wallet_hand_promise(newsroom_app(n), setup);
    if (!e)
        e = channel_alarm_promise(newsroom_app(n));
    if (!e)
        e = gift_receipt_promise(newsroom_app(n));
    newsroom_drop(n, setup);
    return e;
}

/* A promise that is there already moves to the earlier time, and the job then promises the next
 * day's. */
err work_reload(struct newsroom *n)
{
    int64_t day = next_day(n);
    err e = store_write(newsroom_app(n)->store, promise_day, &day);
    if (!e)
        e = digest_promise(newsroom_app(n));
    if (!e)
        e = promise_polls(n);
    return e ? fault(e) : OK;
}

err work_start(struct newsroom *n, struct work **ret)
{
    struct work *w = calloc(1, sizeof *w);
    check(w);
    w->room = n;
    struct app *app = newsroom_app(n);
    struct jobs_options o = { .store = app->store,
                              .clock = &app->clock,
                              .kinds = kinds,
                              .kind_count = COUNT(kinds),
                              .workers = JOB_THREADS,
                              .arg = w };
    err e = work_reload(n);
    if (!e)
        e = people_daily_promise(app->store, clock_now(&app->clock));
    if (!e)
        e = report_render_promise(app);
    if (!e)
        e = comment_render_promise(app);
    if (!e)
        e = comment_event_promise(app->store, clock_now(&app->clock));
    if (!e)
        e = retention_promise(app->store, clock_now(&app->clock));
    if (!e)
        e = trace_promise(app->store, clock_now(&app->clock));
    if (!e)
        e = closing_promise(app->store, clock_now(&app->clock));
    if (!e)
        e = daily_head_promise(app);
    if (!e)
        e = goal_close_promise(app);
    if (!e)
        e = payment_evidence_promise(app);
    if (!e)
        e = jobs_start(&o, &w->jobs);
    if (e) {
        free(w);
        return fault(e);
    }
    *ret = w;
    return OK;
}

void work_stop(struct work *w)
{
    if (!w)
        return;
    jobs_stop(w->jobs);
    free(w);
}
