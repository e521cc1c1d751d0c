"""Published pages as readers and crawlers get them. Without these a report could vanish, move without a
trace, or be served to nobody."""

import gzip
import json
import os
import re
import xml.etree.ElementTree as ET

import pytest

from conftest import PATH, REPORT, page


def report(day, slug, title, series="Daily Field Report", state="published", body="Text."):
    return (f"---\nseries: {series}\ntitle: {title}\ndate: {day}\nslug: {slug}\nstate: {state}\n---\n{body}\n")


def test_the_report_page_has_its_headline_byline_and_text(shared_site):
    text = shared_site.client().get(PATH).text
    assert "Daily Field Report – May 4, 2018: Floodwater Breaches the Southern Dike" in text
    assert "Mara Lindqvist" in text and "Millbrook" in text and "<em>two metres</em>" in text


def test_publishing_the_same_file_twice_makes_no_second_report_and_no_revision(site):
    import os
    import sqlite3
    site.publish(REPORT)
    assert site.client().get("/").text.count("<h2") == 1
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        assert db.execute("select count(*) from revision").fetchone()[0] == 1
    db.close()


def test_more_pictures_than_one_command_takes_are_refused_in_one_line(site):
    text = report("2018-06-01", "heavy", "Heavy")
    for n in range(5):
        with open(os.path.join(site.folder, f"p{n}.png"), "wb") as f:
            f.truncate(60 * 1024 * 1024)
        text += f"\n![p](p{n}.png)\n"
    status, _, said = site.publish(text, check=False)
    assert status == 1 and "more than 240 MB together" in said and said.count("\n") == 1
    assert site.client().get("/2018/06/01/heavy").status == 404


def test_a_changed_file_changes_the_page_at_once(site):
    client = site.client()
    assert "two metres" in client.get(PATH).text
    site.publish(REPORT.replace("two metres", "three metres"))
    assert "three metres" in client.get(PATH).text


@pytest.mark.parametrize("change, says", [
    (("date: 2018-05-04", "date: 2018-02-30"), ":4: date:"),
    (("title: Floodwater Breaches the Southern Dike", "title:"), ":3: title:"),
    (("byline:", "bylaw:"), ":6: bylaw"),
    (("state: published", "state: shiny"), ":8: state:"),
    (("slug: southern-dike", "slug: Southern Dike"), ":5: slug:"),
    (("dateline: Millbrook", "series: Again"), ":7: series"),
])
def test_front_matter_errors_name_file_line_and_key(site, change, says):
    status, out, err = site.publish(REPORT.replace(*change), name="bad.md", check=False)
    assert status == 1 and "bad.md" + says in out + err, out + err


def test_one_wrong_file_keeps_all_of_a_command_out(site, tmp_path):
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(report("2018-06-01", "good", "Good"))
    bad.write_text(report("2018-06-02", "bad", ""))
    assert site.command("publish", str(good), str(bad), check=False)[0] == 1
    assert site.client().get("/2018/06/01/good").status == 404


def test_a_changed_slug_redirects_and_a_withdrawn_report_says_so(site):
    first = report("2018-06-01", "old-name", "One").replace("state:", "id: one\nstate:")
    site.publish(first, name="one.md")
    site.publish(first.replace("slug: old-name", "slug: new-name"), name="one.md")
    client = site.client()
    moved = client.get("/2018/06/01/old-name")
    assert moved.status == 301 and moved.location.endswith("/2018/06/01/new-name")
    assert client.get("/2018/06/01/new-name").status == 200
    gone = first.replace("slug: old-name", "slug: new-name").replace(
        "state: published", "state: withdrawn\nreason: It was wrong.")
    site.publish(gone, name="one.md")
    answer = client.get("/2018/06/01/new-name")
    assert answer.status == 410 and "It was wrong." in answer.text
    assert "new-name" not in client.get("/").text


def test_a_draft_is_nowhere(site):
    site.publish(report("2018-06-01", "secret", "A secret draft", state="draft"), name="d.md")
    client = site.client()
    assert client.get("/2018/06/01/secret").status == 404
    for place in ("/", "/archive", "/sitemap/0", "/feed.atom", "/feed.json", "/series/daily-field-report"):
        assert "secret" not in client.get(place).text, place


