"""What comes in by itself, at the desk: events that wait, and what the treasurer decides of them. Without these a refund
could be booked on the wrong gift or twice, or wait where nobody sees it."""

import random
import re

import pytest

from desk_help import DESK_CONFIG, errors_of, form_of, make_newsroom, notice_of, read
from test_hooks import OWN, income, paid, rows, send, sound

CHANNELS = f"""
[channel.shop]
kind = webhook
secret = whsec_{OWN}
[channel.paypal]
url = https://paypal.me/millbrook
"""
LIST = "/desk/funding/waiting"


@pytest.fixture
def room(tmp_path):
    room = make_newsroom(tmp_path, DESK_CONFIG + CHANNELS)
    yield room
    room.site.stop()


def tell(room, *events):
    answer = send(room.site, {"events": list(events)}, ident=f"m{random.getrandbits(64)}")
    assert answer.status == 200, answer.text


def refund(ident, of, amount="10.00", **more):
    return {**paid(ident, amount, **more), "type": "refund", "of": of}


def waiting(room, obj):
    return rows(room.site, "select id from payment_event where object = ? and state = 'waiting'", obj)[0][0]


def gift_of(room, obj):
    return rows(room.site, "select contribution from payment_event where object = ?", obj)[0][0]


def by_hand(room, amount="25.00", channel="shop", **more):
    fields = {"channel": channel, "amount": amount, "currency": "USD", "date": "2018-05-03", "note": "", "reference": "", **more}
    answer = room.treasurer.fill("/desk/funding/contributions/new", "gift", **fields)
    assert answer.status == 303, errors_of(answer)
    return int(re.search(r"/(\d+)\?", answer.location)[1])


def match(room, event, gift):
    asked = room.treasurer.get(f"{LIST}/{event}/gift/{gift}")
    assert asked.status == 200 and "for ever" in asked.text
    return room.treasurer.send(form_of(asked, "match"))


def test_what_waits_is_listed_with_why_and_can_be_matched_by_hand_once(room):
    assert "Nothing waits" in room.treasurer.get(LIST).text
    tell(room, paid("p1", "25.00"), refund("r1", "unknown"))
    assert "1 payment event waits" in room.treasurer.get("/desk").text
    page = room.treasurer.get(LIST)
    assert "Refund $10" in page.text and "has not come yet" in page.text and "<code>r1</code>" in page.text
    event, gift = waiting(room, "r1"), gift_of(room, "p1")
    page = room.treasurer.get(f"{LIST}/{event}")
    assert "unknown" in page.text
    found = room.treasurer.send(form_of(page, "find"), gift=f" {gift} ")
    assert found.status == 303 and found.location == f"{LIST}/{event}/gift/{gift}"
    asked = room.treasurer.get(found.location)
    assert "$25" in asked.text and "Refund, $10" in asked.text
    assert income(room.site) == {"USD": 2500}
    answer = room.treasurer.send(form_of(asked, "match"))
    assert answer.status == 303 and "booked on this gift" in notice_of(room.treasurer.follow(answer))
    assert income(room.site) == {"USD": 1500}
    assert room.log()[0][:2] == ("Treasurer One", "payment.match")
    # once, and for ever
    assert room.treasurer.send(form_of(asked, "match")).status == 404
    assert room.treasurer.get(f"{LIST}/{event}").status == 404
    tell(room, refund("r1", "unknown"))
    assert income(room.site) == {"USD": 1500}
    assert "payment event waits" not in room.treasurer.get("/desk").text
    sound(room.site)


def test_a_receipt_code_names_the_gift_too_and_what_is_no_gift_is_said_with_the_words_kept(room):
    tell(room, paid("p1"), refund("r1", "unknown"))
    event, gift = waiting(room, "r1"), gift_of(room, "p1")
    code = re.search(r"<code>(\d+-[A-Z0-9-]+)</code>", room.treasurer.get(f"/desk/funding/contributions/{gift}").text)[1]
    form = form_of(room.treasurer.get(f"{LIST}/{event}"), "find")
    assert room.treasurer.send(form, gift=code.lower()).location == f"{LIST}/{event}/gift/{gift}"
    for wrong in ("", "999", "0", "-1", "x" * 300, '"><b>', code[:-1] + "?", "99999999999999999999"):
        answer = room.treasurer.send(form, gift=wrong)
        assert answer.status == 422 and form_of(answer, "find").invalid == {"gift"}, wrong
        assert form_of(answer, "find").fields["gift"] == wrong
        assert "no gift with this number" in errors_of(answer)[0]


def test_what_does_not_fit_is_refused_and_nothing_is_booked(room):
    tell(room, paid("p1", "5.00"), paid("p2", "5.00", "EUR"), refund("r1", "unknown"))
    event = waiting(room, "r1")
    elsewhere = by_hand(room, channel="paypal")
    pending = by_hand(room, pending="yes")
    reversed_ = by_hand(room)
    assert room.treasurer.fill(f"/desk/funding/contributions/{reversed_}/reverse", "reverse", reason="An error").status == 303
    before = income(room.site)
    for gift, why in ((gift_of(room, "p1"), "does not fit"), (gift_of(room, "p2"), "another currency"),
                      (elsewhere, "another channel"), (pending, "not arrived"), (reversed_, "nothing is left")):
        answer = match(room, event, gift)
        assert answer.status == 422 and why in errors_of(answer)[0], gift
        assert form_of(answer, "find").fields["gift"] == str(gift)
    assert income(room.site) == before
    assert room.treasurer.get(f"{LIST}/{event}/gift/999").status == 404
    assert room.treasurer.post(f"{LIST}/{event}/gift/999", {}).status == 404
    assert room.treasurer.get(f"{LIST}/999").status == 404
    sound(room.site)


