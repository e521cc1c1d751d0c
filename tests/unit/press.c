#include "unit/press.h"
#include "base/config.h"
#include "base/file.h"
#include "people/person.h"
#include "publishing/layout.h"
#include "unit/test.h"

void press_start(struct press *p, const char *config)
{
    struct str why = { 0 };
    const struct config_key *wrong = NULL;
    *p = (struct press){ .app.clock.fixed = PRESS_NOW, .out = buf_make(1 << 20) };
    arena_init(&p->arena, 64 << 20);
    struct store_options o = { .readers = 4 };
    expect(store_open(&o, &p->arena, &p->app.store, &why) == OK);
    err e = config_parse(S("d.ini"), str_from_z(config), &p->arena, &p->config, &why);
    if (!e)
        e = layout_formats(p->config, &p->formats, &wrong);
    if (!e)
        e = theme_load(NULL, config_text(p->config, &site_language), &p->arena, &p->theme, &why);
    if (e)
        printf("# " STR_FMT "\n", STR_ARG(why));
    expect(e == OK);
    p->setup = (struct setup){ .config = p->config, .theme = p->theme, .formats = p->formats };
}

void press_end(struct press *p)
{
    store_close(p->app.store);
    theme_free(p->theme);
    formats_free(p->formats);
    config_free(p->config);
    buf_free(&p->out);
    arena_free(&p->arena);
}

static err hire(struct tx *tx, void *arg)
{
    struct person_draft d = { .name = S("Mara Lindqvist"),
                              .email = S("mara@news.example"),
                              .role = ROLE_REPORTER,
                              .now = PRESS_NOW };
    return person_add(tx, ACTOR_CLI, &d, arg);
}

struct actor press_reporter(struct press *p)
{
    struct actor who = { .name = S("Mara Lindqvist") };
    expect(store_write(p->app.store, hire, &who.person) == OK);
    return who;
}

struct saving {
    const struct report_draft *draft;
    struct report_saved saved;
};

static err save_work(struct tx *tx, void *arg)
{
    struct saving *s = arg;
    return report_save(tx, s->draft, &s->saved);
}

err press_try(struct press *p, const struct report_input *in, struct report_saved *ret)
{
    struct report_draft *d = NULL;
    struct report_faults faults = { 0 };
    err e = report_prepare(&p->setup, &p->arena, in, p->app.clock.fixed, &d, &faults);
    if (e)
        return e;
    struct saving s = { .draft = d };
    e = store_write(p->app.store, save_work, &s);
    if (!e && ret)
        *ret = s.saved;
    return e;
}

struct report_saved press_save(struct press *p, const struct report_input *in)
{
    struct report_saved saved = { 0 };
    err e = press_try(p, in, &saved);
    if (e)
        printf("# %s\n", e > 0 ? report_refusal_text(e) : "fault");
    expect(e == OK);
    return saved;
}

struct report_saved press_report(struct press *p, const char *date, const char *title)
{
    struct report_input in = { .series = S("River Watch"),
                               .title = str_from_z(title),
                               .date = str_from_z(date),
                               .body = S("The river *rose*."),
                               .wish = REPORT_WISH_PUBLISH,
                               .by = ACTOR_CLI };
    return press_save(p, &in);
}

struct report press_get(struct press *p, int64_t report)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report r = { 0 };
    expect(store_read(p->app.store, &tx) == OK);
    expect(report_get(&tx, report, &p->arena, &r) == OK);
    return r;
}

struct str press_html(struct press *p, int64_t report)
{
    struct report r = press_get(p, report);
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct revision_html html = { 0 };
    expect(store_read(p->app.store, &tx) == OK);
    expect(revision_html(&tx, r.revision, &p->arena, &html) == OK);
    return html.whole.s;
}

err press_find(struct press *p, const char *date, const char *slug, struct report_found *ret)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct date d = { 0 };
    expect(date_parse(str_from_z(date), &d));
    expect(store_read(p->app.store, &tx) == OK);
    return report_find(&tx, d, str_from_z(slug), &p->arena, ret);
}

err press_publish_all(struct press *p, const struct publish_file *files, size_t n,
                      const struct publish_file *pictures, size_t picture_count)
{
    struct publish_order o = { .app = &p->app,
                               .setup = &p->setup,
                               .files = files,
                               .file_count = n,
                               .pictures = pictures,
                               .picture_count = picture_count };
    buf_clear(&p->out);
    return publish_files(&o, &p->arena, &p->out);
}

err press_publish(struct press *p, const char *path, const char *text)
{
    struct publish_file file = { str_from_z(path), str_from_z(text) };
    return press_publish_all(p, &file, 1, NULL, 0);
}

static void say_finding(void *arg, const struct store_finding *f)
{
    (void)arg;
    printf("# " STR_FMT ": " STR_FMT "\n", STR_ARG(f->check), STR_ARG(f->row));
}

int64_t press_findings(struct press *p)
{
    int64_t n = 0;
    expect(store_check(p->app.store, say_finding, NULL, &n) == OK);
    return n;
}

struct str press_sample(struct press *p, const char *name)
{
    struct str path = str_print(&p->arena, "tests/fuzz/corpus/picture/%s", name);
    struct str bytes = { 0 };
    expect(file_read(str_z(&p->arena, path), 1 << 16, &p->arena, &bytes) == OK);
    return bytes;
}
