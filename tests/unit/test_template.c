#include "unit/template_bench.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without this a reader's text could become markup, an address of a page could become a script, or
 * a wrong theme could be served.
 */

static const struct field item_fields[] = {
    FIELD_STR(struct item, name),
    FIELD_INT(struct item, n),
};
const struct view item_view = VIEW(struct item, item_fields);

static const struct field tree_fields[] = {
    FIELD_STR(struct tree, name),
    FIELD_LIST(struct tree, below, &tree_view),
};
const struct view tree_view = VIEW(struct tree, tree_fields);

static const struct field sample_fields[] = {
    FIELD_STR(struct sample, x),
    FIELD_STR(struct sample, y),
    FIELD_HTML(struct sample, html),
    FIELD_JSON(struct sample, json),
    FIELD_INT(struct sample, n),
    FIELD_BOOL(struct sample, yes),
    FIELD_BOOL(struct sample, no),
    FIELD_LIST(struct sample, items, &item_view),
    FIELD_LIST(struct sample, empty, &item_view),
    FIELD_LIST(struct sample, trees, &tree_view),
    FIELD_VIEW(struct sample, one, &item_view),
    FIELD_REF(struct sample, ref, &item_view),
    FIELD_REF(struct sample, none, &item_view),
};
const struct view sample_view = VIEW(struct sample, sample_fields);

static bool set_file(const void *from, struct str name, struct str *ret)
{
    const struct set_files *f = from;
    for (size_t i = 0; i + 1 < COUNT(f->text) && f->text[i]; i += 2) {
        if (str_eq(name, str_from_z(f->text[i]))) {
            *ret = str_from_z(f->text[i + 1]);
            return true;
        }
    }
    return false;
}

static const char *set_constant(const void *from, struct str name, struct arena *a, struct str *ret)
{
    (void)from;
    (void)a;
    bool word = str_eq(name, S("words.quote"));
    *ret = word ? S("\"<&'") : S("/assets/0123456789abcdef/site.css");
    return word || str_eq(name, S("asset.site.css")) ? NULL : "no such constant";
}

struct str bench_render(struct bench *b, const char *text, const struct sample *view)
{
    struct arena scratch CLEANUP(arena_free);
    arena_init(&scratch, 20000000);
    b->files.text[0] = "page";
    b->files.text[1] = text;
    struct template_set set = { &b->files, set_file, set_constant };
    struct template page = { "page", &sample_view, b->mode };
    struct program p = { NULL, 0 };
    struct str why = S("");
    if (template_compile(templates_make(&set, &b->a, &scratch), &page, false, &p, &why))
        return str_copy(&b->a, why);
    struct buf out CLEANUP(buf_free) = buf_make(1000000);
    if (template_run(&p, &sample_view, view, &out))
        return S("RAN INTO A LIMIT");
    return buf_copy(&out, &b->a);
}

void bench_init(struct bench *b, enum template_mode mode)
{
    *b = (struct bench){ .mode = mode };
    arena_init(&b->a, 20000000);
}

static const char *const payloads[] = {
    "\"><script>alert(1)</script>",
    "' onclick='alert(1)",
    "</script><!-- ]]>",
    "javascript:alert(1)",
    " \tJaVa\nScript:alert(1)",
    "data:text/html,<b>x",
    "&lt;b&gt; &amp; &#106;",
    "https://a.example/?q=1&r=%20 \"x\"#y",
    "mailto:a@b.example",
    "//b.example/x",
    "a\nb\tc\r\x01\x1b\x7f`{}",
    "r\xC3\xADo \xE5\xB7\x9D \xF0\x9F\x8C\x8A \xE2\x80\xA8\xE2\x80\xA9",
};

/* Each payload in that template, against what must come out. */
static void expect_all(enum template_mode mode, const char *text, const char *const *want)
{
    struct bench b;
    bench_init(&b, mode);
    for (size_t i = 0; i < COUNT(payloads); i++) {
        struct sample view = { .x = str_from_z(payloads[i]), .json = str_from_z(payloads[i]) };
        struct str got = bench_render(&b, text, &view);
        expect_str(got, str_from_z(want[i]));
    }
    arena_free(&b.a);
}

