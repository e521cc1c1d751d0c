"""Passwords, codes, links and sessions at the desk's door. Without these somebody could get in who should
not, or an owner could be locked out."""

import base64
import hashlib
import hmac
import re
import sqlite3
import threading
import time
from urllib.parse import quote, urlsplit

import pytest

from desk_help import (DESK_CONFIG, PASSWORD, Newsroom, Person, errors_of, form_of, link_in, make_newsroom,
                       notice_of, read)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("door"))
    yield room
    room.site.stop()


def totp(secret, at=None):
    """RFC 6238, independent of the program."""
    key = base64.b32decode(secret.replace(" ", ""))
    step = int((time.time() if at is None else at) // 30).to_bytes(8, "big")
    digest = hmac.new(key, step, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1000000:06d}"


def secret_of(answer):
    return re.search(r"<code dir=\"ltr\">([A-Z2-7 ]+)</code>", answer.text)[1]


def codes_of(answer):
    return re.findall(r"<li><code>([A-Z2-7-]{20,})</code></li>", answer.text)


def person_url(room, name):
    return re.search(rf'href="(/desk/staff/\d+)">{name}', room.owner.get("/desk/staff").text)[1]


# ---- e-mail address and password

def test_the_sign_in_leads_to_where_one_wanted_to_go(room):
    person = room.person()
    asked = person.get("/desk/comments?show=held")
    assert asked.status == 303
    form = form_of(person.follow(asked))
    assert set(form.names) == {"email", "password", "next"}
    answer = person.send(form, email="MODERATOR@river.example", password=PASSWORD)
    assert answer.status == 303 and answer.location.startswith("/desk/comments")
    assert person.follow(answer).status == 200


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/desk/../evil", "/deskevil", "/about",
                                    "/desk\\evil", "javascript:alert(1)", "/desk//evil.example", "x" * 2000])
def test_the_sign_in_leads_nowhere_else(room, wanted):
    person = room.person()
    form = form_of(person.get("/desk/sign-in?next=" + quote(wanted, safe="")))
    assert form.fields["next"] == "/desk"
    form.fields["next"] = wanted
    answer = person.send(form, email="editor@river.example", password=PASSWORD)
    assert answer.status == 303 and answer.location == "/desk"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(tmp_path):
    room = make_newsroom(tmp_path)
    seen = []
    for email in ("editor@river.example", "nobody@river.example"):
        person = room.person()
        answer = person.fill("/desk/sign-in", email=email, password="not this one at all")
        assert answer.status == 403
        assert form_of(answer).fields["email"] == email and form_of(answer).fields["password"] == ""
        seen.append(re.sub(r"\S+@river\.example", "", answer.text))
    assert seen[0] == seen[1]
    room.site.stop()


def test_many_wrong_guesses_have_to_wait_and_are_told_how_long(tmp_path):
    room = make_newsroom(tmp_path)
    person = room.person()
    for _ in range(40):
        answer = person.fill("/desk/sign-in", email="nobody@river.example", password="wrong wrong wrong")
        if answer.status == 429:
            break
        assert answer.status == 403
    assert answer.status == 429
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 900
    assert f"wait {seconds} second" in " ".join(errors_of(answer))
    assert form_of(answer).fields["email"] == "nobody@river.example"
    room.site.stop()


