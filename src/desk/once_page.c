#include "desk/once_page.h"

struct once_view {
    struct desk_top top;
    struct str heading, intro, back;
    struct list lines; /* of struct str */
};
static const struct field once_fields[] = {
    DESK_FIELDS(struct once_view),
    FIELD_STR(struct once_view, heading),
    FIELD_STR(struct once_view, intro),
    FIELD_STR(struct once_view, back),
    FIELD_LIST(struct once_view, lines, &text_item),
};
static const struct view once_view = VIEW(struct once_view, once_fields);
TEMPLATE(once_page, "pages/desk/once.html", &once_view, TEMPLATE_HTML);

err once_show(struct request *r, struct response *ret, const struct once *o)
{
    struct once_view v = { .heading = desk_word(r, o->title),
                           .intro = o->intro,
                           .back = o->back,
                           .lines = { o->lines, o->n } };
    err e = desk_fill(r, o->place, o->title, &v.top);
    return e ? fault(e) : desk_respond(r, ret, &once_page, &v, 200);
}
