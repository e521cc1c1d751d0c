#include "render/template.h"
#include "unit/test.h"

#include <jansson.h>
#include <string.h>

/*
 * Without this a designer's knowledge of Mustache would be wrong here in places nobody wrote down.
 * The cases are those of the Mustache specification, run with a theme's restrictions off; their
 * JSON becomes a view: an object's keys are its fields.
 */

static const struct view *view_of(struct arena *a, json_t *values);

/* The kind that can hold all of these values (an array of JSON). */
static enum field_kind kind_of(json_t *values)
{
    enum field_kind kind = FIELD_KIND_STR;
    size_t i;
    json_t *v;
    json_array_foreach(values, i, v)
    {
        enum field_kind k = json_is_object(v)    ? FIELD_KIND_REF
                            : json_is_array(v)   ? FIELD_KIND_LIST
                            : json_is_boolean(v) ? FIELD_KIND_BOOL
                            : json_is_integer(v) ? FIELD_KIND_INT
                                                 : FIELD_KIND_STR;
        kind = i == 0 || k == kind ? k : FIELD_KIND_STR;
    }
    return kind;
}

enum { SLOT = 16 };

static struct field field_of(struct arena *a, const char *name, size_t at, json_t *values)
{
    struct field f = { .name = name, .kind = kind_of(values), .offset = at * SLOT };
    if (f.kind == FIELD_KIND_REF)
        f.of = view_of(a, values);
    if (f.kind == FIELD_KIND_LIST) {
        json_t *items = json_array();
        size_t i;
        json_t *v;
        json_array_foreach(values, i, v) json_array_extend(items, v);
        f.of = view_of(a, items);
        json_decref(items);
    }
    return f;
}

static json_t *under_key(json_t *objects, const char *key)
{
    json_t *values = json_array();
    size_t i;
    json_t *o;
    json_array_foreach(objects, i, o)
    {
        if (json_object_get(o, key))
            json_array_append(values, json_object_get(o, key));
    }
    return values;
}

static const struct view *view_of(struct arena *a, json_t *values)
{
    struct view *view = arena_new(a, struct view, 1);
    if (json_array_size(values) && !json_is_object(json_array_get(values, 0))) {
        struct field *dot = arena_new(a, struct field, 1);
        *dot = field_of(a, ".", 0, values);
        *view = (struct view){ "value", SLOT, dot, 1 };
        return view;
    }
    json_t *all = json_object();
    size_t i;
    json_t *o;
    json_array_foreach(values, i, o) json_object_update(all, o);
    struct field *fields = arena_new(a, struct field, json_object_size(all));
    size_t n = 0;
    const char *key;
    json_t *v;
    json_object_foreach(all, key, v)
    {
        json_t *under = under_key(values, key);
        fields[n] = field_of(a, str_z(a, str_from_z(key)), n, under);
        n++;
        json_decref(under);
    }
    json_decref(all);
    *view = (struct view){ "object", n ? n * SLOT : SLOT, fields, n };
    return view;
}

static struct str text_of(struct arena *a, json_t *v)
{
    if (json_is_string(v))
        return str_print(a, "%s", json_string_value(v));
    if (json_is_integer(v))
        return str_print(a, "%lld", (long long)json_integer_value(v));
    return json_is_real(v) ? str_print(a, "%g", json_real_value(v)) : S("");
}

static void fill(struct arena *a, const struct view *view, json_t *v, char *at);

static void fill_field(struct arena *a, const struct field *f, json_t *v, void *at)
{
    switch (f->kind) {
    case FIELD_KIND_STR: *(struct str *)at = text_of(a, v); return;
    case FIELD_KIND_INT: *(int64_t *)at = json_integer_value(v); return;
    case FIELD_KIND_BOOL: *(bool *)at = json_is_true(v); return;
    case FIELD_KIND_REF: {
        char *item = arena_alloc(a, 1, f->of->size, SLOT);
        fill(a, f->of, v, item);
        *(const void **)at = item;
        return;
    }
    case FIELD_KIND_LIST: {
        size_t n = json_array_size(v);
        char *items = arena_alloc(a, n, f->of->size, SLOT);
        for (size_t i = 0; i < n; i++)
            fill(a, f->of, json_array_get(v, i), items + i * f->of->size);
        *(struct list *)at = (struct list){ items, n };
        return;
    }
    case FIELD_KIND_HTML:
    case FIELD_KIND_JSON:
    case FIELD_KIND_VIEW: break;
    }
    expect(false);
}