def test_a_crowd_at_the_door_is_told_to_come_again(make_site):
    """One password is hashed at a time and four may wait; whoever comes then is not kept waiting."""
    site = make_site(DESK_CONFIG.replace("password_kilobytes = 19456",
                                         "password_kilobytes = 131072\npassword_passes = 6"))
    answers = []

    def knock(i):
        answers.append(Person(site.port).post("/desk/sign-in", {"email": f"p{i}@river.example", "password": "x" * 20,
                                                                "next": "/desk"}))

    threads = [threading.Thread(target=knock, args=(i,)) for i in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    busy = [a for a in answers if a.status == 503]
    assert busy and {a.status for a in answers} <= {403, 429, 503}
    for answer in busy:
        assert int(answer.headers["retry-after"]) >= 1
        assert form_of(answer).fields["email"].endswith("@river.example")
        assert "Please try again" in errors_of(answer)[0]


@pytest.mark.parametrize("fields", [{"email": "", "password": ""}, {"email": "x" * 300, "password": "x" * 2000},
                                    {"email": "a@b.example", "password": "x"}])
def test_odd_input_is_only_wrong(tmp_path, fields):
    room = make_newsroom(tmp_path)
    answer = room.person().fill("/desk/sign-in", **fields)
    assert answer.status == 403
    room.site.stop()


def test_a_new_session_has_a_new_token_and_the_old_one_is_ended(room):
    person, answer = room.sign_in("treasurer@river.example")
    old = dict(person.jar)
    assert person.fill("/desk/sign-in", email="treasurer@river.example", password=PASSWORD).status == 303
    assert person.jar["desk"] != old["desk"]
    ghost = room.person()
    ghost.jar = old
    assert ghost.get("/desk").status == 303


def test_the_cookie_is_for_the_server_alone(room):
    _, answer = room.sign_in("treasurer@river.example")
    cookies = [v for k, v in answer.raw if k.lower() == "set-cookie" and v.startswith("desk=")]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0] and "SameSite=Strict" in cookies[0] and "Path=/" in cookies[0]


def test_signing_out_ends_the_session(room):
    person, _ = room.sign_in("treasurer@river.example")
    old = dict(person.jar)
    answer = person.post("/desk/sign-out", {})
    assert answer.status == 303 and "desk" not in person.jar
    assert "signed out" in notice_of(person.follow(answer))
    person.jar = old
    assert person.get("/desk").status == 303
    assert room.log()[0][:2] == ("Treasurer One", "session.sign_out")


# ---- one-time links

def test_a_link_works_once_and_opening_it_does_not_use_it_up(room):
    _, out, _ = room.site.command("staff", "add", "--name", "Once", "--email", "once@river.example",
                                  "--role", "editor")
    link = link_in(out)
    for _ in range(3):  # mail scanners open links
        assert room.person().get(link).status == 200
    first = room.person()
    opened = form_of(first.get(link))
    assert opened.names == {"password"} and first.send(opened, password=PASSWORD).status == 303
    second = room.person()
    assert second.get(link).status == 410
    assert second.post(link, {"password": PASSWORD}).status == 410
    assert room.sign_in("once@river.example")[1].status == 303
    assert "link.use" in room.actions()


def test_the_first_link_made_the_owner_and_is_gone(room):
    path = urlsplit(room.site.desk_link).path
    assert room.person().get(path).status == 410
    assert room.person().get("/desk/link/" + "A" * 43).status == 410
    assert room.person().get("/desk/link/x").status == 410


@pytest.mark.parametrize("fields, message", [
    ({"name": "", "email": "o@river.example", "password": PASSWORD}, "1 to 80"),
    ({"name": "x" * 81, "email": "o@river.example", "password": PASSWORD}, "1 to 80"),
    ({"name": "O", "email": "not one", "password": PASSWORD}, "e-mail"),
    ({"name": "O", "email": "o@river.example", "password": "elevenchars"}, "12 characters"),
    ({"name": "O", "email": "o@river.example", "password": "password1234"}, "tried first"),
    ({"name": "O", "email": "o@river.example", "password": "x" * 1025}, "longer than"),
    ({"name": "Marina Lindqvist", "email": "o@river.example", "password": "marinalindqvist"}, "others know"),
])
def test_a_refused_first_owner_keeps_the_words_and_the_link(make_site, fields, message):
    site = make_site(DESK_CONFIG)
    path = urlsplit(site.desk_link).path
    person = Person(site.port)
    answer = person.fill(path, **fields)
    assert answer.status == 422
    assert message in " ".join(errors_of(answer)), errors_of(answer)
    form = form_of(answer)
    assert form.fields["name"] == fields["name"] and form.fields["email"] == fields["email"]
    assert form.invalid
    assert person.send(form, name="x" * 80, email="o@river.example", password=PASSWORD).status == 303


