#include "publishing/letter.h"
#include "base/buf.h"
#include "http/http.h"
#include "publishing/layout.h"

static const struct field letter_fields[] = {
    FIELD_STR(struct letter, heading),     FIELD_STR(struct letter, why),
    FIELD_STR(struct letter, unsubscribe), FIELD_STR(struct letter, site_title),
    FIELD_STR(struct letter, site_url),
};
const struct view letter_view = VIEW(struct letter, letter_fields);

struct test_view {
    struct letter letter;
};
static const struct field test_fields[] = {
    FIELD_VIEW(struct test_view, letter, &letter_view),
};
static const struct view test_view = VIEW(struct test_view, test_fields);
TEMPLATE(test_text, "mail/test.txt", &test_view, TEMPLATE_TEXT);
TEMPLATE(test_html, "mail/test.html", &test_view, TEMPLATE_HTML);

void letter_fill(const struct setup *s, struct arena *a, struct letter *l)
{
    l->site_title = config_text(s->config, &site_title);
    l->site_url = letter_link(s, a, S("/"));
}

struct str letter_link(const struct setup *s, struct arena *a, struct str path)
{
    return str_print(a, STR_FMT STR_FMT, STR_ARG(site_url(s->config)), STR_ARG(path));
}

static err render(const struct setup *s, const struct template *t, const void *view, size_t max,
                  struct arena *a, struct str *ret)
{
    struct buf out CLEANUP(buf_free) = buf_make(max);
    err e = theme_render(s->theme, t, view, &out);
    if (!e)
        *ret = buf_copy(&out, a);
    return e;
}

err letter_render(const struct setup *s, struct arena *a, const struct letter_pages *p,
                  struct mail *ret)
{
    ret->from_name = config_text(s->config, &site_title);
    err e = render(s, p->text, p->view, MAIL_TEXT_MAX, a, &ret->text);
    if (!e)
        e = render(s, p->html, p->view, MAIL_HTML_MAX, a, &ret->html);
    return e ? fault(e) : OK;
}

err letter_compose_test(const struct app *app, const struct setup *s, const struct mail_order *o,
                        struct arena *a, struct mail *ret)
{
    (void)app; // it reads nothing
    (void)o;
    struct test_view v = { 0 };
    v.letter.heading = theme_word(s->theme, "mail_test_heading");
    v.letter.why = theme_word(s->theme, "mail_test_why");
    letter_fill(s, a, &v.letter);
    const struct word_arg args[] = { { .name = "site", .text = v.letter.site_title } };
    ret->subject = theme_phrase(s->theme, a, "mail_test_subject", args, COUNT(args));
    return letter_render(s, a, &(struct letter_pages){ &test_text, &test_html, &v }, ret);
}