static void fill(struct arena *a, const struct view *view, json_t *v, char *at)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct field *f = &view->fields[i];
        json_t *value = json_is_object(v) ? json_object_get(v, f->name) : v;
        if (value)
            fill_field(a, f, value, at + f->offset);
    }
}

struct spec {
    json_t *partials;
    const char *whole;
};

static bool spec_file(const void *from, struct str name, struct str *ret)
{
    const struct spec *s = from;
    char key[100];
    snprintf(key, sizeof key, STR_FMT, STR_ARG(name));
    json_t *text = json_object_get(s->partials, key);
    bool page = str_eq(name, S("the page"));
    if (page || text)
        *ret = str_from_z(page ? s->whole : json_string_value(text));
    return page || text;
}

static bool run_case(const char *text, json_t *value, json_t *partials, const char *want)
{
    struct arena a CLEANUP(arena_free), scratch CLEANUP(arena_free);
    arena_init(&a, 4000000);
    arena_init(&scratch, 4000000);
    json_t *values = json_pack("[O]", value);
    struct spec spec = { partials, text };
    struct template_set set = { .from = &spec, .file = spec_file };
    struct template page = { "the page", view_of(&a, values), TEMPLATE_HTML };
    char *view = arena_alloc(&a, 1, page.view->size, SLOT);
    fill(&a, page.view, value, view);
    json_decref(values);
    struct program p = { NULL, 0 };
    struct str why = S("");
    struct buf out CLEANUP(buf_free) = buf_make(100000);
    if (template_compile(templates_make(&set, &a, &scratch), &page, true, &p, &why)) {
        printf("# " STR_FMT "\n", STR_ARG(why));
        return false;
    }
    if (template_run(&p, page.view, view, &out))
        return false;
    if (str_eq(buf_str(&out), str_from_z(want)))
        return true;
    printf("# template %s\n# got  " STR_FMT "\n# want %s\n", text, STR_ARG(buf_str(&out)), want);
    return false;
}

static int run_file(const char *path, int *bad)
{
    json_error_t e;
    json_t *spec = json_load_file(path, 0, &e);
    if (!spec) {
        printf("# %s is missing: its cases are SKIPPED\n", path);
        fflush(stdout);
        _Exit(SKIPPED);
    }
    size_t i;
    json_t *t;
    json_array_foreach(json_object_get(spec, "tests"), i, t)
    {
        bool good = run_case(json_string_value(json_object_get(t, "template")),
                             json_object_get(t, "data"), json_object_get(t, "partials"),
                             json_string_value(json_object_get(t, "expected")));
        if (!good)
            printf("# %s: %s\n", path, json_string_value(json_object_get(t, "name")));
        *bad += !good;
    }
    json_decref(spec);
    return (int)i;
}

TEST(template_mustache_specification)
{
    const char *folder = getenv("VECTORS"); /* beside the repository, unless said otherwise */
    static const char *const files[] = { "comments", "delimiters", "interpolation", "inverted",
                                         "partials", "sections",   "inheritance" };
    int n = 0, bad = 0;
    for (size_t i = 0; i < COUNT(files); i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/mustache/%s.json", folder ? folder : "../shared/vectors",
                 files[i]);
        n += run_file(path, &bad);
    }
    expect(bad == 0);
    expect(n == 136 + 27);
}

