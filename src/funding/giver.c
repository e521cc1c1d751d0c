#include "funding/giver.h"
#include "base/check.h"
#include "base/utf8.h"
#include "funding/gift_receipt.h"
#include "mail/mail.h"

QUERY(giver_insert, "insert into giver (channel, name, email, message, named, created_at)"
                    " values ($1, $2, $3, $4, $5, $6)");
QUERY(giver_one, "select id, channel, name, email, message, named, created_at, erased_at,"
                 " failed_at from giver where id = $1");
QUERY(giver_of_gift, "select giver, frozen, state = 'settled' from contribution where id = $1");
QUERY(giver_give, "update contribution set giver = $2 where id = $1");
QUERY(giver_replace, "update giver set name = $2, email = $3, named = $4, erased_at = null,"
                     " failed_at = null where id = $1");
QUERY(giver_frozen, "select 1 from contribution where giver = $1 and frozen = 1 limit 1");
QUERY(giver_forget, "update giver set name = '', email = '', message = '', named = 0,"
                    " failed_at = null, erased_at = $2 where id = $1");

/* What a stranger's program sent: whole characters up to the bound, or nothing where it is no text.
 */
static struct str tame(struct str s, size_t most, bool line)
{
    s = utf8_valid(s) ? utf8_cut(s, most) : S("");
    return text_check(s, line) == TEXT_FINE && !text_blank(s) ? s : S("");
}

err giver_add(struct tx *tx, const struct giver *g, int64_t *ret_id)
{
    struct str name = tame(g->name, GIVER_NAME_MAX, true);
    struct str email =
        g->email.n <= GIVER_EMAIL_MAX ? tame(g->email, GIVER_EMAIL_MAX, true) : S("");
    struct str message = tame(g->message, GIVER_MESSAGE_MAX, false);
    *ret_id = 0;
    if (!name.n && !email.n && !message.n)
        return OK;
    struct stmt *s = query_start(tx, &giver_insert);
    bind_str(s, 1, g->channel);
    bind_str(s, 2, name);
    bind_str(s, 3, email);
    bind_str(s, 4, message);
    bind_int(s, 5, g->named && name.n);
    bind_int(s, 6, g->created_at);
    err e = query_insert(s, ret_id);
    return e ? fault(e) : OK;
}

err giver_get(struct tx *tx, int64_t id, struct arena *a, struct giver *ret)
{
    bool row = false;
    struct stmt *s = query_start(tx, &giver_one);
    bind_int(s, 1, id);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return GIVER_MISSING;
    *ret = (struct giver){
        .id = id,
        .channel = column_str(s, 1, a),
        .name = column_str(s, 2, a),
        .email = column_str(s, 3, a),
        .message = column_str(s, 4, a),
        .named = column_int(s, 5),
        .created_at = column_int(s, 6),
        .erased_at = column_int(s, 7),
        .failed_at = column_int(s, 8),
    };
    query_end(s);
    return OK;
}

static err check_word(const struct giver_word *w)
{
    if (!w->name.n && !w->email.n)
        return GIVER_NOBODY;
    if (w->name.n > GIVER_NAME_MAX || text_check(w->name, true) != TEXT_FINE)
        return GIVER_NAME_WRONG;
    return w->email.n && !mail_address_good(w->email) ? GIVER_EMAIL_WRONG : OK;
}

static err of_gift(struct tx *tx, int64_t contribution, int64_t *ret, bool *ret_arrived)
{
    bool row = false;
    struct stmt *s = query_start(tx, &giver_of_gift);
    bind_int(s, 1, contribution);
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return GIVER_NO_GIFT;
    *ret = column_int(s, 0);
    bool frozen = column_int(s, 1);
    *ret_arrived = column_int(s, 2);
    query_end(s);
    return frozen ? GIVER_IS_FROZEN : OK;
}

