"""/mine: one's own comments, listed, exported and erased. Without these a person could be shown another's
comments, could not get their own back or away, or strangers could be sent mails by typing their address."""

import email
import email.policy
import json
import re
import sqlite3
import threading
import time

import pytest

import conftest
from conftest import CONFIG, PATH
from smtp_fake import FakeServer
from test_comments import number_of, post

ADA = "ada@example.org"


@pytest.fixture
def mailed(make_site):
    """A site that can send mails, and the server that takes them."""
    server = FakeServer()
    site = make_site(CONFIG + f"\n[mail]\nserver = {server.url}\ntls = no\nfrom = news@example.org\n")
    site.publish(conftest.REPORT)
    yield site, server
    site.stop()
    server.stop()


def mails(server, count, seconds=20):
    return [email.message_from_bytes(m.text, policy=email.policy.default) for m in server.wait(count, seconds)]


def link_of(mail):
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"(/mine/address/[A-Za-z0-9_-]+)", text).group(1)


def opened(site, server, client, address=ADA):
    """The client asks for the link and follows it. Returns its path."""
    before = len(server.taken)
    assert client.post("/mine/address", {"email": address}).location == "/mine?done=asked"
    link = link_of(mails(server, before + 1)[-1])
    assert address in client.get(link).text
    assert client.post(link, {}).location == "/mine"
    return link


def test_the_cookie_shows_the_comments_of_this_browser_and_no_others(site):
    client, other = site.client(), site.client()
    n = number_of(post(client, body="Mine *indeed*", email=ADA))
    m = number_of(post(other, body="Not mine"))
    shown = client.get("/mine")
    assert shown.status == 200 and shown.headers["cache-control"] == "private, no-store"
    assert "<em>indeed</em>" in shown.text and "Not mine" not in shown.text
    assert f"/comments/{n}/edit" in shown.text and f"/comments/{m}" not in shown.text
    for stranger in (site.client(), other):
        assert "indeed" not in stranger.get("/mine").text
    assert "/mine/address" not in shown.text  # no mail server: no form for it
    assert client.post("/mine/address", {"email": ADA}).status == 404


def test_the_export_has_all_words_and_those_before_an_edit(site):
    client = site.client()
    n = number_of(post(client, body='One "quoted" \\ & <b>\nline', email=ADA, name="Ada"))
    client.post(f"/comments/{n}/edit", {"body": "Two"})
    m = number_of(post(client, body="Another", parent=n))
    answer = client.get("/mine/export.json")
    assert answer.headers["content-type"] == "application/json" and "attachment" in answer.headers["content-disposition"]
    items = json.loads(answer.text)["items"]
    assert [(i["kind"], i.get("id"), i["body"]) for i in items] == [
        ("comment", m, "Another"), ("comment", n, "Two"), ("former_words", None, 'One "quoted" \\ & <b>\nline')]
    assert items[1]["email"] == ADA and items[1]["name"] == "Ada" and items[0]["parent"] == n
    assert json.loads(site.client().get("/mine/export.json").text)["items"] == []


def test_fifty_are_a_page(site):
    client = site.client()
    ids = [number_of(post(client, body=f"The number {i}")) for i in range(53)]
    first = client.get("/mine").text
    assert first.count("<article") == 50 and "The number 52<" in first
    following = re.search(r'href="(/mine\?before=\d+)"', first).group(1)
    second = client.get(following).text
    assert second.count("<article") == 3 and "The number 0<" in second and "before=" not in second
    for wrong in ("0", "-1", "x", "99999999999999999999"):
        assert client.get(f"/mine?before={wrong}").status == 404
    assert len(json.loads(client.get("/mine/export.json").text)["items"]) == len(ids)


def test_long_comments_are_fewer_a_page_and_all_are_there(site):
    client = site.client()
    for i in range(30):
        number_of(post(client, body=f"The number {i} " + "&" * 15900))
    text, seen, pages = client.get("/mine"), 0, 1
    while text.status == 200:
        seen += text.text.count("<article")
        following = re.search(r'href="(/mine\?before=\d+)"', text.text)
        if not following:
            break
        text, pages = client.get(following.group(1)), pages + 1
    assert (text.status, seen) == (200, 30) and pages > 3
    assert len(json.loads(client.get("/mine/export.json").text)["items"]) == 30


def test_a_mailed_link_brings_all_comments_of_an_address(mailed):
    site, server = mailed
    n = number_of(post(site.client(), body="From the phone", email=ADA))
    m = number_of(post(site.client(), body="From the desk", email=ADA.upper()))
    other = number_of(post(site.client(), body="A stranger", email="bea@example.org"))
    client = site.client()
    opened(site, server, client)
    text = client.get("/mine").text
    assert "From the phone" in text and "From the desk" in text and "A stranger" not in text
    assert client.post(f"/comments/{n}/edit", {"body": "From the *phone*"}).status == 303
    assert client.post(f"/comments/{m}/delete", {}).status == 303
    assert client.post(f"/comments/{other}/edit", {"body": "x"}).status == 403
    assert "<em>phone</em>" in site.client().get(PATH).text
    client.post("/mine/leave", {})
    assert "From the" not in client.get("/mine").text


