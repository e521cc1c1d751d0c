/* Without these one wrong file among many would leave half of them published, or nobody would know
   which line is wrong. */
#include "publishing/media.h"
#include "unit/press.h"
#include "unit/test.h"

#include <string.h>

static struct press press;

#define HEAD "series: River Watch\ntitle: The dike\ndate: 2018-05-04\nslug: the-dike\n"

static void expect_wrong(const char *text, const char *want)
{
    err e = press_publish(&press, "r.md", text);
    if (e != PUBLISH_WRONG)
        printf("# not refused, want %s\n", want);
    expect(e == PUBLISH_WRONG);
    expect_str(buf_str(&press.out), str_from_z(want));
}

static int64_t report_total(void)
{
    struct tx tx CLEANUP(tx_end) = { 0 };
    struct report_counts n = { 0 };
    expect(store_read(press.app.store, &tx) == OK && report_count(&tx, &n) == OK);
    return n.draft + n.scheduled + n.published + n.withdrawn;
}

TEST(publish_says_for_each_file_what_happened)
{
    press_start(&press, "");
    const char *file = "---\n" HEAD "---\nThe river.\n";
    expect(press_publish(&press, "r.md", file) == OK);
    expect_str(buf_str(&press.out), S("r.md: published: /2018/05/04/the-dike, revision 1, in the "
                                      "new series \"River Watch\"\n"));
    expect(press_publish(&press, "r.md", file) == OK);
    expect_str(buf_str(&press.out),
               S("r.md: is published already: /2018/05/04/the-dike, revision 1\n"));
    expect(press_publish(&press, "r.md", "---\n" HEAD "state: draft\n---\nThe lake.\n") == OK);
    expect_str(buf_str(&press.out),
               S("r.md: changes kept as a draft: /2018/05/04/the-dike, revision 2\n"));
    expect(press_publish(&press, "r.md", "---\n" HEAD "state: published\n---\nThe lake.\n") == OK);
    expect_str(buf_str(&press.out), S("r.md: published anew: /2018/05/04/the-dike, revision 2\n"));
    expect(report_total() == 1);
    press_end(&press);
}

