#include "mail/deliver.h"
#include "base/check.h"

const struct mail_kind *mail_kind_of(const struct delivery *d, struct str name)
{
    for (size_t i = 0; i < d->kind_count; i++)
        if (str_eq(d->kinds[i].name, name))
            return &d->kinds[i];
    return NULL;
}

/* RFC 3463: X.7 is about policy, X.2.2 a full mailbox, X.3 and X.4 the systems on the way. */
bool delivered_to_nobody(const struct smtp_answer *answer)
{
    struct str status = answer->status;
    if (!answer->recipient || answer->code / 100 != 5)
        return false;
    return !status.n || str_starts(status, S("5.1.")) || str_eq(status, S("5.0.0")) ||
           str_eq(status, S("5.2.1"));
}

static err impossible(struct delivered *ret, struct str why)
{
    ret->answer.text = why;
    return DELIVER_IMPOSSIBLE;
}

/* A kind may find that its mail is not to be, and a fault may pass: neither is said by a mail. */
static err compose(const struct delivery *d, const struct queued *row, struct arena *a,
                   struct delivered *ret, struct mail *m)
{
    const struct mail_kind *kind = mail_kind_of(d, row->order.kind);
    if (!kind)
        return impossible(ret, S("nobody composes mails of this kind"));
    err e = kind->compose(d->app, d->setup, &row->order, a, m);
    if (e > 0)
        return DELIVER_DROP;
    if (e) {
        ret->answer.text = S("it could not be composed; the log says why");
        return DELIVER_LATER;
    }
    ret->to = row->order.to.n ? row->order.to : m->to;
    return mail_address_good(ret->to) ? OK : impossible(ret, S("not an address"));
}

static err outcome_of(err e)
{
    switch (e) {
    case SMTP_REFUSED: return DELIVER_REFUSED;
    case SMTP_LATER: return DELIVER_LATER;
    case SMTP_DOWN: return DELIVER_DOWN;
    case SMTP_UNCERTAIN: return DELIVER_UNCERTAIN;
    default: return e;
    }
}

err deliver(const struct delivery *d, struct smtp *s, const struct queued *row, struct arena *a,
            struct delivered *ret)
{
    struct mail m = { 0 };
    struct str message = { 0 };
    *ret = (struct delivered){ 0 };
    err e = compose(d, row, a, ret, &m);
    if (e)
        return e;
    struct message_facts f = { .setup = d->setup->mail,
                               .secret = d->secret,
                               .to = ret->to,
                               .key = row->order.key,
                               .row = row->id,
                               .now = clock_now(&d->app->clock) };
    if (message_write(&f, &m, a, &message))
        return impossible(ret, S("a part of it is missing or too long; the log says which"));
    struct smtp_mail mail = { d->setup->mail->bounces_to, ret->to, message };
    return outcome_of(smtp_send(s, &mail, a, &ret->answer));
}
