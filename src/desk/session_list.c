#include "desk/session_list.h"

static const struct field session_row_fields[] = {
    FIELD_INT(struct session_row, id),
    FIELD_STR(struct session_row, agent),
    FIELD_VIEW(struct session_row, started, &desk_time_view),
    FIELD_VIEW(struct session_row, seen, &desk_time_view),
    FIELD_BOOL(struct session_row, current),
};
const struct view session_row_view = VIEW(struct session_row, session_row_fields);

err session_rows(struct tx *tx, const struct request *r, int64_t person, struct list *ret_rows)
{
    const struct session *list = NULL;
    size_t n = 0;
    struct session_query q = { .person = person,
                               .now = r->now,
                               .limits = session_limits_of(r->setup->config),
                               .current = r->person->session };
    err e = session_list(tx, &q, r->arena, &list, &n);
    if (e)
        return fault(e);
    struct session_row *rows = arena_new(r->arena, struct session_row, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        rows[i] =
            (struct session_row){ .id = list[i].id,
                                  .agent = list[i].agent.n ? list[i].agent
                                                           : desk_word(r, "desk_agent_unknown"),
                                  .started = desk_time(r, list[i].started_at),
                                  .seen = desk_time(r, list[i].seen_at),
                                  .current = list[i].current };
    *ret_rows = (struct list){ rows, n };
    return OK;
}
