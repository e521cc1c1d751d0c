"""Open Collective. Without these a contribution could count twice or be missed between two rounds.
The fake API is written from Open Collective's documents (GraphQL, version 2), not recorded from the service."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import conftest
import pytest
from test_hooks import income, rows
from test_serve import until

SOON = 30  # the first question comes half a second after the start


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        fake = self.server
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        v = asked["variables"]
        fake.asked.append((self.path, v, self.headers["Personal-Token"]))
        nodes = sorted((n for n in fake.nodes if n["createdAt"] >= v["from"]), key=lambda n: n["createdAt"])
        answer = {"data": {"account": {"transactions": {"nodes": nodes[v["offset"]:v["offset"] + v["limit"]]}}}}
        text = fake.raw if fake.raw is not None else json.dumps(answer).encode()
        self.send_response(fake.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def fake():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.asked, server.status, server.raw, server.nodes = True, [], 200, None, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def node(group, cents=2500, at="2018-05-03T10:00:00.000Z", kind="CONTRIBUTION", currency="USD", ident=None, refund=None):
    return {"id": ident or "t-" + group, "group": group, "type": "CREDIT" if cents > 0 else "DEBIT", "kind": kind, "createdAt": at,
            "isRefund": refund is not None, "amount": {"valueInCents": cents, "currency": currency},
            "refundTransaction": {"group": refund} if refund else None, "fromAccount": {"name": "Reed", "isIncognito": False}}


def config(fake, slug="millbrook", since="2018-01-01", more=""):
    return (conftest.CONFIG + "[channel.collective]\nkind = opencollective\nurl = https://opencollective.com/millbrook\n"
            f"slug = {slug}\nsince = {since}\ntoken = secret-token\napi = http://127.0.0.1:{fake.server_address[1]}\n" + more)


def health(site):
    return rows(site, "select polled_at > 0, polls_failed from channel_health where channel = 'collective'")


def test_contributions_fees_and_refunds_are_booked_once(make_site, fake):
    fake.nodes = [node("g1"), node("g1", -250, kind="HOST_FEE", ident="f1"), node("g2", 1000, "2018-06-01T00:00:00Z"),
                  node("g3", -1000, "2018-06-02T00:00:00Z", refund="g2"), node("g4", -700, kind="EXPENSE"),
                  node("g0", 9900, "2017-12-31T23:00:00Z")]
    site = make_site(config(fake))
    until(lambda: income(site) == {"USD": 2500}, SOON)
    until(lambda: health(site) == [(1, 0)], SOON)
    path, variables, token = fake.asked[0]
    assert path == "/graphql/v2" and variables["slug"] == "millbrook" and variables["from"] == "2018-01-01T00:00:00Z"
    assert token == "secret-token" and "secret-token" not in site.log_text()
    ledger = site.client().get("/funding/ledger.csv").text
    assert ",fee," in ledger and ",refund," in ledger
    site.stop()
    fake.nodes.append(node("g5", 4000, "2018-05-31T00:00:00Z"))  # it appeared there later than it was made
    site.start()
    until(lambda: income(site) == {"USD": 6500}, SOON)
    assert fake.asked[-1][1]["from"] == "2018-05-30T00:00:00Z"
    site.stop()
    conftest.run("check", "--data", site.data)


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_a_round_reads_page_by_page_and_misses_nothing(make_site, fake, count):
    fake.nodes = [node(f"g{n}", 100, f"2018-05-03T10:{n // 60 % 60:02}:{n % 60:02}.000Z") for n in range(count)]
    site = make_site(config(fake))
    until(lambda: income(site) == {"USD": 100 * count}, SOON)
    until(lambda: len(fake.asked) == count // 100 + 1, SOON)
    assert [v["offset"] for _, v, _ in fake.asked] == list(range(0, count + 1, 100))
    site.stop()
    site.start()
    before = len(fake.asked)
    until(lambda: len(fake.asked) > before, SOON)
    assert fake.asked[before][1]["from"].startswith("2018-04-30T10") or count == 100
    assert income(site) == {"USD": 100 * count}


@pytest.mark.parametrize("status, raw", [(500, None), (429, None), (200, b"<html>"), (200, b'{"data":7}'), (401, None), (403, None),
                                         (200, b'{"errors":[{"message":"No account"}],"data":{"account":null}}')])
def test_no_answer_or_none_that_can_be_read_is_said_and_tried_again(make_site, fake, status, raw):
    fake.status, fake.raw = status, raw
    site = make_site(config(fake))
    until(lambda: health(site) == [(0, 1)], SOON)
    assert income(site) == {}


@pytest.mark.parametrize("wrong", [{"slug": "Mill brook"}])
def test_settings_that_cannot_be_right_ask_nobody(make_site, fake, wrong):
    site = make_site(config(fake, **wrong))
    until(lambda: health(site) == [(0, 1)], SOON)
    assert not fake.asked


def test_a_since_that_is_no_day_is_refused_at_the_start(tmp_path, fake):
    (tmp_path / "diurnal.ini").write_text(config(fake, since="May 2018"))
    status, _, why = conftest.run("serve", "--listen", "127.0.0.1:0", data=tmp_path, check=False)
    assert status == 1 and "since is a day" in why
