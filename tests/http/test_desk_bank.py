"""Banks' statements at the desk. Without these a treasurer would book what was never looked at, or twice, or not know
which line was not understood."""

import html
import re

import pytest

from desk_help import DESK_CONFIG, errors_of, form_of, make_newsroom, notice_of, read
from test_bank import camt, entry

CHANNELS = """
[channel.paypal]
url = https://paypal.me/millbrook

[channel.savings]
kind = bank
title = Savings account
holder = The Millbrook Diurnal
iban = DE89370400440532013000
"""
PAGE = "/desk/funding/bank-statement"
MAPPING = "/desk/funding/bank-mapping/savings"
HEAD = "Tag;Betrag;Name;Zweck;Nummer\r\n"
FIELDS = {"skip": "1", "day": "Tag", "amount": "Betrag", "payer": "Name", "reference": "Zweck", "id": "Nummer",
          "thousands": ".", "currency_code": "EUR"}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("bank"), DESK_CONFIG + CHANNELS)
    answer = room.treasurer.fill(MAPPING, "mapping", **FIELDS)
    assert "read this way" in notice_of(room.treasurer.follow(answer))
    yield room
    room.site.stop()


def upload(room, text, person=None, channel="savings"):
    data = text if isinstance(text, bytes) else text.encode()
    return (person or room.treasurer).fill(PAGE, "statement", channel=channel, files=[("file", ("may.csv", data))])


def rows(answer):
    found = re.findall(r"<tr><td.*?</tr>", answer.text, re.S)
    return [[html.unescape(re.sub("<[^>]+>", "", c)) for c in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)] for row in found]


def book(room, looked, person=None):
    return (person or room.treasurer).send(form_of(looked, "book"))


def ledger(room):
    return room.site.client().get("/funding/ledger.csv").text


def test_the_form_keeps_who_gives_nothing_for_both_formats(room):
    for fields in (FIELDS, dict.fromkeys(FIELDS, "")):  # a mapping for CSV, and one for CAMT.053 alone
        answer = room.treasurer.fill(MAPPING, "mapping", **{**fields, "not_gifts": "Town Hall; Our other account"})
        assert answer.status == 303
        assert form_of(room.treasurer.get(MAPPING), "mapping").fields["not_gifts"] == "Town Hall; Our other account"
    assert room.treasurer.fill(MAPPING, "mapping", **{**FIELDS, "not_gifts": "x"}).status == 422
    assert room.treasurer.fill(MAPPING, "mapping", **{**FIELDS, "not_gifts": ""}).status == 303


def test_a_statement_is_looked_at_before_it_is_booked(room):
    before = ledger(room)
    text = HEAD + '03.05.2018;1.025,50;=HYPERLINK("x");<b>boat</b>;1\r\n03.05.2018;-9,00;Post;Stamps;2\r\n'
    looked = upload(room, text)
    assert looked.status == 200 and "Gifts: 1." in looked.text and "Ignored: 1." in looked.text
    assert rows(looked) == [["2", "May 3, 2018", "€1,025.50", '=HYPERLINK("x")', "a gift"],
                            ["3", "May 3, 2018", "-€9", "Post", "not a gift"]]
    assert ledger(room) == before
    answer = book(room, looked)
    assert "in the ledger" in notice_of(room.treasurer.follow(answer))
    booked = ledger(room)
    assert "1025.50" in booked and "HYPERLINK" not in booked
    assert room.log()[0][:2] == ("Treasurer One", "bank.import")
    # the same page sent again, and the same file
    again = book(room, looked)
    assert again.status in (303, 422) and ledger(room) == booked
    looked = upload(room, text)
    assert rows(looked)[0][4] == "already there" and "Nothing can be booked" in looked.text
    assert 'id="book"' not in looked.text


def test_what_is_not_understood_is_named_and_nothing_can_be_booked(room):
    looked = upload(room, HEAD + "03.05.2018;5,00;A;x;n1\r\n29.02.2018;5,00;A;x;n2\r\n03.05.2018;5.0;A;x;n3\r\n")
    assert looked.status == 422 and "Not understood: 2." in looked.text
    told = rows(looked)
    assert told[1][0] == "3:1" and "not a day" in told[1][4] and told[2][0] == "4:2" and "not an amount" in told[2][4]
    assert 'id="book"' not in looked.text


def test_a_file_that_was_not_looked_at_is_not_booked(room):
    looked = upload(room, HEAD + "03.05.2018;5,00;A;x;k1\r\n")
    form = form_of(looked, "book")
    other = form_of(upload(room, HEAD + "03.05.2018;500,00;A;x;k2\r\n"), "book")
    before = ledger(room)
    form.fields["file"] = other.fields["file"]
    assert room.treasurer.send(form).status == 422  # it is shown again
    assert ledger(room) == before
    for bad in ("", "not base64!", "QUFB" * 400000):
        form.fields["file"] = bad
        assert room.treasurer.send(form).status == 422
    form.fields["channel"] = "paypal"
    assert room.treasurer.send(form).status == 422
    assert ledger(room) == before


