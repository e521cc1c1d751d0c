#include "base/json.h"
#include "unit/test.h"

#include <string.h>

/* Without these a body could mean one thing to us and another to its sender. */

static struct arena arena_of_test(void)
{
    struct arena a;
    arena_init(&a, 1 << 22);
    return a;
}

static const struct json *parsed(struct arena *a, struct str text)
{
    const struct json *j = NULL;
    struct str why = { 0 };
    err e = json_parse(text, 100000, a, &j, &why);
    if (e)
        printf("# refused: " STR_FMT "\n", STR_ARG(why));
    expect(e == OK && j);
    return j;
}

static void expect_wrong(struct str text)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    const struct json *j = NULL;
    struct str why = { 0 };
    expect(json_parse(text, 100000, &a, &j, &why) == JSON_WRONG && !j && why.n);
}

TEST(a_body_is_read_member_by_member)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    const struct json *j =
        parsed(&a, S(" {\"name\": \"\\u0041da \\ud83d\\udca7\", \"value\": -1, \"notify\": true,"
                     "\"parent\": null, \"list\": [1, 2.5, {\"x\": []}]}\n"));
    struct str s = { 0 };
    int64_t v = 0;
    bool b = false;
    expect(json_get_str(j, "name", &s));
    expect_str(s, S("Ada 💧"));
    expect(json_get_int(j, "value", &v) && v == -1);
    expect(json_get_bool(j, "notify", &b) && b);
    expect(json_get(j, "parent")->kind == JSON_KIND_NULL && !json_get(j, "other"));
    const struct json *list = json_get(j, "list");
    expect(list->kind == JSON_KIND_ARRAY && list->n == 3 && list->items[1].kind == JSON_KIND_REAL);
    expect(list->items[2].kind == JSON_KIND_OBJECT && json_get(&list->items[2], "x")->n == 0);
    expect_str(j->names[4], S("list"));
}

TEST(a_member_of_another_kind_is_as_good_as_none)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    const struct json *j = parsed(&a, S("{\"s\": 1, \"i\": \"1\", \"b\": 0, \"r\": 1.0}"));
    struct str s = S("kept");
    int64_t v = 77;
    bool b = true;
    expect(!json_get_str(j, "s", &s) && !json_get_int(j, "i", &v) && !json_get_int(j, "r", &v));
    expect(!json_get_bool(j, "b", &b) && !json_get_int(j, "none", &v));
    expect(!json_get_int(json_get(j, "s"), "x", &v) && !json_get_int(NULL, "x", &v));
    expect_str(s, S("kept"));
    expect(v == 77 && b);
}

TEST(members_nobody_asked_for_are_named)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    const struct json *j = parsed(&a, S("{\"name\": \"\", \"skip\": 1, \"body\": \"\"}"));
    struct str other = { 0 };
    expect(json_only(j, "name body skip", &other) && !other.s);
    expect(!json_only(j, "name body", &other));
    expect_str(other, S("skip"));
    expect(!json_only(j, "name body ski", &other));
    expect(!json_only(j, "", &other));
    expect_str(other, S("name"));
    expect(!json_only(parsed(&a, S("[1]")), "name", &other) && other.n == 0); // no object
}

TEST(what_is_not_one_json_value_is_refused)
{
    const struct str bad[] = {
        S(""),
        S(" "),
        S("1"),
        S("\"x\""),
        S("null"),
        S("{"),
        S("{} {}"),
        S("[1,]"),
        S("{\"a\":1,}"),
        S("{'a':1}"),
        S("{\"a\":1,\"a\":1}"),
        S("{\"a\":{\"b\":1,\"\\u0062\":2}}"),
        S("[01]"),
        S("[1.]"),
        S("[+1]"),
        S("[NaN]"),
        S("[9223372036854775808]"),
        S("[\"\\u0000\"]"),
        S("[\"a\0b\"]"),
        S("{\"a\\u0000b\":1}"),
        S("[\"\\ud800\"]"),
        S("[\"\\udc00\\ud800\"]"),
        S("[\"\xff\"]"),
        S("[\"\xed\xa0\x80\"]"),
        S("[\"\xc0\xaf\"]"),
        S("[\"a\nb\"]"),
        S("\xEF\xBB\xBF[]"),
        S("// x\n[]"),
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        expect_wrong(bad[i]);
    struct arena a CLEANUP(arena_free) = arena_of_test();
    expect(parsed(&a, S("[9223372036854775807]"))->items[0].number == INT64_MAX);
}

TEST(nesting_ends_at_its_limit)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    char text[2 * (JSON_DEPTH_MAX + 1)];
    memset(text, '[', JSON_DEPTH_MAX + 1);
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    (void)parsed(&a, (struct str){ text + 1, 2 * (size_t)JSON_DEPTH_MAX });
    expect_wrong((struct str){ text, sizeof text });
    (void)parsed(&a, S("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"]"));
    char *deep = arena_new(&a, char, 50000);
    memset(deep, '[', 50000);
    expect_wrong((struct str){ deep, 50000 });
}

TEST(a_body_ends_at_the_callers_limit)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    const struct json *j = NULL;
    struct str why = { 0 };
    expect(json_parse(S("[1,2]"), 5, &a, &j, &why) == OK);
    j = NULL;
    expect(json_parse(S("[1,2]"), 4, &a, &j, &why) == JSON_TOO_LARGE && !j);
}

