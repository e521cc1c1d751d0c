"""Every odd text through every field that takes words, and then every page, feed, answer and mail that shows them.
Without these a name could break out of an attribute, a line end become a header, a percent sign match everything, or
somebody lose what they typed because we did not like it."""

import email
import email.policy
import html
import itertools
import json
import os
import re
import sqlite3
import urllib.parse
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

import pytest

from conftest import PATH, REPORT
from desk_help import DESK_CONFIG, Person, form_of, make_newsroom, read
from smtp_fake import FakeServer
from test_mail import settings
from test_subscriptions import ask, mails_settled, manage_link

# "zq9" marks what would be ours to find as an element, an attribute, a header or an address.
ODD = {
    "line ends": "zq9\r\nX-Zq9: 1\r\n\r\n<zq9>",
    "a lone carriage return": "zq9\rX-Zq9: 1",
    "other line ends": "zq9\u2028X-Zq9: 1\u2029<zq9>",
    "percents": "100%_zq9 %s%n%x%d %25 %00 %zq9",
    "like": "zq9_\\%\\_%%",
    "double quotes": 'zq9" onzq9="1" x="',
    "single quotes": "zq9' onzq9='1' x='",
    "backticks": "zq9` onzq9=`1",
    "curly quotes": "zq9\u201d onzq9=\u201c1\u2019",
    "sql": "zq9'); drop table comment;--",
    "an element": "<zq9 onzq9=1>zq9</zq9>",
    "out of a title": "</title></textarea></script></style></noscript><zq9>",
    "out of a comment": "--!><zq9>--><zq9>",
    "out of cdata": "]]><zq9>]]&gt;",
    "a script": "<script>zq9()</script><img src=x onerror=zq9()>",
    "svg": "<svg><style><zq9 x='</style><zq9>'></svg>",
    "a link": '<a href="javascript:zq9()">zq9</a> [zq9](javascript:zq9) [x](  JAVA&#x0A;script:zq9) <javascript:zq9>',
    "a picture": '![zq9](x "onzq9=1" onzq9=1) ![](data:text/html,<zq9>)',
    "a title": "[zq9](https://example.org/?a=%22'\"onzq9=1 'x\" onzq9=\"1')",
    "entities": "&lt;zq9&gt; &#60;zq9&#62; &quot; onzq9=1 &amp;lt;zq9&amp;gt; &#x0;&#xD800;",
    "holes": "{{words.zq9}} {{{html}}} {{#zq9}}",
    "question": "[zq9](<ask:zq9?>)",
    "a field's name": "__proto__",
    "json": '\\"},{"zq9":1}',
    "very long": "zq9" * 3000,
    "long word": "\u0627" * 500 + "zq9",
    "combining": "zq9" + "\u0301" * 300,
    "emoji": "zq9 \U0001f469\u200d\U0001f692 \U0001f1e6",
}
# These are no text that anybody should read, and are refused in words.
REFUSED = {
    "right to left override": "zq9\u202egnp.exe",
    "embedding": "zq9\u202bx",
    "left to right override": "\u202dzq9",
    "a control character": "zq9\x07x",
    "next line": "zq9\x85X-Zq9: 1",
    "nul": "zq9\x00x",
    "escape": "zq9\x1b[31mx",
    "delete": "zq9\x7fx",
    "no character": "zq9\ufffex",
}
BYTES = {"invalid UTF-8": b"zq9\xff", "overlong": b"zq9\xc0\xbczq9>", "a surrogate": b"zq9\xed\xa0\x80", "cut off": b"zq9\xe2\x82"}
MAIL_HEADERS = {"from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
                "auto-submitted", "list-unsubscribe", "list-unsubscribe-post", "x-diurnal-mail", "reply-to", "list-id", "precedence"}