def test_a_mapping_that_changed_since_is_looked_at_again(room):
    looked = upload(room, HEAD + "03.05.2018;5,00;A;x;z1\r\n")
    assert room.treasurer.fill(MAPPING, "mapping", payer="").status == 303
    before = ledger(room)
    again = book(room, looked)
    assert again.status == 422 and rows(again)[0][3] == "" and ledger(room) == before
    assert book(room, again).status == 303 and ledger(room) != before
    assert room.treasurer.fill(MAPPING, "mapping", payer="Name").status == 303
    assert {"bank.mapping", "bank.import"} <= set(room.actions())


def test_a_gift_that_was_entered_by_hand_is_pointed_at(room):
    gift = {"channel": "savings", "amount": "61.50", "currency": "EUR", "date": "2018-05-02", "note": "", "reference": ""}
    assert room.treasurer.fill("/desk/funding/contributions/new", "gift", **gift).status == 303
    looked = upload(room, HEAD + "02.05.2018;61,50;A;x;h1\r\n02.05.2018;61,51;A;x;h2\r\n")
    assert "entered by hand" in rows(looked)[0][4] and rows(looked)[1][4] == "a gift"


def test_bad_uploads_are_refused(room):
    for text, why in ((b"", "not empty"), (b"x" * (1024 * 1024 + 1), "more than 1 MB")):
        answer = upload(room, text)
        assert answer.status == 422 and why in answer.text
    answer = room.treasurer.fill(PAGE, "statement", channel="paypal", files=[("file", ("a.csv", b"x"))])
    assert answer.status == 422
    answer = room.treasurer.fill(PAGE, "statement", channel="savings")
    assert answer.status == 422
    assert upload(room, b"\xff\xfe\x00").status == 422
    assert upload(room, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>').status == 422


@pytest.mark.parametrize("fields, invalid", [
    ({"day": ""}, "day"), ({"amount": ""}, "amount"), ({"credit": "5"}, "amount"), ({"currency_code": ""}, "currency"),
    ({"currency_code": "XXX"}, "currency_code"), ({"date": "DD.MM"}, "date"), ({"decimal": "x"}, "decimal"),
    ({"thousands": ","}, "thousands"), ({"skip": "0"}, "skip"), ({"skip_end": "201"}, "skip_end"), ({"day": "0"}, "day"),
    ({"delimiter": "ab"}, "delimiter"), ({"quote": ";"}, "quote"), ({"payer": "x" * 121}, "payer"),
    ({"payer": "a\nid = 3"}, "payer"),
])
def test_a_bad_mapping_is_refused_with_the_words_kept(room, fields, invalid):
    sent = {**FIELDS, **fields}
    answer = room.treasurer.fill(MAPPING, "mapping", **sent)
    assert answer.status == 422 and errors_of(answer)
    form = form_of(answer, "mapping")
    assert form.invalid == {invalid}
    assert {k: form.fields[k] for k in sent if "\n" not in sent[k]} == {k: v for k, v in sent.items() if "\n" not in v}
    kept = form_of(room.treasurer.get(MAPPING), "mapping").fields
    assert {k: kept[k] for k in FIELDS} == FIELDS


def test_camt_needs_no_columns_and_takes_gifts_back(room):
    text = camt(entry("20.00", "CA").replace("2018-05-03", "2018-04-02"))
    looked = upload(room, text)
    assert rows(looked)[0][4] == "a gift" and book(room, looked).status == 303
    back = camt(entry("20.00", "CB", "<RvslInd>true</RvslInd>", "DBIT").replace("2018-05-03", "2018-04-02"))
    looked = upload(room, back)
    assert rows(looked)[0][4] == "a gift that was taken back"
    assert book(room, looked).status == 303 and ",refund," in ledger(room)
    # the same days in the other format
    looked = upload(room, HEAD + "02.04.2018;20,00;A;x;q1\r\n")
    assert looked.status == 422 and "other format" in looked.text


def test_statements_are_for_owner_and_treasurer_only(room):
    looked = upload(room, HEAD + "03.05.2018;5,00;A;x;p1\r\n", room.owner)
    form = form_of(looked, "book")
    before = ledger(room)
    for person in (room.editor, room.reporter, room.moderator):
        assert person.get(PAGE).status == 403 and person.get(MAPPING).status == 403
        assert person.send(form).status == 403
        assert person.post(MAPPING, FIELDS).status == 403
    assert room.site.client().get(PAGE).status in (303, 403)
    assert ledger(room) == before
    assert room.treasurer.get("/desk/funding/bank-mapping/paypal").status == 404
    assert room.treasurer.post("/desk/funding/bank-mapping/none", FIELDS).status == 404


def test_the_desk_says_when_there_is_no_statement_of_addresses(room):
    page = room.treasurer.get("/desk/funding")
    assert "No signed address statement" in page.text and PAGE in read(page).links
