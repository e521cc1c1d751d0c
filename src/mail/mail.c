#include "mail/mail.h"
#include "base/check.h"

QUERY(insert_mail, "insert into mail (key, kind, recipient, subject, detail, note, since, due_at) "
                   "values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing");
#define AHEAD DAY /* due before all that was queued within so long */

/* 2 is MAIL_DROPPED (mail/queue.h). */
QUERY(drop_waiting_to, "update mail set state = 2, ended_at = $2 where recipient = $1 "
                       "and ended_at is null");
QUERY(forget_recipient, "update mail set recipient = null, note = null, answer = null "
                        "where recipient = $1");

err mail_add(struct tx *tx, const struct mail_order *o, int64_t now, bool *ret_new)
{
    int64_t added = 0;
    int64_t at = o->at > now ? o->at : now;
    check(!(o->ahead && o->at));
    check(o->key.n && o->key.n <= MAIL_KEY_MAX && o->kind.n && o->note.n <= MAIL_NOTE_MAX);
    struct stmt *q = query_start(tx, &insert_mail);
    bind_str(q, 1, o->key);
    bind_str(q, 2, o->kind);
    bind_str_or_null(q, 3, o->to);
    bind_int(q, 4, o->subject);
    bind_int(q, 5, o->detail);
    bind_str_or_null(q, 6, o->note);
    bind_int(q, 7, at);
    bind_int(q, 8, o->ahead ? at - AHEAD : at);
    err e = query_run(q, &added);
    if (e)
        return e;
    if (added)
        tx_touch(tx, MAIL_TOPIC);
    if (ret_new)
        *ret_new = added;
    return OK;
}

err mail_forget(struct tx *tx, struct str to, int64_t now)
{
    struct stmt *q = query_start(tx, &drop_waiting_to);
    bind_str(q, 1, to);
    bind_int(q, 2, now);
    err e = query_run(q, NULL);
    if (e)
        return e;
    q = query_start(tx, &forget_recipient);
    bind_str(q, 1, to);
    return query_run(q, NULL);
}
