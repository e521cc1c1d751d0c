"""Without these a giver could be shown an address that is not the newsroom's, or one its wallet never looks at. The key
and its addresses are BIP 84's published vectors."""

import json
import os
import re
import sqlite3

import conftest
from conftest import PATH
from test_serve import until

ZPUB = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs"
FIRST = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
SECOND = "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"
WALLET = f"\n[channel.bitcoin]\nkey = {ZPUB}\n"
FREE = "addresses_rate = 1000000\naddresses_burst = 100000\n"
ASK = "/funding/address/bitcoin"


def address_in(text):
    return re.search(r'data-copy="([^"]+)"', text)[1]


def test_each_month_has_its_address_on_every_page_and_in_the_api(make_site):
    site = make_site(conftest.CONFIG + WALLET + "rotate = month\n")
    site.publish(conftest.REPORT)
    client = site.client()
    for path in (PATH, "/", "/funding"):
        until(lambda: address_in(client.get(path).text) == SECOND)
        text = client.get(path).text
        assert f'src="/funding/qr/bitcoin/{SECOND}"' in text and f"bitcoin:{SECOND}" in text and FIRST not in text, path
    channel = json.loads(client.get("/api/v1/funding").text)["channels"][0]
    assert channel["address"] == SECOND and channel["uri"].startswith(f"bitcoin:{SECOND}")
    code = client.get(f"/funding/qr/bitcoin/{SECOND}")
    assert code.status == 200 and f"<title>{SECOND}</title>" in code.text
    site.stop()
    site.start()  # and it is the same afterwards
    assert address_in(site.client().get(PATH).text) == SECOND


def test_a_giver_gets_an_own_address_without_script(make_site):
    site = make_site(conftest.CONFIG + FREE + WALLET + "own_addresses = yes\ngap = 3\n")
    client = site.client()
    assert f'href="{ASK}"' in client.get("/funding").text
    page = client.get(ASK)
    assert page.status == 200 and f'<form method="post" action="{ASK}">' in page.text
    until(lambda: client.post(ASK, {}).status == 303)
    first = client.post(ASK, {})
    assert first.status == 303 and first.location.startswith(ASK + "/bc1q")
    shown = client.get(first.location)
    assert shown.status == 200 and 'content="noindex' in shown.text
    address = first.location.rpartition("/")[2]
    assert address_in(shown.text) == address and address != FIRST and f"bitcoin:{address}" in shown.text
    assert client.get(f"/funding/qr/bitcoin/{address}").status == 200
    other = site.client().post(ASK, {}).location.rpartition("/")[2]
    seen = {address, other} | {site.client().post(ASK, {}).location.rpartition("/")[2] for _ in range(5)}
    assert len(seen) == 2, "no address beyond the gap"
    assert client.get(f"{ASK}/{FIRST}").status == 200, "the one in the box has a page too"


def test_what_was_not_handed_out_has_no_page_and_no_code(make_site):
    site = make_site(conftest.CONFIG + FREE + WALLET + "rotate = month\nown_addresses = yes\ngap = 5\n")
    client = site.client()
    until(lambda: address_in(client.get("/funding").text) == SECOND)
    out = conftest.run("wallet", "addresses", "--coin", "bitcoin", "--key", ZPUB, "--count", "4")[1]
    spare = re.findall(r"bc1q\w{38}", out)[3]
    for wrong in (spare, FIRST[:-1] + "v", FIRST.upper(), "x" * 500, "%00", "%F0%9F%92%A9"):
        assert client.get(f"{ASK}/{wrong}").status in (400, 404), wrong
        assert client.get(f"/funding/qr/bitcoin/{wrong}").status in (400, 404), wrong
    for name in ("paypal", "nowhere", "Bitcoin", "%ff"):
        assert client.get(f"/funding/address/{name}").status in (400, 404), name
        assert client.post(f"/funding/address/{name}", {}).status in (400, 404), name


