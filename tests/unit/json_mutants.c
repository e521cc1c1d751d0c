#include "unit/json_mutants.h"
#include "unit/test.h"

static const char *const edges[] = { "null",
                                     "true",
                                     "false",
                                     "{}",
                                     "[]",
                                     "[1]",
                                     "{\"id\":1}",
                                     "0",
                                     "1",
                                     "-1",
                                     "1.5",
                                     "1e3",
                                     "9007199254740993",
                                     "9223372036854775807",
                                     "99999999999999999999",
                                     "\"\"",
                                     "\"x\"",
                                     "\"a b\"",
                                     "\"-5.00\"",
                                     "\"+0\"",
                                     "\"99999999999999999999.00\"",
                                     "\"usd\"",
                                     "\"JPY\"",
                                     "\"XYZ\"",
                                     "\"2018-02-30T00:00:00Z\"",
                                     "\"9999-12-31T23:59:59Z\"",
                                     "\"1969-01-01T00:00:00Z\"",
                                     "\"\\u0000\"",
                                     "\"\\u00e9\"",
                                     NULL };

struct walk {
    struct str text;
    const char *const *others;
    struct arena *a;
    void (*each)(void *arg, const struct json_mutant *m);
    void *arg;
};

static size_t end_of_text(struct str s, size_t i)
{
    for (i++; i < s.n && s.s[i] != '"'; i++)
        if (s.s[i] == '\\')
            i++;
    return i + 1;
}

/* Where the value that begins at `i` ends. */
static size_t end_of(struct str s, size_t i)
{
    int depth = 0;
    do {
        if (s.s[i] == '"') {
            i = end_of_text(s, i);
            continue;
        }
        if (s.s[i] == '{' || s.s[i] == '[')
            depth++;
        else if (s.s[i] == '}' || s.s[i] == ']')
            depth--;
        i++;
    } while (i < s.n && (depth > 0 || !str_has(S(",]}"), s.s[i])));
    return i;
}

static void tell(const struct walk *w, size_t from, size_t to, const char *instead,
                 struct str missing)
{
    struct str head = str_sub(w->text, 0, from);
    struct str tail = str_sub(w->text, to, w->text.n);
    arena_reset(w->a);
    struct json_mutant m = {
        str_print(w->a, STR_FMT "%s" STR_FMT, STR_ARG(head), instead, STR_ARG(tail)), missing
    };
    w->each(w->arg, &m);
}

static void tell_others(const struct walk *w, size_t from)
{
    size_t to = end_of(w->text, from);
    for (size_t i = 0; w->others[i]; i++)
        tell(w, from, to, w->others[i], S(""));
}

void json_mutants(struct str text, const char *const *others, struct arena *a,
                  void (*each)(void *arg, const struct json_mutant *m), void *arg)
{
    const struct walk w = { text, others ? others : edges, a, each, arg };
    for (size_t i = 0; i < text.n;) {
        bool is_text = text.s[i] == '"';
        size_t end = is_text ? end_of_text(text, i) : i + 1;
        if (str_has(S("]}:, \n"), text.s[i])) {
            i++;
        } else if (is_text && end < text.n && text.s[end] == ':') {
            tell(&w, i + 1, i + 1, "x", str_sub(text, i + 1, end - 1));
            i = end;
        } else {
            tell_others(&w, i);
            i = str_has(S("{["), text.s[i]) ? i + 1 : end_of(text, i);
        }
    }
}
