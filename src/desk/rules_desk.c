#include "desk/rules_desk.h"
#include "base/check.h"
#include "base/scan.h"
#include "discussion/ban.h"
#include "discussion/gate.h"
#include "discussion/hold_rules.h"
#include "discussion/vote.h"
#include "http/error.h"
#include "publishing/report.h"
#include "publishing/series.h"

#include <inttypes.h>

enum { BANS_SHOWN = 200 };

struct scope_row {
    struct str url, title;
    bool own; /* a set is stored */
};
static const struct field scope_row_fields[] = {
    FIELD_STR(struct scope_row, url),
    FIELD_STR(struct scope_row, title),
    FIELD_BOOL(struct scope_row, own),
};
static const struct view scope_row_view = VIEW(struct scope_row, scope_row_fields);

struct ban_row {
    struct str kind, reason, by, comment, lift;
    struct desk_time until;
};
static const struct field ban_row_fields[] = {
    FIELD_STR(struct ban_row, kind), FIELD_STR(struct ban_row, reason),
    FIELD_STR(struct ban_row, by),   FIELD_STR(struct ban_row, comment),
    FIELD_STR(struct ban_row, lift), FIELD_VIEW(struct ban_row, until, &desk_time_view),
};
static const struct view ban_row_view = VIEW(struct ban_row, ban_row_fields);

struct burst_row {
    struct str url, votes;
    struct desk_time last;
};
static const struct field burst_row_fields[] = {
    FIELD_STR(struct burst_row, url),
    FIELD_STR(struct burst_row, votes),
    FIELD_VIEW(struct burst_row, last, &desk_time_view),
};
static const struct view burst_row_view = VIEW(struct burst_row, burst_row_fields);

struct rules_view {
    struct desk_top top;
    bool attacked, may_set;
    struct list scopes; /* of scope_row: the site, every series, reports with rules of their own */
    struct list bans;   /* of ban_row */
    struct list bursts; /* of burst_row */
};
static const struct field rules_fields[] = {
    DESK_FIELDS(struct rules_view),
    FIELD_BOOL(struct rules_view, attacked),
    FIELD_BOOL(struct rules_view, may_set),
    FIELD_LIST(struct rules_view, scopes, &scope_row_view),
    FIELD_LIST(struct rules_view, bans, &ban_row_view),
    FIELD_LIST(struct rules_view, bursts, &burst_row_view),
};
static const struct view rules_view = VIEW(struct rules_view, rules_fields);
TEMPLATE(rules_page, "pages/desk/rules.html", &rules_view, TEMPLATE_HTML);

static struct str rules_url(const struct request *r, enum rule_scope scope, int64_t object)
{
    return str_print(r->arena, "/desk/rules/" STR_FMT "/%" PRId64, STR_ARG(rule_scope_str(scope)),
                     object);
}

static struct str comment_url(const struct request *r, int64_t id)
{
    return id ? str_print(r->arena, "/desk/comments/%" PRId64, id) : S("");
}

/* ---- the overview */

static bool has_set(const struct hold_rules *sets, size_t n, enum rule_scope scope, int64_t object)
{
    for (size_t i = 0; i < n; i++)
        if (sets[i].scope == scope && sets[i].object == object)
            return true;
    return false;
}

static err read_scopes(struct tx *tx, const struct request *r, struct rules_view *v)
{
    const struct hold_rules *sets = NULL;
    size_t n = 0;
    struct series_rows series = { 0 };
    err e = hold_rules_list(tx, r->arena, &sets, &n);
    if (!e)
        e = series_list_all(tx, r->arena, &series);
    if (e)
        return fault(e);
    struct scope_row *rows = arena_new(r->arena, struct scope_row, series.n + n + 1);
    size_t at = 0;
    rows[at++] = (struct scope_row){ .url = rules_url(r, SCOPE_SITE, 0),
                                     .title = desk_word(r, "desk_rules_site"),
                                     .own = has_set(sets, n, SCOPE_SITE, 0) };
    for (size_t i = 0; i < series.n; i++)
        rows[at++] =
            (struct scope_row){ .url = rules_url(r, SCOPE_SERIES, series.series[i].id),
                                .title = series.series[i].title,
                                .own = has_set(sets, n, SCOPE_SERIES, series.series[i].id) };
    for (size_t i = 0; i < n; i++) {
        struct report report = { 0 };
        if (sets[i].scope != SCOPE_REPORT)
            continue;
        e = report_get(tx, sets[i].object, r->arena, &report);
        if (e)
            return fault(e > 0 ? ERR_DATA : e); // rules are made for reports that are there
        rows[at++] = (struct scope_row){ .url = rules_url(r, SCOPE_REPORT, sets[i].object),
                                         .title = report.title,
                                         .own = true };
    }
    v->scopes = (struct list){ rows, at };
    return OK;
}

