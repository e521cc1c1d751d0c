"""What is entered by hand above a set amount counts only after a second person approved it. Without this one person
with a stolen session, or a slip of the hand, could make the meter say anything."""

import os
import sqlite3
import threading

import pytest

from conftest import REPORT, run
from desk_help import DESK_CONFIG, errors_of, form_of, make_newsroom, notice_of, read
from test_desk_funding import CHANNELS, GIFT, NEW, enter, ledger, url_of

WAITING = "/desk/funding/second-person"
RULE = "\n[funding]\nsecond_person_above = 1000 USD, 0.02 BTC\n"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("second"), DESK_CONFIG + CHANNELS + RULE)
    room.site.publish(REPORT)
    room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    yield room
    room.site.stop()


def waits(room, answer, person=None):
    """The number of the entry that waits now."""
    assert answer.status == 303 and answer.location.partition("?")[0] == WAITING, errors_of(answer)
    page = (person or room.treasurer).follow(answer)
    assert "once another person has approved" in notice_of(page)
    return max(int(f.action.split("/")[4]) for f in read(page).forms if f.action.startswith(WAITING))


def approve(room, n, person=None):
    person = person or room.owner
    return person.send(form_of(person.get(WAITING), f"/{n}/approve"))


def test_up_to_the_amount_it_counts_at_once(room):
    for fields in ({"amount": "1000.00"}, {"amount": "0.02", "currency": "BTC", "channel": "paypal"}):
        assert "/contributions/" in url_of(enter(room, **fields))


@pytest.mark.parametrize("fields", [{"amount": "1000.01"}, {"amount": "0.02000001", "currency": "BTC"},
                                    {"amount": "0.01", "currency": "EUR"}])
def test_above_it_nothing_counts_until_another_person_approved(room, fields):
    before, meter = ledger(room), room.site.client().get("/embed/meter.json").text
    n = waits(room, enter(room, note="From Agnes Vale", **fields))
    assert ledger(room) == before and room.site.client().get("/embed/meter.json").text == meter
    assert "Second person (1)" in room.treasurer.get("/desk/funding").text
    assert "1 entry by hand waits" in room.owner.get("/desk").text
    own = room.treasurer.get(WAITING)
    assert not [f for f in read(own).forms if f.action.endswith("/approve")]
    assert "another person must look" in own.text and "Agnes Vale" in own.text
    answer = room.treasurer.post(f"{WAITING}/{n}/approve", {})
    assert answer.status == 409 and "another person must approve" in answer.text and ledger(room) == before
    answer = approve(room, n)
    assert "approved" in notice_of(room.owner.follow(answer)) and "Agnes Vale" in room.owner.get(url_of(answer)).text
    assert ledger(room) != before and fields["amount"] in ledger(room)[len(before):]
    again = room.owner.post(f"{WAITING}/{n}/approve", {})
    assert again.status == 409 and "decided already" in again.text
    page = room.treasurer.get(WAITING).text
    assert "Agnes Vale" not in page and "approved" in page
    log = [row[:2] for row in room.log()[:3]]
    assert set(log) == {("Ona Owner", "hand.approve"), ("Ona Owner", "contribution.add"), ("Treasurer One", "hand.enter")}


def test_what_is_wrong_is_said_when_it_is_entered(room):
    before = room.owner.get(WAITING).text.count("/approve")
    for fields, invalid in [({"date": "9999-01-01"}, "date"), ({"note": "x" * 501}, "note"), ({"amount": "x"}, "amount"),
                            ({"channel": "pigeon"}, "channel"), ({"amount": "9" * 30}, "amount")]:
        sent = {**GIFT, "amount": "5000.00", **fields}
        page = room.treasurer.fill(NEW, "gift", **sent)
        assert page.status == 422 and form_of(page, "gift").invalid == {invalid}
        kept = form_of(page, "gift").fields
        assert {k: kept[k] for k in sent if k != "channel"} == {k: v for k, v in sent.items() if k != "channel"}
    assert room.owner.get(WAITING).text.count("/approve") == before


def test_a_refusal_needs_a_reason_and_empties_the_words(room):
    n = waits(room, enter(room, amount="7000", note="From Bruno Vale", reference="B-1"))
    for bad in ("", "  ", "x" * 501, "bell\x07"):
        page = room.owner.send(form_of(room.owner.get(WAITING), f"/{n}/refuse"), reason=bad)
        form = form_of(page, f"/{n}/refuse")
        assert page.status == 422 and form.fields["reason"] == bad and form.invalid == {"reason"}
    before = ledger(room)
    answer = room.owner.send(form_of(room.owner.get(WAITING), f"/{n}/refuse"), reason="No paper for it")
    assert "not be booked" in notice_of(room.owner.follow(answer))
    page = room.treasurer.get(WAITING).text
    assert "No paper for it" in page and "Bruno" not in page and "B-1" not in page and ledger(room) == before
    assert room.owner.post(f"{WAITING}/{n}/approve", {}).status == 409
    assert room.owner.post(f"{WAITING}/{n}/refuse", {"reason": "again"}).status == 409
    assert "hand.refuse" in room.actions()


def test_who_entered_it_may_withdraw_it(room):
    n = waits(room, enter(room, amount="7001"))
    assert room.treasurer.send(form_of(room.treasurer.get(WAITING), f"/{n}/refuse"), reason="a slip").status == 303
    assert "withdrawn" in room.treasurer.get(WAITING).text and "hand.withdraw" in room.actions()
    assert room.owner.post(f"{WAITING}/{n}/approve", {}).status == 409


