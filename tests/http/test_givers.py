"""Givers and their statements of a year. Without these a giver could be told a wrong sum for the tax office, be written to twice,
or stay in the database after they asked to be erased."""

import csv
import io
import re
import sqlite3

import pytest
from desk_help import DESK_CONFIG, errors_of, make_newsroom, notice_of, read
from smtp_fake import FakeServer
from test_desk_funding import CHANNELS, enter, url_of
from test_gift_receipt import MAIL, SHOP, told
from test_hooks import paid, send
from test_serve import until

GIVERS = "/desk/funding/givers"
CONFIG = DESK_CONFIG + CHANNELS + SHOP


@pytest.fixture
def post():
    server = FakeServer()
    yield server
    server.stop()


@pytest.fixture
def room(tmp_path, post):
    room = make_newsroom(tmp_path, CONFIG + MAIL.format(post.url))
    yield room
    room.site.stop()


def give(room, ident, address, amount="25.00", at="2018-05-03T10:00:00Z", **more):
    event = paid(ident, amount, email=address, occurred_at=at, **{"name": "Reed Warbler", **more})
    assert send(room.site, {"events": [event]}, f"msg_{ident}", client=room.site.client()).status == 200


def refund(room, ident, amount):
    event = {"type": "refund", "object": ident + "/r", "of": ident, "amount": amount, "currency": "USD",
             "occurred_at": "2018-06-01T10:00:00Z"}
    assert send(room.site, {"events": [event]}, f"msg_{ident}_r", client=room.site.client()).status == 200


def found(room, who=""):
    return [l for l in read(room.treasurer.get(f"{GIVERS}?who={who}")).links if re.fullmatch(GIVERS + r"/\d+", l)]


def test_a_giver_is_everyone_with_the_same_address(room):
    give(room, "a-1", "reed@example.net")
    give(room, "a-2", "Reed@Example.net", "10.00")
    give(room, "a-3", "sedge@example.net", "7.00", name="Sedge")
    assert len(found(room)) == 2
    assert len(found(room, "REED@example.net")) == 1 == len(found(room, "reed%20w"))
    assert not found(room, "nobody@example.net") and not found(room, "warbler")
    assert room.treasurer.get(f"{GIVERS}?who=%07").status == 422
    page = room.treasurer.get(found(room, "reed@example.net")[0])
    assert len([l for l in read(page).links if re.fullmatch(r"/desk/funding/contributions/\d+", l)]) == 2
    assert "Sedge" not in page.text
    assert room.treasurer.get(GIVERS + "/999").status == 404 == room.treasurer.get(GIVERS + "/x").status


def test_a_statement_has_what_is_left_of_the_gifts_of_that_year(room, post):
    give(room, "b-1", "reed@example.net", "100.00", "2018-03-01T12:00:00Z")
    give(room, "b-2", "REED@example.net", "50.00", "2018-12-31T12:00:00Z")
    give(room, "b-3", "reed@example.net", "999.00", "2017-12-31T12:00:00Z")
    give(room, "b-4", "reed@example.net", "5.00", "2018-04-01T12:00:00Z")
    give(room, "b-5", "reed@example.net", "40.00", "2018-02-28T12:00:00Z", currency="EUR")
    refund(room, "b-1", "30.00")
    refund(room, "b-4", "5.00")
    giver = found(room, "reed@example.net")[0]
    years = [l for l in read(room.treasurer.get(giver)).links if "/years/" in l]
    assert years == [giver + "/years/2018", giver + "/years/2017"]
    text = room.treasurer.get(years[0]).text
    for told_of in ("$100", "$30", "$50", "€40", "$120"):
        assert told_of in text, told_of
    assert "$999" not in text and "$5<" not in text
    assert re.search(r'<p class="on-paper".*The Millbrook Diurnal.*https?://', text)  # who issues it
    assert room.treasurer.fill(years[0], "send").status == 303
    message = post.wait(1)[0]
    assert message.recipients == ["reed@example.net"]
    subject, parts = told(message)
    assert "Your gifts in 2018" in subject
    for part in parts:
        assert all(word in part for word in ("$100", "$30", "$120", "€40")) and "$999" not in part
    assert "giver.statement" in room.actions()
    for year, status in (("1999", 404), ("x", 404), ("10000", 404), ("2010", 200)):
        assert room.treasurer.get(f"{giver}/years/{year}").status == status, year
    assert "No gift of that year" in room.treasurer.get(giver + "/years/2010").text
    answer = room.treasurer.fill(giver + "/years/2010", "send")
    assert answer.status == 409 and "No gift of that year" in str(errors_of(answer))


