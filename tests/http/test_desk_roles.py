"""Every address of the desk for every role, against the table of permissions. Without this somebody could
read or change what their role does not allow, and nobody would notice."""

import os
import re

import pytest

from conftest import CONFIG, PATH, REPORT, ROOT, Site, run
from test_hooks import OWN, paid, send
from desk_help import DESK_CONFIG, ROLES, comment, make_newsroom, read

# Every address with what its row in the permission table is called; {n} are objects made below.
GETS = {
    "/desk": "desk",
    "/desk/account": "desk",
    "/desk/account/second-step": "desk",
    "/desk/confirm": "desk",
    "/desk/reports": "report_write",
    "/desk/reports/new": "report_write",
    "/desk/reports/{report}": "report_edit",
    "/desk/reports/{report}/revisions": "report_edit",
    "/desk/reports/{report}/revisions/1": "report_edit",
    "/desk/reports/{report}/withdraw": "report_publish",
    "/desk/series": "page_edit",
    "/desk/series/new": "page_edit",
    "/desk/series/{series}": "page_edit",
    "/desk/pages": "page_edit",
    "/desk/pages/about": "page_edit",
    "/desk/new-page": "page_edit",
    "/desk/comments": "comment_moderate",
    "/desk/comments/{comment}": "comment_moderate",
    "/desk/acts": "comment_moderate",
    "/desk/appeals": "appeal_judge",
    "/desk/appeals/{appeal}": "appeal_judge",
    "/desk/discussions/{report}": "comment_moderate",
    "/desk/comments/{comment}/ban": "comment_moderate",
    "/desk/rules": "comment_moderate",
    "/desk/comments/{comment}/filter": "comment_moderate",
    "/desk/filter": "comment_moderate",
    "/desk/filter/export": "settings",
    "/desk/rules/{scope}/{id}": "rule_set",
    "/desk/questions": "question_set",
    "/desk/questions/{question}": "question_set",
    "/desk/funding": "contribution_add",
    "/desk/funding/goals/new": "goal_set",
    "/desk/funding/goals/{goal}": "goal_set",
    "/desk/funding/goals/{goal}/drop": "goal_set",
    "/desk/funding/goals/{goal}/marks": "goal_set",
    "/desk/funding/goals/{goal}/close": "goal_set",
    "/desk/funding/contributions": "contribution_add",
    "/desk/funding/contributions/new": "contribution_add",
    "/desk/funding/contributions/{gift}": "contribution_add",
    "/desk/funding/contributions/{gift}/reverse": "contribution_reverse",
    "/desk/funding/contributions/{gift}/correct": "contribution_reverse",
    "/desk/funding/contributions/{gift}/erase": "contribution_reverse",
    "/desk/funding/givers": "contribution_add",
    "/desk/funding/givers/export": "contribution_add",
    "/desk/funding/givers/{giver}": "contribution_add",
    "/desk/funding/givers/{giver}/erase": "contribution_reverse",
    "/desk/funding/givers/{giver}/years/{year}": "contribution_add",
    "/desk/funding/channels": "contribution_add",
    "/desk/funding/waiting": "contribution_add",
    "/desk/funding/waiting/{event}": "contribution_add",
    "/desk/funding/waiting/{event}/gift/{gift}": "contribution_reverse",
    "/desk/funding/export": "contribution_add",
    "/desk/funding/second-person": "contribution_add",
    "/desk/funding/bank-statement": "contribution_add",
    "/desk/funding/bank-mapping/{channel}": "contribution_add",
    "/desk/staff": "staff_manage",
    "/desk/staff/new": "staff_manage",
    "/desk/staff/{person}": "staff_manage",
    "/desk/mail": "settings",
    "/desk/webhooks": "webhook",
    "/desk/privacy": "comment_delete",
    "/desk/audit": "audit_read",
}
POSTS = {
    "/desk/privacy/export": "comment_delete",
    "/desk/privacy/erase": "comment_delete",
    "/desk/sign-out": "desk",
    "/desk/confirm": "desk",
    "/desk/account": "desk",
    "/desk/account/password": "desk",
    "/desk/account/sessions": "desk",
    "/desk/account/tokens": "api_token",
    "/desk/account/second-step": "desk",
    "/desk/account/second-step/on": "desk",
    "/desk/account/second-step/off": "desk",
    "/desk/account/recovery-codes": "desk",
    "/desk/reports/new": "report_write",
    "/desk/reports/{report}": "report_edit",
    "/desk/reports/{report}/withdraw": "report_publish",
    "/desk/reports/{report}/restore": "report_publish",
    "/desk/reports/{report}/unschedule": "report_publish",
    "/desk/series/new": "page_edit",
    "/desk/series/{series}": "page_edit",
    "/desk/pages/about": "page_edit",
    "/desk/pages/about/take-down": "page_edit",
    "/desk/new-page": "page_edit",
    "/desk/comments": "comment_bulk",
    "/desk/comments/{comment}": "comment_moderate",
    "/desk/comments/{comment}/notes": "comment_moderate",
    "/desk/comments/{comment}/assignment": "comment_moderate",
    "/desk/acts/{act}/undo": "comment_moderate",
    "/desk/appeals/{appeal}": "appeal_judge",
    "/desk/discussions/{report}": "comment_moderate",
    "/desk/comments/{comment}/ban": "comment_moderate",
    "/desk/rules/{scope}/{id}": "rule_set",
    "/desk/bans/{ban}/lift": "comment_moderate",
    "/desk/questions/{question}": "question_set",
    "/desk/filter/import": "settings",
    "/desk/filter/reset": "settings",
    "/desk/funding/goals/new": "goal_set",
    "/desk/funding/goals/{goal}": "goal_set",
    "/desk/funding/goals/{goal}/drop": "goal_set",
    "/desk/funding/goals/{goal}/marks": "goal_set",
    "/desk/funding/goals/{goal}/close": "goal_set",
    "/desk/funding/contributions/new": "contribution_add",
    "/desk/funding/contributions/{gift}/note": "contribution_add",
    "/desk/funding/contributions/{gift}/settle": "contribution_reverse",
    "/desk/funding/contributions/{gift}/freeze": "contribution_reverse",
    "/desk/funding/contributions/{gift}/free": "contribution_reverse",
    "/desk/funding/contributions/{gift}/value": "contribution_reverse",
    "/desk/funding/contributions/{gift}/refund": "contribution_reverse",
    "/desk/funding/contributions/{gift}/evidence": "contribution_reverse",
    "/desk/funding/givers": "contribution_reverse",
    "/desk/funding/givers/{giver}/years/{year}": "contribution_reverse",
    "/desk/funding/givers/export": "contribution_add",
    "/desk/funding/givers/{giver}/erase": "contribution_reverse",
    "/desk/funding/givers/{giver}/named": "contribution_reverse",
    "/desk/funding/contributions/{gift}/receipt": "contribution_reverse",
    "/desk/funding/contributions/{gift}/giver": "contribution_reverse",
    "/desk/funding/contributions/{gift}/correct": "contribution_reverse",
    "/desk/funding/contributions/{gift}/reverse": "contribution_reverse",
    "/desk/funding/contributions/{gift}/erase": "contribution_reverse",
    "/desk/funding/channels/{channel}/looked": "contribution_reverse",
    "/desk/funding/waiting/{event}": "contribution_reverse",
    "/desk/funding/waiting/{event}/gift/{gift}": "contribution_reverse",
    "/desk/funding/waiting/{event}/aside": "contribution_reverse",
    "/desk/funding/waiting/{event}/again": "contribution_reverse",
    "/desk/funding/export": "contribution_add",
    "/desk/funding/second-person/{entry}/approve": "contribution_approve",
    "/desk/funding/second-person/{entry}/refuse": "contribution_approve",
    "/desk/funding/bank-statement": "contribution_add",
    "/desk/funding/bank-statement/book": "contribution_add",
    "/desk/funding/bank-mapping/{channel}": "contribution_add",
    "/desk/mail/{mail}/again": "settings",
    "/desk/webhooks/{webhook}/again": "webhook",
    "/desk/webhooks/{webhook}/on": "webhook",
    "/desk/staff": "staff_manage",
    "/desk/staff/{person}": "staff_manage",
    "/desk/staff/{person}/link": "staff_manage",
    "/desk/staff/{person}/end": "staff_manage",
    "/desk/staff/{person}/begin": "staff_manage",
    "/desk/staff/{person}/sessions": "staff_manage",
}
SHOP = f"\n[channel.shop]\nkind = webhook\nsecret = whsec_{OWN}\n"
BANK = "\n[channel.bank]\nholder = River Newsroom\niban = DE89370400440532013000\n"
DOOR = {"/desk/sign-in", "/desk/sign-in/code", "/desk/link/{token}"}
TEXTS = {p for p in POSTS if re.fullmatch(r"/desk/(reports/(new|\{report\})|pages/about|new-page|filter/import|funding/bank-statement(/book)?)", p)}


