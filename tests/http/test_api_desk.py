"""The desk's discussion as JSON, by token. Without this a program could do more than its token, or its
person's role, allows; or a cookie alone could moderate from any page of the web."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import PATH, REPORT, ROOT, run
from desk_help import ROLES, comment, make_newsroom
from test_api import SPEC, check

SCOPES = ["comments:read", "comments:decide", "comments:delete", "comments:note", "comments:mark", "appeals:read",
          "appeals:judge"]
BODIES = {  # one that is right, for each POST
    "/desk/comments/{id}/decision": {"action": "hide", "seen": 0},
    "/desk/decisions": {"action": "hide", "ids": [999], "seen": 0},
    "/desk/comments/{id}/mark": {"action": "lock"},
    "/desk/comments/{id}/notes": {"body": "a note"},
    "/desk/comments/{id}/assignment": {"person": None},
    "/desk/discussions/{id}": {"open": True},
    "/desk/acts/{id}/undo": {},
    "/desk/appeals/{id}": {"verdict": "refuse"},
}
OPERATIONS = [(path, method, op["security"][0]["token"][0]) for path, ops in SPEC["paths"].items()
              if path.startswith("/desk") for method, op in ops.items()]


def issue(room, role, scopes=SCOPES, *more, name="robot"):
    code, out, why = room.site.command("token", "add", "--email", f"{role}@river.example", "--name", name,
                                       "--scopes", ",".join(scopes), *more, check=False)
    assert code == 0, why
    token = out.strip()
    assert re.fullmatch(r"diu_[A-Za-z0-9_-]{43}", token)
    return token


def ask(client, token, method, path, body=None, **headers):
    sent = {"Content-Type": "application/json", **headers}
    if token:
        sent["Authorization"] = "Bearer " + token
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    return client.request(method.upper(), "/api/v1" + path, data, sent)


def act(room, token, path, body=None, **values):
    """One operation, its answer checked against the description."""
    method = "get" if body is None else "post"
    address = path.format(**values) if values else path
    described = path.partition("?")[0]
    return ask(room.site.client(), token, method, address, body), described, method


def answered(room, token, path, body=None, status=200, **values):
    answer, described, method = act(room, token, path, body, **values)
    assert answer.status == status, (answer.status, answer.text[:500])
    assert answer.headers["cache-control"] == "private, no-store"
    return check(answer, described, method)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("api"))
    room.site.publish(REPORT)
    room.tokens = {role: issue(room, role) for role in ("owner", "editor", "moderator")}
    room.first = comment(room.site, PATH)
    yield room
    room.site.stop()


def token_id(room, token_name):
    _, out, _ = room.site.command("token", "list")
    return next(line.split("\t")[0] for line in out.splitlines() if line.split("\t")[2] == token_name)


# ---- who may

def test_every_desk_address_of_the_program_is_described_and_the_other_way_round():
    with open(os.path.join(ROOT, "src/routes.c"), encoding="utf-8") as f:
        found = re.findall(r'DESK_API(_POST)?\("([^"]*)"', f.read())
    assert {("/desk" + p, "post" if post else "get") for post, p in found} == {(p, m) for p, m, _ in OPERATIONS}


@pytest.mark.parametrize("path, method, scope", OPERATIONS, ids=lambda x: str(x).replace("/", "_"))
def test_each_operation_needs_its_scope_and_no_other(room, path, method, scope):
    address = path.replace("{id}", "999")
    body = BODIES.get(path) if method == "post" else None
    for has in SCOPES:
        token = issue(room, "owner", [has], name="cell")
        answer = ask(room.site.client(), token, method, address, body)
        if has == scope:
            assert answer.status in (200, 404), (has, answer.status, answer.text[:300])
        else:
            assert answer.status == 403 and f'scope="{scope}"' in answer.headers["www-authenticate"], (has, answer.status)
        check(answer, path, method)
        room.site.command("token", "end", "--id", token_id(room, "cell"))


@pytest.mark.parametrize("path, method, scope", OPERATIONS, ids=lambda x: str(x).replace("/", "_"))
def test_no_operation_is_open_without_a_token_that_lives(room, path, method, scope):
    body = BODIES.get(path) if method == "post" else None
    address = path.replace("{id}", str(room.first))
    right = room.tokens["owner"]
    for wrong in (None, "x", "diu_", "diu_" + "A" * 43, right[:-1], right + "A", right.upper(), "\u0000" if False else "é"):
        headers = {"Authorization": f"Bearer {wrong}".encode("utf-8").decode("latin-1")} if wrong else {}
        answer = ask(room.site.client(), None, method, address, body, **headers)
        assert answer.status in (401, 429), (wrong, answer.status)
        check(answer, path, method)
        if answer.status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer realm=")
    for scheme in ("Basic " + right, right, "bearer" + right):
        assert ask(room.site.client(), None, method, address, body, Authorization=scheme).status in (401, 429)
    # a signed-in owner's cookies are nothing here, wherever the request says that it comes from
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": room.owner.origin}):
        answer = ask(room.owner, None, method, address, body, **headers)
        assert answer.status in (401, 429), (headers, answer.status)


def test_guesses_wait_and_a_right_token_does_not(room):
    client = room.site.client()
    seen = [ask(client, "diu_" + "B" * 43, "get", "/desk/comments").status for _ in range(40)]
    assert 429 in seen and set(seen) <= {401, 429}
    last = ask(client, "diu_" + "B" * 43, "get", "/desk/comments")
    assert last.status == 429 and int(last.headers["retry-after"]) >= 1
    assert ask(client, room.tokens["owner"], "get", "/desk/comments").status == 200
    assert room.sign_in("editor@river.example")[1].status == 303  # and people can sign in as before


def test_scopes_that_the_role_does_not_allow_are_not_given(room):
    rows = [line.split("|") for line in run("permissions")[1].splitlines() if line.startswith("| `")]
    table = {row[1].strip().strip("`"): [c.strip() == "yes" for c in row[3:3 + len(ROLES)]] for row in rows}
    need = {"comments:read": "comment_moderate", "comments:decide": "comment_moderate",
            "comments:delete": "comment_delete", "comments:note": "comment_moderate",
            "comments:mark": "comment_moderate", "appeals:read": "appeal_judge", "appeals:judge": "appeal_judge"}
    for i, role in enumerate(ROLES):
        for scope in SCOPES:
            code, out, why = room.site.command("token", "add", "--email", f"{role}@river.example", "--name", "cell",
                                               "--scopes", scope, check=False)
            assert (code == 0) == (table[need[scope]][i] and table["api_token"][i]), (role, scope, why)
            if code == 0:
                room.site.command("token", "end", "--id", token_id(room, "cell"))


@pytest.mark.parametrize("args, says", [
    (["--scopes", "comments:all"], "not scopes"), (["--scopes", " ,"], "not scopes"),
    (["--scopes", "comments:read", "--until", "2001-01-01"], "passed"),
    (["--scopes", "comments:read", "--until", "tomorrow"], "not a day"),
    (["--scopes", "comments:read", "--name", ""], "name"), (["--scopes", "comments:read", "--name", "x" * 81], "name"),
    (["--scopes", "comments:read", "--name", "a\nb"], "name"),
    (["--scopes", "comments:read", "--email", "nobody@river.example"], "nobody"),
])
def test_a_token_that_is_not_given_is_refused_in_a_sentence(room, args, says):
    given = {"--email": "owner@river.example", "--name": "x"}
    given.update(zip(args[::2], args[1::2]))
    code, _, why = room.site.command("token", "add", *[x for pair in given.items() for x in pair], check=False)
    assert code == 1 and says in why


def test_an_ended_token_is_over_at_once_and_the_text_is_kept_nowhere(room):
    token = issue(room, "editor", ["comments:read"], name="short lived")
    assert ask(room.site.client(), token, "get", "/desk/comments").status == 200
    room.site.command("token", "end", "--id", token_id(room, "short lived"))
    assert ask(room.site.client(), token, "get", "/desk/comments").status in (401, 429)
    assert room.site.command("token", "end", "--id", token_id(room, "short lived"), check=False)[0] == 1
    for name in os.listdir(room.site.data):
        path = os.path.join(room.site.data, name)
        if os.path.isfile(path):
            with open(path, "rb") as f:
                data = f.read()
            assert token.encode() not in data and token[4:].encode() not in data
    assert token not in room.site.log_text() and {"token.add", "token.end"} <= set(room.actions())


def test_tokens_end_with_their_person_and_do_not_come_back_with_them(room):
    room.add("editor", "Goes Away", "away@river.example")
    code, out, _ = room.site.command("token", "add", "--email", "away@river.example", "--name", "away", "--scopes", "comments:read")
    token = out.strip()
    assert ask(room.site.client(), token, "get", "/desk/comments").status == 200
    page = re.search(r'href="(/desk/staff/\d+)">Goes Away', room.owner.get("/desk/staff").text)[1]
    assert room.owner.press(page, page + "/end").status == 303
    assert ask(room.site.client(), token, "get", "/desk/comments").status in (401, 429)
    assert room.owner.press(page, page + "/begin").status == 303
    assert ask(room.site.client(), token, "get", "/desk/comments").status in (401, 429)


def test_a_changed_role_takes_from_its_tokens_at_once(room):
    room.add("moderator", "Moves On", "moves@river.example")
    token = room.site.command("token", "add", "--email", "moves@river.example", "--name", "moves", "--scopes", "comments:read")[1].strip()
    assert ask(room.site.client(), token, "get", "/desk/comments").status == 200
    page = re.search(r'href="(/desk/staff/\d+)">Moves On', room.owner.get("/desk/staff").text)[1]
    assert room.owner.fill(page, page, role="treasurer").status == 303
    answer = ask(room.site.client(), token, "get", "/desk/comments")
    assert answer.status == 403 and check(answer, "/desk/comments")["type"].endswith("error_not_allowed")


def test_deleting_needs_the_scope_for_it_too(room):
    one = comment(room.site, PATH, body="to be deleted")
    less = issue(room, "moderator", ["comments:decide"], name="decides")
    body = {"action": "delete", "seen": 0}
    refused = ask(room.site.client(), less, "post", f"/desk/comments/{one}/decision", body)
    assert refused.status == 403 and 'scope="comments:delete"' in refused.headers["www-authenticate"]
    many = ask(room.site.client(), less, "post", "/desk/decisions", {**body, "ids": [one]})
    assert many.status == 403
    answered(room, room.tokens["moderator"], "/desk/comments/{id}/decision", body, id=one)
    assert answered(room, room.tokens["moderator"], "/desk/comments/{id}", id=one)["state"] == "deleted"


# ---- what is done

def test_a_queue_is_read_in_pieces_that_hold_everything_once(room):
    made = [comment(room.site, PATH, body=f"piece number {i}") for i in range(60)]
    token, seen, before = room.tokens["editor"], [], None
    while True:
        address = "/api/v1/desk/comments?queue=all" + (f"&before={before}" if before else "")
        answer = room.site.client().request("GET", address, None, {"Authorization": "Bearer " + token})
        piece = check(answer, "/desk/comments")
        seen += [c["id"] for c in piece["comments"]]
        before = piece["before"]
        if not before:
            break
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == len(seen) and set(made) <= set(seen)
    for bad in ("queue=none", "before=x", "before=0", "before=-1", "before=9223372036854775808", "of=3", "like=visitor",
                "like=x&of=3", "q=", "queue=held&q=x", "q=" + "x" * 101, "before=1&before=2"):
        answer = room.site.client().request("GET", "/api/v1/desk/comments?" + bad, None, {"Authorization": "Bearer " + token})
        assert answer.status == 400, (bad, answer.status)
        check(answer, "/desk/comments")
    found = room.site.client().request("GET", "/api/v1/desk/comments?q=number+42", None, {"Authorization": "Bearer " + token})
    assert [c["id"] for c in check(found, "/desk/comments")["comments"]] == [made[42]]


def test_a_decision_is_seen_by_readers_undone_and_in_the_log_with_its_token(room):
    token, one = room.tokens["moderator"], comment(room.site, PATH, body="decided by a program")
    read = answered(room, token, "/desk/comments/{id}", id=one)
    done = answered(room, token, "/desk/comments/{id}/decision",
                    {"action": "hide", "seen": read["seen"], "reason": "insult", "note": "be kind"}, id=one)
    assert done["done"] == 1 and done["act"]
    assert "decided by a program" not in room.site.client().get(PATH).text
    now = answered(room, token, "/desk/comments/{id}", id=one)
    assert now["state"] == "hidden" and now["reason"] == "insult" and now["decisions"][0]["note"] == "be kind"
    assert any(a == "comment.hide" and "token" in d and "robot" in d for _, a, _, d in room.log())
    # what was seen before is overtaken
    answered(room, token, "/desk/comments/{id}/decision", {"action": "spam", "seen": read["seen"]}, 409, id=one)
    assert any(a["id"] == done["act"] for a in answered(room, token, "/desk/acts")["acts"])
    answered(room, token, "/desk/acts/{id}/undo", {}, id=done["act"])
    answered(room, token, "/desk/acts/{id}/undo", {}, 409, id=done["act"])
    again = answered(room, token, "/desk/comments/{id}", id=one)
    assert again["state"] == "published"
    answered(room, token, "/desk/comments/{id}/decision", {"action": "spam", "seen": again["seen"]}, id=one)
    spam = answered(room, token, "/desk/comments/{id}", id=one)
    answered(room, token, "/desk/comments/{id}/decision", {"action": "restore", "seen": spam["seen"]}, id=one)
    assert "decided by a program" in room.site.client().get(PATH).text


def test_many_are_decided_at_once_and_those_that_cannot_be_are_skipped(room):
    token = room.tokens["editor"]
    ids = [comment(room.site, PATH, body=f"bulk {i}") for i in range(5)]
    seen = answered(room, token, "/desk/comments")["seen"]
    done = answered(room, token, "/desk/decisions", {"action": "hide", "ids": ids + [10**9], "seen": seen})
    assert done["done"] == 5 and done["skipped"] == 1
    undone = answered(room, token, "/desk/acts/{id}/undo", {}, id=done["act"])
    assert undone["done"] == 5
    for bad in ([], [0], ["1"], [1.5], None, list(range(1, 1002)), [True]):
        problem = answered(room, token, "/desk/decisions", {"action": "hide", "ids": bad, "seen": seen}, 422)
        assert problem["field"] == "ids"


def test_notes_marks_assignments_and_discussions(room):
    token, one = room.tokens["moderator"], comment(room.site, PATH, body="marked")
    answered(room, token, "/desk/comments/{id}/notes", {"body": "look twice"}, id=one)
    answered(room, token, "/desk/comments/{id}/assignment", {"person": 1}, id=one)
    answered(room, token, "/desk/comments/{id}/mark", {"action": "pin"}, id=one)
    answered(room, token, "/desk/comments/{id}/mark", {"action": "pin"}, 409, id=one)
    answered(room, token, "/desk/comments/{id}/mark", {"action": "lock"}, id=one)
    now = answered(room, token, "/desk/comments/{id}", id=one)
    assert now["notes"][0]["body"] == "look twice" and now["assigned"] == 1 and now["pinned"] and now["locked"]
    answered(room, token, "/desk/comments/{id}/mark", {"action": "unpin"}, id=one)
    answered(room, token, "/desk/comments/{id}/assignment", {"person": None}, id=one)
    assert answered(room, token, "/desk/comments/{id}", id=one)["assigned"] is None
    for body, field in (({"body": ""}, "body"), ({"body": "x" * 2001}, "body"), ({"body": 5}, "body"), ({}, "body")):
        assert answered(room, token, "/desk/comments/{id}/notes", body, 422, id=one)["field"] == field
    for person in (999, "1", 0, -1):
        assert answered(room, token, "/desk/comments/{id}/assignment", {"person": person}, 422, id=one)["field"] == "person"
    answered(room, token, "/desk/discussions/{id}", {"open": False}, id=1)
    assert room.site.client().post(PATH + "/comments", {"name": "T", "body": "late"}).status == 403
    answered(room, token, "/desk/discussions/{id}", {"open": True}, id=1)
    assert room.site.client().post(PATH + "/comments", {"name": "T", "body": "in time"}).status == 303


def test_an_appeal_is_judged_by_another_and_once(room):
    guest = room.site.client()
    one = int(re.search(r"comment-(\d+)", guest.post(PATH + "/comments", {"name": "Ada", "body": "appealed"}).location)[1])
    answered(room, room.tokens["moderator"], "/desk/comments/{id}/decision", {"action": "hide", "seen": 0}, id=one)
    assert guest.post(f"/comments/{one}/appeal", {"body": "It was true."}).status == 303
    appeal = next(a for a in answered(room, room.tokens["editor"], "/desk/appeals")["appeals"] if a["comment"] == one)
    answered(room, room.tokens["moderator"], "/desk/appeals/{id}", {"verdict": "grant"}, 403, id=appeal["id"])
    assert answered(room, room.tokens["editor"], "/desk/appeals/{id}", {"verdict": "maybe"}, 422, id=appeal["id"])["field"] == "verdict"
    judged = answered(room, room.tokens["editor"], "/desk/appeals/{id}", {"verdict": "grant", "answer": "So it was."}, id=appeal["id"])
    assert judged["state"] == "granted" and judged["answer"] == "So it was."
    answered(room, room.tokens["owner"], "/desk/appeals/{id}", {"verdict": "refuse"}, 409, id=appeal["id"])
    assert answered(room, room.tokens["owner"], "/desk/comments/{id}", id=one)["state"] == "published"
    assert answered(room, room.tokens["owner"], "/desk/appeals/{id}", id=appeal["id"])["state"] == "granted"


def test_of_64_at_once_one_decides(room):
    token, one = room.tokens["owner"], comment(room.site, PATH, body="a race")
    seen = answered(room, token, "/desk/comments/{id}", id=one)["seen"]
    with ThreadPoolExecutor(64) as pool:
        send = lambda _: ask(room.site.client(), token, "post", f"/desk/comments/{one}/decision", {"action": "hide", "seen": seen}).status
        statuses = sorted(pool.map(send, range(64)))
    assert statuses == [200] + [409] * 63
    assert len(answered(room, token, "/desk/comments/{id}", id=one)["decisions"]) == 1


# ---- bad input

@pytest.mark.parametrize("path", list(BODIES))
@pytest.mark.parametrize("body, status", [
    (b"", (400, 415)), (b"{", 400), (b"[]", 400), (b"null", 400), (b'"x"', 400), (b'{"unknown": 1}', 400),
    (b'{"action": "hide", "action": "spam"}', 400), (b"[" * 100 + b"]" * 100, 400),
    (b'{"action": "\\u0000"}', 400), (b'{"action": "\xff"}', 400), (b'{"a": 1} x', 400), (b"{}\x00", 400),
    (b'{"action": "hide", "seen": 99999999999999999999}', 400),
], ids=lambda x: str(x)[:30].replace("/", "_"))
def test_json_that_is_none_is_refused(room, path, body, status):
    answer = ask(room.site.client(), room.tokens["owner"], "post", path.replace("{id}", str(room.first)), body)
    assert answer.status in (status if isinstance(status, tuple) else (status,)), answer.text[:300]
    check(answer, path, "post")


@pytest.mark.parametrize("body, field", [
    ({"seen": 0}, "action"), ({"action": "explode", "seen": 0}, "action"), ({"action": 5, "seen": 0}, "action"),
    ({"action": "hide"}, "seen"), ({"action": "hide", "seen": "0"}, "seen"), ({"action": "hide", "seen": -1}, "seen"),
    ({"action": "hide", "seen": 0, "reason": "author"}, "reason"), ({"action": "hide", "seen": 0, "reason": 1}, "reason"),
    ({"action": "hide", "seen": 0, "note": "x" * 1001}, "note"), ({"action": "hide", "seen": 0, "note": "a\u202eb"}, "note"),
    ({"action": "hide", "seen": 0, "note": []}, "note"),
])
def test_a_wrong_member_is_named(room, body, field):
    assert answered(room, room.tokens["owner"], "/desk/comments/{id}/decision", body, 422, id=room.first)["field"] == field
    assert answered(room, room.tokens["owner"], "/desk/comments/{id}", id=room.first)["state"] == "published"


def test_other_types_and_too_much_are_refused(room):
    client, token = room.site.client(), room.tokens["owner"]
    path = "/desk/comments/{id}/notes"
    address = path.replace("{id}", str(room.first))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = ask(client, token, "post", address, {"body": "x"}, **{"Content-Type": kind})
        assert answer.status == 415
        check(answer, path, "post")
    try:
        assert ask(client, token, "post", address, b'{"body": "' + b"x" * 5000000 + b'"}').status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass
    for number in ("0", "-1", "x", "9223372036854775808", "999999"):
        for bad in ("/desk/comments/{id}", "/desk/appeals/{id}"):
            answer = ask(room.site.client(), token, "get", bad.replace("{id}", number))
            assert answer.status == 404, (bad, number, answer.status)
            check(answer, bad)


def test_people_see_their_tokens_and_end_them_and_nobody_elses(room):
    token = issue(room, "editor", ["comments:read"], name="seen <b>")
    number = token_id(room, "seen <b>")
    assert "seen &lt;b&gt;" in room.editor.get("/desk/account").text and token not in room.editor.get("/desk/account").text
    assert "seen &lt;b&gt;" not in room.moderator.get("/desk/account").text
    assert room.moderator.post("/desk/account/tokens", {"token": number}).status == 404
    assert ask(room.site.client(), token, "get", "/desk/comments").status == 200
    assert room.editor.post("/desk/account/tokens", {"token": number}).status == 303
    assert ask(room.site.client(), token, "get", "/desk/comments").status in (401, 429)
    assert room.editor.post("/desk/account/tokens", {"token": number}).status == 404
