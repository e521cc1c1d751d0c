"""Without this, a mail could be lost, sent again and again, or sent in clear when the operator's mail server
hangs, refuses, cuts off, answers twice or is not there; and nobody would see it."""

import email
import email.policy
import itertools
import os
import signal
import sqlite3
import subprocess
import time

import pytest
from conftest import BINARY, CONFIG, page, run
from desk_help import DESK_CONFIG, make_newsroom
from smtp_fake import CUT, DRIP, FLOOD, HANG, FakeServer

WAITING, SENT, DROPPED, FAILED, BOUNCED = range(5)


def settings(server, base=CONFIG, **more):
    keys = {"server": server.url, "tls": "no", "from": "news@example.org", "timeout_seconds": "2", **more}
    return base + "\n[mail]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items())


@pytest.fixture
def make_server():
    made = []

    def make(answers=None, port=0):
        made.append(FakeServer(answers, port))
        return made[-1]

    yield make
    for server in made:
        server.stop()


def database(site):
    return sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30)


def row(site, key_like="%"):
    with database(site) as db:
        found = db.execute("select id, state, attempts, code, answer, due_at, recipient from mail where key like ? "
                           "order by id desc limit 1", (key_like,)).fetchone()
    return dict(zip(("id", "state", "attempts", "code", "answer", "due_at", "recipient"), found))


