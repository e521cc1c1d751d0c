#include "unit/discussion.h"

#include "people/person.h"
#include "publishing/report_edit.h"

#include <string.h>

/* The fixture of discussion/'s tests. */

static err add_person(struct tx *tx, void *arg)
{
    const struct room *r = arg;
    int64_t person = 0;
    struct person_draft draft = {
        .name = S("Mo"), .email = S("mo@river.example"), .role = ROLE_MODERATOR, .now = r->now
    };
    return person_add(tx, ACTOR_CLI, &draft, &person);
}

static err save(struct tx *tx, void *arg)
{
    struct report_saved saved = { 0 };
    return report_save(tx, arg, &saved);
}

static void add_report(struct room *r, int number)
{
    struct report_input in = {
        .base = -1,
        .series = S("Daily Field Report"),
        .title = str_print(&r->arena, "Report %d", number),
        .date = S("2018-05-04"),
        .body = S("The dike holds."),
        .wish = number == ROOM_DRAFT ? REPORT_WISH_DRAFT : REPORT_WISH_PUBLISH,
        .by = ACTOR_CLI,
    };
    struct report_draft *draft = NULL;
    struct report_faults faults = { 0 };
    expect(report_prepare(&r->setup, &r->arena, &in, r->now, &draft, &faults) == OK);
    expect(store_write(r->store, save, draft) == OK);
}

void room_open(struct room *r)
{
    *r = (struct room){ .now = INT64_C(1525428000) * SECOND };
    struct str why = { 0 };
    arena_init(&r->arena, 200 << 20);
    expect(config_parse(S(""), S(""), &r->arena, &r->config, &why) == OK);
    if (theme_load(NULL, S("en"), &r->arena, &r->theme, &why) != OK)
        printf("# " STR_FMT "\n", STR_ARG(why));
    expect(r->theme && formats_make(S("en"), S("UTC"), S("locale"), &r->formats) == OK);
    r->setup = (struct setup){ .config = r->config, .theme = r->theme, .formats = r->formats };
    r->recent = recent_make(&r->arena);
    expect(store_open(&(struct store_options){ .readers = 2 }, &r->arena, &r->store, &why) == OK);
    expect(store_write(r->store, add_person, r) == OK);
    for (int i = 1; i <= ROOM_DRAFT; i++)
        add_report(r, i);
}

void room_close(struct room *r)
{
    store_close(r->store);
    theme_free(r->theme);
    formats_free(r->formats);
    config_free(r->config);
    arena_free(&r->arena);
}

struct str room_visitor(struct room *r, const char *name)
{
    struct str s = str_print(&r->arena, "%-16s", name);
    return str_sub(s, 0, 16);
}

struct say {
    struct comment_draft draft;
    struct comment_added added;
};

static err say_work(struct tx *tx, void *arg)
{
    struct say *say = arg;
    return comment_add(tx, &say->draft, &say->added);
}

err room_say(struct room *r, const struct said *said, struct comment_added *ret)
{
    struct comment_problems problems = { 0 };
    struct say say = { .draft = { .report = said->report,
                                  .parent = said->parent,
                                  .name = S("Ada"),
                                  .body = str_from_z(said->body),
                                  .person = said->person,
                                  .hold = said->hold,
                                  .now = r->now,
                                  .recent = r->recent } };
    if (said->visitor) {
        say.draft.visitor = room_visitor(r, said->visitor);
        say.draft.address = room_visitor(r, said->address ? said->address : said->visitor);
        say.draft.visitor_new = said->visitor_new;
    }
    expect(comment_prepare(&say.draft, r->config, &r->arena, &problems) == OK);
    err e = store_write(r->store, say_work, &say);
    if (!e)
        *ret = say.added;
    return e;
}

int64_t room_said(struct room *r, int64_t report, int64_t parent, const char *body)
{
    struct comment_added added = { 0 };
    struct said said = { .report = report, .parent = parent, .body = body };
    expect(room_say(r, &said, &added) == OK);
    return added.id;
}

struct change {
    int64_t id, now;
    enum comment_state to;
};

static err state_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return comment_set_state(tx, c->id, c->to, 1, c->now);
}

err room_state(struct room *r, int64_t id, enum comment_state to)
{
    struct change c = { id, r->now, to };
    return store_write(r->store, state_work, &c);
}

struct voting {
    struct vote vote;
    struct vote_sums sums;
};

static err vote_work(struct tx *tx, void *arg)
{
    struct voting *v = arg;
    return vote_set(tx, &v->vote, &v->sums);
}

err room_vote(struct room *r, int64_t comment, const char *voter, int value, struct vote_sums *ret)
{
    struct voting v = { .vote = { .comment = comment,
                                  .value = value,
                                  .voter = room_visitor(r, voter),
                                  .now = r->now } };
    err e = store_write(r->store, vote_work, &v);
    if (!e)
        *ret = v.sums;
    return e;
}

struct discussion room_counts(struct room *r, int64_t report)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct discussion d = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(discussion_get(&tx, report, &d) == OK);
    return d;
}

struct comment room_comment(struct room *r, int64_t id)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct comment c = { 0 };
    expect(store_read(r->store, &tx) == OK);
    expect(comment_get(&tx, id, &r->arena, &c) == OK);
    return c;
}

err room_list(struct room *r, const struct listing_query *q, struct listing *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(r->store, &tx) == OK);
    return listing_get(&tx, &r->arena, q, ret);
}

static void report_finding(void *arg, const struct store_finding *f)
{
    (void)arg;
    printf("# " STR_FMT ": " STR_FMT "\n", STR_ARG(f->check), STR_ARG(f->row));
}

int64_t room_findings(struct room *r)
{
    int64_t findings = 0;
    expect(store_check(r->store, report_finding, NULL, &findings) == OK);
    return findings;
}
