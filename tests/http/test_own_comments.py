"""What people do with comments of their own. Without these somebody could change another's words, lose their
own, slip past the rules by editing, or be left without the way back that was promised."""

import re
import threading

import pytest

import conftest
from conftest import PATH, page
from test_comments import number_of, post


def edit(client, n, body, **fields):
    return client.post(f"/comments/{n}/edit", {"body": body, **fields})


def text_of(client, n):
    found = re.search(rf'<article class="comment" id="comment-{n}".*?</article>', client.get(PATH).text, re.S)
    return found.group(0) if found else ""


def test_a_preview_shows_the_words_by_our_renderer_and_stores_nothing(site):
    client = site.client()
    answer = post(client, name="", body="I *saw* <b>it</b>", preview="1")
    assert answer.status == 200
    assert 'id="comment-preview"' in answer.text and "<em>saw</em>" in answer.text
    assert "<b>it</b>" not in answer.text
    form = [f for f in page(answer).forms if "body" in f["fields"]][0]
    assert form["fields"]["body"].strip() == "I *saw* <b>it</b>"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "<em>saw</em>" not in site.client().get(PATH).text
    assert number_of(post(client, body="I *saw* it"))


def test_a_preview_of_a_reply_stays_a_reply(site):
    client = site.client()
    n = number_of(post(client))
    answer = post(client, body="below", parent=n, preview="1")
    form = [f for f in page(answer).forms if "body" in f["fields"]][0]
    assert form["fields"]["parent"] == str(n) and answer.status == 200


@pytest.mark.parametrize("body, status", [("", 422), ("x" * 16385, 422), ("a\x07b", 422), ("x\u202ey", 422),
                                          ("[a]: http://x.example", 422)])
def test_a_preview_and_an_edit_refuse_what_a_comment_may_not_be(site, body, status):
    client = site.client()
    n = number_of(post(client))
    assert post(client, body=body, preview="1").status == status
    answer = edit(client, n, body)
    assert answer.status == status and 'id="own-body-error"' in answer.text
    assert edit(client, n, body, preview="1").status == status
    assert "edited" not in text_of(site.client(), n)


def test_an_own_comment_is_edited_and_says_so(site):
    client = site.client()
    n = number_of(post(client, body="Frist words"))
    shown = client.get(PATH).text
    assert f'href="/comments/{n}/edit"' in shown and f'href="/comments/{n}/delete"' in shown
    assert f"/comments/{n}/edit" not in site.client().get(PATH).text
    form = client.get(f"/comments/{n}/edit")
    assert form.status == 200 and "Frist words" in form.text and 'content="noindex' in form.text
    looked = edit(client, n, "First **words**", preview="1")
    assert looked.status == 200 and "<strong>words</strong>" in looked.text
    assert "Frist words" in text_of(site.client(), n)
    answer = edit(client, n, "First **words**")
    assert answer.status == 303 and answer.location.endswith(f"#comment-{n}")
    for reader in (client, site.client()):
        assert "<strong>words</strong>" in text_of(reader, n) and 'class="edited"' in text_of(reader, n)


def test_the_same_words_are_no_edit(site):
    client = site.client()
    n = number_of(post(client, body="As it is"))
    assert edit(client, n, "As it is\r\n").status == 303
    assert 'class="edited"' not in text_of(site.client(), n)


def test_nobody_else_can_edit_or_delete(site):
    n = number_of(post(site.client(), body="Mine"))
    other = site.client()
    number_of(post(other, body="Another's"))
    forged = site.client()
    forged.jar["visitor"] = "A" * 43
    for client in (site.client(), other, forged):
        for what in ("edit", "delete"):
            assert client.get(f"/comments/{n}/{what}").status == 403
            assert client.post(f"/comments/{n}/{what}", {"body": "Taken over"}).status == 403
    assert "Mine" in text_of(site.client(), n)


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "12345678", "%00", "1'--"])
def test_what_is_no_comment_is_not_found(site, number):
    client = site.client()
    post(client)
    for what in ("edit", "delete"):
        assert client.get(f"/comments/{number}/{what}").status in (400, 404)
        assert client.post(f"/comments/{number}/{what}", {"body": "x"}).status in (400, 404)


def test_a_form_of_another_site_changes_nothing(site):
    client = site.client()
    n = number_of(post(client, body="Mine"))
    for headers in ({"Origin": "https://evil.example", "Sec_Fetch_Site": None}, {"Sec_Fetch_Site": "cross-site"}):
        for what in ("edit", "delete"):
            answer = client.post(f"/comments/{n}/{what}", {"body": "Other words"}, **headers)
            assert answer.status == 403, answer.status
    assert "Mine" in text_of(site.client(), n)


def test_deleting_leaves_a_placeholder_only_where_there_are_replies(site):
    client = site.client()
    n = number_of(post(client, body="The first"))
    m = number_of(post(client, body="The second", parent=n))
    assert "The first" in client.get(f"/comments/{n}/delete").text
    answer = client.post(f"/comments/{n}/delete", {})
    assert answer.status == 303
    text = site.client().get(PATH).text
    assert "The first" not in text and "The second" in text and "This comment was deleted." in text
    assert client.get(f"/comments/{n}/edit").status == 404
    assert client.post(f"/comments/{m}/delete", {}).status == 303
    assert "This comment was deleted." not in site.client().get(PATH).text


def test_the_time_for_edits_is_the_operators(make_site):
    site = make_site(conftest.CONFIG + "edit_minutes = 0\n")
    site.publish(conftest.REPORT)
    client = site.client()
    n = number_of(post(client))
    assert f"/comments/{n}/edit" not in client.get(PATH).text
    answer = client.get(f"/comments/{n}/edit")
    assert answer.status == 403 and "is over" in answer.text
    assert client.post(f"/comments/{n}/delete", {}).status == 403


def test_an_edit_is_held_as_a_new_comment_would_be(make_site):
    site = make_site()
    site.publish(conftest.REPORT)
    client = site.client()
    n = number_of(post(client, body="Seen at once"))
    m = number_of(post(client, body="Below", parent=n))
    site.configure(conftest.CONFIG + "[discussion]\nmoderation = hold_all\n")
    site.stop()
    site.start()
    client.port, client.origin = site.port, f"http://127.0.0.1:{site.port}"
    assert edit(client, n, "Other words").status == 303
    assert "Other words" in client.get(PATH).text
    text = site.client().get(PATH).text
    assert "Other words" not in text and "Seen at once" not in text
    assert "edited and waits for approval" in text and f'id="comment-{m}"' in text
    assert edit(client, n, "Still others").status == 303
    assert "Still others" in client.get(PATH).text
    assert site.command("check")[0] == 0


def test_me_says_what_can_be_edited(site):
    client = site.client()
    n = number_of(post(client))
    me = client.get(f"/me?comments={n}").text
    assert f'"editable":[{n}]' in me.replace(" ", "")
    assert '"editable":[]' in site.client().get(f"/me?comments={n}").text.replace(" ", "")


def test_sixty_four_edits_at_once_leave_one_history(site):
    client = site.client()
    n = number_of(post(client, body="The beginning"))
    statuses = []

    def run(i):
        one = site.client()
        one.jar.update(client.jar)
        statuses.append(edit(one, n, f"Version {i}").status)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(64)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    # Twenty edits are kept; who comes later is told so.
    assert statuses.count(303) == 20 and statuses.count(409) == 44, statuses
    assert re.search(r"Version \d+", text_of(site.client(), n))
    site.stop()
    assert site.command("check")[0] == 0
