"""A database that holds what the program never writes (a disk that lies, another program's hands): the page that needs
it says that it cannot be shown, `diurnal check` ends with a finding or an error, and the next page is served.
Without this a damaged row could become a figure.
"""

import http.client
import os
import sqlite3
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conftest import PATH
from desk_help import DESK_CONFIG, form_of
from test_desk_roles import BANK, SHOP, furnish

LEDGER = ["/funding/ledger", "/funding/ledger.csv", "/funding/ledger.json", "/funding/ledger.beancount"]
DESK = "/desk/funding"
GIFTS = [DESK, DESK + "/contributions/{gift}"]
TYPED = DESK + "/second-person"
WAITS = [DESK + "/waiting", DESK + "/waiting/1"]
# Table, column, what stands there now, whether `check` must have found it, and pages that need it.
RUBBISH = [
    ("goal", "currency", "?", True, ["/funding", "/embed/meter", "/api/v1/funding", DESK]),
    ("goal_version", "currency", "?", False, [DESK + "/goals/1"]),
    ("contribution", "asset", "?", True, GIFTS),
    ("contribution", "state", "lost", True, GIFTS),
    ("contribution", "source", "hearsay", True, GIFTS),
    ("contribution", "value_asset", "?", False, GIFTS),
    ("ledger_entry", "asset", "?", True, LEDGER),
    ("ledger_entry", "account", "pockets", True, LEDGER[1:]),
    ("ledger_entry", "hash", b"short", True, ["/funding/ledger.csv", "/funding/ledger.json"]),
    ("ledger_transaction", "source", "hearsay", True, []),
    ("ledger_transaction", "kind", "theft", True, []),
    ("ledger_month", "account", "pockets", True, ["/funding"]),
    ("ledger_month", "source", "hearsay", True, ["/funding"]),
    ("ledger_month", "asset", "?", True, ["/funding"]),
    ("payment_event", "kind", "theft", True, WAITS),
    ("payment_event", "asset", "?", True, WAITS),
    ("payment_event", "fee_asset", "?", True, []),
    ("payment_event", "source", "hearsay", True, WAITS),
    ("hand_entry", "kind", "theft", False, [TYPED]),
    ("hand_entry", "state", "lost", False, [TYPED]),
    ("hand_entry", "asset", "?", False, [TYPED]),
    ("pledge", "asset", "?", False, ["/funding"]),
    ("wallet_unconfirmed", "asset", "?", False, ["/funding"]),
    ("goal_close", "public_key", b"short", True, []),
    ("goal_close", "signature", b"short", True, []),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = furnish(tmp_path_factory.mktemp("rubbish"), DESK_CONFIG + BANK + SHOP + "[funding]\nsecond_person_above = 1 USD\n")
    site = room.site
    add = ("contribution", "add", "--channel", "bank", "--amount", "25", "--currency", "USD", "--date", "2018-05-03")
    site.command(*add)
    today = datetime.now(ZoneInfo("America/New_York")).strftime("%Y-%m-%d")
    site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", today[:7])
    site.command(*add[:-1], today)
    form = form_of(room.treasurer.get(DESK + "/contributions/new"), "gift")
    assert room.treasurer.send(form, channel="bank", amount="10.00", currency="USD", date="2018-05-02").status == 303  # waits
    site.command("goal", "close", "--period", "2018-05")
    with open_books(site) as books:
        for (name,) in books.execute("select name from sqlite_schema where type = 'trigger'").fetchall():
            books.execute(f"drop trigger {name}")
        books.execute("insert into wallet_unconfirmed values ('shop', 'x', 'BTC', 1, 0)")
        books.execute("insert into pledge values ('shop', 'EUR', 400, 0, unixepoch() * 1000000)")
    room.writer = room.person()  # pages for whoever just wrote come from the database, not from the cache
    assert room.writer.post(PATH + "/comments", {"name": "Tove", "body": "I was there"}).status == 303
    yield room
    site.stop()


def open_books(site):
    books = sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30)
    books.execute("pragma ignore_check_constraints = 1")
    return books


def shown(room, address):
    try:
        return (room.owner if address.startswith("/desk") else room.writer).get(address).status
    except (http.client.HTTPException, ConnectionError):
        return 599


@pytest.mark.parametrize("table,column,value,found,pages", RUBBISH, ids=[f"{t}.{c}" for t, c, *_ in RUBBISH])
def test_what_stands_there_is_never_taken_for_something_else(room, table, column, value, found, pages):
    with open_books(room.site) as books:
        books.execute(f"create table kept as select * from {table}")
        assert books.execute(f"update or replace {table} set {column} = ?", (value,)).rowcount
    addresses = [p.format(**room.ids) for p in pages]
    statuses = {a: shown(room, a) for a in addresses}
    status, out, err = room.site.command("check", check=False)
    with open_books(room.site) as books:
        books.execute(f"delete from {table}")
        books.execute(f"insert into {table} select * from kept")
        books.execute("drop table kept")
    assert all(s >= 500 for s in statuses.values()), statuses
    assert status == (1 if found else 0), (status, out, err)
    assert all(shown(room, a) == 200 for a in addresses)
