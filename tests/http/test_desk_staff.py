"""The newsroom's people. Without these somebody could be added, promoted or locked out unseen, or the last
owner be lost."""

import re

import pytest

from desk_help import PASSWORD, errors_of, form_of, link_in, make_newsroom, notice_of


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("staff"))
    yield room
    room.site.stop()


def url_of(room, name):
    return re.search(rf'href="(/desk/staff/\d+)">{name}', room.owner.get("/desk/staff").text)[1]


def test_a_person_is_added_and_their_link_is_shown_once(room):
    answer = room.owner.fill("/desk/staff/new", "person", name="Nils Berg", email="Nils@River.Example", role="reporter")
    assert answer.status == 200 and answer.headers["cache-control"] == "private, no-store"
    link = link_in(answer.text)
    url = url_of(room, "Nils Berg")
    assert link not in room.owner.get(url).text and "has not set a password" in room.owner.get("/desk/staff").text
    assert "has not set a password" in room.owner.get("/desk").text
    nils = room.person()
    assert nils.fill(link, password=PASSWORD).status == 303
    assert "Nils Berg" in nils.get("/desk").text
    assert room.sign_in("nils@river.example")[1].status == 303
    log = [row[1:3] for row in room.log()]
    number = url.rpartition("/")[2]
    assert ("person.add", f"person {number}") in log and ("link.add", f"person {number}") in log
    assert link.rpartition("/")[2] not in room.owner.get("/desk/audit").text


@pytest.mark.parametrize("fields, invalid", [
    ({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"name": "a\nb"}, "name"), ({"name": "a\u202eb"}, "name"),
    ({"email": ""}, "email"), ({"email": "nobody"}, "email"), ({"email": "a@b.example, c@d.example"}, "email"),
    ({"email": "x" * 250 + "@b.example"}, "email"), ({"email": "editor@river.example"}, "email"),
    ({"email": "EDITOR@river.example"}, "email"), ({"role": "king"}, "role"), ({"role": ""}, "role"),
])
def test_a_bad_person_is_refused_with_the_words_kept(room, fields, invalid):
    sent = {"name": "Some Body", "email": "somebody@river.example", "role": "editor", **fields}
    answer = room.owner.fill("/desk/staff/new", "person", **sent)
    assert answer.status == 422
    form = form_of(answer, "person")
    assert form.invalid == {invalid}
    assert {k: form.fields[k] for k in ("name", "email")} == {k: sent[k] for k in ("name", "email")}
    assert "Some Body" not in room.owner.get("/desk/staff").text


def test_the_longest_name_is_taken(room):
    room.add("editor", "Limits", "limits@river.example")
    url = url_of(room, "Limits")
    assert room.owner.fill(url, "person", name="Ö" * 80).status == 303
    assert room.owner.fill(url, "person", name="Limits").status == 303


def test_a_changed_address_ends_the_persons_sessions(room):
    person = room.add("editor", "Mover", "mover@river.example")
    url = url_of(room, "Mover")
    answer = room.owner.fill(url, "person", email="moved@river.example")
    assert "is saved" in notice_of(room.owner.follow(answer))
    assert person.get("/desk").status == 303
    assert room.sign_in("mover@river.example")[1].status == 403
    assert room.sign_in("moved@river.example")[1].status == 303
    assert "person.email" in room.actions()


def test_the_last_owner_stays(room):
    url = url_of(room, "Ona Owner")
    answer = room.owner.fill(url, "person", role="editor")
    assert answer.status == 422 and form_of(answer, "person").invalid == {"role"}
    assert "last owner" in errors_of(answer)[0]
    answer = room.owner.press(url, "/end")
    assert answer.status == 409 and "last owner" in answer.text
    assert room.owner.get("/desk/staff").status == 200
    second = room.add("owner", "Second Owner", "second@river.example")
    assert room.owner.press(url_of(room, "Second Owner"), "/end").status == 303
    assert second.get("/desk").status == 303


def test_nobody_gets_a_link_who_has_left(room):
    room.add("editor", "Left", "left@river.example")
    url = url_of(room, "Left")
    assert room.owner.press(url, "/end").status == 303
    assert room.owner.post(url + "/link", {}).status == 409
    assert room.owner.post("/desk/staff/999/link", {}).status == 404
    assert room.owner.post("/desk/staff/999/end", {}).status == 404


def test_the_log_goes_on_and_can_be_read_by_person(room):
    for i in range(60):
        room.owner.fill(url_of(room, "Editor One"), "person", name="Editor One" if i % 2 else "Editor One Changed")
    first = room.owner.get("/desk/audit").text
    older = re.search(r'href="(/desk/audit\?before=\d+)"', first)[1]
    rows = lambda text: re.findall(r"<tr><td>", text)
    assert len(rows(first)) == 50 and rows(room.owner.get(older).text)
    mine = re.search(r'href="(/desk/audit\?person=\d+)">Ona Owner', first)[1]
    text = room.owner.get(mine).text
    assert "Ona Owner" in text and ">cli<" not in text
    assert room.owner.get("/desk/audit?person=abc&before=x").status == 200
