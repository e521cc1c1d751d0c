#include "base/check.h"
#include "base/log.h"

#include <stdlib.h>

void check_failed(const char *what, const char *file, int line)
{
    log_event("event=check_failed at=%s:%d what=\"%s\"", file, line, what);
    abort();
}
