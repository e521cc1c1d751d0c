"""One gift at the desk: what its page tells, and what is done there. Without these money could be moved by hand
without a trace, past a freeze, or with the words of who typed it lost."""

import csv
import io
import re

import pytest

from conftest import REPORT
from desk_help import DESK_CONFIG, errors_of, form_of, make_newsroom, notice_of, read
from test_desk_funding import CHANNELS, enter, ledger, url_of

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PRICE = {"price": "9123.40", "source": "median of three, kept paper", "date": "2018-05-03"}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("gift"), DESK_CONFIG + CHANNELS)
    room.site.publish(REPORT)
    room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    yield room
    room.site.stop()


def done(room, answer):
    assert answer.status == 303, errors_of(answer)
    return notice_of(room.treasurer.follow(answer))


def forms(page):
    return {f.id for f in read(page).forms} - {""}


def test_the_page_tells_all_that_is_known(room):
    url = url_of(enter(room, note="From the fair", reference="P-1"))
    page = room.treasurer.get(url)
    for told in ("$25", "Savings account", "From the fair", "P-1", "Treasurer One", "by hand", "In the ledger", "gifts"):
        assert told in page.text, told
    entries = [l for l in read(page).links if l.startswith("/funding/ledger?before=")]
    assert len(entries) == 2
    where, _, anchor = entries[0].partition("#")
    assert f'id="{anchor}"' in room.site.client().get(where).text
    assert forms(page) == {"note", "giver", "refund", "evidence", "freeze"}
    assert url + "/correct" in read(page).links and url + "/reverse" in read(page).links
    assert url in read(room.treasurer.get("/desk/funding/contributions?reference=P-1")).links


def test_a_note_is_kept_with_who_and_can_be_erased(room):
    url = url_of(enter(room))
    assert "is kept" in done(room, room.treasurer.fill(url, "note", reason="Asked Agnes <b>"))
    text = room.treasurer.get(url).text
    assert "Asked Agnes &lt;b&gt;" in text and "Treasurer One" in text
    assert room.treasurer.press(url + "/erase", "/erase").status == 303
    text = room.treasurer.get(url).text
    assert "Agnes" not in text and "Treasurer One" in text
    assert "contribution.note" in room.actions()


@pytest.mark.parametrize("bad", ["", "  \n ", "x" * 501, "bell\x07"])
@pytest.mark.parametrize("form", ["note", "freeze", "refund"])
def test_a_bad_reason_is_said_on_the_page_and_kept(room, form, bad):
    url = url_of(enter(room))
    before = ledger(room)
    fields = {"amount": "1.00"} if form == "refund" else {}
    page = room.treasurer.fill(url, form, reason=bad, **fields)
    assert page.status == 422 and form_of(page, form).invalid == {"reason"}
    assert form_of(page, form).fields["reason"] == bad and "In the ledger" in page.text
    assert form != "refund" or form_of(page, form).fields["amount"] == "1.00"
    assert ledger(room) == before and "<details class=\"deed\" open>" in page.text


def test_an_empty_note_is_not_asked_for_a_reason(room):
    url = url_of(enter(room))
    assert errors_of(room.treasurer.fill(url, "note", reason=" ")) == ["The note is empty."]
    assert errors_of(room.treasurer.fill(url, "freeze", reason=" ")) == ["Say why, for those who ask later."]


def test_words_that_are_too_long_or_damaged_are_told_so_at_their_own_field(room):
    url = url_of(enter(room, note="kept"))
    for bad in ("x" * 501, "bell\x07"):
        said = errors_of(room.treasurer.fill(url, "freeze", reason=bad))
        assert said == ["These words are longer than 500 bytes, or have characters that do not belong in them."]
        for name in ("reason", "note"):
            fields = {"reason": "digits swapped", "note": "kept", name: bad}
            page = room.treasurer.fill(url + "/correct", "correct", **fields)
            assert page.status == 422 and form_of(page, "correct").invalid == {name}, (name, bad)


