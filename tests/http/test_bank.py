"""Banks' statements by the command. Without these a gift would be counted twice, half a file be booked, or a payer's
words run in a spreadsheet."""

import os

import pytest

from conftest import CONFIG, Site, run

CHANNELS = """
[channel.savings]
kind = bank
holder = The Millbrook Diurnal
iban = DE89370400440532013000

[channel.paypal]
url = https://paypal.me/millbrook
"""
MAPPING = """
skip = 1
encoding = windows-1252
thousands = .
day = Tag
amount = Betrag
payer = Name
reference = Zweck
id = Nummer
currency_code = EUR
"""
HEAD = "Tag;Betrag;Name;Zweck;Nummer\r\n"


@pytest.fixture
def room(tmp_path):
    site = Site(str(tmp_path), CONFIG + CHANNELS).start()
    yield site
    site.stop()


def put(site, name, text, encoding="windows-1252"):
    path = os.path.join(site.folder, name)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def bank(site, *args, check=True):
    return run("bank", *args, data=site.data, check=check)


def set_mapping(site, text=MAPPING):
    return bank(site, "mapping", "--channel", "savings", put(site, "map.ini", text, "utf-8"))


def ledger(site):
    return site.client().get("/funding/ledger.csv").text




def test_a_statement_is_looked_at_and_booked_once(room):
    assert "skip = 1" in set_mapping(room)[1]
    path = put(room, "may.csv", HEAD + "03.05.2018;1.025,50;=HYPERLINK(\"x\");@SUM(1);1\r\n"
                                       "03.05.2018;-9,00;Jörg;Stamps €;2\r\n")
    before = ledger(room)
    _, said, _ = bank(room, "import", "--channel", "savings", "--preview", path)
    assert "may.csv:2: 2018-05-03 1025.50 EUR: gift\n" in said and "may.csv:3: 2018-05-03 -9.00 EUR: not a gift" in said
    assert ledger(room) == before
    _, said, _ = bank(room, "import", "--channel", "savings", path)
    assert "1 gifts, 0 taken back, 0 waiting, 0 already there, 1 ignored" in said
    booked = ledger(room)
    assert "1025.50" in booked and ",provider," in booked and "HYPERLINK" not in booked and "SUM" not in booked
    assert "HYPERLINK" not in room.client().get("/funding").text
    _, said, _ = bank(room, "import", "--channel", "savings", path)
    assert "0 gifts, 0 taken back, 0 waiting, 1 already there" in said
    assert ledger(room) == booked
    assert "everything holds" in run("check", data=room.data)[1]


COUNTING = CHANNELS + """
[channel.stripe]
url = https://donate.stripe.com/m
secret = whsec_1
"""


def test_what_a_provider_passes_on_is_no_gift_a_second_time(tmp_path):
    """Each card gift was counted when Stripe told of it. Its weekly transfer to the bank is the same money."""
    site = Site(str(tmp_path), CONFIG + COUNTING).start()
    try:
        set_mapping(site)
        path = put(site, "may.csv", HEAD + "03.05.2018;812,40;STRIPE PAYMENTS EUROPE;payout;1\r\n"
                                           "03.05.2018;25,00;Ann Reed;by Stripe I could not;2\r\n"
                                           "03.05.2018;90,00;PayPal (Europe) S.a r.l.;;3\r\n")  # which does not count here
        _, said, _ = bank(site, "import", "--channel", "savings", path)
        assert "may.csv:2: 2018-05-03 812.40 EUR: a payout of what was counted before, ignored" in said
        assert "2 gifts, 0 taken back, 0 waiting, 0 already there, 1 ignored" in said
        assert "812.40" not in ledger(site) and "25.00" in ledger(site) and "90.00" in ledger(site)
        assert "everything holds" in run("check", data=site.data)[1]
    finally:
        site.stop()


def test_payers_who_give_nothing_are_named_in_the_mapping(room):
    set_mapping(room, MAPPING + "not_gifts = Our Other Account; Town Hall\n")
    path = put(room, "may.csv", HEAD + "03.05.2018;500,00;The Millbrook Diurnal, our other account;move;1\r\n"
                                       "03.05.2018;60,00;;TOWN HALL refund;2\r\n"
                                       "03.05.2018;5,00;;For the Town Hall reports;3\r\n")
    _, said, _ = bank(room, "import", "--channel", "savings", path)
    assert "1 gifts, 0 taken back, 0 waiting, 0 already there, 2 ignored" in said
    assert "everything holds" in run("check", data=room.data)[1]
    for wrong in ("ab", "Town Hall;x", "n" * 401, "One;;Two"):
        path = put(room, "map.ini", MAPPING + f"not_gifts = {wrong}\n", "utf-8")
        status, _, why = bank(room, "mapping", "--channel", "savings", path, check=False)
        assert status == 1 and "not_gifts is one line" in why, wrong


