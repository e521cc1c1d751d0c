"""Flags, decisions about many, undoing, appeals, marks, the public record. Without these a reader's complaint
could be lost, a moderator could judge the own case, or the record could say what is not so."""

import os
import re
import threading

import pytest

from conftest import PATH, REPORT
from desk_help import DESK_CONFIG, Person, comment, form_of, make_newsroom, notice_of, read

CONFIG = DESK_CONFIG + "flags_rate = 1000000\nflags_burst = 1000000\n\n[discussion]\nflags_hide = 3\n"
HELD = CONFIG + "moderation = hold_all\n"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("moderation"), CONFIG)
    room.site.publish(REPORT)
    room.other = room.add("moderator", "Moderator Two", "moderator2@river.example")
    yield room
    assert room.site.command("check")[0] == 0
    room.site.stop()


@pytest.fixture()
def held(tmp_path):
    room = make_newsroom(tmp_path, HELD)
    room.site.publish(REPORT)
    yield room
    assert room.site.command("check")[0] == 0
    room.site.stop()


def writer(room, body):
    """Somebody with a browser of their own who has written a comment: (browser, its number)."""
    guest = Person(room.site.port)
    answer = guest.post(PATH + "/comments", {"name": "Tove", "body": body})
    assert answer.status == 303, answer.text[:1000]
    return guest, int(re.search(r"comment-(\d+)", answer.location)[1])


def decide(person, n, action, **fields):
    page = person.get(f"/desk/comments/{n}")
    form = [f for f in read(page).forms if f.action == f"/desk/comments/{n}"][0]
    answer = person.send(form, action, **fields)
    return person.send(form_of(answer, "sure"), None) if answer.status == 200 else answer


def flag(room, n, reason="insult", note="", guest=None):
    guest = guest or Person(room.site.port)
    page = guest.get(f"/comments/{n}/flag")
    assert page.status == 200, page.text[:500]
    fields = {"reason": reason, "note": note}
    return guest, guest.post(f"/comments/{n}/flag", {k: v for k, v in fields.items() if v is not None})


def public(room):
    return room.site.client().get(PATH).text


def record(room):
    found = re.search(r'<p class="quiet record">(.*?)</p>', public(room))
    return found[1] if found else ""


# ---- flags

def test_a_reader_flags_once_without_script_and_staff_see_why(room):
    n = comment(room.site, PATH, body="A crude word for the mayor")
    assert f'href="/comments/{n}/flag"' in public(room)
    guest, answer = flag(room, n, "insult", "It says <b>this</b> about her & him")
    assert answer.status == 303 and answer.location == f"/comments/{n}/flag?done=1"
    assert "will look at it" in guest.follow(answer).text
    assert flag(room, n, "spam", guest=guest)[1].status == 303  # again: thanked, not counted
    page = room.moderator.get("/desk/comments?show=flagged")
    assert "A crude word" in page.text and "1 flag" in page.text
    page = room.moderator.get(f"/desk/comments/{n}")
    assert "It says &lt;b&gt;this&lt;/b&gt; about her &amp; him" in page.text and "insult" in page.text
    assert decide(room.moderator, n, "approve").status == 303  # keep it
    assert "A crude word" not in room.moderator.get("/desk/comments?show=flagged").text
    assert "A crude word" in public(room)


@pytest.mark.parametrize("fields, status", [
    ({}, 422), ({"reason": ""}, 422), ({"reason": "flags"}, 422), ({"reason": "author"}, 422),
    ({"reason": "insult'--"}, 422), ({"reason": "insult", "note": "x" * 501}, 422),
    ({"reason": "insult", "note": "x" * 500}, 303), ({"reason": "insult", "note": "a\u202eb"}, 422),
    ({"reason": "insult", "note": "two\r\nlines % _ \" '"}, 303),
])
def test_a_flag_with_bad_input_comes_back_with_all_that_was_typed(room, fields, status):
    n = comment(room.site, PATH, body=f"Flag me {len(str(fields))} {status} {sorted(fields.values())[-1:]}")
    guest = Person(room.site.port)
    answer = guest.post(f"/comments/{n}/flag", fields)
    assert answer.status == status, answer.text[:800]
    if status == 422:
        assert 'role="alert"' in answer.text
        if fields.get("note") and "\u202e" not in fields["note"]:
            assert fields["note"] in answer.text


