#include "unit/fault_sweep.h"
#include "fault.h"
#include "store/db.h"
#include "unit/test.h"

enum { UNDONE = 1000, STEPS_MAX = 20000 };

struct sweep {
    err (*work)(struct tx *tx, void *arg);
    void *arg;
    int at;
    bool struck;
    err answer;
};

static err sweep_work(struct tx *tx, void *arg)
{
    struct sweep *s = arg;
    fault_arm(s->at, false);
    s->answer = s->work(tx, s->arg);
    s->struck = fault_disarm();
    db_end_statements(tx->db);
    return UNDONE;
}

err fault_sweep(struct store *s, err (*work)(struct tx *tx, void *arg), void *arg)
{
    struct sweep w = { .work = work, .arg = arg, .struck = true };
    while (w.struck && w.at < STEPS_MAX) {
        w.at++;
        expect(store_write(s, sweep_work, &w) == UNDONE);
        if (w.struck && w.answer >= 0) {
            printf("# statement %d failed, and nothing was said\n", w.at);
            expect(false);
        }
    }
    expect(!w.struck && w.at > 1 && w.answer >= 0);
    return w.answer;
}

bool fault_passes;

err fault_each(err (*run)(void *arg), void *arg)
{
    for (int at = fault_passes ? 1 : 0; at < STEPS_MAX; at++) {
        fault_arm(at, false);
        err e = run(arg);
        if (!fault_disarm())
            return e;
        if (e >= 0) {
            printf("# statement %d failed, and nothing was said\n", at);
            expect(false);
        }
    }
    expect(false);
    return ERR_DATA;
}
