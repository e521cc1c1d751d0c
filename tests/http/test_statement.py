"""The address statement, from key to page. Without these who holds the server could show other addresses,
and the newsroom's own people could not tell."""

import os
import re
import shutil
import signal
import stat
import subprocess
import time

import pytest

from conftest import CONFIG, Site, run
from desk_help import read

CHANNELS = """
[channel.bitcoin]
address = bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4

[channel.savings]
kind = bank
holder = The Millbrook Diurnal
iban = DE89370400440532013000
"""
OTHER = CHANNELS.replace("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")


class Away:
    """The machine that holds the key: a folder beside the server's."""

    def __init__(self, folder):
        self.folder = folder
        self.key = os.path.join(folder, "key.pem")
        _, self.said, _ = run("statement", "keygen", self.key)
        self.fingerprint = re.search(r"fingerprint: ([0-9a-f ]+)", self.said)[1].strip()
        self.public = re.search(r"public key:\s+([0-9a-f ]+)", self.said)[1].strip()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def sign(self, text):
        _, signed, _ = run("statement", "sign", "--key", self.key, self.write("text.txt", text))
        return self.write("statement.txt", signed)


@pytest.fixture
def away(tmp_path):
    folder = tmp_path / "away"
    folder.mkdir()
    return Away(str(folder))


@pytest.fixture
def room(tmp_path):
    site = Site(str(tmp_path), CONFIG + CHANNELS).start()
    yield site
    site.stop()


def text_of(site):
    return run("statement", "text", data=site.data)[1]


def install(site, path, check=True):
    return run("statement", "install", path, data=site.data, check=check)


def reload(site):
    before = site.log_text().count("event=reload")
    site.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + 30
    while site.log_text().count("event=reload") == before:
        assert time.monotonic() < end
        time.sleep(0.05)
    return site.log_text().splitlines()[-1]


def test_the_key_is_private_and_never_overwritten(away):
    assert stat.S_IMODE(os.stat(away.key).st_mode) == 0o600
    with open(away.key, encoding="ascii") as f:
        before = f.read()
    status, _, why = run("statement", "keygen", away.key, check=False)
    assert status == 1 and "never overwritten" in why
    with open(away.key, encoding="ascii") as f:
        assert f.read() == before
    assert re.fullmatch(r"([0-9a-f]{4} ){15}[0-9a-f]{4}", away.public)
    assert re.fullmatch(r"([0-9a-f]{4} ){9}[0-9a-f]{4}", away.fingerprint)


def test_a_statement_goes_from_the_server_to_the_key_and_back(room, away):
    assert room.client().get("/funding/statement").status == 404
    assert room.client().get("/funding/statement.txt").status == 404
    text = text_of(room)
    assert "serial: 1\n" in text and "address: bc1qw508" in text and "iban: DE89370400440532013000\n" in text
    path = away.sign(text)
    _, said, _ = install(room, path)
    assert away.fingerprint in said
    assert "event=reloaded" in reload(room)
    with open(path, encoding="utf-8") as f:
        signed = f.read()
    assert room.client().get("/funding/statement.txt").text == signed
    page = room.client().get("/funding/statement")
    assert page.status == 200 and away.fingerprint in page.text and away.public in page.text
    assert "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" in page.text
    assert "/funding/statement.txt" in read(page).links
    for key in (away.fingerprint, away.public, away.public.replace(" ", "")):
        assert "good:" in run("statement", "verify", "--key", key, path)[1]
    assert "serial: 2\n" in text_of(room)


