"""The discussion over HTTP, as a browser without script uses it. Without these a comment could be lost,
shown to the wrong person, or refused without a reason."""

import json
import re
import threading

import pytest

import conftest
from conftest import PATH, page


def post(client, **fields):
    fields = {"name": "Tove", "body": "Hello", **fields}
    return client.post(PATH + "/comments", {k: v for k, v in fields.items() if v is not None})


def number_of(answer):
    assert answer.status == 303, (answer.status, answer.text[:2000])
    return int(answer.location.rpartition("#comment-")[2])


def test_a_bare_post_is_kept_and_seen_by_its_author_and_everybody(site):
    client = site.client()
    answer = post(client, body="I *saw* it")
    n = number_of(answer)
    assert f'id="comment-{n}"' in client.follow(answer).text
    text = site.client().get(PATH).text
    assert "<em>saw</em>" in text and "1 comment" in text


def test_replies_nest_and_a_reply_form_stands_under_its_comment(site):
    client = site.client()
    n = number_of(post(client))
    form = client.get(f"{PATH}?reply={n}")
    forms = [f for f in page(form).forms if f["fields"].get("parent") == str(n)]
    assert forms and forms[0]["action"].partition("#")[0].endswith("/comments")
    m = number_of(post(client, parent=n, body="An answer"))
    text = site.client().get(PATH).text
    assert text.index(f'id="comment-{n}"') < text.index(f'id="comment-{m}"')


def test_deep_replies_become_flat_and_say_whom_they_answer(site):
    client = site.client()
    parent = None
    ids = []
    for level in range(8):
        parent = number_of(post(client, parent=parent, name=f"Level {level}", body=f"level {level}"))
        ids.append(parent)
    text = client.get(f"{PATH}?thread={ids[0]}").text
    for n in ids:
        assert f'id="comment-{n}"' in text
    assert re.search(r"in reply to", text, re.I) and "Level 6" in text


@pytest.mark.parametrize("fields, status", [
    ({"name": ""}, 422),
    ({"name": "x" * 81}, 422),
    ({"name": "x\u202eevil"}, 422),
    ({"body": ""}, 422),
    ({"body": "  \n\t "}, 422),
    ({"body": "x" * 16385}, 422),
    ({"body": "e" + "\u0301" * 10000}, 422),
    ({"body": "e" + "\u0f71" * 5000}, 422),
    ({"body": "e" + ("\u0301" * 15 + "\u200d") * 300}, 422),
    ({"name": "e" + "\u0e31" * 40}, 422),
    ({"body": "a\x07b"}, 422),
    ({"email": "not an address"}, 422),
    ({"email": "a@b.example\r\nBcc: x@y.example"}, 422),
    ({"parent": "99999999999999999999"}, 422),
    ({"parent": "12345"}, 422),
    ({"parent": "x"}, 422),
])
def test_bad_fields_get_a_message_in_the_page_and_keep_the_words(site, fields, status):
    sent = {"name": "Tove", "email": "", "body": "My long thought", **fields}
    client = site.client()
    answer = client.post(PATH + "/comments", sent)
    assert answer.status == status, answer.status
    assert "Floodwater" in answer.text and 'role="alert"' in answer.text
    forms = [f for f in page(answer).forms if "body" in f["fields"]]
    if sent["body"] == "My long thought":
        assert "My long thought" in forms[0]["fields"]["body"]
    assert "My long thought" not in site.client().get(PATH).text


def test_limits_hold_at_the_limit_and_one_past(site):
    client = site.client()
    assert post(client, name="n" * 80).status == 303
    assert post(client, name="n" * 81).status == 422
    assert post(client, body="b" * 16384).status == 303
    assert post(client, body="c" * 16385).status == 422


