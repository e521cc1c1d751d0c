"""Forms whose bytes are damaged: text that is no UTF-8, a NUL, a field sent twice. Without these a person whose browser,
extension or connection spoils one byte would lose everything typed to a bare error page, or the damage be stored."""

import re
import sqlite3

import pytest

from conftest import PATH, REPORT, page
from desk_help import Person
from test_appeals import links, mailed, written  # noqa: F401 (a fixture)
from test_mine import ADA, opened
from test_moderation import decide

FORM = "application/x-www-form-urlencoded"
NOT_TEXT = "marked �"
TWICE = "sent twice"
# What is sent for the words, and what stands in the form afterwards.
DAMAGES = {
    "not utf-8": (b"Long%20words%20\xff%ff%20kept", "Long words �� kept", NOT_TEXT),
    "cut off": (b"Long words kept%e2%82", "Long words kept��", NOT_TEXT),
    "nul": (b"Long+words%00kept", "Long words�kept", NOT_TEXT),
    "broken escape": (b"100%zz+Long+words+kept%", "100%zz Long words kept%", NOT_TEXT),
    "markup": (b"</textarea>%22<b>%ff", '</textarea>"<b>�', NOT_TEXT),
    "twice": (b"Long+words+kept", "Long words kept", TWICE),
}
damages = pytest.mark.parametrize("damage", DAMAGES)


def send(client, path, damage, field, **others):
    """Posts the damaged words as `field`, between whole fields."""
    raw = field.encode() + b"=" + DAMAGES[damage][0]
    if damage == "twice":
        raw += b"&" + field.encode() + b"=Others"
    whole = b"".join(b"&" + k.encode() + b"=" + str(v).encode() for k, v in others.items())
    return client.request("POST", path, raw + whole, {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin",
                                                      "Origin": client.origin})


def kept(answer, damage, field):
    """The form came back with the words and says what happened; returns its fields."""
    _, words, message = DAMAGES[damage]
    assert answer.status == 400, (answer.status, answer.text[:2000])
    assert message in answer.text and 'role="alert"' in answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert "\0" not in answer.text and "Others" not in answer.text and "<b>�" not in answer.text
    found = [f["fields"] for f in page(answer).forms if f["fields"].get(field, "").strip() == words]
    assert found, [f["fields"] for f in page(answer).forms]
    return found[0]


def count(site, table):
    with sqlite3.connect(f"file:{site.data}/diurnal.db?mode=ro", uri=True) as db:
        return db.execute(f"select count(*) from {table}").fetchone()[0]


@damages
@pytest.mark.parametrize("field", ["body", "name"])
def test_a_damaged_comment_comes_back_and_its_form_can_be_sent(site, damage, field):
    client = site.client()
    other = {"body": "name", "name": "body"}[field]
    fields = kept(send(client, PATH + "/comments", damage, field, **{other: "Tove"}, email="tove@example.org"), damage, field)
    assert fields["email"] == "tove@example.org" and fields[other].strip() == "Tove"
    assert count(site, "comment") == 0
    fields.pop("preview", None)  # that button is not pressed
    assert client.post(PATH + "/comments", fields | {"body": "Mended"}).status == 303


@damages
def test_a_damaged_reply_and_preview_come_back(site, damage):
    client = site.client()
    first = client.post(PATH + "/comments", {"name": "Bo", "body": "First"})
    n = int(first.location.rpartition("-")[2])
    fields = kept(send(client, PATH + "/comments", damage, "body", name="Tove", parent=n), damage, "body")
    assert fields["parent"] == str(n)
    answer = send(client, PATH + "/comments", damage, "body", name="Tove", preview=1)
    kept(answer, damage, "body")
    assert 'id="comment-preview"' not in answer.text
    assert count(site, "comment") == 1