def test_what_cannot_be_booked_any_more_waits_on_and_says_why(room):
    n = waits(room, enter(room, amount="7002", reference="TWICE"))
    url_of(enter(room, amount="1", reference="TWICE"))
    before = ledger(room)
    page = approve(room, n)
    assert page.status == 409 and "reference is there already" in page.text and ledger(room) == before
    assert form_of(page, f"/{n}/approve") and "contribution.add" in room.actions()
    assert room.owner.send(form_of(page, f"/{n}/refuse"), reason="there already").status == 303


def test_a_correction_above_the_amount_waits_and_then_is_one(room):
    url = url_of(enter(room, amount="200.00", reference="SWAP"))
    before = ledger(room)
    n = waits(room, room.treasurer.fill(url + "/correct", "correct", amount="2000.00", reason="a zero was lost"))
    assert ledger(room) == before
    answer = approve(room, n)
    assert answer.status == 303 and "-200.00" in ledger(room)[len(before):] and ",2000.00" in ledger(room)[len(before):]
    new = url_of(answer)
    assert url in read(room.owner.get(new)).links and new in read(room.owner.get(url)).links
    assert "SWAP" in room.owner.get(new).text


def test_a_correction_of_what_was_frozen_meanwhile_is_not_booked(room):
    url = url_of(enter(room, amount="201.00"))
    n = waits(room, room.treasurer.fill(url + "/correct", "correct", amount="2001.00", reason="a zero was lost"))
    assert room.owner.fill(url, "freeze", reason="a look").status == 303
    page = approve(room, n)
    assert page.status == 409 and "is frozen" in page.text
    assert room.treasurer.post(f"{WAITING}/{n}/refuse", {"reason": "so"}).status == 303


def test_a_value_above_the_amount_waits_too(room):
    url = url_of(enter(room, amount="0.02", currency="BTC", channel="paypal"))
    price = {"source": "the paper of that day", "date": "2018-05-03"}
    before = ledger(room)
    n = waits(room, room.treasurer.fill(url, "value", price="999999", **price))
    assert ledger(room) == before and "999999 USD" in room.owner.get(WAITING).text
    assert approve(room, n).status == 303 and "19999.98" in ledger(room)[len(before):]
    assert "$19,999.98" in room.owner.get(url).text
    small = url_of(enter(room, amount="0.01", currency="BTC", channel="paypal"))
    assert url_of(room.treasurer.fill(small, "value", price="9000", **price)) == small


def test_the_command_line_waits_as_well_and_a_person_approves(room):
    before = ledger(room)
    status, out, _ = run("contribution", "add", "--data", room.site.data, "--channel", "savings", "--amount", "5000",
                         "--currency", "USD", "--date", "2018-05-03")
    assert status == 0 and "approves it at the desk" in out and ledger(room) == before and "receipt" not in out
    n = int(out.split()[1].rstrip(":"))
    assert "the command line" in room.treasurer.get(WAITING).text
    assert approve(room, n, room.treasurer).status == 303 and ",5000.00" in ledger(room)[len(before):]


def test_two_who_approve_at_once_book_it_once(room):
    n = waits(room, enter(room, amount="7003"))
    before, statuses = ledger(room), []
    people = [room.owner, *(room.add("treasurer", f"T{i}", f"t{i}@river.test") for i in range(3))]
    threads = [threading.Thread(target=lambda p=p: statuses.append(p.post(f"{WAITING}/{n}/approve", {}).status))
               for p in people]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert sorted(statuses) == [303, 409, 409, 409] and ledger(room)[len(before):].count(",7003.00") == 1


def test_an_entry_that_is_not_there_is_not_found(room):
    for n in ("0", "99999", "x", "9" * 30):
        assert room.owner.post(f"{WAITING}/{n}/approve", {}).status == 404
        assert room.owner.post(f"{WAITING}/{n}/refuse", {"reason": "x"}).status == 404


def test_the_database_itself_refuses_an_own_approval(room):
    n = waits(room, enter(room, amount="7004"))
    with sqlite3.connect(os.path.join(room.site.data, "diurnal.db"), timeout=30) as db:
        for change in ("state = 'approved', decided_by = by_staff, decided_at = 1, contribution = 1", "minor = 1",
                       "state = 'approved', decided_by = 1, decided_at = 1"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(f"update hand_entry set {change} where id = ?", (n,))
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("delete from hand_entry")
    assert approve(room, n).status == 303
    room.site.command("check")


@pytest.mark.parametrize("rule", ["1000", "USD 1000", "1000 XXX", "-1 USD", "1e3 USD", ",", "1 USD, 2 USD",
                                  "1.001 USD", "1000 USD 5 EUR", "9" * 60 + " USD"])
def test_a_rule_that_cannot_be_read_refuses_to_start(tmp_path, rule):
    config = tmp_path / "d.ini"
    config.write_text(DESK_CONFIG + f"\n[funding]\nsecond_person_above = {rule}\n")
    status, _, said = run("goal", "set", "--data", str(tmp_path / "data"), "--config", str(config), "--currency", "USD",
                          "--amount", "1", "--period", "2018-05", check=False)
    assert status == 1 and "second_person_above" in said