TEST(what_is_written_is_what_was_meant)
{
    struct buf out CLEANUP(buf_free) = buf_make(1000);
    struct json_writer w = json_writer(&out);
    json_write_object(&w, NULL);
    json_write_str(&w, "a", S("x\"\\/\b\f\n\r\t\x01\x7f ü"));
    json_write_array(&w, "list");
    json_write_int(&w, NULL, INT64_MIN);
    json_write_object(&w, NULL);
    json_write_end(&w);
    json_write_array(&w, NULL);
    json_write_null(&w, NULL);
    json_write_bool(&w, NULL, true);
    json_write_end(&w);
    json_write_end(&w);
    json_write_name(&w, S("named \""));
    json_write_bool(&w, NULL, false);
    json_write_null(&w, "none");
    json_write_end(&w);
    expect_str(buf_str(&out),
               S("{\"a\":\"x\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f ü\",\"list\":[-9223372036854775808,"
                 "{},[null,true]],\"named \\\"\":false,\"none\":null}"));
}

TEST(for_a_script_element_markup_is_written_as_escapes)
{
    struct buf out CLEANUP(buf_free) = buf_make(1000);
    struct json_writer w = json_writer(&out);
    w.for_html = true;
    json_write_array(&w, NULL);
    json_write_str(&w, NULL, S("</script>&<!--"));
    json_write_str(&w, NULL, S("\u2028\u2029\u20ac"));
    json_write_str(&w, NULL, (struct str){ "\u2028", 1 });
    json_write_end(&w);
    expect_str(buf_str(&out), S("[\"\\u003c/script\\u003e\\u0026\\u003c!--\","
                                "\"\\u2028\\u2029\u20ac\",\"\xe2\"]"));
}

TEST(what_was_written_is_read_back_the_same)
{
    struct arena a CLEANUP(arena_free) = arena_of_test();
    struct buf out CLEANUP(buf_free) = buf_make(10000);
    char every[0x7f];
    for (size_t i = 0; i < sizeof every; i++)
        every[i] = (char)(i + 1);
    for (int html = 0; html < 2; html++) {
        buf_clear(&out);
        struct json_writer w = json_writer(&out);
        w.for_html = html;
        json_write_object(&w, NULL);
        json_write_str(&w, "every", (struct str){ every, sizeof every });
        json_write_end(&w);
        struct str back = { 0 };
        expect(json_get_str(parsed(&a, buf_str(&out)), "every", &back));
        expect_str(back, ((struct str){ every, sizeof every }));
    }
}

TEST(numbers_keep_their_text_whatever_stands_around_them)
{
    struct arena a;
    struct str why = { 0 };
    struct str text = { 0 };
    const struct json *j = NULL;
    arena_init(&a, 1 << 20);
    struct str s =
        S("{\"1\":\"2\\\"3\",\"a\":0.1000000000000000000012,\"b\":[-7,1e3,{\"c\":-0.50E+2}],"
          "\"d\":12,\"\\\\4\":\"5\\\\\",\"e\":25.00}");
    expect(json_parse(s, s.n, &a, &j, &why) == OK);
    expect(json_get_number(j, "a", &text));
    expect_str(text, S("0.1000000000000000000012"));
    const struct json *b = json_get(j, "b");
    expect_str(b->items[0].text, S("-7"));
    expect_str(b->items[1].text, S("1e3"));
    expect(json_get_number(&b->items[2], "c", &text));
    expect_str(text, S("-0.50E+2"));
    expect(json_get_number(j, "d", &text));
    expect_str(text, S("12"));
    expect(json_get_number(j, "e", &text));
    expect_str(text, S("25.00"));
    expect(!json_get_number(j, "1", &text) && !json_get_number(j, "z", &text));
    arena_free(&a);
}