def test_who_has_the_receipt_of_a_corrected_gift_finds_the_one_that_counts(room):
    url = url_of(enter(room, amount="13.00"))
    code = re.search(r"\d+(-[A-Z0-9]{4}){4}", room.treasurer.get(url).text)[0]
    once = url_of(room.treasurer.fill(url + "/correct", "correct", reason="digits swapped", amount="31.00"))
    twice = url_of(room.treasurer.fill(once + "/correct", "correct", reason="the day too", date="2018-05-02"))
    shown = room.site.client().post("/funding/receipt", {"code": code})
    assert shown.status == 200 and "was corrected" in shown.text and 'href="/funding/goals/1"' in shown.text
    assert "$31" in shown.text and "May 2, 2018" in shown.text and "digits swapped" not in shown.text
    seqs = re.findall(r'<tr><th scope="row" class="number">(\d+)</th>', shown.text)
    number = twice.rpartition("/")[2]
    rows = [r for r in csv.DictReader(io.StringIO(ledger(room))) if r["contribution"] in (number, url.rpartition("/")[2])]
    assert seqs == [r["seq"] for r in rows] and len(seqs) == 6
    room.treasurer.fill(twice + "/reverse", "/reverse", reason="it never came")
    gone = room.site.client().post("/funding/receipt", {"code": code}).text
    assert "reversed" in gone and 'href="/funding/goals/1"' not in gone


def test_what_is_frozen_stays_as_it_is_until_it_is_freed(room):
    url = url_of(enter(room, amount="60.00"))
    old = room.treasurer.get(url)
    assert "is frozen" in done(room, room.treasurer.fill(url, "freeze", reason="The bank asks"))
    page = room.treasurer.get(url)
    assert forms(page) == {"note", "evidence", "free"} and "The bank asks" in page.text
    assert not [l for l in read(page).links if l.startswith(url + "/")]
    before = ledger(room)
    for form, fields in [("refund", {"amount": "1", "reason": "r"}), ("freeze", {"reason": "again"})]:
        answer = room.treasurer.send(form_of(old, form), **fields)
        assert answer.status == 409 and "is frozen" in answer.text
        assert form_of(answer, form).fields["reason"] == fields["reason"]
    for step in ("/reverse", "/erase"):
        answer = room.treasurer.post(url + step, {"reason": "so"})
        assert answer.status == 409 and "is frozen" in answer.text and step[1:] in forms(answer)
    assert room.treasurer.post(url + "/correct", {**form_of(room.treasurer.get(url + "/correct"), "correct").fields,
                                                  "reason": "x"}).status == 409
    assert ledger(room) == before
    assert "free again" in done(room, room.treasurer.fill(url, "free", reason="All is well"))
    assert room.treasurer.post(url + "/free", {"reason": "again"}).status == 409
    assert {"contribution.freeze", "contribution.free"} <= set(room.actions())


def test_a_part_goes_back_and_never_more_than_is_left(room):
    url = url_of(enter(room, amount="50.00"))
    before = ledger(room)
    for amount, status in [("50.01", 422), ("0", 422), ("-1", 422), ("1,5", 422), ("1e1", 422), ("", 422),
                           ("9" * 60, 422)]:
        page = room.treasurer.fill(url, "refund", amount=amount, reason="asked for it")
        assert page.status == status and form_of(page, "refund").invalid == {"amount"}
        assert form_of(page, "refund").fields == {"amount": amount, "reason": "asked for it"}
    assert ledger(room) == before
    assert "refund" in done(room, room.treasurer.fill(url, "refund", amount="20", reason="asked for it"))
    assert "-20.00" in ledger(room)[len(before):] and "asked for it" in room.treasurer.get(url).text
    assert room.treasurer.fill(url, "refund", amount="30.01", reason="more").status == 422
    assert room.treasurer.fill(url, "refund", amount="30.00", reason="the rest").status == 303
    page = room.treasurer.get(url)
    assert "reversed" in page.text and "refund" not in forms(page)
    answer = room.treasurer.post(url + "/refund", {"amount": "1", "reason": "again"})
    assert answer.status == 409 and "reversed already" in answer.text
    assert room.actions().count("contribution.take-back") == 2


@pytest.mark.parametrize("fields, invalid", [
    ({"price": "0"}, {"price"}), ({"price": "-1"}, {"price"}), ({"price": "1e5"}, {"price"}), ({"price": ""}, {"price"}),
    ({"price": "1,000"}, {"price"}), ({"price": "1234567890123"}, {"price"}), ({"source": ""}, {"source"}),
    ({"source": "x" * 201}, {"source"}), ({"source": "a\nb"}, {"source"}), ({"date": "2018-02-30"}, {"date"}),
    ({"date": "1999-12-31"}, {"date"}), ({"date": "9999-01-01"}, {"date"}), ({"price": "999999999999"}, set()),
])
def test_a_bad_price_is_refused_with_the_words_kept(room, fields, invalid):
    url = url_of(enter(room, amount="90000", currency="BTC", channel="paypal"))
    page = room.treasurer.fill(url, "value", **{**PRICE, **fields})
    assert page.status == 422 and form_of(page, "value").invalid == invalid
    assert form_of(page, "value").fields == {**PRICE, **fields}
    assert room.treasurer.fill(url + "/reverse", "/reverse", reason="too many").status == 303


