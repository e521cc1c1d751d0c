#include "discussion/sender.h"
#include "people/admit.h"
#include "people/visitor.h"

err sender_sign(struct request *r, struct response *ret, struct comment_draft *d)
{
    const struct person *staff = NULL;
    err e = person_asking(r, &staff);
    if (e)
        return e;
    if (staff) {
        d->person = staff->id;
        d->name = staff->name;
    }
    struct visitor_address from = visitor_address_of(r);
    d->visitor_new = !visitor_get(r, &d->visitor);
    d->visitor = visitor_make(r, ret);
    d->address = from.address;
    d->prefix = from.prefix;
    d->key = from.key;
    d->now = r->now;
    d->recent = r->app->recent;
    return OK;
}

void sender_vote(struct request *r, struct response *ret, struct vote *v)
{
    struct visitor_address from = visitor_address_of(r);
    v->voter = visitor_make(r, ret);
    v->address = from.address;
    v->prefix = from.prefix;
    v->key = from.key;
    v->now = r->now;
}

struct add_work {
    const struct comment_draft *draft;
    struct comment_added added;
};

static err add(struct tx *tx, void *arg)
{
    struct add_work *w = arg;
    return comment_add(tx, w->draft, &w->added);
}

err sender_add(const struct request *r, struct comment_draft *d, struct comment_added *ret)
{
    struct add_work w = { .draft = d };
    err e = store_write(r->app->store, add, &w);
    if (!e)
        *ret = w.added;
    return e;
}

struct vote_work {
    const struct vote *vote;
    struct vote_sums sums;
};

static err set(struct tx *tx, void *arg)
{
    struct vote_work *w = arg;
    return vote_set(tx, w->vote, &w->sums);
}

err sender_set(const struct request *r, const struct vote *v, struct vote_sums *ret)
{
    struct vote_work w = { .vote = v };
    err e = store_write(r->app->store, set, &w);
    if (!e)
        *ret = w.sums;
    return e;
}

err sender_vote_refuse(struct request *r, struct response *ret, err refusal)
{
    if (refusal == VOTE_NO_COMMENT)
        return http_refuse(r, ret, 404, "error_no_such_comment");
    if (refusal == VOTE_NOT_PUBLISHED)
        return http_refuse(r, ret, 409, "error_vote_not_published");
    return http_refuse(r, ret, 403, "error_vote_own");
}