static err read_bans(struct tx *tx, const struct request *r, struct rules_view *v)
{
    const struct ban *bans = NULL;
    size_t n = 0;
    err e = ban_list(tx, r->now, BANS_SHOWN, r->arena, &bans, &n);
    if (e)
        return fault(e);
    struct ban_row *rows = arena_new(r->arena, struct ban_row, n + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct ban_row){
            .kind = desk_word_of(r, "desk_ban_", ban_kind_str(bans[i].kind)),
            .reason = bans[i].reason,
            .by = bans[i].by_name,
            .comment = comment_url(r, bans[i].comment),
            .lift = str_print(r->arena, "/desk/bans/%" PRId64 "/lift", bans[i].id),
            .until = desk_time(r, bans[i].until),
        };
    v->bans = (struct list){ rows, n };
    return OK;
}

static err read_bursts(struct tx *tx, const struct request *r, struct rules_view *v)
{
    const struct vote_burst *bursts = NULL;
    size_t n = 0;
    err e = vote_bursts(tx, r->arena, &bursts, &n);
    if (e)
        return fault(e);
    struct burst_row *rows = arena_new(r->arena, struct burst_row, n + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct burst_row){ .url = comment_url(r, bursts[i].comment),
                                      .votes = desk_count(r, "desk_burst_votes", bursts[i].votes),
                                      .last = desk_time(r, bursts[i].last_at) };
    v->bursts = (struct list){ rows, n };
    return OK;
}

static err read_all(const struct request *r, struct rules_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = read_scopes(&tx, r, v);
    if (!e)
        e = read_bans(&tx, r, v);
    if (!e)
        e = read_bursts(&tx, r, v);
    return e;
}

err rules_show(struct request *r, struct response *ret)
{
    struct rules_view v = { .may_set = person_may(r->person, PERMISSION_RULE_SET) };
    err e = gate_attacked(r->app, r->now, &v.attacked);
    if (!e)
        e = read_all(r, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_RULES, "desk_rules", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &rules_page, &v, 200);
}

/* ---- one set */

static const struct desk_input inputs[] = {
    { "attack", "desk_rule_attack", "desk_rule_attack_hint", INPUT_CHOICE, false, NULL },
    { "first_cookie", "desk_rule_first_cookie", NULL, INPUT_CHOICE, false, NULL },
    { "first_address", "desk_rule_first_address", NULL, INPUT_CHOICE, false, NULL },
    { "links", "desk_rule_links", "desk_rule_number_hint", INPUT_ASCII, false, NULL },
    { "duplicates", "desk_rule_duplicates", "desk_rule_number_hint", INPUT_ASCII, false, NULL },
    { "flood", "desk_rule_flood", "desk_rule_number_hint", INPUT_ASCII, false, NULL },
    { "slow", "desk_rule_slow", "desk_rule_slow_hint", INPUT_ASCII, false, NULL },
    { "filter", "desk_rule_filter", "desk_rule_number_hint", INPUT_ASCII, false, NULL },
    { "phrases", "desk_rule_phrases", "desk_rule_phrases_hint", INPUT_TEXT, false, NULL },
};

/* One set that is looked at or changed. */
struct change {
    const struct request *r;
    struct hold_rules rules;
    struct str title; /* of what it is for */
};

static struct desk_option option(const struct request *r, const char *value, const char *word)
{
    return (struct desk_option){ .value = str_from_z(value), .text = desk_word(r, word) };
}

static void offer(const struct request *r, struct desk_form *f, const char *name, bool site)
{
    struct desk_option *some = arena_new(r->arena, struct desk_option, 3);
    size_t n = 0;
    if (!site)
        some[n++] = option(r, "", "desk_rule_as_wider");
    some[n++] = option(r, "0", "desk_rule_off");
    some[n++] = option(r, "1", "desk_rule_on");
    desk_form_choices(f, name, some, n);
}

static void offer_attack(const struct request *r, struct desk_form *f)
{
    struct desk_option *some = arena_new(r->arena, struct desk_option, 3);
    some[0] = option(r, "auto", "desk_attack_auto");
    some[1] = option(r, "on", "desk_attack_on");
    some[2] = option(r, "off", "desk_attack_off");
    desk_form_choices(f, "attack", some, 3);
}

