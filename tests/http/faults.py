"""Every page and form with each statement of the database failing in turn, as on a full disk (tests/fault_server.c).
Without this a swallowed fault would show a page that is wrong, or say that something was kept that was not.

Run with the binary "faulty" (tools/check: "faults of the database"); the pages and the newsroom are those of
test_desk_roles.
"""

import http.client
import mmap
import os
import struct

import pytest

from conftest import BINARY, PATH
from desk_help import DESK_CONFIG, form_of
from smtp_fake import FakeServer
from test_addresses import ASK, FREE, WALLET, address_in
from test_desk_roles import BANK, GETS, SHOP, furnish
from test_gift_receipt import MAIL
from test_funding_public import receipt
from test_hooks import OTHERS, STRIPE, charge, coffee, event, kofi, paid, send, sound, stripe
from test_serve import until

SIZE = 256  # of what the server shares
MOST = 3000  # statements of one request


class Faults:
    def __init__(self, path):
        with open(path, "wb") as f:
            f.write(bytes(SIZE))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), SIZE)

    def arm(self, at):
        self.map[:] = struct.pack("ii", at, 0).ljust(SIZE, b"\0")

    def struck(self):
        """The statement that failed; empty: none did."""
        _, struck, sql = struct.unpack(f"ii{SIZE - 8}s", self.map[:])
        self.map[:] = bytes(SIZE)
        return sql.rstrip(b"\0").decode() if struck else ""


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    assert os.path.basename(BINARY) == "faulty", "the tests of faults need the binary of that name"
    path = str(tmp_path_factory.mktemp("faults") / "faults")
    faults = Faults(path)
    os.environ["FAULTS"] = path
    yield faults
    del os.environ["FAULTS"]


OTHER_CHANNELS = OTHERS.partition("[channel.kofi]")[1] + OTHERS.partition("[channel.kofi]")[2] + f"""
[channel.stripe]
url = https://donate.stripe.com/test_millbrookdemo
secret = {STRIPE}
"""


@pytest.fixture(scope="module")
def room(faults, tmp_path_factory):
    mail = FakeServer()
    config = DESK_CONFIG + FREE + MAIL.format(mail.url) + BANK + SHOP + WALLET + "own_addresses = yes\n" + OTHER_CHANNELS
    config = config.replace("[limits]", "[limits]\nfresh_seconds = 3600")
    room = furnish(tmp_path_factory.mktemp("newsroom"), config)
    until(lambda: address_in(room.owner.get("/funding").text))  # the first addresses are made by a job
    yield room
    room.site.stop()
    mail.stop()


def told(ask):
    """Whether a request said that it failed: by its status, or by breaking off what it was sending."""
    try:
        return ask().status >= 500
    except (http.client.HTTPException, ConnectionError):
        return True


def sweep(faults, ask, where):
    """Fails each statement in turn until there is none left to fail; how many there were."""
    for at in range(1, MOST):
        faults.arm(at)
        failed = told(ask)
        struck = faults.struck()
        if not struck:
            assert not failed, f"{where}: failed by itself"
            return at - 1
        assert failed, f"{where}: statement {at} failed, and nothing was said: {struck}"
    raise AssertionError(f"{where}: more than {MOST} statements")


@pytest.mark.parametrize("path", sorted(GETS))
def test_a_desk_page_says_that_it_cannot_be_shown(room, faults, path):
    address = path.format(**room.ids)
    assert sweep(faults, lambda: room.owner.get(address), address) > 0


