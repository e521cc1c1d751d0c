"""Goals and contributions at the desk. Without these money could be entered wrong, twice, or be changed
without a trace."""

import re

import pytest

from conftest import REPORT
from desk_help import DESK_CONFIG, errors_of, form_of, make_newsroom, notice_of, read

CHANNELS = """
[channel.paypal]
url = https://paypal.me/millbrook

[channel.savings]
kind = bank
title = Savings account
holder = The Millbrook Diurnal
iban = DE89370400440532013000
"""
GIFT = {"channel": "savings", "amount": "25.00", "currency": "USD", "date": "2018-05-03", "note": "", "reference": ""}
NEW = "/desk/funding/contributions/new"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("funding"), DESK_CONFIG + CHANNELS)
    room.site.publish(REPORT)
    yield room
    room.site.stop()


def enter(room, person=None, **fields):
    return (person or room.treasurer).fill(NEW, "gift", **{**GIFT, **fields})


def url_of(answer):
    assert answer.status == 303, errors_of(answer)
    return answer.location.partition("?")[0]


def ledger(room):
    return room.site.client().get("/funding/ledger.csv").text


def test_a_goal_is_set_changed_and_dropped_and_its_history_is_kept(room):
    words = {"amount": "5000", "currency": "USD", "period": "2018-05", "label": "May's reporting"}
    answer = room.treasurer.fill("/desk/funding/goals/new", "goal", **words)
    assert "goal is set" in notice_of(room.treasurer.follow(answer))
    page = room.treasurer.get("/desk/funding")
    assert "May 2018" in page.text and "$5,000" in page.text
    goal = [l for l in read(page).links if re.fullmatch(r"/desk/funding/goals/\d+", l)][0]
    form = form_of(room.treasurer.get(goal), "goal")
    assert form.names == {"amount", "label"} and form.fields["amount"] == "5000.00"
    assert room.treasurer.send(form, amount="6000.50", label="").status == 303
    shown = room.treasurer.get(goal).text
    assert "$6,000.50" in shown and "$5,000" in shown and "Treasurer One" in shown
    asked = room.treasurer.get(goal + "/drop")
    assert "May 2018" in asked.text
    answer = room.treasurer.send(form_of(asked, "/drop"))
    assert "goal is dropped" in notice_of(room.treasurer.follow(answer))
    assert room.treasurer.get(goal).status == 404
    assert {"goal.set", "goal.drop"} <= set(room.actions())


def test_a_period_that_has_a_goal_is_not_set_anew(room):
    words = {"amount": "100", "currency": "USD", "label": ""}
    assert room.treasurer.fill("/desk/funding/goals/new", "goal", period="2020-01", **words).status == 303
    for period in ("2020-01", "2020-01-31..2020-02-02", "2019-12-01..2020-01-02"):
        answer = room.treasurer.fill("/desk/funding/goals/new", "goal", period=period, **words)
        assert answer.status == 422 and form_of(answer, "goal").invalid == {"period"}
        assert form_of(answer, "goal").fields["period"] == period


@pytest.mark.parametrize("fields, invalid", [
    ({"amount": ""}, "amount"), ({"amount": "0"}, "amount"), ({"amount": "-5"}, "amount"),
    ({"amount": "5,000"}, "amount"), ({"amount": "5.005"}, "amount"), ({"amount": "1e9"}, "amount"),
    ({"amount": "100000000000.01"}, "amount"), ({"currency": "XXX"}, "currency"), ({"currency": "usd"}, "currency"),
    ({"currency": "BTC"}, "currency"), ({"period": "2021-13"}, "period"), ({"period": ""}, "period"),
    ({"period": "2021-02-01..2021-02-01"}, "period"), ({"label": "x" * 121}, "label"), ({"label": "a\nb"}, "label"),
])
def test_a_bad_goal_is_refused_with_the_words_kept(room, fields, invalid):
    sent = {"amount": "5000", "currency": "USD", "period": "2021-02", "label": "For boats", **fields}
    answer = room.treasurer.fill("/desk/funding/goals/new", "goal", **sent)
    assert answer.status == 422
    form = form_of(answer, "goal")
    assert form.invalid == {invalid}
    assert form.fields == sent
    assert "2021" not in room.treasurer.get("/desk/funding").text


def test_a_contribution_is_in_the_ledger_and_on_the_meter(room):
    room.treasurer.fill("/desk/funding/goals/new", "goal", amount="1000", currency="USD", period="2018-06", label="")
    before = ledger(room)
    answer = enter(room, date="2018-06-02", amount="250", note="From the fair", reference="R-1")
    assert "is in the ledger" in notice_of(room.treasurer.follow(answer))
    shown = room.treasurer.get(url_of(answer)).text
    assert "$250" in shown and "Savings account" in shown and "From the fair" in shown and "R-1" in shown
    added = ledger(room)[len(before):]
    assert "250.00" in added and "From the fair" not in added and "R-1" not in added
    assert "$250" in room.treasurer.get("/desk/funding").text and "25%" in room.treasurer.get("/desk/funding").text
    assert room.log()[0][:2] == ("Treasurer One", "contribution.add")


def test_a_pending_one_is_settled_once(room):
    url = url_of(enter(room, pending="yes"))
    assert "pending" in room.treasurer.get(url).text
    assert room.treasurer.press(url, "/settle").status == 303
    assert "pending" not in room.treasurer.get(url).text
    assert room.treasurer.post(url + "/settle", {}).status == 409
    assert "contribution.settle" in room.actions()


