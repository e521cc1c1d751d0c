"""What readers and authors do by the JSON API: flags, appeals, edits, previews, following. Without this the API
would be a way around the forms' rules, or a way to other people's comments."""

import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import conftest
import pytest
from desk_help import DESK_CONFIG, make_newsroom
from test_api import check, post
from test_mail import make_server, settings  # noqa: F401 (a fixture)
from test_subscriptions import FRIEND, mails_settled


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("reader"),
                         DESK_CONFIG + "flags_rate = 1000000\nflags_burst = 1000000\n")
    room.site.publish(conftest.REPORT)
    yield room
    room.site.stop()


def send(client, path, body, status=200, **values):
    answer = post(client, path.format(**values) if values else path, body)
    assert answer.status == status, (answer.status, answer.text[:500])
    return check(answer, path, "post")


def write(client, body="words of mine", **more):
    return send(client, "/reports/{id}/comments", {"name": "Ada", "body": body, **more}, 201, id=1)["id"]


def rows(room, sql):
    with sqlite3.connect(os.path.join(room.site.data, "diurnal.db")) as db:
        return db.execute(sql).fetchall()


def test_a_preview_shows_the_words_and_keeps_nothing(room):
    client = room.site.client()
    before = rows(room, "select count(*) from comment")
    assert "<em>words</em>" in send(client, "/reports/{id}/preview", {"body": "*words* <b>x</b>"}, id=1)["html"]
    assert rows(room, "select count(*) from comment") == before
    for body in ({"body": ""}, {}, {"body": 7}, {"body": "x" * 100000}):
        assert send(client, "/reports/{id}/preview", body, 422, id=1)["field"] == "body"
    send(client, "/reports/{id}/preview", {"body": "x"}, 404, id=99)


def test_an_author_edits_and_deletes_and_nobody_else_does(room):
    ada, bo = room.site.client(), room.site.client()
    mine = write(ada)
    for client in (bo, room.site.client()):
        send(client, "/comments/{id}/edit", {"body": "not mine"}, 403, id=mine)
        send(client, "/comments/{id}/delete", {}, 403, id=mine)
    now = send(ada, "/comments/{id}/edit", {"body": "other *words*"}, id=mine)
    assert now["state"] == "published" and "<em>words</em>" in now["html"]
    assert "other <em>words</em>" in bo.get(conftest.PATH).text
    assert send(ada, "/comments/{id}/edit", {"body": ""}, 422, id=mine)["field"] == "body"
    assert send(ada, "/comments/{id}/edit", {"body": 1}, 422, id=mine)["field"] == "body"
    crossed = post(ada, f"/comments/{mine}/delete", {}, **{"Sec-Fetch-Site": "cross-site"})
    assert crossed.status == 403 and check(crossed, "/comments/{id}/delete", "post")
    assert send(ada, "/comments/{id}/delete", {}, id=mine)["state"] == "deleted"
    send(ada, "/comments/{id}/delete", {}, 404, id=mine)
    send(ada, "/comments/{id}/edit", {"body": "x"}, 404, id=999)


def test_a_flag_counts_once_a_voter_and_never_on_ones_own(room):
    ada, bo = room.site.client(), room.site.client()
    mine = write(ada, "to be flagged")
    write(bo, "bo has a cookie")
    with ThreadPoolExecutor(64) as pool:
        def flag(_):
            client = room.site.client()
            client.jar.update(bo.jar)
            return post(client, f"/comments/{mine}/flag", {"reason": "insult", "note": "rude"})
        answers = list(pool.map(flag, range(64)))
    assert {a.status for a in answers} == {200}
    assert check(answers[0], "/comments/{id}/flag", "post")["flagged"]
    assert rows(room, f"select count(*) from flag where comment = {mine}") == [(1,)]


@pytest.mark.parametrize("body, field", [
    ({}, "reason"), ({"reason": "author"}, "reason"), ({"reason": "flags"}, "reason"), ({"reason": 1}, "reason"),
    ({"reason": "spam", "note": "x" * 501}, "note"), ({"reason": "spam", "note": 1}, "note"),
    ({"reason": "spam", "note": "a\u202eb"}, "note"),
])
def test_a_wrong_flag_names_its_field(site, body, field):
    client = site.client()
    mine = write(client)
    assert send(site.client(), "/comments/{id}/flag", body, 422, id=mine)["field"] == field
    send(site.client(), "/comments/{id}/flag", {"reason": "spam"}, 404, id=999)
    send(client, "/comments/{id}/flag", {"reason": "spam"}, 403, id=mine)


