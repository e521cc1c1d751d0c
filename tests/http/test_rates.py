"""Rates. Without these a gift in another currency would be worth what one liar says, or nothing at all.

The sources are made here; their answers have the forms of public price services."""

import http.server
import json
import sqlite3
import threading
import time

import conftest
import pytest


class Sources:
    """Prices at /1, /2, /3: bytes as they are, a status, or None for no answer."""

    def __init__(self):
        outer = self
        self.answers = {"/1": b'{"result":{"XXBTZUSD":{"c":["63251.20000","0.1"]}}}', "/2": b'{"data":{"amount":"63240.11"}}', "/3": b'{"bitcoin":{"usd":63260.5}}'}
        self.asked = threading.Semaphore(0)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = outer.answers.get(self.path)
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                if isinstance(answer, bytes):
                    self.wfile.write(answer)
                outer.asked.release()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def config(self, minutes=1440):
        return conftest.CONFIG + f"""
[rates]
allow_private = yes
minutes = {minutes}
[rate.one]
btc_usd = {self.url}/1 result.XXBTZUSD.c.0
[rate.two]
btc_usd = {self.url}/2 data.amount
[rate.three]
btc_usd = {self.url}/3 bitcoin.usd
[rate.fixed]
eur_usd = 1.08
"""


@pytest.fixture
def sources():
    s = Sources()
    yield s
    s.server.shutdown()
    s.server.server_close()


def rates(site, wait=1, health=0):
    """The rates that there are, once there are `wait` of them and `health` noted doubts."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with sqlite3.connect(f"{site.data}/diurnal.db", timeout=30) as db:
            found = db.execute("select asset, currency, price, source from rate order by id").fetchall()
            doubts = db.execute("select coalesce(sum(polls_failed), 0), coalesce(max(why), '') from channel_health where channel = 'rates'").fetchone()
        if len(found) >= wait and doubts[0] >= health:
            return found, doubts[1]
        time.sleep(0.02)  # the rows are in another process' hands
    raise AssertionError((found, doubts))


def test_the_median_of_three_values_a_gift_once_and_for_all(make_site, sources):
    site = make_site(sources.config())
    site.command("goal", "set", "--currency", "USD", "--amount", "50000", "--period", time.strftime("%Y-%m", time.gmtime()))
    found, _ = rates(site, 2)
    assert ("BTC", "USD", "63251.2", "median of 3 of one, two, three") in found and ("EUR", "USD", "1.08", "fixed by the newsroom") in found
    today = time.strftime("%Y-%m-%d", time.gmtime())
    site.command("contribution", "add", "--channel", "bitcoin", "--amount", "0.001", "--currency", "BTC", "--date", today)
    site.command("contribution", "add", "--channel", "bank", "--amount", "100", "--currency", "EUR", "--date", today)
    answer = json.loads(site.client().get("/api/v1/funding").text)
    assert "171.25" in json.dumps(answer), answer  # 63.25 + 108.00
    site.command("check")


BROKEN = [b'{"data":{"amount":"0.0000158"}}', b'{"data":{"amount":"-1"}}', b'{"data":{"amount":0}}', b'{"data":{"amount":"1e999"}}', b'{"data":{"amount":1e400}}', b'{"data":{}}', b"[]", b"",
          b'{"data":{"amount":"63240","amount":"1"}}', b'{"data":' + b"[" * 50 + b"]" * 50 + b"}", 500, 302, b"x" * 300000, b'{"data":{"amount":true}}']


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_one_bad_source_of_three_is_left_out(make_site, sources, broken):
    sources.answers["/2"] = broken
    found, _ = rates(make_site(sources.config()), 2)
    assert ("BTC", "USD", "63255.85", "median of 2 of one, two, three") in found


def test_two_bad_sources_are_no_rate_and_said_so(make_site, sources):
    sources.answers["/2"] = sources.answers["/3"] = 500
    site = make_site(sources.config())
    site.command("goal", "set", "--currency", "USD", "--amount", "50000", "--period", time.strftime("%Y-%m", time.gmtime()))
    found, why = rates(site, 1, health=1)
    assert [f[0] for f in found] == ["EUR"] and why == "BTC/USD: fewer than two sources answered with a price"
    site.command("contribution", "add", "--channel", "bitcoin", "--amount", "0.001", "--currency", "BTC", "--date", time.strftime("%Y-%m-%d", time.gmtime()))
    assert "0.001" in site.client().get("/funding").text
    site.command("check")


def test_sources_that_do_not_agree_are_no_rate(make_site, sources):
    sources.answers["/2"] = b'{"data":{"amount":"70000"}}'
    sources.answers["/3"] = b'{"bitcoin":{"usd":50000}}'
    _, why = rates(make_site(sources.config()), 1, health=1)
    assert why == "BTC/USD: the sources do not agree"


def test_a_jump_within_the_hour_is_not_believed(make_site, sources):
    site = make_site(sources.config())
    rates(site, 2)
    for path in sources.answers:
        sources.answers[path] = sources.answers[path].replace(b"632", b"732")
    site.stop()
    site.start()
    _, why = rates(site, 3, health=1)
    assert why == "BTC/USD: the price moved further within an hour than is believed"


@pytest.mark.parametrize("lines,why", [("btc_usd = https://a.example/ x\n[rate.b]\nbtc_usd = https://b.example/ x", "three sources"), ("btc_usd = https://a.example/", "the path to the price"), ("btc_usd = 0", "the path to the price"),
                                       ("BTC_USD = 1", "btc_usd"), ("usd_btc = 1", "btc_usd"), ("usd_usd = 1", "btc_usd"), ("btcusd = 1", "btc_usd"), ("btc_usd = 1\n[rate.b]\nbtc_usd = 2", "already"),
                                       ("btc_usd = 1\n[rate.b]\nbtc_usd = https://b.example/ x", "not both"), ("btc_usd = ftp://a.example/ x", "the path to the price"),
                                       ("btc_usd = https://a.example/ x\n[rate.b]\nbtc_usd = https://a.example/ x\n[rate.c]\nbtc_usd = https://a.example/ x", "it is one source")])
def test_a_wrong_configuration_refuses_to_start(tmp_path, lines, why):
    (tmp_path / "diurnal.ini").write_text(f"[rate.a]\n{lines}\n")
    status, _, said = conftest.run("serve", "--listen", "127.0.0.1:0", data=tmp_path, check=False)
    assert status == 1 and why in said and "diurnal.ini:" in said
