#include "funding/statement_http.h"
#include "funding/statement.h"
#include "http/error.h"
#include "publishing/layout.h"
#include "render/format.h"
#include "render/theme.h"

struct statement_view {
    struct layout page;
    struct str heading, key, fingerprint, text;
};
static const struct field statement_fields[] = {
    FIELD_VIEW(struct statement_view, page, &layout_view),
    FIELD_STR(struct statement_view, heading),
    FIELD_STR(struct statement_view, key),
    FIELD_STR(struct statement_view, fingerprint),
    FIELD_STR(struct statement_view, text),
};
static const struct view statement_view = VIEW(struct statement_view, statement_fields);
TEMPLATE(statement_page, "pages/statement.html", &statement_view, TEMPLATE_HTML);

static struct str heading_of(const struct request *r, const struct statement *s)
{
    struct word_arg args[] = {
        { .name = "n", .count = s->serial },
        { .name = "day", .text = format_date(r->setup->formats, r->arena, s->date) },
    };
    return theme_phrase(r->setup->theme, r->arena, "statement_serial", args, COUNT(args));
}

err statement_page_get(struct request *r, struct response *ret)
{
    const struct statement *s = r->setup->statement;
    if (!s)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct statement_view v = {
        .page = { .title = theme_word(r->setup->theme, "statement_title"),
                  .description = theme_word(r->setup->theme, "statement_intro"),
                  .path = S("/funding/statement"),
                  .kind = S("statement") },
        .heading = heading_of(r, s),
        .key = statement_key_text(s->key, r->arena),
        .fingerprint = statement_fingerprint(s->key, r->arena),
        .text = s->text,
    };
    err e = layout_fill(r, &v.page);
    if (!e)
        e = layout_respond(r, ret, &statement_page, &v, 200);
    if (e)
        return fault(e);
    ret->cache = CACHE_SHARED;
    return OK;
}

err statement_text_get(struct request *r, struct response *ret)
{
    const struct statement *s = r->setup->statement;
    if (!s)
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    ret->type = "text/plain; charset=utf-8";
    ret->body = str_copy(r->arena, s->text);
    ret->cache = CACHE_SHARED;
    return OK;
}