def test_a_wallet_without_own_addresses_gives_none(make_site):
    site = make_site(conftest.CONFIG + FREE + WALLET)
    client = site.client()
    assert ASK not in client.get("/funding").text
    assert client.get(ASK).status == 404 and client.post(ASK, {}).status == 404
    assert client.get(f"{ASK}/{FIRST}").status == 200


def test_when_none_is_left_the_page_says_so(make_site):
    site = make_site(conftest.CONFIG + FREE + WALLET + "own_addresses = yes\nrotate = month\ngap = 2\n")
    client = site.client()
    until(lambda: address_in(client.get("/funding").text) == SECOND)
    answer = client.post(ASK, {})
    assert answer.status == 503 and 'role="alert"' in answer.text and "No address is left" in answer.text


def test_one_client_asks_so_often_and_no_more(make_site):
    site = make_site(conftest.CONFIG_STRICT + WALLET + "own_addresses = yes\n")
    statuses = [site.client().post(ASK, {}).status for _ in range(4)]
    assert statuses[3] == 429 and 429 not in statuses[:3]


def test_a_form_of_another_site_gets_no_address(make_site):
    site = make_site(conftest.CONFIG + FREE + WALLET + "own_addresses = yes\n")
    answer = site.client().request("POST", ASK, body="", headers={
        "Origin": "https://elsewhere.example", "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 403


def test_proofs_are_a_file_that_the_command_takes(make_site, tmp_path):
    site = make_site(conftest.CONFIG + WALLET)
    answer = site.client().get("/funding/proofs.jsonl")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/jsonl") and answer.body == b""
    assert "proofs.jsonl" in site.client().get("/funding").text
    site.command("contribution", "add", "--channel", "bitcoin", "--amount", "0.5", "--currency", "BTC", "--date", "2018-05-03")
    (tmp_path / "ledger.csv").write_bytes(site.client().get("/funding/ledger.csv").body)
    (tmp_path / "proofs.jsonl").write_bytes(answer.body)
    files = ("--proofs", str(tmp_path / "proofs.jsonl"), str(tmp_path / "ledger.csv"))
    status, out, _ = conftest.run("ledger", "verify", *files)
    assert "good: 2 entries" in out and "proven" not in out, "by hand is no payment on a chain"
    (tmp_path / "proofs.jsonl").write_text('{"chain":"bitcoin"}\n')
    status, out, err = conftest.run("ledger", "verify", *files, check=False)
    assert status == 1 and "proofs, line 1: a member is missing" in out + err
    (tmp_path / "proofs.jsonl").unlink()
    status, out, err = conftest.run("ledger", "verify", *files, check=False)
    assert status == 1 and "the file of proofs cannot be opened" in out + err


def test_addresses_of_a_closed_period_are_told_and_those_of_a_running_one_are_not(make_site):
    site = make_site(conftest.CONFIG + WALLET + "rotate = month\n")
    site.command("goal", "set", "--currency", "USD", "--amount", "5", "--period", "2018-05")
    client = site.client()
    until(lambda: address_in(client.get("/funding").text) == SECOND)
    assert client.get("/funding/goals/1/addresses.csv").status == 404
    site.stop()
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:  # paid at noon of 3 May 2018, and in June
        db.execute("update wallet_address set handed_at = 1525262400000000, paid_at = 1525348800000000 where address = ?", (SECOND,))
        db.execute("update wallet_address set paid_at = 1527940800000000 where address = ?", (FIRST,))
    db.close()
    site.start()
    site.command("goal", "close", "--period", "2018-05")
    client = site.client()
    assert "/funding/goals/1/addresses.csv" in client.get("/funding/goals/1").text
    answer = client.get("/funding/goals/1/addresses.csv")
    assert answer.text == f"channel,address,shown,first_payment\r\nbitcoin,{SECOND},2018-05-02,2018-05-03\r\n"
    for wrong in ("2", "0", "x", "99999999999999999999"):
        assert client.get(f"/funding/goals/{wrong}/addresses.csv").status == 404