TEST(publish_takes_all_states)
{
    press_start(&press, "");
    static const char *const cases[][2] = {
        { "draft", "r.md: kept as a draft: /2018/06/01/a, revision 1, in the new series \"S\"\n" },
        { "scheduled", "r.md: scheduled: /2018/06/01/a, revision 1\n" },
        { "withdrawn\nreason: It was wrong.", "r.md: withdrawn: /2018/06/01/a, revision 1\n" },
        { "published", "r.md: published: /2018/06/01/a, revision 1\n" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = str_print(&press.arena,
                                    "---\nseries: S\ntitle: A\ndate: 2018-06-01\nstate: %s\n"
                                    "---\nText.\n",
                                    cases[i][0]);
        expect(press_publish(&press, "r.md", str_z(&press.arena, text)) == OK);
        expect_str(buf_str(&press.out), str_from_z(cases[i][1]));
    }
    press_end(&press);
}

TEST(publish_refuses_with_file_line_and_key)
{
    press_start(&press, "");
    expect_wrong("no front matter", "r.md:1: the file does not begin with a line ---\n");
    expect_wrong("---\ntitle: A\ndate: 2018-05-04\n---\nx\n", "r.md:1: series: is missing\n");
    expect_wrong("---\nseries: S\ntitle:\ndate: 2018-05-04\n---\nx\n",
                 "r.md:3: title: is missing\n");
    expect_wrong("---\nseries: S\ntitle: A\ndate: 2018-02-30\n---\nx\n",
                 "r.md:4: date: is no day as YYYY-MM-DD, nor a time as YYYY-MM-DD HH:MM\n");
    expect_wrong("---\n" HEAD "state: shiny\n---\nx\n",
                 "r.md:6: state: is none of draft, scheduled, published, withdrawn\n");
    expect_wrong("---\n" HEAD "reason: x\n---\nx\n",
                 "r.md:6: reason: goes with state: withdrawn only\n");
    expect_wrong("---\n" HEAD "state: withdrawn\n---\nx\n",
                 "r.md:1: reason: is missing: say why the report is withdrawn\n");
    expect_wrong("---\n" HEAD "---\n\n", "r.md:7: text: is missing\n");
    expect_wrong("---\n" HEAD "---\nOne.\n\n![The dike](dike.png)\n",
                 "r.md:9: text: dike.png: there is no such file beside this one\n");
    expect(report_total() == 0);
    press_end(&press);
}

TEST(publish_keeps_all_out_when_one_is_wrong)
{
    press_start(&press, "");
    const struct publish_file files[] = {
        { S("good.md"), S("---\n" HEAD "---\nThe river.\n") },
        { S("bad.md"), S("---\ntitle: A\ndate: 2018-05-04\n---\nx\n") },
        { S("worse.md"), S("---\nx\n") },
    };
    expect(press_publish_all(&press, files, 3, NULL, 0) == PUBLISH_WRONG);
    expect_str(buf_str(&press.out), S("bad.md:1: series: is missing\n"
                                      "worse.md:2: a line here is \"key: value\"\n"));
    expect(report_total() == 0);
    press_end(&press);
}

TEST(publish_undoes_all_when_the_last_one_is_refused_by_what_is_there)
{
    press_start(&press, "");
    expect(press_publish(&press, "r.md", "---\n" HEAD "---\nThe river.\n") == OK);
    const struct publish_file files[] = {
        { S("good.md"), S("---\nseries: S\ntitle: Good\ndate: 2018-05-05\n---\nx\n") },
        { S("bad.md"), S("---\nseries: Another\ntitle: A\ndate: 2018-05-04\nslug: the-dike\n"
                         "---\nx\n") },
    };
    expect(press_publish_all(&press, files, 2, NULL, 0) == PUBLISH_WRONG);
    expect_str(buf_str(&press.out),
               S("bad.md:5: slug: another report of that date has this slug\n"));
    expect(report_total() == 1);
    press_end(&press);
}

TEST(publish_refuses_two_files_that_speak_of_one_report)
{
    press_start(&press, "");
    const struct publish_file files[] = {
        { S("a.md"), S("---\n" HEAD "---\nOne.\n") },
        { S("b.md"), S("---\n" HEAD "---\nTwo.\n") },
    };
    expect(press_publish_all(&press, files, 2, NULL, 0) == PUBLISH_WRONG);
    expect_str(buf_str(&press.out), S("b.md:5: slug: another report of that date has this slug\n"));
    const struct publish_file same[] = { files[0], files[0] };
    expect(press_publish_all(&press, same, 2, NULL, 0) == OK);
    press_end(&press);
}

TEST(publish_brings_the_pictures_beside_a_file)
{
    press_start(&press, "");
    struct str text = S("---\n" HEAD "---\n![The dike](pictures/the%20dike.png)\n\n"
                        "![Again](pictures/the%20dike.png) ![far](https://example.org/x.png)\n");
    struct publish_names names = publish_pictures(&press.arena, text);
    expect(names.n == 1);
    expect_str(names.names[0], S("pictures/the%20dike.png"));
    struct str path = publish_beside(&press.arena, S("news/r.md"), names.names[0]);
    expect_str(path, S("news/pictures/the dike.png"));
    const struct publish_file file = { S("news/r.md"), text };
    const struct publish_file picture = { path, press_sample(&press, "rich.png") };
    expect(press_publish_all(&press, &file, 1, &picture, 1) == OK);
    struct report_found found = { 0 };
    expect(press_find(&press, "2018-05-04", "the-dike", &found) == OK);
    expect(str_starts(found.report.image, S("/media/")));
    expect(str_ends(found.report.image, S("/the-dike.png")));
    size_t at = 0;
    struct str html = press_html(&press, found.report.id);
    expect(str_find(html, found.report.image, &at) && str_find(html, S("width=\"8\""), &at));
    expect(press_publish_all(&press, &file, 1, &picture, 1) == OK);
    expect(press_get(&press, found.report.id).newest == 1);
    const struct publish_file other = { path, press_sample(&press, "plain.png") };
    expect(press_publish_all(&press, &file, 1, &other, 1) == OK);
    expect(press_get(&press, found.report.id).newest == 2); // the same text shows something else
    expect(press_findings(&press) == 0);
    press_end(&press);
}

TEST(publish_refuses_pictures_that_are_damaged_or_elsewhere)
{
    press_start(&press, "");
    const struct publish_file file = { S("r.md"), S("---\n" HEAD "---\n![](a.jpg)\n") };
    const struct publish_file cut = { S("a.jpg"), press_sample(&press, "cut.jpg") };
    expect(press_publish_all(&press, &file, 1, &cut, 1) == PUBLISH_WRONG);
    expect_str(buf_str(&press.out), S("r.md:7: text: a.jpg: the picture's file is damaged\n"));
    struct arena *a = &press.arena;
    expect_str(publish_beside(a, S("d/r.md"), S("../secret.png")), S(""));
    expect_str(publish_beside(a, S("d/r.md"), S("a/../../secret.png")), S(""));
    expect_str(publish_beside(a, S("d/r.md"), S("%2e%2e/secret.png")), S(""));
    expect_str(publish_beside(a, S("d/r.md"), S("/etc/secret.png")), S(""));
    expect_str(publish_beside(a, S("d/r.md"), S("a%00.png")), S(""));
    expect_str(publish_beside(a, S("r.md"), S("a..b.png")), S("a..b.png"));
    expect_str(publish_beside(a, S("r.md"), S("100%.png")), S("100%.png"));
    press_end(&press);
}

TEST(publish_takes_standing_pages)
{
    press_start(&press, "");
    expect(press_publish(&press, "about.md", "---\npage: about\ntitle: About\n---\nUs.\n") == OK);
    expect_str(buf_str(&press.out), S("about.md: published: /about, revision 1\n"));
    expect(press_publish(&press, "about.md", "---\npage: about\ntitle: About\n---\nUs.\n") == OK);
    expect_str(buf_str(&press.out), S("about.md: nothing new: /about, revision 1\n"));
    expect_wrong("---\npage: funding\ntitle: X\n---\nx\n",
                 "r.md:2: page: is an address of the program's own\n");
    expect_wrong("---\npage: a\ntitle: X\ndate: 2018-05-04\n---\nx\n",
                 "r.md:4: date: a standing page has no such key\n");
    expect_wrong("---\npage: a\ntitle: X\nstate: withdrawn\n---\nx\n",
                 "r.md:4: state: is none of draft, published\n");
    expect_wrong("---\npage:\ntitle: X\n---\nx\n",
                 "r.md:2: page: is not made of a-z, 0-9 and hyphens between them, at most 80\n");
    press_end(&press);
}

TEST(publish_leaves_a_withdrawn_report_alone)
{
    press_start(&press, "");
    expect(press_publish(&press, "r.md",
                         "---\n" HEAD "state: withdrawn\nreason: Wrong.\n---\nx\n") == OK);
    expect_wrong("---\n" HEAD "---\nx\n",
                 "r.md:1: state: the report was withdrawn; \"state: published\" brings it back, "
                 "\"state: withdrawn\" leaves it so\n");
    expect(press_publish(&press, "r.md", "---\n" HEAD "state: published\n---\nx\n") == OK);
    expect_str(buf_str(&press.out), S("r.md: published: /2018/05/04/the-dike, revision 1\n"));
    press_end(&press);
}

TEST(publish_follows_an_id_through_new_dates_and_slugs)
{
    press_start(&press, "");
    expect(press_publish(&press, "r.md", "---\n" HEAD "---\nx\n") == OK);
    expect(press_publish(&press, "r.md", "---\n" HEAD "id: dike\n---\nx\n") == OK);
    expect(press_publish(&press, "r.md",
                         "---\nid: dike\nseries: River Watch\ntitle: The dike\n"
                         "date: 2018-05-05\nslug: the-wall\n---\nx\n") == OK);
    expect(report_total() == 1);
    struct report_found found = { 0 };
    expect(press_find(&press, "2018-05-04", "the-dike", &found) == OK);
    expect(found.standing == REPORT_MOVED);
    expect_str(found.report.path, S("/2018/05/05/the-wall"));
    expect_wrong("---\nid: other\nseries: River Watch\ntitle: The dike\ndate: 2018-05-05\n"
                 "slug: the-wall\n---\nx\n",
                 "r.md:6: slug: another report of that date has this slug\n");
    press_end(&press);
}