def test_an_author_appeals_once_and_sees_the_case(room):
    ada = room.site.client()
    mine = write(ada, "to be taken down")
    assert ada.get(f"/api/v1/comments/{mine}/appeal").status == 404
    room.moderator.post(f"/desk/comments/{mine}", {"action": "hide", "reason": "insult", "note": "be kind"})
    case = check(ada.get(f"/api/v1/comments/{mine}/appeal"), "/comments/{id}/appeal")
    assert case["reason"] == "insult" and case["note"] == "be kind" and case["appeal"] == "none"
    stranger = room.site.client()
    assert stranger.get(f"/api/v1/comments/{mine}/appeal").status == 404
    send(stranger, "/comments/{id}/appeal", {"body": "Let me"}, 404, id=mine)
    for body in ({"body": " "}, {"body": 1}, {"body": "x" * 4001}):
        assert send(ada, "/comments/{id}/appeal", body, 422, id=mine)["field"] == "body"
    assert send(ada, "/comments/{id}/appeal", {"body": "It was not."}, id=mine)["appeal"] == "open"
    send(ada, "/comments/{id}/appeal", {"body": "Again."}, 409, id=mine)


def test_the_record_says_what_the_page_says(room):
    client = room.site.client()
    before = check(client.get("/api/v1/reports/1/record"), "/reports/{id}/record")
    mine = write(room.site.client(), "counted")
    room.moderator.post(f"/desk/comments/{mine}", {"action": "spam"})
    now = check(room.site.client().get("/api/v1/reports/1/record"), "/reports/{id}/record")
    assert now["removed"] == before["removed"] + 1
    assert now["reasons"]["spam"] == before["reasons"].get("spam", 0) + 1
    check(client.get("/api/v1/reports/99/record"), "/reports/{id}/record")


@pytest.mark.parametrize("path", ["/reports/{id}/preview", "/comments/{id}/flag", "/comments/{id}/appeal",
                                  "/comments/{id}/edit", "/comments/{id}/delete", "/subscriptions"])
@pytest.mark.parametrize("body", [b"{", b"[]", b'{"body": "a", "body": "b"}', b"[" * 100, b'{"body": "\\u0000"}',
                                  b'{"body": "\xff"}', b'{"admin": 1}', b'{"body": "x"} y', b"null"], ids=repr)
def test_json_that_is_none_is_a_problem(room, path, body):
    answer = post(room.site.client(), path.replace("{id}", "1"), body)
    assert answer.status == 400, (answer.status, answer.text)
    check(answer, path, "post")
    answer = room.site.client().request("POST", "/api/v1" + path.replace("{id}", "1"), b"{}", {"Content-Type": "text/plain"})
    assert answer.status == 415
    check(answer, path, "post")


def test_under_attack_flags_need_work_as_on_the_pages(room):
    mine = write(room.site.client(), "before the attack")
    room.site.command("attack", "on")
    try:
        send(room.site.client(), "/comments/{id}/flag", {"reason": "spam"}, 428, id=mine)
    finally:
        room.site.command("attack", "off")


def test_following_asks_the_address_once_whatever_is_sent(make_site, make_server):  # noqa: F811
    server = make_server()
    site = make_site(settings(server))
    site.publish(conftest.REPORT)
    for _ in range(5):
        assert send(site.client(), "/subscriptions", {"email": FRIEND, "report": 1}, 202) == {"sent": True}
    send(site.client(), "/subscriptions", {"email": FRIEND, "series": 1}, 202)
    mails_settled(site)
    assert len(server.wait(1)) == 1
    for body in ({"email": FRIEND}, {"email": FRIEND, "report": 1, "series": 1}, {"email": FRIEND, "report": "1"},
                 {"email": FRIEND, "report": 0}):
        send(site.client(), "/subscriptions", body, 422)
    for address in ("", "no", 5, "a@b\r\nBcc: c@d", None):
        assert send(site.client(), "/subscriptions", {"email": address, "report": 1}, 422)["field"] == "email"
    send(site.client(), "/subscriptions", {"email": FRIEND, "report": 99}, 404)


def test_without_a_mail_server_nothing_is_followed(site):
    send(site.client(), "/subscriptions", {"email": FRIEND, "report": 1}, 404)


def test_wrong_comments_name_their_field(site):
    for body, field in (({"name": "", "body": "x"}, "name"), ({"name": "T", "body": ""}, "body"),
                        ({"name": "T", "body": "x", "email": "no"}, "email"),
                        ({"name": "T", "body": "x", "parent": 4242}, "parent"),
                        ({"name": "T", "body": "x", "question": 4242}, "question")):
        assert send(site.client(), "/reports/{id}/comments", body, 422, id=1)["field"] == field
    assert json.loads(post(site.client(), "/reports/1/comments", {"name": "T", "body": "x", "admin": 1}).text)["field"] == "admin"
