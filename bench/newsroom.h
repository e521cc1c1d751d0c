#pragma once
#include "base/check.h"
#include "base/config.h"
#include "publishing/report_edit.h"
#include "render/format.h"
#include "render/theme.h"
#include "store/store.h"

/* A data folder with published reports 1 .. `reports`, for the benches. */
struct newsroom {
    struct arena arena;
    struct store *store;
    struct setup setup;
};

static inline err newsroom_save(struct tx *tx, void *arg)
{
    struct report_saved saved = { 0 };
    return report_save(tx, arg, &saved);
}

static inline void newsroom_open(struct newsroom *n, const struct store_options *o, int reports)
{
    struct str why = { 0 };
    struct config *config = NULL;
    struct theme *theme = NULL;
    struct formats *formats = NULL;
    arena_init(&n->arena, 64 << 20);
    check(config_parse(S(""), S(""), &n->arena, &config, &why) == OK);
    check(theme_load(NULL, S("en"), &n->arena, &theme, &why) == OK);
    check(formats_make(S("en"), S("UTC"), S("locale"), &formats) == OK);
    n->setup = (struct setup){ .config = config, .theme = theme, .formats = formats };
    check(store_open(o, &n->arena, &n->store, &why) == OK);
    for (int i = 1; i <= reports; i++) {
        struct report_input in = { .base = -1,
                                   .series = S("Daily Field Report"),
                                   .title = str_print(&n->arena, "Report %d", i),
                                   .date = S("2018-05-04"),
                                   .body = S("The dike holds."),
                                   .wish = REPORT_WISH_PUBLISH,
                                   .by = ACTOR_CLI };
        struct report_draft *draft = NULL;
        struct report_faults faults = { 0 };
        check(report_prepare(&n->setup, &n->arena, &in, 1, &draft, &faults) == OK);
        check(store_write(n->store, newsroom_save, draft) == OK);
    }
}