def test_what_is_not_understood_stops_all_files(room):
    set_mapping(room)
    good = put(room, "good.csv", HEAD + "03.05.2018;5,00;A;x;1\r\n")
    bad = put(room, "bad.csv", HEAD + "03.05.2018;5,00;A;x;2\r\n29.02.2018;5,00;A;x;3\r\n04.05.2018;5.5;A;x;4\r\n")
    before = ledger(room)
    status, out, why = bank(room, "import", "--channel", "savings", good, bad, check=False)
    assert status == 1 and not out
    assert "bad.csv:3:1: not a day" in why and "nothing was booked" in why and why.count("\n") == 1
    assert ledger(room) == before
    _, said, _ = bank(room, "import", "--channel", "savings", "--preview", bad)
    assert "bad.csv:3:1: not understood: not a day" in said and "bad.csv:4:2: not understood" in said
    assert ledger(room) == before


def test_files_of_one_command_are_booked_together(room):
    set_mapping(room)
    one = put(room, "one.csv", HEAD + "03.05.2018;5,00;A;x;1\r\n")
    two = put(room, "two.csv", HEAD + "03.05.2018;5,00;A;x;1\r\n03.05.2018;6,00;A;x;2\r\n")
    wrong = put(room, "wrong.csv", HEAD + "03.05.2018;7,00;A;x;2\r\n")
    _, said, _ = bank(room, "import", "--channel", "savings", one, two)
    assert "2 gifts" in said and "1 already there" in said
    booked = ledger(room)
    three = put(room, "three.csv", HEAD + "04.05.2018;8,00;A;x;9\r\n")
    status, _, why = bank(room, "import", "--channel", "savings", three, wrong, check=False)
    assert status == 1 and "wrong.csv:2:0: the bank's number of this line was booked before" in why
    assert ledger(room) == booked


def test_a_channel_has_to_be_a_bank_and_a_mapping_right(room):
    path = put(room, "a.csv", HEAD)
    for channel in ("paypal", "nowhere", "bank"):
        status, _, why = bank(room, "import", "--channel", channel, path, check=False)
        assert status == 1 and "kind bank" in why
    status, _, why = bank(room, "import", "--channel", "savings", path, check=False)
    assert status == 1 and "how this bank writes its CSV" in why
    status, _, why = bank(room, "mapping", "--channel", "savings", put(room, "m.ini", "day = 1\nfoo = 2\n"), check=False)
    assert status == 1 and "m.ini:2: foo" in why
    assert bank(room, "import", "--channel", "savings", check=False)[0] == 2
    status, _, why = bank(room, "import", "--channel", "savings", "/nothing/here.csv", check=False)
    assert status == 1


def camt(entries, iban="DE89370400440532013000"):
    return ('<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
            f"<BkToCstmrStmt><Stmt><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>")


def entry(amount, reference, more="", direction="CRDT"):
    return (f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}<Sts>BOOK</Sts><BookgDt><Dt>2018-05-03</Dt>'
            f"</BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E-{amount}</EndToEndId></Refs>"
            "<RltdPties><Dbtr><Nm>Agnes Vale</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>")


def test_camt_is_booked_and_taken_back_without_a_mapping(room):
    path = put(room, "a.xml", camt(entry("20.00", "A") + entry("5.00", "B") + entry("3.00", "C", direction="DBIT")))
    _, said, _ = bank(room, "import", "--channel", "savings", path)
    assert "2 gifts" in said and "1 ignored" in said
    back = put(room, "b.xml", camt(entry("20.00", "R", "<RvslInd>true</RvslInd>", "DBIT")))
    _, said, _ = bank(room, "import", "--channel", "savings", back)
    assert "0 gifts, 1 taken back" in said
    _, said, _ = bank(room, "import", "--channel", "savings", path, back)
    assert "3 already there" in said
    assert ",refund," in ledger(room) and "Agnes" not in ledger(room)
    assert "everything holds" in run("check", data=room.data)[1]


def test_xml_of_strangers_is_refused(room, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    for text, why in (
        (camt(entry("1.00", "A"), "GB33BUKB20201555555555"), "another account"),
        (f'<!DOCTYPE Document [<!ENTITY x SYSTEM "file://{secret}">]><Document>&x;</Document>', "document type"),
        ('<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>', "document type"),
        ("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">", "well-formed"), ("<html/>", "camt.053"),
        (camt(entry("99999999999999999999.00", "A")), "larger than can be booked"),
        (camt(entry("1e3", "A")), "not an amount"),
    ):
        status, out, said = bank(room, "import", "--channel", "savings", put(room, "x.xml", text), check=False)
        assert status == 1 and why in said and "SECRET" not in out + said, (text, said)
    assert ledger(room).count("\n") == 1