TEST(template_text_keeps_its_quotes_but_no_markup)
{
    static const char *const want[] = {
        "\"&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
        "' onclick='alert(1)",
        "&lt;/script&gt;&lt;!-- ]]&gt;",
        "javascript:alert(1)",
        " \tJaVa\nScript:alert(1)",
        "data:text/html,&lt;b&gt;x",
        "&amp;lt;b&amp;gt; &amp;amp; &amp;#106;",
        "https://a.example/?q=1&amp;r=%20 \"x\"#y",
        "mailto:a@b.example",
        "//b.example/x",
        "a\nb\tc\r\x01\x1B\x7F`{}",
        "r\xC3\xADo \xE5\xB7\x9D \xF0\x9F\x8C\x8A \xE2\x80\xA8\xE2\x80\xA9",
    };
    expect_all(TEMPLATE_HTML, "{{x}}", want);
}

TEST(template_a_quoted_attribute_cannot_be_left)
{
    static const char *const want[] = {
        "<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">",
        "<p title=\"&#39; onclick=&#39;alert(1)\">",
        "<p title=\"&lt;/script&gt;&lt;!-- ]]&gt;\">",
        "<p title=\"javascript:alert(1)\">",
        "<p title=\" \tJaVa\nScript:alert(1)\">",
        "<p title=\"data:text/html,&lt;b&gt;x\">",
        "<p title=\"&amp;lt;b&amp;gt; &amp;amp; &amp;#106;\">",
        "<p title=\"https://a.example/?q=1&amp;r=%20 &quot;x&quot;#y\">",
        "<p title=\"mailto:a@b.example\">",
        "<p title=\"//b.example/x\">",
        "<p title=\"a\nb\tc\r\x01\x1B\x7F`{}\">",
        "<p title=\"r\xC3\xADo \xE5\xB7\x9D \xF0\x9F\x8C\x8A \xE2\x80\xA8\xE2\x80\xA9\">",
    };
    expect_all(TEMPLATE_HTML, "<p title=\"{{x}}\">", want);
}

TEST(template_an_address_has_an_allowed_scheme_or_none)
{
    static const char *const want[] = {
        "<a href='&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>",
        "<a href='&#39;%20onclick=&#39;alert(1)'>",
        "<a href='&lt;/script&gt;&lt;!--%20]]&gt;'>",
        "<a href='#'>",
        "<a href='#'>",
        "<a href='#'>",
        "<a href='&amp;lt;b&amp;gt;%20&amp;amp;%20&amp;#106;'>",
        "<a href='https://a.example/?q=1&amp;r=%20%20&quot;x&quot;#y'>",
        "<a href='mailto:a@b.example'>",
        "<a href='//b.example/x'>",
        "<a href='a%0Ab%09c%0D%01%1B%7F`{}'>",
        "<a href='r\xC3\xADo%20\xE5\xB7\x9D%20\xF0\x9F\x8C\x8A%20\xE2\x80\xA8\xE2\x80\xA9'>",
    };
    expect_all(TEMPLATE_HTML, "<a href='{{x}}'>", want);
}

TEST(template_a_part_of_an_address_cannot_become_another_part)
{
    static const char *const want[] = {
        "<a href=\"/s/%22%3E%3Cscript%3Ealert(1)%3C/script%3E\">",
        "<a href=\"/s/&#39;%20onclick=&#39;alert(1)\">",
        "<a href=\"/s/%3C/script%3E%3C!--%20%5D%5D%3E\">",
        "<a href=\"/s/javascript:alert(1)\">",
        "<a href=\"/s/%20%09JaVa%0AScript:alert(1)\">",
        "<a href=\"/s/data:text/html,%3Cb%3Ex\">",
        "<a href=\"/s/&amp;lt;b&amp;gt;%20&amp;amp;%20&amp;%23106;\">",
        "<a href=\"/s/https://a.example/%3Fq=1&amp;r=%20%20%22x%22%23y\">",
        "<a href=\"/s/mailto:a@b.example\">",
        "<a href=\"/s///b.example/x\">",
        "<a href=\"/s/a%0Ab%09c%0D%01%1B%7F%60%7B%7D\">",
        "<a href=\"/s/r%C3%ADo%20%E5%B7%9D%20%F0%9F%8C%8A%20%E2%80%A8%E2%80%A9\">",
    };
    expect_all(TEMPLATE_HTML, "<a href=\"/s/{{x}}\">", want);
}

