"""Moderation. Without these a comment could come back, go, or show its author, against what staff did."""

import re
import threading

import pytest

from conftest import PATH, REPORT
from desk_help import DESK_CONFIG, Newsroom, comment, form_of, make_newsroom, notice_of, read


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("comments"))
    room.site.publish(REPORT)
    yield room
    room.site.stop()


@pytest.fixture(scope="module")
def held_room(tmp_path_factory):
    """Every comment is looked at first."""
    room = make_newsroom(tmp_path_factory.mktemp("held"), DESK_CONFIG + "\n[discussion]\nmoderation = hold_all\n")
    room.site.publish(REPORT)
    yield room
    room.site.stop()


def say(room, body, **fields):
    return comment(room.site, PATH, body=body, **fields)


def public(room):
    return room.site.client().get(PATH).text


def act(person, n, action, at="/desk/comments"):
    """Presses the button under the comment in a list; asked whether one is sure, says so."""
    page = person.get(at)
    form = [f for f in read(page).forms if f.action == f"/desk/comments/{n}"][0]
    answer = person.send(form, action)
    if answer.status == 200:
        answer = person.send(form_of(answer, f"/desk/comments/{n}"))
    return answer


def test_hiding_takes_a_comment_away_and_approving_brings_it_back(room):
    n = say(room, "Unkind words one")
    answer = act(room.moderator, n, "hide")
    assert answer.status == 303 and answer.location == "/desk/comments?show=newest&done=comment_hidden#undo"
    assert "is hidden" in notice_of(room.moderator.follow(answer))
    assert "Unkind words one" not in public(room)
    answer = act(room.moderator, n, "approve", "/desk/comments?show=hidden")
    assert answer.location.startswith("/desk/comments?show=hidden&")
    assert "Unkind words one" in public(room)
    assert room.log()[0][:3] == ("Moderator One", "comment.approve", f"comment {n}")
    assert room.log()[1][:3] == ("Moderator One", "comment.hide", f"comment {n}")


def test_the_log_holds_no_reader(room):
    n = say(room, "Private matter", name="Rare Name", email="rare@reader.example")
    act(room.moderator, n, "spam")
    act(room.moderator, n, "delete", "/desk/comments?show=spam")
    text = room.owner.get("/desk/audit").text
    assert "Rare Name" not in text and "rare@" not in text and "Private matter" not in text


def test_spam_is_in_its_own_list(room):
    n = say(room, "Buy this now")
    act(room.moderator, n, "spam")
    assert "Buy this now" not in public(room)
    assert "Buy this now" in room.moderator.get("/desk/comments?show=spam").text
    assert "Buy this now" not in room.moderator.get("/desk/comments?show=hidden").text
    vote = room.site.client().vote(n, 1)
    assert vote.status == 409 and "not shown any more" in vote.text
    assert "comment.spam" in room.actions()


def test_deleting_asks_once_more_and_leaves_a_placeholder_where_there_are_replies(room):
    n = say(room, "Words to be gone", name="Gone Author", email="gone@reader.example")
    say(room, "A reply that stays", parent=str(n))
    page = room.moderator.get("/desk/comments")
    form = [f for f in read(page).forms if f.action == f"/desk/comments/{n}"][0]
    asked = room.moderator.send(form, "delete")
    assert asked.status == 200 and "Words to be gone" in public(room)
    assert "Gone Author" in asked.text
    answer = room.moderator.send(form_of(asked, f"/desk/comments/{n}"))
    assert answer.status == 303 and "is deleted" in notice_of(room.moderator.follow(answer))
    text = public(room)
    assert "Words to be gone" not in text and "Gone Author" not in text and "A reply that stays" in text
    shown = room.moderator.get(f"/desk/comments/{n}").text
    assert "Words to be gone" not in shown and "gone@reader.example" not in shown and "deleted" in shown
    assert room.moderator.post(f"/desk/comments/{n}", {"action": "approve"}).status == 409
    assert room.site.client().vote(n, 1).status == 409
    assert "comment.delete" in room.actions()


def test_erasing_an_author_keeps_the_words(room):
    n = say(room, "Words that stay", name="Erased Name", email="erased@reader.example")
    assert "erased@reader.example" in room.moderator.get("/desk/comments").text
    assert act(room.moderator, n, "erase").status == 303
    text = public(room)
    assert "Words that stay" in text and "Erased Name" not in text
    desk = room.moderator.get("/desk/comments").text
    assert "Erased Name" not in desk and "erased@reader.example" not in desk
    assert "comment.erase_author" in room.actions()


def test_the_second_of_two_moderators_sees_what_the_first_did(room):
    n = say(room, "Both look at this")
    page = room.moderator.get("/desk/comments")
    form = [f for f in read(page).forms if f.action == f"/desk/comments/{n}"][0]
    assert act(room.editor, n, "hide").status == 303
    answer = room.moderator.send(form, "hide")
    assert answer.status == 409 and "faster" in answer.text and "Both look at this" in answer.text
    assert "approve" in [b[1] for f in read(answer).forms if f.action.endswith(str(n)) for b in f.buttons]


