"""PayPal's messages, and a PayPal that is asked about them. Without these anybody could raise the meter by a message with
the right checksum, or a gift told by webhook and by IPN would count twice.

The fake is written from developer.paypal.com: webhooks (headers, what is signed), OAuth 2.0, Payments v2, IPN's postback.
It proves that we follow our own reading of them; PayPal itself was not asked."""

import base64
import json
import os
import sqlite3
import subprocess
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import conftest
from test_hooks import income, rows, sound
from test_serve import until

MERCHANT = "MERCHANT1234X"
HOOK = "8PT597110X687430LKGECATA"
REPORT = "/v1/reporting/transactions?"
CAPTURES, TOKEN, CERTIFICATES, POSTBACK = "/v2/payments/captures/", "/v1/oauth2/token", "/v1/notifications/certs/", "/cgi-bin/webscr"


class PayPal(ThreadingHTTPServer):
    """Captures, refunds, and the IPN messages it says it sent."""
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects = {}
        self.sent = set()
        self.transactions = []
        self.asked = []
        self.down = False
        self.answers = {}  # what is answered instead: path's beginning to (status, body)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.folder = folder
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def report(self, asked):
        """The transactions between two times, a page of them, oldest first."""
        found = [t for t in self.transactions if asked["start_date"] <= t["transaction_initiation_date"][:19] + "Z" <= asked["end_date"]]
        at, size = int(asked["page"]), int(asked["page_size"])
        return {"transaction_details": [{"transaction_info": t} for t in found[(at - 1) * size:at * size]], "account_number": MERCHANT,
                "page": at, "total_items": len(found), "total_pages": -(-len(found) // size)}

    def sign(self, text, signer="signer"):
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{signer}.key"], input=text.encode(), capture_output=True,
                              cwd=self.folder, check=True)
        return base64.b64encode(done.stdout).decode()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def instead(self):
        for path, (status, body) in self.server.answers.items():
            if self.path.startswith(path):
                self.answer(status, body)
                return True
        return False

    def do_GET(self):
        paypal = self.server
        paypal.asked.append(self.path)
        if self.instead():
            return None
        if paypal.down:
            return self.answer(503, {})
        if self.path.startswith("/v1/notifications/certs/"):
            pem = paypal.folder / f"{self.path.rpartition('/')[2]}.pem"
            return self.answer(200, pem.read_bytes(), "text/plain") if pem.exists() else self.answer(404, {})
        if self.headers["Authorization"] != "Bearer token-1":
            return self.answer(401, {"name": "AUTHENTICATION_FAILURE"})
        if self.path.startswith(REPORT):
            return self.answer(200, paypal.report(dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))))
        found = paypal.objects.get(self.path)
        return self.answer(200, found) if found else self.answer(404, {"name": "RESOURCE_NOT_FOUND"})

    def do_POST(self):
        paypal = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        paypal.asked.append(self.path)
        if self.instead():
            return None
        if paypal.down:
            return self.answer(503, {})
        if self.path == "/v1/oauth2/token":
            wanted = "Basic " + base64.b64encode(b"client-1:secret-1").decode()
            good = self.headers["Authorization"] == wanted and body == b"grant_type=client_credentials"
            return self.answer(200 if good else 401, {"access_token": "token-1", "token_type": "Bearer", "expires_in": 100})
        if self.path == "/cgi-bin/webscr":
            known = body.startswith(b"cmd=_notify-validate&") and body[21:] in paypal.sent
            return self.answer(200, b"VERIFIED" if known else b"INVALID", "text/html")
        return self.answer(404, {})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=folder)
    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "30",
                "-subj", f"/CN={name}")
    for name, host, ca in (("signer", "messageverificationcerts.paypal.com", "ca"), ("stranger", "paypal.com.example.org", "ca"),
                           ("untrusted", "messageverificationcerts.paypal.com", "other")):
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-out",
                f"{name}.pem", "-days", "30", "-extfile", f"{name}.ext")
    return folder