TEST(template_a_value_in_a_query_cannot_add_another)
{
    static const char *const want[] = {
        "<a href=\"?q=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E\">",
        "<a href=\"?q=%27%20onclick%3D%27alert%281%29\">",
        "<a href=\"?q=%3C%2Fscript%3E%3C%21--%20%5D%5D%3E\">",
        "<a href=\"?q=javascript%3Aalert%281%29\">",
        "<a href=\"?q=%20%09JaVa%0AScript%3Aalert%281%29\">",
        "<a href=\"?q=data%3Atext%2Fhtml%2C%3Cb%3Ex\">",
        "<a href=\"?q=%26lt%3Bb%26gt%3B%20%26amp%3B%20%26%23106%3B\">",
        "<a href=\"?q=https%3A%2F%2Fa.example%2F%3Fq%3D1%26r%3D%2520%20%22x%22%23y\">",
        "<a href=\"?q=mailto%3Aa%40b.example\">",
        "<a href=\"?q=%2F%2Fb.example%2Fx\">",
        "<a href=\"?q=a%0Ab%09c%0D%01%1B%7F%60%7B%7D\">",
        "<a href=\"?q=r%C3%ADo%20%E5%B7%9D%20%F0%9F%8C%8A%20%E2%80%A8%E2%80%A9\">",
    };
    expect_all(TEMPLATE_HTML, "<a href=\"?q={{x}}\">", want);
}

TEST(template_an_address_in_a_srcset_cannot_add_another)
{
    static const char *const want[] = {
        "<img srcset=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; 1x\">",
        "<img srcset=\"&#39;%20onclick=&#39;alert(1) 1x\">",
        "<img srcset=\"&lt;/script&gt;&lt;!--%20]]&gt; 1x\">",
        "<img srcset=\"# 1x\">",
        "<img srcset=\"# 1x\">",
        "<img srcset=\"# 1x\">",
        "<img srcset=\"&amp;lt;b&amp;gt;%20&amp;amp;%20&amp;#106; 1x\">",
        "<img srcset=\"https://a.example/?q=1&amp;r=%20%20&quot;x&quot;#y 1x\">",
        "<img srcset=\"mailto:a@b.example 1x\">",
        "<img srcset=\"//b.example/x 1x\">",
        "<img srcset=\"a%0Ab%09c%0D%01%1B%7F`{} 1x\">",
        ("<img srcset=\"r\xC3\xADo%20\xE5\xB7\x9D%20\xF0\x9F\x8C\x8A%20\xE2\x80\xA8\xE2\x80\xA9 "
         "1x\">"),
    };
    expect_all(TEMPLATE_HTML, "<img srcset=\"{{x}} 1x\">", want);
}

TEST(template_json_cannot_end_its_script)
{
    static const char *const want[] = {
        "<script "
        "type=\"application/ld+json\">\"\\u003e\\u003cscript\\u003ealert(1)\\u003c/script\\u003e</"
        "script>",
        "<script type=\"application/ld+json\">' onclick='alert(1)</script>",
        "<script type=\"application/ld+json\">\\u003c/script\\u003e\\u003c!-- ]]\\u003e</script>",
        "<script type=\"application/ld+json\">javascript:alert(1)</script>",
        "<script type=\"application/ld+json\"> \tJaVa\nScript:alert(1)</script>",
        "<script type=\"application/ld+json\">data:text/html,\\u003cb\\u003ex</script>",
        "<script type=\"application/ld+json\">\\u0026lt;b\\u0026gt; \\u0026amp; "
        "\\u0026#106;</script>",
        "<script type=\"application/ld+json\">https://a.example/?q=1\\u0026r=%20 \"x\"#y</script>",
        "<script type=\"application/ld+json\">mailto:a@b.example</script>",
        "<script type=\"application/ld+json\">//b.example/x</script>",
        "<script type=\"application/ld+json\">a\nb\tc\r\x01\x1B\x7F`{}</script>",
        "<script type=\"application/ld+json\">r\xC3\xADo \xE5\xB7\x9D \xF0\x9F\x8C\x8A "
        "\\u2028\\u2029</script>",
    };
    expect_all(TEMPLATE_HTML, "<script type=\"application/ld+json\">{{json}}</script>", want);
}

