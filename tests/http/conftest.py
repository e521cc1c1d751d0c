"""The newsroom under test: the real binary on a port asked from the kernel, in a folder of its own.

Every process is started here and ended by its own id. DIURNAL names the binary (default
build/debug/diurnal).
"""

import http.client
import os
import re
import select
import signal
import socket
import subprocess
import time
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BINARY = os.environ.get("DIURNAL", os.path.join(ROOT, "build/debug/diurnal"))
START_SECONDS = 60  # sanitizer builds on a busy machine

CONFIG = """\
[site]
title = The Millbrook Diurnal
tagline = Reports from the river
language = en
zone = America/New_York
currency = USD

[limits]
pages_rate = 1000000
pages_burst = 1000000
renders_burst = 1000
comments_rate = 1000000
comments_burst = 100000
votes_rate = 1000000
votes_burst = 100000
new_voters = 100000
vote_burst = 0
sign_in_rate = 100000
sign_in_burst = 10000
hooks_rate = 100000
hooks_burst = 10000
desk_rate = 1000000
desk_burst = 100000
"""
# The limits as they are when the operator says nothing.
CONFIG_STRICT = CONFIG.partition("[limits]")[0]


class Answer:
    """One HTTP answer: status, headers (lower case, last wins; all in `raw`), body."""

    def __init__(self, response, body):
        self.status = response.status
        self.raw = response.getheaders()
        self.headers = {k.lower(): v for k, v in self.raw}
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def location(self):
        return self.headers["location"]

    def cookies(self):
        found = {}
        for name, value in self.raw:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                found[key] = rest.partition(";")[0]
        return found


class Client:
    """A browser without script: keeps cookies, sends our Origin with posts."""

    def __init__(self, port, origin=None):
        self.port = port
        self.origin = origin or f"http://127.0.0.1:{port}"
        self.jar = {}

    def request(self, method, path, body=None, headers=None):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if self.jar:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        sent.update(headers or {})
        try:
            conn.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
            response = conn.getresponse()
            answer = Answer(response, response.read())
        finally:
            conn.close()
        for key, value in answer.cookies().items():
            self.jar[key] = value
            if value == "":
                del self.jar[key]
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path, fields, **headers):
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin,
                "Sec-Fetch-Site": "same-origin"}
        sent.update({k.replace("_", "-"): v for k, v in headers.items()})
        return self.request("POST", path, urlencode(fields).encode(), sent)

    def vote(self, comment, value, **headers):
        """Of one address, a second first vote is sent to come again with its cookie; browsers do that by themselves."""
        answer = self.post(f"/comments/{comment}/vote", {"value": value}, **headers)
        return self.post(answer.location, {"value": value}, **headers) if answer.status == 307 else answer

    def follow(self, answer):
        return self.get(answer.location.partition("#")[0])


def run(*args, data=None, check=True, env=None):
    """One command of the program; returns (exit status, standard output, standard error)."""
    command = [BINARY, *args, *(["--data", str(data)] if data else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    if check:
        assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.returncode, done.stdout, done.stderr


class Site:
    def __init__(self, folder, config=CONFIG, args=()):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.log_path = os.path.join(folder, "log")
        self.args = list(args)
        self.process = None
        self.port = 0
        self.desk_link = None
        os.makedirs(self.data, mode=0o700, exist_ok=True)
        self.configure(config)

    def configure(self, config):
        with open(os.path.join(self.data, "diurnal.ini"), "w", encoding="utf-8") as f:
            f.write(config)

    def start(self, env=None, wrapper=()):
        self.log = open(self.log_path, "ab")
        listen = [] if "--listen" in self.args else ["--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(
            [*wrapper, BINARY, "serve", "--data", self.data, *listen, *self.args],
            stdout=subprocess.PIPE, stderr=self.log, env=env,
        )
        self._await_ready()
        return self

    def _await_ready(self):
        end = time.monotonic() + START_SECONDS
        seen = b""
        fd = self.process.stdout.fileno()
        while b"ready\n" not in seen:
            readable, _, _ = select.select([fd], [], [], max(end - time.monotonic(), 0))
            chunk = os.read(fd, 65536) if readable else b""
            assert chunk, f"the server did not start: {seen!r}\n{self.log_text()}"
            seen += chunk
        self.greeting = seen.decode()
        found = re.search(r"listening on http://\S*?:(\d+)", self.greeting)
        self.port = int(found.group(1)) if found else 0
        link = re.search(r"desk link: (\S+)", self.greeting)
        self.desk_link = link.group(1) if link else None

    def log_text(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self, expect=0):
        if not self.process:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self._close()
        text = self.log_text()
        assert "Sanitizer" not in text, text
        if expect is not None:
            assert status == expect, f"exit status {status}\n{text}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self):
        self.process.stdout.close()
        self.log.close()
        self.process = None

    def client(self):
        return Client(self.port)

    def command(self, *args, check=True):
        return run(*args, data=self.data, check=check)

    def publish(self, text, name="report.md", check=True):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return run("publish", path, data=self.data, check=check)

    def raw(self, data, timeout=10):
        """Sends bytes as they are and returns all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            s.sendall(data)
            got = b""
            try:
                while chunk := s.recv(65536):
                    got += chunk
            except (TimeoutError, ConnectionResetError):
                pass
            return got


REPORT = """\
---
series: Daily Field Report
title: Floodwater Breaches the Southern Dike
date: 2018-05-04
slug: southern-dike
byline: Mara Lindqvist
dateline: Millbrook
state: published
---
The river rose *two metres* in a night.
"""
PATH = "/2018/05/04/southern-dike"


@pytest.fixture
def make_site(tmp_path):
    made = []

    def make(config=CONFIG, args=(), start=True, **kw):
        folder = tmp_path / f"site{len(made)}"
        folder.mkdir()
        site = Site(str(folder), config, args)
        made.append(site)
        return site.start(**kw) if start else site

    yield make
    for site in made:
        site.stop(expect=None)


@pytest.fixture
def site(make_site):
    """A running newsroom with one published report at PATH."""
    site = make_site()
    site.publish(REPORT)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory):
    """One newsroom for all tests of a file that only read, or that write what no other one reads."""
    site = Site(str(tmp_path_factory.mktemp("site"))).start()
    site.publish(REPORT)
    yield site
    site.stop()


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.links = []
        self._area = None

    def handle_starttag(self, tag, attrs):
        a = {k: v or "" for k, v in attrs}
        if tag == "form":
            self.forms.append({"action": a.get("action", ""), "method": a.get("method", "get"),
                               "fields": {}, "id": a.get("id", "")})
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif self.forms and tag in ("input", "button") and a.get("name"):
            if a.get("type") not in ("checkbox", "radio") or "checked" in a:
                self.forms[-1]["fields"][a["name"]] = a.get("value", "")
        elif self.forms and tag == "textarea":
            self._area = a.get("name")
            self.forms[-1]["fields"][self._area] = ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.forms[-1]["fields"][self._area] += data


def page(answer):
    """The forms and links of an HTML answer."""
    parser = _Forms()
    parser.feed(answer.text)
    return parser
