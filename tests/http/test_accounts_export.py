"""The books of a period as the accountant gets them. Without these a sum in them could differ from the ledger's, a
name could reach who did not ask for it, or run as a formula in a spreadsheet."""

import csv
import io
import sqlite3
import os
from decimal import Decimal

import pytest

from conftest import REPORT
from desk_help import DESK_CONFIG, form_of, make_newsroom
from test_desk_funding import CHANNELS, enter, ledger, url_of

EXPORT = "/desk/funding/export"
MAY = {"from": "2018-05-01", "to": "2018-05-31", "by": "day"}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("accounts"), DESK_CONFIG + CHANNELS)
    room.site.publish(REPORT)
    room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    yield room
    room.site.stop()


def take(room, person=None, names=False, **asked):
    """The answer, and its rows as dicts."""
    fields = {**MAY, **asked, **({"names": "yes"} if names else {})}
    answer = (person or room.treasurer).fill(EXPORT, "export", **fields)
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/csv"), answer.text[:500]
    assert answer.text.endswith("\r\n") and "\n" not in answer.text.replace("\r\n", "")
    return answer, list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_every_transaction_of_the_period_is_a_row_and_the_sums_are_the_ledgers(room):
    gift = url_of(enter(room, amount="25.00"))
    enter(room, amount="40.00", date="2018-05-31", pending="yes")
    enter(room, amount="99.00", date="2018-06-01")
    coin = url_of(enter(room, amount="0.5", currency="BTC", channel="paypal"))
    assert room.treasurer.fill(gift, "refund", amount="5.00", reason="asked for it").status == 303
    assert room.treasurer.fill(coin, "value", price="9000.00", source='a "paper", kept', date="2018-05-03").status == 303
    assert room.treasurer.fill(gift, "freeze", reason="a look").status == 303
    answer, rows = take(room)
    assert answer.headers["content-disposition"] == 'attachment; filename="accounts-2018-05-01-to-2018-05-31.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert [r["kind"] for r in rows] == ["gift", "promise", "gift", "refund", "valuation"]
    assert [r["net"] for r in rows] == ["25.00", "0.00", "0.50000000", "-5.00", "0.00000000"]
    assert [r["announced"] for r in rows][:2] == ["0.00", "40.00"]
    assert rows[0]["frozen"] == "yes" and rows[0]["state"] == "settled" and rows[1]["state"] == "pending"
    value = rows[4]
    assert (value["value"], value["value_currency"], value["rate"]) == ("4500.00", "USD", "9000.00")
    assert value["rate_source"] == 'a "paper", kept' and value["rate_time"] == "2018-05-03T12:00:00Z"
    assert rows[2]["value"] == "" and "name" not in rows[0]
    books = [r for r in csv.DictReader(io.StringIO(ledger(room))) if "2018-05-01" <= r["day"] <= "2018-05-31"]
    for asset in ("USD", "BTC"):
        held = sum(Decimal(r["amount"]) for r in books if r["account"] == "assets" and r["asset"] == asset)
        assert sum(Decimal(r["net"]) for r in rows if r["currency"] == asset) == held
    assert {r["transaction"] for r in rows} == {r["transaction"] for r in books}
    for r in rows:
        assert Decimal(r["gross"]) == Decimal(r["net"]) + Decimal(r["fee"])


def test_a_period_may_be_of_the_bookings(room):
    assert take(room, by="booked")[1] == []
    _, rows = take(room, by="booked", **{"from": "2020-01-01", "to": "9999-12-31"})
    assert {r["day"] for r in rows} >= {"2018-05-03", "2018-06-01"}
    assert take(room, **{"from": "2018-06-01", "to": "2018-06-01"})[1][0]["net"] == "99.00"


def test_an_empty_period_has_a_header(room):
    answer, rows = take(room, **{"from": "2001-01-01", "to": "2001-01-01"})
    assert rows == [] and answer.text.startswith("transaction,booked,day,") and answer.text.count("\r\n") == 1


def test_a_large_period_comes_in_pieces_and_whole(room):
    for _ in range(700):
        enter(room, amount="1.00", date="2019-02-28")
    _, rows = take(room, **{"from": "2019-02-28", "to": "2019-02-28"})
    assert len(rows) == 700 and len({r["transaction"] for r in rows}) == 700
    _, rows = take(room, **{"from": "2018-01-01", "to": "2019-12-31"})
    assert [int(r["transaction"]) for r in rows] == sorted(int(r["transaction"]) for r in rows) and len(rows) == 706


def test_names_come_when_asked_for_and_never_as_formulas(room):
    number = int(url_of(enter(room, amount="3.00", date="2020-02-29")).rpartition("/")[2])
    with sqlite3.connect(os.path.join(room.site.data, "diurnal.db"), timeout=30) as db:
        db.execute("insert into giver (id, channel, name, email, message, named, created_at) values"
                   " (77, 'savings', ?, 'agnes@river.test', '', 0, 1)", ('=HYPERLINK("x"),Agnes',))
        db.execute("update contribution set giver = 77 where id = ?", (number,))
    period = {"from": "2020-02-29", "to": "2020-02-29"}
    answer, rows = take(room, **period)
    assert len(rows) == 1 and "Agnes" not in answer.text and "river.test" not in answer.text
    _, rows = take(room, names=True, **period)
    assert rows[0]["name"] == "'=HYPERLINK(\"x\"),Agnes" and rows[0]["email"] == "agnes@river.test"
    log = room.log()
    assert log[0][1] == "accounts.export" and "with names" in log[0][3] and "without names" in log[1][3]
    for role in ("editor", "reporter", "moderator"):
        assert room.people[role].post(EXPORT, {**MAY, "names": "yes"}).status == 403


@pytest.mark.parametrize("fields, invalid", [
    ({"from": ""}, "from"), ({"from": "2018-02-30"}, "from"), ({"to": "yesterday"}, "to"), ({"to": "2018-04-30"}, "to"),
    ({"by": "moon"}, "by"), ({"from": "10000-01-01"}, "from"),
])
def test_a_bad_period_is_said_and_kept(room, fields, invalid):
    before = room.actions()
    answer = room.treasurer.fill(EXPORT, "export", **{**MAY, **fields})
    form = form_of(answer, "export")
    assert answer.status == 422 and form.invalid == {invalid} and room.actions() == before
    assert {k: form.fields[k] for k in fields if k != "by"} == {k: v for k, v in fields.items() if k != "by"}


def test_the_page_takes_days_from_its_address(room):
    form = form_of(room.treasurer.get(EXPORT + "?from=2018-05-01&to=2018-05-31"), "export")
    assert (form.fields["from"], form.fields["to"]) == ("2018-05-01", "2018-05-31")
    form = form_of(room.treasurer.get(EXPORT + "?from=x&to=9"), "export")
    assert form.fields["from"].endswith("-01-01")
