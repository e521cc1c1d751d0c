"""What outsiders can check of the money, as they would. Without these the ledger would be open in name only."""

import base64
import csv
import email
import email.policy
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import CONFIG, CONFIG_STRICT, PATH, page, run
from smtp_fake import FakeServer
from test_funding import CHANNELS, give

ATOM = "{http://www.w3.org/2005/Atom}"


def goal(site, amount="5000", period="2018-05"):
    site.command("goal", "set", "--currency", "USD", "--amount", amount, "--period", period)


def change(site, *statements):
    """Writes into a stopped newsroom's database what no command of this branch makes."""
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        for text, *values in statements:
            db.execute(text, values)
    db.close()


def receipt(site, number):
    with open(os.path.join(site.data, "keys/link"), "rb") as f:
        key = f.read()
    parts = (b"receipt", str(number).encode())
    mac = hmac.new(key, b"".join(struct.pack("<Q", len(p)) + p for p in parts), hashlib.sha256).digest()
    text = base64.b32encode(mac[:10]).decode()
    return f"{number}-{text[:4]}-{text[4:8]}-{text[8:12]}-{text[12:]}"


@pytest.fixture
def gifts(site):
    goal(site)
    for n in range(1, 8):
        give(site, f"{n}00.50", f"2018-05-0{n}")
    give(site, "0.0015", "2018-05-03", "bitcoin", "BTC")
    give(site, "40", "2018-05-03", "paypal", "USD", "--pending")
    site.command("contribution", "reverse", "--id", "2", "--reason", "entered twice")
    return site


