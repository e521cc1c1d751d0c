"""Without this, people could be written to who never asked or who have left, miss what they asked for, or get
it twice; and a stranger could use our forms to fill a mailbox."""

import concurrent.futures
import email
import email.policy
import json
import os
import re
import sqlite3
import time

import conftest
import pytest
from conftest import page
from test_mail import make_server, parse, settings  # noqa: F401 (a fixture)

REPORT = "/2018/05/04/southern-dike"
FRIEND = "ada@example.net"


@pytest.fixture
def paper(make_site, make_server):  # noqa: F811
    """A site with a report and a mail server."""
    server = make_server()
    site = make_site(settings(server))
    site.publish(conftest.REPORT)
    return site, server


def body_of(mail):
    return parse(mail).get_body(("plain",)).get_content()


def link_in(mail, part="/subscriptions/"):
    return re.search(rf"https?://[^/\s]+({re.escape(part)}\S+)", body_of(mail)).group(1)


def manage_link(mail):
    return [x for x in re.findall(r"https?://[^/\s]+(/subscriptions/\S+)", body_of(mail)) if "/leave/" not in x][0]


def ask(site, client=None, address=FRIEND, **fields):
    answer = (client or site.client()).post("/subscriptions", {"email": address, **(fields or {"report": 1})})
    assert (answer.status, answer.location) == (303, "/subscriptions?sent=1")


def confirm(site, server, count=1, client=None):
    """Opens the link of the latest mail and presses the button."""
    link = manage_link(server.wait(count)[count - 1])
    client = client or site.client()
    assert "Confirm" in client.get(link).text
    answer = client.post(link, {"action": "confirm"})
    assert answer.status == 303
    return link


def say(site, words, client=None, **fields):
    answer = (client or site.client()).post(f"{REPORT}/comments", {"name": "Bo", "body": words, **fields})
    assert answer.status == 303, answer.text
    return int(re.search(r"#comment-(\d+)", answer.location).group(1))


def mails_settled(site):
    """All jobs and mails that there are have ended."""
    with sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30) as db:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            jobs = db.execute("select count(*) from job where kind in ('notice', 'report-notice')").fetchone()[0]
            mails = db.execute("select count(*) from mail where ended_at is null").fetchone()[0]
            if not jobs and not mails:
                return
            time.sleep(0.02)  # the rows are in another process' hands
    raise AssertionError((jobs, mails))


def test_a_follower_confirms_and_is_told_of_a_comment(paper):
    site, server = paper
    ask(site)
    first = parse(server.wait(1)[0])
    assert "confirm" in first["Subject"] and first["List-Unsubscribe"] is None
    title = re.search(r"<h1[^>]*>([^<]+)</h1>", site.client().get(REPORT).text).group(1)
    for kind in ("plain", "html"):
        assert title.partition(": ")[2] in first.get_body((kind,)).get_content()
    say(site, "Before anybody confirmed.")
    mails_settled(site)
    assert len(server.taken) == 1
    confirm(site, server)
    comment = say(site, "The **lane** is dry.")
    mail = server.wait(2)[1]
    m = parse(mail)
    assert mail.recipients == [FRIEND]
    text = m.get_body(("plain",)).get_content()
    assert "The **lane** is dry." in text and f"/comments/{comment}" in text and "Bo" in text
    assert "<strong>lane</strong>" in m.get_body(("html",)).get_content()
    assert m["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert m["In-Reply-To"] and m["References"]


def test_one_click_leaves_and_opening_the_link_does_not(paper):
    site, server = paper
    ask(site)
    confirm(site, server)
    say(site, "One.")
    link = re.search(r"<https?://[^/]+(/subscriptions/leave/[^>]+)>", parse(server.wait(2)[1])["List-Unsubscribe"]).group(1)
    assert site.client().get(link).status == 200
    say(site, "Two.")
    server.wait(3)
    answer = site.client().request("POST", link, b"List-Unsubscribe=One-Click",
                                   {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 200
    say(site, "Three.")
    mails_settled(site)
    assert len(server.taken) == 3
    assert "not told" in site.client().get(link).text


def test_an_address_gets_one_question_an_hour_whatever_anyone_types(paper):
    site, server = paper
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda i: ask(site, address=[FRIEND, "ADA@Example.net"][i % 2]), range(64)))
    for i in range(3):
        say(site, f"With an address, {i}.", email=FRIEND, notify="report")
    mails_settled(site)
    assert len(server.wait(1)) == 1


def test_one_mailbox_gets_one_question_an_hour_by_whatever_form_of_its_address(paper):
    site, server = paper
    for address in ("ada@example.net", "ada+1@example.net", "ADA+two+three@example.net"):
        ask(site, address=address)
    for address in ("mara.lind@gmail.com", "maralind@googlemail.com", "m.a.r.a.lind+x@gmail.com"):
        ask(site, address=address)
    ask(site, address="a.da@example.net")  # elsewhere a dot makes another person
    mails_settled(site)
    asked = sorted(parse(m)["To"] for m in server.wait(3))
    assert asked == ["a.da@example.net", "ada@example.net", "mara.lind@gmail.com"]


def test_who_wants_no_mail_gets_none_by_another_form_of_the_address_either(paper):
    site, server = paper
    ask(site)
    assert site.client().post(confirm(site, server), {"action": "block"}).status == 303
    with sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30) as db:
        db.execute("update subscriber set asked_at = asked_at - 7200000000")
    ask(site, address=FRIEND.replace("@", "+again@"))
    mails_settled(site)
    assert len(server.taken) == 1


