"""Starting, stopping and living with an operator. Without these a restart could lose readers, a wrong
file could take the newsroom down, and a full disk could take its pages away."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import time

import pytest

import conftest
from conftest import BINARY, CONFIG, PATH, REPORT, run


def until(happened, seconds=20):
    """Waits for something that another process does and that has no event to wait for."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_the_folder_is_made_private_and_a_desk_link_is_printed(make_site):
    site = make_site()
    assert site.desk_link.startswith(f"http://127.0.0.1:{site.port}/desk/link/")
    for name in ("diurnal.db", "keys"):
        mode = os.stat(os.path.join(site.data, name)).st_mode
        assert not mode & (stat.S_IRWXG | stat.S_IRWXO), name
    assert stat.S_IMODE(os.stat(os.path.join(site.data, "control.sock")).st_mode) == 0o600


def test_sigterm_ends_with_zero_within_five_seconds(site):
    begun = time.monotonic()
    site.stop(expect=0)
    assert time.monotonic() - begun < 5


def test_sigterm_does_not_wait_for_who_says_nothing_at_the_control_socket(site):
    import socket
    for said in (b"", b"\x01\x00\x00\x00\x05\x00\x00\x00che"):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(os.path.join(site.data, "control.sock"))
            s.sendall(said)
            begun = time.monotonic()
            site.stop(expect=0)
            assert time.monotonic() - begun < 5
        site.start()


def test_sigterm_finishes_a_request_under_way(site):
    import socket
    body = b"name=Tove&body=" + b"a" * 100
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as s:
        s.sendall(f"POST {PATH}/comments HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
                  f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
                  "Expect: 100-continue\r\n\r\n".encode())
        assert s.recv(1000).startswith(b"HTTP/1.1 100")  # the server has begun with the request
        s.sendall(body[:20])
        site.process.send_signal(signal.SIGTERM)
        until(lambda: "event=stopping" in site.log_text())
        s.sendall(body[20:])
        assert s.recv(1000).startswith(b"HTTP/1.1 303")
    assert site.process.wait(timeout=10) == 0
    site.stop()


