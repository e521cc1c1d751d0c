#pragma once
#include "cli.h"

/*
 * `diurnal serve`: the newsroom at work. It answers HTTP, does promised work, takes commands
 * through the control socket, and ends on SIGTERM or SIGINT with what is under way finished. SIGHUP
 * reads the configuration and the theme again.
 *
 * When everything runs it prints "listening on ADDRESS", the one-time link to the desk while nobody
 * can sign in yet, and "ready".
 */
int serve_run(struct call *c);