@damages
def test_a_damaged_answer_to_a_question_comes_back_as_one(site, damage):
    site.publish(REPORT.replace("slug: southern-dike", "slug: culvert") + "\nThe [culvert](<ask:What did you see?>) broke.\n",
                 "culvert.md")
    client = site.client()
    path = "/2018/05/04/culvert"
    question = re.search(r'id="question-(\d+)"', client.get(path).text)[1]
    fields = kept(send(client, path + "/comments", damage, "body", name="Tove", question=question), damage, "body")
    assert fields["question"] == question
    assert count(site, "comment") == 0


def test_a_damaged_number_keeps_the_words_too(site):
    client = site.client()
    for field in ("parent", "question", "notify", "token"):
        answer = client.request("POST", PATH + "/comments", b"name=T&body=Long+words&%s=1%%00" % field.encode(),
                                {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"})
        assert answer.status == 400 and "Long words" in answer.text, field
    assert count(site, "comment") == 0


@damages
def test_a_damaged_edit_comes_back_and_changes_nothing(site, damage):
    client = site.client()
    first = client.post(PATH + "/comments", {"name": "Bo", "body": "As it was"})
    n = int(first.location.rpartition("-")[2])
    for more in ({}, {"preview": 1}):
        kept(send(client, f"/comments/{n}/edit", damage, "body", **more), damage, "body")
    assert send(site.client(), f"/comments/{n}/edit", damage, "body").status == 403
    text = site.client().get(PATH).text
    assert "As it was" in text and 'class="edited"' not in text


@damages
def test_a_damaged_flag_comes_back_with_its_reason(site, damage):
    author = site.client()
    n = int(author.post(PATH + "/comments", {"name": "Bo", "body": "First"}).location.rpartition("-")[2])
    reader = site.client()
    fields = kept(send(reader, f"/comments/{n}/flag", damage, "note", reason="spam"), damage, "note")
    assert fields["reason"] == "spam"
    assert count(site, "flag") == 0
    assert send(reader, "/comments/77/flag", damage, "note", reason="spam").status == 404


@damages
def test_a_damaged_appeal_comes_back(mailed, damage):  # noqa: F811
    room, server = mailed
    author = Person(room.site.port)
    n = int(author.post(PATH + "/comments", {"name": "Bo", "body": "Words", "email": ADA}).location.rpartition("-")[2])
    decide(room.moderator, n, "hide", reason="insult")
    kept(send(author, f"/comments/{n}/appeal", damage, "body"), damage, "body")
    assert send(Person(room.site.port), f"/comments/{n}/appeal", damage, "body").status == 404
    ada = Person(room.site.port)
    opened(room.site, server, ada)
    (link,) = links(ada)
    kept(send(Person(room.site.port), link, damage, "body"), damage, "body")
    assert count(room.site, "appeal") == 0


@damages
def test_damaged_addresses_come_back_and_get_no_mail(mailed, damage):  # noqa: F811
    room, server = mailed
    written(room, "Words", ADA)
    client = Person(room.site.port)
    fields = kept(send(client, "/subscriptions", damage, "email", report=1), damage, "email")
    assert fields["report"] == "1"
    kept(send(client, "/mine/address", damage, "email"), damage, "email")
    assert count(room.site, "subscriber") == 0 and not server.taken
    answer = client.request("POST", "/subscriptions", b"email=ada@example.org&report=1%ff",
                            {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"})
    assert answer.status == 400


def test_forms_without_words_and_the_desk_refuse_as_before(site):
    client = site.client()
    n = int(client.post(PATH + "/comments", {"name": "Bo", "body": "First"}).location.rpartition("-")[2])
    for path in (f"/comments/{n}/vote", f"/comments/{n}/delete", "/desk/sign-in", "/mine/leave", "/subscriptions/x"):
        for body in (b"value=%ff", b"value=1%00", b"value=1&value=1"):
            answer = client.request("POST", path, body, {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"})
            assert answer.status == 400 and "\0" not in answer.text, path
    assert count(site, "comment") == 1


def test_too_many_fields_are_refused_before_anything_is_read(site):
    answer = site.client().request("POST", PATH + "/comments", b"name=%ff&" + b"&".join(b"f%d=1" % i for i in range(500)),
                                   {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"})
    assert answer.status == 400 and count(site, "comment") == 0