def test_the_server_does_not_start_with_other_addresses(room, away):
    install(room, away.sign(text_of(room)))
    assert "event=reloaded" in reload(room)
    room.configure(CONFIG + OTHER)
    said = reload(room)
    assert "event=reload_refused" in said and "channel bitcoin" in said and "bc1q" not in said
    # the old set-up stays in force
    assert "bc1qw508" in room.client().get("/funding").text and "bc1qar0" not in room.client().get("/funding").text
    room.stop()
    status, _, why = run("serve", "--listen", "127.0.0.1:0", data=room.data, check=False)
    assert status == 1 and "channel bitcoin" in why and "statement" in why and "bc1q" not in why
    for config in (CONFIG, CONFIG + OTHER, CONFIG + CHANNELS + "[channel.more]\nkind = link\nurl = https://x.example/\n",
                   CONFIG + CHANNELS.replace("holder = The", "holder = A")):
        room.configure(config)
        assert run("serve", "--listen", "127.0.0.1:0", data=room.data, check=False)[0] == 1
    # a new statement of the new addresses, and it starts
    room.configure(CONFIG + OTHER)
    install(room, away.sign(text_of(room)))
    room.start()
    assert "bc1qar0" in room.client().get("/funding/statement").text


def test_a_damaged_statement_stops_the_server(room, away):
    install(room, away.sign(text_of(room)))
    room.stop()
    path = os.path.join(room.data, "statement.txt")
    with open(path, encoding="utf-8") as f:
        good = f.read()
    for bad in (good.replace("serial: 1", "serial: 2"), good[:-2], "", good.replace("bc1qw508", "bc1qw509")):
        with open(path, "w", encoding="utf-8") as f:
            f.write(bad)
        status, _, why = run("serve", "--listen", "127.0.0.1:0", data=room.data, check=False)
        assert status == 1 and "statement" in why
    os.unlink(path)
    room.start()
    assert room.client().get("/funding/statement").status == 404


def test_install_takes_only_what_may_follow(room, away, tmp_path):
    text = text_of(room)
    first = away.sign(text)
    unsigned = away.write("unsigned.txt", text)
    assert "not signed" in install(room, unsigned, check=False)[2]
    install(room, first)
    with open(first, encoding="utf-8") as f:
        installed = f.read()
    assert "only grows" in install(room, first, check=False)[2]
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    other = Away(str(stranger))
    assert "another key" in install(room, other.sign(text_of(room)), check=False)[2]
    second = away.sign(text_of(room).replace("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
                                             "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"))
    status, _, why = install(room, second, check=False)
    assert status == 1 and "does not agree" in why and "channel bitcoin" in why
    with open(os.path.join(room.data, "statement.txt"), encoding="utf-8") as f:
        assert f.read() == installed


def test_verify_needs_the_right_key_and_an_unchanged_file(room, away, tmp_path):
    path = away.sign(text_of(room))
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    other = Away(str(stranger))
    status, _, why = run("statement", "verify", "--key", other.fingerprint, path, check=False)
    assert status == 1 and "another key" in why
    with open(path, encoding="utf-8") as f:
        good = f.read()
    changed = away.write("changed.txt", good.replace("The Millbrook", "The Millbrooke"))
    status, _, why = run("statement", "verify", "--key", away.fingerprint, changed, check=False)
    assert status == 1 and "signature does not fit" in why
    assert run("statement", "verify", "--key", "", path, check=False)[0] != 0
    assert run("statement", "sign", "--key", away.key, path, check=False)[0] == 1  # it is signed
    assert run("statement", "sign", "--key", path, path, check=False)[0] == 1  # that is no key


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_openssl_says_the_same(room, away):
    with open(away.sign(text_of(room)), "rb") as f:
        signed = f.read()
    text, _, tail = signed.rpartition(b"\nsignature: ")
    public = re.search(rb"^key: ([0-9a-f]{64})$", signed, re.M)[1].decode()

    def put(name, data):
        path = os.path.join(away.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
               "-inkey", put("key.der", bytes.fromhex("302a300506032b6570032100" + public)), "-rawin",
               "-sigfile", put("signature", bytes.fromhex(tail.strip().decode()))]
    assert subprocess.run([*command, "-in", put("text", text)], capture_output=True).returncode == 0
    assert subprocess.run([*command, "-in", put("text", text + b" ")], capture_output=True).returncode != 0
    made = subprocess.run(["openssl", "pkey", "-in", away.key, "-pubout", "-outform", "DER"], capture_output=True)
    assert made.stdout.hex().endswith(public)