def test_a_second_server_on_the_folder_is_refused(site):
    done = subprocess.run([BINARY, "serve", "--data", site.data, "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) >= 1
    assert site.client().get("/").status == 200


def test_a_used_port_is_refused(site, make_site):
    other = make_site(start=False)
    done = subprocess.run([BINARY, "serve", "--data", other.data, "--listen", f"127.0.0.1:{site.port}"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "another program" in done.stderr


@pytest.mark.parametrize("option", ["--listen", "--listen-live", "--listen-metrics"])
@pytest.mark.parametrize("address, reason", [
    ("nonsense", "HOST:PORT"),
    ("localhost:99999", "HOST:PORT"),
    ("newsroom.example:80", "HOST:PORT"),
    ("198.51.100.7:0", "assign"),
    ("unix:/no/such/folder/sock", "No such file"),
])
def test_an_address_that_cannot_be_listened_on_is_named_with_the_reason_and_makes_no_folder(
        tmp_path, option, address, reason):
    folder = tmp_path / "new"
    listen = [] if option == "--listen" else ["--listen", "127.0.0.1:0"]
    done = subprocess.run([BINARY, "serve", "--data", folder, *listen, option, address],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert option in said and address in said and reason in said, done.stderr
    assert not folder.exists()


def test_it_listens_on_a_unix_socket(make_site, tmp_path):
    import socket
    path = tmp_path / "http.sock"
    site = make_site(args=["--listen", f"unix:{path}"])
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(str(path))
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert s.recv(1000).startswith(b"HTTP/1.1 200")
    site.stop()


@pytest.mark.parametrize("wrong, line, what", [
    ("[site]\ntitle = x\ntytle = y\n", 3, "tytle"),
    ("[site]\ntitle = x\n[limits]\ncomment_bytes = 1\n", 4, "comment_bytes"),
    ("[site]\ntitle = x\ntitle = y\n", 3, "title"),
    ("[site]\nzone = Mars/Olympus\n", 2, "zone"),
    ("[site]\nlanguage = tlh-x\n", 2, "language"),
    ("[site]\ncurrency = ZZZ\n", 2, "currency"),
    ("[channel.bitcoin]\naddress = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyv\n", 2, "address"),
    ("[site]\ntitle = x\nlogo = icons/none.svg\n", 3, "site.logo"),
    ("[channel.paypal]\nurl = https://paypal.me.example/x\n", 2, "url"),
])
def test_a_wrong_configuration_refuses_to_start_and_names_its_line(make_site, wrong, line, what):
    site = make_site(config=wrong, start=False)
    done = subprocess.run([BINARY, "serve", "--data", site.data, "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"diurnal.ini:{line}:" in done.stderr and what in done.stderr


def test_an_access_log_that_cannot_be_opened_is_named(make_site, tmp_path):
    site = make_site(config=f"[server]\naccess_log = {tmp_path}/no/such/folder\n", start=False)
    done = subprocess.run([BINARY, "serve", "--data", site.data, "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "access_log" in done.stderr.splitlines()[-1] and "cannot listen" not in done.stderr


def test_a_private_key_in_the_configuration_is_refused_and_not_echoed(make_site):
    wif = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"
    site = make_site(config=f"[channel.bitcoin]\naddress = {wif}\n", start=False)
    done = subprocess.run([BINARY, "serve", "--data", site.data, "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "private" in done.stderr and wif not in done.stderr


def test_sighup_takes_a_new_configuration_and_keeps_the_old_when_the_new_is_wrong(site):
    site.configure(CONFIG.replace("The Millbrook Diurnal", "The Alder Gazette"))
    site.process.send_signal(signal.SIGHUP)
    until(lambda: "event=reloaded" in site.log_text())
    assert "The Alder Gazette" in site.client().get("/").text
    site.configure("[site]\nnonsense = 1\n")
    site.process.send_signal(signal.SIGHUP)
    until(lambda: "event=reload_refused" in site.log_text())
    assert "The Alder Gazette" in site.client().get("/").text


def test_a_new_time_zone_moves_the_beginning_of_the_day(make_site):
    """Goals begin and end with the site's day: in a zone where it begins earlier, earlier."""
    def day_begin(site):
        with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
            return db.execute("select run_at from job where kind = 'day-begin'").fetchone()[0]

    hour = time.gmtime().tm_hour
    east = 23 - hour if hour >= 10 else -1 - hour  # where the day's last hour is running
    zones = [f"Etc/GMT{-hours:+d}" for hours in (east - 2, east)]  # their signs are the other way round
    site = make_site(config=CONFIG.replace("America/New_York", zones[0]))
    before = day_begin(site)
    site.configure(CONFIG.replace("America/New_York", zones[1]))
    site.process.send_signal(signal.SIGHUP)
    until(lambda: "event=reloaded" in site.log_text())
    assert before - day_begin(site) == 2 * 3600 * 1_000_000


def test_a_broken_theme_is_refused_with_file_and_line_and_a_good_one_is_served(make_site, tmp_path):
    theme = tmp_path / "theme"
    (theme / "parts").mkdir(parents=True)
    (theme / "parts" / "footer.html").write_text("<footer>\n<p>{{page.no_such_thing}}</p></footer>\n")
    site = make_site(config=CONFIG.replace("[limits]", f"theme = {theme}\n\n[limits]"), start=False)
    done = subprocess.run([BINARY, "serve", "--data", site.data, "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "footer.html:2" in done.stderr and "no_such_thing" in done.stderr
    (theme / "parts" / "footer.html").write_text("<footer>Printed by {{page.site_title}}</footer>\n")
    site.start()
    assert "Printed by The Millbrook Diurnal" in site.client().get("/").text
    (theme / "parts" / "footer.html").write_text("<footer onclick='{{page.site_title}}'></footer>\n")
    site.process.send_signal(signal.SIGHUP)
    until(lambda: "event=reload_refused" in site.log_text())
    assert "Printed by" in site.client().get("/").text


def test_backup_while_serving_is_restored_and_holds_everything(site, make_site, tmp_path):
    client = site.client()
    assert client.post(PATH + "/comments", {"name": "Tove", "body": "before the backup"}).status == 303
    copy = tmp_path / "copy.db"
    site.command("backup", str(copy))
    assert site.command("backup", str(copy), check=False)[0] == 1  # never over an older copy
    other = make_site(start=False)
    os.rename(copy, os.path.join(other.data, "diurnal.db"))
    status, out, err = run("check", data=other.data)
    assert "everything holds" in out, out + err
    other.start()
    assert "before the backup" in other.client().get(PATH).text


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to give the server less than its caller has")
def test_a_backup_goes_where_its_caller_may_write_and_the_server_may_not(make_site, tmp_path):
    site = make_site(start=False)
    site.start(wrapper=("setpriv", "--inh-caps=-all", "--bounding-set=-all"))
    site.publish(REPORT)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    os.chown(closed, 65534, 65534)
    assert site.client().post(PATH + "/comments", {"name": "Tove", "body": "before the backup"}).status == 303
    site.command("backup", str(closed / "copy.db"))
    assert stat.S_IMODE(os.stat(closed / "copy.db").st_mode) == 0o600
    copied = sqlite3.connect(closed / "copy.db").execute("select count(*) from comment")
    assert copied.fetchone()[0] == 1
    assert site.client().post(PATH + "/comments", {"name": "Tove", "body": "after it"}).status == 303


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to give the server less than its caller has")
def test_the_filter_is_exported_to_where_its_caller_may_write_and_the_server_may_not(make_site, tmp_path):
    site = make_site(start=False)
    site.start(wrapper=("setpriv", "--inh-caps=-all", "--bounding-set=-all"))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    os.chown(closed, 65534, 65534)
    done = subprocess.run([BINARY, "filter", "export", "--data", site.data, "counts.txt"], cwd=closed,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (closed / "counts.txt").read_text().startswith("diurnal-filter 1\ncomments ")
    assert stat.S_IMODE(os.stat(closed / "counts.txt").st_mode) == 0o600
    status, out, err = run("filter", "export", str(tmp_path / "x"), data=str(tmp_path / "none"), check=False)
    assert status == 1 and "there is no folder" in err and not (tmp_path / "none").exists()
    site.stop()
    site.command("filter", "export", str(closed / "again.txt"))  # and while no server runs
    assert (closed / "again.txt").read_bytes() == (closed / "counts.txt").read_bytes()


def test_what_is_installed_starts_where_it_was_installed_and_its_socket_is_the_proxys(tmp_path):
    install = ["make", "-s", "-C", conftest.ROOT, "install", f"DESTDIR={tmp_path}", "prefix=/opt/d"]
    program = os.path.join(conftest.ROOT, "build/release/diurnal")
    if not os.path.exists(program):
        pytest.skip("no release build to install")
    subprocess.run(install, check=True)
    unit = (tmp_path / "opt/d/lib/systemd/system/diurnal.service").read_text()
    assert "ExecStart=/opt/d/bin/diurnal serve" in unit and "@prefix@" not in unit
    assert os.access(tmp_path / "opt/d/bin/diurnal", os.X_OK)
    assert re.search("^Group=www-data$", unit, re.M)  # a socket gets the first group of who makes it


def test_check_finds_a_wrong_counter(site):
    site.client().post(PATH + "/comments", {"name": "Tove", "body": "one"})
    site.stop()
    import sqlite3
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        db.execute("update discussion set published = published + 1")
    db.close()
    status, out, err = run("check", data=site.data, check=False)
    assert status == 1 and "published" in out + err


@pytest.mark.parametrize("make, word", [
    (lambda p: open(p, "wb").write(b"this is not a database" * 1000), "damaged"),
    (lambda p: foreign(p), "another program"),
    (lambda p: newer(p), "newer"),
])
def test_a_foreign_corrupt_or_newer_folder_is_refused_with_a_sentence(make_site, make, word):
    site = make_site(start=False)
    path = os.path.join(site.data, "diurnal.db")
    make(path)
    done = subprocess.run([BINARY, "serve", "--data", site.data, "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and word in done.stderr, done.stderr


def foreign(path):
    import sqlite3
    with sqlite3.connect(path) as db:
        db.execute("create table recipes (name text)")
    db.close()


def newer(path):
    import sqlite3
    folder = os.path.dirname(path)
    done = subprocess.run([BINARY, "demo", "--data", folder], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 9999")
    db.close()


def test_a_full_disk_keeps_pages_and_answers_503_to_writes(make_site, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    site = conftest.Site(str(disk))
    try:
        site.log_path = str(tmp_path / "log")
        site.start()
        report = tmp_path / "report.md"
        report.write_text(REPORT)
        site.command("publish", str(report))
        client = site.client()
        assert client.post(PATH + "/comments", {"name": "Tove", "body": "kept"}).status == 303
        with open(disk / "filler", "wb") as f:
            with pytest.raises(OSError):
                while True:
                    f.write(b"x" * 65536)
                    f.flush()
        statuses = [site.client().post(PATH + "/comments", {"name": "T", "body": f"{i} " + "y" * 8000}).status
                    for i in range(200)]
        assert statuses[-1] == 503
        assert "kept" in site.client().get(PATH).text
        assert site.client().get("/healthz").status == 200
        os.unlink(disk / "filler")
        assert site.client().post(PATH + "/comments", {"name": "T", "body": "room again"}).status == 303
        kept = statuses.count(303)
        site.stop()
        import sqlite3
        with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
            assert db.execute("select count(*) from comment").fetchone()[0] == kept + 2
        db.close()
    finally:
        if site.process and site.process.poll() is None:
            site.kill()
        subprocess.run(["umount", str(disk)], check=False)


def test_metrics_and_health_stand_on_a_listener_of_their_own(make_site):
    import http.client
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    site = make_site(args=["--listen", "127.0.0.1:0", "--listen-metrics", f"127.0.0.1:{port}"])
    assert site.client().get("/healthz").status == 200
    assert site.client().get("/metrics").status == 404
    conn = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    conn.request("GET", "/metrics")
    text = conn.getresponse().read().decode()
    assert "# TYPE" in text and "diurnal_" in text


def test_the_access_log_holds_no_address_and_no_words(make_site, tmp_path):
    log = tmp_path / "access.log"
    site = make_site(config=f"[server]\naccess_log = {log}\n{CONFIG}")
    site.publish(REPORT)
    client = site.client()
    client.post(PATH + "/comments", {"name": "Secretname", "body": "secretbody", "email": "a@b.example"})
    client.get(PATH + "?sort=oldest", User_Agent="secretagent", Referer="https://secret.example/")
    client.get("/comments/1")
    site.stop()
    lines = log.read_text().splitlines()
    assert len(lines) == 3
    for line in lines:
        assert re.fullmatch(r"(\w+=\S+ )*\w+=\S+", line), line
    # Each connection ends on a thread of its own, so their lines may change places.
    posted = "method=POST route=/{year}/{month}/{day}/{slug}/comments status=303"
    assert sum(posted in line for line in lines) == 1
    for secret in ("ecret", "a@b.example", "127.0.0.1", "southern-dike", "/comments/1"):
        assert secret not in log.read_text() and secret not in site.log_text(), secret


def test_every_command_explains_itself():
    for words in ([], ["publish"], ["staff", "add"], ["goal", "set"], ["contribution", "add"], ["backup"],
                  ["check"], ["ledger", "verify"], ["serve"]):
        status, out, err = run(*words, "--help")
        assert "usage: diurnal" in out
        assert ("FILE" in out.splitlines()[0]) == (words in (["publish"], ["backup"], ["ledger", "verify"]))
    assert "staff link" in run("staff", "--help")[1] and "goal set" not in run("staff", "--help")[1]
    assert run("-h")[0] == 0 and run("publish", "-h")[0] == 0
    assert run("staff", check=False)[0] == 2
    assert run("ledger", "verify", "one.csv", "two.csv", check=False)[0] == 2
    assert run("nonsense", check=False)[0] == 2
    assert run("publish", check=False)[0] == 2
    assert run("goal", "set", "--data", "/nonexistent", "--currency", "USD", check=False)[0] == 2
    status, _, err = run("check", "--data", "/nonexistent", check=False)
    assert status == 1 and len(err.strip().splitlines()) == 1


def test_the_proxies_in_the_package_let_through_what_the_desk_takes(tmp_path):
    limit = int(re.search(r";desk_form_bytes = (\d+)", run("config")[1]).group(1))
    nginx = open(os.path.join(conftest.ROOT, "packaging/nginx.conf"), encoding="utf-8").read()
    caddy = open(os.path.join(conftest.ROOT, "packaging/Caddyfile"), encoding="utf-8").read()
    assert int(re.search(r"client_max_body_size (\d+)m;", nginx).group(1)) * 1024 * 1024 >= limit
    assert int(re.search(r"max_size (\d+)MB", caddy).group(1)) * 1000 * 1000 >= limit
