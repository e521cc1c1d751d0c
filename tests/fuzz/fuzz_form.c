/* Any bytes may be posted as a form or stand in a query: they are refused, or give valid text that
 * says the same when it is written again. What is refused but for its size can be mended to such.
 */
#include "base/buf.h"
#include "base/check.h"
#include "base/utf8.h"
#include "http/form.h"
#include "http/http.h"
#include "http/url.h"

enum { MOST = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The fields, encoded again, give the same fields. */
static void check_again(const struct fields *f, struct arena *a)
{
    struct buf b CLEANUP(buf_free) = buf_make(1 << 24);
    for (size_t i = 0; i < f->n; i++) {
        buf_put(&b, url_escape(a, f->at[i].name));
        buf_put_char(&b, '=');
        buf_put(&b, url_escape(a, f->at[i].value));
        buf_put_char(&b, '&');
    }
    struct fields again = { 0 };
    check(form_parse(buf_str(&b), MOST, a, &again) == OK && again.n == f->n);
    for (size_t i = 0; i < f->n; i++)
        check(str_eq(again.at[i].name, f->at[i].name) && str_eq(again.at[i].value, f->at[i].value));
}

static void check_text(const struct fields *f)
{
    check(f->n <= MOST);
    for (size_t i = 0; i < f->n; i++) {
        check(f->at[i].name.n && utf8_valid(f->at[i].name) && utf8_valid(f->at[i].value));
        check(!str_has(f->at[i].name, '\0') && !str_has(f->at[i].value, '\0'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const void *p = bytes;
    struct str text = { p, n };
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 24);
    if (n > 1 << 16)
        return 0;
    struct fields f = { 0 };
    err e = form_parse(text, MOST, &a, &f);
    check(e >= 0 && e <= FORM_TOO_MANY);
    check_text(&f);
    if (!e)
        check_again(&f, &a);
    struct fields mended = { 0 };
    err mended_e = form_mend(text, MOST, &a, &mended);
    check(mended_e == (e == FORM_TOO_MANY ? FORM_TOO_MANY : OK));
    check_text(&mended);
    if (!mended_e)
        check_again(&mended, &a);
    if (!e)
        check(mended.n == f.n);
    struct fields q = { 0 };
    err q_e = query_parse(text, "sort only after a b", MOST, &a, &q);
    check(q_e >= 0 && q_e <= FORM_TOO_MANY && q.n <= 5);
    check_text(&q);
    check(e || !q_e); // a good form is a good query
    return 0;
}