def test_all_statements_of_a_year_go_to_each_once(room, post):
    for n in range(120):  # more than one transaction takes
        give(room, f"c-{n}", f"giver-{n}@example.net")
    give(room, "c-again", "giver-1@example.net")
    give(room, "c-other", "other@example.net", at="2017-05-03T10:00:00Z")
    give(room, "c-none", "", name="Nobody Known")
    give(room, "c-bad", "no address")
    for year in ("", "1999", "2100", "twenty"):
        answer = room.treasurer.fill(GIVERS, "statements", year=year)
        assert answer.status == 422 and "number from 2000" in str(errors_of(answer)), year
    for _ in range(2):
        answer = room.treasurer.fill(GIVERS, "statements", year="2018")
        assert "on their way to everybody who gave in that year and left an address" in notice_of(room.treasurer.follow(answer))
    sent = post.wait(120)
    answer = room.treasurer.fill(GIVERS, "statements", year="2017")
    assert answer.status == 303
    sent = post.wait(121)
    assert sorted(m.recipients[0] for m in sent) == sorted([f"giver-{n}@example.net" for n in range(120)] + ["other@example.net"])


def test_a_giver_who_is_erased_is_gone_from_all_gifts(room):
    give(room, "d-1", "reed@example.net", message="Thank you", named=True)
    give(room, "d-2", "REED@example.net")
    give(room, "d-3", "sedge@example.net", name="Sedge")
    giver = found(room, "reed@example.net")[0]
    assert room.treasurer.fill("/desk/funding/contributions/2", "freeze", reason="a look").status == 303
    answer = room.treasurer.fill(giver + "/erase", "erase")
    assert answer.status == 409 and "frozen" in str(errors_of(answer))
    assert room.treasurer.get(giver).status == 200
    assert room.treasurer.fill("/desk/funding/contributions/2", "free", reason="all is well").status == 303
    answer = room.treasurer.fill(giver + "/erase", "erase")
    assert "is erased" in notice_of(room.treasurer.follow(answer))
    assert room.treasurer.get(giver).status == 404 and len(found(room)) == 1
    assert "Reed" not in room.treasurer.get("/desk/funding/contributions/1").text
    assert "Reed" not in room.site.client().get("/funding").text
    room.site.stop()
    with sqlite3.connect(room.site.data + "/diurnal.db") as db:
        assert db.execute("select count(*) from giver where email like 'reed%' or name like 'reed%' or message <> ''").fetchone()[0] == 0
    db.close()
    room.site.start()


def test_a_name_stands_in_public_by_the_wish_of_its_bearer_only(room):
    give(room, "f-1", "reed@example.net", named=True)
    give(room, "f-2", "REED@example.net", named=True)
    give(room, "f-3", "", name="Sedge", named=True)
    give(room, "f-4", "bare@example.net", name="")
    giver = found(room, "reed@example.net")[0]
    assert room.site.client().get("/funding").text.count("Reed Warbler") == 2
    answer = room.treasurer.fill(giver, "named", named=None)
    assert "is kept" in notice_of(room.treasurer.follow(answer))
    page = room.site.client().get("/funding").text
    assert "Reed Warbler" not in page and "Sedge" in page
    assert room.treasurer.fill(giver, "named", named="1").status == 303
    assert room.site.client().get("/funding").text.count("Reed Warbler") == 2
    assert {"giver.name", "giver.unname"} <= set(room.actions())
    bare = found(room, "bare@example.net")[0]
    assert "named" not in {f.id for f in read(room.treasurer.get(bare)).forms}
    assert room.treasurer.post(bare + "/named", {}).status == 404 == room.treasurer.post(GIVERS + "/999/named", {}).status


def test_the_list_of_givers_goes_on(room):
    for n in range(51):
        give(room, f"g-{n}", f"giver-{n}@example.net")
    first = room.treasurer.get(GIVERS)
    older = [l for l in read(first).links if "before=" in l]
    assert len(found(room)) == 50 and len(older) == 1
    rest = room.treasurer.get(older[0])
    assert "giver-0@" in rest.text and "before=" not in rest.text
    assert room.treasurer.get(f"{GIVERS}?before=x").text.count("@example.net") == 50