class _Safe(HTMLParser):
    """Elements and attributes that no template has."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.wrong, self.areas, self._area, self._script = [], {}, None, False

    def handle_starttag(self, tag, attrs):
        if "zq9" in tag:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if "zq9" in name or name.startswith("on"):
                self.wrong.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "formaction", "data") and re.match(r"[\s\x00-\x20]*(javascript|data|vbscript):", value or "", re.I):
                self.wrong.append(f"<{tag} {name}={value}>")
        self._script = tag == "script"
        if tag == "textarea":
            self._area = dict(attrs).get("name")
            self.areas[self._area] = ""

    def handle_endtag(self, tag):
        self._script = False
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._script and "zq9(" in data:
            self.wrong.append("script")
        if self._area is not None:
            self.areas[self._area] += data


def safe(text, where):
    page = _Safe()
    page.feed(text)
    page.close()
    assert not page.wrong, (where, page.wrong[:5])
    return page


def check(answer, where):
    """What every answer must be, whatever was asked."""
    assert answer.status < 500, (where, answer.status, answer.text[:500])
    assert not any("zq9" in name.lower() or "\n" in value or "\r" in value for name, value in answer.raw), (where, answer.raw)
    assert len(answer.headers.get("location", "")) < 2000
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html"):
        return safe(answer.text, where)
    if "json" in kind:
        json.loads(answer.text)
    elif "xml" in kind:
        xml.fromstring(answer.body)
    return None


def lines(text):
    """As browsers and we mean them: a textarea's first line end is not part of it, nor is what stands at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class Room:
    def __init__(self, folder):
        self.server = FakeServer()
        limits = "".join(f"{key} = 1000000\n" for key in ("flags_rate", "flags_burst", "votes_rate", "votes_burst", "new_voters"))
        self.desk = make_newsroom(folder, settings(self.server, DESK_CONFIG + limits))
        self.site = self.desk.site
        title = 'Of "quotes", %s 100%_ & <zq9 onzq9="1"> \'zq9\' {{words.zq9}}'
        body = "A [passage & <zq9> \" 'zq9](<ask:Who \"zq9\" & <zq9 onzq9=1>?>).\n"
        self.site.publish(REPORT.replace("Floodwater Breaches the Southern Dike", title).replace("byline: Mara", "byline: <zq9> M.").replace(
            "The river rose *two metres* in a night.\n", body))
        ask(self.site)
        link = manage_link(self.server.wait(1)[0])
        assert self.site.client().post(link, {"action": "confirm"}).status == 303
        self.manage = link
        self.guest = Person(self.site.port)
        answer = self.guest.post(PATH + "/comments", {"name": "Tove", "body": "Mine"})
        self.mine = int(answer.location.rpartition("-")[2])
        answer = Person(self.site.port).post(PATH + "/comments", {"name": "Bo", "body": "Somebody's"})
        self.theirs = int(answer.location.rpartition("-")[2])
        self.removed = itertools.count()
        answer = self.desk.owner.fill("/desk/rules/site/0", "rules", links="0", duplicates="0", flood="0", slow="0")  # all is public
        assert answer.status == 303, answer.text

    def taken_down(self):
        """Somebody whose comment was hidden: (browser, its number)."""
        guest = Person(self.site.port)
        n = int(guest.post(PATH + "/comments", {"name": "Tove", "body": f"Taken down {next(self.removed)}"}).location.rpartition("-")[2])
        page = self.desk.moderator.get(f"/desk/comments/{n}")
        form = [f for f in read(page).forms if f.action == f"/desk/comments/{n}"][0]
        assert self.desk.moderator.send(form, "hide").status == 303
        return guest, n


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Room(tmp_path_factory.mktemp("bad_input"))
    yield room
    assert room.site.command("check")[0] == 0
    room.site.stop()
    room.server.stop()


# ---- where words come in: (who sends, address, field, other fields)

def create_body(room, text):
    return Person(room.site.port), PATH + "/comments", "body", {"name": "Tove", "body": text}


def create_name(room, text):
    return Person(room.site.port), PATH + "/comments", "name", {"name": text, "body": f"By an odd name {next(room.removed)}"}


def create_email(room, text):
    return Person(room.site.port), PATH + "/comments", "email", {"name": "Tove", "email": text, "body": f"By an odd address {next(room.removed)}"}


def preview(room, text):
    return Person(room.site.port), PATH + "/comments", "body", {"name": text, "body": text, "preview": "1"}


def answer_question(room, text):
    return Person(room.site.port), PATH + "/comments", "body", {"name": text[:40], "body": text, "question": "1"}


def edit(room, text):
    return room.guest, f"/comments/{room.mine}/edit", "body", {"body": text}