def test_flags_on_what_is_not_shown_or_ones_own_are_refused(room):
    guest, n = writer(room, "Mine to flag")
    assert flag(room, n, guest=guest)[1].status == 403
    decide(room.moderator, n, "hide")
    assert Person(room.site.port).get(f"/comments/{n}/flag").status == 409
    assert Person(room.site.port).post(f"/comments/{n}/flag", {"reason": "spam"}).status == 409
    assert room.site.client().get("/comments/999999/flag").status == 404
    assert room.site.client().post("/comments/x/flag", {"reason": "spam"}).status == 404


def test_flags_from_one_network_hide_nothing_whatever_their_number(room):
    n = comment(room.site, PATH, body="Flagged by one house")
    for _ in range(5):
        assert flag(room, n)[1].status == 303
    assert "Flagged by one house" in public(room)
    assert "5 flags" in room.moderator.get(f"/desk/comments/{n}").text


def test_of_one_network_five_flags_on_a_comment_are_kept_however_many_cookies_it_has(room):
    n = comment(room.site, PATH, body="Flagged by one machine")
    for _ in range(7):
        answer = flag(room, n)[1]
        assert answer.status == 303 and answer.location.endswith("?done=1")  # a brigade learns nothing
    assert "5 flags" in room.moderator.get(f"/desk/comments/{n}").text
    decide(room.moderator, n, "approve")
    assert flag(room, n)[1].status == 303  # nor does it begin anew
    assert "Flagged by one machine" not in room.moderator.get("/desk/comments?show=flagged").text


# ---- decisions with reasons, and undoing them

def test_a_decision_has_a_reason_and_a_word_to_its_author_who_alone_reads_it(room):
    guest, n = writer(room, "My neighbour's number is on the gate")
    answer = decide(room.moderator, n, "hide", reason="personal_data", note="Please leave <numbers> out.")
    assert answer.status == 303
    assert room.log()[0][1:] == ("comment.hide", f"comment {n}", "personal_data")
    page = guest.get(f"/comments/{n}")
    assert page.status == 303 and page.location == f"/comments/{n}/appeal"
    page = guest.follow(page)
    assert "personal data" in page.text and "Please leave &lt;numbers&gt; out." in page.text
    assert page.headers["cache-control"] == "private, no-store"
    assert room.site.client().get(f"/comments/{n}/appeal").status == 404
    assert room.site.client().get(f"/comments/{n}").status == 410
    assert "1 personal data" in record(room)


def test_undoing_puts_everything_back(room):
    _, n = writer(room, "To be put back")
    flag(room, n)
    before = record(room)
    assert decide(room.moderator, n, "spam").status == 303
    assert "To be put back" not in public(room)
    page = room.moderator.get("/desk/comments")
    form = [f for f in read(page).forms if f.action.endswith("/undo")][0]
    answer = room.moderator.send(form)
    assert answer.status == 303 and "as it was" in notice_of(room.moderator.follow(answer))
    assert "To be put back" in public(room) and record(room) == before
    assert "To be put back" in room.moderator.get("/desk/comments?show=flagged").text
    assert room.moderator.send(form).status == 409
    assert room.log()[0][1] == "act.undo"
    assert room.moderator.post("/desk/acts/999999/undo", {}).status == 404


def test_a_deletion_is_final(room):
    _, n = writer(room, "Gone for good")
    assert decide(room.moderator, n, "delete", reason="illegal").status == 303
    page = room.moderator.get("/desk/acts")
    assert "Deleted 1 comment" in page.text
    act = max(int(a) for a in re.findall(r"/desk/acts/(\d+)/undo", page.text))
    assert room.moderator.post(f"/desk/acts/{act}/undo", {}).status == 409


def test_who_decides_on_what_another_changed_meanwhile_is_told(room):
    _, n = writer(room, "Two at once")
    forms = [[f for f in read(p.get(f"/desk/comments/{n}")).forms if f.action == f"/desk/comments/{n}"][0]
             for p in (room.moderator, room.other)]
    assert room.moderator.send(forms[0], "hide").status == 303
    answer = room.other.send(forms[1], "spam")
    assert answer.status == 409 and "Somebody else was faster" in answer.text