def test_a_blocked_address_is_never_written_to_again(paper):
    site, server = paper
    ask(site)
    link = confirm(site, server)
    client = site.client()
    assert client.post(link, {"action": "block"}).status == 303
    assert "never written to" in client.get(link).text
    ask(site)
    say(site, "Nobody hears this by mail.", email=FRIEND, notify="replies")
    mails_settled(site)
    assert len(server.taken) == 1


def test_a_commenter_hears_of_replies_and_not_of_the_own_words(paper):
    site, server = paper
    ada = site.client()
    mine = say(site, "Who was there?", ada, email=FRIEND, notify="replies", name="Ada")
    confirm(site, server, client=ada)
    say(site, "Somewhere else.")
    reply = say(site, "I was.", parent=mine)
    text = body_of(server.wait(2)[1])
    assert "I was." in text and f"/comments/{reply}" in text
    say(site, "Thanks.", ada, parent=mine, email=FRIEND, name="Ada")
    mails_settled(site)
    assert len(server.taken) == 2


def test_whoever_wants_mail_is_asked_for_an_address_and_keeps_the_words(paper):
    site, _ = paper
    answer = site.client().post(f"{REPORT}/comments", {"name": "Bo", "body": "Kept words.", "notify": "report"})
    assert answer.status == 422 and "Kept words." in answer.text and "you need to give an address" in answer.text
    assert re.search(r'value="report" selected', answer.text)


def test_the_browser_that_confirmed_need_not_confirm_again(paper):
    site, server = paper
    ada = site.client()
    ask(site, ada)
    confirm(site, server, client=ada)
    ask(site, ada, series=1)
    link = manage_link(server.taken[0])
    assert "not confirmed" not in ada.get(link).text
    ask(site, comment=say(site, "Of another browser."))
    assert "not confirmed" in ada.get(link).text
    mails_settled(site)


def test_followers_of_a_series_are_told_of_new_reports_and_not_of_old_ones(paper):
    site, server = paper
    ask(site, series=1)
    confirm(site, server)
    site.publish(conftest.REPORT.replace("slug: southern-dike", "slug: old").replace("title: Flood", "title: Old flood"))
    today = time.strftime("%Y-%m-%d", time.gmtime())
    text = re.sub(r"date: \S+", f"date: {today}", conftest.REPORT).replace("slug: southern-dike", "slug: new")
    site.publish(text)
    mail = server.wait(2)[1]
    assert f"/{today.replace('-', '/')}/new" in body_of(mail)
    site.publish(text + "\nA correction.\n")
    mails_settled(site)
    assert len(server.taken) == 2


def test_all_is_on_one_page_and_each_thing_can_be_slower_or_end(paper):
    site, server = paper
    ask(site)
    ask(site, series=1)
    link = confirm(site, server)
    client = site.client()
    text = client.get(link).text
    ids = re.findall(r'name="id" value="(\d+)"', text)
    assert len(ids) == 2 and FRIEND in text
    assert client.post(link, {"action": "pace", "id": ids[0], "pace": "weekly"}).status == 303
    assert re.search(r'value="weekly" selected', client.get(link).text)
    assert client.post(link, {"action": "end", "id": ids[0]}).status == 303
    assert re.findall(r'name="id" value="(\d+)"', client.get(link).text) == ids[1:]
    assert client.post(link, {"action": "end-all"}).status == 303
    assert "You follow nothing" in client.get(link).text
    for wrong in ({}, {"action": "x"}, {"action": "pace", "id": ids[0], "pace": "hourly"}, {"action": "end", "id": "0"}):
        assert client.post(link, wrong).status == 422