def test_of_many_at_once_exactly_one_changes_the_state(room):
    n = say(room, "A race")
    people = [room.sign_in("moderator@river.example")[0] for _ in range(8)]
    statuses = []
    threads = [threading.Thread(target=lambda p=p: statuses.append(
        p.post(f"/desk/comments/{n}", {"action": "hide"}).status)) for p in people]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(statuses) == [303] + [409] * 7
    assert [row[1:3] for row in room.log()].count(("comment.hide", f"comment {n}")) == 1


def test_held_comments_wait_and_are_counted(held_room):
    room = held_room
    n = say(room, "Please look at me")
    assert "Please look at me" not in public(room)
    overview = room.moderator.get("/desk").text
    assert "waits for approval" in overview and "Please look at me" in overview
    page = room.moderator.get("/desk/comments?show=held")
    assert "Please look at me" in page.text and "looked at first" in page.text
    answer = act(room.moderator, n, "approve", "/desk/comments?show=held")
    assert answer.status == 303 and "show=held" in answer.location
    assert "Please look at me" in public(room)
    assert "waits for approval" not in room.moderator.get("/desk").text


def test_lists_go_on_and_a_button_leads_back_to_its_piece(room):
    for i in range(60):
        say(room, f"Long list, number {i}.", name=f"Guest {i}")
    first = room.moderator.get("/desk/comments")
    older = [l for l in read(first).links if "before=" in l][0]
    second = room.moderator.get(older)
    numbers = lambda page: [int(f.action.rpartition("/")[2]) for f in read(page).forms if "/comments/" in f.action]
    assert numbers(first) == sorted(numbers(first), reverse=True) and len(numbers(first)) == 50
    assert not set(numbers(first)) & set(numbers(second)) and numbers(second)[0] < numbers(first)[-1]
    n = numbers(second)[0]
    answer = act(room.moderator, n, "hide", older)
    assert answer.location == older + "&done=comment_hidden#undo"


@pytest.mark.parametrize("show, before", [("evil", "1"), ("held&x=1", ""), ("held", "x"), ("held", "-5"),
                                          ("//evil.example", "1"), ("held", "99999999999999999999")])
def test_the_way_back_leads_nowhere_else(room, show, before):
    n = say(room, "Back " + show + before)
    answer = room.moderator.post(f"/desk/comments/{n}", {"action": "hide", "show": show, "before": before})
    assert answer.status == 303
    assert re.fullmatch(r"/desk/comments(/\d+\?|\?show=held&)done=comment_hidden(#undo)?", answer.location), answer.location


@pytest.mark.parametrize("fields", [{}, {"action": ""}, {"action": "promote"}, {"action": "Delete"}])
def test_an_unknown_action_is_refused(room, fields):
    n = say(room, "Stays as it is " + str(fields))
    assert room.moderator.post(f"/desk/comments/{n}", fields).status == 400
    assert "Stays as it is" in public(room)


def test_sure_is_not_enough_without_the_permission(room):
    n = say(room, "Not for reporters")
    for person in (room.reporter, room.treasurer):
        assert person.post(f"/desk/comments/{n}", {"action": "delete", "sure": "yes"}).status == 403
    assert "Not for reporters" in public(room)


def test_a_comments_markup_is_as_safe_at_the_desk_as_outside(room):
    say(room, '<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3))',
        name='<b onclick="x">Bold</b>', email="a@b.example")
    for path in ("/desk", "/desk/comments"):
        text = room.moderator.get(path).text
        assert "<script>" not in text and "<img src=x" not in text and "<b onclick" not in text
        assert 'href="javascript' not in text


def test_many_long_comments_are_still_listed(make_site):
    site = make_site(DESK_CONFIG + "comment_bytes = 65536\nform_bytes = 1000000\n")
    site.publish(REPORT)
    room = Newsroom(site)
    for i in range(20):
        say(room, f"{i} " + "&<>" * 20000)
    seen, path, pieces = [], "/desk/comments", 0
    while path:
        page = room.moderator.get(path)
        assert page.status == 200
        seen += re.findall(r'id="c(\d+)"', page.text)
        older = [l for l in read(page).links if "before=" in l]
        path, pieces = older[0] if older else None, pieces + 1
    assert len(seen) == len(set(seen)) == 20 and pieces > 1
    assert room.moderator.get("/desk").status == 200


def test_a_discussion_is_closed_and_opened(room):
    say(room, "Before it closes")
    page = [l for l in read(room.moderator.get("/desk/comments")).links if "/desk/discussions/" in l][0]
    answer = room.moderator.press(page, page)
    assert answer.status == 303 and "is closed" in notice_of(room.moderator.follow(answer))
    refused = room.site.client().post(PATH + "/comments", {"name": "Late", "body": "Too late"})
    assert refused.status in (403, 409, 422), refused.status
    answer = room.moderator.press(page, page)
    assert "is open" in notice_of(room.moderator.follow(answer))
    say(room, "After it opened")
    assert room.moderator.post(page, {"open": "perhaps"}).status == 400
    assert {"discussion.close", "discussion.open"} <= set(room.actions())
