#pragma once
#include <stdbool.h>

/* Statements of this thread fail as on a full disk, or the process is killed: the `steps`th step
 * from now on, 0: none. */
void fault_arm(int steps, bool kill);
bool fault_disarm(void); /* true when it struck */
