#include "discussion/sender.h"
#include "base/check.h"
#include "discussion/gate.h"
#include "people/admit.h"
#include "people/subscriber.h"
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

/*
 * Who votes for the first time gets a cookie with it. But who keeps none must not be counted anew
 * with every request: of one address, one vote without a cookie counts on a comment; further ones
 * get the cookie and are asked to come again with it, which browsers do by themselves (307).
 */
static err first_vote(struct request *r, struct response *ret, struct vote *v)
{
    struct str again = { 0 };
    if (request_query(r, "cookie", &again))
        return VOTE_NO_COOKIE;
    v->voter = visitor_make(r, ret);
    if (gate_first_vote(r, v->comment))
        return OK;
    struct str to = str_print(r->arena, STR_FMT "?cookie=1", STR_ARG(r->path));
    err e = response_redirect(r, ret, 307, to);
    return e ? e : VOTE_ANSWERED;
}

err sender_vote(struct request *r, struct response *ret, struct vote *v)
{
    enum voter voter = visitor_voter(r, &v->voter);
    if (voter == VOTER_NONE) { // before a proof of work is spent on what does not count
        err e = first_vote(r, ret, v);
        if (e)
            return e;
    }
    err e = gate_act(r, GATE_VOTE, v->comment);
    if (e)
        return e == GATE_BANNED ? VOTE_BANNED : e == GATE_WORK_WANTED ? VOTE_WORK_WANTED : e;
    if (voter != VOTER_KNOWN && !gate_new_voter(r, v->voter))
        return VOTE_TOO_MANY_VOTERS;
    if (voter == VOTER_NEW) // it has kept its cookie
        visitor_make_voter(r, ret);
    struct visitor_address from = visitor_address_of(r);
    v->address = from.address;
    v->prefix = from.prefix;
    v->key = from.key;
    v->now = r->now;
    gate_vote(r, v);
    return OK;
}

struct add_work {
    const struct comment_draft *draft;
    struct comment_added added;
};

static err follow(struct tx *tx, const struct add_work *w)
{
    const struct comment_draft *d = w->draft;
    struct follow_order o = { .email = d->email,
                              .kind = (enum follow_kind)d->follow,
                              .object = d->follow == FOLLOW_REPORT ? d->report : w->added.id,
                              .visitor = d->visitor_new ? S("") : d->visitor,
                              .now = d->now };
    return subscriber_follow(tx, &o);
}

static err add(struct tx *tx, void *arg)
{
    struct add_work *w = arg;
    err e = comment_add(tx, w->draft, &w->added);
    return e || !w->draft->follow ? e : follow(tx, w);
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
    static const struct {
        int status;
        const char *word;
    } said[] = {
        [VOTE_NO_COMMENT] = { 404, "error_no_such_comment" },
        [VOTE_NOT_PUBLISHED] = { 409, "error_vote_not_published" },
        [VOTE_OWN] = { 403, "error_vote_own" },
        [VOTE_BANNED] = { 403, "error_act_banned" },
        [VOTE_NO_COOKIE] = { 403, "error_vote_no_cookie" },
        [VOTE_TOO_MANY_VOTERS] = { 429, "error_vote_new_voters" },
        [VOTE_WORK_WANTED] = { 428, "error_work_wanted" },
    };
    if (refusal == VOTE_ANSWERED)
        return OK;
    check(refusal > 0 && refusal < (err)COUNT(said));
    return http_refuse(r, ret, said[refusal].status, said[refusal].word);
}