def accepts(tool, *words):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run([tool, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_accounting_programs_take_the_exports_and_come_to_the_same_sums(gifts, tmp_path):
    client = gifts.client()
    for name in ("ledger.beancount", "ledger.ledger"):
        answer = client.get(f"/funding/{name}")
        assert answer.status == 200 and name in answer.headers["content-disposition"]
        (tmp_path / name).write_bytes(answer.body)
    accepts("bean-check", str(tmp_path / "ledger.beancount"))
    answer = json.loads(client.get("/api/v1/funding").text)
    settled = float(answer["meter"]["settled"])
    assert settled == 2603
    shown = accepts("ledger", "-f", str(tmp_path / "ledger.ledger"), "bal", "--depth", "1", "Income")
    assert "-2603.00 USD" in shown and "-0.00150000 BTC" in shown
    shown = accepts("hledger", "-f", str(tmp_path / "ledger.ledger"), "bal", "--depth", "1", "Income")
    assert "-2603.00 USD" in shown
    accepts("hledger", "-f", str(tmp_path / "ledger.ledger"), "check")


def test_the_ledger_as_json_and_by_page_has_the_rows_of_the_file(gifts):
    client = gifts.client()
    rows = list(csv.DictReader(io.StringIO(client.get("/funding/ledger.csv").text)))
    found = json.loads(client.get("/funding/ledger.json").text)
    assert found["head"]["seq"] == len(rows) and found["head"]["hash"] == rows[-1]["chain_v1"]
    for one, row in zip(found["entries"], rows):
        assert {k: str(v) for k, v in one.items() if k != "chain"} == {k: v for k, v in row.items() if k != "chain_v1"}
    for _ in range(30):
        give(gifts, "1")
    shown, path = [], "/funding/ledger"
    while path:
        answer = client.get(path)
        assert answer.status == 200
        shown += [int(n) for n in re.findall(r'id="entry-(\d+)"', answer.text)]
        more = re.search(r'href="(/funding/ledger\?before=\d+)" rel="next"', answer.text)
        path = more and more.group(1)
    assert shown == list(range(len(rows) + 60, 0, -1))
    for wrong in ("0", "1", "-5", "x", "99999999999999999999"):
        assert client.get(f"/funding/ledger?before={wrong}").status == 400
    assert client.get("/funding/ledger?before=9999999").status == 200


def test_a_closed_period_is_signed_and_shows_what_came_later_as_lines(gifts, tmp_path):
    client = gifts.client()
    assert client.get("/funding/goals/1/statement.txt").status == 404
    assert gifts.command("goal", "close", "--period", "2018-05")[0] == 0
    assert gifts.command("goal", "close", "--period", "2018-05", check=False)[0] == 1
    assert gifts.command("goal", "close", "--period", "2018-04", check=False)[0] == 1
    assert gifts.command("goal", "set", "--currency", "USD", "--amount", "9", "--period", "2018-05", check=False)[0] == 1
    for name in ("statement.txt", "statement.sig"):
        (tmp_path / name).write_bytes(client.get(f"/funding/goals/1/{name}").body)
    (tmp_path / "key.pem").write_bytes(client.get("/funding/key.pem").body)
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-sigfile", "statement.sig"]
    assert subprocess.run([*verify, "-in", "statement.txt"], cwd=tmp_path, timeout=60).returncode == 0
    text = (tmp_path / "statement.txt").read_text()
    (tmp_path / "forged.txt").write_text(text.replace("settled 2603.00", "settled 2604.00"))
    assert subprocess.run([*verify, "-in", "forged.txt"], cwd=tmp_path, timeout=60).returncode != 0
    facts = dict(line.split(" ", 1) for line in text.splitlines()[1:])
    rows = list(csv.DictReader(io.StringIO(client.get("/funding/ledger.csv").text)))
    assert facts["head"] == rows[int(facts["entries"]) - 1]["chain_v1"]
    income = [r for r in rows if r["account"] == "income" and r["asset"] == "USD" and facts["from"] <= r["day"] < facts["to"]]
    assert f"{-sum(float(r['amount']) for r in income):.2f}" == facts["settled"] == "2603.00"

    give(gifts, "7.25", "2018-05-31")
    gifts.command("contribution", "reverse", "--id", "1", "--reason", "sent back")
    (tmp_path / "ledger.csv").write_bytes(client.get("/funding/ledger.csv").body)
    for name, good in (("statement.txt", True), ("forged.txt", False)):
        status, out, said = run("ledger", "verify", "--statement", str(tmp_path / name), str(tmp_path / "ledger.csv"), check=False)
        assert (status == 0) == good and ("its totals and its head hold" in out) == good, out + said
        assert good or "settled is 2604.00 there, and 2603.00 by the ledger's rows" in said
    shown = client.get("/funding/goals/1").text
    assert shown.count("<tr><th scope=\"row\" class=\"number\">") == 2
    assert "$7.25" in shown and "-$100.50" in shown.replace("−", "-") and "settled 2603.00" in shown
    assert "$2,603 when it was closed" in client.get("/funding").text
    assert gifts.command("check")[0] == 0


def test_stretch_marks_stand_on_the_meters_scale_everywhere(site):
    goal(site, "100")
    give(site, "150")
    mark = ("goal", "mark", "--period", "2018-05", "--amount")
    assert site.command(*mark, "300", "--label", "A <second> boat")[0] == 0
    for wrong in (("50",), ("x",), ("1.234",)):
        assert site.command(*mark, *wrong, check=False)[0] == 1
    for path in (PATH, "/funding", "/embed/meter"):
        text = site.client().get(path).text
        assert "A &lt;second&gt; boat" in text and "150%" in text, path
    assert json.loads(site.client().get("/embed/meter.json").text)["meter"]["marks"] == [
        {"amount": "300.00", "label": "A <second> boat"}]
    assert site.command(*mark, "300", "--drop")[0] == 0
    assert "boat" not in site.client().get(PATH).text


def test_the_meter_for_other_sites_is_a_frame_a_picture_and_figures_without_cookies(gifts):
    client = gifts.client()
    for path, kind in (("/embed/meter", "text/html"), ("/embed/meter.svg", "image/svg+xml"), ("/embed/meter.json", "application/json")):
        for query, status in (("", 200), ("?goal=2018-05", 200), ("?goal=2017-01", 404), ("?goal=nonsense", 404)):
            answer = client.get(path + query)
            assert answer.status == status, path + query
            assert "set-cookie" not in answer.headers
            if status == 200:
                assert answer.headers["content-type"].startswith(kind)
                assert "frame-ancestors *" in answer.headers["content-security-policy"]
                assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    picture = ElementTree.fromstring(client.get("/embed/meter.svg").body)
    assert "$2,603" in "".join(picture.itertext()) and "entered by hand" in "".join(picture.itertext())
    assert not picture.findall(".//{http://www.w3.org/2000/svg}script")
    missing = client.get("/embed/meter.json?goal=2017-01")
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.headers["access-control-allow-origin"] == "*"
    answer = client.get("/embed/meter.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    meter = json.loads(answer.text)["meter"]
    assert (meter["settled"], meter["by_hand"], meter["provable"], meter["attested"]) == ("2603.00", "2603.00", "0.00", "0.00")
    assert (meter["net"], meter["fees"], meter["pending"]) == ("2603.00", "0.00", "40.00")


def test_embeds_say_so_when_there_is_no_goal(site):
    assert json.loads(site.client().get("/embed/meter.json").text) == {"goal": None, "meter": None}
    assert "No goal has been set yet." in site.client().get("/embed/meter.svg").text


def test_a_receipt_code_finds_the_own_gift_and_nothing_else_does(gifts):
    client = gifts.client()
    form = page(client.get("/funding/receipt")).forms
    assert any(f["action"] == "/funding/receipt" and f["method"] == "post" and "code" in f["fields"] for f in form)
    shown = client.post("/funding/receipt", {"code": receipt(gifts, 3).lower().replace("-", " - ", 1)})
    assert shown.status == 200 and shown.headers["cache-control"] == "private, no-store"
    assert "$300.50" in shown.text and 'href="/funding/goals/1"' in shown.text
    rows = [r for r in csv.DictReader(io.StringIO(client.get("/funding/ledger.csv").text)) if r["contribution"] == "3"]
    assert [int(n) for n in re.findall(r'<tr><th scope="row" class="number">(\d+)</th>', shown.text)] == [int(r["seq"]) for r in rows]
    assert "reversed" in client.post("/funding/receipt", {"code": receipt(gifts, 2)}).text
    for wrong in ("", "3", "4" + receipt(gifts, 3)[1:], receipt(gifts, 3)[:-1], receipt(gifts, 999), "<b>", "é" * 40, "9" * 4000):
        answer = client.post("/funding/receipt", {"code": wrong})
        assert answer.status == 422 and "$300.50" not in answer.text and "<b>" not in answer.text, wrong
    assert client.post("/funding/receipt", {"code": receipt(gifts, 3)}, Origin="https://evil.example",
                       Sec_Fetch_Site="cross-site").status == 403


def test_guesses_at_receipt_codes_are_slowed_down(make_site):
    site = make_site(CONFIG_STRICT)
    client = site.client()
    found = [client.post("/funding/receipt", {"code": f"1-{n:016d}"}).status for n in range(12)]
    assert found[0] == 422 and 429 in found


def test_names_stand_beside_gifts_only_when_asked_for_and_in_no_file(gifts):
    names = ['=HYPERLINK("http://evil.example","x")', "Tove <script>", "Quiet One", "Of a promise"]
    gifts.stop()
    change(gifts, *[("insert into giver (id, channel, name, email, message, named, created_at) values (?, 'bank', ?, ?, 'hello', ?, 1)",
                     n + 1, name, f"giver{n}@secret.example", 0 if name == "Quiet One" else 1) for n, name in enumerate(names)],
           ("update contribution set giver = 1 where id = 3",), ("update contribution set giver = 2 where id = 4",),
           ("update contribution set giver = 3 where id = 5",), ("update contribution set giver = 4 where id = 9",),
           ("update contribution set frozen = 1, giver = 2 where id = 6",))
    gifts.start()
    client = gifts.client()
    text = client.get("/funding").text
    assert text.count("Tove &lt;script&gt;") == 1 and "=HYPERLINK(\"http" in text
    assert "Quiet One" not in text and "Of a promise" not in text and "secret.example" not in text
    for name in ("csv", "json", "beancount", "ledger"):
        file = client.get(f"/funding/ledger.{name}").text
        assert "HYPERLINK" not in file and "Tove" not in file and "secret.example" not in file, name
    gifts.stop()
    change(gifts, ("update giver set name = '', email = '', message = '', erased_at = 2 where id = 2",))
    gifts.start()
    assert "Tove" not in gifts.client().get("/funding").text


def test_daily_heads_are_told_in_a_feed_and_a_kept_one_is_found_in_the_file(gifts, tmp_path):
    client = gifts.client()
    feed = ElementTree.fromstring(client.get("/funding/heads.atom").body)
    assert not feed.findall(ATOM + "entry")
    gifts.stop()
    change(gifts, ("update job set run_at = 0 where kind = 'ledger-head'",))
    gifts.start()
    client = gifts.client()
    with sqlite3.connect(os.path.join(gifts.data, "diurnal.db"), timeout=30) as db:
        for _ in range(600):
            if db.execute("select 1 from ledger_head").fetchone():
                break
            os.sched_yield()
            client.get("/healthz")
    db.close()
    feed = ElementTree.fromstring(client.get("/funding/heads.atom").body)
    entry, = feed.findall(ATOM + "entry")
    day, seq, head = entry.find(ATOM + "content").text.split()
    rows = list(csv.DictReader(io.StringIO(client.get("/funding/ledger.csv").text)))
    assert rows[int(seq) - 1]["chain_v1"] == head and int(seq) == len(rows)
    assert f"{day} {seq} {head}" in client.get("/funding").text
    ids = {e.text for e in feed.iter(ATOM + "id")}
    assert len(ids) == 2
    for name in ("heads.atom", "ledger.csv"):
        (tmp_path / name).write_bytes(client.get(f"/funding/{name}").body)
    (tmp_path / "page.html").write_bytes(client.get("/funding").body)
    for kept in ("heads.atom", "page.html"):
        out = run("ledger", "verify", "--heads", str(tmp_path / kept), str(tmp_path / "ledger.csv"))[1]
        assert f"heads: 1 hold, the last of {day} at entry {seq}\n" in out
    (tmp_path / "early.csv").write_bytes(b"".join((tmp_path / "ledger.csv").read_bytes().splitlines(keepends=True)[:-2]))
    assert run("ledger", "verify", str(tmp_path / "early.csv"))[0] == 0, "by itself it looks whole"
    status, _, said = run("ledger", "verify", "--heads", str(tmp_path / "heads.atom"), str(tmp_path / "early.csv"), check=False)
    assert status == 1 and f"the head of {day}: entry {seq} is missing: this ledger ends before it" in said
    assert gifts.command("check")[0] == 0


def rewrite(site):
    """What a dishonest operator can do: doubles the first gift and chains the whole ledger anew."""
    header = ("seq,transaction,contribution,booked,day,channel,kind,source,account,asset,amount,reference,chain_v1\r\n").encode()
    rows = site.client().get("/funding/ledger.csv").text.split("\r\n")[1:-1]
    site.stop()
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        triggers = db.execute("select name, sql from sqlite_master where type = 'trigger'"
                              " and tbl_name in ('ledger_entry', 'contribution')").fetchall()
        for name, _ in triggers:
            db.execute(f"drop trigger {name}")
        day, = db.execute("select day from ledger_transaction where id = 1").fetchone()
        minor, = db.execute("select abs(minor) from ledger_entry where seq = 1").fetchone()
        db.execute("update contribution set minor = minor * 2 where id = 1")
        db.execute("update ledger_entry set minor = minor * 2 where seq in (1, 2)")
        for table, column, when in (("ledger_day", "day", day), ("ledger_month", "first_day", 17652)):
            for account, sign in (("assets", 1), ("income", -1)):
                db.execute(f"update {table} set minor = minor + ? where {column} = ? and account = ? and channel = 'bank'"
                           " and source = 'hand' and asset = 'USD'", (sign * minor, when, account))
        chain = hashlib.sha256(header).digest()
        for n, row in enumerate(rows, 1):
            fields = row.split(",")[:-1]
            if n <= 2:
                fields[10] = ("-" if n == 2 else "") + f"{2 * minor // 100}.{2 * minor % 100:02}"
            chain = hashlib.sha256(chain + ",".join(fields).encode()).digest()
            db.execute("update ledger_entry set hash = ? where seq = ?", (chain, n))
        for _, text in triggers:
            db.execute(text)
    db.close()
    site.start()


def test_who_rewrites_the_whole_ledger_is_found_by_anyone_who_kept_a_head_and_by_nobody_else(gifts, tmp_path):
    kept = json.loads(gifts.client().get("/funding/ledger.json").text)["head"]
    gifts.command("goal", "close", "--period", "2018-05")
    rewrite(gifts)
    answer = gifts.client().get("/funding/ledger.csv")
    (tmp_path / "ledger.csv").write_bytes(answer.body)
    assert run("ledger", "verify", str(tmp_path / "ledger.csv"))[0] == 0, "the new chain is as good as any"
    assert kept["hash"] not in answer.text
    status, out, said = gifts.command("check", check=False)
    assert status == 1 and "goal_close" in out + said
    # The statement that was signed before says another total and another head than the ledger now.
    facts = dict(line.split(" ", 1) for line in gifts.client().get("/funding/goals/1/statement.txt").text.splitlines()[1:])
    assert facts["head"] == kept["hash"] and facts["settled"] == "2603.00"
    assert json.loads(gifts.client().get("/api/v1/funding?goal=2018-05").text)["meter"]["settled"] == "2703.50"


def test_witnesses_get_the_head_by_mail_and_it_is_that_of_the_file(make_site):
    server = FakeServer()
    try:
        site = make_site(f"{CONFIG}[mail]\nserver = {server.url}\ntls = no\nfrom = news@example.org\n"
                         "[funding]\nwitnesses = ann@example.net\n")
        give(site, "25.00")
        site.stop()
        change(site, ("update job set run_at = 0 where kind = 'ledger-head'",))
        site.start()
        sent = server.wait(1)[0]
        assert sent.recipients == ["ann@example.net"]
        mail = email.message_from_bytes(sent.text, policy=email.policy.default)
        rows = list(csv.DictReader(io.StringIO(site.client().get("/funding/ledger.csv").text)))
        for kind in ("plain", "html"):
            assert f" 2 {rows[-1]['chain_v1']}" in mail.get_body((kind,)).get_content()
        site.stop()
    finally:
        server.stop()


def test_the_receipt_code_is_told_to_who_enters_a_gift(site):
    said = give(site, "25.00")[1]
    code = re.search(r"receipt code, for the giver: (\S+)", said).group(1)
    assert code == receipt(site, 1)
    assert site.client().post("/funding/receipt", {"code": code}).status == 200


def test_a_newsroom_whose_witnesses_are_no_addresses_does_not_start(make_site):
    site = make_site(CONFIG + CHANNELS + "[funding]\nwitnesses = ann@example.net, bob\n", start=False)
    with pytest.raises(AssertionError, match="did not start"):
        site.start()
    assert "funding.witnesses" in site.log_text()
    site.kill()


def test_what_cannot_be_proved_is_said_plainly(site):
    text = site.client().get("/funding").text
    assert "What none of this can prove" in text
    for part in ("gave money to themselves", "Keep one", "our word alone", "never reached the ledger"):
        assert part in text