def test_words_that_their_author_changed_after_they_were_read_are_not_approved(held):
    guest, n = writer(held, "Harmless words")
    other, m = writer(held, "Others")
    desk = held.moderator.get(f"/desk/comments/{n}")
    form = [f for f in read(desk).forms if f.action == f"/desk/comments/{n}"][0]
    queue = form_of(held.moderator.get("/desk/comments?show=held"), "bulk")
    assert guest.post(f"/comments/{n}/edit", {"body": "Words that nobody read"}).status == 303
    answer = held.moderator.send(form, "approve")
    assert answer.status == 409 and "author has changed" in answer.text and "Words that nobody read" in answer.text
    ticked = {**queue.fields, f"c{n}": "1", f"c{m}": "1", "action": "approve"}
    assert held.moderator.post("/desk/comments", ticked).status == 303
    assert "nobody read" not in public(held) and "Others" in public(held)
    assert decide(held.moderator, n, "approve").status == 303 and "nobody read" in public(held)
    guest, n = writer(held, "Again")
    form = [f for f in read(held.moderator.get(f"/desk/comments/{n}")).forms if f.action == f"/desk/comments/{n}"][0]
    assert guest.post(f"/comments/{n}/edit", {"body": "Who edits is removed all the same"}).status == 303
    assert held.moderator.send(form, "spam").status == 303