/* Some of the same cases, for those who have not the specification beside the repository. */
TEST(template_mustache_in_short)
{
    static const struct {
        const char *text, *data, *partials, *want;
    } cases[] = {
        { "Hello, {{subject}}!\n", "{\"subject\":\"world\"}", "{}", "Hello, world!\n" },
        { "{{forbidden}}|{{{forbidden}}}|{{&forbidden}}", "{\"forbidden\":\"& \\\" < >\"}", "{}",
          "&amp; &quot; &lt; &gt;|& \" < >|& \" < >" },
        { "\"{{mph}} miles an hour!\"", "{\"mph\":85}", "{}", "\"85 miles an hour!\"" },
        { "I ({{cannot}}) be seen!", "{}", "{}", "I () be seen!" },
        { "{{#a}}{{b.c}}{{/a}}", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"ERROR\"}}", "{}", "" },
        { "{{a.b}}", "{\"a.b\":\"c\",\"a\":{\"b\":\"d\"}}", "{}", "d" },
        { "\"{{#foo}}{{.}} is {{foo}}{{/foo}}\"", "{\"foo\":\"bar\"}", "{}", "\"bar is bar\"" },
        { "{{#list}}({{#.}}{{.}}{{/.}}){{/list}}", "{\"list\":[[1,2,3],[\"a\",\"b\",\"c\"]]}", "{}",
          "(123)(abc)" },
        { "{{#.}}({{value}}){{/.}}", "[{\"value\":\"a\"},{\"value\":\"b\"}]", "{}", "(a)(b)" },
        { " {{#boolean}}YES{{/boolean}}\n {{#boolean}}GOOD{{/boolean}}\n", "{\"boolean\":true}",
          "{}", " YES\n GOOD\n" },
        { "| This Is\n  {{#boolean}}\n|\n  {{/boolean}}\n| A Line\n", "{\"boolean\":true}", "{}",
          "| This Is\n|\n| A Line\n" },
        { "|\r\n{{^boolean}}\r\n{{/boolean}}\r\n|", "{\"boolean\":false}", "{}", "|\r\n|" },
        { "{{^list}}Yay lists!{{/list}}", "{\"list\":[]}", "{}", "Yay lists!" },
        { "({{=[ ]=}}[text])", "{\"text\":\"It worked!\"}", "{}", "(It worked!)" },
        { "Begin.\n  {{!\n    Something's going on here...\n  }}\nEnd.\n", "{}", "{}",
          "Begin.\nEnd.\n" },
        { "{{>node}}", "{\"content\":\"X\",\"nodes\":[{\"content\":\"Y\",\"nodes\":[]}]}",
          "{\"node\":\"{{content}}<{{#nodes}}{{>node}}{{/nodes}}>\"}", "X<Y<>>" },
        { "\\\n {{>partial}}\n/\n", "{\"content\":\"<\\n->\"}",
          "{\"partial\":\"|\\n{{{content}}}\\n|\\n\"}", "\\\n |\n <\n->\n |\n/\n" },
        { "{{<parent}}{{$a}}c{{/a}}{{/parent}}", "{}",
          "{\"parent\":\"{{<older}}{{$a}}p{{/a}}{{/older}}\",\"older\":\"{{$a}}g{{/a}}\"}", "c" },
        { "{{<parent}}{{$block}}\none\ntwo\n{{/block}}{{/parent}}\n", "{}",
          "{\"parent\":\"Hi,\\n{{$block}}\\n  default\\n{{/block}}\\n\"}", "Hi,\n  one\n  two\n" },
        { "{{<parent}}{{$block}}I say {{fruit}}.{{/block}}{{/parent}}",
          "{\"fruit\":\"apples\",\"nested\":{\"fruit\":\"bananas\"}}",
          "{\"parent\":\"{{#nested}}{{$block}}You say {{fruit}}.{{/block}}{{/nested}}\"}",
          "I say bananas." },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *value = json_loads(cases[i].data, JSON_DECODE_ANY, NULL);
        json_t *partials = json_loads(cases[i].partials, 0, NULL);
        expect(value && partials && run_case(cases[i].text, value, partials, cases[i].want));
        json_decref(value);
        json_decref(partials);
    }
}