def flag_note(room, text):
    return Person(room.site.port), f"/comments/{room.theirs}/flag", "note", {"reason": "insult", "note": text}


def flag_reason(room, text):
    return Person(room.site.port), f"/comments/{room.theirs}/flag", "reason", {"reason": text, "note": ""}


def appeal(room, text):
    guest, n = room.taken_down()
    return guest, f"/comments/{n}/appeal", "body", {"body": text}


def decision_note(room, text):
    _, n = room.taken_down()
    return room.desk.moderator, f"/desk/comments/{n}", "note", {"action": "approve", "note": text, "reason": "insult"}


def staff_note(room, text):
    return room.desk.moderator, f"/desk/comments/{room.theirs}/notes", "body", {"body": text}


def ban_reason(room, text):
    return room.desk.moderator, f"/desk/comments/{room.theirs}/ban", "reason", {"kind": "cookie", "days": "1", "reason": text}


def ban_days(room, text):
    return room.desk.moderator, f"/desk/comments/{room.theirs}/ban", "days", {"kind": "cookie", "days": text, "reason": "x"}


def phrases(room, text):
    return room.desk.owner, "/desk/rules/series/1", "phrases", {"phrases": "never said " + text}


def subscribe(room, text):
    return Person(room.site.port), "/subscriptions", "email", {"email": text, "report": "1"}


def pace(room, text):
    return Person(room.site.port), room.manage, "pace", {"action": "pace", "id": "1", "pace": text}


def address(room, text):
    return Person(room.site.port), "/mine/address", "email", {"email": text}


ENTRIES = (create_body, create_name, create_email, preview, answer_question, edit, flag_note, flag_reason, appeal, decision_note,
           staff_note, ban_reason, ban_days, phrases, subscribe, pace, address)
entries = pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.__name__)


@entries
def test_odd_text_is_kept_or_refused_with_all_that_was_typed(room, entry):
    for name, text in ODD.items():
        client, path, field, fields = entry(room, text)
        answer = client.post(path, fields)
        page = check(answer, (entry.__name__, name))
        assert answer.status in (200, 303, 400, 403, 404, 409, 410, 422), (name, answer.status)
        if answer.status == 422 and field in page.areas:
            assert lines(page.areas[field]) == lines(fields[field]), name


@entries
def test_what_is_no_text_is_refused_and_stored_nowhere(room, entry):
    for name, text in REFUSED.items():
        client, path, field, fields = entry(room, text)
        answer = client.post(path, fields)
        check(answer, (entry.__name__, name))
        assert answer.status in (400, 403, 409, 422), (name, answer.status)
    for name, raw in BYTES.items():
        client, path, field, fields = entry(room, "MARK")
        body = urllib.parse.urlencode(fields).encode().replace(b"MARK", b"".join(b"%%%02X" % b for b in raw))
        for sent in (body, urllib.parse.urlencode(fields).encode().replace(b"MARK", raw)):
            answer = client.request("POST", path, sent, {"Content-Type": "application/x-www-form-urlencoded", "Origin": client.origin})
            check(answer, (entry.__name__, name))
            assert answer.status in (400, 403, 409, 422), (name, answer.status)


@entries
def test_fields_that_come_twice_or_not_or_beside_others_break_nothing(room, entry):
    for change in (lambda f: [*f, *f], lambda f: [], lambda f: [*f, ("zq9<zq9>", "1")], lambda f: [(k, "") for k, _ in f],
                   lambda f: [(k.upper(), v) for k, v in f], lambda f: [(k + "[]", v) for k, v in f], lambda f: [*f, *[(f"x{i}", "") for i in range(300)]]):
        client, path, _, fields = entry(room, "zq9")
        answer = client.request("POST", path, urllib.parse.urlencode(change(list(fields.items()))).encode(),
                                {"Content-Type": "application/x-www-form-urlencoded", "Origin": client.origin})
        check(answer, entry.__name__)


def names_of(data, n):
    """The name of comment n, wherever it stands in an answer."""
    if isinstance(data, list):
        return [name for part in data for name in names_of(part, n)]
    if not isinstance(data, dict):
        return []
    return ([data["name"]] if data.get("id") == n and "name" in data else []) + names_of(list(data.values()), n)