def test_of_64_at_once_on_one_comment_one_wins_and_the_counters_hold(room):
    _, n = writer(room, "Sixty-four hands")
    page = room.moderator.get(f"/desk/comments/{n}")
    form = [f for f in read(page).forms if f.action == f"/desk/comments/{n}"][0]
    statuses = []

    def press(i):
        statuses.append(room.moderator.send(form, "hide" if i % 2 else "spam").status)

    threads = [threading.Thread(target=press, args=(i,)) for i in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(set(statuses)) == [303, 409] and statuses.count(303) == 1
    assert room.site.command("check")[0] == 0


@pytest.mark.parametrize("fields, status", [
    ({"action": "hide", "reason": "none of these"}, 409), ({"action": "hide", "reason": "author"}, 409),
    ({"action": "hide", "note": "x" * 1001}, 409), ({"action": "hide", "note": "a\u202eb"}, 409),
    ({"action": "fly"}, 400), ({}, 400), ({"action": "close"}, 400),
])
def test_bad_input_to_a_decision_changes_nothing(room, fields, status):
    _, n = writer(room, f"Stays {fields}")
    assert room.moderator.post(f"/desk/comments/{n}", fields).status == status
    assert f"/comments/{n}/flag" in public(room)


# ---- many at once

def approve_ticked(room, numbers):
    """The ticks stand in the list and belong to the form below it."""
    page = room.moderator.get("/desk/comments?show=held")
    assert all(f'form="bulk" name="c{n}"' in page.text for n in numbers)
    fields = {**form_of(page, "bulk").fields, **{f"c{n}": "1" for n in numbers}, "action": "approve"}
    return room.moderator.post("/desk/comments", fields)


def test_ticked_comments_are_approved_as_one_act(held):
    numbers = [comment(held.site, PATH, body=f"Held {i}") for i in range(5)]
    answer = approve_ticked(held, numbers[:3])
    assert answer.status == 303 and answer.location.startswith("/desk/comments?show=held&")
    page = held.moderator.follow(answer)
    assert "Published 3 comments" in page.text
    text = held.site.client().get(PATH).text
    assert all(f"Held {i}" in text for i in range(3)) and "Held 4" not in text
    assert held.log()[0][1] == "comment.approve" and "3 comments" in held.log()[0][3]
    assert record(held).startswith("5 comments: 3 published, 2 held; median time to decision 0 min")


def test_a_whole_list_is_counted_shown_confirmed_and_undone(held):
    for i in range(60):
        comment(held.site, PATH, body=f"Wave {i}")
    form = form_of(held.moderator.get("/desk/comments?show=held"), "bulk")
    asked = held.moderator.send(form, "approve", which="all")
    assert asked.status == 200 and "Publish 60 comments?" in asked.text
    assert "Wave 59" in asked.text and held.site.client().get(PATH).text.count("Wave") == 0
    late = comment(held.site, PATH, body="After the count")
    sure = [f for f in read(asked).forms if f.action == "/desk/comments"][0]
    answer = held.moderator.send(sure)
    assert answer.status == 303
    page = held.moderator.follow(answer)
    assert "After the count" in page.text and f"c{late}" in page.text  # it was not among those counted
    undo = [f for f in read(page).forms if f.action.endswith("/undo")][0]
    assert held.moderator.send(undo).status == 303
    assert held.site.client().get(PATH).text.count("Wave") == 0


def test_comments_are_found_by_text_by_browser_and_by_network_and_removed_together(room):
    guest = Person(room.site.port)
    numbers = []
    for i in range(3):
        answer = guest.post(PATH + "/comments", {"name": "Spam Seller", "body": f"Buy ÄPFEL {i}"})
        numbers.append(int(re.search(r"comment-(\d+)", answer.location)[1]))
    page = room.moderator.get("/desk/comments?q=buy+%C3%A4pfel")
    assert all(f'id="c{n}"' in page.text for n in numbers)
    page = room.moderator.get(f"/desk/comments?like=visitor&of={numbers[0]}")
    assert set(re.findall(r'id="c(\d+)"', page.text)) == {str(n) for n in numbers}
    page = room.moderator.get(f"/desk/comments?like=prefix&of={numbers[0]}")
    assert len(re.findall(r'<article class="desk-comment" id="c', page.text)) > 3
    asked = room.moderator.send(form_of(room.moderator.get(f"/desk/comments?like=visitor&of={numbers[0]}"), "bulk"),
                                "spam", which="all")
    assert "Mark 3 comments as spam?" in asked.text
    answer = room.moderator.send([f for f in read(asked).forms if f.action == "/desk/comments"][0])
    assert answer.status == 303 and answer.location.startswith("/desk/comments?like=visitor&of=")
    assert "ÄPFEL" not in public(room)
    page = room.moderator.get(f"/desk/comments/{numbers[0]}")
    assert "3 comments: 3 spam" in page.text


@pytest.mark.parametrize("fields, status", [
    ({}, 400), ({"action": "approve", "show": "held", "ids": "1,x"}, 400), ({"action": "approve", "ids": "1"}, 400),
    ({"action": "approve", "show": "held", "ids": ""}, 409),
    ({"action": "hide", "show": "held", "ids": "999999", "c999999": "1"}, 409),
    ({"action": "approve", "show": "held", "ids": ",".join(["1"] * 1001)}, 400),
    ({"action": "hide", "show": "held", "ids": "1", "c1": "1", "reason": "nonsense"}, 409),
    ({"action": "approve", "show": "all", "which": "all", "ids": ""}, 409),
    ({"action": "hide", "q": "%' or 1=1 --", "which": "all", "ids": ""}, 409),
])
def test_bad_input_to_many_at_once_is_refused(room, fields, status):
    assert room.moderator.post("/desk/comments", fields).status == status


# ---- appeals

def test_an_appeal_is_made_once_and_judged_by_somebody_else(room):
    guest, n = writer(room, "Harsh but fair")
    decide(room.moderator, n, "hide", reason="insult")
    page = guest.get(f"/comments/{n}/appeal")
    answer = guest.send(form_of(page, "/appeal"), body="It was about the dike, not the man. <script>")
    assert answer.status == 303
    page = guest.follow(answer)
    assert "Your appeal is open" in page.text and "not the man. &lt;script&gt;" in page.text
    assert guest.post(f"/comments/{n}/appeal", {"body": "again"}).status == 409
    listed = room.moderator.get("/desk/appeals")
    appeal = re.search(r"/desk/appeals/(\d+)", listed.text)[0]
    page = room.moderator.get(appeal)
    assert "somebody else decides" in page.text and "verdict" not in page.text
    assert room.moderator.post(appeal, {"verdict": "grant"}).status == 409
    assert "Harsh but fair" not in public(room)
    assert room.other.post(appeal, {"verdict": "maybe"}).status == 400
    assert room.other.post(appeal, {"verdict": "grant", "answer": "x" * 2001}).status == 409
    answer = room.other.send(form_of(room.other.get(appeal), appeal), "grant")
    assert answer.status == 303 and "Harsh but fair" in public(room)
    assert room.log()[0][1] == "appeal.grant"
    assert room.owner.post(appeal, {"verdict": "refuse"}).status == 409


def test_a_refused_appeal_tells_its_author_why(room):
    guest, n = writer(room, "Nothing to it")
    decide(room.moderator, n, "delete", reason="off_topic")
    assert guest.send(form_of(guest.get(f"/comments/{n}/appeal"), "/appeal"), body="Please").status == 303
    appeal = re.search(r"/desk/appeals/(\d+)", room.other.get("/desk/appeals").text)[0]
    room.other.send(form_of(room.other.get(appeal), appeal), "refuse", answer="The rules are plain.")
    page = guest.get(f"/comments/{n}/appeal")
    assert "was refused" in page.text and "The rules are plain." in page.text and "<form action=\"/comments" not in page.text


@pytest.mark.parametrize("body", ["", "   ", "x" * 4001, "a\u202eb", None])
def test_an_appeal_with_bad_input_comes_back(room, body):
    guest, n = writer(room, f"Appeal badly {len(str(body))} {(body or chr(45))[0]}")
    decide(room.moderator, n, "hide")
    answer = guest.post(f"/comments/{n}/appeal", {} if body is None else {"body": body})
    assert answer.status == 422 and 'role="alert"' in answer.text


def test_nobody_appeals_for_another_or_against_nothing(room):
    guest, n = writer(room, "Standing firm")
    assert guest.get(f"/comments/{n}/appeal").status == 404
    decide(room.moderator, n, "hide")
    other, _ = writer(room, "Another's words")
    assert other.get(f"/comments/{n}/appeal").status == 404
    assert other.post(f"/comments/{n}/appeal", {"body": "Let it stand"}).status == 404
    forged = Person(room.site.port)
    cookie = guest.jar["visitor"]
    forged.jar["visitor"] = cookie[:-6] + ("A" if cookie[-6] != "A" else "B") + cookie[-5:]
    assert forged.post(f"/comments/{n}/appeal", {"body": "Let it stand"}).status == 404


def test_with_a_single_moderator_an_appeal_stays_open_and_says_so(tmp_path):
    room = make_newsroom(tmp_path, CONFIG)
    room.site.publish(REPORT)
    for person in (2, 4):  # the editor and the moderator leave; the owner is alone
        assert room.owner.post(f"/desk/staff/{person}/end", {}).status == 303
    guest, n = writer(room, "Only one judge")
    decide(room.owner, n, "hide")
    guest.send(form_of(guest.get(f"/comments/{n}/appeal"), "/appeal"), body="Who decides?")
    assert "nobody else at present" in guest.get(f"/comments/{n}/appeal").text
    appeal = re.search(r"/desk/appeals/(\d+)", room.owner.get("/desk/appeals").text)[0]
    assert "nobody else here can judge" in room.owner.get(appeal).text
    assert room.owner.post(appeal, {"verdict": "refuse"}).status == 409
    assert "Your appeal is open" in guest.get(f"/comments/{n}/appeal").text
    room.site.stop()


# ---- marks, notes, assignments

def test_a_pinned_thread_stands_on_top_and_comes_down_again(held):
    first = comment(held.site, PATH, body="Pin this")
    assert approve_ticked(held, [first]).status == 303
    assert decide(held.moderator, first, "pin").status == 303
    for i in range(25):
        comment(held.site, PATH, body=f"Later {i}")
    asked = held.moderator.send(form_of(held.moderator.get("/desk/comments?show=held"), "bulk"), "approve", which="all")
    held.moderator.send([f for f in read(asked).forms if f.action == "/desk/comments"][0])
    text = held.site.client().get(PATH).text
    assert text.count("Pin this") == 1 and text.index("Pin this") < text.index("Later 24")
    assert held.site.client().get(f"/comments/{first}").location == f"{PATH}#comment-{first}"
    seen = set()
    page = text
    while True:
        seen |= set(re.findall(r"Later \d+|Pin this", page))
        more = re.search(r'id="comments-next" href="([^"#]+)', page)
        if not more:
            break
        page = held.site.client().get(more[1].replace("&amp;", "&")).text
    assert len(seen) == 26
    assert decide(held.moderator, first, "unpin").status == 303
    text = held.site.client().get(PATH).text
    assert "Pin this" not in text and "Later 24" in text


def test_a_locked_comment_and_a_closed_thread_take_no_replies(room):
    root = comment(room.site, PATH, body="The thread")
    reply = comment(room.site, PATH, body="The reply", parent=str(root))
    assert decide(room.moderator, reply, "lock").status == 303
    answer = room.site.client().post(PATH + "/comments", {"name": "A", "body": "No more", "parent": str(reply)})
    assert answer.status == 409 and "takes no more replies" in answer.text and "No more" in answer.text
    comment(room.site, PATH, body="Beside it", parent=str(root))
    assert decide(room.moderator, root, "lock").status == 303
    for parent in (root, reply):
        answer = room.site.client().post(PATH + "/comments", {"name": "A", "body": "No", "parent": str(parent)})
        assert answer.status == 409
    assert f"reply={root}#" not in public(room)
    assert decide(room.moderator, root, "unlock").status == 303
    comment(room.site, PATH, body="Again", parent=str(root))
    assert room.log()[0][1] == "comment.unlock"


def test_notes_and_assignments_are_the_desks_alone(room):
    _, n = writer(room, "Ask the harbour master")
    page = room.moderator.get(f"/desk/comments/{n}")
    answer = room.moderator.send(form_of(page, "/notes"), body="I called <her>.\nNo answer.")
    assert answer.status == 303 and "I called &lt;her&gt;." in room.moderator.follow(answer).text
    for body in ("", "  ", "x" * 2001, "a\u202eb"):
        assert room.moderator.post(f"/desk/comments/{n}/notes", {"body": body}).status == 409
    assert room.moderator.post("/desk/comments/999999/notes", {"body": "x"}).status == 404
    form = form_of(page, "/assignment")
    them = [v for v in form.options["person"] if v][-1]
    assert room.moderator.send(form, person=them).status == 303
    for person in ("999999", "5", "x", "-1"):  # nobody; the treasurer; no numbers
        assert room.moderator.post(f"/desk/comments/{n}/assignment", {"person": person}).status == 409
    holders = [p for p in (room.owner, room.editor, room.moderator, room.other)
               if "Ask the harbour master" in p.get("/desk/comments?show=mine").text]
    assert len(holders) == 1
    assert "I called" not in public(room)
    decide(room.moderator, n, "hide")
    assert "Ask the harbour master" not in holders[0].get("/desk/comments?show=mine").text


def test_a_discussion_closes_by_age_of_its_series_and_stays_open_by_hand(tmp_path):
    room = make_newsroom(tmp_path, DESK_CONFIG + "\n[discussion]\nclose_after_days = 30\n")
    room.site.publish(REPORT)
    answer = room.editor.fill("/desk/series/1", "series", close_after="x")
    assert answer.status == 422 and "whole number" in answer.text
    assert room.editor.fill("/desk/series/1", "series", close_after="7").status == 303
    assert 'value="7"' in room.editor.get("/desk/series/1").text
    assert f'action="{PATH}/comments#reply"' in public(room)  # published a moment ago, whatever its date
    room.site.stop()


# ---- the lists

def test_lists_are_joined_by_ids_and_wrong_queries_are_as_if_not_there(room):
    for query in ("show=nowhere", "before=x", "like=visitor&of=0", "like=face&of=1", "q=" + "x" * 101,
                  "show=held&before=-1", "q=%E2%80%AE", "before=99999999999999999999"):
        assert room.moderator.get("/desk/comments?" + query).status == 200
    seen, path = [], "/desk/comments?show=all"
    while path:
        page = room.moderator.get(path)
        seen += [int(n) for n in re.findall(r'<article class="desk-comment" id="c(\d+)"', page.text)]
        older = re.search(r'<p class="pager"><a href="([^"]+)"', page.text)
        path = older[1].replace("&amp;", "&") if older else None
    assert seen == sorted(set(seen), reverse=True) and len(seen) == max(seen)
