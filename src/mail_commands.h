#pragma once
#include "cli.h"

/* The commands about mail. */
extern const struct option mail_test_options[2];
int mail_test_run(struct call *c);

int bounce_read_input(struct call *c); /* on the caller's side: standard input */
int bounce_run(struct call *c);