def test_candidates_of_the_same_amount_are_offered(room):
    tell(room, paid("p1", "10.00"), paid("p2", "11.00"), refund("r1", "unknown"))
    page = room.treasurer.get(f"{LIST}/{waiting(room, 'r1')}")
    links = [l for l in read(page).links if "/gift/" in l]
    assert links == [f"{LIST}/{waiting(room, 'r1')}/gift/{gift_of(room, 'p1')}"]


def test_a_payment_that_was_typed_in_first_is_matched_and_its_refund_follows(room):
    gift = by_hand(room, reference="p1")
    tell(room, paid("p1", "25.00"), refund("r1", "p1"))
    assert len(read(room.treasurer.get(LIST)).links) and "entered by hand" in room.treasurer.get(LIST).text
    assert match(room, waiting(room, "p1"), gift).status == 303
    assert income(room.site) == {"USD": 1500} and "Nothing waits" in room.treasurer.get(LIST).text
    sound(room.site)


def test_set_aside_with_a_reason_and_back_when_it_waits_for_something_else(room):
    tell(room, refund("r1", "p1", "30.00"))
    page = f"{LIST}/{waiting(room, 'r1')}"
    form = form_of(room.treasurer.get(page), "aside")
    for wrong in ("", "  ", "x" * 501):
        answer = room.treasurer.send(form, reason=wrong)
        assert answer.status == 422 and form_of(answer, "aside").invalid == {"reason"}
        assert form_of(answer, "aside").fields["reason"].strip() == wrong.strip()
    answer = room.treasurer.send(form, reason="Of the <old> account")
    assert "set aside" in notice_of(room.treasurer.follow(answer))
    assert "Nothing waits" in room.treasurer.get(LIST).text
    assert "payment event waits" not in room.treasurer.get("/desk").text
    assert "Of the &lt;old&gt; account" in room.treasurer.get(LIST + "?show=aside").text
    assert room.log()[0][1] == "payment.aside"
    assert room.treasurer.press(page, "/again").status == 303
    assert "Refund $30" in room.treasurer.get(LIST).text
    assert room.treasurer.send(form, reason="Still").status == 303
    tell(room, paid("p1", "25.00"))
    shown = room.treasurer.get(LIST).text
    assert "Refund $30" in shown and "more than is left" in shown
    tell(room, refund("r2", "p1", "25.00"))
    sound(room.site)


def test_the_list_goes_on_by_page(room):
    for m in range(2):
        tell(room, *[refund(f"r{m}.{n}", "unknown") for n in range(30)])
    first = room.treasurer.get(LIST)
    older = [l for l in read(first).links if "before=" in l]
    assert len(older) == 1
    second = room.treasurer.get(older[0])
    objects = re.findall(r"<code>(r[^<]*)</code>", first.text) + re.findall(r"<code>(r[^<]*)</code>", second.text)
    assert len(objects) == 60 == len(set(objects))
    assert not [l for l in read(second).links if "before=" in l]


def test_a_refund_in_an_earlier_file_of_the_bank_than_its_gift_is_matched(tmp_path):
    from test_bank import camt, entry
    config = DESK_CONFIG + "\n[channel.savings]\nkind = bank\nholder = The Millbrook Diurnal\niban = DE89370400440532013000\n"
    room = make_newsroom(tmp_path, config)
    files = {"may.xml": camt(entry("25.00", "R", "<RvslInd>true</RvslInd>", "DBIT")), "april.xml": camt(entry("25.00", "A"))}
    try:
        for name, text in files.items():
            path = tmp_path / name
            path.write_text(text)
            room.site.command("bank", "import", "--channel", "savings", str(path))
        event, gift = rows(room.site, "select id from payment_event where state = 'waiting'")[0][0], 1
        assert match(room, event, gift).status == 303
        assert income(room.site) == {}
        sound(room.site)
    finally:
        room.site.stop()


# ---- how the channels do


def test_the_treasurer_sees_what_went_wrong_and_says_that_they_have_looked(room):
    page = room.treasurer.get("/desk/funding/channels")
    assert page.status == 200 and "Nothing was heard yet" in page.text
    for n in range(10):
        assert send(room.site, {"events": []}, ident=f"forged{n}", key=b"another secret of 32 bytes......").status in (400, 401, 403)
    page = room.treasurer.get("/desk/funding/channels").text
    assert "10 messages whose signatures did not hold" in page and "10 messages with wrong signatures within an hour." in page
    assert "1 way to give needs to be looked at" in room.treasurer.get("/desk").text
    form = form_of(room.treasurer.get("/desk/funding/channels"), "/desk/funding/channels/shop/looked")
    answer = room.treasurer.send(form)
    assert answer.status == 303 and "begin anew" in notice_of(room.treasurer.get(answer.location))
    assert "whose signatures" not in room.treasurer.get("/desk/funding/channels").text
    assert "needs to be looked at" not in room.treasurer.get("/desk").text
    assert room.owner.get("/desk/audit").text.count("channel.looked") == 1


def test_nobody_looks_at_a_channel_that_is_not_there(room):
    for name in ("nowhere", "Shop", "%00", "x" * 300):
        assert room.treasurer.post(f"/desk/funding/channels/{name}/looked", {}).status in (400, 403, 404), name