def furnish(folder, config=DESK_CONFIG + BANK + SHOP):
    """A newsroom with one of everything that an address above names."""
    room = make_newsroom(folder, config)
    room.site.publish(REPORT + "\nThe [dike](<ask:Were you there?>) broke.\n")
    room.site.publish("---\npage: about\ntitle: About\n---\nWe report.\n", "about.md")
    room.site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    room.site.command("contribution", "add", "--channel", "bank", "--amount", "25", "--currency", "USD",
                      "--date", "2018-05-03", "--pending")
    room.ids = {"report": 1, "series": 1, "comment": comment(room.site, PATH), "goal": 1, "gift": 1, "entry": 1, "channel": "bank",
                "person": 2, "scope": "site", "id": 0, "ban": 1, "question": 1, "mail": 1, "webhook": 1, "act": 1, "appeal": 1}
    refund = {**paid("r1"), "type": "refund", "of": "unknown"}
    assert send(room.site, {"events": [refund, paid("r2", email="reed@example.net")]}).status == 200
    room.ids |= {"giver": 1, "year": 2018}
    room.ids["event"] = 1
    guest = room.site.client()
    answer = guest.post(PATH + "/comments", {"name": "Tove", "body": "Appealed"})
    removed = re.search(r"comment-(\d+)", answer.location)[1]
    assert room.moderator.post(f"/desk/comments/{removed}", {"action": "hide"}).status == 303
    assert guest.post(f"/comments/{removed}/appeal", {"body": "Why?"}).status == 303
    return room


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = furnish(tmp_path_factory.mktemp("roles"))
    yield room
    room.site.stop()


