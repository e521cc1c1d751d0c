#include "people/claim.h"
#include "people/email.h"
#include "people/token.h"

QUERY(claim_put,
      "insert into address_claim (email, mailbox, round, asked_at) values ($1, $4, 1, $2) "
      "on conflict (email) do update set asked_at = case when asked_at > $3 then "
      "asked_at else $2 end returning id, asked_at");
QUERY(claim_beside, "select 1 from address_claim where mailbox = $1 and asked_at > $3 "
                    "and email <> $2 limit 1");
QUERY(claim_row, "select id, round, email, erase from address_claim where id = $1");
QUERY(claim_next, "update address_claim set round = round + 1 where id = $1");
QUERY(claim_mark, "update address_claim set erase = 1, round = round + 1 where id = $1");
QUERY(claim_delete, "delete from address_claim where id = $1");
QUERY(claim_delete_old, "delete from address_claim where asked_at < $1 and erase = 0");

static const char cookie_name[] = "address";
#define PURPOSE_LINK   S("address-link")
#define PURPOSE_COOKIE S("address-cookie")

err claim_ask(struct tx *tx, struct str email, int64_t now, int64_t *ret_id, int64_t *ret_asked_at)
{
    char mailbox[EMAIL_MAX];
    struct stmt *s = query_start(tx, &claim_put);
    bind_str(s, 1, email);
    bind_int(s, 2, now);
    bind_int(s, 3, now - CLAIM_ASK_APART);
    bind_str(s, 4, email_mailbox(email, mailbox));
    bool row = false;
    err e = query_step(s, &row);
    if (e || !row)
        return fault(e ? e : ERR_DATA);
    *ret_id = column_int(s, 0);
    *ret_asked_at = column_int(s, 1);
    query_end(s);
    return OK;
}

err claim_mailbox_busy(struct tx *tx, struct str email, int64_t now, bool *ret)
{
    char mailbox[EMAIL_MAX];
    struct stmt *s = query_start(tx, &claim_beside);
    bind_str(s, 1, email_mailbox(email, mailbox));
    bind_str(s, 2, email);
    bind_int(s, 3, now - CLAIM_ASK_APART);
    err e = query_step(s, ret);
    if (!e && *ret)
        query_end(s);
    return e ? fault(e) : OK;
}

err claim_get(struct tx *tx, int64_t id, struct arena *a, struct claim *ret)
{
    struct stmt *s = query_start(tx, &claim_row);
    bind_int(s, 1, id);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return fault(e);
    if (!row)
        return CLAIM_GONE;
    *ret = (struct claim){ .id = column_int(s, 0),
                           .round = column_int(s, 1),
                           .email = column_str(s, 2, a),
                           .erase = column_int(s, 3) };
    query_end(s);
    return OK;
}

/* ---- links and cookies */

struct str claim_token(const struct keys *k, struct arena *a, const struct claim *c, int64_t now)
{
    struct token t = {
        .purpose = PURPOSE_LINK, .subject = c->id, .detail = c->round, .time = now + CLAIM_LINK_SPAN
    };
    return token_write(k, a, &t);
}

static err look(struct tx *tx, const struct request *r, struct str text, struct str purpose,
                struct claim *ret)
{
    struct token t = { 0 };
    struct claim c = { 0 };
    if (!token_read(r->app->keys, text, purpose, &t) || t.time <= r->now)
        return CLAIM_GONE;
    err e = claim_get(tx, t.subject, r->arena, &c);
    if (e)
        return e;
    if (c.round != t.detail || c.erase)
        return CLAIM_GONE;
    *ret = c;
    return OK;
}

err claim_look(struct tx *tx, const struct request *r, struct str token, struct claim *ret)
{
    return look(tx, r, token, PURPOSE_LINK, ret);
}

static err run_one(struct tx *tx, const struct query *q, int64_t n)
{
    struct stmt *s = query_start(tx, q);
    bind_int(s, 1, n);
    return query_run(s, NULL);
}

err claim_use(struct tx *tx, const struct request *r, struct str token, struct claim *ret)
{
    err e = look(tx, r, token, PURPOSE_LINK, ret);
    if (e)
        return e;
    ret->round++;
    e = run_one(tx, &claim_next, ret->id);
    return e ? fault(e) : OK;
}

void claim_cookie(struct request *r, struct response *ret, const struct claim *c)
{
    struct token t = {
        .purpose = PURPOSE_COOKIE, .subject = c->id, .detail = c->round, .time = r->now + CLAIM_SPAN
    };
    response_cookie(r, ret,
                    &(struct cookie){ .name = cookie_name,
                                      .value = token_write(r->app->keys, r->arena, &t),
                                      .seconds = CLAIM_SPAN / SECOND,
                                      .strict = true });
}

void claim_cookie_drop(struct request *r, struct response *ret)
{
    response_cookie(
        r, ret,
        &(struct cookie){ .name = cookie_name, .value = S(""), .seconds = -1, .strict = true });
}

err claim_of(const struct request *r, struct tx *tx, struct claim *ret)
{
    struct str value = { 0 };
    struct claim c = { 0 };
    err e = request_cookie(r, cookie_name, &value) ? look(tx, r, value, PURPOSE_COOKIE, &c) : OK;
    if (e < 0)
        return e;
    *ret = c;
    return OK;
}

/* ---- ending */

err claim_erase(struct tx *tx, int64_t id)
{
    return run_one(tx, &claim_mark, id);
}

err claim_drop(struct tx *tx, int64_t id)
{
    return run_one(tx, &claim_delete, id);
}

err claim_drop_old(struct tx *tx, int64_t now)
{
    return run_one(tx, &claim_delete_old, now - CLAIM_KEPT_DAYS * DAY);
}
