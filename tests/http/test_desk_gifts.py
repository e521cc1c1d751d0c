"""Single gifts at the desk: finding them, their pages, what is done with them later. Without these the treasurer
could not find a gift, or money could be moved by hand without a trace."""

import re

import pytest

from conftest import REPORT
from desk_help import DESK_CONFIG, form_of, make_newsroom, read
from test_desk_funding import CHANNELS, enter, url_of

FIND = "/desk/funding/contributions"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("gifts"), DESK_CONFIG + CHANNELS)
    room.site.publish(REPORT)
    room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    yield room
    room.site.stop()


def find(room, **asked):
    page = room.treasurer.fill(FIND, "find", **asked)
    return page, [int(l.rpartition("/")[2]) for l in read(page).links if re.fullmatch(FIND + r"/\d+", l)]


def test_gifts_are_found_by_what_is_known_of_them(room):
    first = int(url_of(enter(room, amount="31.41", reference="FIND-1")).rpartition("/")[2])
    enter(room, amount="31.41", channel="paypal", date="2018-05-04", pending="yes")
    enter(room, amount="0.5", currency="BTC", channel="paypal", date="2018-05-05")
    for asked, numbers in [
        ({"amount": "31.41"}, [first + 1, first]),
        ({"amount": "31.41", "currency": "EUR"}, []),
        ({"amount": "0.50", "currency": "BTC"}, [first + 2]),
        ({"amount": "31.41", "channel": "savings"}, [first]),
        ({"state": "pending"}, [first + 1]),
        ({"state": "unvalued"}, [first + 2]),
        ({"state": "refunded"}, []),
        ({"from": "2018-05-04", "to": "2018-05-04"}, [first + 1]),
        ({"reference": "FIND"}, [first]),
        ({"goal": "1"}, [first + 2, first + 1, first]),
        ({"goal": "1", "to": "2018-05-03"}, [first]),
        ({"goal": "1", "from": "2018-06-01"}, []),
        ({"giver": "nobody@river.test"}, []),
    ]:
        page, found = find(room, **asked)
        assert page.status == 200 and found == numbers, asked
        form = form_of(page, "find")
        assert {k: form.fields[k] for k in asked} == asked
        assert ("No contribution is like that" in page.text) == (not numbers)


def test_the_empty_form_looks_for_nothing(room):
    page, found = find(room)
    assert page.status == 200 and found == [] and "What was found" not in page.text


@pytest.mark.parametrize("asked, wrong", [
    ({"amount": "1,5"}, "amount"), ({"amount": "-1"}, "amount"), ({"amount": "0"}, "amount"),
    ({"amount": "1e3"}, "amount"), ({"amount": "9" * 60}, "amount"),
    ({"amount": "1", "currency": "XXX"}, "currency"), ({"from": "2018-02-30"}, "from"),
    ({"to": "yesterday"}, "to"), ({"from": "2018-05-02", "to": "2018-05-01"}, "to"), ({"channel": "pigeon"}, "channel"),
    ({"state": "lost"}, "state"), ({"goal": "99"}, "goal"), ({"goal": "x"}, "goal"), ({"giver": "x" * 255}, "giver"),
    ({"reference": "a\nb"}, "reference"),
])
def test_a_bad_question_is_said_and_kept(room, asked, wrong):
    page, found = find(room, **asked)
    form = form_of(page, "find")
    assert page.status == 422 and form.invalid == {wrong} and found == []
    for name in set(asked) - {"channel", "state", "goal"}:
        assert form.fields[name] == asked[name]


def test_pages_of_what_is_found_go_on_where_they_ended(room):
    for i in range(51):
        enter(room, amount="77.01", date="2019-01-01")
    page, found = find(room, amount="77.01", currency="USD", channel="savings")
    assert len(found) == 50 and found == sorted(found, reverse=True)
    older = [l for l in read(page).links if "after=" in l]
    assert len(older) == 1 and "amount=77.01" in older[0] and "channel=savings" in older[0]
    rest = room.treasurer.get(older[0])
    last = [l for l in read(rest).links if re.fullmatch(FIND + r"/\d+", l)]
    assert len(last) == 1 and int(last[0].rpartition("/")[2]) == found[-1] - 1
    assert room.treasurer.get(FIND + "?amount=77.01&after=x").status == 200  # made up: from the beginning
