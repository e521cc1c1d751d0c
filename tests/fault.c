#include "fault.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/*
 * Every statement's step goes through here (the linker's --wrap): the one that was asked for fails
 * as on a full disk, or ends the process as kill -9 does. So there is no place between two steps
 * where a run has not been cut off. A rollback needs no room: it never fails.
 */
static _Thread_local int steps_left;
static _Thread_local bool by_kill;

int __real_sqlite3_step(sqlite3_stmt *s);
int __wrap_sqlite3_step(sqlite3_stmt *s);

static bool is_rollback(sqlite3_stmt *s)
{
    return !strncmp(sqlite3_sql(s), "rollback", 8);
}

int __wrap_sqlite3_step(sqlite3_stmt *s)
{
    if (steps_left > 0 && !is_rollback(s) && --steps_left == 0) {
        steps_left = -1;
        if (by_kill)
            kill(getpid(), SIGKILL);
        return SQLITE_FULL;
    }
    return __real_sqlite3_step(s);
}

void fault_arm(int steps, bool kill)
{
    steps_left = steps;
    by_kill = kill;
}

bool fault_disarm(void)
{
    bool struck = steps_left < 0;
    steps_left = 0;
    return struck;
}
