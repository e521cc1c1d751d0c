#include "desk/audit_desk.h"

#include <inttypes.h>

struct audit_row {
    struct desk_time at;
    struct str name, action, object, detail, url; /* url: the log of this person alone */
};
static const struct field audit_row_fields[] = {
    FIELD_VIEW(struct audit_row, at, &desk_time_view),
    FIELD_STR(struct audit_row, name),
    FIELD_STR(struct audit_row, action),
    FIELD_STR(struct audit_row, object),
    FIELD_STR(struct audit_row, detail),
    FIELD_STR(struct audit_row, url),
};
static const struct view audit_row_view = VIEW(struct audit_row, audit_row_fields);

struct audit_view {
    struct desk_top top;
    struct list entries;
    struct str older;
    bool filtered;
};
static const struct field audit_fields[] = {
    DESK_FIELDS(struct audit_view),
    FIELD_LIST(struct audit_view, entries, &audit_row_view),
    FIELD_STR(struct audit_view, older),
    FIELD_BOOL(struct audit_view, filtered),
};
static const struct view audit_view = VIEW(struct audit_view, audit_fields);
TEMPLATE(audit_page, "pages/desk/audit.html", &audit_view, TEMPLATE_HTML);

static struct audit_row row_of(const struct request *r, const struct audit_entry *n)
{
    struct arena *a = r->arena;
    return (struct audit_row){
        .at = desk_time(r, n->at),
        .name = n->by.name,
        .action = n->action,
        .object =
            n->kind.n ? str_print(a, STR_FMT " %" PRId64, STR_ARG(n->kind), n->object) : S(""),
        .detail = n->detail,
        .url = n->by.person ? str_print(a, "/desk/audit?person=%" PRId64, n->by.person) : S(""),
    };
}

static err read_log(const struct request *r, const struct audit_query *q, struct audit_view *v)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct audit_page page = { 0 };
    err e = store_read(r->app->store, &tx);
    if (!e)
        e = audit_list(&tx, q, r->arena, &page);
    if (e)
        return fault(e);
    struct audit_row *rows = arena_new(r->arena, struct audit_row, page.count ? page.count : 1);
    for (size_t i = 0; i < page.count; i++)
        rows[i] = row_of(r, &page.entries[i]);
    v->entries = (struct list){ rows, page.count };
    if (page.next && q->person)
        v->older = str_print(r->arena, "/desk/audit?person=%" PRId64 "&before=%" PRId64, q->person,
                             page.next);
    else if (page.next)
        v->older = str_print(r->arena, "/desk/audit?before=%" PRId64, page.next);
    return OK;
}

err audit_show(struct request *r, struct response *ret)
{
    struct audit_view v = { 0 };
    struct audit_query q = { 0 };
    (void)desk_query_id(r, "before", &q.before); // else from the latest
    v.filtered = desk_query_id(r, "person", &q.person);
    err e = read_log(r, &q, &v);
    if (!e)
        e = desk_fill(r, DESK_AT_AUDIT, "desk_audit", &v.top);
    return e ? fault(e) : desk_respond(r, ret, &audit_page, &v, 200);
}
