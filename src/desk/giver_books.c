#include "base/scan.h"
#include "desk/desk_form.h"
#include "desk/giver_desk.h"
#include "funding/givers_export.h"
#include "people/audit.h"
#include "render/format.h"
#include "store/store.h"

enum { YEAR_LEAST = 2000 };

static const struct desk_input inputs[] = {
    { "year", "desk_giver_year", NULL, INPUT_ASCII, true, NULL },
};

static struct desk_form *make_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "export", S("/desk/funding/givers/export"), inputs, COUNT(inputs));
    desk_form_button(f, NULL, NULL, "desk_export_button");
    return f;
}

static err ask(struct request *r, struct response *ret, struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_givers_export",
                               .intro = desk_word(r, "desk_givers_export_intro"),
                               .back = S("/desk/funding/givers"),
                               .form = f };
    return desk_ask(r, ret, &q);
}

err givers_export_show(struct request *r, struct response *ret)
{
    struct desk_form *f = make_form(r);
    int last = format_day_of(r->setup->formats, r->now).year - 1;
    desk_form_set(f, "year", str_print(r->arena, "%d", last));
    return ask(r, ret, f);
}

struct taking {
    const struct request *r;
    struct givers_export *x;
};

static err begin_work(struct tx *tx, void *arg)
{
    const struct taking *t = arg;
    err e = givers_export_start(tx, t->x);
    if (e)
        return e;
    return audit_add(tx, person_actor(t->r->person),
                     &(struct audit_note){ .action = S("givers.export"),
                                           .detail = str_print(t->r->arena, "%d", t->x->year),
                                           .now = t->r->now });
}

static err more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                bool *ret_end)
{
    struct givers_export *x = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = givers_export_piece(&tx, x, scratch, out);
    if (e)
        return fault(e);
    *ret_end = x->ended;
    return OK;
}

err givers_export_post(struct request *r, struct response *ret)
{
    struct taking t = { .r = r, .x = arena_new(r->arena, struct givers_export, 1) };
    struct desk_form *f = make_form(r);
    int64_t year = 0;
    int64_t most = format_day_of(r->setup->formats, r->now).year;
    desk_form_read(f);
    if (!int_parse(str_trim(desk_form_get(f, "year")), YEAR_LEAST, most, &year)) {
        desk_form_wrong(f, "year", "desk_giver_year_wrong");
        return ask(r, ret, f);
    }
    *t.x = (struct givers_export){ .year = (int)year };
    err e = store_write(r->app->store, begin_work, &t);
    if (e)
        return fault(e);
    ret->type = "text/csv; charset=utf-8; header=present";
    ret->source = (struct body_source){ .more = more, .state = t.x };
    response_header(ret, "Content-Disposition",
                    str_print(r->arena, "attachment; filename=\"givers-%d.csv\"", (int)year));
    return OK;
}