def test_typing_an_address_grants_nothing_and_sends_one_mail_an_hour(mailed):
    site, server = mailed
    number_of(post(site.client(), body="Ada's words", email=ADA))
    client = site.client()
    for address in ["nobody@example.org", *[ADA] * 5]:
        assert client.post("/mine/address", {"email": address}).location == "/mine?done=asked"
    threads = [threading.Thread(target=lambda: site.client().post("/mine/address", {"email": ADA})) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    got = mails(server, 1)
    time.sleep(1)  # what should not come
    assert len(server.taken) == 1 and ADA in got[0]["To"]
    assert "Ada's words" not in client.get("/mine").text
    tagged = ADA.replace("@", "+me@")  # the same mailbox
    number_of(post(site.client(), body="Signed so by a stranger", email=tagged))
    assert client.post("/mine/address", {"email": tagged}).location == "/mine?done=asked"
    time.sleep(1)
    assert len(server.taken) == 1


@pytest.mark.parametrize("address", ["", "ada", "a@b\r\nBcc: x@example.org", "a@b@c", "x" * 250 + "@e.org", "a b@example.org"])
def test_what_is_no_address_is_refused(mailed, address):
    site, server = mailed
    answer = site.client().post("/mine/address", {"email": address})
    assert answer.status == 422 and 'id="mine-email-error"' in answer.text
    assert not server.taken


def test_links_are_good_once_and_for_nothing_else(mailed):
    site, server = mailed
    number_of(post(site.client(), body="Ada's words", email=ADA))
    number_of(post(site.client(), body="Bea's words", email="bea@example.org"))
    ada, bea = site.client(), site.client()
    link = opened(site, server, ada)
    opened(site, server, bea, "bea@example.org")
    token = link.rpartition("/")[2]
    again = site.client()
    assert again.get(link).status == 410 and again.post(link, {}).status == 410
    # the cookie's token is no link's, the link's no cookie's, and a changed one is neither
    assert again.get(f"/mine/address/{ada.jar['address']}").status == 410
    for value in (token, ada.jar["address"][:-1] + ("A" if ada.jar["address"][-1] != "A" else "B"), "x", "A" * 54):
        again.jar = {"address": value}
        assert "words" not in again.get("/mine").text
        assert again.post("/mine/erase", {}).status == 403
    again.jar = {"address": ada.jar["address"]}
    assert "Ada&#39;s" in again.get("/mine").text.replace("Ada's", "Ada&#39;s") and "Bea's words" not in again.get("/mine").text


def test_opening_a_link_changes_nothing(mailed):
    site, server = mailed
    number_of(post(site.client(), body="Words", email=ADA))
    client = site.client()
    client.post("/mine/address", {"email": ADA})
    link = link_of(mails(server, 1)[0])
    for _ in range(3):
        assert site.client().get(link).status == 200
    answer = client.post(link, {}, Origin="https://evil.example", Sec_Fetch_Site="cross-site")
    assert answer.status == 403
    assert client.post(link, {}).status == 303


def test_one_of_sixty_four_uses_of_a_link_counts(mailed):
    site, server = mailed
    number_of(post(site.client(), body="Words", email=ADA))
    site.client().post("/mine/address", {"email": ADA})
    link = link_of(mails(server, 1)[0])
    got = []
    threads = [threading.Thread(target=lambda: got.append(site.client().post(link, {}).status)) for _ in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got.count(303) == 1 and got.count(410) == 63


def test_erasing_takes_words_and_name_and_leaves_the_places_of_replies(mailed):
    site, server = mailed
    n = number_of(post(site.client(), body="My secret", name="Ada Rivers", email=ADA))
    m = number_of(post(site.client(), body="A reply to it", parent=n))
    for i in range(150):
        number_of(post(site.client(), body=f"More of me {i}", name="Ada Rivers", email=ADA))
    client = site.client()
    assert client.get("/mine/erase").status == 403 and client.post("/mine/erase", {}).status == 403
    opened(site, server, client)
    assert ADA in client.get("/mine/erase").text
    assert client.post("/mine/erase", {}).location == "/mine?done=erase"
    end = time.monotonic() + 20
    while "More of me" in site.client().get(PATH + "?all=1").text and time.monotonic() < end:
        time.sleep(0.05)  # the job is in another process' hands
    text = site.client().get(PATH).text
    assert "My secret" not in text and "Ada Rivers" not in text and f'id="comment-{m}"' in text
    assert "This comment was deleted." in text
    site.stop()
    assert site.command("check")[0] == 0
    with sqlite3.connect(f"{site.data}/diurnal.db") as db:
        assert db.execute("select count(*) from comment_origin where email is not null").fetchone() == (0,)
        assert db.execute("select count(*) from address_claim").fetchone() == (0,)
        assert db.execute("select count(*) from mail where recipient = ?", (ADA,)).fetchone() == (0,)


def test_a_link_is_void_when_its_address_was_erased_whoever_asks_next(mailed):
    site, server = mailed
    number_of(post(site.client(), body="The words of Bea", email="bea@example.org"))
    number_of(post(site.client(), body="Ada's words", email=ADA))
    ada = site.client()
    link = opened(site, server, ada)
    old = ada.jar["address"]
    assert ada.post("/mine/erase", {}).location == "/mine?done=erase"
    with sqlite3.connect(f"{site.data}/diurnal.db", timeout=30) as db:
        end = time.monotonic() + 20
        while db.execute("select count(*) from address_claim").fetchone()[0] and time.monotonic() < end:
            time.sleep(0.05)  # the job is in another process' hands
    ada.post("/mine/address", {"email": "bea@example.org"})
    assert ada.get(link).status == 410 and ada.post(link, {}).status == 410
    assert "bea@example.org" in mails(server, 2)[1]["To"]
    ada.jar = {"address": old}
    assert "Bea" not in ada.get("/mine").text and ada.post("/mine/erase", {}).status == 403
