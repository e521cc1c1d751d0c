#pragma once
#include "base/attr.h"

/*
 * The program's log: one line a message on standard error, "time=… event=NAME key=value …". Only
 * the top of a request, a job or a command logs. No secrets, no bodies, no addresses of clients.
 * The text must not contain line ends: each is written as a space.
 */
PRINTF(1, 2) void log_event(const char *fmt, ...);
