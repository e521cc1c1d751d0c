"""The desk as a browser without script uses it: forms are read from pages, filled in and sent whole, so
that a field or a button that a page lacks cannot be sent by a test."""

import html
import os
import re
import secrets
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from conftest import Client, Site

PASSWORD = "seven tall herons by the weir"
ROLES = ["owner", "editor", "reporter", "moderator", "treasurer"]
# Many sign-ins a minute come from this machine; hashing is as cheap as the program lets it be.
DESK_CONFIG = """\
[site]
title = The Millbrook Diurnal
tagline = Reports from the river
language = en
zone = America/New_York
currency = USD

[desk]
password_kilobytes = 19456

[limits]
sign_in_rate = 1000000
sign_in_burst = 1000000
desk_rate = 1000000
desk_burst = 1000000
comments_rate = 1000000
comments_burst = 1000000
pages_rate = 1000000
pages_burst = 1000000
renders_burst = 1000
"""


class Form:
    def __init__(self, attrs):
        self.action = attrs.get("action", "")
        self.method = attrs.get("method", "get")
        self.multipart = attrs.get("enctype") == "multipart/form-data"
        self.id = attrs.get("id", "")
        self.fields = {}  # name: value, as it would be sent; ticks that are off are missing
        self.names = set()  # of everything that can be filled in
        self.buttons = []  # (name, value, text)
        self.options = {}  # of choices: name: values
        self.invalid = set()  # names marked with aria-invalid

    def button(self, value):
        found = [b for b in self.buttons if value in (b[1], b[2])]
        assert found, f"no button {value!r} among {self.buttons}"
        return found[0]


class _Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.links = [], []
        self._open = self._area = self._choice = self._button = None

    def handle_starttag(self, tag, attrs):
        a = {k: v if v is not None else "" for k, v in attrs}
        if tag == "form":
            self._open = Form(a)
            self.forms.append(self._open)
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif self._open is None:
            return
        elif tag == "input" and a.get("name"):
            self._input(a)
        elif tag == "textarea":
            self._area = a["name"]
            self._open.fields[self._area] = ""
            self._mark(a)
        elif tag == "select":
            self._choice = a["name"]
            self._open.options[self._choice] = []
            self._mark(a)
        elif tag == "option" and self._choice:
            values = self._open.options[self._choice]
            if "selected" in a or not values:
                self._open.fields[self._choice] = a["value"]
            values.append(a["value"])
        elif tag == "button":
            self._button = [a.get("name", ""), a.get("value", ""), ""]

    def _mark(self, a):
        self._open.names.add(a["name"])
        if a.get("aria-invalid") == "true":
            self._open.invalid.add(a["name"])

    def _input(self, a):
        self._mark(a)
        kind = a.get("type", "text")
        if kind == "checkbox" and "checked" not in a or kind == "file":
            return
        self._open.fields[a["name"]] = a.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            # A line end right behind the tag is not part of the value.
            value = self._open.fields[self._area]
            self._open.fields[self._area] = value[1:] if value.startswith("\n") else value
            self._area = None
        elif tag == "select":
            self._choice = None
        elif tag == "button" and self._button:
            self._open.buttons.append(tuple(self._button))
            self._button = None

    def handle_data(self, data):
        if self._area:
            self._open.fields[self._area] += data
        elif self._button:
            self._button[2] += data.strip()


def read(answer):
    parser = _Page()
    parser.feed(answer.text)
    return parser


def form_of(answer, where=""):
    """The one form whose action ends so (or whose id this is); sign-out stands on every page."""
    found = [f for f in read(answer).forms if f.action != "/desk/sign-out"]
    found = [f for f in found if not where or f.action.endswith(where) or f.id == where]
    assert len(found) == 1, (where, [f.action for f in found], answer.status, answer.text[:3000])
    return found[0]