def test_a_new_link_replaces_the_one_before_and_ends_sessions_when_used(room):
    person = room.add("editor", "Forgetful", "forgets@river.example")
    url = person_url(room, "Forgetful")
    first = link_in(room.owner.press(url, "/link").text)
    second = link_in(room.owner.press(url, "/link").text)
    assert room.person().get(first).status == 410
    assert person.get("/desk").status == 200
    assert room.person().fill(second, password="another long sentence here").status == 303
    assert person.get("/desk").status == 303
    assert room.sign_in("forgets@river.example")[1].status == 403


# ---- the second step

@pytest.fixture
def careful(room):
    """Somebody with the second step on: (person, secret, recovery codes)."""
    careful.count = getattr(careful, "count", 0) + 1
    person = room.add("editor", f"Careful {careful.count}", f"careful{careful.count}@river.example")
    person.email = f"careful{careful.count}@river.example"
    shown = person.follow(person.press("/desk/account", "/desk/account/second-step"))
    secret = secret_of(shown)
    assert "<svg" in shown.text and 'class="qr"' in shown.text
    person.step = time.time()
    answer = person.send(form_of(shown), code=totp(secret, person.step))
    assert answer.status == 200 and len(codes_of(answer)) == 10
    return person, secret, codes_of(answer)


def second_step(room, email, code):
    person, answer = room.sign_in(email)
    assert answer.status == 303 and answer.location.startswith("/desk/sign-in/code"), answer.location
    assert person.get("/desk").status == 303  # not in yet
    form = form_of(person.follow(answer))
    return person, person.send(form, code=code)


def test_the_code_is_asked_for_and_counts_once(room, careful):
    person, secret, _ = careful
    used = totp(secret, person.step)
    again, answer = second_step(room, person.email, used)
    assert answer.status == 403 and form_of(answer).invalid == {"code"}  # a replay
    next_code = totp(secret, person.step + 30)
    again, answer = second_step(room, person.email, next_code)
    assert answer.status == 303 and again.get("/desk").status == 200
    _, answer = second_step(room, person.email, next_code)
    assert answer.status == 403


def test_a_recovery_code_lets_one_in_once(room, careful):
    person, _, codes = careful
    inside, answer = second_step(room, person.email, codes[3])
    assert answer.status == 303
    seen = inside.follow(answer)
    assert "recovery code" in notice_of(seen) and "9 recovery codes left" in seen.text
    _, answer = second_step(room, person.email, codes[3])
    assert answer.status == 403
    _, answer = second_step(room, person.email, "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF")
    assert answer.status == 403


def test_a_ticket_is_worth_nothing_in_another_browser_or_without_the_code(room, careful):
    person, secret, _ = careful
    stranger = room.person()
    assert stranger.get("/desk/sign-in/code").status == 303
    answer = stranger.post("/desk/sign-in/code", {"code": totp(secret, person.step + 30), "next": "/desk"})
    assert answer.status == 303 and answer.location.startswith("/desk/sign-in")
    assert stranger.get("/desk").status == 303


def test_new_recovery_codes_take_the_place_of_the_old(room, careful):
    person, _, codes = careful
    fresh = codes_of(person.press("/desk/account", "/recovery-codes"))
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert second_step(room, person.email, codes[0])[1].status == 403
    assert second_step(room, person.email, fresh[0])[1].status == 303
    assert "totp.recovery_codes" in room.actions()


def test_a_link_does_not_stand_in_for_the_second_step(room, careful):
    person, _, codes = careful
    _, out, _ = room.site.command("staff", "link", "--email", person.email)
    browser = room.person()
    answer = browser.fill(link_in(out), password="another long sentence here")
    assert answer.status == 303 and answer.location.startswith("/desk/sign-in/code")
    assert browser.get("/desk").status == 303
    assert browser.send(form_of(browser.follow(answer)), code=codes[1]).status == 303
    assert browser.get("/desk").status == 200


def test_turned_off_it_is_not_asked_for(room, careful):
    person, _, _ = careful
    answer = person.press("/desk/account", "/second-step/off")
    assert answer.status == 303 and "off" in notice_of(person.follow(answer))
    assert room.sign_in(person.email)[1].location == "/desk"
    assert {"totp.begin", "totp.on", "totp.off"} <= set(room.actions())


