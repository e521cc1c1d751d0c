"""Without this, a program that the operator relies on could miss comments, be told of them by somebody else, get
what is nobody's business, or hold up the newsroom; and our server could be made to ask inside its own network."""

import base64
import json
import os
import re
import signal
import socket
import sqlite3
import time
import urllib.request

import pytest
from conftest import CONFIG, PATH, REPORT, ROOT, run
from desk_help import DESK_CONFIG, comment, form_of, make_newsroom, notice_of, read
from hook_fake import CUT, HANG, Receiver, Sent

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 25))).decode()


def section(receiver, name="tool", **more):
    keys = {"url": receiver.url, "secret": SECRET, "allow_private": "yes", **more}
    return f"\n[webhook.{name}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items() if v is not None)


@pytest.fixture
def receiver():
    made = []

    def make(*args, **kw):
        made.append(Receiver(*args, **kw))
        return made[-1]

    yield make
    for r in made:
        r.stop()


@pytest.fixture
def make_room(make_site):
    """A newsroom with a report, that tells these receivers."""

    def make(sections, config=CONFIG, args=()):
        site = make_site(config + sections, args=args)
        site.publish(REPORT)
        return site

    return make


@pytest.fixture
def make_desk(tmp_path):
    made = []

    def make(sections, config=DESK_CONFIG):
        made.append(make_newsroom(tmp_path, config + sections))
        made[-1].site.publish(REPORT)
        return made[-1]

    yield make
    for room in made:
        assert room.site.command("check")[0] == 0
        room.site.stop()


def database(site):
    return sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30)


def rows(site, query="select id, key, attempts, answer, ended_at, due_at from webhook_message order by id"):
    with database(site) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(query)]


def hook(site, name="tool"):
    return rows(site, f"select * from webhook where name = '{name}'")[0]