def test_links_of_others_and_forged_ones_open_nothing(paper):
    site, server = paper
    ask(site)
    ask(site, address="bo@example.net")
    links = [manage_link(m) for m in server.wait(2)]
    assert links[0] != links[1]
    leave = links[0].replace("/subscriptions/", "/subscriptions/leave/")
    forged = links[0][:-1] + ("A" if links[0][-1] != "A" else "B")
    for path in (leave, forged, "/subscriptions/x", "/subscriptions/leave/x"):
        assert site.client().get(path).status == 404
        assert site.client().post(path, {"action": "confirm"}).status == 404
    client = site.client()
    client.post(links[1], {"action": "confirm"})
    assert "Confirm" in client.get(links[0]).text  # the other one still waits


@pytest.mark.parametrize("address", ["", "x", "a@b\r\nBcc: c@example.net", "a@b, c@d.example", "a" * 255 + "@example.net"])
def test_what_is_no_address_is_said_in_the_form_with_what_was_typed(paper, address):
    site, server = paper
    answer = site.client().post("/subscriptions", {"email": address, "report": 1})
    assert answer.status == 422 and "not an e-mail address" in answer.text
    assert 'name="report" value="1"' in answer.text
    assert not server.taken


@pytest.mark.parametrize("fields", [{}, {"report": 99}, {"report": 0}, {"report": "x"}, {"series": 2**64}, {"question": 1},
                                    {"comment": 7}])
def test_what_is_not_there_cannot_be_followed(paper, fields):
    site, _ = paper
    query = "&".join(f"{k}={v}" for k, v in fields.items())
    assert site.client().get(f"/subscriptions?{query}").status == 404
    assert site.client().post("/subscriptions", {"email": FRIEND, **fields}).status == 404


def test_who_reads_a_question_finds_the_way_to_its_answers_by_mail(make_site, make_server):  # noqa: F811
    server = make_server()
    site = make_site(settings(server))
    site.publish(conftest.REPORT + "At the [old bridge](<ask:Who was there?>).\n")
    text = site.client().get(REPORT).text
    box = text.partition('<div class="question"')[2]
    assert page(site.client().get(REPORT)).links.count("/subscriptions?question=1") == 1
    assert "/subscriptions?question=1" in box.partition("</div>\n</div>")[0]
    assert "/subscriptions?question=1" in page(site.client().get(REPORT + "?question=1")).links
    form = next(f for f in page(site.client().get("/subscriptions?question=1")).forms if f["action"] == "/subscriptions")
    assert site.client().post(form["action"], {**form["fields"], "email": FRIEND}).status == 303
    confirm(site, server)
    say(site, "No answer to it.")
    say(site, "I was there.", question=1)
    assert "I was there." in body_of(server.wait(2)[1])
    mails_settled(site)
    assert len(server.taken) == 2
    site.publish(conftest.REPORT)  # the question is dropped: what was asked and answered is still to be found
    assert "/subscriptions?question=1" in page(site.client().get(REPORT + "?question=1")).links


def test_an_address_that_is_refused_for_good_is_not_tried_again(make_site, make_server):  # noqa: F811
    server = make_server()
    site = make_site(settings(server))
    site.publish(conftest.REPORT)
    ask(site)
    confirm(site, server)
    server.answers = {"RCPT": b"550 5.1.1 nobody here\r\n"}
    say(site, "One.")
    mails_settled(site)
    server.answers = {}
    say(site, "Two.")
    mails_settled(site)
    assert len(server.taken) == 1


def test_without_a_mail_server_there_are_no_forms(site):
    site.publish(conftest.REPORT)
    text = site.client().get(REPORT).text
    assert "comment-notify" not in text and "/subscriptions" not in text
    site.publish(conftest.REPORT + "At the [old bridge](<ask:Who was there?>).\n")
    assert "/subscriptions" not in site.client().get(REPORT).text + site.client().get(REPORT + "?question=1").text
    assert site.client().get("/subscriptions?report=1").status == 404