def encode_multipart(fields, files):
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        text = value.replace("\r\n", "\n").replace("\n", "\r\n")  # as browsers send them
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
                     .encode())
    for name, (file_name, data) in files:
        parts.append((f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
                      f'filename="{file_name}"\r\nContent-Type: application/octet-stream\r\n\r\n')
                     .encode() + data + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Person(Client):
    """Somebody with a browser; `page` is the last answer seen."""

    def send(self, form, button=None, files=(), **filled):
        """Sends the form as it stands, with these fields filled in (None: left out)."""
        fields = dict(form.fields)
        for name, value in filled.items():
            assert name in form.names, f"the form {form.action} has no field {name}: {form.names}"
            fields[name] = value
        pressed = form.button(button) if button else (form.buttons[0] if form.buttons else ("", "", ""))
        if pressed[0]:
            fields[pressed[0]] = pressed[1]
        fields = {k: v for k, v in fields.items() if v is not None}
        if form.method == "get":
            return self.get(form.action + "?" + urlencode(fields))
        assert form.method == "post"
        if not form.multipart:
            return self.post(form.action, fields)
        body, kind = encode_multipart(fields, files)
        return self.request("POST", form.action, body, {"Content-Type": kind, "Origin": self.origin})

    def fill(self, path, where="", button=None, files=(), **filled):
        """Opens a page and sends its form."""
        opened = self.get(path)
        assert opened.status == 200, (path, opened.status, opened.text[:2000])
        return self.send(form_of(opened, where), button, files, **filled)

    def follow(self, answer):
        assert answer.status == 303, (answer.status, answer.text[:3000])
        return self.get(answer.location.partition("#")[0])

    def press(self, path, where="", button=None):
        return self.fill(path, where, button)


def errors_of(answer):
    """The sentences of a refused form."""
    box = re.search(r'<div class="error" role="alert">(.*?)</div>', answer.text, re.S)
    assert box, answer.text[:3000]
    return [html.unescape(re.sub("<[^>]+>", "", li)) for li in re.findall(r"<li>(.*?)</li>", box[1], re.S)]


def notice_of(answer):
    found = re.search(r'<p class="notice" role="status">(.*?)</p>', answer.text)
    return html.unescape(found[1]) if found else ""


def link_in(text):
    return urlsplit(re.search(r"https?://\S+(/desk/link/[\w-]+)", text)[1] if "://" in text else text).path


class Newsroom:
    """A running site with one signed-in person a role, by the command line's one-time links."""

    def __init__(self, site):
        self.site = site
        self.people = {}
        self.names = {}
        owner = self.person()
        answer = owner.fill(urlsplit(site.desk_link).path, name="Ona Owner", email="owner@river.example",
                            password=PASSWORD)
        assert answer.status == 303, answer.text
        self.people["owner"] = owner
        self.names["owner"] = "Ona Owner"
        for role in ROLES[1:]:
            self.people[role] = self.add(role, f"{role.title()} One", f"{role}@river.example")
            self.names[role] = f"{role.title()} One"

    def person(self):
        return Person(self.site.port)

    def add(self, role, name, email, password=PASSWORD):
        _, out, _ = self.site.command("staff", "add", "--name", name, "--email", email, "--role", role)
        person = self.person()
        answer = person.fill(link_in(out), password=password)
        assert answer.status == 303 and answer.location == "/desk", (answer.status, answer.text[:2000])
        return person

    def sign_in(self, email, password=PASSWORD):
        person = self.person()
        return person, person.fill("/desk/sign-in", email=email, password=password)

    def __getattr__(self, role):
        if role in ROLES:
            return self.people[role]
        raise AttributeError(role)

    def log(self):
        """The audit log's first page, latest first: (who, action, object, detail)."""
        text = self.people["owner"].get("/desk/audit").text
        rows = re.findall(r"<tr><td>.*?</tr>", text, re.S)
        cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
        return [tuple(html.unescape(re.sub("<[^>]+>", "", c)) for c in row[1:]) for row in cells]

    def actions(self):
        return [row[1] for row in self.log()]


def make_newsroom(folder, config=DESK_CONFIG):
    return Newsroom(Site(os.fspath(folder), config).start())


def comment(site, path, **fields):
    """A guest's comment; its number."""
    answer = site.client().post(path + "/comments", {"name": "Tove", "body": "Hello", **fields})
    assert answer.status == 303, answer.text[:2000]
    return int(re.search(r"comment-(\d+)", answer.location)[1])


def absolute(path):
    return urljoin("http://x", path)
