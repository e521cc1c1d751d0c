#include "check_commands.h"
#include "funding/bank_check.h"
#include "funding/goal_close.h"
#include "funding/ledger.h"
#include "funding/payment_evidence.h"
#include "newsroom.h"
#include "store/store.h"

#include <inttypes.h>

static void put_finding(void *arg, const struct store_finding *f)
{
    call_say(arg, STR_FMT ": " STR_FMT ": " STR_FMT, STR_ARG(f->check), STR_ARG(f->must_hold),
             STR_ARG(f->row));
}

/* All that recompute; each names the first row that differs. */
static err check_again(struct call *c, int64_t *findings)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str why[4] = { { 0 } };
    err e[4] = { OK };
    err failed = store_read(newsroom_app(c->room)->store, &tx);
    if (failed)
        return failed;
    e[0] = ledger_check(&tx, c->arena, &why[0]);
    e[1] = bank_check(&tx, c->arena, &why[1]);
    e[2] = payment_evidence_check(&tx, c->setup, c->arena, &why[2]);
    e[3] = goal_close_check(&tx, c->arena, &why[3]);
    for (size_t i = 0; i < COUNT(e); i++) {
        if (e[i] < 0)
            return e[i];
        if (e[i])
            call_say(c, "ledger: " STR_FMT, STR_ARG(why[i]));
        *findings += e[i] > 0;
    }
    return OK;
}

int check_run(struct call *c)
{
    int64_t findings = 0;
    err e = store_check(newsroom_app(c->room)->store, put_finding, c, &findings);
    if (!e)
        e = check_again(c, &findings);
    if (e)
        return call_refuse(c, "it failed (the log says why); nothing was changed");
    if (findings) {
        call_say(c, "%" PRId64 " findings", findings);
        return EXIT_REFUSED;
    }
    call_say(c, "everything holds");
    return EXIT_DONE;
}