def test_a_wrong_first_code_shows_the_same_secret_again(room):
    person = room.add("editor", "Slow", "slow@river.example")
    shown = person.follow(person.press("/desk/account", "/desk/account/second-step"))
    answer = person.send(form_of(shown), code="000000" if totp(secret_of(shown)) != "000000" else "000001")
    assert answer.status == 422 and secret_of(answer) == secret_of(shown)
    assert room.sign_in("slow@river.example")[1].location == "/desk"


def test_the_secret_is_shown_to_the_person_alone_and_only_until_it_is_on(room, careful):
    person, secret, _ = careful
    assert person.get("/desk/account/second-step").status == 303
    assert person.post("/desk/account/second-step", {}).status == 409
    assert secret not in person.get("/desk/account").text


# ---- sessions and the password

def test_sessions_are_listed_and_one_or_all_others_are_ended(room):
    room.add("reporter", "Many", "many@river.example")
    browsers = [room.sign_in("many@river.example")[0] for _ in range(3)]
    here = browsers[0]
    page = here.get("/desk/account")
    buttons = [b for f in read(page).forms if f.action == "/desk/account/sessions" for b in f.buttons]
    assert len(buttons) == 4 and "others" in [b[1] for b in buttons]  # the link's own, two more, all
    numbers = [b[1] for b in buttons if b[1] != "others"]
    alive = lambda: [b.get("/desk").status == 200 for b in browsers]
    answer = here.post("/desk/account/sessions", {"session": numbers[0]})
    assert answer.status == 303 and alive().count(True) == 2 and alive()[0]
    assert here.post("/desk/account/sessions", {"session": "others"}).status == 303
    assert alive() == [True, False, False]
    assert {"session.end", "session.end_others"} <= set(room.actions())


def test_somebody_elses_session_cannot_be_ended_by_its_number(room):
    victim = room.add("editor", "Victim", "victim@river.example")
    assert victim.get("/desk").status == 200
    for n in range(1, 200):
        room.moderator.post("/desk/account/sessions", {"session": str(n)})
        if room.moderator.get("/desk").status != 200:  # it was our own
            room.people["moderator"] = room.sign_in("moderator@river.example")[0]
    assert victim.get("/desk").status == 200
    assert room.owner.get("/desk").status == 200


def test_an_owner_ends_a_persons_session_and_not_anothers_through_that_address(room):
    one = room.add("editor", "Session One", "s1@river.example")
    two = room.add("editor", "Session Two", "s2@river.example")
    url_one, url_two = person_url(room, "Session One"), person_url(room, "Session Two")
    session = [f for f in read(room.owner.get(url_two)).forms if f.action.endswith("/sessions")][0].buttons[0][1]
    assert room.owner.post(url_one + "/sessions", {"session": session}).status == 404
    assert two.get("/desk").status == 200
    assert room.owner.post(url_two + "/sessions", {"session": session}).status == 303
    assert two.get("/desk").status == 303 and one.get("/desk").status == 200


def test_a_new_password_asks_for_the_old_one_and_ends_other_sessions(room):
    person = room.add("reporter", "Changer", "changer@river.example")
    other = room.sign_in("changer@river.example")[0]
    where = "/desk/account/password"
    answer = person.fill("/desk/account", where, present="not the old one", wanted="a wholly new sentence")
    assert answer.status == 403 and form_of(answer, where).invalid == {"present"}
    answer = person.fill("/desk/account", where, present=PASSWORD, wanted="short")
    assert answer.status == 422 and form_of(answer, where).invalid == {"wanted"}
    assert "a wholly" not in answer.text and PASSWORD not in answer.text
    answer = person.fill("/desk/account", where, present=PASSWORD, wanted="a wholly new sentence")
    assert answer.status == 303 and "password is changed" in notice_of(person.follow(answer))
    assert other.get("/desk").status == 303
    assert room.sign_in("changer@river.example")[1].status == 403
    assert room.sign_in("changer@river.example", "a wholly new sentence")[1].status == 303
    assert "password.set" in room.actions()