def test_the_pages_have_labels_and_headings(paper):
    site, server = paper
    ask(site)
    form = page(site.client().get("/subscriptions?report=1"))
    assert form.links is not None
    link = manage_link(server.wait(1)[0])
    text = site.client().get(link).text
    assert "<h1>What you follow</h1>" in text and 'name="robots" content="noindex"' in text
    assert site.client().get(link).headers["cache-control"] == "private, no-store"


def test_a_link_of_one_who_was_erased_is_nobody_elses(paper):
    site, server = paper
    ask(site)
    link = confirm(site, server)
    say(site, "Told", email="")
    leave = link_in(server.wait(2)[1], "/subscriptions/leave/")
    assert site.command("privacy", "erase", "--email", FRIEND)[0] == 0
    assert site.client().get(link).status == 404
    ask(site, address="bea@example.net")
    bea = manage_link(server.wait(3)[2])
    assert site.client().get(link).status == 404
    assert site.client().post(link, {"action": "confirm"}).status in (303, 404)
    assert "Confirm" in site.client().get(bea).text
    assert site.client().post(bea, {"action": "confirm"}).status == 303
    assert site.client().post(leave, {"List-Unsubscribe": "One-Click"}).status == 200
    assert "southern" in site.client().get(bea).text.lower()


def test_a_digest_names_what_is_new_and_is_left_with_one_click(paper):
    site, server = paper
    ask(site)
    link = confirm(site, server)
    ask(site, series=1)  # stays unconfirmed
    follow = re.findall(r'name="id" value="(\d+)"', site.client().get(link).text)[-1]  # the oldest
    assert site.client().post(link, {"action": "pace", "id": follow, "pace": "weekly"}).status == 303
    numbers = [say(site, f"Words {i}") for i in range(7)]
    mails_settled(site)
    before = len(server.taken)
    site.stop()
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        now = int(time.time() * 1e6)
        who = db.execute("select id from subscriber").fetchone()[0]
        db.executemany("insert into mail (key, kind, subject, detail, note, since, due_at) values (?, 'digest', ?, ?, ?, ?, ?)",
                       [("digest/1", who, now, f"weekly/{now - 86400 * 10**6}", now, now), ("digest/2", who, now, f"daily/{now - 10**9}", now, now)])
    site.start()
    mails_settled(site)
    assert len(server.taken) == before + 1  # nothing is daily
    mail = parse(server.taken[before])
    text = mail.get_body(("plain",)).get_content()
    found = [int(n) for n in re.findall(r"/comments/(\d+)", text)]
    assert found == numbers[:1:-1] and "and more" in text
    header = mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = re.search(r"(/subscriptions/leave/[^>]+)>", header)[1]
    assert leave in text
    assert "once a week" in site.client().get(leave).text and follow in site.client().get(link).text
    answer = site.client().post(leave, {"List-Unsubscribe": "One-Click"})
    assert answer.status == 200 and "not told of this any more" in answer.text
    assert f'name="id" value="{follow}"' not in site.client().get(link).text
    assert site.client().get(link.replace("/subscriptions/", "/subscriptions/leave/")).status == 404


def test_who_fills_what_waits_for_an_address_does_not_keep_its_owner_out(paper):
    site, server = paper
    for i in range(25):  # a stranger, with the friend's address
        number = say(site, f"Number {i}.", email="ada@example.net", notify="replies")
    ask(site)  # the friend
    link = manage_link(server.wait(1)[0])
    text = site.client().get(link).text
    assert "Southern Dike" in text and text.count('name="id"') >= 20
    owner = site.client()
    assert owner.post(link, {"action": "confirm"}).status == 303
    with sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30) as db:
        follows = db.execute("select kind, object from subscription where confirmed_at is not null").fetchall()
    assert (1, 1) in follows and (2, number) in follows and len(follows) == 20


def test_a_storm_of_comments_does_not_fill_the_mailboxes_of_followers(paper):
    site, server = paper
    ask(site)
    link = confirm(site, server)
    for i in range(34):
        say(site, f"Comment {i} of a troll.")
    mails_settled(site)
    bodies = [body_of(mail) for mail in server.taken[1:]]
    assert len(bodies) == 30
    # One of them is the last and says so. Which comment it tells of is not promised: two threads queue the mails.
    assert len([body for body in bodies if "last mail of this hour" in body]) == 1
    assert all(re.search(r"Comment \d+ of a troll", body) for body in bodies) and len(set(bodies)) == 30
    with sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30) as db:
        db.execute("update subscriber set told_since = told_since - 3600000000")
    say(site, "An hour later.")
    mails_settled(site)
    assert len(server.taken) == 32 and "An hour later." in body_of(server.taken[31])
    assert site.client().get(link).status == 200


