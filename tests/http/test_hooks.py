"""Messages of payment providers. Without these a forger could raise the meter, and a gift could count twice or not at all.

The signatures are made here from the providers' manuals; tests/webhooks has messages that their own libraries sign."""

import base64
import hashlib
import hmac
import json
import random
import sqlite3
import threading
import time
import urllib.parse

import conftest
import pytest

KEY = bytes(range(24))
OWN = base64.b64encode(KEY).decode()
STRIPE = "whsec_river_and_harbour"
CONFIG = conftest.CONFIG + f"""
[channel.shop]
kind = webhook
secret = whsec_{OWN}
[channel.stripe]
url = https://donate.stripe.com/test_millbrookdemo
secret = {STRIPE}
former_secret = whsec_older
account_id = acct_1
[channel.paypal]
url = https://www.paypal.com/donate/?hosted_button_id=MILLBROOKDEMO
"""


@pytest.fixture
def room(make_site):
    return make_site(CONFIG)


def own(body, ident="msg_1", at=None, key=KEY):
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(key, f"{ident}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": ident, "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.b64encode(mac).decode()}


def send(site, body, ident="msg_1", client=None, **how):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (client or site.client()).request("POST", "/hooks/shop", body, {"content-type": "application/json", **own(body, ident, **how)})


def paid(ident, amount="25.00", currency="USD", **more):
    return {"type": "payment", "object": ident, "amount": amount, "currency": currency, "occurred_at": "2018-05-03T10:00:00Z", **more}


def stripe(site, event, secret=STRIPE, at=None, head=None):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    head = f"t={stamp},v1={mac}" if head is None else head.replace("STAMP", stamp).replace("MAC", mac)
    return site.client().request("POST", "/hooks/stripe", body, {"content-type": "application/json", "Stripe-Signature": head})


def event(kind, obj, ident=None, **more):
    return {"id": ident or f"evt_{kind}_{obj['id']}_{obj.get('status', '')}", "object": "event", "type": kind, "livemode": True, "data": {"object": obj}, **more}


def charge(ident="ch_1", amount=2500, currency="usd", **more):
    return {"id": ident, "object": "charge", "amount": amount, "currency": currency, "created": 1525341600,
            "billing_details": {"name": "Ada", "email": "ada@example.org"}, "payment_method_details": {"type": "card"}, **more}


def rows(site, sql, *values):
    with sqlite3.connect(f"{site.data}/diurnal.db", timeout=30) as db:
        return db.execute(sql, values).fetchall()


def income(site):
    return dict(rows(site, "select asset, -sum(minor) from ledger_entry where account = 'income' group by asset having sum(minor) <> 0"))


def sound(site):
    site.command("check")  # which refuses when anything is wrong


def health(site, channel="shop"):
    return dict(zip(("forged", "malformed", "ignored", "differs", "why"),
                    rows(site, "select forged, malformed, ignored, differs, why from channel_health where channel = ?", channel)[0]))


def test_a_signed_message_is_booked_once_and_its_bytes_are_kept(room):
    body = json.dumps({"events": [paid("p1", fee="0.60", name="Ada", email="ada@example.org")]}, indent=1).encode()
    for _ in range(3):
        answer = send(room, body)
        assert answer.status == 200, answer.text
    assert send(room, body, ident="msg_2").status == 200  # told again by another message
    assert income(room) == {"USD": 2500}
    assert [(b, h) for b, h in rows(room, "select body, hash from payment_message")] == [(body, hashlib.sha256(body).digest())] * 2
    assert rows(room, "select name, email from giver") == [("Ada", "ada@example.org")]
    assert "ada@example.org" not in room.client().get("/funding").text and "Ada" not in room.client().get("/funding/ledger.csv").text
    sound(room)


@pytest.mark.parametrize("spoil", ["no header", "other key", "other body", "other id", "old", "future", "sha1", "empty", "many"])
def test_a_forged_or_untimely_message_writes_nothing(room, spoil):
    body = json.dumps({"events": [paid("p1")]}).encode()
    head = own(body)
    if spoil == "no header":
        del head["webhook-signature"]
    if spoil == "other key":
        head = own(body, key=b"x" * 24)
    if spoil == "other body":
        body = body.replace(b"25.00", b"95.00")
    if spoil == "other id":
        head["webhook-id"] = "msg_2"
    if spoil in ("old", "future"):
        head = own(body, at=time.time() + (310 if spoil == "future" else -310))
    if spoil == "sha1":
        head["webhook-signature"] = "v0," + head["webhook-signature"][3:]
    if spoil == "empty":
        head["webhook-signature"] = "v1,"
    if spoil == "many":  # the ninth of them holds: more than eight are not read
        head["webhook-signature"] = "v1,AAAA " * 8 + head["webhook-signature"]
    answer = room.client().request("POST", "/hooks/shop", body, {"content-type": "application/json", **head})
    assert answer.status == 401 and answer.headers["content-type"].startswith("application/problem+json")
    assert rows(room, "select count(*) from payment_message") == [(0,)] and income(room) == {}
    assert health(room)["forged"] == 1


def test_times_at_the_limit_hold(room):
    for n, off in enumerate((-290, 290)):
        assert send(room, {"events": [paid(f"p{n}")]}, ident=f"m{n}", at=time.time() + off).status == 200


BAD = [
    b"", b"[]", b"{}", b'{"events":{}}', b'{"events":[{}]}', b'{"events":[]}x', b"\xff\xfe", b'{"events":[{"type":"payment","type":"refund"}]}',
    b'{"events":' + b"[" * 30 + b"]" * 30 + b"}",
    *[json.dumps({"events": [bad]}).encode() for bad in (
        paid("p", amount=25), paid("p", amount="25.001"), paid("p", amount="-1"), paid("p", amount="0"), paid("p", amount="1e3"), paid("p", amount="+1"), paid("p", amount="1,000.00"),
        paid("p", amount="9" * 30), paid("p", currency="XXX"), paid("p", currency="usd2"), paid("p", currency=""), paid(""), paid("a b"), paid("x" * 201), paid("p", occurred_at="yesterday"),
        paid("p", occurred_at="2018-02-30T00:00:00Z"), paid("p", more=1), paid("p", of="q"), paid("p", fee="-1"), {**paid("p"), "type": "reorg-reversal", "of": "p"}, {**paid("r"), "type": "refund"},
        {**paid("p"), "type": "gift"})],
    json.dumps({"events": [paid(f"p{i}") for i in range(101)]}).encode(),
    b'{"events":[{"type":"payment","object":"p","amount":1e400,"currency":"USD","occurred_at":"2018-05-03T10:00:00Z"}]}',
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_what_holds_and_is_not_understood_is_kept_and_raises_an_alarm(room, body):
    answer = send(room, body)
    assert answer.status == 400 and answer.headers["content-type"].startswith("application/problem+json")
    assert income(room) == {} and health(room)["malformed"] == 1
    assert rows(room, "select body from payment_message") == [(body,)]


def test_a_hundred_events_and_the_longest_number_are_taken(room):
    assert send(room, {"events": [paid(f"p{i}" + "x" * (200 - len(f"p{i}")), "0.01") for i in range(100)]}).status == 200
    assert income(room) == {"USD": 100}


def test_amounts_are_exact_in_every_currency(room):
    for n, (amount, currency) in enumerate((("500", "JPY"), ("12.345", "KWD"), ("1000.50", "HUF"), ("0.00000001", "BTC"), ("0.000000000000000001", "ETH"))):
        assert send(room, {"events": [paid(f"p{n}", amount, currency)]}, ident=f"m{n}").status == 200, currency
    assert send(room, {"events": [paid("p9", "500.5", "JPY")]}, ident="m9").status == 400
    text = room.client().get("/funding/ledger.csv").text
    for amount in ("JPY,500,", "KWD,12.345,", "HUF,1000.50,", "BTC,0.00000001,", "ETH,0.000000000000000001,"):
        assert amount in text
    sound(room)


def test_events_in_any_order_come_to_the_same(room):
    all_of_it = [paid("p1", "10.00"), {**paid("r1", "4.00"), "type": "refund", "of": "p1"}, {"type": "refund-failed", "object": "r1", "of": "r1", "occurred_at": "2018-05-04T10:00:00Z"},
                 {**paid("d1", "10.00"), "type": "dispute", "of": "p1"}, {"type": "dispute-won", "object": "d1", "of": "d1", "occurred_at": "2018-05-06T10:00:00Z"}]
    for n in range(8):
        events = json.loads(json.dumps(all_of_it).replace('"p1"', f'"p{n}"').replace('"r1"', f'"r{n}"').replace('"d1"', f'"d{n}"'))
        random.Random(n).shuffle(events)
        for k, e in enumerate(events):
            assert send(room, {"events": [e]}, ident=f"m{n}.{k}").status == 200
    assert income(room) == {"USD": 8000}
    sound(room)


def test_the_same_number_with_another_amount_changes_nothing_and_raises_an_alarm(room):
    assert send(room, {"events": [paid("p1")]}).status == 200
    assert send(room, {"events": [paid("p1", "2500.00")]}, ident="m2").status == 200
    assert income(room) == {"USD": 2500} and health(room)["differs"] == 1
    sound(room)


def test_sixty_four_at_once_book_each_gift_once(room):
    bodies = [json.dumps({"events": [paid(f"p{i}", "1.00")]}).encode() for i in range(40)]
    work = [(f"m{i}", b) for i, b in enumerate(bodies)] * 5
    random.Random(4).shuffle(work)
    failed = []

    def run(part):
        client = room.client()
        for ident, body in part:
            if send(room, body, ident=ident, client=client).status != 200:
                failed.append(ident)

    threads = [threading.Thread(target=run, args=(work[i::64],)) for i in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed and income(room) == {"USD": 4000}
    assert rows(room, "select count(*) from contribution") == [(40,)]
    sound(room)


def test_only_channels_that_listen_answer(room):
    for path in ("/hooks/paypal", "/hooks/nothing", "/hooks/SHOP"):
        assert room.client().request("POST", path, b"{}", {"content-type": "application/json"}).status == 404
    assert room.client().get("/hooks/shop").status in (404, 405)


def test_a_message_above_the_limit_is_refused_and_one_at_it_is_read(make_site):
    site = make_site(CONFIG.replace("[limits]", "[limits]\nhook_bytes = 4096", 1))
    start = json.dumps({"events": [paid("p1")]}).encode()
    assert send(site, start + b" " * (4096 - len(start))).status == 200
    assert send(site, start + b" " * (4097 - len(start)), ident="m2").status == 413


def test_forged_ones_are_counted_but_not_without_end(make_site):
    site = make_site(CONFIG.replace("sign_in_burst = 10000", "sign_in_burst = 5").replace("sign_in_rate = 100000", "sign_in_rate = 1"))
    statuses = [site.client().request("POST", "/hooks/shop", b"{}", {"content-type": "application/json"}).status for _ in range(9)]
    assert statuses == [401] * 5 + [429] * 4 and health(site)["forged"] == 5
    assert send(site, {"events": [paid("p1")]}).status == 200  # who signs is not held up


# ---- Stripe


def test_stripe_counts_the_charge_and_leaves_what_speaks_of_the_same_money(room):
    for e in (event("checkout.session.completed", {"id": "cs_1", "payment_status": "paid", "amount_total": 2500}), event("payment_intent.succeeded", {"id": "pi_1", "amount": 2500}),
              event("charge.succeeded", charge()), event("invoice.paid", {"id": "in_1"}), event("charge.succeeded", charge(), ident="evt_again")):
        assert stripe(room, e).status == 200
    assert income(room) == {"USD": 2500}
    assert health(room, "stripe")["ignored"] == 3
    sound(room)


def test_stripe_fees_refunds_and_disputes(room):
    assert stripe(room, event("refund.created", {"id": "re_1", "charge": "ch_1", "amount": 500, "currency": "usd", "created": 1525341700, "status": "succeeded"})).status == 200
    assert stripe(room, event("charge.succeeded", charge(balance_transaction={"fee": 103, "currency": "usd"}))).status == 200
    assert income(room) == {"USD": 2000}
    for status in ("pending", "succeeded"):  # the same refund, twice
        assert stripe(room, event("refund.updated", {"id": "re_2", "charge": "ch_1", "amount": 700, "currency": "usd", "created": 1525341700, "status": status})).status == 200
    assert income(room) == {"USD": 1300}
    assert stripe(room, event("refund.failed", {"id": "re_2", "charge": "ch_1", "amount": 700, "currency": "usd", "created": 1525341700, "status": "failed"})).status == 200
    assert income(room) == {"USD": 2000}
    dispute = {"id": "dp_1", "charge": "ch_1", "amount": 2000, "currency": "usd", "created": 1525341800}
    assert stripe(room, event("charge.dispute.created", dispute)).status == 200
    assert stripe(room, event("charge.dispute.funds_withdrawn", dispute)).status == 200
    assert income(room) == {}
    assert stripe(room, event("charge.dispute.funds_reinstated", dispute)).status == 200
    assert income(room) == {"USD": 2000}
    assert rows(room, "select sum(minor) from ledger_entry where account = 'fees'") == [(103,)]
    sound(room)


def test_stripe_reinstated_alone_or_failed_alone_moves_nothing(room):
    assert stripe(room, event("charge.succeeded", charge())).status == 200
    assert stripe(room, event("charge.dispute.funds_reinstated", {"id": "dp_1", "charge": "ch_1", "amount": 2500, "currency": "usd", "created": 1525341800})).status == 200
    assert stripe(room, event("refund.failed", {"id": "re_1", "charge": "ch_1", "amount": 500, "currency": "usd", "created": 1525341700, "status": "failed"})).status == 200
    assert income(room) == {"USD": 2500}
    sound(room)


def test_stripe_pending_debits_settle_or_fail_and_declined_cards_are_nothing(room):
    debit = {"payment_method_details": {"type": "sepa_debit"}}
    assert stripe(room, event("charge.pending", charge("ch_1", **debit))).status == 200
    assert stripe(room, event("charge.pending", charge("ch_2", **debit))).status == 200
    assert income(room) == {}
    assert stripe(room, event("charge.succeeded", charge("ch_1", **debit))).status == 200
    assert stripe(room, event("charge.failed", charge("ch_2", **debit))).status == 200
    assert stripe(room, event("charge.failed", charge("ch_3"))).status == 200
    assert income(room) == {"USD": 2500}
    assert rows(room, "select count(*) from payment_event where state = 'waiting'") == [(0,)]
    sound(room)


def test_stripe_counts_what_was_captured_and_not_what_is_only_authorised(room):
    """An authorisation blocks the giver's money and takes none; it may run out after a week."""
    held = charge(captured=False, amount_captured=0)
    assert stripe(room, event("charge.succeeded", held)).status == 200
    assert income(room) == {} and "captured" in health(room, "stripe")["why"]
    assert stripe(room, event("charge.captured", charge(captured=True, amount_captured=2000))).status == 200
    assert income(room) == {"USD": 2000}
    assert stripe(room, event("charge.succeeded", charge("ch_2", captured=True, amount_captured=2500))).status == 200
    assert income(room) == {"USD": 4500}
    assert stripe(room, event("charge.captured", charge("ch_2", captured=True, amount_captured=2500))).status == 200  # the same money
    assert income(room) == {"USD": 4500} and health(room, "stripe")["differs"] == 0
    sound(room)


def test_stripe_leaves_out_what_another_channel_counts(make_site):
    """Ko-fi's gifts are charges on the newsroom's own Stripe account, made by Ko-fi's application."""
    site = make_site(CONFIG.replace("account_id = acct_1", "account_id = acct_1\nleave_out = ca_kofi ca_other"))
    assert stripe(site, event("charge.succeeded", charge("ch_1", application="ca_kofi"))).status == 200
    assert stripe(site, event("charge.succeeded", charge("ch_2", application={"id": "ca_other", "object": "application"}))).status == 200
    assert stripe(site, event("charge.pending", charge("ch_5", application="ca_kofi"))).status == 200
    assert income(site) == {} and health(site, "stripe")["ignored"] == 3
    assert health(site, "stripe")["why"] == "a charge that another channel counts"
    assert stripe(site, event("refund.created", {"id": "re_1", "charge": "ch_1", "amount": 500, "currency": "usd", "created": 1525341700, "status": "succeeded"})).status == 200
    assert stripe(site, event("charge.succeeded", charge("ch_3", application="ca_shop"))).status == 200
    assert stripe(site, event("charge.succeeded", charge("ch_4", application=None))).status == 200
    assert income(site) == {"USD": 5000}
    sound(site)


@pytest.mark.parametrize("wire,currency,minor", [(500, "jpy", 500), (500, "mga", 50000), (500, "ugx", 5), (500, "isk", 5), (12345, "kwd", 12345), (500, "huf", 500), (500, "twd", 500)])
def test_stripe_minor_units(room, wire, currency, minor):
    assert stripe(room, event("charge.succeeded", charge(amount=wire, currency=currency))).status == 200
    assert income(room) == {currency.upper(): minor}


@pytest.mark.parametrize("change", [{"amount": 0}, {"amount": -5}, {"amount": 2500.0}, {"amount": "2500"}, {"amount": 2 ** 63}, {"currency": "btc"}, {"currency": "xx"}, {"created": -1}, {"created": 10 ** 12},
                                    {"id": "a b"}, {"amount": 501, "currency": "ugx"}])
def test_stripe_nonsense_is_refused(room, change):
    assert stripe(room, event("charge.succeeded", charge(**change) if "id" not in change else {**charge(), **change}, ident="evt_1")).status == 400
    assert income(room) == {} and health(room, "stripe")["malformed"] == 1


def test_stripe_test_mode_and_other_accounts_do_not_count(room):
    assert stripe(room, {**event("charge.succeeded", charge()), "livemode": False}).status == 200
    assert health(room, "stripe")["why"] == "test mode"
    assert stripe(room, {**event("charge.succeeded", charge("ch_2")), "account": "acct_2"}).status == 200
    assert health(room, "stripe")["why"] == "another account"
    assert income(room) == {}
    assert stripe(room, {**event("charge.succeeded", charge("ch_3")), "account": "acct_1"}).status == 200
    assert income(room) == {"USD": 2500}


def test_stripe_signatures_are_exact(room):
    good = event("charge.succeeded", charge())
    for head in ("t=STAMP", "v1=MAC", "t=STAMP,v1=00", "t=STAMPx,v1=MAC", "t=,v1=MAC", "t=STAMP,v0=MAC", "t=-1,v1=MAC", "STAMP.MAC", "", "t=STAMP," + ",".join(["v1=00"] * 16) + ",v1=MAC"):
        assert stripe(room, good, head=head).status == 401, head
    assert stripe(room, good, at=time.time() + 86400).status == 401  # which Stripe's own library takes
    assert stripe(room, good, at=time.time() - 310).status == 401
    assert stripe(room, good, secret="whsec_other").status == 401
    assert income(room) == {}
    assert stripe(room, good, head="t=STAMP,v1=" + "0" * 64 + ",v1=MAC").status == 200
    assert stripe(room, event("charge.succeeded", charge("ch_2")), secret="whsec_older").status == 200
    assert income(room) == {"USD": 5000}


def test_secrets_stand_in_no_page_and_no_log(room):
    send(room, {"events": [paid("p1")]})
    stripe(room, event("charge.succeeded", charge()), secret="wrong")
    for path in ("/", "/funding", "/api/v1/funding"):
        assert OWN not in room.client().get(path).text and STRIPE not in room.client().get(path).text
    assert OWN not in room.log_text() and STRIPE not in room.log_text() and "ada@example.org" not in room.log_text()


@pytest.mark.parametrize("section,line", [("[channel.shop]\nkind = webhook\n", "url"), ("[channel.stripe]\nurl = https://donate.stripe.com/x\naccount_id = a\n", "lacks its secret"),
                                          ("[channel.stripe]\nurl = https://donate.stripe.com/x\nsecrets = a\n", "no key of this name"), ("[channel.bank]\nholder = R\naccount = 1\nsecret = a\n", "no key of this name"),
                                          ("[channel.stripe]\nsecret = a\n", "lacks its url")])
def test_a_wrong_configuration_refuses_to_start(tmp_path, section, line):
    (tmp_path / "diurnal.ini").write_text(section)
    status, _, why = conftest.run("serve", "--listen", "127.0.0.1:0", data=tmp_path, check=False)
    assert status == 1 and line in why and "diurnal.ini:" in why


# ---- Ko-fi and Buy Me a Coffee

OTHERS = conftest.CONFIG + """
[channel.kofi]
url = https://ko-fi.com/millbrookdiurnaldemo
token = 5e1f-river
[channel.coffee]
kind = buymeacoffee
url = https://www.buymeacoffee.com/millbrook
secret = harbour
"""


def kofi(site, **change):
    data = {"verification_token": "5e1f-river", "message_id": "m-1", "timestamp": "2018-05-03T10:04:30Z", "type": "Donation", "is_public": True, "from_name": "Ada & Bo", "message": "For the boat: 100 %",
            "amount": "3.00", "url": "https://ko-fi.com/x", "email": "ada@example.org", "currency": "USD", "is_subscription_payment": False, "kofi_transaction_id": "t-1", **change}
    body = urllib.parse.urlencode({"data": json.dumps(data)}).encode()
    return site.client().request("POST", "/hooks/kofi", body, {"content-type": "application/x-www-form-urlencoded"})


def test_kofi_counts_gifts_once_by_their_transaction(make_site):
    site = make_site(OTHERS)
    assert kofi(site).status == 200
    assert kofi(site, message_id="m-2").status == 200  # told again
    assert kofi(site, message_id="m-3", kofi_transaction_id="t-2", type="Subscription", is_public=False).status == 200
    assert kofi(site, message_id="m-4", kofi_transaction_id="t-3", type="Shop Order").status == 200
    assert kofi(site, message_id="m-5", kofi_transaction_id="t-4", from_name="Ko-fi Team").status == 200
    assert income(site) == {"USD": 600} and health(site, "kofi")["ignored"] == 2
    assert rows(site, "select name, message, named from giver order by id") == [("Ada & Bo", "For the boat: 100 %", 1), ("Ada & Bo", "For the boat: 100 %", 0)]
    sound(site)


def test_kofis_button_for_a_test_gives_nothing(make_site):
    """Its tests look like gifts; one that counted would stand in the ledger for ever."""
    site = make_site(OTHERS)
    number = "00000000-1111-2222-3333-444444444444"  # of each test, whatever name and kind it has
    for n, kind in enumerate(("Donation", "Subscription")):
        assert kofi(site, message_id=f"m-{n}", kofi_transaction_id=number, type=kind).status == 200
    assert income(site) == {} and health(site, "kofi")["ignored"] == 2 and health(site, "kofi")["why"] == "a test message"
    assert kofi(site, from_name="Ko-fi Team", kofi_transaction_id="t-9", message_id="m-9").status == 200
    assert income(site) == {}
    sound(site)


@pytest.mark.parametrize("change,status", [({"verification_token": "5e1f-rivers"}, 401), ({"verification_token": ""}, 401), ({"verification_token": None}, 401), ({"amount": 3}, 400), ({"amount": "3.001"}, 400),
                                           ({"currency": "gold"}, 400), ({"kofi_transaction_id": ""}, 400), ({"timestamp": "now"}, 400), ({"message_id": ""}, 400)])
def test_kofi_nonsense_counts_for_nothing(make_site, change, status):
    site = make_site(OTHERS)
    assert kofi(site, **change).status == status
    assert income(site) == {}


def test_kofi_other_forms_are_forged(make_site):
    site = make_site(OTHERS)
    for body in (b"", b"data=", b"data={}", b"data=%7B&data=%7B", b"x=1", b"data=%ff"):
        assert site.client().request("POST", "/hooks/kofi", body, {"content-type": "application/x-www-form-urlencoded"}).status == 401, body
    assert rows(site, "select count(*) from payment_message") == [(0,)]


def coffee(site, kind="donation.created", secret=b"harbour", live=True, event=1, **change):
    data = {"id": 58, "amount": 5, "object": "payment", "status": "succeeded", "currency": "USD", "created_at": 1525341600, "note_hidden": "true", "support_note": "secret words", "supporter_name": "Ada",
            "transaction_id": "pi_1", "supporter_email": "ada@example.org", **change}
    body = json.dumps({"type": kind, "live_mode": live, "attempt": 1, "created": 1525341600, "event_id": event, "data": data}).encode().replace(b'"RAW', b"").replace(b'RAW"', b"")
    mac = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return site.client().request("POST", "/hooks/coffee", body, {"content-type": "application/json", "x-signature-sha256": mac})


def test_coffee_counts_support_and_its_refund(make_site):
    site = make_site(OTHERS)
    assert coffee(site).status == 200
    assert coffee(site, event=2, transaction_id="pi_2", amount="RAW5.50RAW").status == 200  # a number with a point
    assert coffee(site, event=3, transaction_id="pi_3", amount="5.45").status == 200
    assert income(site) == {"USD": 1595}
    assert coffee(site, "donation.refunded", event=4).status == 200
    assert coffee(site, "donation.refunded", event=5, transaction_id="pi_9").status == 200  # whose support was missed
    assert coffee(site, "membership.started", event=6, transaction_id="pi_8").status == 200
    assert coffee(site, event=7, transaction_id="pi_7", live=False).status == 200
    assert income(site) == {"USD": 1095}
    assert "secret words" not in [m for (m,) in rows(site, "select message from giver")]
    sound(site)


@pytest.mark.parametrize("change,status", [({"secret": b"harbours"}, 401), ({"amount": "RAW5e2RAW"}, 400), ({"amount": "RAW5.001RAW"}, 400), ({"amount": "RAW5.0000000000000000000001RAW"}, 400), ({"amount": -5}, 400),
                                           ({"amount": "RAW1e999RAW"}, 400), ({"transaction_id": None}, 400), ({"created_at": "x"}, 400), ({"currency": None}, 400)])
def test_coffee_nonsense_counts_for_nothing(make_site, change, status):
    site = make_site(OTHERS)
    assert coffee(site, **change).status == status
    assert income(site) == {}


# ---- evidence


def tampered(site, sql, *values):
    """What `diurnal check` says after somebody changed the database while nothing watched."""
    site.stop()
    with sqlite3.connect(f"{site.data}/diurnal.db") as db:
        for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f"drop trigger {name}")
        db.execute(sql, values)
    return site.command("check", check=False)


CHANGED = [("update payment_message set body = cast(replace(cast(body as text), '25.00', '26.00') as blob) where id = 1", "its bytes are not those that came"),
           ("update payment_event set object = 'p8' where object = 'p1'", "it tells of an event that is not there"), ("update payment_event set occurred_at = 1525341600000001 where object = 'p1'", "it tells something else than was booked"),
           ("update payment_event set message = 1 where object = 'p2'", "events were booked from it of which it tells nothing")]


@pytest.mark.parametrize("sql,why", CHANGED, ids=range(len(CHANGED)))
def test_check_reads_the_messages_again(room, sql, why):
    assert send(room, {"events": [paid("p1")]}, ident="m1").status == 200
    assert send(room, {"events": [paid("p2", "0.50", occurred_at="2018-05-03T11:00:00Z")]}, ident="m2").status == 200
    assert send(room, {"events": [paid("p3", "9" * 14)]}, ident="m3").status == 200  # above the ledger's most: kept, not booked
    assert send(room, b"[]", ident="m4").status == 400
    sound(room)
    status, said, failed = tampered(room, sql)
    assert status == 1 and why in said + failed


def test_old_messages_lose_their_bytes_and_nothing_else(room):
    for n in range(3):
        assert send(room, {"events": [paid(f"p{n}")]}, ident=f"m{n}").status == 200
    room.stop()
    with sqlite3.connect(f"{room.data}/diurnal.db") as db:
        db.execute("drop trigger payment_message_fixed")
        db.execute("update payment_message set received_at = received_at - ? where delivery = 'm0'", (401 * 86400 * 10 ** 6,))
        db.execute("update job set run_at = 0 where kind = 'payment-evidence'")
    room.start()
    end = time.monotonic() + 20
    while rows(room, "select count(*) from payment_message where body is null") == [(0,)] and time.monotonic() < end:
        time.sleep(0.02)  # the job is in another process' hands
    assert rows(room, "select delivery, body is null, length(hash) from payment_message order by id") == [("m0", 1, 32), ("m1", 0, 32), ("m2", 0, 32)]
    assert income(room) == {"USD": 7500}
    sound(room)
