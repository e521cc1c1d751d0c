#pragma once
#include "desk/desk_form.h"
#include "publishing/media.h"

/*
 * Pictures that come with a form whose field `body` is Markdown. They are stored at once, in a
 * write of their own, so that a refused form or a preview does not lose them; the form's hidden
 * field `pictures` carries their hashes on. That gives nobody anything: pictures have public
 * addresses. In the text a picture is called by its name in media; where the text calls a new one
 * by its file's name, that is changed, and one that it does not name at all is put at its end.
 */
extern const struct config_key limit_desk_form_bytes; /* [limits] desk_form_bytes */
enum { PICTURES_CARRIED_MAX = 50 };

#define PICTURE_INPUTS                                                                             \
    { "upload", "desk_pictures", "desk_pictures_hint", INPUT_FILES, false, NULL },                 \
    {                                                                                              \
        .name = "pictures", .kind = INPUT_HIDDEN                                                   \
    }

/*
 * The names the text may use: those of the request's uploads, those carried, those of `stored` (of
 * the revision the writer began with); of equal names the first. Refused uploads are errors of the
 * form (its field `upload`). Sets the form's fields `pictures` and `body`.
 */
MUST_USE err pictures_take(struct request *r, struct desk_form *f, struct media_names stored,
                           struct media_names *ret);

/* The request's `body` is so much beyond [limits] report_bytes that the form cannot be shown again
 * with it: 413, and the browser's way back has the words. */
bool text_too_long(const struct request *r);

/* For the page: how each is written into the text. */
struct picture_row {
    struct str url, markdown; /* "![](dike.jpg)" */
};
extern const struct view picture_row_view;
struct list picture_rows(struct arena *a, struct media_names names);
