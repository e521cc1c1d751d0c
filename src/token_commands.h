#pragma once
#include "cli.h"

/* The commands about API tokens (people/api_token.h). */
extern const struct option token_add_options[4];
int token_add_run(struct call *c); /* says the token, the only time */
int token_list_run(struct call *c);
extern const struct option token_end_options[1];
int token_end_run(struct call *c);