TEST(template_a_feed_holds_only_what_xml_can)
{
    static const char *const want[] = {
        "<a "
        "b=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/"
        "script&gt;\">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</a>",
        "<a b=\"&#39; onclick=&#39;alert(1)\">&#39; onclick=&#39;alert(1)</a>",
        "<a b=\"&lt;/script&gt;&lt;!-- ]]&gt;\">&lt;/script&gt;&lt;!-- ]]&gt;</a>",
        "<a b=\"javascript:alert(1)\">javascript:alert(1)</a>",
        "<a b=\" \tJaVa\nScript:alert(1)\"> \tJaVa\nScript:alert(1)</a>",
        "<a b=\"data:text/html,&lt;b&gt;x\">data:text/html,&lt;b&gt;x</a>",
        "<a b=\"&amp;lt;b&amp;gt; &amp;amp; &amp;#106;\">&amp;lt;b&amp;gt; &amp;amp; "
        "&amp;#106;</a>",
        "<a b=\"https://a.example/?q=1&amp;r=%20 "
        "&quot;x&quot;#y\">https://a.example/?q=1&amp;r=%20 &quot;x&quot;#y</a>",
        "<a b=\"mailto:a@b.example\">mailto:a@b.example</a>",
        "<a b=\"//b.example/x\">//b.example/x</a>",
        "<a "
        "b=\"a\nb\tc&#13;\xEF\xBF\xBD\xEF\xBF\xBD\x7F`{}\">a\nb\tc&#13;"
        "\xEF\xBF\xBD\xEF\xBF\xBD\x7F`{}</a>",
        "<a b=\"r\xC3\xADo \xE5\xB7\x9D \xF0\x9F\x8C\x8A \xE2\x80\xA8\xE2\x80\xA9\">r\xC3\xADo "
        "\xE5\xB7\x9D \xF0\x9F\x8C\x8A \xE2\x80\xA8\xE2\x80\xA9</a>",
    };
    expect_all(TEMPLATE_XML, "<a b=\"{{x}}\">{{x}}</a>", want);
}
struct pair {
    const char *text, *want;
};

static const struct item items[] = { { { "a", 1 }, 1 }, { { "b", 1 }, 2 } };

static struct sample full(void)
{
    return (struct sample){ .x = S("<x>"),
                            .y = S("y"),
                            .html = { S("<b>bold</b>") },
                            .json = S("{\"a\":\"<\"}"),
                            .n = -42,
                            .yes = true,
                            .items = { items, 2 },
                            .one = { .name = S("one"), .n = INT64_MIN },
                            .ref = &items[1] };
}

static void expect_pairs(enum template_mode mode, const struct pair *pairs, size_t n)
{
    struct bench b;
    bench_init(&b, mode);
    struct sample view = full();
    for (size_t i = 0; i < n; i++)
        expect_str(bench_render(&b, pairs[i].text, &view), str_from_z(pairs[i].want));
    arena_free(&b.a);
}

