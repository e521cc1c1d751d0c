"""Patreon. Without these a member's charge could count twice or not at all, and a forged message could make us do anything but ask.
The fake API is written from Patreon's documents (JSON:API, version 2), not recorded from the service."""

import hashlib
import hmac
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import conftest
import pytest
from test_hooks import income, rows
from test_serve import until

SOON = 30  # the first question comes half a second after the start
SECRET = "river-and-harbour"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        fake = self.server
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        fake.asked.append((url.path, query, self.headers["Authorization"]))
        at = int(query.get("page[cursor]", ["p0"])[0][1:])
        pages = fake.pages
        members = pages[at] if at < len(pages) else []
        following = f"p{at + 1}" if at + 1 < len(pages) else None
        if at and fake.cursors == "repeat":
            following = f"p{at}"
        answer = {"data": [m["member"] for m in members], "included": [e for m in members for e in m["events"]],
                  "meta": {"pagination": {"cursors": {"next": following}}}}
        text = fake.raw if fake.raw is not None else json.dumps(answer).encode()
        self.send_response(400 if at and fake.cursors == "refuse" else fake.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def fake():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.asked, server.status, server.raw, server.pages, server.cursors = True, [], 200, None, [[]], ""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def member(ident, *charges):
    """Charges are (id, status, cents, currency, date)."""
    events = [{"type": "pledge-event", "id": c[0], "attributes": dict(zip(("payment_status", "amount_cents", "currency_code", "date"), c[1:]))}
              for c in charges]
    return {"member": {"type": "member", "id": ident, "attributes": {"full_name": "Reed " + ident},
                       "relationships": {"pledge_history": {"data": [{"type": "pledge-event", "id": c[0]} for c in charges]}}},
            "events": events}


def paid(ident, cents=500, at="2018-05-03T10:00:00.000+00:00", status="Paid", currency="USD"):
    return (ident, status, cents, currency, at)


def start(make_site, fake, more="", **how):
    return make_site(conftest.CONFIG + "[channel.patreon]\nurl = https://www.patreon.com/millbrook\ncampaign = 123\ntoken = secret-token\n"
                     f"since = 2018-01-01\nsecret = {SECRET}\napi = http://127.0.0.1:{fake.server_address[1]}\n" + more, **how)


def health(site):
    return rows(site, "select polled_at > 0, polls_failed from channel_health where channel = 'patreon'")


def hint(site, body=b'{"data":{}}', secret=SECRET, **headers):
    mac = hmac.new(secret.encode(), body, hashlib.md5).hexdigest()
    return site.client().request("POST", "/hooks/patreon", body, {"X-Patreon-Event": "members:update", "X-Patreon-Signature": mac, **headers})


def test_members_are_read_page_by_page_and_each_charge_counts_once(make_site, fake):
    fake.pages = [[member("a", paid("pledge_start:1"), paid("subscription:2", 700, "2018-06-03T10:00:00Z"))],
                  [member("b", paid("subscription:3", 1000, "2017-12-31T10:00:00Z"), paid("subscription:4", 1100, currency="EUR")),
                   member("c", paid("subscription:5", status="Declined"))]]
    site = start(make_site, fake)
    until(lambda: len(fake.asked) >= 2 and health(site) == [(1, 0)], SOON)
    until(lambda: rows(site, "select count(*) from contribution") == [(3,)], SOON)
    assert income(site) == {"USD": 1200, "EUR": 1100}
    for path, query, token in fake.asked:
        assert path == "/api/oauth2/v2/campaigns/123/members" and token == "Bearer secret-token"
        assert query["include"] == ["pledge_history"] and "full_name" in query["fields[member]"][0]
        assert "email" not in str(query)
    assert "secret-token" not in site.log_text()
    before = len(fake.asked)
    site.stop()
    site.start()
    until(lambda: len(fake.asked) >= before + 2, SOON)
    until(lambda: health(site) == [(1, 0)], SOON)
    assert income(site) == {"USD": 1200, "EUR": 1100}
    assert "Reed" not in site.client().get("/funding").text


def test_a_refund_and_a_fraud_take_back_what_was_counted(make_site, fake):
    fake.pages = [[member("a", paid("subscription:1")), member("b", paid("subscription:2", 900)), member("c", paid("subscription:3", 100))]]
    site = start(make_site, fake)
    until(lambda: income(site) == {"USD": 1500}, SOON)
    fake.pages = [[member("a", paid("subscription:1", status="Refunded")), member("b", paid("subscription:2", 900, status="Fraud")),
                   member("c", paid("subscription:3", 100, status="Partially Refunded"))]]
    assert hint(site).status == 200
    until(lambda: income(site) == {"USD": 100}, SOON)
    assert hint(site).status == 200  # the same bytes: known
    assert "in part" in str(rows(site, "select * from channel_health where channel = 'patreon'"))
    site.stop()
    conftest.run("check", "--data", site.data)


def test_a_message_is_only_a_hint_and_only_when_it_is_signed(make_site, fake):
    site = start(make_site, fake)
    until(lambda: health(site) == [(1, 0)], SOON)
    before = len(fake.asked)
    body = json.dumps({"data": {"attributes": {"full_name": "Reed", "last_charge_status": "Paid", "lifetime_support_cents": 99900}}}).encode()
    assert hint(site, body, secret="other").status == 401
    assert site.client().request("POST", "/hooks/patreon", body, {}).status == 401
    mac = hmac.new(SECRET.encode(), body, hashlib.md5).hexdigest()
    assert site.client().request("POST", "/hooks/patreon", body + b" ", {"X-Patreon-Signature": mac}).status == 401
    assert len(fake.asked) == before
    assert hint(site, body).status == 200
    until(lambda: len(fake.asked) == before + 1, SOON)
    assert hint(site, body).status == 200
    assert rows(site, "select count(*), min(length(body)) from payment_message") == [(1, 2)]
    assert income(site) == {} and "99900" not in site.client().get("/funding/ledger.csv").text


@pytest.mark.parametrize("status, raw", [(500, None), (429, None), (200, b"<html>"), (200, b'{"data":7}'), (200, b'{"data":[],"data":[]}')])
def test_no_answer_or_none_that_can_be_read_is_said_and_tried_again(make_site, fake, status, raw):
    fake.status, fake.raw = status, raw
    site = start(make_site, fake)
    until(lambda: health(site) == [(0, 1)], SOON)
    assert income(site) == {}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_token_that_is_not_taken_is_said(make_site, fake, status):
    fake.status = status
    site = start(make_site, fake)
    until(lambda: health(site) == [(0, 1)], SOON)


def test_a_since_that_is_no_day_is_refused_at_the_start(tmp_path):
    section = "[channel.patreon]\nurl = https://www.patreon.com/millbrook\ncampaign = 123\ntoken = t\nsince = May 2018\n"
    (tmp_path / "diurnal.ini").write_text(section)
    status, _, why = conftest.run("serve", "--listen", "127.0.0.1:0", data=tmp_path, check=False)
    assert status == 1 and "diurnal.ini:5: since is a day" in why


@pytest.mark.parametrize("line", ["campaign = abc"])
def test_settings_that_cannot_be_right_ask_nobody(make_site, fake, line):
    key = line.split()[0]
    config = (conftest.CONFIG + "[channel.patreon]\nurl = https://www.patreon.com/millbrook\ncampaign = 123\ntoken = t\nsince = 2018-01-01\n"
              f"api = http://127.0.0.1:{fake.server_address[1]}\n")
    old = next(l for l in config.splitlines() if l.startswith(key + " ="))
    site = make_site(config.replace(old, line))
    until(lambda: health(site) == [(0, 1)], SOON)
    assert not fake.asked


def test_a_cursor_that_is_no_longer_taken_makes_us_begin_again(make_site, fake):
    fake.pages = [[member("a", paid("subscription:1"))], [member("b", paid("subscription:2", 900))]]
    fake.cursors = "refuse"
    site = start(make_site, fake)
    until(lambda: len(fake.asked) == 2 and "from the beginning" in str(rows(site, "select * from channel_health where channel = 'patreon'")), SOON)
    fake.cursors = ""
    assert hint(site).status == 200
    until(lambda: income(site) == {"USD": 1400}, SOON)
    assert ["page[cursor]" in query for _, query, _ in fake.asked] == [False, True, False, True]


def test_a_cursor_that_leads_to_itself_is_not_followed_for_ever(make_site, fake):
    fake.pages = [[member("a", paid("subscription:1"))], [member("b", paid("subscription:2", 900))], []]
    fake.cursors = "repeat"
    site = start(make_site, fake)
    until(lambda: "from the beginning" in str(rows(site, "select * from channel_health where channel = 'patreon'")), SOON)
    assert income(site) == {"USD": 1400} and len(fake.asked) == 2
    assert rows(site, "select poll_cursor from channel_health where channel = 'patreon'") == [("",)]
