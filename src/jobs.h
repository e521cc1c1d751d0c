#pragma once
#include "newsroom.h"

/* The threads that do promised work (store/job.h), and the table of what there is to do. */
struct work;
MUST_USE err work_start(struct newsroom *n, struct work **ret);
/* After a new configuration: days may begin at another time now. */
MUST_USE err work_reload(struct newsroom *n);
void work_stop(struct work *w); /* ends after the jobs under way; NULL is fine */
