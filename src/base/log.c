#include "base/log.h"
#include "base/clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LOG_LINE_MAX = 1000 };

static size_t smaller(int n, size_t room)
{
    if (n < 0)
        return 0;
    return (size_t)n < room ? (size_t)n : room;
}

void log_event(const char *fmt, ...)
{
    char line[LOG_LINE_MAX + 2];
    int64_t now = clock_now(&(struct clock){ 0 });
    size_t at = smaller(
        snprintf(line, LOG_LINE_MAX, "time=%" PRId64 ".%06" PRId64 " ", now / SECOND, now % SECOND),
        LOG_LINE_MAX - 1);
    va_list args;
    va_start(args, fmt);
    at += smaller(vsnprintf(line + at, LOG_LINE_MAX - at, fmt, args), LOG_LINE_MAX - at - 1);
    va_end(args);
    for (size_t i = 0; i < at; i++)
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    line[at++] = '\n';
    (void)!write(STDERR_FILENO, line, at); // nowhere is left to complain to
}
