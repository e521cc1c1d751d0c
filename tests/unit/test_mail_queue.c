/* Without this, a mail could be queued twice, be lost, or be sent to who has left. */
#include "mail/bounce.h"
#include "mail/post.h"
#include "unit/mail_help.h"
#include "unit/script_server.h"
#include "unit/store_help.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

QUERY(test_mail_state, "select state, attempts from mail where key = $1");
QUERY(test_mail_count, "select count(*) from mail");

#define NOON (INT64_C(1525435200) * SECOND)

struct adding {
    struct mail_order o;
    int64_t now;
    bool added;
    struct queue_outcome outcome;
};

static err add(struct tx *tx, void *arg)
{
    struct adding *d = arg;
    return mail_add(tx, &d->o, d->now, &d->added);
}

static err end(struct tx *tx, void *arg)
{
    struct adding *d = arg;
    return queue_outcome(tx, &d->outcome, &d->added);
}

static bool put(struct bed *b, const char *key, const char *kind)
{
    struct adding d = { .o = { .key = str_from_z(key),
                               .kind = str_from_z(kind),
                               .to = S("reader@example.net"),
                               .subject = 3 },
                        .now = NOON };
    expect(store_write(b->s, add, &d) == OK);
    return d.added;
}

static int64_t state_of(struct bed *b, const char *key, int64_t *ret_attempts)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(b->s, &tx) == OK);
    struct stmt *q = query_start(&tx, &test_mail_state);
    bind_str(q, 1, str_from_z(key));
    expect(query_step(q, &row) == OK && row);
    int64_t state = column_int(q, 0);
    *ret_attempts = column_int(q, 1);
    query_end(q);
    return state;
}

static size_t due(struct bed *b, int64_t now, struct queued *rows)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    size_t n = 0;
    expect(store_read(b->s, &tx) == OK);
    expect(queue_due(&tx, now, 10, &b->a, rows, &n) == OK);
    return n;
}

TEST(the_same_key_is_queued_once)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    expect(put(&b, "one", "k") && !put(&b, "one", "k") && put(&b, "two", "k"));
    expect(due(&b, NOON, rows) == 2 && due(&b, NOON - 1, rows) == 0);
    expect_str(rows[0].order.key, S("one"));
    expect(rows[0].order.subject == 3);
    bed_remove(&b);
}

TEST(what_somebody_waits_for_goes_ahead_of_what_goes_to_many)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    put(&b, "many/1", "k");
    put(&b, "many/2", "k");
    struct adding d = { .o = { .key = S("link"), .kind = S("k"), .ahead = true },
                        .now = NOON + 6 * HOUR };
    expect(store_write(b.s, add, &d) == OK && d.added);
    expect(due(&b, d.now, rows) == 3);
    expect_str(rows[0].order.key, S("link"));
    expect(rows[0].since == d.now); // its tries are counted from now on
    bed_remove(&b);
}

TEST(a_mail_that_has_ended_is_not_due_and_its_key_is_not_queued_again)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    put(&b, "one", "k");
    expect(due(&b, NOON, rows) == 1);
    struct adding d = { .outcome = { .id = rows[0].id, .now = NOON, .state = MAIL_SENT } };
    expect(store_write(b.s, end, &d) == OK && d.added);
    expect(due(&b, NOON + DAY, rows) == 0 && !put(&b, "one", "k"));
    expect(store_write(b.s, end, &d) == OK && !d.added); // it ends once
    bed_remove(&b);
}

static err forget(struct tx *tx, void *arg)
{
    (void)arg;
    return mail_forget(tx, S("reader@example.net"), NOON);
}

TEST(who_is_forgotten_gets_nothing_and_stands_in_no_row)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct queue_page page;
    put(&b, "one", "k");
    expect(store_write(b.s, forget, NULL) == OK);
    expect(due(&b, NOON + DAY, rows) == 0);
    expect(store_read(b.s, &tx) == OK && queue_failed(&tx, 0, &b.a, &page) == OK && page.n == 0);
    tx_end(&tx);
    bed_remove(&b);
}

static err prune_all(struct tx *tx, void *arg)
{
    bool more = false;
    const int64_t *now = arg;
    return queue_prune(tx, *now, &more);
}

static int64_t count(struct bed *b)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(b->s, &tx) == OK);
    struct stmt *q = query_start(&tx, &test_mail_count);
    expect(query_step(q, &row) == OK && row);
    int64_t n = column_int(q, 0);
    query_end(q);
    return n;
}

TEST(ended_mails_are_forgotten_after_their_days_and_waiting_ones_never)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    put(&b, "one", "k");
    put(&b, "two", "k");
    expect(due(&b, NOON, rows) == 2);
    struct adding d = { .outcome = { .id = rows[0].id, .now = NOON, .state = MAIL_FAILED } };
    expect(store_write(b.s, end, &d) == OK);
    int64_t now = NOON + MAIL_KEPT_DAYS * DAY;
    expect(store_write(b.s, prune_all, &now) == OK && count(&b) == 2);
    now++;
    expect(store_write(b.s, prune_all, &now) == OK && count(&b) == 1);
    bed_remove(&b);
}