@pytest.mark.parametrize("body, kind, status", [
    (b"name=Tove&body=one&body=two", "application/x-www-form-urlencoded", 400),
    (b"name=Tove&body=%ff%fe", "application/x-www-form-urlencoded", (400, 422)),
    (b"name=Tove&body=a%00b", "application/x-www-form-urlencoded", (400, 422)),
    (b"name=Tove&body=x", "text/plain", 415),
    (b'{"name": "Tove", "body": "x"}', "application/json", 415),
    (b"name=Tove&body=" + b"x" * 2_000_000, "application/x-www-form-urlencoded", 413),
], ids=["repeated", "not utf-8", "nul", "text", "json", "too large"])
def test_broken_forms_are_refused_and_leave_nothing(site, body, kind, status):
    client = site.client()
    try:
        answer = client.request("POST", PATH + "/comments", body,
                                {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"})
        assert answer.status in (status if isinstance(status, tuple) else (status,))
    except (BrokenPipeError, ConnectionResetError):
        assert status == 413  # refused before all of it was sent
    assert "0 comments" in client.get(PATH).text or "No comments" in client.get(PATH).text


def test_posts_from_other_sites_are_refused(site):
    client = site.client()
    for headers in ({"Sec-Fetch-Site": "cross-site", "Origin": None}, {"Origin": "https://evil.example", "Sec-Fetch-Site": None},
                    {"Origin": "null", "Sec-Fetch-Site": None}, {"Sec-Fetch-Site": "same-site", "Origin": None}):
        answer = client.post(PATH + "/comments", {"name": "T", "body": "x"}, **{k.replace("-", "_"): v for k, v in headers.items()})
        assert answer.status == 403, headers
    old = client.post(PATH + "/comments", {"name": "T", "body": "an old browser"}, Origin=None, Sec_Fetch_Site=None)
    assert old.status == 303


def test_votes_count_once_change_and_are_taken_back(site):
    author, reader = site.client(), site.client()
    n = number_of(post(author))

    def score():
        found = re.search(rf'id="comment-{n}".*?data-score="(-?\d+)"', site.client().get(PATH).text, re.S)
        return int(found.group(1)) if found else None
    assert reader.vote(n, 1).status == 303
    assert reader.vote(n, 1).status == 303
    other = site.client()
    assert other.vote(n, 1).status == 303
    sums = other.get(f"/api/v1/reports/1/comments").text
    assert '"up":2' in sums.replace(" ", "")
    reader.vote(n, -1)
    assert '"up":1,"down":1' in other.get("/api/v1/reports/1/comments").text.replace(" ", "")
    reader.vote(n, 0)
    assert '"up":1,"down":0' in other.get("/api/v1/reports/1/comments").text.replace(" ", "")
    assert author.vote(n, 1).status in (403, 409, 422)
    for bad in ("2", "", "x", "99999999999999999999"):
        assert reader.vote(n, bad).status in (400, 422), bad
    assert reader.vote(424242, 1).status == 404


def walk(client, url):
    """Follows the links to the next piece of the same list; every comment's id, in order, with repeats."""
    seen = []
    kind = "all=1" if "all=1" in url else re.search(r"sort=(\w+)", url).group(0)
    for _ in range(60):
        answer = client.get(url)
        assert answer.status == 200, url
        seen += [int(x) for x in re.findall(r'id="comment-(\d+)"', answer.text)]
        links = [x.partition("#")[0] for x in page(answer).links if "after=" in x and "thread=" not in x and "reply=" not in x]
        links = [x for x in links if kind in x or (kind == "sort=newest" and "sort=" not in x and "all=" not in x)]
        if not links:
            return seen
        url = links[-1]
    raise AssertionError("the list does not end")


def test_sorting_paging_and_view_all_show_every_comment_once(site):
    client = site.client()
    ids = [number_of(post(client, body=f"root {i}")) for i in range(45)]
    for i in range(7):
        ids.append(number_of(post(client, parent=ids[3], body=f"reply {i}")))
    for sort in ("newest", "oldest", "votes"):
        seen = walk(site.client(), f"{PATH}?sort={sort}")
        assert len(set(seen)) == len(seen), sort
        assert [x for x in seen if x in ids[:45]] == (ids[:45] if sort == "oldest" else ids[44::-1]), sort
    more = [x for x in page(client.get(f"{PATH}?sort=oldest")).links if f"thread={ids[3]}" in x]
    assert more, "a thread with more than five replies offers the rest"
    assert sorted(walk(site.client(), f"{PATH}?all=1")) == sorted(ids)


def test_made_up_cursors_and_cursors_of_another_sort_are_refused(site):
    client = site.client()
    for i in range(25):
        post(client, body=f"c {i}")
    link = [x for x in page(client.get(f"{PATH}?sort=oldest")).links if "after=" in x and "reply=" not in x][0].partition("#")[0]
    cursor = re.search(r"after=([^&]+)", link).group(1)
    assert client.get(f"{PATH}?sort=oldest&after={cursor}").status == 200
    for bad in (f"sort=votes&after={cursor}", "after=made-up", "after=" + "9" * 90, "after=%00", "thread=7777777", "sort=best"):
        assert client.get(f"{PATH}?{bad}").status in (400, 404), bad


def test_permalinks_open_the_place_where_the_comment_stands(site):
    client = site.client()
    ids = [number_of(post(client, body=f"c {i}")) for i in range(30)]
    for n in (ids[0], ids[-1]):
        answer = site.client().get(f"/comments/{n}")
        assert answer.status in (302, 303) and answer.location.endswith(f"#comment-{n}")
        assert f'id="comment-{n}"' in site.client().follow(answer).text
    assert client.get("/comments/999999").status == 404
    assert client.get("/comments/x").status == 404


def test_the_honeypot_holds_and_only_the_author_sees_the_comment(site):
    form = [f for f in page(site.client().get(PATH)).forms if "body" in f["fields"]][0]
    trap = [k for k in form["fields"] if k not in ("name", "email", "body", "parent", "token", "notify", "question", "preview")]
    assert len(trap) == 1
    client = site.client()
    answer = client.post(PATH + "/comments", {"name": "Bot", "body": "buy things", trap[0]: "https://x.example"})
    assert answer.status == 303
    assert "buy things" in client.follow(answer).text
    assert "buy things" not in site.client().get(PATH).text


def test_everything_can_be_held_until_the_desk_looks(make_site):
    site = make_site(config=conftest.CONFIG + "\n[discussion]\nmoderation = hold_all\n")
    site.publish(conftest.REPORT)
    client = site.client()
    answer = post(client, body="wait for it")
    assert "wait for it" in client.follow(answer).text
    assert "wait for it" not in site.client().get(PATH).text


def test_the_same_words_sent_twice_are_one_comment(site):
    client = site.client()
    first, second = post(client, body="double click"), post(client, body="double click")
    assert number_of(first) == number_of(second)
    assert site.client().get(PATH).text.count("double click") == 1


def test_too_many_posts_are_refused_with_429_and_keep_the_words(make_site):
    site = make_site(config=conftest.CONFIG_STRICT)
    site.publish(conftest.REPORT)
    client = site.client()
    answers = [post(client, body=f"flood number {i}") for i in range(40)]
    refused = [a for a in answers if a.status == 429]
    assert refused and "retry-after" in refused[0].headers
    assert "flood number" in [f for f in page(refused[0]).forms if "body" in f["fields"]][0]["fields"]["body"]


def test_a_reply_to_a_comment_of_another_report_is_refused(site):
    other = conftest.REPORT.replace("slug: southern-dike", "slug: other").replace("title: Flood", "title: Other flood")
    site.publish(other, name="other.md")
    client = site.client()
    n = number_of(post(client))
    answer = client.post("/2018/05/04/other/comments", {"name": "T", "body": "x", "parent": n})
    assert answer.status == 422


def test_withdrawn_reports_take_no_comments_and_no_votes(site):
    client = site.client()
    number = post(client).location.rpartition("#comment-")[2]
    site.publish(conftest.REPORT.replace("state: published", "state: withdrawn\nreason: Wrong."))
    assert post(site.client()).status == 410
    assert site.client().post("/2018/05/04/nothing/comments", {"name": "T", "body": "x"}).status == 404
    refused = site.client().vote(number, 1)
    assert refused.status == 409 and "not shown any more" in refused.text
    site.publish(conftest.REPORT)
    assert '"score":0' in client.get("/api/v1/reports/1/comments").text, "nothing was written"


TOO_LARGE = str(2**63)


@pytest.mark.parametrize("path, status", [
    (f"/comments/{TOO_LARGE}", 404), ("/comments/0", 404), ("/comments/-1", 404), ("/comments/+1", 404),
    (f"{PATH}?thread={TOO_LARGE}", 404), (f"{PATH}?reply={TOO_LARGE}", 404), (f"{PATH}?reply=0", 404),
    (f"{PATH}?sort=best", 404), (f"{PATH}?all=2", 404), (f"{PATH}?after={TOO_LARGE}", 404),
    (f"/api/v1/reports/{TOO_LARGE}", 404), (f"/api/v1/reports/{TOO_LARGE}/comments", 404),
    (f"/api/v1/reports/1/comments?thread={TOO_LARGE}", 400), (f"/api/v1/reports?before={TOO_LARGE}", 400),
    (f"/sitemap/{TOO_LARGE}", 404), (f"/funding?after=2018-05-03.{TOO_LARGE}", 400), (f"/?before={TOO_LARGE}", 404),
])
def test_numbers_beyond_all_bounds_lead_nowhere(shared_site, path, status):
    answer = shared_site.client().get(path)
    assert answer.status == status
    if path.startswith("/api/"):
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert "<h1" in answer.text


def test_numbers_beyond_all_bounds_write_nothing(site):
    client = site.client()
    number = number_of(post(client))
    other = site.client()
    for parent in (TOO_LARGE, "-1", "0", "1.0", "١"):
        answer = post(other, parent=parent, body="Lost?")
        assert answer.status == 422 and "not in this discussion" in answer.text and "Lost?" in answer.text
    for ident, value, status in ((TOO_LARGE, 1, 404), ("0", 1, 404), (number, 2, 422), (number, TOO_LARGE, 422),
                                 (number, "", 422), (number, "1.0", 422), (number, "+1", 422)):
        assert other.vote(ident, value).status == status, (ident, value)
    assert other.post(f"/comments/{number}/vote", {}).status == 422
    told = json.loads(other.get("/api/v1/reports/1/comments").text)
    assert told["count"] == 1 and told["threads"][0]["score"] == 0


def test_a_reply_to_what_is_not_there_leads_to_the_page(site):
    for number in (1, 99):
        answer = site.client().get(f"{PATH}?reply={number}")
        assert answer.status == 303 and answer.location == PATH
    number = number_of(post(site.client()))
    assert site.client().get(f"{PATH}?reply={number}").status == 200


def test_me_says_what_a_cached_page_cannot(site):
    client = site.client()
    number = number_of(post(client))
    reader = site.client()
    assert reader.vote(number, -1).status == 303
    path = f"/me?report=1&comments={number},999,{TOO_LARGE},x"
    mine, theirs, nobody = (json.loads(c.get(path).text) for c in (client, reader, site.client()))
    assert mine["mine"] == [number] and mine["votes"] == {} and mine["token"]
    assert theirs["mine"] == [] and theirs["votes"] == {str(number): -1}
    assert nobody["mine"] == [] and nobody["votes"] == {} and nobody["token"]
    answer = client.get(path)
    assert "no-store" in answer.headers["cache-control"]
    assert json.loads(client.get(f"/me?report={TOO_LARGE}").text) == {"votes": {}, "mine": [], "editable": []}


def test_the_longest_report_with_the_longest_comments_is_still_shown(site):
    """No reader can take a page away by writing as much as the limits allow."""
    site.publish(conftest.REPORT.replace("southern-dike", "long") + ("&" * 99 + "\n") * 1300)
    path, client = "/2018/05/04/long", site.client()
    for n in range(154):
        body = "short" if n < 150 else "&" * 16380
        assert client.post(path + "/comments", {"name": "Tove", "body": f"{body}{n}"}).status == 303
    for query in ("", "?all=1", "?all=1&sort=oldest", "?reply=1"):
        answer = site.client().get(path + query)
        assert answer.status == 200 and len(answer.body) > 900_000, (query, answer.status)


def test_a_comment_written_while_the_report_moved_is_kept(site):
    report = conftest.REPORT.replace("slug:", "id: dike\nslug:")
    site.publish(report)
    site.publish(report.replace("slug: southern-dike", "slug: the-dike"))
    client = site.client()
    kept = post(client, body="Written at the old address")
    assert kept.status == 303 and kept.location.startswith("/2018/05/04/the-dike#comment-")
    assert "Written at the old address" in site.client().get("/2018/05/04/the-dike").text
    wrong = post(site.client(), name="", body="Not lost either")
    assert wrong.status == 422 and "Not lost either" in wrong.text
    site.publish(report.replace("slug: southern-dike", "slug: the-dike").replace(
        "state: published", "state: withdrawn\nreason: Wrong."))
    assert post(site.client()).status == 410


def test_a_hundred_people_at_once_are_all_counted(make_site):
    site = make_site()
    site.publish(conftest.REPORT)
    done = []

    def one(i):
        done.append(post(site.client(), name=f"P{i}", body=f"line {i}").status)
    threads = [threading.Thread(target=one, args=(i,)) for i in range(100)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert done == [303] * 100
    assert "100 comments" in site.client().get(PATH).text
    assert "everything holds" in site.command("check")[1]


def test_an_email_address_is_never_shown(site):
    post(site.client(), email="tove@river.example")
    client = site.client()
    for path in (PATH, PATH + "/feed.atom", "/api/v1/reports/1/comments", f"{PATH}?all=1"):
        assert "tove@river" not in client.get(path).text
