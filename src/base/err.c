#include "base/err.h"
#include "base/log.h"

err err_note(err e, const char *func, const char *file, int line)
{
    if (e < 0)
        log_event("event=fault code=%d in=%s at=%s:%d", e, func, file, line);
    return e;
}