/* ---- mails that come back ---- */

struct returning {
    struct bounce bounce;
    struct arena *a;
    bool done;
};

static err tell_failed(struct tx *tx, const struct mail_order *o, int64_t now)
{
    tx_touch(tx, "told/%d", (int)o->subject);
    return now == NOON ? OK : ERR_DATA;
}

static err take(struct tx *tx, void *arg)
{
    static const struct mail_kind kinds[] = { { .name = { "k", 1 }, .failed = tell_failed } };
    struct returning *r = arg;
    struct bounce_order o = { &r->bounce, kinds, 1, NOON };
    return bounce_take(tx, &o, r->a, &r->done);
}

static void count_told(void *arg, struct str topic)
{
    int *told = arg;
    *told += str_eq(topic, S("told/3"));
}

TEST(a_mail_comes_back_once_and_its_kind_is_told_when_nobody_has_the_address)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    int told = 0;
    store_set_hook(b.s, count_told, &told);
    put(&b, "one", "k");
    expect(due(&b, NOON, rows) == 1);
    struct returning r = { .bounce = { rows[0].id, S("5.1.1"), S("no such user") }, .a = &b.a };
    expect(store_write(b.s, take, &r) == OK && !r.done); // it was never sent
    struct adding d = { .outcome = { .id = rows[0].id, .now = NOON, .state = MAIL_SENT } };
    expect(store_write(b.s, end, &d) == OK);
    expect(store_write(b.s, take, &r) == OK && r.done && told == 1);
    expect(store_write(b.s, take, &r) == OK && !r.done && told == 1);
    bed_remove(&b);
}

TEST(a_full_mailbox_comes_back_and_its_kind_is_not_told)
{
    struct bed b = bed_in_memory();
    struct queued rows[10];
    int told = 0;
    store_set_hook(b.s, count_told, &told);
    put(&b, "one", "k");
    expect(due(&b, NOON, rows) == 1);
    struct adding d = { .outcome = { .id = rows[0].id, .now = NOON, .state = MAIL_SENT } };
    expect(store_write(b.s, end, &d) == OK);
    struct returning r = { .bounce = { rows[0].id, S("5.2.2"), S("full") }, .a = &b.a };
    expect(store_write(b.s, take, &r) == OK && r.done && told == 0);
    bed_remove(&b);
}

TEST(only_addresses_that_nobody_has_lead_to_nobody)
{
    struct smtp_answer a = { .code = 550, .status = S("5.1.1"), .recipient = true };
    expect(delivered_to_nobody(&a));
    a.status = S("");
    expect(delivered_to_nobody(&a));
    a.status = S("5.7.1");
    expect(!delivered_to_nobody(&a));
    a.status = S("5.2.2");
    expect(!delivered_to_nobody(&a));
    a = (struct smtp_answer){ .code = 554, .status = S("5.1.1") };
    expect(!delivered_to_nobody(&a)); // said of the text
}

/* ---- the post, with kinds of the test ---- */

struct office {
    int told;
    struct bed bed;
    struct mail_bed mail;
    struct app app;
    struct setup setup;
    struct post *post;
};

static err compose_dropped(const struct app *app, const struct setup *s, const struct mail_order *o,
                           struct arena *a, struct mail *ret)
{
    (void)app;
    (void)s;
    (void)o;
    (void)a;
    (void)ret;
    return MAIL_DROP;
}

static err compose_faulty(const struct app *app, const struct setup *s, const struct mail_order *o,
                          struct arena *a, struct mail *ret)
{
    (void)compose_dropped(app, s, o, a, ret); // neither makes a mail
    return ERR_IO;
}

static const struct setup *pin(void *arg)
{
    const struct office *o = arg;
    return &o->setup;
}

static void drop(void *arg, const struct setup *s)
{
    const struct office *o = arg;
    expect(s == &o->setup);
}

static void wake(void *arg, struct str topic)
{
    struct office *o = arg;
    count_told(&o->told, topic);
    if (str_eq(topic, S(MAIL_TOPIC)))
        post_wake(o->post);
}

static err compose_plain(const struct app *app, const struct setup *s, const struct mail_order *o,
                         struct arena *a, struct mail *ret)
{
    (void)app;
    (void)s;
    (void)o;
    (void)a;
    *ret = (struct mail){ .subject = S("subject"), .text = S("text") };
    return OK;
}

static void start_post(struct office *o)
{
    static const struct mail_kind kinds[] = {
        { .name = { "dropped", 7 }, .compose = compose_dropped },
        { .name = { "faulty", 6 }, .compose = compose_faulty },
        { .name = { "plain", 5 }, .compose = compose_plain, .failed = tell_failed },
    };
    struct post_options p = { .app = &o->app,
                              .kinds = kinds,
                              .kind_count = COUNT(kinds),
                              .secret = S("0123456789abcdef"),
                              .pin = pin,
                              .drop = drop,
                              .arg = o };
    o->post = post_make(&p);
    store_set_hook(o->bed.s, wake, o);
    post_reload(o->post);
}

