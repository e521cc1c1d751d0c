#pragma once
#include "cli.h"

/* The commands about goals (funding/goal.h, goal_mark.h, goal_close.h). */
extern const struct option goal_set_options[4];
int goal_set_run(struct call *c);
extern const struct option goal_mark_options[4];
int goal_mark_run(struct call *c);
extern const struct option goal_close_options[1];
int goal_close_run(struct call *c);