@pytest.fixture
def paypal(folder):
    server = PayPal(folder)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(make_site, paypal, folder):
    return make_site(conftest.CONFIG + f"""
[channel.paypal]
url = https://paypal.me/millbrook
merchant_id = {MERCHANT}
client_id = client-1
client_secret = secret-1
webhook_id = {HOOK}
api = {paypal.url}
ca_file = {folder}/ca.pem
""")


def stamp(seconds=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def capture(paypal, ident, value="25.00", currency="USD", fee="1.25", status="COMPLETED", merchant=MERCHANT):
    paypal.objects[f"/v2/payments/captures/{ident}"] = {
        "id": ident, "status": status, "amount": {"currency_code": currency, "value": value}, "create_time": "2018-05-03T10:00:00Z",
        "update_time": "2018-05-03T10:00:00Z", "payee": {"merchant_id": merchant},
        "seller_receivable_breakdown": {"gross_amount": {"currency_code": currency, "value": value},
                                        "paypal_fee": {"currency_code": currency, "value": fee}}}
    return {"event_type": "PAYMENT.CAPTURE.COMPLETED",
            "resource": {"id": ident, "amount": {"currency_code": currency, "value": value}}}


def refund(paypal, ident, of, value="10.00", currency="USD"):
    paypal.objects[f"/v2/payments/refunds/{ident}"] = {
        "id": ident, "status": "COMPLETED", "amount": {"currency_code": currency, "value": value}, "create_time": "2018-05-04T10:00:00Z",
        "update_time": "2018-05-04T10:00:00Z",
        "links": [{"rel": "up", "method": "GET", "href": f"https://api-m.paypal.com/v2/payments/captures/{of}"}]}
    return {"event_type": "PAYMENT.CAPTURE.REFUNDED",
            "resource": {"id": ident, "amount": {"currency_code": currency, "value": value}}}


def send(site, paypal, event, ident="t-1", at=0, signer="signer", cert=None, signed=None, **headers):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    sent = stamp(at)
    text = f"{ident}|{sent}|{HOOK}|{zlib.crc32(body if signed is None else signed)}"
    return site.client().request("POST", "/hooks/paypal", body, {
        "Content-Type": "application/json", "PayPal-Transmission-Id": ident, "PayPal-Transmission-Time": sent,
        "PayPal-Transmission-Sig": paypal.sign(text, signer), "PayPal-Cert-Url": cert or f"{paypal.url}/v1/notifications/certs/{signer}",
        "PayPal-Auth-Algo": "SHA256withRSA", **headers})


def ipn(site, paypal, known=True, **fields):
    form = {"receiver_id": MERCHANT, "txn_id": "CAP1", "payment_status": "Completed", "mc_gross": "25.00", "mc_fee": "1.25",
            "mc_currency": "USD", "payment_date": "03:00:00 May 03, 2018 PDT", "charset": "UTF-8", "first_name": "Tove",
            "last_name": "Reed", "payer_email": "tove@example.org", "txn_type": "web_accept", **fields}
    body = urllib.parse.urlencode(form).encode()
    if known:
        paypal.sent.add(body)
    return site.client().request("POST", "/hooks/paypal", body, {"Content-Type": "application/x-www-form-urlencoded"})


def jobs(site):
    return rows(site, "select count(*) from job where kind = 'provider-confirm' and failed_at is null")[0][0]


def settle(site):
    until(lambda: jobs(site) == 0)


def health(site):
    return dict(zip(("forged", "malformed", "ignored", "polls_failed", "why"),
                    rows(site, "select forged, malformed, ignored, polls_failed, why from channel_health where channel = 'paypal'")[0]))


def test_a_capture_counts_when_paypal_says_so_and_its_refund_too(site, paypal):
    assert send(site, paypal, capture(paypal, "CAP1")).status == 200
    settle(site)
    assert income(site) == {"USD": 2500}
    assert rows(site, "select sum(minor) from ledger_entry where account = 'fees'") == [(125,)]
    assert send(site, paypal, refund(paypal, "REF1", "CAP1"), ident="t-2").status == 200
    settle(site)
    assert income(site) == {"USD": 1500}
    sound(site)


def test_a_refund_that_comes_first_waits_for_its_capture(site, paypal):
    event = capture(paypal, "CAP1")
    send(site, paypal, refund(paypal, "REF1", "CAP1"), ident="t-2")
    settle(site)
    assert income(site) == {}
    send(site, paypal, event)
    settle(site)
    assert income(site) == {"USD": 1500}
    sound(site)


def test_the_same_gift_told_twice_and_by_both_ways_counts_once(site, paypal):
    event = capture(paypal, "CAP1")
    for ident in ("t-1", "t-1", "t-2"):
        assert send(site, paypal, event, ident=ident).status == 200
    assert ipn(site, paypal).status == 200
    settle(site)
    assert income(site) == {"USD": 2500}
    assert rows(site, "select count(*) from payment_event where kind = 'payment'") == [(1,)]
    assert rows(site, "select g.email from contribution c join giver g on g.id = c.giver") == [("tove@example.org",)]
    sound(site)


def test_a_body_with_the_same_checksum_counts_for_nothing_but_what_paypal_says(site, paypal):
    true = json.dumps(capture(paypal, "CAP1")).encode()
    made_up = capture(paypal, "CAP1")
    made_up["resource"]["amount"]["value"] = "9999.00"
    assert send(site, paypal, json.dumps(made_up).encode(), signed=json.dumps(made_up).encode()).status == 200
    settle(site)
    assert income(site) == {}, "the amount is not the one PayPal knows"
    assert health(site)["malformed"] == 1
    assert send(site, paypal, true, ident="t-2").status == 200
    settle(site)
    assert income(site) == {"USD": 2500}


@pytest.mark.parametrize("wrong", [{"signer": "untrusted"}, {"signer": "stranger"}, {"signed": b"something else"}])
def test_a_signature_that_does_not_hold_is_forgotten_and_noted(site, paypal, wrong):
    assert send(site, paypal, capture(paypal, "CAP1"), **wrong).status == 200  # it cannot be told yet
    settle(site)
    assert income(site) == {} and health(site)["forged"] == 1
    assert rows(site, "select count(*) from payment_message where body is not null") == [(0,)]
    assert not any("captures" in path for path in paypal.asked), "PayPal is not asked for what nobody signed"
    sound(site)


@pytest.mark.parametrize("wrong", [
    {"at": 600}, {"at": -5 * 86400}, {"cert": "https://paypal.com.example.org/v1/notifications/certs/signer"},
    {"cert": "http://127.0.0.1:1/v1/notifications/certs/signer"}, {"PayPal-Auth-Algo": "SHA1withRSA"}, {"PayPal-Transmission-Sig": "!"},
    {"PayPal-Transmission-Time": "yesterday"}])
def test_headers_that_cannot_be_paypals_are_refused_at_once(site, paypal, wrong):
    assert send(site, paypal, capture(paypal, "CAP1"), **wrong).status == 401
    assert rows(site, "select count(*) from payment_message") == [(0,)] and not paypal.asked


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"event_type":"PAYMENT.CAPTURE.COMPLETED"}',
                                  b'{"event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"../x"}}', b"{" + b" " * 70000 + b"}"])
