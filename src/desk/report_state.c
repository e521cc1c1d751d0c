#include "desk/report_state.h"
#include "base/check.h"
#include "desk/report_form.h"
#include "desk/report_rules.h"
#include "publishing/report_edit.h"

static const struct desk_input withdraw_inputs[] = {
    { "reason", "desk_report_reason", "desk_report_reason_hint", INPUT_TEXT, true, NULL },
};

/* One change of a report's state. */
struct move {
    const struct request *r;
    int64_t id;
    struct str reason;
    struct report report;
};
enum { MOVE_GONE = REPORT_REFUSALS + 1, MOVE_FORBIDDEN };

static err may_move(struct tx *tx, struct move *m)
{
    err e = report_rule(tx, m->r, m->id, REPORT_CHANGE, &m->report);
    if (e > 0)
        return e == REPORT_RULE_NONE ? MOVE_GONE : MOVE_FORBIDDEN;
    return e;
}

static err answer(struct request *r, struct response *ret, const struct move *m, err e,
                  const char *done)
{
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, report_desk_url(r, m->id, ""), done);
    if (e == MOVE_GONE || e == MOVE_FORBIDDEN || e == REPORT_NONE)
        return report_rule_refuse(r, ret,
                                  e == MOVE_FORBIDDEN ? REPORT_RULE_FORBIDDEN : REPORT_RULE_NONE);
    return http_refuse(r, ret, 409, report_refusal_word(e)); // another editor was faster
}

/* ---- withdrawing: asks why on a page of its own */

static struct desk_form *withdraw_form(const struct request *r, int64_t id)
{
    struct desk_form *f = desk_form_make(r, "withdraw", report_desk_url(r, id, "/withdraw"),
                                         withdraw_inputs, COUNT(withdraw_inputs));
    desk_form_button(f, NULL, NULL, "desk_report_withdraw");
    return f;
}

static err withdraw_ask(struct request *r, struct response *ret, const struct move *m,
                        const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_REPORTS,
                               .title = "desk_report_withdraw",
                               .intro =
                                   desk_named(r, "desk_report_withdraw_intro", m->report.title),
                               .back = report_desk_url(r, m->id, ""),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static err look(struct move *m)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(m->r->app->store, &tx);
    return e ? e : may_move(&tx, m);
}

/* True when it answered. */
static bool refused(struct request *r, struct response *ret, struct move *m, err *ret_e)
{
    m->r = r;
    err e = desk_segment_id(r, "id", &m->id) ? look(m) : MOVE_GONE;
    if (e)
        *ret_e = answer(r, ret, m, e, "");
    return e != OK;
}

err report_withdraw_show(struct request *r, struct response *ret)
{
    struct move m = { 0 };
    err e = OK;
    if (refused(r, ret, &m, &e))
        return e;
    return withdraw_ask(r, ret, &m, withdraw_form(r, m.id));
}

static err withdraw_work(struct tx *tx, void *arg)
{
    struct move *m = arg;
    err e = may_move(tx, m);
    return e ? e : report_withdraw(tx, person_actor(m->r->person), m->id, m->reason, m->r->now);
}

err report_withdraw_post(struct request *r, struct response *ret)
{
    struct move m = { 0 };
    err e = OK;
    if (refused(r, ret, &m, &e))
        return e;
    struct desk_form *f = withdraw_form(r, m.id);
    desk_form_read(f);
    m.reason = str_trim(desk_form_get(f, "reason"));
    e = report_reason_check(m.reason);
    if (e > 0) {
        desk_form_wrong(f, "reason", report_refusal_word(e));
        return withdraw_ask(r, ret, &m, f);
    }
    if (!e)
        e = store_write(r->app->store, withdraw_work, &m);
    return answer(r, ret, &m, e, "report_withdrawn");
}

/* ---- the others need no words */

static err restore_work(struct tx *tx, void *arg)
{
    struct move *m = arg;
    err e = may_move(tx, m);
    return e ? e : report_restore(tx, person_actor(m->r->person), m->id, m->r->now);
}

err report_restore_post(struct request *r, struct response *ret)
{
    struct move m = { 0 };
    err e = OK;
    if (refused(r, ret, &m, &e))
        return e;
    e = store_write(r->app->store, restore_work, &m);
    return answer(r, ret, &m, e, "report_restored");
}

static err unschedule_work(struct tx *tx, void *arg)
{
    struct move *m = arg;
    err e = may_move(tx, m);
    return e ? e : report_unschedule(tx, person_actor(m->r->person), m->id, m->r->now);
}

err report_unschedule_post(struct request *r, struct response *ret)
{
    struct move m = { 0 };
    err e = OK;
    if (refused(r, ret, &m, &e))
        return e;
    e = store_write(r->app->store, unschedule_work, &m);
    return answer(r, ret, &m, e, "report_unscheduled");
}
