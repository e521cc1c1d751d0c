#pragma once
#include "cli.h"

/* `diurnal check`: examines the whole data folder, and says each thing that does not hold. */
int check_run(struct call *c);
