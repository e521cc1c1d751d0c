#include "desk/accounts_desk.h"
#include "funding/accounts_export.h"
#include "people/audit.h"
#include "publishing/layout.h"
#include "store/store.h"

static const struct desk_input inputs[] = {
    { "from", "desk_gift_find_from", NULL, INPUT_DATE, true, NULL },
    { "to", "desk_gift_find_to", NULL, INPUT_DATE, true, NULL },
    { "by", "desk_export_by", "desk_export_by_hint", INPUT_CHOICE, true, NULL },
    { "names", "desk_export_names", "desk_export_names_hint", INPUT_TICK, false, NULL },
};

struct taking {
    const struct request *r;
    struct date from, to;
    struct accounts_export *x;
};

static struct desk_form *make_form(const struct request *r)
{
    struct desk_form *f =
        desk_form_make(r, "export", S("/desk/funding/export"), inputs, COUNT(inputs));
    desk_form_button(f, NULL, NULL, "desk_export_button");
    return f;
}

static err ask(struct request *r, struct response *ret, struct desk_form *f)
{
    struct desk_option *options = arena_new(r->arena, struct desk_option, 2);
    options[0] = (struct desk_option){ S("day"), desk_word(r, "desk_export_by_day"), false };
    options[1] = (struct desk_option){ S("booked"), desk_word(r, "desk_export_by_booked"), false };
    desk_form_choices(f, "by", options, 2);
    struct desk_question q = { .place = DESK_AT_FUNDING,
                               .title = "desk_export",
                               .intro = desk_word(r, "desk_export_intro"),
                               .back = S("/desk/funding"),
                               .form = f };
    return desk_ask(r, ret, &q);
}

/* Days that the address names, as the page of a goal does; else this year until today. */
err accounts_show(struct request *r, struct response *ret)
{
    struct desk_form *f = make_form(r);
    struct date today = format_day_of(r->setup->formats, r->now);
    struct date first = { .year = today.year, .month = 1, .day = 1 };
    struct date day = { 0 };
    struct str from = desk_query(r, "from");
    struct str to = desk_query(r, "to");
    desk_form_set(f, "from", date_parse(from, &day) ? from : date_print(r->arena, first));
    desk_form_set(f, "to", date_parse(to, &day) ? to : date_print(r->arena, today));
    desk_form_set(f, "by", S("day"));
    return ask(r, ret, f);
}

static bool read_form(struct taking *t, struct desk_form *f)
{
    struct str by = desk_form_get(f, "by");
    bool days = true;
    if (!date_parse(str_trim(desk_form_get(f, "from")), &t->from)) {
        desk_form_wrong(f, "from", "desk_date_wrong");
        days = false;
    }
    if (!date_parse(str_trim(desk_form_get(f, "to")), &t->to)) {
        desk_form_wrong(f, "to", "desk_date_wrong");
        days = false;
    }
    if (days && date_to_days(t->from) > date_to_days(t->to))
        desk_form_wrong(f, "to", "desk_gift_find_days_wrong");
    if (!str_eq(by, S("day")) && !str_eq(by, S("booked")))
        desk_form_wrong(f, "by", "desk_export_by_wrong");
    *t->x = (struct accounts_export){ .first_day = date_to_days(t->from),
                                      .end_day = date_to_days(t->to) + 1,
                                      .booked = str_eq(by, S("booked")),
                                      .names = desk_form_ticked(f, "names") };
    return desk_form_fine(f);
}

static struct str period_of(const struct taking *t, const char *between)
{
    struct arena *a = t->r->arena;
    struct str from = date_print(a, t->from);
    struct str to = date_print(a, t->to);
    return str_print(a, STR_FMT "%s" STR_FMT, STR_ARG(from), between, STR_ARG(to));
}

static err begin_work(struct tx *tx, void *arg)
{
    const struct taking *t = arg;
    struct str period = period_of(t, " to ");
    err e = accounts_export_start(tx, t->x);
    if (e)
        return e;
    return audit_add(tx, person_actor(t->r->person),
                     &(struct audit_note){
                         .action = S("accounts.export"),
                         .detail = str_print(t->r->arena, STR_FMT "%s", STR_ARG(period),
                                             t->x->names ? ", with names" : ", without names"),
                         .now = t->r->now,
                     });
}

static err more(const struct app *app, void *state, struct arena *scratch, struct buf *out,
                bool *ret_end)
{
    struct accounts_export *x = state;
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(app->store, &tx);
    if (!e)
        e = accounts_export_piece(&tx, x, scratch, out);
    if (e)
        return fault(e);
    *ret_end = x->ended;
    return OK;
}

err accounts_post(struct request *r, struct response *ret)
{
    struct taking t = { .r = r, .x = arena_new(r->arena, struct accounts_export, 1) };
    struct desk_form *f = make_form(r);
    desk_form_read(f);
    if (!read_form(&t, f))
        return ask(r, ret, f);
    err e = store_write(r->app->store, begin_work, &t);
    if (e)
        return fault(e);
    struct str period = period_of(&t, "-to-");
    ret->type = "text/csv; charset=utf-8; header=present";
    ret->source = (struct body_source){ .more = more, .state = t.x };
    response_header(
        ret, "Content-Disposition",
        str_print(r->arena, "attachment; filename=\"accounts-" STR_FMT ".csv\"", STR_ARG(period)));
    return OK;
}