def test_lists_are_paged_both_ways_and_neighbours_lead_on(make_site):
    site = make_site()
    for day in range(1, 29):
        site.publish(report(f"2018-02-{day:02d}", f"day-{day}", f"Day {day}"), name=f"{day}.md")
    client = site.client()
    front = client.get("/")
    older = [x for x in page(front).links if "before=" in x]
    assert older and "Day 28" in front.text and "Day 1<" not in front.text
    second = client.get(older[0])
    assert "Day 1<" in second.text and "Day 28<" not in second.text
    back = [x for x in page(second).links if "after=" in x]
    assert "Day 28" in client.get(back[0]).text
    middle = page(client.get("/2018/02/14/day-14")).links
    assert "/2018/02/13/day-13" in middle and "/2018/02/15/day-15" in middle
    assert client.get("/?before=made-up").status == 404
    assert client.get("/2018/02").status == 200 and client.get("/2018/03").status == 404
    assert "/2018/02" in page(client.get("/archive")).links


def test_feeds_are_well_formed_and_complete(site):
    site.client().post(PATH + "/comments", {"name": "A & B", "body": "x < y"})
    client = site.client()
    for base in ("", "/series/daily-field-report"):
        atom = ET.fromstring(client.get(base + "/feed.atom").body)
        assert "two metres" in atom.find(".//{*}entry/{*}content").text
        rss = ET.fromstring(client.get(base + "/feed.rss").body)
        assert "Southern Dike" in rss.find(".//item/title").text
        feed = json.loads(client.get(base + "/feed.json").text)
        assert feed["version"].endswith("1.1") and "two metres" in feed["items"][0]["content_html"]
    comments = ET.fromstring(client.get(PATH + "/feed.atom").body)
    assert "A & B" in comments.find(".//{*}entry/{*}title").text
    assert "x &lt; y" in comments.find(".//{*}entry/{*}content").text


def test_a_feed_of_long_texts_holds_the_newest_that_fit(site):
    """Thirty texts at their limit are more than a feed holds; it says what is new all the same."""
    line = "& " * 60
    for day in range(1, 13):
        site.publish(f"---\nseries: Long\ntitle: Long {day}\ndate: 2018-06-{day:02d}\nslug: long\n---\n"
                     + f"{line}\n" * 1000, name=f"long{day}.md")
    client = site.client()
    for n in range(30):
        client.post(PATH + "/comments", {"name": "Somebody", "body": f"{n} " + "&" * 16000})
    for base, newest in (("", "Long 12"), ("/series/long", "Long 12"), (PATH, "29 ")):
        atom = client.get(base + "/feed.atom")
        entries = ET.fromstring(atom.body).findall(".//{*}entry")
        assert atom.status == 200 and 1 <= len(entries) < 12, base
        assert newest in entries[0].find("{*}title").text + entries[0].find("{*}content").text
        rss = ET.fromstring(client.get(base + "/feed.rss").body)
        assert len(rss.findall(".//item")) == len(entries)
        assert len(json.loads(client.get(base + "/feed.json").text)["items"]) == len(entries)


def test_sitemap_robots_and_head_speak_to_crawlers(shared_site):
    client = shared_site.client()
    assert "Sitemap: http" in client.get("/robots.txt").text
    index = ET.fromstring(client.get("/sitemap.xml").body)
    assert index.find(".//{*}loc").text.endswith("/sitemap/0")
    piece = ET.fromstring(client.get("/sitemap/0").body)
    assert any(loc.text.endswith(PATH) for loc in piece.iter("{*}loc")) or PATH in client.get("/sitemap/0").text
    text = client.get(PATH).text
    assert 'rel="canonical"' in text and 'property="og:title"' in text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S).group(1))
    assert data["@type"] == "NewsArticle" and data["headline"].endswith("Southern Dike")


