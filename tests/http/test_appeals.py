"""Appeals by a confirmed address. Without these who wrote on another device could never answer a removal, or a link could
be turned against another's comment, outlive its time, or be sent to a stranger."""

import base64
import hashlib
import hmac
import os
import re
import sqlite3
import struct
import time

import pytest

from conftest import PATH, REPORT
from desk_help import DESK_CONFIG, Person, make_newsroom
from smtp_fake import FakeServer
from test_mine import ADA, opened
from test_moderation import decide

BEA = "bea@example.org"
HOUR = 3600 * 1000000


@pytest.fixture
def mailed(tmp_path):
    server = FakeServer()
    room = make_newsroom(tmp_path, DESK_CONFIG + f"\n[mail]\nserver = {server.url}\ntls = no\nfrom = news@example.org\n")
    room.site.publish(REPORT)
    yield room, server
    assert room.site.command("check")[0] == 0
    room.site.stop()
    server.stop()


def written(room, body, email):
    answer = Person(room.site.port).post(PATH + "/comments", {"name": "Tove", "body": body, "email": email})
    return int(re.search(r"comment-(\d+)", answer.location)[1])


def links(client):
    return re.findall(r'href="(/mine/appeals/[A-Za-z0-9_-]+)"', client.get("/mine").text)


def numbers_of(link):
    return struct.unpack("<3q", base64.urlsafe_b64decode(link.rpartition("/")[2] + "==")[:24])


def minted(room, comment, claim, until, purpose=b"appeal"):
    """A link as the server would have made it."""
    with open(os.path.join(room.site.data, "keys/link"), "rb") as f:
        key = f.read()
    said = struct.pack("<3q", comment, claim, until)
    mac = hmac.new(key, b"".join(struct.pack("<Q", len(p)) + p for p in (purpose, said)), hashlib.sha256).digest()[:16]
    return "/mine/appeals/" + base64.urlsafe_b64encode(said + mac).decode().rstrip("=")


@pytest.mark.parametrize("deed", ["hide", "delete"])
def test_a_confirmed_address_finds_what_was_removed_and_appeals_once(mailed, deed):
    room, server = mailed
    n = written(room, "Words on the dike", ADA)
    decide(room.moderator, n, deed, reason="insult", note="Please be civil.")
    ada = Person(room.site.port)
    opened(room.site, server, ada)
    assert len(server.taken) == 1  # the one that was asked for: a removal sends none
    (link,) = links(ada)
    assert ("Words on the dike" in ada.get("/mine").text) == (deed == "hide")
    page = Person(room.site.port).get(link)
    assert page.status == 200 and page.headers["cache-control"] == "private, no-store"
    assert "Please be civil." in page.text and "Only who has this link" in page.text and "noindex" in page.text
    browser = Person(room.site.port)
    assert browser.post(link, {"body": " "}).status == 422
    assert browser.post(link, {"body": "Evil"}, Origin="https://evil.example", Sec_Fetch_Site="cross-site").status == 403
    assert browser.post(link, {"body": "It was no insult."}).location == link
    assert "Your appeal is open" in browser.get(link).text
    assert browser.post(link, {"body": "Again"}).status == 409
    assert Person(room.site.port).post(links(ada)[0], {"body": "Again"}).status == 409
    assert "/desk/appeals/1" in room.owner.get("/desk/appeals").text


def test_the_wrong_link_is_worth_nothing(mailed):
    room, server = mailed
    n, m = written(room, "Ada's words", ADA), written(room, "Bea's words", BEA)
    for k in (n, m):
        decide(room.moderator, k, "delete", reason="insult")
    ada, bea = Person(room.site.port), Person(room.site.port)
    mailed_link = opened(room.site, server, ada)
    opened(room.site, server, bea, BEA)
    (link,), (other,) = links(ada), links(bea)
    comment, claim, until = numbers_of(link)
    assert (comment, numbers_of(other)[0]) == (n, m) and claim != numbers_of(other)[1]
    now = int(time.time() * 1000000)
    assert 23 * HOUR < until - now <= 24 * HOUR
    token = link.rpartition("/")[2]
    head = base64.urlsafe_b64encode(struct.pack("<3q", m, claim, until)).decode()
    # forged: another comment, claim or time under the same signature; another purpose; over
    over = [link[:-1] + ("A" if link[-1] not in "ABCD" else "Q"), "/mine/appeals/" + head + token[32:],
            "/mine/appeals/x", "/mine/appeals/" + mailed_link.rpartition("/")[2],
            "/mine/appeals/" + ada.jar["address"], minted(room, n, claim, until, b"address-link"),
            minted(room, n, claim, now - 1), minted(room, n, 99, until)]
    for wrong in over:
        assert ada.get(wrong).status == 410, wrong
        assert ada.post(wrong, {"body": "x"}).status == 410, wrong
    assert ada.get("/mine/address/" + token).status == 410
    # swapped: rightly signed, but the comment is another's
    swapped = minted(room, m, claim, until)
    assert ada.get(swapped).status == 404 and ada.post(swapped, {"body": "x"}).status == 404
    assert ada.get(minted(room, n, claim, until)).status == 200
    assert "There are none" in room.owner.get("/desk/appeals").text


def test_who_is_erased_leaves_no_right_and_no_words(mailed):
    room, server = mailed
    n = written(room, "Ada's words", ADA)
    decide(room.moderator, n, "delete", reason="insult")
    ada = Person(room.site.port)
    opened(room.site, server, ada)
    (link,) = links(ada)
    assert ada.post(link, {"body": "About me"}).status == 303
    with sqlite3.connect(f"{room.site.data}/diurnal.db", timeout=30) as db:
        assert ADA.encode() not in db.execute("select email_hash from appeal_right").fetchone()[0]
        assert ada.post("/mine/erase", {}).status == 303
        end = time.monotonic() + 20
        while db.execute("select count(*) from address_claim").fetchone()[0] and time.monotonic() < end:
            time.sleep(0.05)  # the job is in another process' hands
        assert db.execute("select count(*) from appeal_right").fetchone() == (0,)
        assert db.execute("select body from appeal").fetchall() == [("",)]
    assert ada.get(link).status == 410