def test_the_own_name_can_be_changed_and_bad_ones_keep_what_was_typed(room):
    person = room.add("reporter", "Nameless", "nameless@river.example")
    for bad in ("", "x" * 81, "two\nlines", "a\u202eb"):
        answer = person.fill("/desk/account", "own", name=bad)
        assert answer.status == 422 and form_of(answer, "own").invalid == {"name"}
    answer = person.fill("/desk/account", "own", name="Åsa Ström")
    assert answer.status == 303 and "Åsa Ström" in person.follow(answer).text
    assert person.get("/desk/staff").status == 403  # the role is as it was
    row = room.log()[0]
    assert row[1] == "person.name" and "Åsa Ström" in row[3]


# ---- the password again

@pytest.fixture
def later(make_site):
    """A newsroom whose owner signed in long ago: the clock cannot be turned, so the stored time is."""
    site = make_site(DESK_CONFIG)
    room = Newsroom(site)
    site.stop()
    db = sqlite3.connect(site.data + "/diurnal.db")
    db.execute("update session set confirmed_at = confirmed_at - 700 * 1000000")
    db.commit()
    db.close()
    site.start()
    for person in room.people.values():
        person.port = site.port
        person.origin = f"http://127.0.0.1:{site.port}"
    return room


def test_a_button_asks_for_the_password_and_comes_back(later):
    owner = later.owner
    asked = owner.press("/desk/staff/2", "/end")
    assert asked.status == 303 and asked.location == "/desk/confirm?next=%2Fdesk%2Fstaff%2F2"
    assert later.editor.get("/desk").status == 200
    opened = owner.follow(asked)
    wrong = owner.send(form_of(opened), confirm="not this one at all")
    assert wrong.status == 403 and form_of(wrong).invalid == {"confirm"}
    old = owner.jar["desk"]
    answer = owner.send(form_of(wrong), confirm=PASSWORD)
    assert answer.status == 303 and answer.location == "/desk/staff/2" and owner.jar["desk"] != old
    assert owner.press("/desk/staff/2", "/end").status == 303
    assert later.editor.get("/desk").status == 303


def test_a_form_with_words_asks_for_the_password_in_the_form(later):
    owner = later.owner
    words = {"name": "New Person", "email": "new@river.example", "role": "editor"}
    form = form_of(owner.get("/desk/staff/new"))
    assert "confirm" in form.names
    answer = owner.send(form, **words)
    assert answer.status == 403 and form_of(answer).invalid == {"confirm"}
    assert {k: form_of(answer).fields[k] for k in words} == words
    answer = owner.send(form_of(answer), confirm="wrong wrong wrong")
    assert answer.status == 403 and {k: form_of(answer).fields[k] for k in words} == words
    answer = owner.send(form_of(answer), confirm=PASSWORD)
    assert answer.status == 200 and link_in(answer.text)
    assert "confirm" not in form_of(owner.get("/desk/staff/new")).names


@pytest.mark.parametrize("path", ["/desk/account/second-step", "/desk/account/second-step/on",
                                  "/desk/account/second-step/off", "/desk/account/recovery-codes"])
def test_the_second_step_asks_for_the_password_first(later, path):
    answer = later.editor.post(path, {"code": "123456"})
    assert answer.status == 303 and answer.location.startswith("/desk/confirm?next=")
    assert later.editor.get("/desk/account/second-step").location.startswith("/desk/confirm?next=")


def test_an_unused_session_ends(make_site):
    site = make_site(DESK_CONFIG)
    room = Newsroom(site)
    site.stop()
    db = sqlite3.connect(site.data + "/diurnal.db")
    db.execute("update session set seen_at = seen_at - 241 * 60 * 1000000 where person = 1")
    db.execute("update session set ends_at = ends_at - 25 * 3600 * 1000000 where person = 2")
    db.commit()
    db.close()
    site.start()
    for person in room.people.values():
        person.port = site.port
    assert room.owner.get("/desk").status == 303
    assert room.editor.get("/desk").status == 303
    assert room.reporter.get("/desk").status == 200
