#include "funding/payment_message.h"
#include "base/check.h"

QUERY(payment_message_insert,
      "insert into payment_message (channel, delivery, body, hash, received_at)"
      " values ($1, $2, $3, $4, $5) on conflict (channel, delivery) do nothing returning id");
QUERY(payment_message_by_delivery,
      "select id from payment_message where channel = $1 and delivery = $2");

static err find(struct tx *tx, const struct payment_message *m, int64_t *ret_id)
{
    bool row = false;
    struct stmt *s = query_start(tx, &payment_message_by_delivery);
    bind_str(s, 1, m->channel);
    bind_str(s, 2, m->delivery);
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA); // it is there: that was the conflict
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}

err payment_message_add(struct tx *tx, const struct payment_message *m, int64_t *ret_id,
                        bool *ret_new)
{
    bool row = false;
    check(m->delivery.n && m->delivery.n <= PAYMENT_DELIVERY_MAX &&
          m->body.n <= PAYMENT_MESSAGE_MAX);
    struct stmt *s = query_start(tx, &payment_message_insert);
    bind_str(s, 1, m->channel);
    bind_str(s, 2, m->delivery);
    bind_blob(s, 3, m->body);
    bind_blob(s, 4, bytes_str(m->hash, SHA256_BYTES));
    bind_int(s, 5, m->received_at);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    *ret_new = row;
    if (!row)
        return find(tx, m, ret_id);
    *ret_id = column_int(s, 0);
    query_end(s);
    return OK;
}