@pytest.fixture(scope="module")
def table():
    """The permission table as the program prints it: {permission: roles}."""
    _, out, _ = run("permissions")
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in out.splitlines() if line.startswith("|")]
    roles = rows[0][2:]
    assert roles == ROLES
    return {row[0].strip("`"): {r for r, c in zip(roles, row[2:]) if c == "yes"} for row in rows[2:]}


def answer_of(person, method, path):
    if method == "GET":
        return person.get(path)
    if path in [p.format(report=1) for p in TEXTS]:
        body = b"--x\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\ndraft\r\n--x--\r\n"
        return person.request("POST", path, body, {"Origin": person.origin,
                                                   "Content-Type": "multipart/form-data; boundary=x"})
    return person.post(path, {"nothing": "at all"})


def test_the_lists_here_hold_every_row_of_the_program(room):
    with open(os.path.join(ROOT, "src/routes.c"), encoding="utf-8") as f:
        source = f.read()
    found = re.findall(r'^ +(DESK|DESK_POST|DESK_TEXT|DOOR|DOOR_POST|HASH_POST)\("([^"]*)"', source, re.M)
    gets = {"/desk" + path for kind, path in found if kind in ("DESK", "DOOR")}
    posts = {"/desk" + path for kind, path in found if kind not in ("DESK", "DOOR")}
    shape = lambda paths: {re.sub(r"\{\w+\}|(?<=/pages/)about|(?<=/revisions/)1", "*", p) for p in paths}
    assert shape(gets) == shape(set(GETS) | DOOR)
    assert shape(posts) == shape(set(POSTS) | DOOR)
    assert '"/desk' not in re.sub(r"#define.*?\n\n", "", source.replace('"/desk" address', ""), flags=re.S)


@pytest.mark.parametrize("path", list(GETS))
def test_a_page_opens_for_those_roles_only_that_the_table_names(room, table, path):
    address = path.format(**room.ids)
    for role in ROLES:
        answer = answer_of(room.people[role], "GET", address)
        allowed = role in table[GETS[path]]
        assert (answer.status in (200, 303)) == allowed, (role, address, answer.status)
        assert allowed or answer.status == 403, (role, address, answer.status)
        assert answer.headers["cache-control"] == "private, no-store"
        if answer.status == 200 and path != "/desk/filter/export":
            assert '<meta name="robots" content="noindex">' in answer.text
    stranger = room.person().get(address)
    assert stranger.status == 303 and stranger.location.startswith("/desk/sign-in?next=")


DENIED = "That is not allowed"

# Signing out would end the sessions that the other tests use; these three change what they look at.
KEEP = {"/desk/sign-out", "/desk/staff/{person}/end", "/desk/pages/about/take-down"}