static err replace(struct tx *tx, int64_t id, const struct giver_word *w)
{
    struct stmt *s = query_start(tx, &giver_replace);
    bind_int(s, 1, id);
    bind_str(s, 2, w->name);
    bind_str(s, 3, w->email);
    bind_int(s, 4, w->named && w->name.n);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err give(struct tx *tx, int64_t contribution, int64_t giver)
{
    struct stmt *s = query_start(tx, &giver_give);
    bind_int(s, 1, contribution);
    bind_int(s, 2, giver);
    err e = query_run(s, NULL);
    return e ? fault(e) : OK;
}

static err add_to_gift(struct tx *tx, const struct giver_word *w)
{
    int64_t id = 0;
    err e = giver_add(tx,
                      &(struct giver){ .channel = S(GIVER_BY_HAND),
                                       .name = w->name,
                                       .email = w->email,
                                       .named = w->named,
                                       .created_at = w->now },
                      &id);
    if (e || !id)
        return e ? e : GIVER_NOBODY; // of blanks nothing is kept
    return give(tx, w->contribution, id);
}

err giver_learn(struct tx *tx, int64_t contribution, const struct giver *g, int64_t *ret_id)
{
    int64_t id = 0;
    bool arrived = false;
    err e = of_gift(tx, contribution, &id, &arrived);
    check(e != GIVER_NO_GIFT);
    if (e == GIVER_IS_FROZEN) // by staff; what is told goes on
        e = OK;
    bool known = id;
    if (!e && !known)
        e = giver_add(tx, g, &id);
    *ret_id = id;
    if (e || known || !id)
        return e;
    e = give(tx, contribution, id);
    if (!e && arrived)
        e = gift_receipt_due(tx, contribution, g->created_at);
    if (!e)
        tx_touch(tx, "funding"); // a name may stand beside the gift
    return e;
}

err giver_set(struct tx *tx, const struct giver_word *w, struct arena *a)
{
    struct giver g = { 0 };
    int64_t id = 0;
    bool arrived = false;
    err e = check_word(w);
    if (!e)
        e = of_gift(tx, w->contribution, &id, &arrived);
    if (!e && id)
        e = giver_get(tx, id, a, &g);
    if (e)
        return e;
    if (g.email.n && g.channel.n)
        return GIVER_TOLD;
    e = id ? replace(tx, id, w) : add_to_gift(tx, w);
    if (!e && arrived && w->email.n)
        e = gift_receipt_due(tx, w->contribution, w->now);
    if (!e)
        e = audit_add(tx, w->by,
                      &(struct audit_note){ .action = S("giver.set"),
                                            .kind = S("contribution"),
                                            .object = w->contribution,
                                            .now = w->now });
    if (!e)
        tx_touch(tx, "funding"); // a name may stand beside the gift
    return e;
}

static err is_frozen(struct tx *tx, int64_t id, bool *ret)
{
    struct stmt *s = query_start(tx, &giver_frozen);
    bind_int(s, 1, id);
    err e = query_step(s, ret);
    if (e)
        return fault(e);
    if (*ret)
        query_end(s);
    return OK;
}

err giver_erase(struct tx *tx, int64_t id, struct actor by, int64_t now)
{
    int64_t changes = 0;
    bool frozen = false;
    err e = is_frozen(tx, id, &frozen);
    if (e || frozen)
        return e ? e : GIVER_IS_FROZEN;
    struct stmt *s = query_start(tx, &giver_forget);
    bind_int(s, 1, id);
    bind_int(s, 2, now);
    e = query_run(s, &changes);
    if (e)
        return fault(e);
    if (!changes)
        return GIVER_MISSING;
    e = audit_add(tx, by,
                  &(struct audit_note){
                      .action = S("giver.erase"), .kind = S("giver"), .object = id, .now = now });
    if (e)
        return fault(e);
    tx_touch(tx, "funding"); // a name may have stood beside a gift
    return OK;
}
