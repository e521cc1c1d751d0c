"""Asking Stripe for what no message told of. Without these a gift whose message was lost would never count, or count twice
when it was told and asked for. The fake list of events is written from docs.stripe.com/api/events/list."""

import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import conftest
from test_hooks import STRIPE, income, rows, sound, stripe
from test_serve import until

SOON = 30  # the first question comes half a second after the start


class Stripe(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.events = []  # newest first
        self.asked = []
        self.status = 200
        self.raw = None  # what is answered instead
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        fake = self.server
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        fake.asked.append(query)
        status, body = fake.status, {"error": {"type": "api_error"}}
        if self.headers["Authorization"] != "Bearer rk_live_river":
            status = 401
        elif path == "/v1/events" and status == 200:
            limit, ids = int(query["limit"]), [e["id"] for e in fake.events]
            if "ending_before" not in query:
                page, more = fake.events[:limit], len(fake.events) > limit
                body = {"object": "list", "data": page, "has_more": more}
            elif query["ending_before"] not in ids:
                status = 400
            else:
                newer = fake.events[:ids.index(query["ending_before"])]
                body = {"object": "list", "data": newer[-limit:], "has_more": len(newer) > limit}
        text = json.dumps(body).encode() if fake.raw is None else fake.raw
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def charge(n, amount=1000, **more):
    return {"id": f"evt_{n}", "object": "event", "type": "charge.succeeded", "livemode": True, "created": int(time.time()),
            "data": {"object": {"id": f"ch_{n}", "object": "charge", "amount": amount, "currency": "usd", "created": int(time.time()),
                                "billing_details": {}}}, **more}


@pytest.fixture
def fake():
    server = Stripe()
    yield server
    server.shutdown()
    server.server_close()


def config(fake, key="rk_live_river"):
    return conftest.CONFIG + (f"[channel.stripe]\nurl = https://donate.stripe.com/millbrook\nsecret = {STRIPE}\n"
                              f"api_key = {key}\napi = {fake.url}\n")


def test_what_was_given_before_since_is_not_counted(make_site, fake):
    """The first list has the last hundred events: gifts of days that the treasurer may have typed in."""
    early, late = charge(1), charge(2, 700)
    early["data"]["object"]["created"] -= 3 * 86400
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    fake.events = [late, early]
    site = make_site(config(fake) + f"since = {day}\n")
    until(lambda: income(site) == {"USD": 700}, SOON)
    assert stripe(site, {**early, "id": "evt_again"}).status == 200  # nor when a message tells it
    assert income(site) == {"USD": 700}
    assert rows(site, "select why from channel_health where channel = 'stripe'") == [("a charge of a day before `since`",)]
    sound(site)


@pytest.mark.parametrize("day", ["yesterday", "2018-02-30", "2018-5-1"])
def test_since_is_a_day(tmp_path, fake, day):
    (tmp_path / "diurnal.ini").write_text(config(fake) + f"since = {day}\n")
    status, _, why = conftest.run("serve", "--listen", "127.0.0.1:0", data=tmp_path, check=False)
    assert status == 1 and "since is a day" in why


def cursor(site):
    return rows(site, "select poll_cursor from channel_health where channel = 'stripe'")


def test_what_no_message_told_of_is_counted_and_what_one_did_only_once(make_site, fake):
    fake.events = [charge(2), {"id": "evt_strange", "object": "event"}, charge(1), charge(0, livemode=False)]
    site = make_site(config(fake))
    assert stripe(site, charge(1)).status == 200
    until(lambda: cursor(site) == [("evt_2",)], SOON)
    assert income(site) == {"USD": 2000}
    assert rows(site, "select ignored, why from channel_health") == [(1, "an event of the API's list was not understood")]
    # What came while nobody was there, more than two pages of it.
    site.stop()
    fake.events = [charge(n) for n in range(250, 2, -1)] + fake.events
    site.start()
    until(lambda: cursor(site) == [("evt_250",)], SOON)
    assert income(site) == {"USD": 250 * 1000}
    assert [q.get("ending_before") for q in fake.asked] == [None, "evt_2", "evt_102", "evt_202"]
    # The newest that we know has gone, as they do after 30 days.
    site.stop()
    fake.events = [charge(n) for n in range(300, 260, -1)]
    site.start()
    until(lambda: cursor(site) == [("evt_300",)], SOON)
    assert income(site) == {"USD": (250 + 40) * 1000}
    sound(site)


def test_an_api_that_refuses_us_or_is_down_is_said_and_nothing_counted(make_site, fake):
    fake.events = [charge(1)]
    site = make_site(config(fake, key="rk_live_wrong"))
    until(lambda: rows(site, "select polls_failed, why from channel_health") == [(1, "the provider's API does not take our credentials")], SOON)
    assert income(site) == {} and "rk_live_wrong" not in site.log_text()


@pytest.mark.parametrize("status,raw", [
    (500, b"{}"), (403, b"{}"), (302, b"{}"), (400, b"{}"), (200, b"no JSON"), (200, b"{}"), (200, b'{"data":{},"has_more":false}'),
    (200, b'{"data":[]}'), (200, b'{"data":[],"has_more":1}'), (200, b'{"data":[{}],"has_more":false}'),
    (200, b'{"data":[' + b",".join([b"{}"] * 101) + b'],"has_more":false}')])
def test_an_answer_that_is_no_list_counts_for_nothing(make_site, fake, status, raw):
    fake.status, fake.raw = status, raw
    site = make_site(config(fake))
    until(lambda: rows(site, "select polls_failed from channel_health") == [(1,)], SOON)
    assert fake.asked and income(site) == {}
    sound(site)


def test_without_a_key_nobody_is_asked(make_site, fake):
    site = make_site(config(fake).replace("api_key = rk_live_river\n", ""))
    assert rows(site, "select count(*) from job where kind = 'provider-poll'") == [(0,)]
    assert stripe(site, charge(1)).status == 200 and income(site) == {"USD": 1000}
