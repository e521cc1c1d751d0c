"""Marks and the closing of periods at the desk. Without these a period could be closed by who may not, or too soon."""

import pytest
from conftest import REPORT
from desk_help import DESK_CONFIG, errors_of, form_of, make_newsroom, notice_of


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("goals"), DESK_CONFIG)
    room.site.publish(REPORT)
    for period in ("2018-05", "2018-06", "2999-01"):
        room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", period)
    yield room
    room.site.stop()


def test_a_mark_is_set_renamed_and_taken_away(room):
    page = "/desk/funding/goals/1/marks"
    for amount, label in (("9000", "A second boat"), ("9000", "Two boats"), ("7000.50", "")):
        answer = room.treasurer.send(form_of(room.treasurer.get(page), "marks"), amount=amount, label=label)
        assert "marks were changed" in notice_of(room.treasurer.follow(answer))
    text = room.treasurer.get(page).text
    assert "$9,000: Two boats" in text and "$7,000.50" in text and "A second boat" not in text
    assert "Two boats" in room.site.client().get("/2018/05/04/southern-dike").text
    for wrong in ("5000", "x", "1.234", ""):
        answer = room.treasurer.send(form_of(room.treasurer.get(page), "marks"), amount=wrong, label="kept words")
        assert answer.status == 422 and errors_of(answer) and "kept words" in answer.text
    answer = room.treasurer.send(form_of(room.treasurer.get(page), "marks"), amount="9000", label="x" * 121)
    assert answer.status == 422
    answer = room.treasurer.send(form_of(room.treasurer.get(page), "marks"), amount="9000", button="yes")
    assert answer.status == 303 and "Two boats" not in room.treasurer.get(page).text


def test_a_period_is_closed_once_and_then_nothing_of_its_goal_changes(room):
    page = "/desk/funding/goals/2"
    asked = room.treasurer.get(page + "/close")
    assert "June 2018" in asked.text and "cannot be undone" in asked.text
    answer = room.treasurer.send(form_of(asked, "/close"))
    assert "period is closed" in notice_of(room.treasurer.follow(answer))
    assert "diurnal period closed, version 1" in room.site.client().get("/funding/goals/2").text
    answer = room.treasurer.send(form_of(asked, "/close"))
    assert answer.status == 422 and "closed" in " ".join(errors_of(answer))
    answer = room.treasurer.send(form_of(room.treasurer.get(page), "goal"), amount="1")
    assert answer.status == 422 and errors_of(answer)
    answer = room.treasurer.send(form_of(room.treasurer.get(page + "/marks"), "marks"), amount="6000")
    assert answer.status == 422
    assert room.treasurer.send(form_of(room.treasurer.get(page + "/drop"), "/drop")).status == 409
    audit = room.owner.get("/desk/audit").text
    assert "goal.close" in audit or "closed" in audit


def test_a_period_that_runs_is_not_closed(room):
    answer = room.treasurer.send(form_of(room.treasurer.get("/desk/funding/goals/3/close"), "/close"))
    assert answer.status == 422 and "not ended" in " ".join(errors_of(answer))


def test_who_may_not_set_goals_neither_marks_nor_closes_them(room):
    for rest in ("marks", "close"):
        assert room.moderator.get(f"/desk/funding/goals/1/{rest}").status == 403
        assert room.treasurer.get(f"/desk/funding/goals/99/{rest}").status == 404