TEST(template_every_kind_of_field_is_printed_and_asked)
{
    static const struct pair pairs[] = {
        { "{{x}} {{n}} {{one.n}} {{ref.name}} {{none.name}}.",
          "&lt;x&gt; -42 -9223372036854775808 b ." },
        { "{{{html}}}{{&html}}", "<b>bold</b><b>bold</b>" },
        { "{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{^yes}}3{{/yes}}{{^no}}4{{/no}}", "14" },
        { "{{#x}}[{{.}}]{{/x}}{{#n}}[{{.}}]{{/n}}{{#html}}[{{{.}}}]{{/html}}",
          "[&lt;x&gt;][-42][<b>bold</b>]" },
        { "{{#items}}{{name}}{{n}}{{x}};{{/items}}", "a1&lt;x&gt;;b2&lt;x&gt;;" },
        { "{{#items.some}}({{#items}}{{n}}{{/items}}){{/items.some}}{{^items.some}}0{{/"
          "items.some}}",
          "(12)" },
        { "{{#empty}}x{{/empty}}{{^empty}}none{{/empty}}{{#empty.some}}y{{/empty.some}}", "none" },
        { "{{#one}}{{name}}{{/one}}{{#ref}}{{name}}{{/ref}}{{#none}}no{{/none}}{{^none}}-{{/none}}",
          "oneb-" },
        { "<i title=\"{{words.quote}}\">{{words.quote}}</i>",
          "<i title=\"&quot;&lt;&amp;&#39;\">\"&lt;&amp;'</i>" },
        { "<link href=\"{{asset.site.css}}?{{x}}\">",
          "<link href=\"/assets/0123456789abcdef/site.css?%3Cx%3E\">" },
        { "<script type=\"application/ld+json\">{{json}}</script>{{x}}",
          "<script type=\"application/ld+json\">{\"a\":\"\\u003c\"}</script>&lt;x&gt;" },
        { "<textarea>{{x}}</textarea><title>{{x}}</title>",
          "<textarea>&lt;x&gt;</textarea><title>&lt;x&gt;</title>" },
    };
    expect_pairs(TEMPLATE_HTML, pairs, COUNT(pairs));
}

TEST(template_sections_may_hold_whole_attributes_and_parts_of_values)
{
    static const struct pair pairs[] = {
        { "<option{{#yes}} selected{{/yes}}>", "<option selected>" },
        { "<option {{#yes}}selected{{/yes}} {{#no}}disabled{{/no}}>", "<option selected >" },
        { "<p class=\"a{{#yes}} b{{/yes}}{{#no}} c{{/no}}\">", "<p class=\"a b\">" },
        { "<p {{#yes}}id=\"a\"{{/yes}}{{^yes}}id=\"b\"{{/yes}}>", "<p id=\"a\">" },
        { "<p{{#items}} data-{{/items}}>", "<p data- data->" },
        { "<a href=\"{{y}}{{#yes}}?n={{x}}{{/yes}}\">", "<a href=\"y?n=%3Cx%3E\">" },
        { "<a href=\"{{y}}{{#no}}?n={{x}}{{/no}}#end\">", "<a href=\"y#end\">" },
        { "<a href=\"{{#yes}}/a{{/yes}}{{^yes}}{{y}}{{/yes}}\">", "<a href=\"/a\">" },
        { "<a href=\"bitcoin:{{y}}?amount={{n}}&amp;label={{x}}\">",
          "<a href=\"bitcoin:y?amount=-42&amp;label=%3Cx%3E\">" },
        { "<img srcset=\"{{y}} {{n}}w, /b.png 2x, {{y}} 3x\">",
          "<img srcset=\"y -42w, /b.png 2x, y 3x\">" },
        { "<!doctype html><!-- {{! unsent }}<a> --><br/>{{y}}",
          "<!doctype html><!-- <a> --><br/>y" },
        { "<style>a{{#yes}}{ }{{/yes}}</style>", "<style>a{ }</style>" },
        { "<meta name=\"description\" content=\"{{x}}\">",
          "<meta name=\"description\" content=\"&lt;x&gt;\">" },
    };
    expect_pairs(TEMPLATE_HTML, pairs, COUNT(pairs));
}

