"""What is pledged and not paid. Without these promises could raise the meter, or stand there long after they were taken back.
The fake profile is written from Liberapay's public JSON (amounts are per week)."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import conftest
from test_hooks import income, rows
from test_serve import until

SOON = 30  # the first question comes half a second after the start


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        text = json.dumps(self.server.profile).encode() if isinstance(self.server.profile, dict) else self.server.profile
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def fake():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.asked, server.status = True, [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def start(make_site, fake, account="millbrook"):
    return make_site(conftest.CONFIG + f"[channel.liberapay]\nurl = https://liberapay.com/millbrook\nusername = {account}\n"
                     f"api = http://127.0.0.1:{fake.server_address[1]}\n")


def polled(site):
    return rows(site, "select count(*) from channel_health where channel = 'liberapay' and (polled_at > 0 or polls_failed > 0)") == [(1,)]


def test_what_is_pledged_stands_apart_and_in_no_sum(make_site, fake):
    fake.profile = {"username": "millbrook", "npatrons": 3, "receiving": {"amount": "41.50", "currency": "EUR"}}
    site = start(make_site, fake)
    until(lambda: polled(site), SOON)
    assert fake.asked == ["/millbrook/public.json"]
    text = site.client().get("/funding").text
    assert "Pledged, and not in any sum until it is paid" in text and "Liberapay: €41.50 a week, as of" in text
    assert income(site) == {} and site.client().get("/funding/ledger.csv").text.count("\n") == 1
    # It is hidden, or taken back.
    site.stop()
    fake.profile = {"username": "millbrook", "receiving": None}
    site.start()
    until(lambda: rows(site, "select count(*) from pledge") == [(0,)], SOON)
    assert "Pledged" not in site.client().get("/funding").text


@pytest.mark.parametrize("profile", [b"", [], {}, {"receiving": []}, {"receiving": {}}, {"receiving": {"amount": "1.00"}},
                                     {"receiving": {"amount": 1, "currency": "EUR"}}, {"receiving": {"amount": "1.00", "currency": "BTC"}},
                                     {"receiving": {"amount": "-1.00", "currency": "EUR"}},
                                     {"receiving": {"amount": "99999999999999.00", "currency": "EUR"}}])
def test_an_answer_without_sense_pledges_nothing_and_is_said(make_site, fake, profile):
    fake.profile = profile
    site = start(make_site, fake)
    until(lambda: polled(site), SOON)
    assert rows(site, "select polls_failed from channel_health") == [(1,)] and rows(site, "select count(*) from pledge") == [(0,)]


@pytest.mark.parametrize("status", [404, 429, 500, 302])
def test_an_answer_of_another_status_pledges_nothing_and_is_said(make_site, fake, status):
    fake.profile, fake.status = {"receiving": {"amount": "1.00", "currency": "EUR"}}, status
    site = start(make_site, fake)
    until(lambda: polled(site), SOON)
    assert rows(site, "select polls_failed from channel_health") == [(1,)] and rows(site, "select count(*) from pledge") == [(0,)]


@pytest.mark.parametrize("account", ["Mill-brook_2.River", "mill.brook"])
def test_names_of_any_form_that_liberapay_has_are_asked_for(make_site, fake, account):
    fake.profile = {"receiving": {"amount": "1.00", "currency": "EUR"}}
    site = start(make_site, fake, account=account)
    until(lambda: polled(site), SOON)
    assert fake.asked == [f"/{account}/public.json"] and rows(site, "select count(*) from pledge") == [(1,)]


@pytest.mark.parametrize("account", ["../admin", ".hidden", "mill/brook", "mill?brook", "~millbrook"])
def test_a_name_that_leaves_the_path_is_not_asked_for(make_site, fake, account):
    fake.profile = {"receiving": {"amount": "1.00", "currency": "EUR"}}
    site = start(make_site, fake, account=account)
    until(lambda: polled(site), SOON)
    assert fake.asked == [] and rows(site, "select count(*) from pledge") == [(0,)]
