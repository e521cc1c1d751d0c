"""The same thing sent 64 times in the same moment, as impatient fingers, broken proxies and people with a program do.
Without these a double click could be two comments, a vote count twice, or a link be good for more than it says."""

import os
import sqlite3
import threading

import pytest

from conftest import PATH, REPORT, page
from desk_help import DESK_CONFIG, form_of, make_newsroom
from test_mail import make_server, settings  # noqa: F401 (a fixture)
from test_moderation import decide, writer
from test_subscriptions import FRIEND, ask, link_in, mails_settled, manage_link

MANY = 64
CONFIG = DESK_CONFIG + ("votes_rate = 1000000\nvotes_burst = 100000\nvote_burst = 0\nnew_voters = 100000\n"
                        "flags_rate = 1000000\nflags_burst = 1000000\n")


def together(work):
    """Calls work(0..63), all begun in the same moment; what they returned."""
    gate = threading.Barrier(MANY)
    got = [None] * MANY

    def run(i):
        gate.wait()
        got[i] = work(i)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(MANY)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return got


def same_browser(client):
    """Another connection of the same browser: each answer's cookies are its own affair."""
    copy = type(client)(client.port)
    copy.jar = dict(client.jar)
    return copy


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("races"), CONFIG)
    room.site.publish(REPORT)
    room.other = room.add("moderator", "Moderator Two", "moderator2@river.example")
    yield room
    assert room.site.command("check")[0] == 0
    room.site.stop()


@pytest.fixture
def paper(make_site, make_server):  # noqa: F811
    server = make_server()
    site = make_site(settings(server, CONFIG))
    site.publish(REPORT)
    yield site, server
    assert site.command("check")[0] == 0


def rows(site, text, *values):
    with sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30) as db:
        found = db.execute(text, values).fetchall()
    db.close()
    return found


def test_one_voters_vote_counts_once(room):
    _, n = writer(room, "Vote for me")
    voter = room.site.client()
    assert voter.vote(n, "-1").status == 303
    statuses = together(lambda i: same_browser(voter).post(f"/comments/{n}/vote", {"value": "1"}).status)
    assert set(statuses) == {303}
    assert rows(room.site, "select up, down, score from comment where id = ?", n) == [(1, 0, 1)]
    assert rows(room.site, "select count(*) from vote where comment = ?", n) == [(1,)]


def test_of_first_votes_without_a_cookie_one_counts(room):
    _, n = writer(room, "Vote for me without a cookie")
    statuses = together(lambda i: room.site.client().post(f"/comments/{n}/vote", {"value": "1"}).status)
    assert statuses.count(303) == 1 and statuses.count(307) == MANY - 1, statuses
    assert rows(room.site, "select up, down, score from comment where id = ?", n) == [(1, 0, 1)]


def test_one_voters_changing_mind_ends_with_one_vote_and_its_sum(room):
    _, n = writer(room, "Up or down")
    voter = room.site.client()
    assert voter.vote(n, "1").status == 303
    statuses = together(lambda i: same_browser(voter).post(f"/comments/{n}/vote", {"value": str(i % 3 - 1)}).status)
    assert set(statuses) == {303}
    up, down, score = rows(room.site, "select up, down, score from comment where id = ?", n)[0]
    stored = [v for (v,) in rows(room.site, "select value from vote where comment = ?", n)]
    assert len(stored) <= 1 and score == sum(stored) == up - down


@pytest.mark.parametrize("known", [False, True])
def test_a_comment_form_sent_64_times_is_one_comment(room, known):
    """By a browser that has our cookie, and by one whose first answer has not come yet."""
    client = room.site.client()
    words = f"Sent by impatient fingers {known}"
    if known:
        client.post(PATH + "/comments", {"name": "Tove", "body": "Before"})
    form = next(f for f in page(client.get(PATH)).forms if f["action"].startswith(PATH + "/comments") and "body" in f["fields"])
    fields = {**form["fields"], "name": "Tove", "body": words}
    fields.pop("preview", None)  # another button
    answers = together(lambda i: same_browser(client).post(form["action"].partition("#")[0], fields))
    assert {a.status for a in answers} == {303} and len({a.location for a in answers}) == 1
    assert rows(room.site, "select count(*) from comment_origin where body = ?", words) == [(1,)]