# Each form of the money, in an order in which one makes room for the next: the page it stands on, what its address
# ends with, and what is typed.
MONEY = "/desk/funding"
GIFT = MONEY + "/contributions/{gift}"
FORMS = [
    (MONEY + "/goals/new", "goal", {"amount": "1000", "currency": "USD", "period": "2018-06", "label": "June"}),
    (MONEY + "/goals/2", "goal", {"amount": "1200"}),
    (MONEY + "/goals/2/marks", "marks", {"amount": "1300", "label": "A boat"}),
    (MONEY + "/goals/2/drop", "drop", {}),
    (MONEY + "/contributions/new", "gift",
     {"channel": "bank", "amount": "10.00", "currency": "USD", "date": "2018-05-02", "reference": "f1"}),
    (GIFT, "/settle", {}),
    (GIFT, "/note", {"reason": "Asked"}),
    (GIFT, "/giver", {"name": "Reed Warbler", "email": "warbler@example.net"}),
    (GIFT, "/evidence", {"hash": "ab" * 32}),
    (GIFT, "/freeze", {"reason": "a look"}),
    (GIFT, "/free", {"reason": "all is well"}),
    (GIFT, "/refund", {"amount": "5.00", "reason": "asked for it"}),
    (GIFT + "/correct", "/correct", {"amount": "21.00", "reason": "digits"}),
    (MONEY + "/contributions/2/reverse", "/reverse", {"reason": "an error"}),
    (MONEY + "/contributions/2/erase", "/erase", {}),
    (MONEY + "/givers/2", "named", {"named": "1"}),
    (MONEY + "/givers/2/years/2018", "send", {}),
    (MONEY + "/givers", "statements", {"year": "2018"}),
    (MONEY + "/givers/1/erase", "erase", {}),
    (MONEY + "/waiting/1", "aside", {"reason": "never mind"}),
    (MONEY + "/waiting/1", "again", {}),
    (MONEY + "/bank-mapping/bank", "mapping",
     {"skip": "1", "day": "Tag", "amount": "Betrag", "payer": "Name", "reference": "Zweck", "id": "Nummer",
      "thousands": ".", "currency_code": "EUR"}),
    (MONEY + "/export", "export", {}),
    (MONEY + "/givers/export", "export", {"year": "2018"}),
    (MONEY + "/goals/1/close", "close", {}),
]


@pytest.mark.parametrize("page,where,typed", FORMS, ids=[f"{p} {w}" for p, w, _ in FORMS])
def test_a_form_of_the_money_says_that_nothing_was_kept(room, faults, page, where, typed):
    opened = room.owner.get(page.format(**room.ids))
    assert opened.status == 200, (page, opened.status)
    form = form_of(opened, where)
    answers = []

    def ask():
        answers.append(room.owner.send(form, **typed))
        return answers[-1]

    assert sweep(faults, ask, page) > 0
    assert answers[-1].status in (200, 303), (page, answers[-1].status, answers[-1].text[:3000])


PUBLIC = ["", "/ledger", "/ledger.csv", "/ledger.json", "/ledger.beancount", "/ledger.ledger", "/proofs.jsonl", "/heads.atom",
          "/goals/1", "/goals/1/statement.txt", "/goals/1/statement.sig", "/goals/1/addresses.csv", "/receipt", "/address/bitcoin"]
OPEN = ["/funding" + p for p in PUBLIC] + ["/", "/embed/meter", "/embed/meter.svg", "/embed/meter.json", "/api/v1/funding",
                                           "/funding?goals=2018-06-01", "/funding?after=2018-05-03.9", "/funding/ledger?before=2"]


@pytest.fixture(scope="module")
def writer(room):
    """Somebody who just wrote: pages come from the database, not from the cache."""
    writer = room.person()
    assert writer.post(PATH + "/comments", {"name": "Tove", "body": "I was there"}).status == 303
    return writer


@pytest.mark.parametrize("path", OPEN)
def test_a_public_page_of_the_money_is_never_half(faults, writer, path):
    assert sweep(faults, lambda: writer.get(path), path) > 0


HOOKS = {
    "a payment of our own": lambda site: send(site, {"events": [paid("w1", email="ada@example.org"), paid("w2", "3.00")]}, "f1"),
    "a refund of our own": lambda site: send(site, {"events": [{**paid("w3", "3.00"), "type": "refund", "of": "w2"}]}, "f2"),
    "nonsense of our own": lambda site: send(site, b"{}", "f3"),
    "a charge": lambda site: stripe(site, event("charge.succeeded", charge("ch_f"))),
    "ko-fi": lambda site: kofi(site),
    "buy me a coffee": lambda site: coffee(site),
    "forged": lambda site: kofi(site, verification_token="no"),
}


@pytest.mark.parametrize("name", list(HOOKS))
def test_a_message_of_money_is_answered_well_only_when_it_is_kept(room, faults, name):
    assert sweep(faults, lambda: HOOKS[name](room.site), name) > 0


def test_an_own_address_is_shown_only_when_it_is_kept(room, faults):
    giver = room.person()
    answers = []
    assert sweep(faults, lambda: answers.append(giver.post(ASK, {})) or answers[-1], ASK) > 0
    assert answers[-1].status == 303
    shown = answers[-1].location
    assert sweep(faults, lambda: giver.get(shown), shown) > 0


def test_a_receipt_is_shown_whole_or_not_at_all(room, faults, writer):
    code = {"code": receipt(room.site, 1)}
    assert writer.post("/funding/receipt", code).status == 200
    assert sweep(faults, lambda: writer.post("/funding/receipt", code), "receipt") > 0


def test_after_all_of_that_the_books_are_sound(room):
    sound(room.site)
