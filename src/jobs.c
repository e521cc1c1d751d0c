#include "jobs.h"
#include "base/check.h"
#include "publishing/report_edit.h"
#include "store/job.h"

#include <stdlib.h>

enum { JOB_THREADS = 1 };

struct work {
    struct newsroom *room;
    struct jobs *jobs;
};

static err do_publish(void *arg, const struct job *job)
{
    const struct work *w = arg;
    return report_publish_job(newsroom_app(w->room), job->subject);
}

/* Every kind of later work. */
static const struct job_kind kinds[] = {
    { .name = { "report-publish", 14 },
      .run = do_publish }, /* a scheduled report's time has come */
};

err work_start(struct newsroom *n, struct work **ret)
{
    struct work *w = calloc(1, sizeof *w);
    check(w);
    w->room = n;
    struct app *app = newsroom_app(n);
    struct jobs_options o = { .store = app->store,
                              .clock = &app->clock,
                              .kinds = kinds,
                              .kind_count = COUNT(kinds),
                              .workers = JOB_THREADS,
                              .arg = w };
    err e = jobs_start(&o, &w->jobs);
    if (e) {
        free(w);
        return fault(e);
    }
    *ret = w;
    return OK;
}

void work_stop(struct work *w)
{
    if (!w)
        return;
    jobs_stop(w->jobs);
    free(w);
}