@pytest.mark.parametrize("path", sorted(POSTS))
def test_a_form_is_taken_from_those_roles_only_that_the_table_names(room, table, path):
    address = path.format(**room.ids)
    for role in ROLES:
        if role in table[POSTS[path]]:
            continue
        answer = answer_of(room.people[role], "POST", address)
        assert answer.status == 403 and DENIED in answer.text, (role, address, answer.status)
    for role in table[POSTS[path]] if path not in KEEP else ():
        answer = answer_of(room.people[role], "POST", address)
        assert answer.status in (200, 303, 403, 404, 409, 422, 400), (role, address, answer.status)
        assert DENIED not in answer.text, (role, address)
    assert answer_of(room.person(), "POST", address).status == 401


@pytest.mark.parametrize("path", sorted(POSTS))
def test_a_form_from_elsewhere_is_refused_whoever_seems_to_send_it(room, path):
    owner = room.owner
    address = path.format(**room.ids)
    for headers in ({"Origin": None}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Origin": owner.origin, "Sec-Fetch-Site": "cross-site"},
                    {"Origin": owner.origin, "Sec-Fetch-Site": "same-site"}):
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        answer = owner.request("POST", address, b"", sent)
        assert answer.status == 403, (address, headers, answer.status)
    assert owner.get("/desk").status == 200


def test_no_link_changes_anything(room):
    """Every link that an owner can see is opened; the audit log is then as it was."""
    before = room.log()[:3]
    seen, waiting = set(), ["/desk"]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith("/desk"):
            continue
        seen.add(path)
        answer = room.owner.get(path)
        assert answer.status in (200, 303), (path, answer.status)
        if answer.status == 200:
            waiting += [link.partition("#")[0] for link in read(answer).links]
    assert len(seen) > 25
    assert room.log()[:3] == before


def test_the_navigation_shows_only_what_the_person_may_open(room):
    for role in ROLES:
        person = room.people[role]
        links = [l for l in read(person.get("/desk")).links if l.startswith("/desk")]
        for link in links:
            assert person.get(link).status in (200, 303), (role, link)
        assert ("/desk/staff" in links) == (role == "owner")


@pytest.mark.parametrize("path", [
    "/desk/reports/99", "/desk/reports/0", "/desk/reports/-1", "/desk/reports/x", "/desk/reports/9223372036854775808",
    "/desk/reports/1/revisions/9", "/desk/reports/1/revisions/x", "/desk/reports?before=x", "/desk/reports/1?from=9",
    "/desk/series/99", "/desk/pages/nothing", "/desk/comments/999", "/desk/discussions/99",
    "/desk/funding/goals/99", "/desk/funding/contributions/99", "/desk/funding?after=x", "/desk/staff/99", "/desk/nothing",
])
def test_made_up_numbers_lead_nowhere(room, path):
    assert room.owner.get(path).status == 404


def test_a_notice_is_one_of_ours_or_none(room):
    assert "You are signed out." in room.person().get("/desk/sign-in?done=signed_out").text
    for key in ("%3Cscript%3E", "x", "desk_done_signed_out", ""):
        assert 'class="notice"' not in room.owner.get("/desk/reports?done=" + key).text


def test_a_changed_role_counts_from_the_next_request_on(room):
    guest = room.add("moderator", "Short Lived", "short@river.example")
    assert guest.get("/desk/comments").status == 200
    found = re.search(r'href="(/desk/staff/\d+)">Short Lived', room.owner.get("/desk/staff").text)[1]
    assert room.owner.fill(found, found, role="treasurer").status == 303
    assert guest.get("/desk/comments").status == 403
    assert guest.get("/desk/funding").status == 200
    assert "person.role" in room.actions()


def test_a_person_who_has_left_is_out_at_once_and_may_come_back(room):
    person = room.add("editor", "Comes And Goes", "goes@river.example")
    found = re.search(r'href="(/desk/staff/\d+)">Comes And Goes', room.owner.get("/desk/staff").text)[1]
    assert room.owner.press(found, found + "/end").status == 303
    assert person.get("/desk").status == 303
    assert room.sign_in("goes@river.example")[1].status == 403
    assert room.owner.press(found, found + "/begin").status == 303
    assert {"person.end", "person.begin"} <= set(room.actions())


def test_plain_http_elsewhere_is_refused(tmp_path):

    site = Site(str(tmp_path), CONFIG.replace("[site]", "[site]\nurl = http://river.example")).start()
    try:
        client = site.client()
        for path in ("/desk", "/desk/sign-in", "/desk/link/x"):
            assert client.get(path).status == 403, path
    finally:
        site.stop()
