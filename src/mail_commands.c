#include "mail_commands.h"
#include "base/buf.h"
#include "base/check.h"
#include "mail/bounce.h"
#include "mail/deliver.h"
#include "mail_kinds.h"
#include "newsroom.h"
#include "publishing/letter.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum { READ_AT_ONCE = 64 * 1024 };

const struct option mail_test_options[2] = {
    { "to", "ADDRESS", "where it goes", true },
    { "queue", NULL, "let the server send it from its queue, as it does with all others", false },
};

struct test_call {
    const struct call *call;
    struct mail_order order;
};

static int64_t now_of(const struct call *c)
{
    return clock_now(&newsroom_app(c->room)->clock);
}

static err queue_test(struct tx *tx, void *arg)
{
    const struct test_call *t = arg;
    return mail_add(tx, &t->order, now_of(t->call), NULL);
}

static const char *sentence(err e)
{
    switch (e) {
    case DELIVER_REFUSED: return "the server refused this mail";
    case DELIVER_LATER: return "the server does not take this mail now";
    case DELIVER_DOWN: return "the server cannot be used";
    case DELIVER_UNCERTAIN: return "the server did not say whether it took the mail";
    default: return "the mail could not be made";
    }
}

static void say_record(struct call *c, const struct mail_setup *m)
{
    if (m->dkim.key)
        call_say(c,
                 "signed by DKIM; in DNS must stand: " STR_FMT "._domainkey." STR_FMT
                 " TXT \"" STR_FMT "\"",
                 STR_ARG(m->dkim.selector), STR_ARG(m->dkim.domain),
                 STR_ARG(dkim_record(&m->dkim, c->arena)));
}

static int send_test(struct call *c, const struct test_call *t)
{
    uint8_t secret[MESSAGE_SECRET_BYTES];
    struct app *app = newsroom_app(c->room);
    mail_secret(app->keys, secret);
    struct delivery d = { .app = app,
                          .setup = c->setup,
                          .kinds = mail_kinds,
                          .kind_count = mail_kind_count,
                          .secret = bytes_str(secret, sizeof secret) };
    struct queued row = { .order = t->order };
    struct delivered got = { 0 };
    struct smtp *s = smtp_open(&c->setup->mail->server);
    err e = deliver(&d, s, &row, c->arena, &got);
    smtp_close(s);
    if (e)
        return call_refuse(c, "%s: " STR_FMT, sentence(e), STR_ARG(got.answer.text));
    call_say(c, "the server took it: %d " STR_FMT, got.answer.code, STR_ARG(got.answer.text));
    say_record(c, c->setup->mail);
    return EXIT_DONE;
}

int mail_test_run(struct call *c)
{
    struct test_call t = { .call = c };
    if (!mail_enabled(c->setup))
        return call_refuse(c, "mail.server is not configured");
    t.order = (struct mail_order){ .key = str_print(c->arena, "test/%" PRId64, now_of(c)),
                                   .kind = S(LETTER_TEST),
                                   .to = call_option(c, "to") };
    if (!mail_address_good(t.order.to))
        return call_refuse(c, STR_FMT ": not an e-mail address", STR_ARG(t.order.to));
    if (!call_given(c, "queue"))
        return send_test(c, &t);
    if (store_write(newsroom_app(c->room)->store, queue_test, &t))
        return call_refuse(c, "it failed; the log says why");
    call_say(c, "queued");
    return EXIT_DONE;
}

/* ---- bounce ---- */

int bounce_read_input(struct call *c)
{
    struct buf in CLEANUP(buf_free) = buf_make(BOUNCE_BYTES_MAX);
    ssize_t n = 1;
    while (n > 0 && !buf_full(&in)) {
        char part[READ_AT_ONCE];
        n = read(STDIN_FILENO, part, sizeof part);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return call_refuse(c, "standard input cannot be read");
        else
            buf_put(&in, (struct str){ part, (size_t)n });
    }
    if (buf_full(&in))
        return call_refuse(c, "a message of more than %d KB is no notice", BOUNCE_BYTES_MAX >> 10);
    c->files = arena_new(c->arena, struct file, 1);
    c->files[0] = (struct file){ .path = S("-"), .bytes = buf_copy(&in, c->arena) };
    c->file_count = 1;
    return EXIT_DONE;
}

struct bounce_call {
    const struct call *call;
    struct bounce bounce;
    bool done;
};

static err take_bounce(struct tx *tx, void *arg)
{
    struct bounce_call *b = arg;
    struct bounce_order o = { .bounce = &b->bounce,
                              .kinds = mail_kinds,
                              .kind_count = mail_kind_count,
                              .now = now_of(b->call) };
    return bounce_take(tx, &o, b->call->arena, &b->done);
}

int bounce_run(struct call *c)
{
    struct bounce_call b = { .call = c };
    uint8_t secret[MESSAGE_SECRET_BYTES];
    if (c->file_count != 1)
        return call_refuse(c, "the message did not arrive");
    mail_secret(newsroom_app(c->room)->keys, secret);
    if (!bounce_read(c->files[0].bytes, bytes_str(secret, sizeof secret), c->arena, &b.bounce)) {
        call_say(c, "not a notice that one of our mails could not be delivered; left alone");
        return EXIT_DONE;
    }
    if (store_write(newsroom_app(c->room)->store, take_bounce, &b))
        return call_refuse(c, "it failed; the log says why");
    call_say(c,
             b.done ? "mail %" PRId64 " has come back: " STR_FMT
                    : "mail %" PRId64 " had come back before, or was never sent: " STR_FMT,
             b.bounce.row, STR_ARG(b.bounce.text));
    return EXIT_DONE;
}
