"""Every kind of signed text that we hand out: links in mails, tickets, cookies, challenges. Without these a link could
be forged, changed, kept beyond its time, used twice, or be good for another purpose, person or thing than its own.

The tests sign for themselves with the newsroom's own key, so what is refused is refused for the one thing that is
wrong with it, and never for its signature."""

import base64
import hashlib
import hmac
import itertools
import os
import re
import sqlite3
import struct
import time

import pytest

from conftest import PATH, REPORT
from desk_help import DESK_CONFIG, form_of, make_newsroom
from smtp_fake import FakeServer
from test_desk_sign_in import secret_of, totp
from test_mail import settings
from test_subscriptions import ask, manage_link

SECOND = 10**6
MINUTE = 60 * SECOND
DAY = 86400 * SECOND
ADA, BEA = "ada@example.net", "bea@example.net"
LIMITS = "".join(f"{key} = 100000\n" for key in ("flags_rate", "flags_burst", "votes_rate", "votes_burst", "new_voters"))
LEAVES = ("leave", "leave-digest")  # two purposes that have one address


def now():
    return int(time.time() * SECOND)


def name_of(address):
    return address.partition("@")[0]


class Room:
    """A newsroom with two readers who follow, who have written, and whose address was shown to be theirs."""

    def __init__(self, folder):
        self.server = FakeServer()
        self.desk = make_newsroom(folder, settings(self.server, DESK_CONFIG + LIMITS))
        self.site = self.desk.site
        self.site.publish(REPORT)
        self.site.publish(REPORT.replace("southern-dike", "northern-dike"), "other.md")
        with open(os.path.join(self.site.data, "keys/link"), "rb") as f:
            self.key = f.read()
        for n, address in enumerate((ADA, BEA)):
            ask(self.site, address=address)
            assert self.site.client().post(manage_link(self.server.wait(2 * n + 1)[-1]), {"action": "confirm"}).status == 303
            assert self.say(f"Words of {name_of(address)}", email=address).status == 303
            assert self.site.client().post("/mine/address", {"email": address}).status == 303
            self.server.wait(2 * n + 2)
        self.comment = self.one("select min(id) from comment")
        careful = self.desk.add("editor", "Careful", "careful@river.example")
        shown = careful.follow(careful.press("/desk/account", "/desk/account/second-step"))
        assert careful.send(form_of(shown), code=totp(secret_of(shown))).status == 200

    def say(self, body, path=PATH, headers=None, **fields):
        return self.site.client().post(path + "/comments", {"name": "Tove", "body": body, **fields}, **(headers or {}))

    def one(self, text, *values):
        with sqlite3.connect(os.path.join(self.site.data, "diurnal.db"), timeout=30) as db:
            found = db.execute(text, values).fetchone()
        db.close()
        return found[0] if found else None

    def id_of(self, table, address):
        return self.one(f"select id from {table} where email = ?", address)

    def sign(self, purpose, subject, detail, until, key=None):
        said = struct.pack("<qqq", subject, detail, until)
        parts = b"".join(struct.pack("<Q", len(part)) + part for part in (purpose.encode(), said))
        mac = hmac.new(key or self.key, parts, hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(said + mac).decode().rstrip("=")

    def token(self, kind, **changes):
        """One that is good, but for the changes."""
        fields = {"purpose": kind.purpose, **kind.fields(self), **changes}
        return self.sign(fields["purpose"], fields["subject"], fields["detail"], fields["time"], fields.get("key"))


class Kind:
    """What is signed, and where it is good: probe() says whether it was taken for what it says it is. Two fields
    of `ends` are a time that is not over yet and one that is."""

    def __init__(self, purpose, fields, probe, ends=None, other=None):
        self.purpose, self.fields, self.probe, self.ends, self.other = purpose, fields, probe, ends, other


# ---- where each is good

def opens_subscriptions(room, token):
    answer = room.site.client().get(f"/subscriptions/{token}")
    assert answer.status in (200, 404)
    return ADA in answer.text


def leaves(room, token):
    """Whether it is a link to leave with; looking changes nothing."""
    answer = room.site.client().get(f"/subscriptions/leave/{token}")
    assert answer.status in (200, 404)
    return answer.status == 200


def opens_address(room, token):
    answer = room.site.client().get(f"/mine/address/{token}")
    assert answer.status in (200, 404, 410)
    return ADA in answer.text


def shows_comments(room, token):
    client = room.site.client()
    client.jar = {"address": token}
    return f"Words of {name_of(ADA)}" in client.get("/mine").text


words = itertools.count()


def publishes(room, token):
    """A form's own time lets a comment through; a wrong one holds it."""
    body = f"Number {next(words)} with a token"
    answer = room.say(body, token=token)
    assert answer.status == 303
    return room.one("select c.state from comment c join comment_origin o on o.comment = c.id where o.body = ?", body) == "published"


def proof(challenge, bits=12):
    for i in itertools.count():
        text = f"{challenge}.{i}"
        if int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") >> (256 - bits) == 0:
            return text


def passes_work(act, status):
    def probe(room, token):
        paths = {"comment": (PATH + "/comments", {"name": "Tove", "body": f"Work {next(words)}"}),
                 "vote": (f"/comments/{room.comment}/vote", {"value": 1}),
                 "flag": (f"/comments/{room.comment}/flag", {"reason": "spam"})}
        client = room.site.client()
        if act == "vote":  # who has voted before
            assert client.vote(room.comment + 1, 1).status == 303
        room.site.command("attack", "on")
        try:
            answer = client.post(*paths[act], Diurnal_Script="1", Diurnal_Work=proof(token))
        finally:
            room.site.command("attack", "off")
        assert answer.status in (status, 428), (answer.status, answer.text[:300])
        return answer.status != 428
    return probe


def asks_for_code(room, token):
    client = room.site.client()
    client.jar = {TICKET: token}
    answer = client.post("/desk/sign-in/code", {"code": "000000", "next": "/desk"})
    assert answer.status in (303, 403, 422, 429), answer.status
    return answer.status != 303


TICKET = "desk-code"
nonce = itertools.count(1)


def work_fields(subject):
    return lambda room: {"subject": subject(room), "detail": next(nonce) << 8 | 12, "time": now() + 2 * MINUTE}


KINDS = [
    Kind("subscriptions", lambda room: {"subject": room.id_of("subscriber", ADA), "detail": 0, "time": now() + MINUTE},
         opens_subscriptions, lambda: now() - SECOND, lambda room: {"subject": room.id_of("subscriber", BEA)}),
    Kind("leave", lambda room: {"subject": room.one("select min(id) from subscription"), "detail": 0, "time": 0}, leaves),
    Kind("leave-digest", lambda room: {"subject": room.id_of("subscriber", ADA), "detail": 1, "time": 0}, leaves),
    Kind("address-link", lambda room: {"subject": room.id_of("address_claim", ADA), "detail": room.one(
        "select round from address_claim where email = ?", ADA), "time": now() + MINUTE},
         opens_address, lambda: now() - SECOND, lambda room: {"subject": room.id_of("address_claim", BEA)}),
    Kind("address-cookie", lambda room: {"subject": room.id_of("address_claim", ADA), "detail": room.one(
        "select round from address_claim where email = ?", ADA), "time": now() + MINUTE},
         shows_comments, lambda: now() - SECOND, lambda room: {"subject": room.id_of("address_claim", BEA)}),
    Kind("comment-form", lambda room: {"subject": 1, "detail": 0, "time": now() - MINUTE},
         publishes, lambda: now() - DAY - MINUTE, lambda room: {"subject": 2}),
    Kind("work-comment", work_fields(lambda room: 1), passes_work("comment", 201), lambda: now() - SECOND, lambda room: {"subject": 2}),
    Kind("work-vote", work_fields(lambda room: room.comment), passes_work("vote", 200), lambda: now() - SECOND,
         lambda room: {"subject": room.comment + 1}),
    Kind("work-flag", work_fields(lambda room: room.comment), passes_work("flag", 303), lambda: now() - SECOND,
         lambda room: {"subject": room.comment + 1}),
    Kind("sign-in-code", lambda room: {"subject": room.id_of("person", "careful@river.example"), "detail": room.one(
        "select password_at from person where email = 'careful@river.example'"), "time": now() - SECOND},
         asks_for_code, lambda: now() - 6 * MINUTE),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Room(tmp_path_factory.mktemp("signed"))
    yield room
    assert room.site.command("check")[0] == 0
    room.site.stop()
    room.server.stop()


each = pytest.mark.parametrize("kind", KINDS, ids=[k.purpose for k in KINDS])


@each
def test_what_we_signed_is_good_where_it_belongs(room, kind):
    assert kind.probe(room, room.token(kind))


@each
def test_what_was_changed_or_made_up_is_good_for_nothing(room, kind):
    good = room.token(kind)
    other = str.maketrans("AEIMQUYcgkosw048BFJNRVZdhlptx159", "BFJNRVZdhlptx159AEIMQUYcgkosw048")
    changed = [good[:i] + good[i].translate(other) + good[i + 1:] for i in (0, 7, 12, 24, 32, 40, len(good) - 3)]
    made_up = [room.token(kind, key=os.urandom(32)), room.token(kind, key=bytes(32)), good[:32] + "A" * 22, "A" * 54]
    misshapen = ["x", good[:-1], good[:-4], good + "A", good + "=", good * 2, good.swapcase(), good.replace("-", "+").replace("_", "/") + "=="]
    for token in {t for t in changed + made_up + misshapen if t != good}:
        assert not kind.probe(room, token), token


@each
def test_what_was_signed_for_something_else_is_good_for_nothing_here(room, kind):
    """All other purposes, with the very numbers that are good here."""
    for other in KINDS:
        if other is not kind and not {kind.purpose, other.purpose} <= set(LEAVES):
            assert not kind.probe(room, room.token(kind, purpose=other.purpose)), other.purpose
            if kind.probe is not publishes:
                assert not kind.probe(room, room.token(other)), other.purpose


@pytest.mark.parametrize("kind", [k for k in KINDS if k.ends], ids=[k.purpose for k in KINDS if k.ends])
def test_what_is_over_is_good_for_nothing(room, kind):
    assert not kind.probe(room, room.token(kind, time=kind.ends()))


@pytest.mark.parametrize("kind", [k for k in KINDS if k.purpose.startswith("work-") or k.purpose in ("comment-form", "sign-in-code")],
                         ids=lambda k: k.purpose)
def test_what_was_made_in_the_future_is_good_for_nothing(room, kind):
    assert not kind.probe(room, room.token(kind, time=now() + 10 * MINUTE))


@pytest.mark.parametrize("kind", [k for k in KINDS if k.other], ids=[k.purpose for k in KINDS if k.other])
def test_what_is_another_persons_or_things_is_good_for_nothing_here(room, kind):
    assert not kind.probe(room, room.token(kind, **kind.other(room)))


@pytest.mark.parametrize("kind", [k for k in KINDS if k.purpose.startswith("work-")], ids=lambda k: k.purpose)
def test_a_proof_is_good_once(room, kind):
    token = room.token(kind)
    assert kind.probe(room, token) and not kind.probe(room, token)


def test_a_link_to_ones_comments_is_good_once_and_ends_those_before(room):
    kind = KINDS[3]
    link, cookie = room.token(kind), room.token(KINDS[4])
    assert shows_comments(room, cookie)
    client = room.site.client()
    assert client.post(f"/mine/address/{link}", {}).status == 303
    assert client.post(f"/mine/address/{link}", {}).status == 410 and not opens_address(room, link)
    assert not shows_comments(room, cookie)  # of a round before
    assert shows_comments(room, client.jar["address"])


def test_who_leaves_by_a_link_ends_that_subscription_and_no_other(room):
    mine, others = (room.one("select s.id from subscription s join subscriber p on p.id = s.subscriber where p.email = ?", a)
                    for a in (ADA, BEA))
    for _ in range(2):  # again it says the same
        answer = room.site.client().post(f"/subscriptions/leave/{room.sign('leave', mine, 0, 0)}", {"List-Unsubscribe": "One-Click"})
        assert answer.status == 200
    assert room.one("select id from subscription where id = ?", mine) is None and room.one("select id from subscription where id = ?", others)
    for detail in (-1, 3, 2**40):  # no pace
        assert not leaves(room, room.sign("leave-digest", 1, detail, 0))


def test_numbers_at_the_edges_open_nothing_and_break_nothing(room):
    for kind in KINDS:
        for subject, detail, until in itertools.product((-2**62, -1, 0, 2**62), repeat=3):
            # Of work the detail says how much; a link to leave says that nothing is followed, whatever was.
            if not kind.purpose.startswith("work-") and kind.probe is not leaves:
                assert not kind.probe(room, room.sign(kind.purpose, subject, detail, until))
    assert room.site.client().get("/healthz").status == 200


def test_a_desk_link_is_good_once_and_for_whom_it_was_made(room):
    out = room.site.command("staff", "link", "--email", "moderator@river.example")[1]
    link = re.search(r"(/desk/link/\S+)", out)[1]
    password = "another long sentence here"
    for wrong in (link[:-1] + ("A" if link[-1] != "A" else "B"), link[:-1], link + "A", "/desk/link/" + room.token(KINDS[0])):
        assert room.desk.person().get(wrong).status in (404, 410)
    browser = room.desk.person()
    assert browser.fill(link, password=password).status == 303
    again = room.desk.person()
    assert again.get(link).status in (404, 410) and again.post(link, {"password": password}).status in (404, 410)
