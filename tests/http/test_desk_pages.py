"""Standing pages, series and the overview at the desk. Without these an imprint could be lost or be
overwritten unseen."""

import pytest

from conftest import REPORT
from desk_help import errors_of, form_of, make_newsroom, notice_of, read


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("pages"))
    room.site.publish(REPORT)
    yield room
    room.site.stop()


def write(room, button="draft", **fields):
    return room.editor.fill("/desk/new-page", "page", button, **{"title": "A Page", "body": "Some *words*.", **fields})


def test_a_page_is_drafted_published_and_taken_down(room):
    answer = write(room, slug="masthead", title="Who We Are")
    assert answer.location.startswith("/desk/pages/masthead?") and "is saved" in notice_of(room.editor.follow(answer))
    assert room.site.client().get("/masthead").status == 404
    assert room.editor.fill("/desk/pages/masthead", "page", "publish").status == 303
    shown = room.site.client().get("/masthead")
    assert shown.status == 200 and "<em>words</em>" in shown.text
    assert room.editor.fill("/desk/pages/masthead", "page", "draft", body="Other words").status == 303
    assert "Other words" not in room.site.client().get("/masthead").text
    assert "with newer words" in room.editor.get("/desk/pages").text
    answer = room.editor.press("/desk/pages/masthead", "/take-down")
    assert "not public any more" in notice_of(room.editor.follow(answer))
    assert room.site.client().get("/masthead").status == 404
    assert room.editor.post("/desk/pages/masthead/take-down", {}).status == 404
    assert {"page.save", "page.publish", "page.take_down"} <= set(room.actions())


def test_the_overview_leads_to_what_is_missing(room):
    overview = room.owner.get("/desk")
    assert "/desk/new-page?slug=imprint" in read(overview).links
    form = form_of(room.owner.get("/desk/new-page?slug=imprint"), "page")
    assert form.fields["slug"] == "imprint"
    assert room.owner.send(form, "publish", title="Imprint", body="Us.").status == 303
    assert "/desk/new-page?slug=imprint" not in read(room.owner.get("/desk")).links


def test_a_preview_of_a_page_saves_nothing(room):
    answer = write(room, "preview", slug="looked-at")
    assert answer.status == 200 and "<em>words</em>" in answer.text
    assert room.editor.get("/desk/pages/looked-at").status == 404


@pytest.mark.parametrize("fields, invalid", [
    ({"slug": ""}, "slug"), ({"slug": "Not One"}, "slug"), ({"slug": "desk"}, "slug"), ({"slug": "2018"}, "slug"),
    ({"slug": "x" * 81}, "slug"), ({"title": ""}, "title"), ({"title": "x" * 121}, "title"),
    ({"title": "a\u202eb"}, "title"), ({"body": ""}, "body"), ({"body": "x" * 262145}, "body"),
    ({"body": "![x](nothing.png)"}, "body"),
])
def test_a_bad_page_is_refused_with_the_words_kept(room, fields, invalid):
    sent = {"slug": "fine", "title": "Fine", "body": "Fine words.", **fields}
    answer = write(room, **sent)
    assert answer.status == 422, answer.status
    form = form_of(answer, "page")
    assert form.invalid == {invalid}, errors_of(answer)
    assert {k: form.fields[k] for k in sent} == sent


def test_a_page_is_not_written_over_by_a_new_one(room):
    assert write(room, slug="taken", title="First").status == 303
    answer = write(room, slug="taken", title="Second")
    assert answer.status == 422 and form_of(answer, "page").invalid == {"slug"}
    assert form_of(room.editor.get("/desk/pages/taken"), "page").fields["title"] == "First"


def test_of_two_who_write_at_once_neither_loses_words(room):
    assert write(room, slug="shared", body="One.\nTwo.").status == 303
    mine = form_of(room.editor.get("/desk/pages/shared"), "page")
    assert room.owner.fill("/desk/pages/shared", "page", "draft", body="One.\nTheirs.").status == 303
    answer = room.editor.send(mine, "draft", body="One.\nMine.")
    assert answer.status == 409 and "<del>Theirs.</del>" in answer.text and "<ins>Mine.</ins>" in answer.text
    assert form_of(answer, "page").fields["body"] == "One.\nMine."
    assert room.editor.send(form_of(answer, "page"), "draft").status == 303


def test_a_series_is_begun_and_renamed(room):
    answer = room.editor.fill("/desk/series/new", "series", title="Flood Watch", about="High water.", slug="")
    assert "is saved" in notice_of(room.editor.follow(answer))
    page = room.editor.get("/desk/series")
    assert "Flood Watch" in page.text and "/series/flood-watch" in page.text
    edit = [l for l in read(page).links if l.startswith("/desk/series/") and l != "/desk/series/new"]
    for link in edit:
        form = form_of(room.editor.get(link), "series")
        if form.fields["title"] == "Flood Watch":
            assert "slug" not in form.names
            assert room.editor.send(form, title="Flood Watch, Daily", about="").status == 303
    assert "Flood Watch, Daily" in room.editor.get("/desk/series").text
    assert {"series.add", "series.change"} <= set(room.actions())


@pytest.mark.parametrize("fields, invalid", [
    ({"title": ""}, "title"), ({"title": "x" * 121}, "title"), ({"title": "Daily Field Report"}, "title"),
    ({"about": "x" * 1001}, "about"), ({"about": "a\x01"}, "about"), ({"slug": "No Slug"}, "slug"),
    ({"slug": "daily-field-report"}, "slug"), ({"close_after": "soon"}, "close_after"),
    ({"close_after": "36501"}, "close_after"), ({"close_after": "-1"}, "close_after"),
])
def test_a_bad_series_is_refused_with_the_words_kept(room, fields, invalid):
    sent = {"title": "Harbour News", "about": "Ships.", "slug": "harbour-news", "close_after": "",
            **fields}
    answer = room.editor.fill("/desk/series/new", "series", **sent)
    assert answer.status == 422
    form = form_of(answer, "series")
    assert form.invalid == {invalid}, errors_of(answer)
    assert form.fields == sent