def test_standing_pages_live_at_their_slug(site):
    site.publish("---\npage: about\ntitle: About us\nstate: published\n---\nWe *report*.\n", name="about.md")
    client = site.client()
    assert "<em>report</em>" in client.get("/about").text and "/about" in page(client.get("/")).links
    status, out, err = site.publish("---\npage: funding\ntitle: X\nstate: published\n---\nx\n", name="f.md", check=False)
    assert status == 1 and "f.md:2" in out + err


def png(width=3, height=2):
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\x10\x60\xa0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"tEXt", b"Comment\0secret place") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def test_pictures_beside_the_file_are_served_by_us_without_their_metadata(site, tmp_path):
    (tmp_path / "dike.png").write_bytes(png())
    (tmp_path / "r.md").write_text(report("2018-06-01", "p", "P", body="![The dike](dike.png)"))
    site.command("publish", str(tmp_path / "r.md"))
    client = site.client()
    text = client.get("/2018/06/01/p").text
    url = re.search(r'src="(/media/[^"]+)"', text).group(1)
    assert 'width="3"' in text and 'height="2"' in text and 'alt="The dike"' in text
    answer = client.get(url)
    assert answer.headers["content-type"] == "image/png" and b"secret place" not in answer.body
    assert "immutable" in answer.headers["cache-control"]
    (tmp_path / "r2.md").write_text(report("2018-06-02", "q", "Q", body="\n![Nothing](nothing.png)"))
    status, out, err = site.command("publish", str(tmp_path / "r2.md"), check=False)
    assert status == 1 and "nothing.png" in out + err and "r2.md:" in out + err


def test_pages_are_compressed_validated_and_never_carry_a_cookie(shared_site):
    client = shared_site.client()
    plain = client.get(PATH)
    packed = client.get(PATH, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
    assert client.get(PATH, Accept_Encoding="br, gzip").headers["content-encoding"] == "br"
    assert plain.headers["etag"] != packed.headers["etag"]
    assert client.get(PATH, If_None_Match=plain.headers["etag"]).status == 304
    assert plain.headers["cache-control"] == "no-cache" and "Cookie" in plain.headers["vary"]
    assert "set-cookie" not in plain.headers
    head = client.request("HEAD", PATH)
    assert head.status == 200 and head.body == b"" and head.headers["content-length"] == plain.headers["content-length"]


@pytest.mark.parametrize("path, status", [("/", 200), (PATH, 200), ("/nothing", 404), ("/desk", 303), ("/funding", 200),
                                          ("/api/v1/reports/999", 404), ("/healthz", 200), ("/feed.atom", 200)])
def test_security_headers_stand_on_every_answer(shared_site, path, status):
    answer = shared_site.client().get(path)
    assert answer.status == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_no_page_names_another_host_for_anything_it_loads(shared_site):
    for path in ("/", PATH, "/funding", "/archive"):
        text = shared_site.client().get(path).text
        assert not re.search(r'(?:src|srcset)="(?:https?:)?//', text)
        assert not re.search(r"<(?:script|style)(?![^>]*(?:src=|ld\+json))[^>]*>", text)
        assert " style=" not in text and " onclick=" not in text


def test_the_list_of_series_and_the_icon_are_found(shared_site):
    client = shared_site.client()
    answer = client.get("/series")
    assert answer.status == 200 and 'href="/series/daily-field-report"' in answer.text
    icon = client.get("/favicon.ico")
    assert icon.status == 302
    assert client.follow(icon).headers["content-type"].startswith("image/svg+xml")


def test_static_files_are_kept_for_ever_and_an_old_address_leads_to_the_new(shared_site):
    client = shared_site.client()
    url = re.search(r'href="(/assets/[0-9a-f]+/css/[^"]+)"', client.get("/").text).group(1)
    answer = client.get(url)
    assert answer.status == 200 and "immutable" in answer.headers["cache-control"]
    old = re.sub(r"/assets/[0-9a-f]+/", "/assets/0123456789abcdef/", url)
    moved = client.get(old)
    assert moved.status == 302 and moved.location == url
    assert client.get("/assets/0123456789abcdef/pages/layout.html").status == 404
    assert client.get("/assets/0123456789abcdef/css/../../x").status in (400, 404)
