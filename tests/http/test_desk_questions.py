"""Questions at the desk. Without these a reader whose answer went into a report would not be named, a closed
question would go on taking answers, or nobody could tell who changed what."""

import pytest

from conftest import PATH
from desk_help import comment, make_newsroom, notice_of, read
from test_questions import ASKING, HEAD, boxes


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("questions"))
    room.site.publish(HEAD + ASKING)
    yield room
    room.site.stop()


@pytest.fixture
def question(room):
    """The second question, open and without answers that are used."""
    n = list(boxes(public(room)))[1]
    yield n
    room.owner.post(f"/desk/questions/{n}", {"state": "open"})


def public(room):
    return room.site.client().get(PATH).text


def press(person, question, **wish):
    """A button of the question's page, as it stands there."""
    page = person.get(f"/desk/questions/{question}")
    name, value = [(k, v) for k, v in wish.items() if k != "answer"][0]
    forms = [f for f in read(page).forms if f.action == f"/desk/questions/{question}"
             and any(b[:2] == (name, value) for b in f.buttons)
             and f.fields.get("answer") == (str(wish["answer"]) if "answer" in wish else None)]
    assert forms, (wish, page.text[:3000])
    fields = {name: value} | ({"answer": wish["answer"]} if "answer" in wish else {})
    return person.post(forms[0].action, fields)


def test_a_closed_question_takes_no_more_answers_and_keeps_those_it_has(room, question):
    n = comment(room.site, PATH, question=question, body="early bird")
    answer = press(room.moderator, question, state="closed")
    assert answer.status == 303 and "state is set" in notice_of(room.moderator.follow(answer))
    box = boxes(public(room))[question].partition('id="discussion"')[0]
    assert "early bird" in box and "Closed" in box and "<form" not in box
    late = room.site.client().post(PATH + "/comments", {"name": "Late", "body": "late words", "question": question})
    assert late.status == 403 and "late words" in late.text and "takes no more answers" in late.text
    assert room.log()[0] == ("Moderator One", "question.state", f"question {question}", "closed")
    assert f'"question" value="{question}"' not in late.text.partition('id="reply"')[2]
    assert press(room.reporter, question, state="open").status == 303
    assert comment(room.site, PATH, question=question, body="late, but in") > n


def test_who_moderates_sees_what_a_comment_answers(room, question):
    comment(room.site, PATH, question=question, body="to the question")
    assert f'<a href="/questions/{question}">Answers a question</a>' in room.moderator.get("/desk/comments").text


def test_an_answered_question_leaves_the_board_and_still_takes_answers(room, question):
    board = "/series/daily-field-report/questions"
    assert "Can you pass?" in room.site.client().get(board).text
    press(room.editor, question, state="answered")
    assert "Can you pass?" not in room.site.client().get(board).text
    assert "Answered" in boxes(public(room))[question]
    comment(room.site, PATH, question=question, body="one more")
    assert "Can you pass?" in room.editor.get("/desk/questions?show=answered").text
    assert "Can you pass?" not in room.editor.get("/desk/questions").text


def test_an_answer_that_was_used_is_named_and_linked_in_the_report(room, question):
    n = comment(room.site, PATH, question=question, name="Hedda", body="It is open until six")
    answer = press(room.reporter, question, answer=n, used="yes")
    assert answer.status == 303 and answer.location.endswith("done=answer_used")
    text = public(room)
    box = boxes(text)[question]
    assert "with thanks to" in box and f'<a href="/comments/{n}"><bdi>Hedda</bdi></a>' in box
    assert "Used in the report" in text.partition(f'id="comment-{n}"')[2].partition("</article>")[0]
    assert "Can you pass?" in room.editor.get("/desk/questions?show=used").text
    assert room.log()[0][:3] == ("Reporter One", "answer.use", f"comment {n}")
    again = room.reporter.post(f"/desk/questions/{question}", {"answer": n, "used": "yes"})
    assert again.status == 409
    press(room.reporter, question, answer=n, used="no")
    assert "with thanks to" not in boxes(public(room))[question]
    assert room.log()[0][1] == "answer.unuse"
    room.site.command("check")