static struct desk_form *rules_form(const struct change *c, bool typed)
{
    const struct request *r = c->r;
    bool site = c->rules.scope == SCOPE_SITE;
    struct desk_form *f = desk_form_make(r, "rules", rules_url(r, c->rules.scope, c->rules.object),
                                         inputs, COUNT(inputs));
    if (typed)
        desk_form_read(f);
    for (int i = 0; i < RULES && !typed; i++) {
        int64_t n = c->rules.numbers[i];
        struct str text = n == RULE_AS_WIDER ? S("") : str_print(r->arena, "%" PRId64, n);
        desk_form_set(f, str_z(r->arena, rule_str((enum rule)i)), text);
    }
    if (!typed) {
        desk_form_set(f, "phrases", c->rules.phrases);
        desk_form_set(f, "attack", attack_mode_str(c->rules.attack));
    }
    offer(r, f, "first_cookie", site);
    offer(r, f, "first_address", site);
    offer_attack(r, f);
    if (!site)
        desk_form_drop(f, "attack");
    desk_form_button(f, NULL, NULL, "desk_save");
    return f;
}

static err ask(struct request *r, struct response *ret, const struct change *c,
               const struct desk_form *f)
{
    struct desk_question q = { .place = DESK_AT_RULES,
                               .title = "desk_rules_edit",
                               .intro = c->title,
                               .back = S("/desk/rules"),
                               .form = f };
    return desk_ask(r, ret, &q);
}

static err read_title(struct tx *tx, struct change *c)
{
    struct series series = { 0 };
    struct report report = { 0 };
    err e = OK;
    switch (c->rules.scope) {
    case SCOPE_SITE: c->title = desk_word(c->r, "desk_rules_site"); break;
    case SCOPE_SERIES:
        e = series_get_by_id(tx, c->rules.object, c->r->arena, &series);
        c->title = series.title;
        break;
    case SCOPE_REPORT:
        e = report_get(tx, c->rules.object, c->r->arena, &report);
        c->title = report.title;
        break;
    }
    return e;
}

/* True when there is no such thing and it answered. */
static bool missing(struct request *r, struct response *ret, struct change *c, err *ret_e)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct str scope = { 0 };
    struct str id = { 0 };
    enum rule_scope s = SCOPE_SITE;
    int64_t object = 0;
    c->r = r;
    err e = 1;
    if (request_segment(r, "scope", &scope) && rule_scope_parse(scope, &s) &&
        request_segment(r, "id", &id) && int_parse(id, 0, INT64_MAX, &object) &&
        (s == SCOPE_SITE) == (object == 0))
        e = store_read(r->app->store, &tx);
    if (!e)
        e = hold_rules_get(&tx, s, object, r->arena, &c->rules);
    if (!e)
        e = read_title(&tx, c);
    if (e)
        *ret_e = e > 0 ? http_refuse(r, ret, 404, ERROR_NOT_FOUND) : fault(e);
    return e != OK;
}

err rules_edit_show(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    return ask(r, ret, &c, rules_form(&c, false));
}

/* What was typed into c->rules; wrong fields are told at the form. */
static void read_typed(struct change *c, struct desk_form *f)
{
    for (int i = 0; i < RULES; i++) {
        enum rule rule = (enum rule)i;
        const char *name = str_z(c->r->arena, rule_str(rule));
        struct str text = str_trim(desk_form_get(f, name));
        c->rules.numbers[i] = RULE_AS_WIDER;
        if (text.n && !int_parse(text, 0, rule_most(rule), &c->rules.numbers[i]))
            desk_form_wrong_text(f, name,
                                 desk_count(c->r, "desk_rule_number_wrong", rule_most(rule)));
    }
    c->rules.phrases = desk_form_get(f, "phrases");
    if (c->rules.scope == SCOPE_SITE &&
        !attack_mode_parse(desk_form_get(f, "attack"), &c->rules.attack))
        desk_form_wrong(f, "attack", "desk_rule_attack_wrong");
}

static err set_work(struct tx *tx, void *arg)
{
    const struct change *c = arg;
    return hold_rules_set(tx, person_actor(c->r->person), &c->rules, c->r->now);
}

err rules_edit_post(struct request *r, struct response *ret)
{
    struct change c = { 0 };
    err e = OK;
    if (missing(r, ret, &c, &e))
        return e;
    struct desk_form *f = rules_form(&c, true);
    read_typed(&c, f);
    if (!desk_form_fine(f))
        return ask(r, ret, &c, f);
    e = hold_rules_prepare(&c.rules, r->arena);
    if (!e)
        e = store_write(r->app->store, set_work, &c);
    if (e < 0)
        return fault(e);
    if (!e)
        return desk_done(r, ret, S("/desk/rules"), "rules_saved");
    if (e == RULES_TOO_MANY)
        desk_form_wrong(f, "", "desk_rules_too_many");
    else
        desk_form_wrong(f, "phrases", "desk_rule_phrases_wrong");
    return ask(r, ret, &c, f);
}
