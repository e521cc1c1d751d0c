#include "discussion/comment_json.h"
#include "base/clock.h"

void comment_json(struct json_writer *w, const struct comment *c, bool shown, struct arena *a)
{
    shown = shown && c->state == COMMENT_STATE_PUBLISHED;
    json_write_int(w, "id", c->id);
    if (c->parent)
        json_write_int(w, "parent", c->parent);
    json_write_str(w, "state", comment_state_str(c->state));
    if (c->question) {
        json_write_int(w, "question", c->question);
        json_write_bool(w, "used", c->used);
    }
    if (shown && !c->erased)
        json_write_str(w, "name", c->name);
    else
        json_write_null(w, "name");
    json_write_bool(w, "erased", c->erased);
    json_write_bool(w, "staff", shown && c->person && !c->erased);
    if (shown)
        json_write_str(w, "html", c->html.s);
    else
        json_write_null(w, "html");
    json_write_str(w, "created", time_print(a, c->created_at));
    json_write_int(w, "up", c->up);
    json_write_int(w, "down", c->down);
    json_write_int(w, "score", c->score);
}