def wait_for(look, seconds=30):
    """What look() finds, once it is true: the rows are in another process' hands."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


def settled(site):
    """All has been delivered, and that is on the disk."""
    return wait_for(lambda: hook(site)["succeeded_at"] and not rows(site))


def make_due(site):
    """The time to try again has come."""
    site.stop()
    with database(site) as db:
        db.execute("update webhook_message set due_at = 0")
        db.execute("update webhook set pause_until = 0")
    site.start()


# ---- what is sent


def test_a_new_comment_is_told_with_a_signature_that_holds(make_room, receiver):
    tool = receiver()
    site = make_room(section(tool))
    n = comment(site, PATH, name="Tove <b>", body="The *dike* held.\n\n\u202etxt is not taken".replace("\u202e", ""),
                email="tove@example.net")
    sent = tool.wait(1)[0]
    assert sent.line == "POST /hook HTTP/1.1" and sent.headers["content-type"] == "application/json"
    assert re.fullmatch(r"msg_[\w-]{24}", sent.id)
    assert abs(int(sent.headers["webhook-timestamp"]) - time.time()) < 60
    assert sent.signed_by(SECRET) and not sent.signed_by(OTHER)
    message = sent.json
    assert message["type"] == "comment.published" and set(message) == {"type", "timestamp", "data"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", message["timestamp"])
    data = message["data"]
    assert data["comment"]["id"] == n and data["comment"]["name"] == "Tove <b>"
    assert "<em>dike</em>" in data["comment"]["html"] and data["comment"]["state"] == "published"
    assert data["comment"]["url"] == f"{data['site']}/comments/{n}"
    assert data["report"]["url"] == data["site"] + PATH and "Southern Dike" in data["report"]["headline"]
    assert b"tove@example.net" not in sent.body and b"127.0.0.1" not in sent.body.replace(data["site"].encode(), b"")
    settled(site)


def test_the_comment_in_a_message_is_the_one_of_the_api(make_room, receiver):
    tool = receiver()
    site = make_room(section(tool))
    comment(site, PATH)
    told = tool.wait(1)[0].json["data"]["comment"]
    api = site.client().get("/api/v1/reports/1/comments")
    thread = json.loads(api.body)["threads"][0]
    assert {k: v for k, v in told.items() if k != "url"} == {k: thread[k] for k in thread if k in told}


def test_the_sample_of_the_manual_is_signed_right_and_looks_like_a_message(make_room, receiver):
    with open(os.path.join(ROOT, "docs/webhooks.md"), encoding="utf-8") as f:
        text = f.read()
    headers = dict(re.findall(r"^(webhook-\w+): (.*)$", text, re.M))
    sample = Sent("", headers, re.search(r"^\{.*\}$", text, re.M)[0].encode())
    assert sample.signed_by(re.search(r"`(whsec_[\w+/=]+)`", text)[1])
    tool = receiver()
    site = make_room(section(tool))
    comment(site, PATH, parent=comment(site, PATH))
    shape = lambda value: {k: shape(v) for k, v in value.items()} if isinstance(value, dict) else type(value)
    assert shape(tool.wait(2)[1].json) == shape(sample.json)


def test_messages_come_in_the_order_of_what_happened(make_room, receiver):
    tool = receiver()
    site = make_room(section(tool))
    numbers = [comment(site, PATH, body=f"Number {i}") for i in range(40)]
    sent = tool.wait(40)
    assert [s.json["data"]["comment"]["id"] for s in sent] == numbers
    events = [s.json["data"]["event"] for s in sent]
    assert events == sorted(set(events)) and len({s.id for s in sent}) == 40
    settled(site)


def test_a_comment_is_not_told_before_the_webhook_was_there(make_room, receiver):
    tool = receiver()
    site = make_room("")
    comment(site, PATH, body="Before")
    site.configure(CONFIG + section(tool))
    site.process.send_signal(signal.SIGHUP)
    wait_for(lambda: rows(site, "select 1 from webhook"))
    n = comment(site, PATH, body="After")
    assert [s.json["data"]["comment"]["id"] for s in tool.wait(1)] == [n]


def test_moderated_comments_are_told_without_what_nobody_shall_read(make_desk, receiver):
    tool = receiver()
    room = make_desk(section(tool), DESK_CONFIG + "\n[discussion]\nmoderation = hold_all\n")
    n = comment(room.site, PATH, name="Secretive", body="Unprinted words")
    held = tool.wait(1)[0]
    assert held.json["type"] == "comment.held"
    told = held.json["data"]["comment"]
    assert told["state"] == "held" and told["name"] is None and told["html"] is None and told["url"] is None
    assert b"Secretive" not in held.body and b"Unprinted" not in held.body
    expected = ["held"]
    for action, event in (("approve", "approved"), ("hide", "hidden"), ("approve", "restored"), ("spam", "spam")):
        assert room.moderator.post(f"/desk/comments/{n}", {"action": action}).status == 303
        expected.append(event)
        sent = tool.wait(len(expected))[-1]
        assert sent.json["type"] == "comment." + event
        public = event in ("approved", "restored")
        assert (b"Unprinted" in sent.body) == public and (b"Secretive" in sent.body) == public
    form = form_of(room.moderator.post(f"/desk/comments/{n}", {"action": "delete"}), "sure")
    assert room.moderator.send(form).status == 303
    sent = tool.wait(6)[-1]
    assert sent.json["type"] == "comment.deleted" and sent.json["data"]["comment"]["state"] == "deleted"
    assert all(s.signed_by(SECRET) for s in tool.sent)


def test_what_was_hidden_before_it_could_be_sent_is_sent_without_its_words(make_desk, receiver):
    states = iter([503])
    tool = receiver(lambda n, sent: next(states, 204))
    room = make_desk(section(tool))
    n = comment(room.site, PATH, name="Rude", body="An insult")
    assert b"An insult" in tool.wait(1)[0].body
    assert room.moderator.post(f"/desk/comments/{n}", {"action": "hide"}).status == 303
    again = [s for s in tool.wait(3) if s.id == tool.sent[0].id][1]
    assert again.json["type"] == "comment.published" and again.json["data"]["comment"]["state"] == "hidden"
    assert b"An insult" not in again.body and b"Rude" not in again.body
    assert again.signed_by(SECRET)


def test_a_withdrawn_reports_comments_are_told_without_words(make_desk, receiver):
    tool = receiver()
    room = make_desk(section(tool))
    n = comment(room.site, PATH, body="First words")
    tool.wait(1)
    room.site.publish(REPORT.replace("state: published", "state: withdrawn\nreason: wrong"))
    assert room.moderator.post(f"/desk/comments/{n}", {"action": "hide"}).status == 303
    assert room.moderator.post(f"/desk/comments/{n}", {"action": "approve"}).status == 303
    sent = tool.wait(3)[2]
    assert sent.json["type"] == "comment.restored" and b"First words" not in sent.body
    assert sent.json["data"]["report"] == {"id": 1, "headline": None, "url": None}
    assert sent.json["data"]["comment"]["url"] is None


def test_only_the_wanted_events_are_told(make_desk, receiver):
    tool, all_of_it = receiver(), receiver()
    room = make_desk(section(tool, events="hidden deleted") + section(all_of_it, "all"))
    n = comment(room.site, PATH)
    for action in ("hide", "approve", "hide"):
        assert room.moderator.post(f"/desk/comments/{n}", {"action": action}).status == 303
    assert [s.json["type"] for s in all_of_it.wait(4)] == ["comment." + t for t in
                                                           ("published", "hidden", "restored", "hidden")]
    assert [s.json["type"] for s in tool.wait(2)] == ["comment.hidden"] * 2


def test_two_secrets_sign_while_one_takes_the_others_place(make_room, receiver):
    tool = receiver()
    site = make_room(section(tool, former_secret=OTHER))
    comment(site, PATH)
    sent = tool.wait(1)[0]
    assert sent.signed_by(SECRET) and sent.signed_by(OTHER) and sent.headers["webhook-signature"].count("v1,") == 2


# ---- what goes wrong


@pytest.mark.parametrize("first", [500, 400, 302, CUT, b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n1", b"hello\r\n",
                                   b"HTTP/1.1 200 X\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000,
                                   b"HTTP/1.1 200 X\r\n" + b"A: " + b"x" * 80000 + b"\r\n\r\n"],
                         ids=["500", "400", "302", "cut", "ends early", "not HTTP", "long body", "long head"])
def test_what_is_no_success_is_tried_again_with_the_same_id(make_room, receiver, first):
    tool = receiver(lambda n, sent: first if n == 1 else 204)
    site = make_room(section(tool))
    comment(site, PATH)
    one, two = tool.wait(2)
    assert one.id == two.id and one.json == two.json and two.at - one.at > 4
    assert two.signed_by(SECRET) and int(two.headers["webhook-timestamp"]) > int(one.headers["webhook-timestamp"])
    settled(site)


def test_a_redirect_is_not_followed(make_room, receiver):
    elsewhere = receiver()
    tool = receiver(lambda n, sent: f"HTTP/1.1 307 X\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n".encode())
    site = make_room(section(tool))
    comment(site, PATH)
    tool.wait(1)
    wait_for(lambda: hook(site)["answer"] == 307)
    assert elsewhere.connections == 0 and rows(site)[0]["attempts"] == 1


def test_a_private_address_is_refused_unless_it_is_allowed(make_room, receiver):
    tool = receiver()
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f000001"):
        url = f"https://{host}:{tool.port}/hook"
        site = make_room(section(tool, url=url, allow_private="no"))
        comment(site, PATH)
        wait_for(lambda: rows(site) and rows(site)[0]["attempts"] == 1)
        assert hook(site)["answer"] in (2, 3), host  # private; [::ffff:…] may have no route at all
        status, _, why = site.command("webhook", "test", "tool", check=False)
        assert status == 1 and ("private" in why or "no connection" in why)
        site.stop()
    assert tool.connections == 0


def test_one_that_hangs_holds_up_no_other_and_no_job(make_room, receiver):
    slow, quick = receiver(lambda n, sent: HANG), receiver()
    config = CONFIG + "webhook_seconds = 2\n"
    site = make_room(section(slow, "slow") + section(quick, "quick"), config)
    for i in range(5):
        comment(site, PATH, body=f"Number {i}")
    quick.wait(5)
    wait_for(lambda: hook(site, "slow")["answer"] == 4)
    assert len(slow.sent) == 1
    assert site.client().get(PATH).status == 200


def test_a_server_that_ends_waits_for_no_receiver(make_room, receiver):
    tool = receiver(lambda n, sent: HANG)
    site = make_room(section(tool))
    comment(site, PATH)
    tool.wait(1)
    begun = time.monotonic()
    site.stop()
    assert time.monotonic() - begun < 5
    assert rows(site)[0]["attempts"] == 0  # nothing is known of it
    tool.answer = lambda n, sent: 204
    site.start()
    one, two = tool.wait(2)
    assert one.id == two.id
    settled(site)


def test_one_that_answers_410_is_switched_off_until_somebody_switches_it_on(make_desk, receiver):
    tool = receiver(lambda n, sent: 410)
    room = make_desk(section(tool))
    comment(room.site, PATH, body="First")
    tool.wait(1)
    wait_for(lambda: hook(room.site)["off_at"])
    comment(room.site, PATH, body="Second")
    page = room.owner.get("/desk/webhooks")
    assert "wants no more (410)" in page.text and "/again" not in page.text
    tool.answer = lambda n, sent: 204
    done = room.owner.follow(room.owner.press("/desk/webhooks", "/on"))
    assert notice_of(done) == "It is switched on."
    sent = tool.wait(3)
    assert len(sent) == 3 and sent[1].id == sent[0].id
    assert "Second" in sent[2].json["data"]["comment"]["html"]
    settled(room.site)
    assert "webhook.on" in room.actions() and not hook(room.site)["off_at"]


def test_another_url_switches_on_what_was_off(make_room, receiver):
    tool = receiver(lambda n, sent: 410)
    site = make_room(section(tool))
    comment(site, PATH)
    wait_for(lambda: hook(site)["off_at"])
    site.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "event=reloaded" in site.log_text())
    assert hook(site)["off_at"] and len(tool.sent) == 1
    tool.answer = lambda n, sent: 204
    site.configure(CONFIG + section(tool, url=tool.url + "/new"))
    site.process.send_signal(signal.SIGHUP)
    assert tool.wait(2)[1].line == "POST /hook/new HTTP/1.1"


def test_after_24_tries_a_message_is_given_up_and_the_desk_tries_it_again(make_desk, receiver):
    tool = receiver(lambda n, sent: 500)
    room = make_desk(section(tool))
    n = comment(room.site, PATH)
    wait_for(lambda: rows(room.site) and rows(room.site)[0]["attempts"] == 1)
    page = room.owner.get("/desk/webhooks").text
    assert "It answered 500." in page and "1 message waits." in page and f"/desk/comments/{n}" in page
    room.site.stop()
    with database(room.site) as db:
        db.execute("update webhook_message set due_at = 0, attempts = 23")
        db.execute("update webhook set pause_until = 0")
    room.site.start()
    for p in room.people.values():
        p.port, p.origin = room.site.port, f"http://127.0.0.1:{room.site.port}"
    given_up = wait_for(lambda: [r for r in rows(room.site) if r["ended_at"]])[0]
    assert given_up["attempts"] == 24
    page = room.owner.get("/desk/webhooks").text
    assert "1 was given up." in page and "Given up" in page
    tool.answer = lambda n, sent: 204
    done = room.owner.follow(room.owner.press("/desk/webhooks", "/again"))
    assert notice_of(done) == "It is tried again."
    assert len({s.id for s in tool.wait(3)}) == 1
    settled(room.site)
    assert "webhook.again" in room.actions()
    assert "Not delivered" not in room.owner.get("/desk/webhooks").text


def test_one_that_was_away_gets_all_at_once_when_it_is_back(make_room, receiver):
    tool = receiver(lambda n, sent: 503)
    site = make_room(section(tool))
    numbers = [comment(site, PATH, body=f"Number {i}") for i in range(3)]
    wait_for(lambda: len(rows(site)) == 3 and hook(site)["failures"])
    site.stop()
    with database(site) as db:
        db.execute("update webhook set failures = 9, pause_until = 0")
        db.execute("update webhook_message set due_at = due_at + 3600000000 where id > 1")
        db.execute("update webhook_message set due_at = 0 where id = 1")
    tool.answer = lambda n, sent: 204
    before = len(tool.sent)
    site.start()
    sent = tool.wait(before + 3)[before:]
    assert [s.json["data"]["comment"]["id"] for s in sent] == numbers
    settled(site)


def test_retry_after_is_heeded(make_room, receiver):
    tool = receiver(lambda n, sent: b"HTTP/1.1 429 X\r\nRetry-After: 1200\r\nContent-Length: 0\r\n\r\n")
    site = make_room(section(tool))
    comment(site, PATH)
    wait_for(lambda: rows(site) and rows(site)[0]["attempts"])
    assert rows(site)[0]["due_at"] / 1e6 - time.time() > 1100
    assert hook(site)["pause_until"] / 1e6 - time.time() > 1100


def test_killed_between_sending_and_noting_it_is_sent_once_more_with_its_id(make_room, receiver):
    tool = receiver(lambda n, sent: HANG if n == 3 else 204)
    site = make_room(section(tool))
    numbers = [comment(site, PATH, body=f"Number {i}") for i in range(6)]
    sent = tool.wait(3)
    site.kill()
    site.start()
    sent = tool.wait(7)
    assert sent[3].id == sent[2].id and len({s.id for s in sent}) == 6
    assert sorted({s.json["data"]["comment"]["id"] for s in sent}) == numbers
    settled(site)
    assert site.command("check")[0] == 0


def test_kills_at_any_time_lose_nothing_and_repeat_at_most_one_a_kill(make_room, receiver):
    tool = receiver(lambda n, sent: 204)
    site = make_room(section(tool))
    numbers = []
    for kill in range(4):
        numbers += [comment(site, PATH, body=f"Number {kill} {i}") for i in range(15)]
        tool.wait(len(numbers) - 10)
        site.kill()
        site.start()
    wait_for(lambda: {s.json["data"]["comment"]["id"] for s in tool.sent} == set(numbers))
    settled(site)
    assert len(tool.sent) <= len(numbers) + 4 and len({s.id for s in tool.sent}) == len(numbers)


# ---- the configuration


def test_sighup_begins_changes_and_ends_webhooks(make_room, receiver):
    one, two = receiver(), receiver(lambda n, sent: 500)
    site = make_room(section(one, "one"))
    comment(site, PATH, body="First")
    one.wait(1)

    def reload(config):
        count = site.log_text().count("event=reload")
        site.configure(config)
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: site.log_text().count("event=reload") > count)

    reload(CONFIG + section(two, "two"))
    comment(site, PATH, body="Second")
    assert "Second" in two.wait(1)[0].json["data"]["comment"]["html"]
    assert len(one.sent) == 1 and [h["name"] for h in rows(site, "select name from webhook")] == ["two"]
    reload(CONFIG + section(two, "two", secret="whsec_short"))
    assert "event=reload_refused" in site.log_text() and "whsec_short" not in site.log_text()
    reload(CONFIG)
    assert rows(site) == [] and rows(site, "select name from webhook") == []
    comment(site, PATH, body="Third")
    reload(CONFIG + section(one, "one"))
    n = comment(site, PATH, body="Fourth")
    assert one.wait(2)[1].json["data"]["comment"]["id"] == n


@pytest.mark.parametrize("lines, why", [
    ("url = https://a.example/\n", "a webhook has either a secret or a secret_file"),
    (f"secret = {SECRET}\n", "a webhook needs a url"),
    (f"url = https://a.example/\nsecret = {SECRET}\nsecret_file = /nowhere\n", "either a secret or a secret_file"),
    ("url = https://a.example/\nsecret_file = /nowhere/at/all\n", ":3: "),
    ("url = https://a.example/\nsecret = " + "A" * 40 + "\n", ":3: a secret is whsec_"),
    ("url = https://a.example/\nsecret = whsec_" + base64.b64encode(bytes(23)).decode() + "\n", ":3: a secret is"),
    ("url = https://a.example/\nsecret = whsec_" + base64.b64encode(bytes(65)).decode() + "\n", ":3: a secret is"),
    (f"url = http://a.example/\nsecret = {SECRET}\n", ":2: without https only with allow_private"),
    (f"url = ftp://a.example/\nsecret = {SECRET}\n", ":2: url is https://"),
    (f"url = https://u:p@a.example/\nsecret = {SECRET}\n", ":2: url is https://"),
    (f"url = https://a.example/\nsecret = {SECRET}\nevents = published no-such\n", ":4: events are words"),
    (f"url = https://a.example/\nsecret = {SECRET}\nallow_private = maybe\n", ":4: allow_private must be"),
    (f"url = https://a.example/\nsecret = {SECRET}\nsecrets = x\n", ":4: a webhook has no key of this name"),
])
def test_a_wrong_section_is_refused_with_its_line(make_site, lines, why):
    site = make_site("[webhook.tool]\n" + lines, start=False)
    status, out, said = run("check", data=site.data, check=False)
    assert status == 1 and why in said and base64.b64encode(bytes(23)).decode() not in said
    assert "AAAA" not in said


def test_a_webhooks_name_is_small_letters_and_eight_are_enough(make_site):
    def said(names):
        sections = "".join(f"[webhook.{n}]\nurl = https://a.example/\nsecret = {SECRET}\n" for n in names)
        site = make_site(sections, start=False)
        site.start()
        site.stop()
        return run("check", data=site.data, check=False)

    assert said([f"hook-{i}" for i in range(8)])[0] == 0
    for names, why in ((["Tool"], "small letters"), (["a" * 41], "small letters"), (["a_b"], "small letters"),
                       ([f"hook-{i}" for i in range(9)], "more than 8 webhooks")):
        with pytest.raises(AssertionError, match="did not start"):
            said(names)


def test_a_secret_comes_from_a_file_too(make_room, receiver, tmp_path):
    tool = receiver()
    (tmp_path / "secret").write_text(OTHER + "\n")
    site = make_room(section(tool, secret=None, secret_file=tmp_path / "secret"))
    comment(site, PATH)
    assert tool.wait(1)[0].signed_by(OTHER)


def test_the_command_sends_a_test_and_says_what_came_back(make_room, receiver):
    tool = receiver(lambda n, sent: 200 if n == 1 else 404)
    site = make_room(section(tool))
    _, out, _ = site.command("webhook", "test", "tool")
    sent = tool.wait(1)[0]
    assert sent.json["type"] == "webhook.test" and sent.json["data"]["webhook"] == "tool" and sent.signed_by(SECRET)
    assert f"it answered 200; the message was {sent.id}" in out
    status, _, why = site.command("webhook", "test", "tool", check=False)
    assert status == 1 and "it answered 404" in why
    status, _, why = site.command("webhook", "test", "none", check=False)
    assert status == 1 and "[webhook.none]" in why
    assert rows(site) == []


# ---- what the operator sees


def test_the_desk_shows_each_with_its_host_and_nothing_secret(make_desk, receiver):
    tool = receiver()
    room = make_desk(section(tool, url=tool.url + "?token=hidden"))
    page = room.owner.get("/desk/webhooks").text
    assert "Nothing was delivered so far." in page and "No message waits." in page
    comment(room.site, PATH)
    settled(room.site)
    page = room.owner.get("/desk/webhooks").text
    assert "Last delivered:" in page and f"http://127.0.0.1:{tool.port}" in page
    assert "token=hidden" not in page and "whsec_" not in page and SECRET[8:] not in page
    assert "/desk/webhooks" in read(room.owner.get("/desk")).links
    assert room.moderator.get("/desk/webhooks").status == 403


def test_without_webhooks_the_page_says_so(make_desk):
    assert "No webhook is configured" in make_desk("").owner.get("/desk/webhooks").text


def test_figures_of_webhooks_and_of_the_mail_stand_in_the_metrics(make_room, receiver):
    tool = receiver(lambda n, sent: 204 if n == 1 else 500)
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    site = make_room(section(tool), args=["--listen-metrics", f"127.0.0.1:{port}"])
    comment(site, PATH, body="One")
    settled(site)
    comment(site, PATH, body="Two")
    wait_for(lambda: rows(site) and rows(site)[0]["attempts"])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    figures = dict(re.findall(r"^(diurnal_(?:webhook|mail)\S+) (\d+)$", text, re.M))
    assert figures['diurnal_webhook_waiting{webhook="tool"}'] == "1"
    assert figures['diurnal_webhook_failed{webhook="tool"}'] == "0"
    assert figures['diurnal_webhook_off{webhook="tool"}'] == "0"
    assert abs(int(figures['diurnal_webhook_last_success_timestamp_seconds{webhook="tool"}']) - time.time()) < 120
    assert figures["diurnal_mail_waiting"] == "0" and figures["diurnal_mail_failed_day"] == "0"