def test_the_same_edit_is_one_edit(room):
    guest, n = writer(room, "As it was")
    statuses = together(lambda i: same_browser(guest).post(f"/comments/{n}/edit", {"body": "As it is"}).status)
    assert set(statuses) == {303}
    assert rows(room.site, "select number, body from comment_former where comment = ?", n) == [(1, "As it was")]


def test_the_same_deletion_is_one(room):
    guest, n = writer(room, "To go")
    before = rows(room.site, "select published from discussion")[0][0]
    statuses = together(lambda i: same_browser(guest).post(f"/comments/{n}/delete", {}).status)
    assert statuses.count(303) >= 1 and set(statuses) <= {303, 404, 409, 410}, statuses
    assert rows(room.site, "select published from discussion")[0][0] == before - 1
    assert rows(room.site, "select count(*) from comment_event where comment = ? and change = 'deleted'", n) in ([(1,)], [(0,)])


def test_the_same_flag_is_one(room):
    _, n = writer(room, "Flag me")
    reader, _ = writer(room, "I have a cookie")
    statuses = together(lambda i: same_browser(reader).post(f"/comments/{n}/flag", {"reason": "insult", "note": f"{i}"}).status)
    assert set(statuses) == {303}
    assert rows(room.site, "select count(*) from flag where comment = ?", n) == [(1,)]


def test_the_same_appeal_is_one_and_has_one_verdict(room):
    guest, n = writer(room, "Taken down")
    decide(room.moderator, n, "hide", reason="insult")
    statuses = together(lambda i: same_browser(guest).post(f"/comments/{n}/appeal", {"body": f"Please {i}"}).status)
    assert statuses.count(303) == 1 and statuses.count(409) == MANY - 1, statuses
    appeal = f"/desk/appeals/{rows(room.site, 'select id from appeal where comment = ?', n)[0][0]}"
    judges = [room.other, room.owner]
    forms = [form_of(j.get(appeal), appeal) for j in judges]
    statuses = together(lambda i: judges[i % 2].send(forms[i % 2], ("grant", "refuse")[i // 2 % 2]).status)
    assert statuses.count(303) == 1 and statuses.count(409) == MANY - 1, statuses


def test_the_same_confirmation_is_one_subscription_and_one_mail_of_each_comment(paper):
    site, server = paper
    together(lambda i: ask(site))
    link = manage_link(server.wait(1)[0])
    statuses = together(lambda i: site.client().post(link, {"action": "confirm"}).status)
    assert set(statuses) == {303}
    assert rows(site, "select count(*), count(confirmed_at) from subscription") == [(1, 1)]
    assert site.client().post(PATH + "/comments", {"name": "Bo", "body": "News"}).status == 303
    server.wait(2)
    mails_settled(site)
    assert [m.recipients for m in server.taken] == [[FRIEND], [FRIEND]]


def test_leaving_in_the_same_moment_as_confirming_ends_in_one_of_both(paper):
    site, server = paper
    ask(site)
    link = manage_link(server.wait(1)[0])
    site.client().post(link, {"action": "confirm"})
    assert site.client().post(PATH + "/comments", {"name": "Bo", "body": "News"}).status == 303
    leave = link_in(server.wait(2)[1], "/subscriptions/leave/")
    statuses = together(lambda i: site.client().post(*((leave, {"List-Unsubscribe": "One-Click"}) if i % 2 else
                                                       (link, {"action": "confirm"}))).status)
    assert set(statuses) <= {200, 303} and statuses.count(200) >= MANY // 2
    assert rows(site, "select count(*) from subscription") == [(0,)]  # a confirmation brings nothing back
    assert "You follow nothing" in site.client().get(link).text
