"""Money in the open, over HTTP and the command line. Without these the meter could say what the ledger does not."""

import json
import os
import re

import conftest
from conftest import PATH, run

CHANNELS = """
[channel.paypal]
url = https://www.paypal.com/donate/?hosted_button_id=MILLBROOKDEMO
[channel.bank]
holder = The Millbrook Diurnal
iban = DE89 3704 0044 0532 0130 00
[channel.bitcoin]
address = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu
"""


def give(site, amount, date="2018-05-03", channel="bank", currency="USD", *more, check=True):
    return site.command("contribution", "add", "--channel", channel, "--amount", amount, "--currency", currency,
                        "--date", date, *more, check=check)


def test_the_meter_is_the_sum_of_the_ledger_and_moves_at_once(site):
    site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    client = site.client()
    give(site, "2500.00")
    give(site, "50.00")
    text = client.get(PATH).text
    assert "$2,550" in text and "$5,000" in text and "$2,500" in text and "51%" in text
    give(site, "10.00", "2018-05-03", "bank", "USD", "--pending")
    assert "$10" in client.get(PATH).text and "$2,550" in client.get(PATH).text
    answer = json.loads(client.get("/api/v1/funding").text)
    assert "255000" in json.dumps(answer) or "2550.00" in json.dumps(answer)


def test_beyond_the_goal_is_said_in_words(site):
    site.command("goal", "set", "--currency", "USD", "--amount", "100", "--period", "2018-05")
    give(site, "250")
    assert "250%" in site.client().get(PATH).text


def test_another_currency_is_listed_unvalued_and_not_counted(site):
    site.command("goal", "set", "--currency", "USD", "--amount", "100", "--period", "2018-05")
    give(site, "10")
    give(site, "77", "2018-05-03", "bank", "EUR")
    assert "$10" in site.client().get(PATH).text
    text = site.client().get("/funding").text
    assert "€77" in text or "77" in text


def test_a_reversal_takes_back_and_deletes_nothing(site):
    site.command("goal", "set", "--currency", "USD", "--amount", "100", "--period", "2018-05")
    give(site, "30")
    out = give(site, "20")[1]
    number = re.search(r"contribution (\d+)", out).group(1)
    site.command("contribution", "reverse", "--id", number, "--reason", "entered twice")
    assert site.command("contribution", "reverse", "--id", number, "--reason", "again", check=False)[0] == 1
    assert "$30" in site.client().get(PATH).text
    csv = site.client().get("/funding/ledger.csv").text
    assert csv.count("reversal") >= 2 and "entered twice" not in csv


def test_the_public_ledger_is_verified_from_the_file_alone_and_no_byte_can_change(site, tmp_path):
    for i in range(20):
        give(site, f"{i + 1}.50")
    answer = site.client().get("/funding/ledger.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    path = tmp_path / "ledger.csv"
    path.write_bytes(answer.body)
    assert run("ledger", "verify", str(path))[0] == 0
    for at in range(200, len(answer.body), 97):
        broken = bytearray(answer.body)
        broken[at] ^= 1
        path.write_bytes(broken)
        assert run("ledger", "verify", str(path), check=False)[0] == 1, at


def test_bad_gifts_and_goals_are_refused_with_one_line(site):
    for args in (("0",), ("-5",), ("1e3",), ("1.234",), ("99999999999999999999",), ("5", "2018-02-30"), ("5", "2099-01-01"),
                 ("5", "2018-05-03", "cash"), ("5", "2018-05-03", "bank", "XXL"), ("5.5", "2018-05-03", "bank", "JPY")):
        status, out, err = give(site, *args, check=False)
        assert status == 1 and len(err.strip().splitlines()) == 1, args
    for period in ("2018-13", "2018-05-02..2018-05-01", "May", "2018-05-01..2018-05-01"):
        assert site.command("goal", "set", "--currency", "USD", "--amount", "5", "--period", period, check=False)[0] == 1
    assert site.client().get("/funding/ledger.csv").text.count("\n") == 1


def test_all_channels_stand_above_and_below_the_text(make_site):
    site = make_site(config=conftest.CONFIG + CHANNELS)
    site.publish(conftest.REPORT)
    text = site.client().get(PATH).text
    assert text.count("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu") >= 2 or text.count("z306fyu"[-6:]) >= 2
    assert text.count("hosted_button_id=MILLBROOKDEMO") == 2
    assert text.count('src="/funding/qr/bitcoin/bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"') == 2 and "bitcoin:bc1q" in text.lower()


def test_the_meter_can_be_embedded_and_nothing_else(site):
    site.command("goal", "set", "--currency", "USD", "--amount", "100", "--period", "2018-05")
    answer = site.client().get("/embed/meter")
    assert answer.status == 200 and "frame-ancestors *" in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin" and "set-cookie" not in answer.headers
    assert "<script" not in answer.text


def test_check_finds_a_tampered_ledger(site):
    import sqlite3
    give(site, "10")
    give(site, "20")
    site.stop()
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        names = [r[0] for r in db.execute("select name from sqlite_master where type = 'trigger' and tbl_name like 'ledger%'")]
        assert names, "triggers guard the ledger"
        for name in names:
            db.execute(f"drop trigger {name}")
        db.execute("update ledger_entry set minor = minor * 2 where seq <= 2")
    db.close()
    status, out, err = run("check", data=site.data, check=False)
    assert status == 1 and "ledger" in out + err


def test_a_wallets_code_is_a_file_whose_address_holds_the_wallets(make_site):
    address = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
    site = make_site(CHANNELS)
    client = site.client()
    answer = client.get(f"/funding/qr/bitcoin/{address}")
    assert answer.status == 200 and answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and f"<title>{address}</title>" in answer.text
    assert "immutable" in answer.headers["cache-control"]
    for wrong in (f"/funding/qr/bitcoin/{address[:-1]}v", "/funding/qr/paypal/x", f"/funding/qr/nowhere/{address}"):
        assert client.get(wrong).status == 404, wrong