def test_a_reversal_needs_a_reason_and_happens_once(room):
    url = url_of(enter(room, amount="77.77"))
    before = ledger(room)
    for bad in ("", "   ", "x" * 501):
        answer = room.treasurer.fill(url + "/reverse", "/reverse", reason=bad)
        assert answer.status == 422 and form_of(answer, "/reverse").fields["reason"] == bad
    assert ledger(room) == before
    answer = room.treasurer.fill(url + "/reverse", "/reverse", reason="x" * 500)
    assert "is reversed" in notice_of(room.treasurer.follow(answer))
    assert ledger(room).startswith(before) and "-77.77" in ledger(room)[len(before):]
    assert room.treasurer.post(url + "/reverse", {"reason": "again"}).status == 409
    assert room.treasurer.post(url + "/settle", {}).status == 409
    assert "contribution.reverse" in room.actions()


def test_what_is_private_can_be_erased_and_the_ledger_stays(room):
    url = url_of(enter(room, note="From Agnes Vale", reference="AV-99"))
    before = ledger(room)
    asked = room.treasurer.get(url + "/erase")
    assert room.treasurer.send(form_of(asked, "/erase")).status == 303
    text = room.treasurer.get(url).text
    assert "Agnes" not in text and "AV-99" not in text and ledger(room) == before
    assert "Agnes" not in room.owner.get("/desk/audit").text
    assert "contribution.erase" in room.actions()


def test_the_same_reference_is_not_entered_twice(room):
    assert enter(room, reference="SAME-1").status == 303
    answer = enter(room, reference="SAME-1")
    assert answer.status == 422 and form_of(answer, "gift").invalid == {"reference"}


@pytest.mark.parametrize("fields, invalid", [
    ({"channel": "nowhere"}, "channel"), ({"amount": ""}, "amount"), ({"amount": "0"}, "amount"),
    ({"amount": "-1"}, "amount"), ({"amount": "1.001"}, "amount"), ({"amount": "999999999999999999999"}, "amount"),
    ({"currency": "ZZZ"}, "currency"), ({"date": "2018-02-30"}, "date"), ({"date": ""}, "date"),
    ({"date": "1999-12-31"}, "date"), ({"date": "2999-01-01"}, "date"), ({"note": "x" * 501}, "note"),
    ({"note": "a\x07"}, "note"), ({"reference": "x" * 201}, "reference"),
])
def test_a_bad_contribution_is_refused_with_the_words_kept(room, fields, invalid):
    sent = {**GIFT, "note": "A note to keep", **fields}
    before = ledger(room)
    answer = enter(room, **sent)
    assert answer.status == 422
    form = form_of(answer, "gift")
    assert form.invalid == {invalid}
    kept = {k: form.fields[k] for k in sent if k != "channel"}
    assert kept == {k: v for k, v in sent.items() if k != "channel"}
    assert ledger(room) == before


def test_coins_and_other_currencies_are_listed_and_not_counted(room):
    url = url_of(enter(room, amount="0.00150000", currency="BTC", channel="bitcoin"))
    text = room.treasurer.get(url).text
    assert "BTC" in text and "0.0015" in text


def test_the_channels_offered_are_those_configured_and_the_other_kinds(room):
    options = form_of(room.treasurer.get(NEW), "gift").options["channel"]
    assert options[:2] == ["paypal", "savings"] and len(options) == len(set(options)) >= 13 and {"stripe", "bank", "webhook", "ethereum"} <= set(options)


def test_the_list_goes_on_without_losing_or_repeating_one(room):
    for i in range(60):
        assert enter(room, amount=f"{i + 1}.11", date=f"2017-01-{i % 28 + 1:02d}").status == 303
    seen, path = [], "/desk/funding"
    while path:
        page = room.treasurer.get(path)
        seen += [l for l in read(page).links if re.fullmatch(r"/desk/funding/contributions/\d+", l)]
        older = [l for l in read(page).links if "after=" in l]
        path = older[0] if older else None
    assert len(seen) == len(set(seen)) >= 60


def test_goals_of_many_years_can_all_be_reached(room):
    for i in range(30):
        room.site.command("goal", "set", "--currency", "USD", "--amount", "100",
                          "--period", f"{2010 + i // 12}-{i % 12 + 1:02d}")
    seen, path = [], "/desk/funding"
    while path:
        page = room.treasurer.get(path)
        seen += [l for l in read(page).links if re.fullmatch(r"/desk/funding/goals/\d+", l)]
        older = [l for l in read(page).links if "goals=" in l]
        path = older[0] if older else None
        assert not path or "contributions/new" not in room.treasurer.get(path).text
    assert len(seen) == len(set(seen)) >= 30
    for wrong in ("goals=2018-02-30", "goals=x", "after=x", "after=2018-05-03"):
        assert room.treasurer.get(f"/desk/funding?{wrong}").status == 404


def test_money_is_for_owner_and_treasurer_only(room):
    url = url_of(enter(room))
    for person in (room.editor, room.reporter, room.moderator):
        assert person.get("/desk/funding").status == 403
        assert person.post(url + "/reverse", {"reason": "x"}).status == 403
        assert "Funding" not in person.get("/desk").text.partition("</nav>")[0]
    assert enter(room, room.owner).status == 303
