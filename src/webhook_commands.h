#pragma once
#include "cli.h"

/* The command about outgoing webhooks. */
int webhook_test_run(struct call *c);