@pytest.mark.parametrize("name", [*ODD, *REFUSED])
def test_programs_are_answered_as_forms_are(room, name):
    text = {**ODD, **REFUSED}[name]
    client = room.site.client()
    send = lambda path, body: client.request("POST", "/api/v1" + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    made = send("/reports/1/comments", {"name": text, "body": text + f" by a program, {name}"})
    check(made, name)
    assert made.status in (200, 201, 400, 422) and (made.status >= 400 or name in ODD), made.text[:300]
    if made.status == 201:
        n = json.loads(made.text)["id"]
        shown = json.loads(room.desk.moderator.get("/api/v1/reports/1/comments").text)
        assert names_of(shown, n) == [" ".join(text.split())]
    for path, body in ((f"/comments/{room.theirs}/flag", {"reason": "insult", "note": text}), (f"/comments/{room.theirs}/flag", {"reason": text}),
                       ("/reports/1/preview", {"body": text})):
        check(send(path, body), (path, name))


def test_an_own_comment_comes_back_from_its_form_as_it_was_typed(room):
    for name, text in ODD.items():
        guest = Person(room.site.port)
        answer = guest.post(PATH + "/comments", {"name": "Tove", "body": text + f"\nand {name} once more"})
        if answer.status == 422:  # too many marks on one letter
            assert name == "combining" and lines(check(answer, name).areas["body"]).startswith(text)
            continue
        assert answer.status == 303, (name, answer.text[:500])
        n = answer.location.rpartition("-")[2]
        page = check(guest.get(f"/comments/{n}/edit"), name)
        assert lines(page.areas["body"]) == lines(text + f"\nand {name} once more"), name


def test_wildcards_of_a_search_are_letters(room):
    for body in ("Half of 40%_zq9 of it", "Half of 40 percent of it"):
        assert room.site.client().post(PATH + "/comments", {"name": "Tove", "body": body}).status == 303
    found = lambda q: room.desk.moderator.get("/desk/comments?" + urllib.parse.urlencode({"show": "all", "q": q})).text
    assert "40%_zq9" in found("40%_zq9") and "40 percent" not in found("40%_zq9")
    for q in ("Half%of it", "Half_of", "40_", "%", "_"):
        assert "40 percent" not in found(q), q
    for name, text in {**ODD, **REFUSED}.items():
        for key in ("q", "of") if name in ("percents", "like") else ("q",):
            check(room.desk.moderator.get("/desk/comments?" + urllib.parse.urlencode({key: text})), (key, name))


@pytest.mark.parametrize("path, keys", [
    (PATH, ("sort", "only", "question", "after", "thread", "reply", "comments", "all", "zq9")), ("/mine", ("done", "before", "after")),
    ("/subscriptions", ("report", "series", "question", "comment", "sent")), ("/me", ("comments", "report")), ("/challenge", ("for", "object")),
    ("/live/events", ("reports", "after")), ("/desk/comments", ("of", "like", "show", "before", "done")), ("/desk/acts", ("before", "done")), ("/desk/appeals", ("show", "after", "done")), ("/questions", ("after",)),
    ("/series/daily-field-report", ("before", "after")), ("/api/v1/reports/1/comments", ("sort", "after", "only", "question"))])
def test_odd_queries_are_answered_safely(room, path, keys):
    for key, (name, text) in itertools.product(keys, {**ODD, **REFUSED}.items()):
        answer = room.desk.moderator.get(path + "?" + urllib.parse.urlencode({key: text}))
        check(answer, (path, key, name))
    for raw in BYTES.values():
        check(room.desk.moderator.get(path + f"?{keys[0]}=" + "".join(f"%{b:02X}" for b in raw)), (path, raw))


@pytest.mark.parametrize("text", [
    "", "zq9", "diurnal-filter 1", "diurnal-filter 1\n", "diurnal-filter 2\ncomments 1 1\n",
    "diurnal-filter 1\ncomments -1 1\n", "diurnal-filter 1\ncomments 99999999999999999999 1\n", "diurnal-filter 1\ncomments 1 1\n0123456789abcdef 1\n",
    "diurnal-filter 1\ncomments 1 1\n0123456789ABCDEF 1 1\n", "diurnal-filter 1\ncomments 1 1\nfedcba9876543210 1 1\n0123456789abcdef 1 1\n",
    "diurnal-filter 1\ncomments 1 1\n0123456789abcdef 1 1\n0123456789abcdef 1 1\n",
    "diurnal-filter 1\ncomments 1 1\n0123456789abcdef 2 0\n", *ODD.values(), *REFUSED.values()])
def test_a_filter_that_is_none_is_refused_whole(room, text):
    before = room.desk.owner.get("/desk/filter/export").text
    form = form_of(room.desk.owner.get("/desk/filter"), "/import")
    answer = room.desk.owner.send(form, files=[("file", ("filter <zq9>\".txt", text.encode()))])
    check(answer, text[:60])
    assert answer.status in (400, 409, 422), (answer.status, text[:60])
    assert room.desk.owner.get("/desk/filter/export").text == before


def test_whatever_was_stored_every_page_feed_and_answer_shows_it_as_text(room):
    """The last of the file: all of the above stands in the newsroom now."""
    everyone = (PATH, PATH + "?sort=oldest", PATH + "?sort=votes", PATH + "?only=answers", PATH + "?question=1", PATH + "?all=1", "/", "/questions",
                "/series/daily-field-report", PATH + "/feed.atom", "/feed.atom", "/feed.rss", "/feed.json", "/questions/1/feed.atom",
                "/api/v1/reports/1/comments", "/sitemap.xml", room.manage)
    staff = ["/desk", "/desk/acts", "/desk/appeals", "/desk/audit", "/desk/rules", "/desk/rules/series/1", "/desk/filter", "/desk/mail", "/desk/questions"]
    staff += [f"/desk/comments?show={s}" for s in ("held", "flagged", "newest", "all", "hidden", "spam", "appeals", "mine")]
    seen, left = set(), [*everyone]
    while left:  # and the pieces behind them
        path = left.pop()
        seen.add(path)
        answer = Person(room.site.port).get(path)
        check(answer, path)
        found = {html.unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"]*after=[^"]*)"', answer.text)} if path.startswith(PATH) else ()
        left += [link for link in found if link not in seen and link not in left]
    numbers = set()
    for path in staff:
        answer = room.desk.owner.get(path)
        check(answer, path)
        numbers |= set(re.findall(r'href="(/desk/(?:comments|appeals)/\d+)"', answer.text))
    assert len(numbers) > 30
    for path in sorted(numbers):
        check(room.desk.owner.get(path), path)
        check(room.desk.owner.get(path + "/filter"), path)
    for path in ("/mine", "/mine/export", f"/comments/{room.mine}/edit", f"/comments/{room.mine}/delete", f"/comments/{room.theirs}/flag"):
        check(room.guest.get(path), path)


