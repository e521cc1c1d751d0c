"""Receipts by mail. Without these a giver could get none, several, or one for money that went back; and whoever reads in
last year's statements would write to everybody who ever gave."""

import datetime
import email
import email.policy

import pytest
from desk_help import DESK_CONFIG, errors_of, make_newsroom, notice_of, read
from smtp_fake import FakeServer
from test_desk_funding import CHANNELS, enter, url_of
from test_funding_public import receipt
from test_hooks import OWN, paid, send
from test_statement import reload

MAIL = "[mail]\nserver = {}\ntls = no\nfrom = news@example.org\n"
SHOP = f"[channel.shop]\nkind = webhook\nsecret = whsec_{OWN}\ntitle = Kiosk\n"


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def gift(ident, address, amount="25.00", at=None):
    return paid(ident, amount, email=address, name="Reed Warbler", occurred_at=at or today())


@pytest.fixture
def post():
    server = FakeServer()
    yield server
    server.stop()


@pytest.fixture
def room(tmp_path, post):
    room = make_newsroom(tmp_path, DESK_CONFIG + CHANNELS + SHOP + MAIL.format(post.url))
    yield room
    room.site.stop()


def due_now(room):
    """The job's turn comes within a minute; after a reload at once."""
    reload(room.site)


def told(message):
    mail = email.message_from_bytes(message.text, policy=email.policy.default)
    return mail["subject"], [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]


def test_who_left_an_address_gets_one_receipt_and_finds_the_gift_with_it(room, post):
    for _ in range(3):
        assert send(room.site, {"events": [gift("a-1", "reed@example.net")]}, client=room.site.client()).status == 200
    assert send(room.site, {"events": [paid("a-2", occurred_at=today())]}, "msg_2").status == 200
    due_now(room)
    sent = post.wait(1)[0]
    assert sent.recipients == ["reed@example.net"]
    subject, parts = told(sent)
    assert "Receipt for your gift" in subject
    for part in parts:
        for word in ("$25", "Kiosk", receipt(room.site, 1), "/funding/receipt"):
            assert word in part, word
    assert room.site.client().post("/funding/receipt", {"code": receipt(room.site, 1)}).status == 200
    assert send(room.site, {"events": [gift("a-3", "sedge@example.net")]}, "msg_3").status == 200
    due_now(room)
    assert [m.recipients for m in post.wait(2)] == [["reed@example.net"], ["sedge@example.net"]]
    assert "sent once" in room.treasurer.get("/desk/funding/contributions/1").text


def test_an_old_gift_one_that_went_back_and_an_address_that_is_none_get_no_mail(room, post):
    refund = {"type": "refund", "object": "b-2/r", "of": "b-2", "amount": "25.00", "currency": "USD", "occurred_at": today()}
    events = [gift("b-1", "old@example.net", at="2018-05-03T10:00:00Z"), gift("b-2", "back@example.net"), refund,
              gift("b-3", "no address"), gift("b-4", "last@example.net")]
    assert send(room.site, {"events": events}).status == 200
    due_now(room)
    assert post.wait(1)[0].recipients == ["last@example.net"]
    due_now(room)
    assert len(post.wait(1)) == 1
    assert "sent once" not in room.treasurer.get("/desk/funding/contributions/1").text


def test_without_the_wish_nothing_is_sent_but_by_the_treasurer(room, post):
    room.site.configure(DESK_CONFIG + CHANNELS + SHOP + MAIL.format(post.url) + "[funding]\nreceipts = no\n")
    due_now(room)
    assert send(room.site, {"events": [gift("c-1", "reed@example.net")]}).status == 200
    due_now(room)
    url = "/desk/funding/contributions/1"
    assert "sent once" not in room.treasurer.get(url).text
    for n in (1, 2):
        answer = room.treasurer.fill(url, "receipt")
        assert "on its way" in notice_of(room.treasurer.follow(answer))
        assert post.wait(n)[-1].recipients == ["reed@example.net"]
    assert "sent 2 times" in room.treasurer.get(url).text
    assert "contribution.receipt" in room.actions()


def test_the_treasurer_says_who_gave_and_sends_a_receipt(room, post):
    url = url_of(enter(room))
    assert not {"receipt"} & {f.id for f in read(room.treasurer.get(url)).forms}
    for fields, wrong in (({}, "name or an address"), ({"email": "nobody"}, "not one e-mail"), ({"email": "a@b.example, c@d.example"}, "not one"),
                          ({"name": "x" * 121}, "one line"), ({"name": "bell\x07"}, "one line")):
        answer = room.treasurer.fill(url, "giver", **fields)
        assert answer.status == 422 and wrong in str(errors_of(answer)), fields
    answer = room.treasurer.fill(url, "giver", name="Reed Warbler", email="reed@example.net", named="1")
    assert "is kept" in notice_of(room.treasurer.follow(answer))
    assert "Reed Warbler" in room.site.client().get("/funding").text
    assert room.treasurer.fill(url, "giver", name="Reed Warbler", email="warbler@example.net", named=None).status == 303
    assert "Reed Warbler" not in room.site.client().get("/funding").text
    assert room.treasurer.fill(url, "receipt").status == 303
    assert post.wait(1)[0].recipients == ["warbler@example.net"]
    assert "giver.set" in room.actions()


def test_what_a_provider_told_of_an_address_stays(room):
    assert send(room.site, {"events": [gift("d-1", "reed@example.net")]}).status == 200
    url = "/desk/funding/contributions/1"
    assert not {"giver"} & {f.id for f in read(room.treasurer.get(url)).forms}
    form = next(f for f in read(room.treasurer.get(url)).forms if f.id == "note")
    answer = room.treasurer.post(url + "/giver", {**form.fields, "email": "mine@example.net"})
    assert answer.status == 409 and "stays as it is" in answer.text
    assert room.treasurer.post(url + "/receipt", form.fields).status == 303
    url = url_of(enter(room))
    answer = room.treasurer.post(url + "/receipt", form.fields)
    assert answer.status == 409 and "left an address" in answer.text