def wait_row(site, wanted, key_like="%", seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = row(site, key_like)
        if wanted(got):
            return got
        time.sleep(0.02)  # the row is in another process' hands
    raise AssertionError(got)


def queue(site, to="reader@example.net"):
    site.command("mail", "test", "--to", to, "--queue")


def fill(site, count, first=0):
    """Rows of a fan-out, while no server runs."""
    with database(site) as db:
        db.executemany("insert into mail (key, kind, recipient, subject, detail, since, due_at) "
                       "values (?, 'test', ?, 0, 0, ?, 0)",
                       ((f"fan/{i}", f"reader{i}@example.net", int(time.time() * 1e6))
                        for i in range(first, first + count)))


def make_due(site):
    """The time to try again has come."""
    site.stop()
    with database(site) as db:
        db.execute("update mail set due_at = 0 where ended_at is null")
    site.start()


def parse(mail):
    return email.message_from_bytes(mail.text, policy=email.policy.default)


def test_a_mail_has_all_its_headers_and_both_parts(make_site, make_server):
    server = make_server()
    site = make_site(settings(server, reply_to="desk@example.org", bounces_to="bounces@example.org"))
    queue(site)
    mail = server.wait(1)[0]
    assert mail.recipients == ["reader@example.net"] and mail.sender == "bounces@example.org"
    m = parse(mail)
    assert m["From"] == '"The Millbrook Diurnal" <news@example.org>' or "Millbrook" in m["From"]
    assert m["To"] == "<reader@example.net>" or m["To"].addresses[0].addr_spec == "reader@example.net"
    assert m["Reply-To"].addresses[0].addr_spec == "desk@example.org"
    assert m["Auto-Submitted"] == "auto-generated" and m["MIME-Version"] == "1.0"
    assert m["Message-ID"].endswith("@example.org>") and m["Date"].datetime is not None
    kinds = [part.get_content_type() for part in m.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert "“diurnal mail test”" in m.get_body(("plain",)).get_content()
    assert "“diurnal mail test”" in m.get_body(("html",)).get_content()
    assert all(len(line) <= 998 for line in mail.text.split(b"\r\n"))
    assert b"\n" not in mail.text.replace(b"\r\n", b"")
    assert wait_row(site, lambda r: r["state"] == SENT)["code"] == 250


def test_the_test_command_says_what_the_server_answered(make_site, make_server):
    server = make_server({"RCPT": lambda n: b"550 5.1.1 nobody here\r\n" if n > 1 else None})
    site = make_site(settings(server))
    assert "250 2.0.0 queued" in site.command("mail", "test", "--to", "a@example.net")[1]
    status, out, why = site.command("mail", "test", "--to", "b@example.net", check=False)
    assert status == 1 and "550" not in out and "5.1.1 nobody here" in why


def test_without_a_server_no_mail_is_queued(site):
    status, _, why = site.command("mail", "test", "--to", "a@example.net", check=False)
    assert status == 1 and "mail.server" in why


@pytest.mark.parametrize("to", ["", "a", "a@b@c", "a@b\r\nBcc: c@d", "a b@c", "<a@b>", "a@b>", "\u00e4@b.de", "a@b,c@d"])
def test_what_is_not_one_address_is_refused(make_site, make_server, to):
    site = make_site(settings(make_server()), start=False)
    status, _, _ = run("mail", "test", "--to", to, data=site.data, check=False)
    assert status == 1


@pytest.mark.parametrize("lines, why", [
    ("server = http://example.org\nfrom = a@example.org", "smtp://HOST"),
    ("server = smtp://example.org:99999\nfrom = a@example.org", "smtp://HOST"),
    ("server = smtp://user@example.org\nfrom = a@example.org", "smtp://HOST"),
    ("server = smtp://example.org", "mail.from"),
    ("server = smtp://example.org\nfrom = a@example.org\nreply_to = nobody", "mail.reply_to"),
    ("server = smtp://example.org\nfrom = a@example.org\nuser = a\npassword = b\ntls = no", "without TLS"),
    ("server = smtp://example.org\nfrom = a@example.org\ndkim_key = /nowhere", "no such file"),
    ("server = smtp://example.org\nfrom = a@example.org\nconnections = 9", "mail.connections"),
])
def test_a_wrong_configuration_is_refused_with_its_reason(make_site, lines, why):
    site = make_site(CONFIG + "\n[mail]\n" + lines + "\n", start=False)
    status, _, said = run("check", data=site.data, check=False)
    assert status == 1 and why in said


def test_a_refused_recipient_is_not_tried_again(make_site, make_server):
    server = make_server({"RCPT": b"550 5.1.1 nobody here\r\n"})
    site = make_site(settings(server))
    queue(site)
    got = wait_row(site, lambda r: r["state"] == FAILED)
    assert (got["code"], got["attempts"]) == (550, 1) and "nobody here" in got["answer"]
    make_due(site)
    assert row(site)["attempts"] == 1 and not server.taken


def test_a_recipient_put_off_is_tried_again_with_the_same_message_id(make_site, make_server):
    server = make_server({"TEXT": lambda n: b"451 4.3.0 later\r\n" if n == 1 else None})
    site = make_site(settings(server))
    queue(site)
    got = wait_row(site, lambda r: r["attempts"] == 1)
    assert got["state"] == WAITING and got["code"] == 451
    assert 40e6 < got["due_at"] - time.time() * 1e6 <= 60e6
    make_due(site)
    wait_row(site, lambda r: r["state"] == SENT)
    assert len(server.taken) == 2 and parse(server.taken[0])["Message-ID"] == parse(server.taken[1])["Message-ID"]


BUSY, AWAY = b"421 4.3.2 not now\r\n", b"554 5.0.0 go away\r\n"


@pytest.mark.parametrize("step, how", [("greeting", HANG), ("greeting", CUT), ("greeting", BUSY), ("greeting", AWAY),
                                       ("greeting", DRIP), ("greeting", FLOOD), ("EHLO", HANG), ("EHLO", CUT), ("EHLO", DRIP), ("EHLO", FLOOD),
                                       ("MAIL", BUSY), ("MAIL", AWAY)])
def test_a_server_that_is_away_costs_no_mail_a_try(make_site, make_server, step, how):
    server = make_server({step: how})
    site = make_site(settings(server))
    queue(site)
    server.wait_connections(1)
    end = time.monotonic() + 20
    while "event=mail_server_away" not in site.log_text():
        assert time.monotonic() < end
        time.sleep(0.02)  # the log is another process' file
    assert row(site)["attempts"] == 0 and row(site)["state"] == WAITING
    server.answers.clear()
    site.process.send_signal(signal.SIGHUP)  # ends the pause
    server.wait(1)
    wait_row(site, lambda r: r["state"] == SENT)
    assert len(server.taken) == 1


@pytest.mark.parametrize("step, how", [*itertools.product(("MAIL", "RCPT", "DATA"), (HANG, CUT)), ("RCPT", DRIP), ("RCPT", FLOOD)])
def test_a_line_that_breaks_within_a_mail_loses_nothing_and_sends_once(make_site, make_server, step, how):
    server = make_server({step: how})
    site = make_site(settings(server))
    queue(site)
    wait_row(site, lambda r: r["attempts"] == 1 and r["state"] == WAITING)
    server.answers.clear()
    make_due(site)
    wait_row(site, lambda r: r["state"] == SENT)
    assert len(server.taken) == 1


@pytest.mark.parametrize("how", [HANG, CUT, DRIP, FLOOD])
def test_a_server_that_takes_a_mail_and_does_not_say_so_gets_it_at_most_three_times(make_site, make_server, how):
    server = make_server({"TEXT": how})
    site = make_site(settings(server))
    queue(site)
    for tries in (1, 2, 3):
        wait_row(site, lambda r: r["attempts"] == tries)
        make_due(site)
    assert row(site)["state"] == FAILED and len(server.taken) == 3
    assert len({parse(m)["Message-ID"] for m in server.taken}) == 1


def test_a_server_that_answers_twice_gets_each_mail_and_none_is_taken_for_sent_that_was_not(make_site, make_server):
    server = make_server({"TEXT": b"250 2.0.0 taken\r\n250 2.0.0 taken\r\n"})
    site = make_site(settings(server, connections="1"), start=False)
    run("check", data=site.data, check=False)
    site.start()
    site.stop()
    fill(site, 10)
    site.start()
    for _ in range(12):
        with database(site) as db:
            sent = {k for (k,) in db.execute("select recipient from mail where state = ?", (SENT,))}
        assert sent <= {m.recipients[0] for m in server.taken}
        if len(sent) == 10:
            break
        make_due(site)
        time.sleep(0.3)  # the second answers come on their own
    assert len(sent) == 10
    assert all(m.recipients == [parse(m)["To"].addresses[0].addr_spec] for m in server.taken)


def test_many_mails_go_over_few_connections(make_site, make_server):
    server = make_server()
    site = make_site(settings(server, connections="3"))
    site.stop()
    fill(site, 300)
    site.start()
    server.wait(300)
    wait_row(site, lambda r: r["state"] == SENT, "fan/299")
    assert server.connections <= 3 and server.open_most <= 3
    assert sorted(m.recipients[0] for m in server.taken) == sorted(f"reader{i}@example.net" for i in range(300))


def test_a_connection_that_the_server_left_meanwhile_is_made_anew(make_site, make_server):
    server = make_server()
    site = make_site(settings(server, connections="1"))
    queue(site, "one@example.net")
    server.wait(1)
    server.cut_all()
    queue(site, "two@example.net")
    server.wait(2)
    got = wait_row(site, lambda r: r["recipient"] == "two@example.net" and r["state"] == SENT)
    assert got["attempts"] == 1 and len(server.taken) == 2


def test_the_rate_is_kept(make_site, make_server):
    server = make_server()
    site = make_site(settings(server, connections="8", a_minute="600"))
    site.stop()
    fill(site, 15)
    site.start()
    begun = time.monotonic()
    server.wait(15)
    assert time.monotonic() - begun > 1.1  # 14 waits of 0.1 s, less the start


def test_the_server_ends_in_time_while_a_mail_hangs(make_site, make_server):
    server = make_server({"DATA": HANG})
    site = make_site(settings(server, timeout_seconds="60"))
    queue(site)
    server.wait_connections(1)
    begun = time.monotonic()
    site.stop()
    assert time.monotonic() - begun < 5


def test_killed_within_a_fan_out_everybody_is_written_to_and_nobody_more_than_twice(make_site, make_server):
    server = make_server()
    site = make_site(settings(server, connections="8"))
    site.stop()
    fill(site, 600)
    for taken in (150, 350):
        site.start()
        server.wait(taken)
        site.kill()
    site.start()
    wait_all(site)
    counts = {}
    for m in server.taken:
        counts[m.recipients[0]] = counts.get(m.recipients[0], 0) + 1
    assert len(counts) == 600 and max(counts.values()) <= 3
    assert sum(counts.values()) <= 600 + 2 * 8  # what was under way at each of two kills


def wait_all(site, seconds=60):
    end = time.monotonic() + seconds
    with database(site) as db:
        while db.execute("select count(*) from mail where ended_at is null").fetchone()[0]:
            assert time.monotonic() < end
            time.sleep(0.05)  # the rows are in another process' hands


def test_a_server_without_starttls_is_not_spoken_to_in_clear(make_site, make_server):
    server = make_server()
    site = make_site(settings(server, tls="yes", user="u", password="secret-word"))
    status, _, why = site.command("mail", "test", "--to", "a@example.net", check=False)
    assert status == 1 and "cannot be used" in why and not server.taken
    assert "secret-word" not in site.log_text() + why


def test_another_server_in_the_configuration_is_used_after_a_reload(make_site, make_server):
    first, second = make_server(), make_server()
    site = make_site(settings(first))
    queue(site, "one@example.net")
    first.wait(1)
    site.configure(settings(second))
    site.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 20
    while "event=reloaded" not in site.log_text():
        assert time.monotonic() < end
        time.sleep(0.02)  # the log is another process' file
    queue(site, "two@example.net")
    second.wait(1)
    assert [m.recipients[0] for m in second.taken] == ["two@example.net"] and len(first.taken) == 1


DSN = """\
From: MAILER-DAEMON@mx.example.net
To: news@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; reader@example.net
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822-headers

{headers}
--b--
"""


def bounce(site, text):
    done = subprocess.run([BINARY, "bounce", "--data", site.data], input=text.encode(), capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode()


def test_a_returned_mail_is_known_by_its_mark_and_a_forged_one_changes_nothing(make_site, make_server):
    server = make_server()
    site = make_site(settings(server))
    queue(site)
    headers = server.wait(1)[0].text.partition(b"\r\n\r\n")[0].decode()
    wait_row(site, lambda r: r["state"] == SENT)
    forged = headers.replace("X-Diurnal-Mail: 1-", "X-Diurnal-Mail: 1-f")
    for text in ("", "hello", DSN.format(action="failed", headers=forged), DSN.format(action="delayed", headers=headers)):
        assert bounce(site, text)[0] == 0 and row(site)["state"] == SENT
    status, said = bounce(site, DSN.format(action="failed", headers=headers))
    assert status == 0 and "come back" in said
    got = row(site)
    assert got["state"] == BOUNCED and "no such user" in got["answer"]
    assert "before" in bounce(site, DSN.format(action="failed", headers=headers))[1]


def test_the_desk_shows_what_failed_and_why_and_tries_it_again(tmp_path, make_server):
    server = make_server({"RCPT": b"550 5.1.1 nobody <b>here</b>\r\n"})
    room = make_newsroom(tmp_path, settings(server, DESK_CONFIG))
    try:
        queue(room.site)
        wait_row(room.site, lambda r: r["state"] == FAILED)
        text = room.owner.get("/desk/mail").text
        assert "reader@example.net" in text and "nobody &lt;b&gt;here" in text and "1 failed within a day" in text
        server.answers.clear()
        form = next(f for f in page(room.owner.get("/desk/mail")).forms if "again" in f["action"])
        assert room.owner.post(form["action"], {}).status == 303
        wait_row(room.site, lambda r: r["state"] == SENT)
        assert room.owner.post(form["action"], {}).status == 404
        assert ("mail.again" in room.owner.get("/desk/audit").text)
        assert "reader@example.net" not in room.owner.get("/desk/mail").text
    finally:
        room.site.stop()


def test_the_desk_says_that_the_server_is_away(tmp_path, make_server):
    server = make_server({"greeting": b"554 5.0.0 go away\r\n"})
    room = make_newsroom(tmp_path, settings(server, DESK_CONFIG))
    try:
        queue(room.site)
        end = time.monotonic() + 20
        while "event=mail_server_away" not in room.site.log_text():
            assert time.monotonic() < end
            time.sleep(0.02)  # the log is another process' file
        text = room.owner.get("/desk/mail").text
        assert "cannot be used" in text and "go away" in text and "1 mail waits." in text
    finally:
        room.site.stop()