def test_bodies_that_are_no_events_are_refused(site, paypal, body):
    assert send(site, paypal, body).status in (400, 401)
    assert rows(site, "select count(*) from payment_message") == [(0,)]


def test_a_payment_to_another_account_and_one_that_is_not_there_count_for_nothing(site, paypal):
    send(site, paypal, capture(paypal, "CAP1", merchant="SOMEBODYELSE1"))
    settle(site)
    assert income(site) == {} and health(site)["ignored"] == 1
    send(site, paypal, {"event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "NOTHERE"}}, ident="t-2", at=-7200)
    settle(site)
    assert income(site) == {} and health(site)["malformed"] == 1
    assert send(site, paypal, {"event_type": "CUSTOMER.DISPUTE.CREATED", "resource": {}}, ident="t-3").status == 200
    settle(site)
    assert income(site) == {} and health(site)["ignored"] == 2
    sound(site)


def test_a_capture_that_the_api_does_not_know_yet_waits(site, paypal):
    assert send(site, paypal, {"event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "NOTYET"}}).status == 200
    until(lambda: rows(site, "select polls_failed, malformed from channel_health") == [(1, 0)])
    assert income(site) == {} and jobs(site) == 1


def test_payouts_of_what_another_channel_counts_are_left_out(make_site, paypal):
    """Patreon may pay out to PayPal what its own channel counted, charge by charge."""
    site = make_site(conftest.CONFIG + f"[channel.paypal]\nurl = https://paypal.me/m\nmerchant_id = {MERCHANT}\napi = {paypal.url}\n"
                     "leave_out = payouts@patreon.example other@example.org\n")
    assert ipn(site, paypal, payer_email="Payouts@Patreon.example", mc_gross="812.40").status == 200
    settle(site)
    assert income(site) == {} and health(site)["ignored"] == 1 and health(site)["why"] == "a payment of somebody who gives nothing"
    assert ipn(site, paypal, txn_id="CAP2").status == 200
    settle(site)
    assert income(site) == {"USD": 2500}
    assert ipn(site, paypal, txn_id="REF1", parent_txn_id="CAP2", payment_status="Refunded", mc_gross="-10.00", payer_email="other@example.org").status == 200
    settle(site)
    assert income(site) == {"USD": 1500}, "what is taken back is so, whoever has it"
    sound(site)


def heard(site):
    return [at for (at,) in rows(site, "select heard_at from channel_health where channel = 'paypal'")]


def test_made_up_messages_that_would_move_nothing_are_not_kept_and_tell_the_treasurer_nothing(site, paypal):
    """An IPN that is nobody's is as good as a forged gift when it has the treasurer enter money by hand."""
    made_up = ({"payment_status": "Canceled_Reversal", "parent_txn_id": "CAP1"}, {"payment_status": "Created"}, {"txn_type": "subscr_signup", "payment_status": ""})
    for n, fields in enumerate(made_up):
        assert ipn(site, paypal, known=False, txn_id=f"MADEUP{n}", **fields).status == 200
    assert send(site, paypal, {"event_type": "CUSTOMER.DISPUTE.CREATED", "resource": {}}, ident="t-9", signed=b"something else").status == 200
    settle(site)
    assert health(site) == {"forged": 4, "malformed": 0, "ignored": 0, "polls_failed": 0, "why": ""}
    assert rows(site, "select count(*) from payment_message where body is not null") == [(0,)]
    assert heard(site) == [0], "who is not PayPal does not make a quiet channel heard"
    sound(site)


def test_a_reversal_taken_back_is_told_to_the_treasurer_once_paypal_says_so(site, paypal):
    assert ipn(site, paypal, txn_id="BACK1", parent_txn_id="CAP1", payment_status="Canceled_Reversal").status == 200
    settle(site)
    assert health(site)["ignored"] == 1 and "enter it by hand" in health(site)["why"]
    assert heard(site)[0] > 0 and income(site) == {}
    sound(site)


def test_what_is_not_proved_yet_does_not_end_an_alarm(site, paypal):
    paypal.down = True
    assert ipn(site, paypal).status == 200
    until(lambda: rows(site, "select polls_failed from channel_health where polls_failed > 0") == [(1,)])
    assert ipn(site, paypal, txn_id="MADEUP", known=False).status == 200
    until(lambda: rows(site, "select polls_failed from channel_health") == [(2,)])
    assert heard(site) == [0]


def test_while_paypal_is_down_a_message_waits_and_is_noted(site, paypal):
    paypal.down = True
    assert send(site, paypal, capture(paypal, "CAP1")).status == 200
    until(lambda: rows(site, "select count(*) from channel_health where polls_failed > 0") == [(1,)])
    assert income(site) == {} and jobs(site) == 1


def transaction(ident, value="25.00", code="T0006", status="S", fee="-1.25", at=-3600, **more):
    return {"transaction_id": ident, "transaction_event_code": code, "transaction_status": status,
            "transaction_initiation_date": stamp(at).replace("Z", "+0000"), "transaction_amount": {"currency_code": "USD", "value": value},
            "fee_amount": {"currency_code": "USD", "value": fee}, **more}


def cursor(site):
    return rows(site, "select poll_cursor from channel_health where channel = 'paypal'")


def polling(site, since=None):
    site.stop()
    with open(os.path.join(site.data, "diurnal.ini"), encoding="utf-8") as f:
        config = f.read()
    site.configure(config.replace("webhook_id", f"since = {since or stamp(-3 * 86400)[:10]}\nwebhook_id"))
    site.start()


def test_what_no_message_told_of_is_found_in_the_list_and_what_one_did_counts_once(site, paypal):
    assert send(site, paypal, capture(paypal, "CAP1")).status == 200
    settle(site)
    paypal.transactions = [
        transaction("CAP1"), transaction("CAP2", "10.00", fee="0.00"), transaction("SUB1", "5.00", code="T0002"),
        transaction("REF1", "-10.00", code="T1107", fee="0.35", paypal_reference_id="CAP1", paypal_reference_id_type="TXN"),
        transaction("LATER", "7.00", status="P"), transaction("DENIED", "7.00", status="D"), transaction("GONE", "6.00", status="V"),
        transaction("PAID", "-99.00"), transaction("OUT", "-50.00", code="T0400"), transaction("IN", "50.00", code="T0300"),
        transaction("BACK", "-25.00", code="T1106"),
        transaction("PATREON", "400.00", code="T0001"), transaction("OLD", "88.00", at=-5 * 86400)]
    polling(site)
    until(lambda: cursor(site) != [("",)])
    assert income(site) == {"USD": 2500 + 1000 + 500 + 600 - 1000}
    assert rows(site, "select object, kind from payment_event order by object, kind") == [
        ("CAP1", "payment"), ("CAP2", "payment"), ("GONE", "payment"), ("REF1", "refund"), ("SUB1", "payment")]
    assert rows(site, "select sum(minor) from ledger_entry where account = 'fees'") == [(125 + 125 + 125,)]
    sound(site)
    # A message that comes after all tells nothing new.
    assert send(site, paypal, capture(paypal, "CAP2", "10.00"), ident="t-2").status == 200
    settle(site)
    assert income(site) == {"USD": 3600} and health(site)["polls_failed"] == 0
    # The day before the end of what was read is read again: lists grow late.
    paypal.asked.clear()
    paypal.transactions.append(transaction("CAP3", "1.00", at=-20 * 3600))
    site.stop()
    site.start()
    until(lambda: rows(site, "select 1 from payment_event where object = 'CAP3'"))
    assert income(site) == {"USD": 3700}
    sound(site)


@pytest.mark.parametrize("many", [99, 100, 101, 500])
def test_every_page_of_the_list_is_read(site, paypal, many):
    paypal.transactions = [transaction(f"CAP{n}", "1.00", fee="0.00", at=-7200 + n) for n in range(many)]
    polling(site)
    until(lambda: cursor(site) != [("",)])
    assert income(site) == {"USD": 100 * many}
    assert len([p for p in paypal.asked if p.startswith(REPORT)]) == -(-many // 100)


def test_months_are_read_a_month_at_a_time(site, paypal):
    paypal.transactions = [transaction(f"CAP{n}", "1.00", fee="0.00", at=-n * 86400) for n in range(99, 0, -1)]
    polling(site, since=stamp(-100 * 86400)[:10])
    until(lambda: income(site) == {"USD": 100 * 99})
    spans = [dict(urllib.parse.parse_qsl(p.partition("?")[2])) for p in paypal.asked if p.startswith(REPORT)]
    assert len({s["start_date"] for s in spans}) == 4
    sound(site)


def test_a_day_that_is_not_yet_is_said(site, paypal):
    polling(site, since="9999-01-01")
    until(lambda: rows(site, "select polls_failed from channel_health where polls_failed > 0") == [(1,)])
    assert not paypal.asked


def test_a_list_of_too_many_pages_is_read_by_halves(site, paypal):
    paypal.transactions = [transaction(f"CAP{n}", "1.00", fee="0.00", at=-86400 + n) for n in range(601)]
    paypal.transactions += [transaction(f"NEW{n}", "1.00", fee="0.00", at=-7200 + n) for n in range(10)]
    polling(site)
    until(lambda: income(site) == {"USD": 100 * 611})
    assert rows(site, "select count(*) from payment_event") == [(611,)]
    sound(site)


@pytest.mark.parametrize("path,status,body,why", [
    (REPORT, 403, {"name": "NOT_AUTHORIZED"}, "does not take our credentials"), (TOKEN, 401, {}, "does not take our credentials"),
    (TOKEN, 500, {}, "did not answer"), (REPORT, 500, {}, "did not answer"), (REPORT, 200, b"no JSON", "did not answer"),
    (REPORT, 200, {}, "did not answer"), (REPORT, 200, {"transaction_details": []}, "did not answer"),
    (REPORT, 200, {"transaction_details": {}, "total_pages": 1}, "did not answer"),
    (REPORT, 200, {"transaction_details": [{}] * 101, "total_pages": 2}, "did not answer"),
    (REPORT, 200, {"transaction_details": [], "total_pages": -1}, "did not answer")])
def test_a_list_that_cannot_be_read_is_said_and_messages_count_all_the_same(site, paypal, path, status, body, why):
    paypal.answers[path] = (status, body)
    polling(site)
    until(lambda: rows(site, "select polls_failed from channel_health where polls_failed > 0") == [(1,)])
    assert why in health(site)["why"] and income(site) == {}
    paypal.answers.clear()
    assert send(site, paypal, capture(paypal, "CAP1")).status == 200
    settle(site)
    assert income(site) == {"USD": 2500}


@pytest.mark.parametrize("change", [
    {"transaction_id": "../x"}, {"transaction_id": None}, {"transaction_initiation_date": "yesterday"}, {"transaction_initiation_date": None},
    {"transaction_amount": {"currency_code": "USD", "value": "1e3"}}, {"transaction_amount": {"value": "1.00"}}, {"transaction_amount": None},
    {"transaction_amount": {"currency_code": "USD", "value": "0.00"}}, {"transaction_event_code": None},
    {"transaction_event_code": "T1107", "transaction_amount": {"currency_code": "USD", "value": "-1.00"}}])
def test_a_transaction_without_sense_is_passed_over_and_said(site, paypal, change):
    bad = transaction("BAD", "9.00")
    bad |= change
    paypal.transactions = [transaction("CAP1"), bad]
    paypal.report = lambda asked: {"transaction_details": [{"transaction_info": t} for t in paypal.transactions], "total_pages": 1}
    polling(site)
    until(lambda: cursor(site) != [("",)])
    assert income(site) == {"USD": 2500}
    assert health(site)["ignored"] == 1 and "was not understood" in health(site)["why"]
    sound(site)




@pytest.mark.parametrize("path,status,body", [
    *((CAPTURES, status, {}) for status in (400, 401, 403, 408, 429, 500)),
    (CAPTURES, 200, b"no JSON"), (CAPTURES, 200, {"id": "OTHER"}), (CAPTURES, 200, {}),
    *((TOKEN, status, {}) for status in (401, 429, 500)),
    (TOKEN, 200, b"no JSON"), (TOKEN, 200, {}), (TOKEN, 200, {"access_token": ""}), (TOKEN, 200, {"access_token": "a b"}),
    (TOKEN, 200, {"access_token": "x" * 4001}),
    *((CERTIFICATES, status, b"") for status in (404, 410, 429, 500)), (CERTIFICATES, 200, b"no certificate")])
def test_answers_of_paypal_that_prove_nothing_count_for_nothing(site, paypal, path, status, body):
    paypal.answers[path] = (status, body)
    assert send(site, paypal, capture(paypal, "CAP1")).status == 200
    until(lambda: rows(site, "select 1 from channel_health where forged + malformed + ignored + polls_failed > 0"))
    assert path in " ".join(paypal.asked) and income(site) == {}
    sound(site)


@pytest.mark.parametrize("status,body", [(200, b"INVALID"), (200, b""), (200, b"VERIFIED?"), (404, b"VERIFIED"), (429, b""), (500, b"VERIFIED")])
def test_a_postback_that_is_not_verified_counts_for_nothing(site, paypal, status, body):
    paypal.answers[POSTBACK] = (status, body)
    assert ipn(site, paypal).status == 200
    until(lambda: rows(site, "select 1 from channel_health where forged + malformed + polls_failed > 0"))
    assert POSTBACK in paypal.asked and income(site) == {}
    sound(site)


def test_a_sale_of_an_older_subscription_counts_and_its_refund_too(site, paypal):
    paypal.objects["/v1/payments/sale/SALE1"] = {
        "id": "SALE1", "state": "completed", "amount": {"currency": "USD", "total": "10.00"}, "create_time": "2018-05-03T10:00:00Z",
        "transaction_fee": {"currency": "USD", "value": "0.50"}}
    paypal.objects["/v1/payments/refund/BACK1"] = {
        "id": "BACK1", "state": "completed", "sale_id": "SALE1", "amount": {"currency": "USD", "total": "4.00"},
        "create_time": "2018-05-04T10:00:00Z"}
    amount = lambda total: {"currency": "USD", "total": total}
    assert send(site, paypal, {"event_type": "PAYMENT.SALE.COMPLETED", "resource": {"id": "SALE1", "amount": amount("10.00")}}).status == 200
    settle(site)
    assert income(site) == {"USD": 1000}
    assert rows(site, "select sum(minor) from ledger_entry where account = 'fees'") == [(50,)]
    event = {"event_type": "PAYMENT.SALE.REFUNDED", "resource": {"id": "BACK1", "sale_id": "SALE1", "amount": amount("4.00")}}
    assert send(site, paypal, event, ident="t-2").status == 200
    settle(site)
    assert income(site) == {"USD": 600}
    sound(site)


def test_an_ipn_counts_when_paypal_sent_these_very_bytes(site, paypal):
    assert ipn(site, paypal).status == 200
    settle(site)
    assert income(site) == {"USD": 2500}
    assert ipn(site, paypal, txn_id="REF1", parent_txn_id="CAP1", payment_status="Refunded", mc_gross="-10.00").status == 200
    settle(site)
    assert income(site) == {"USD": 1500}
    assert ipn(site, paypal, txn_id="CAP2", known=False).status == 200
    settle(site)
    assert income(site) == {"USD": 1500} and health(site)["forged"] == 1
    sound(site)


@pytest.mark.parametrize("fields", [{"receiver_id": "SOMEBODYELSE1"}, {"test_ipn": "1"}, {"mc_gross": "1e3"}, {"txn_id": "../x"},
                                    {"payment_date": "tomorrow"}, {"mc_currency": "XXL"}, {"mc_gross": "-5.00"}])
def test_an_ipn_of_another_account_or_without_sense_is_refused(site, paypal, fields):
    assert ipn(site, paypal, **fields).status == 401
    assert income(site) == {} and not paypal.asked


def test_one_client_makes_us_ask_so_often_and_no_more(make_site, paypal):
    limits = "[limits]\nhooks_rate = 1\nhooks_burst = 5\n"
    site = make_site(conftest.CONFIG_STRICT + limits + f"[channel.paypal]\nurl = https://paypal.me/m\nmerchant_id = {MERCHANT}\napi = {paypal.url}\n")
    statuses = [ipn(site, paypal, txn_id=f"CAP{n}", known=False).status for n in range(7)]
    assert statuses == [200] * 5 + [429] * 2


def test_gifts_of_an_appeal_come_from_one_address_of_paypal_and_are_all_taken(make_site, paypal):
    """What is refused too often PayPal stops to send, and switches its notifications off."""
    site = make_site(conftest.CONFIG_STRICT + f"[channel.paypal]\nurl = https://paypal.me/m\nmerchant_id = {MERCHANT}\napi = {paypal.url}\n")
    assert [ipn(site, paypal, txn_id=f"CAP{n}").status for n in range(30)] == [200] * 30
    until(lambda: income(site) == {"USD": 30 * 2500}, 60)


def test_made_up_messages_are_asked_about_within_bounds_and_what_came_before_counts(site, paypal):
    paypal.down = True
    assert ipn(site, paypal).status == 200
    statuses = [ipn(site, paypal, txn_id=f"MADEUP{n}", known=False).status for n in range(60)]
    assert statuses.count(503) >= 8 and statuses.count(200) >= 49 and set(statuses) == {200, 503}
    refused = ipn(site, paypal, txn_id="MADEUP99", known=False)
    assert refused.status == 503 and refused.headers["retry-after"] == "60"
    assert rows(site, "select count(*) from payment_message")[0][0] == 1 + statuses.count(200)
    paypal.down = False
    site.stop()
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        db.execute("update job set run_at = 0 where kind = 'provider-confirm'")
    db.close()
    site.start()
    until(lambda: income(site) == {"USD": 2500}, 60)
    until(lambda: health(site)["forged"] == statuses.count(200), 60)
    assert ipn(site, paypal, txn_id="LATER", known=False).status == 200


def test_secrets_and_names_stand_in_no_log(site, paypal):
    ipn(site, paypal)
    settle(site)
    site.stop()
    text = site.log_text()
    for secret in ("secret-1", "tove@example.org", "Reed"):
        assert secret not in text


def test_what_paypal_takes_back_is_booked_once_however_it_is_told(site, paypal):
    send(site, paypal, capture(paypal, "CAP1"))
    settle(site)
    event = refund(paypal, "REV1", "CAP1", value="25.00")
    send(site, paypal, {**event, "event_type": "PAYMENT.CAPTURE.REVERSED"}, ident="t-2")
    send(site, paypal, event, ident="t-3")
    ipn(site, paypal, txn_id="REV1", parent_txn_id="CAP1", payment_status="Reversed", mc_gross="-25.00")
    settle(site)
    assert income(site) == {}
    assert rows(site, "select count(*) from payment_event where object = 'REV1'") == [(1,)]
    ipn(site, paypal, txn_id="WON1", parent_txn_id="REV1", payment_status="Canceled_Reversal", mc_gross="25.00")
    settle(site)
    assert income(site) == {} and "enter it by hand" in health(site)["why"]
    sound(site)


@pytest.mark.parametrize("event", ["DENIED", "DECLINED"])
def test_a_capture_that_was_pending_and_does_not_come_fails(site, paypal, event):
    told = capture(paypal, "CAP1", status="PENDING")
    send(site, paypal, {**told, "event_type": "PAYMENT.CAPTURE.PENDING"})
    settle(site)
    assert rows(site, "select sum(minor) from ledger_entry where account = 'receivable'") == [(2500,)]
    told = capture(paypal, "CAP1", status="DECLINED")
    send(site, paypal, {**told, "event_type": f"PAYMENT.CAPTURE.{event}"}, ident="t-2")
    settle(site)
    assert rows(site, "select sum(minor) from ledger_entry where account = 'receivable'") == [(0,)] and income(site) == {}
    sound(site)


def test_a_certificate_that_paypal_does_not_have_is_a_forgery_and_no_outage(site, paypal):
    event = capture(paypal, "CAP1")
    assert send(site, paypal, event, cert=f"{paypal.url}/v1/notifications/certs/made-up").status == 200
    settle(site)
    assert health(site)["forged"] == 1 and health(site)["polls_failed"] == 0 and income(site) == {}


def test_after_the_configuration_changed_what_came_before_is_still_sound(site, paypal):
    ipn(site, paypal)
    settle(site)
    site.stop()
    path = f"{site.data}/diurnal.ini"
    text = open(path).read()
    open(path, "w").write(text.replace(MERCHANT, "ANOTHER12345X"))
    site.command("check")
    site.start()
    assert income(site) == {"USD": 2500}
