#pragma once
#include "base/app.h"
#include "mail/mail.h"
#include "render/view.h"

/*
 * What every mail has around its own content, as publishing/layout.h is for pages: where mail/ and
 * render/ meet. A mail's view holds a `struct letter` named `letter`, and its two templates fill
 * the block `main` of theme/mail/frame.html and theme/mail/frame.txt:
 *
 *     struct notice_view { struct letter letter; struct str name; };
 *     static const struct field notice_fields[] = {
 *         FIELD_VIEW(struct notice_view, letter, &letter_view), ...
 *     };
 *     TEMPLATE(notice_text, "mail/notice.txt", &notice_view, TEMPLATE_TEXT);
 *     TEMPLATE(notice_html, "mail/notice.html", &notice_view, TEMPLATE_HTML);
 *
 *     letter_fill(s, a, &v.letter);
 *     return letter_render(s, a, &(struct letter_pages){ &notice_text, &notice_html, &v }, ret);
 */
struct letter {
    /* The composer's. */
    struct str heading;     /* the mail's first line */
    struct str why;         /* one sentence: why this person gets it */
    struct str unsubscribe; /* address of the page to leave by, or empty */

    /* letter_fill()'s. */
    struct str site_title, site_url;
};
extern const struct view letter_view;

void letter_fill(const struct setup *s, struct arena *a, struct letter *l);

/* An absolute address on this site. */
struct str letter_link(const struct setup *s, struct arena *a, struct str path);

/* Renders both parts into ret->text and ret->html, and sets ret->from_name. */
struct letter_pages {
    const struct template *text, *html;
    const void *view;
};
MUST_USE err letter_render(const struct setup *s, struct arena *a, const struct letter_pages *p,
                           struct mail *ret);

/* The mail of `diurnal mail test`: shows that mails arrive and how they look. */
#define LETTER_TEST "test"
MUST_USE err letter_compose_test(const struct app *app, const struct setup *s,
                                 const struct mail_order *o, struct arena *a, struct mail *ret);