def test_a_value_is_fixed_once_with_its_price_source_and_day(room):
    url = url_of(enter(room, amount="0.5", currency="BTC", channel="paypal"))
    assert "not counted: another currency" in room.treasurer.get(url).text
    assert form_of(room.treasurer.get(url), "value").fields["date"] == "2018-05-03"
    old = form_of(room.treasurer.get(url), "value")
    assert "has its value" in done(room, room.treasurer.send(old, **PRICE))
    text = room.treasurer.get(url).text
    assert "$4,561.70" in text and "9123.40 USD" in text and PRICE["source"] in text and "May 3, 2018" in text
    again = room.treasurer.send(old, **PRICE)
    assert again.status == 409 and "has its value already" in again.text
    assert "contribution.value" in room.actions() and "valuation" in ledger(room)


def test_the_hash_of_the_evidence_is_set(room):
    url = url_of(enter(room))
    for bad in ("", HASH[:-1], HASH + "0", "g" * 64):
        page = room.treasurer.fill(url, "evidence", hash=bad)
        assert page.status == 422 and form_of(page, "evidence").fields["hash"] == bad
    assert room.treasurer.fill(url, "evidence", hash=HASH).status == 303
    assert HASH in room.treasurer.get(url).text and "contribution.evidence" in room.actions()


def test_a_correction_reverses_enters_anew_and_links_both(room):
    url = url_of(enter(room, amount="12.00", note="From the mill", reference="C-1"))
    before = ledger(room)
    form = form_of(room.treasurer.get(url + "/correct"), "correct")
    assert form.fields == {"reason": "", "channel": "savings", "amount": "12.00", "currency": "USD",
                           "date": "2018-05-03", "note": "From the mill", "reference": "C-1"}
    for bad, invalid in [({"reason": ""}, {"reason"}), ({"amount": "x"}, {"amount"}), ({"amount": "0"}, {"amount"}),
                         ({"date": "x"}, {"date"}), ({"currency": "XXX"}, {"currency"}),
                         ({"note": "x" * 501}, {"note"}), ({"reason": "x" * 501}, {"reason"}),
                         ({"channel": "pigeon"}, {"channel"})]:
        page = room.treasurer.send(form, **{"reason": "digits swapped", "amount": "21.00", **bad})
        assert page.status == 422 and form_of(page, "correct").invalid == invalid, bad
        assert form_of(page, "correct").fields["note"] == bad.get("note", "From the mill")
    assert ledger(room) == before
    answer = room.treasurer.send(form, reason="digits swapped", amount="21.00")
    assert "corrected" in done(room, answer)
    new = url_of(answer)
    assert new in read(room.treasurer.get(url)).links and url in read(room.treasurer.get(new)).links
    assert "digits swapped" in room.treasurer.get(url).text and "C-1" in room.treasurer.get(new).text
    assert "-12.00" in ledger(room)[len(before):] and ",21.00" in ledger(room)[len(before):]
    again = room.treasurer.send(form, reason="again")
    assert again.status == 409 and "reversed already" in again.text and form_of(again, "correct").fields["reason"] == "again"


def test_an_arrival_twice_is_said_on_the_page(room):
    url = url_of(enter(room, pending="yes"))
    form = form_of(room.treasurer.get(url), "settle")
    assert room.treasurer.send(form).status == 303
    answer = room.treasurer.send(form)
    assert answer.status == 409 and "settled already" in answer.text and "In the ledger" in answer.text


def test_a_gift_that_is_not_there_is_not_found(room):
    for number in ("0", "999999", "x", "9" * 30):
        for step in ("", "/correct", "/reverse"):
            assert room.treasurer.get(f"/desk/funding/contributions/{number}{step}").status == 404
        assert room.treasurer.post(f"/desk/funding/contributions/{number}/note", {"reason": "x"}).status == 404