def test_an_address_that_takes_no_mail_gets_no_statement_with_all_the_others(room, post):
    give(room, "h-1", "reed@example.net")
    giver = found(room, "reed@example.net")[0]
    post.answers["RCPT"] = b"550 5.1.1 nobody here\r\n"
    assert room.treasurer.fill(giver + "/years/2018", "send").status == 303
    until(lambda: "mail came back" in room.treasurer.get(giver).text)
    assert not post.taken
    post.answers.clear()
    give(room, "h-2", "sedge@example.net")
    assert room.treasurer.fill(GIVERS, "statements", year="2018").status == 303
    assert post.wait(1)[0].recipients == ["sedge@example.net"]
    assert room.treasurer.fill(giver + "/years/2018", "send").status == 303  # by hand it is tried again
    assert post.wait(2)[1].recipients == ["reed@example.net"]
    assert len(post.taken) == 2


def test_a_statement_says_what_coins_were_worth(room, post):
    room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    url = url_of(enter(room, amount="0.5", currency="BTC", channel="paypal"))
    assert room.treasurer.fill(url, "giver", name="Reed Warbler", email="reed@example.net").status == 303
    giver = found(room, "reed@example.net")[0] + "/years/2018"
    assert "Worth" not in room.treasurer.get(giver).text
    assert room.treasurer.fill(url, "value", price="9123.40", source="A price list", date="2018-05-03").status == 303
    text = room.treasurer.get(giver).text
    assert "Worth: <bdi>$4,561.70" in text and "<strong><bdi>0.5" in text
    assert room.treasurer.fill(giver, "send").status == 303
    for part in told(post.wait(1)[0])[1]:
        assert "$4,561.70" in part and "0.5" in part


def test_a_year_begins_and_ends_with_the_sites_day_and_a_leap_day_is_in_it(room):
    """In New York, five hours behind."""
    give(room, "i-1", "reed@example.net", "1.00", "2016-01-01T04:59:59Z")
    give(room, "i-2", "reed@example.net", "2.00", "2016-01-01T05:00:00Z")
    give(room, "i-3", "reed@example.net", "4.00", "2016-02-29T12:00:00Z")
    give(room, "i-4", "reed@example.net", "8.00", "2017-01-01T04:59:59Z")
    give(room, "i-5", "reed@example.net", "16.00", "2017-01-01T05:00:00Z")
    giver = found(room, "reed@example.net")[0]
    assert [l[-4:] for l in read(room.treasurer.get(giver)).links if "/years/" in l] == ["2017", "2016", "2015"]
    for year, amounts, total in ((2015, [1], 1), (2016, [2, 4, 8], 14), (2017, [16], 16)):
        text = room.treasurer.get(f"{giver}/years/{year}").text
        assert [int(n) for n in re.findall(r"<td[^>]*><bdi>\$(\d+)", text)] == amounts, year
        assert f"<strong><bdi>${total}" in text
    assert "February 29, 2016" in room.treasurer.get(f"{giver}/years/2016").text


def test_the_accountant_takes_all_givers_of_a_year(room):
    give(room, "k-1", "reed@example.net", "100.00", name='=HYPERLINK("x")')
    give(room, "k-2", "REED@example.net", "50.00", name="Reed, W.")
    give(room, "k-3", "", "7.00", name="@sedge")
    give(room, "k-4", "reed@example.net", "9.00", "2017-05-03T10:00:00Z")
    refund(room, "k-1", "30.00")
    page = GIVERS + "/export"
    assert page in read(room.treasurer.get(GIVERS)).links
    for year in ("", "1999", "2100", "twenty"):
        answer = room.treasurer.fill(page, "export", year=year)
        assert answer.status == 422 and "number from 2000" in str(errors_of(answer)), year
    answer = room.treasurer.fill(page, "export", year="2018")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="givers-2018.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    rows = [r for r in csv.DictReader(io.StringIO(answer.text, newline=""))]
    assert [list(r.values())[1:] for r in rows] == [
        ["Reed, W.", "REED@example.net", "2018", "USD", "2", "150.00", "30.00", "120.00"],
        ["'@sedge", "", "2018", "USD", "1", "7.00", "0.00", "7.00"]]
    assert room.treasurer.get(f"{GIVERS}/{rows[0]['giver']}").status == 200
    assert "givers.export" in room.actions()


def test_one_without_an_address_is_one_gift_and_gets_no_mail(room):
    give(room, "e-1", "", name="Sedge")
    give(room, "e-2", "", name="Sedge")
    assert len(found(room, "sedge")) == 2
    giver = found(room, "sedge")[0]
    page = room.treasurer.get(giver + "/years/2018")
    assert "$25" in page.text and "$50" not in page.text
    assert "send" not in {f.id for f in read(page).forms}
    url = url_of(enter(room))
    assert room.treasurer.fill(url, "giver", name="Sedge", email="sedge@example.net").status == 303
    assert len(found(room, "sedge@example.net")) == 1