TEST(template_places_where_nothing_is_safe_are_refused_with_their_line)
{
    static const struct pair pairs[] = {
        { "\n\n<a href={{x}}>", "page:3: `x`: put quotes around the value" },
        { "<a title=a{{x}}>", "page:1: `x`: put quotes around the value" },
        { "<a onclick=\"f('{{x}}')\">",
          "page:1: `x`: attributes that begin with on hold scripts: no {{}} is safe there" },
        { "<svg onLoad='{{n}}'>",
          "page:1: `n`: attributes that begin with on hold scripts: no {{}} is safe there" },
        { "<p style=\"color: {{x}}\">",
          "page:1: `x`: no {{}} is safe in a style attribute: use a class" },
        { "<iframe srcdoc=\"{{x}}\">", "page:1: `x`: no {{}} is safe in srcdoc" },
        { "<script>var a = \"{{x}}\";</script>",
          "page:1: `x`: no {{}} is safe in a script, but json in one whose type is "
          "application/ld+json" },
        { "<script type=\"application/ld+json\">{{x}}</script>",
          "page:1: `x`: no {{}} is safe in a script, but json in one whose type is "
          "application/ld+json" },
        { "<script type=\"module\" type=\"application/ld+json\">{{json}}</script>",
          "page:1: `json`: json belongs into <script type=\"application/ld+json\"> only" },
        { "<script :type=\"application/ld+json\">{{json}}</script>",
          "page:1: `json`: json belongs into <script type=\"application/ld+json\"> only" },
        { "<svg onx:y='{{n}}'>",
          "page:1: `n`: attributes that begin with on hold scripts: no {{}} is safe there" },
        { "<p>{{json}}", "page:1: `json`: json belongs into <script type=\"application/ld+json\"> "
                         "only" },
        { "<script type=\"{{x}}\">", "page:1: `x`: this attribute may have no {{}}" },
        { "<script src=\"{{x}}\">", "page:1: `x`: this attribute may have no {{}}" },
        { "<animate attributeName=\"href\" to=\"{{x}}\">",
          "page:1: `x`: this attribute may have no {{}}" },
        { "<style>p { color: {{x}} }</style>", "page:1: `x`: no {{}} is safe in a style element" },
        { "<!-- {{x}} -->", "page:1: `x`: no {{}} in comments and declarations; {{! is a comment "
                            "that is not sent" },
        { "<!doctype {{x}}>", "page:1: `x`: no {{}} in comments and declarations; {{! is a comment "
                              "that is not sent" },
        { "<{{x}}>", "page:1: `x`: a tag's or attribute's name cannot be made of parts" },
        { "<h{{n}}>", "page:1: `n`: a tag's or attribute's name cannot be made of parts" },
        { "</h{{n}}>", "page:1: `n`: a tag's or attribute's name cannot be made of parts" },
        { "<p {{x}}>", "page:1: `x`: a tag's or attribute's name cannot be made of parts" },
        { "<p data-{{x}}=\"\">",
          "page:1: `x`: a tag's or attribute's name cannot be made of parts" },
        { "<p a=\"b\"{{x}}>", "page:1: `x`: a tag's or attribute's name cannot be made of parts" },
        { "<a href=\"javascript:f({{n}})\">",
          "page:1: `n`: an address of this scheme may have no {{}}" },
        { "<a href=\"&#106;avascript:{{x}}\">",
          "page:1: `x`: an address of this scheme may have no {{}}" },
        { "<a href=\"java{{x}}\">",
          "page:1: `x`: this may become an address's scheme: begin the address with / or ./" },
        { "<a href=\"{{x}}{{y}}\">",
          "page:1: `y`: two {{}} at an address's beginning: put / ? or # between them" },
        { "<a href=\"{{x}}script:{{y}}\">",
          "page:1: after {{}} at an address's beginning must come / ? # or its end (at "
          "`script:`)" },
        { "<a href=\"{{x}}&colon;{{y}}\">",
          "page:1: after {{}} at an address's beginning must come / ? # or its end (at "
          "`&colon;`)" },
        { "<a href=\"{{#yes}}/a{{/yes}}{{x}}\">",
          "page:1: `x`: the address before this {{}} is not the same in all cases" },
        { "<meta http-equiv=\"refresh\" content=\"0;url={{x}}\">",
          "page:1: `x`: a meta element with http-equiv may have no {{}} in its content" },
        { "<meta content=\"0;url={{x}}\" http-equiv=\"refresh\">",
          "page:1: a meta element with http-equiv may have no {{}} in its content (at "
          "`=\"refresh\">`)" },
        { "<p>{{html}}", "page:1: `html`: this is markup: write {{{x}}}" },
        { "<p title=\"{{{html}}}\">", "page:1: `html`: markup may stand only where text may" },
        { "<title>{{{html}}}</title>", "page:1: `html`: markup may stand only where text may" },
        { "<p>{{{x}}}", "page:1: `x`: {{{x}}} is for markup made by the program: write {{x}}" },
    };
    expect_pairs(TEMPLATE_HTML, pairs, COUNT(pairs));
}