def test_a_used_answer_that_is_hidden_is_not_named_and_comes_back_with_it(room, question):
    n = comment(room.site, PATH, question=question, name="Hidden Hal", body="Hidden words")
    press(room.owner, question, answer=n, used="yes")
    room.moderator.post(f"/desk/comments/{n}", {"action": "hide"})
    box = boxes(public(room))[question].partition('id="discussion"')[0]
    assert "Hidden Hal" not in box and "Hidden words" not in box
    assert room.owner.post(f"/desk/questions/{question}", {"answer": n, "used": "yes"}).status == 409
    room.moderator.post(f"/desk/comments/{n}", {"action": "approve"})
    assert "Hidden Hal" in boxes(public(room))[question]
    room.moderator.post(f"/desk/comments/{n}", {"action": "erase", "sure": "yes"})
    box = boxes(public(room))[question].partition('id="discussion"')[0]
    assert "Hidden Hal" not in box and "Erased author" in box
    press(room.owner, question, answer=n, used="no")
    room.site.command("check")


def test_a_hidden_answer_is_not_used_and_not_counted(room, question):
    before = boxes(public(room))[question]
    n = comment(room.site, PATH, question=question, body="to be hidden")
    room.moderator.post(f"/desk/comments/{n}", {"action": "hide"})
    assert room.owner.post(f"/desk/questions/{question}", {"answer": n, "used": "yes"}).status == 409
    assert boxes(public(room))[question].partition("</p>")[0] == before.partition("</p>")[0]
    room.site.command("check")


def test_twenty_answers_are_named_at_the_most(room, question):
    ids = [comment(room.site, PATH, question=question, body=f"useful {i}") for i in range(21)]
    post = lambda n, used: room.owner.post(f"/desk/questions/{question}", {"answer": n, "used": used}).status
    assert [post(n, "yes") for n in ids] == [303] * 20 + [409]
    assert boxes(public(room))[question].count("<bdi>Tove</bdi>") == 20
    room.moderator.post(f"/desk/comments/{ids[0]}", {"action": "hide"})
    assert post(ids[20], "yes") == 409, "a hidden one may come back"
    room.moderator.post(f"/desk/comments/{ids[0]}", {"action": "delete", "sure": "yes"})
    assert post(ids[20], "yes") == 303, "a deleted one does not"
    assert [post(n, "no") for n in ids[1:]] == [303] * 20
    room.site.command("check")


@pytest.mark.parametrize("fields, status", [
    ({}, 400), ({"state": ""}, 400), ({"state": "used"}, 400), ({"state": "Open"}, 400), ({"state": "open' --"}, 400),
    ({"answer": "x"}, 400), ({"answer": "1"}, 400), ({"answer": "1", "used": "maybe"}, 400),
    ({"answer": "99999", "used": "yes"}, 404), ({"state": "open"}, 409)])
def test_what_is_no_wish_changes_nothing(room, question, fields, status):
    before = room.log()[0]
    assert room.owner.post(f"/desk/questions/{question}", fields).status == status
    assert room.log()[0] == before


def test_an_answer_to_another_question_cannot_be_used_here(room, question):
    first = next(iter(boxes(public(room))))
    n = comment(room.site, PATH, question=first)
    m = comment(room.site, PATH, body="no answer at all")
    for other in (n, m):
        assert room.owner.post(f"/desk/questions/{question}", {"answer": other, "used": "yes"}).status == 404


@pytest.mark.parametrize("n", ["0", "99999", "x", "-1", "1e3"])
def test_a_question_that_is_none_is_not_found(room, n):
    assert room.owner.get(f"/desk/questions/{n}").status == 404
    assert room.owner.post(f"/desk/questions/{n}", {"state": "closed"}).status == 404


def test_answers_are_read_in_pieces(room, question):
    ids = [comment(room.site, PATH, question=question, body=f"piece {i}") for i in range(65)]
    seen, url = [], f"/desk/questions/{question}"
    while url:
        page = room.owner.get(url)
        found = [f.fields["answer"] for f in read(page).forms if "answer" in f.fields]
        seen += [int(n) for n in found]
        url = next((link for link in read(page).links if "before=" in link), None)
    assert seen == sorted(seen, reverse=True) and set(ids) <= set(seen) and len(seen) == len(set(seen))


def test_the_editor_says_how_to_ask_and_the_page_shows_what_was_asked(room):
    page = room.editor.get("/desk/reports/1")
    assert "&lt;ask:" in page.text, "without script the syntax is explained"