HOUR = 3600 * 10**6
DAY = 24 * HOUR


def missed(site, changes):
    """The server was down: what it knows of its digests and comments is moved into the past."""
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        for text, values in changes:
            assert db.execute(text, values).rowcount
    db.close()


def rounds(site):
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        found = {pace: (since, until, ended) for pace, since, until, ended in
                 db.execute("select pace, since, until, ended from digest_round")}
    db.close()
    return found


def digests(server, after):
    found = []
    for mail in server.taken[after:]:
        assert "digest" in parse(mail)["Message-ID"]
        found.append(sorted(int(n) for n in re.findall(r"/comments/(\d+)", body_of(mail))))
    return found


def digest_settled(site):
    """The job of this start has looked, and what it queued is sent."""
    with sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30) as db:
        end = time.monotonic() + 30
        while db.execute("select count(*) from job where kind = 'digest' and (lease_until is not null or run_at <= ?)",
                         (int(time.time() * 1e6),)).fetchone()[0]:
            assert time.monotonic() < end
            time.sleep(0.02)  # the rows are in another process' hands
    db.close()
    mails_settled(site)


@pytest.mark.parametrize("pace, number, days", [("daily", 1, 3), ("weekly", 2, 20)])
def test_a_digest_whose_day_passed_while_the_server_was_down_is_made_up_once(paper, pace, number, days):
    site, server = paper
    ask(site)
    link = confirm(site, server)
    follow = re.search(r'name="id" value="(\d+)"', site.client().get(link).text).group(1)
    assert site.client().post(link, {"action": "pace", "id": follow, "pace": pace}).status == 303
    told, missing, now = (say(site, words) for words in ("Told before", "While it was down", "After the hour"))
    digest_settled(site)
    site.stop()
    since, due, ended = rounds(site)[number]
    assert (since, ended) == (due, 1)  # of a new site nothing is made up
    before = due - days * DAY
    moved = "update comment set created_at = ? where id = ?"
    missed(site, [("update digest_round set until = ? where pace = ?", (before, number)), (moved, (before - HOUR, told)),
                  (moved, (before + HOUR, missing)), (moved, (due + 1, now))])
    site.start()
    digest_settled(site)
    assert digests(server, 1) == [[missing]]
    assert rounds(site)[number] == (before, due, 1)
    site.stop()
    site.start()
    digest_settled(site)
    assert len(server.taken) == 2


def test_a_digest_that_was_cut_off_goes_on_before_the_next_one_and_names_nothing_twice(paper):
    site, server = paper
    for n, address in enumerate(("ada@example.net", "bea@example.net"), 1):
        ask(site, address=address)
        link = confirm(site, server, n)
        follow = re.search(r'name="id" value="(\d+)"', site.client().get(link).text).group(1)
        assert site.client().post(link, {"action": "pace", "id": follow, "pace": "daily"}).status == 303
    first, second = say(site, "Of the first day"), say(site, "Of the second day")
    digest_settled(site)
    site.stop()
    due = rounds(site)[1][1]
    moved = "update comment set created_at = ? where id = ?"
    missed(site, [("update digest_round set since = ?, until = ?, last = 1, ended = 0 where pace = 1", (due - 2 * DAY, due - DAY)),
                  (moved, (due - DAY - HOUR, first)), (moved, (due - HOUR, second))])
    site.start()
    digest_settled(site)
    got = sorted((m.recipients[0], named) for m, named in zip(server.taken[2:], digests(server, 2)))
    assert got == [("ada@example.net", [second]), ("bea@example.net", [first]), ("bea@example.net", [second])]


def test_an_export_says_what_the_address_follows(paper):
    site, server = paper
    export = lambda: json.loads(site.command("privacy", "export", "--email", FRIEND)[1])  # noqa: E731
    assert export()["following"] == []
    ask(site)
    follow = {"kind": "report", "object": 1, "pace": "now", "confirmed": False}
    assert export()["following"] == [follow]
    confirm(site, server)
    assert export()["following"] == [{**follow, "confirmed": True}]
    assert site.command("privacy", "erase", "--email", FRIEND)[0] == 0
    assert export()["following"] == []