def test_mails_have_their_headers_and_the_words_as_text(room):
    mails_settled(room.site)
    with sqlite3.connect(os.path.join(room.site.data, "diurnal.db"), timeout=30) as db:
        db.execute("update subscriber set told = 0")  # an hour later: 30 mails more
    db.close()
    before, told = len(room.server.taken), {}
    for name, text in ODD.items():
        answer = Person(room.site.port).post(PATH + "/comments", {"name": text[:80], "body": f"{text}\nin a mail, {name}"})
        if answer.status == 422:
            answer = Person(room.site.port).post(PATH + "/comments", {"name": "Tove", "body": f"{text}\nin a mail, {name}"})
        if answer.status == 303:
            told[answer.location.rpartition("-")[2]] = text
    mails_settled(room.site)
    assert len(told) >= len(ODD) - 1 and len(room.server.taken) - before == len(told)
    for taken in room.server.taken:
        mail = email.message_from_bytes(taken.text, policy=email.policy.default)
        assert {name.lower() for name in mail.keys()} <= MAIL_HEADERS, mail.keys()
        assert len(taken.recipients) == 1 and len(mail.keys()) == len({n.lower() for n in mail.keys()})
        assert "\n" not in mail["Subject"] and not any(part.defects for part in mail.walk())
        safe(mail.get_body(("html",)).get_content(), mail["Subject"])
        plain = mail.get_body(("plain",)).get_content()
        number = re.search(r"/comments/(\d+)", plain)
        if number and number[1] in told and len(told[number[1]]) < 500:
            assert lines(told[number[1]]).replace("\n", "") in plain.replace("\r", "").replace("\n", ""), number[1]
