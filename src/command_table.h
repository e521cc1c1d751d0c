#pragma once
#include "cli.h"

/* All commands, in the order the help lists them. What each does is in its room; here are only the
 * words of the command line. */
extern const struct command command_table[];
extern const size_t command_count;