static void open_office(struct office *o, int port)
{
    *o = (struct office){ .bed = bed_in_memory() };
    mail_bed_at(&o->mail, port, "connections = 4\n");
    o->app = (struct app){ .store = o->bed.s, .clock = { .fixed = NOON } };
    o->setup = (struct setup){ .mail = o->mail.mail };
    start_post(o);
}

static void close_office(struct office *o)
{
    post_stop(o->post);
    mail_bed_close(&o->mail);
    bed_remove(&o->bed);
}

static void await(struct office *o, const char *key, int64_t state, int64_t attempts)
{
    int64_t tries = 0;
    int64_t until = clock_monotonic() + 20 * SECOND;
    while (state_of(&o->bed, key, &tries) != state || tries != attempts) {
        expect(clock_monotonic() < until);
        usleep(1000); // the post's threads tell nobody when a row ends
    }
}

TEST(who_has_left_is_not_written_to)
{
    struct office o;
    open_office(&o, 1);
    put(&o.bed, "gone", "dropped");
    await(&o, "gone", MAIL_DROPPED, 1);
    close_office(&o);
}

TEST(a_mail_that_cannot_be_composed_now_is_tried_later_and_one_of_no_kind_never)
{
    struct office o;
    open_office(&o, 1);
    put(&o.bed, "later", "faulty");
    put(&o.bed, "never", "unknown");
    await(&o, "later", MAIL_WAITING, 1);
    await(&o, "never", MAIL_FAILED, 1);
    close_office(&o);
}

struct busy_store {
    struct store *store;
    sem_t begun, go_on;
};

static err hold_on(struct tx *tx, void *arg)
{
    (void)tx;
    struct busy_store *b = arg;
    sem_post(&b->begun);
    sem_wait(&b->go_on);
    return OK;
}

static void *keep_busy(void *arg)
{
    struct busy_store *b = arg;
    expect(store_write(b->store, hold_on, b) == OK);
    return NULL;
}

static void *stop_post(void *arg)
{
    struct office *o = arg;
    post_stop(o->post);
    o->post = NULL;
    return NULL;
}

TEST(a_post_that_is_stopped_while_it_prunes_ends_at_once)
{
    struct office o;
    struct busy_store b = { 0 };
    pthread_t busy;
    pthread_t stopper;
    open_office(&o, 1);
    stop_post(&o);
    b.store = o.bed.s;
    expect(sem_init(&b.begun, 0, 0) == 0 && sem_init(&b.go_on, 0, 0) == 0);
    expect(pthread_create(&busy, NULL, keep_busy, &b) == 0);
    sem_wait(&b.begun);
    start_post(&o); // the first thing that it does is to prune, and that waits for the store
    usleep(50000);  // nobody tells when it waits, nor when the other one has begun to end it
    int64_t begun = clock_monotonic();
    expect(pthread_create(&stopper, NULL, stop_post, &o) == 0);
    usleep(50000);
    sem_post(&b.go_on);
    expect(pthread_join(stopper, NULL) == 0 && pthread_join(busy, NULL) == 0);
    expect(clock_monotonic() - begun < 20 * SECOND); // it would sleep for a minute
    close_office(&o);
}

TEST(many_mails_queued_at_once_each_end_once)
{
    struct office o;
    int64_t tries = 0;
    open_office(&o, 1);
    for (int i = 0; i < 500; i++)
        put(&o.bed, str_z(&o.bed.a, str_print(&o.bed.a, "gone/%d", i)), "dropped");
    for (int i = 0; i < 500; i++)
        await(&o, str_z(&o.bed.a, str_print(&o.bed.a, "gone/%d", i)), MAIL_DROPPED, 1);
    expect(state_of(&o.bed, "gone/0", &tries) == MAIL_DROPPED);
    close_office(&o);
}

static void refuse(const char *answer, int told)
{
    const struct script_step steps[] = {
        { NULL, "220 hi\r\n" }, { "EHLO", "250 hi\r\n" },  { "MAIL", "250 ok\r\n" },
        { "RCPT", answer },     { "QUIT", "221 bye\r\n" },
    };
    struct script_server server = { .steps = steps, .n = COUNT(steps) };
    struct office o;
    script_start(&server);
    open_office(&o, server.port);
    put(&o.bed, "refused", "plain");
    await(&o, "refused", MAIL_FAILED, 1);
    post_stop(o.post);
    o.post = NULL;
    expect(o.told == told);
    script_end(&server);
    close_office(&o);
}

TEST(a_kind_is_told_that_nobody_has_an_address)
{
    refuse("550 5.1.1 no such user\r\n", 1);
}

TEST(a_kind_is_not_told_of_a_mail_that_somebody_does_not_want)
{
    refuse("554 5.7.1 we do not like you\r\n", 0);
}