TEST(template_markup_a_browser_would_repair_is_refused)
{
    static const struct pair pairs[] = {
        { "a < b", "page:1: a bare < is written &lt; (at `b`)" },
        { "\n<p a\"b>", "page:2: an attribute's name cannot hold this (at `\"b>`)" },
        { "<p a=\"b\"c>", "page:1: here must be a blank or the tag's end (at `c>`)" },
        { "<title>a<b>c</title>", "page:1: a bare < is written &lt; (at `b>c</title>`)" },
        { "<script><!-- </script>", "page:1: <! cannot stand in a script (at `!-- </script>`)" },
        { "<xmp>", "page:1: this element does not belong into a page (at `>`)" },
        { "<p", "page:1: this tag, comment or script is never closed" },
        { "{{#yes}}<p {{/yes}}>",
          "page:1: the section `yes` must end where it began: in the same text, tag or value" },
        { "<p{{#items}}a{{/items}}>", "page:1: here must be a blank or the tag's end (at `a`)" },
        { "<p {{#items}}a{{/items}}>",
          "page:1: the list `items` must begin with what may follow it" },
        { "<p {{#yes}}class{{/yes}}=\"a\">",
          "page:1: here must be a blank or the tag's end (at `=\"a\">`)" },
        { "{{#yes}}<title>{{/yes}}",
          "page:1: the section `yes` must end where it began: in the same text, tag or value" },
    };
    expect_pairs(TEMPLATE_HTML, pairs, COUNT(pairs));
}

TEST(template_wrong_names_and_tags_are_refused_with_their_line)
{
    static const struct pair pairs[] = {
        { "\n{{titel}}",
          "page:2: no field `titel` in sample (has: x, y, html, json, n, yes, no, items, empty, "
          "trees, one, ref, none)" },
        { "{{#items}}\n{{nme}}{{/items}}",
          "page:2: no field `nme` in item (has: name, n; sample: x, y, html, json, n, yes, no, "
          "items, empty, trees, one, ref, none)" },
        { "{{one.nme}}", "page:1: no field `nme` in item (has: name, n)" },
        { "{{x.y}}", "page:1: `x` has no fields to be named after a dot" },
        { "{{items.name}}", "page:1: `items` has no fields to be named after a dot" },
        { "{{yes}}", "page:1: `yes` is not text: it is for sections" },
        { "{{items}}", "page:1: `items` is not text: it is for sections" },
        { "{{.}}", "page:1: {{.}} has no value here: name a field" },
        { "{{words.nothing}}", "page:1: no such constant" },
        { "{{#words.quote}}{{/words.quote}}", "page:1: `words.quote` is text, not a section" },
        { "{{>nothing}}", "page:1: no file `nothing`" },
        { "{{#yes}}\n", "page:1: never closed: yes" },
        { "{{#yes}}\n{{/no}}", "page:2: this must close yes, open since line 1" },
        { "{{/no}}", "page:1: nothing is open here to be closed by /no" },
        { "a\n{{x", "page:2: this tag is never closed" },
        { "{{}}", "page:1: a tag without a name" },
        { "{{a b}}", "page:1: not a name: a b" },
        { "{{=a=}}", "page:1: delimiters are set as {{=<% %>=}}" },
        { "{{>page}}", "page:1: `page` includes itself without end" },
        { "{{#yes}}{{>page}}{{/yes}}", "page:1: `page` includes itself without end" },
        { "{{<page}}{{/page}}", "page:1: `page`: files within each other more than 32 deep" },
    };
    expect_pairs(TEMPLATE_HTML, pairs, COUNT(pairs));
}
