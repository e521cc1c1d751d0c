"""Rules that hold, bans, names of the staff, votes and the proof of work, on the real program. Without these
a flood could drown a discussion, a stranger sign as the editor, or one machine outvote everybody."""

import hashlib
import itertools
import json
import os
import re
import struct
import threading
import time

import pytest

from conftest import CONFIG, PATH, REPORT, Client
from desk_help import DESK_CONFIG, comment, errors_of, form_of, make_newsroom, notice_of, read

PROXY = DESK_CONFIG + """votes_rate = 1000000
votes_burst = 1000000
new_voters = 5

[server]
proxies = 127.0.0.1
"""
OTHER = REPORT.replace("southern-dike", "northern-dike").replace("Southern", "Northern") \
              .replace("Daily Field Report", "Harbour Watch")
OTHER_PATH = PATH.replace("southern", "northern")
SITE = "/desk/rules/site/0"


@pytest.fixture
def room(tmp_path):
    room = make_newsroom(tmp_path, PROXY)
    room.site.publish(REPORT)
    room.site.publish(OTHER, "other.md")
    yield room
    room.site.stop()


class From(Client):
    """A client of its own address, as the proxy names it."""

    def __init__(self, room, address):
        super().__init__(room.site.port)
        self.address = address

    def request(self, method, path, body=None, headers=None):
        return super().request(method, path, body, {"X-Forwarded-For": self.address, **(headers or {})})

    def say(self, body, path=PATH, name="Tove", **headers):
        return self.post(path + "/comments", {"name": name, "body": body}, **headers)


def number(answer):
    assert answer.status == 303, (answer.status, answer.text[:2000])
    return int(re.search(r"comment-(\d+)", answer.location)[1])


def why(room, n):
    """What the desk says of a held comment; empty when it is published."""
    text = room.moderator.get(f"/desk/comments/{n}").text
    found = re.search(r"<p class=\"meta\"><strong>([^<]*)</strong>(?:<span>(.*?)</span>)?", text)
    return "" if found[1].lower() == "published" else found[2]


def set_rules(room, path=SITE, **numbers):
    answer = room.moderator.fill(path, "rules", **numbers)
    assert answer.status == 303, errors_of(answer)


def test_words_links_and_phrases_hold_and_say_which_rule(room):
    set_rules(room, links="2", phrases="casino\ncheap pills")
    reader = From(room, "192.0.2.1")
    assert why(room, number(reader.say("a http://a.example b http://b.example"))) == ""
    assert "more links" in why(room, number(reader.say("[a](http://a.example) http://b.example www.c.example")))
    for text in ("visit my CASINO", "visit my c\u0430s\u200bino", "buy CHEAP  pills", "buy cheap pills"):
        held = why(room, number(reader.say(text)))
        assert "a word or phrase" in held, (text, held)
    assert "cheap pills" in why(room, number(reader.say("Cheap pills, said nobody")))
    assert "a word" in why(room, number(reader.say("I just ask", name="Casino")))
    assert why(room, number(reader.say("the casinos of the coast"))) == ""
    assert room.log()[0][:2] == ("Moderator One", "rules.set")


@pytest.mark.parametrize("text", ["cas**i**no", "~~cas~~ino", "cas`i`no", "c&#97;sino", "cas&shy;ino", "cas&#x200b;ino",
                                  "cas[i](https://a.example)no", "c\u0336a\u0336s\u0336ino", "buy cheap **pills**",
                                  "cheap\npills", "cheap&nbsp;pills", "[see](https://casino.example/)", "> cheap\n> pills"])
def test_a_phrase_is_seen_as_readers_see_it(room, text):
    set_rules(room, phrases="casino\ncheap pills")
    assert "a word or phrase" in why(room, number(From(room, "192.0.2.1").say(text))), text


def test_what_only_looks_close_to_a_phrase_is_not_held(room):
    set_rules(room, phrases="casino\nano")
    for text in ("El a\u00f1o pasado", "a **cas** ino", "- cas\n- ino", "cas\n\nino"):
        assert why(room, number(From(room, "192.0.2.1").say(text))) == "", text


def test_a_reports_rules_come_before_its_series_and_the_sites(room):
    set_rules(room, links="2")
    series = re.search(r'href="(/desk/rules/series/\d+)"[^>]*>Harbour', room.editor.get("/desk/rules").text)[1]
    set_rules(room, series, links="0", phrases="weir")
    report = re.search(r'href="(/desk/rules/report/\d+)"', room.editor.get("/desk/discussions/1").text)[1]
    set_rules(room, report, links="1")
    reader, two = From(room, "192.0.2.1"), "http://a.example http://b.example "
    assert "more links" in why(room, number(reader.say(two + "1")))
    assert why(room, number(reader.say(two * 3 + "2", OTHER_PATH))) == ""
    assert "phrase" in why(room, number(reader.say("over the weir", OTHER_PATH)))
    assert why(room, number(reader.say("over the weir"))) == ""
    set_rules(room, report, links="")
    assert why(room, number(reader.say(two + "3"))) == ""
    assert room.owner.get("/desk/rules/report/99").status == 404
    assert room.owner.get("/desk/rules/site/1").status == 404


def test_the_first_comment_waits_until_one_was_approved(room):
    old = From(room, "192.0.2.7")
    number(old.say("I was here before the rule"))
    set_rules(room, first_cookie="1")
    assert why(room, number(old.say("and after"))) == ""
    reader = From(room, "192.0.2.8")
    n = number(reader.say("My first words"))
    assert "first comment" in why(room, n)
    assert "first comment" in why(room, number(reader.say("My second")))
    page = room.moderator.get(f"/desk/comments/{n}")
    assert room.moderator.send(form_of(page, f"/comments/{n}"), "approve").status == 303
    assert why(room, number(reader.say("My third"))) == ""
    set_rules(room, first_cookie="0", first_address="1")
    assert why(room, number(From(room, "192.0.2.8").say("another browser there"))) == ""
    assert "first comment" in why(room, number(From(room, "192.0.2.9").say("another house")))


def test_duplicates_floods_and_slow_mode_hold(room):
    set_rules(room, duplicates="3", flood="0", slow="0")
    words = "The very same words, whoever says them"
    held = [why(room, number(From(room, f"198.51.{i}.1").say(words))) for i in range(4)]
    assert [bool(h) for h in held] == [False, False, True, True] and "same words" in held[2]
    assert "same words" in why(room, number(From(room, "198.51.9.1").say(words.upper())))
    for i in range(4):  # the same to the eye
        dressed = words.replace("words", f"wo[r](https://a{i}.example)d&#115;")
        assert "same words" in why(room, number(From(room, f"198.52.{i}.1").say(dressed)))
    set_rules(room, duplicates="0", flood="3")
    held = [why(room, number(From(room, f"203.0.113.{i}").say(f"Number {i}"))) for i in range(5)]
    assert [bool(h) for h in held] == [False, False, False, True, True] and "neighbourhood" in held[3]
    assert why(room, number(From(room, "203.0.114.1").say("elsewhere"))) == ""
    set_rules(room, flood="0", slow="5")
    fresh = OTHER_PATH
    for i in range(7):
        number(From(room, f"100.64.{i}.1").say(f"Busy {i}", fresh))
    hasty = From(room, "100.65.1.1")
    assert why(room, number(hasty.say("once", fresh))) == ""
    assert "slow mode" in why(room, number(hasty.say("twice", fresh)))
    assert why(room, number(From(room, "100.66.1.1").say("somebody else", fresh))) == ""


def test_wrong_rules_are_told_and_keep_what_was_typed(room):
    answer = room.moderator.fill(SITE, "rules", links="many", flood="-1", phrases="x" * 201)
    assert answer.status == 422 and len(errors_of(answer)) == 2
    assert form_of(answer, "rules").fields["links"] == "many"
    answer = room.moderator.fill(SITE, "rules", phrases="x" * 201)
    assert answer.status == 422 and len(form_of(answer, "rules").fields["phrases"]) == 201


def ban(room, n, kind, days="7"):
    answer = room.moderator.fill(f"/desk/comments/{n}/ban", "ban", kind=kind, days=days, reason="insults")
    assert answer.status == 303, errors_of(answer)


def test_who_is_banned_is_told_until_when_and_keeps_the_words(room):
    reader = From(room, "192.0.2.20")
    n = number(reader.say("Before"))
    other = From(room, "192.0.2.30")
    m = number(other.say("Somebody to vote for"))
    ban(room, n, "cookie")
    answer = reader.say("My long thought")
    assert answer.status == 403 and "My long thought" in answer.text and 'role="alert"' in answer.text
    assert re.search(r"may not write here until \w+ \d+, 20\d\d", answer.text)
    assert reader.vote(m, 1).status == 403
    assert room.log()[0][:3] == ("Moderator One", "ban.add", f"comment {n}")
    assert From(room, "192.0.2.20").say("Another browser").status == 303
    ban(room, n, "address")
    assert From(room, "192.0.2.20").say("Again").status == 403
    assert From(room, "192.0.2.21").say("Next door").status == 303
    ban(room, n, "prefix")
    assert From(room, "192.0.2.99").say("In the same street").status == 403
    assert From(room, "192.0.3.1").say("In the next").status == 303
    page = room.moderator.get("/desk/rules")
    for form in [f for f in read(page).forms if f.action.endswith("/lift")]:
        assert "lifted" in notice_of(room.moderator.follow(room.moderator.send(form)))
    assert reader.say("Back again").status == 303
    assert room.moderator.fill(f"/desk/comments/{n}/ban", "ban", kind="cookie", days="0", reason=" ").status == 422
    assert room.moderator.post("/desk/bans/99/lift", {}).status == 404


def test_a_ban_holds_when_the_key_of_addresses_was_changed(room):
    n = number(From(room, "192.0.2.20").say("Before"))
    ban(room, n, "prefix")
    room.site.stop()
    path = os.path.join(room.site.data, "keys/address")
    with open(path, "r+b") as f:  # its number, when it was made, and the key (people/keys.c)
        key, made = struct.unpack("<qq", f.read(16))
        f.seek(8)
        f.write(struct.pack("<q", made - 31 * 24 * 3600 * 1000000))
    room.site.start()
    end = time.monotonic() + 20
    while time.monotonic() < end and open(path, "rb").read(8) == struct.pack("<q", key):
        time.sleep(0.02)  # the job is in another process' hands
    assert os.path.exists(f"{path}-{key}")
    assert From(room, "192.0.2.77").say("The same street").status == 403
    assert From(room, "192.0.3.1").say("In the next").status == 303


@pytest.mark.parametrize("name", ["Editor One", "EDITOR ONE", "\u0415ditor One", "Edit\u200bor One", "Ed\u0131tor One",
                                  "E d i t o r One", "The Editor One", "\u1d07d\u026ator One", "\U0001f154\U0001f153itor One",
                                  "\uff25ditor One"])
def test_no_guest_takes_a_name_of_the_staff(room, name):
    answer = From(room, "192.0.2.1").say("My long thought", name=name)
    assert answer.status == 422 and "belongs to the newsroom" in answer.text and "My long thought" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert From(room, "192.0.2.1").say("Fine", name="Edith One").status == 303


def test_a_name_is_taken_from_the_day_somebody_has_it(room):
    assert From(room, "192.0.2.1").say("Fine", name="Nell Harrow").status == 303
    room.add("reporter", "Nell Harrow", "nell@river.example")
    assert From(room, "192.0.2.1").say("Fine again", name="Nell Harrow").status == 422


def test_staff_write_under_their_own_name_with_a_badge(room):
    fields = {"name": "Whoever", "body": "An answer from the newsroom"}
    n = number(room.reporter.post(PATH + "/comments", fields))
    text = room.site.client().get(PATH).text
    article = re.search(rf'id="comment-{n}".*?</article>', text, re.S)[0]
    assert "Reporter One" in article and 'class="badge"' in article and "Whoever" not in article
    api = room.site.client().get("/api/v1/reports/1/comments").text
    assert '"staff":true' in api.replace(" ", "")
    for site in ("cross-site", "same-site", None):  # only our own page proves who asks
        answer = room.reporter.post(PATH + "/comments", {"name": "Whoever", "body": f"From {site}"}, Sec_Fetch_Site=site)
        assert answer.status in (303, 403)
        if answer.status == 303:
            article = re.search(rf'id="comment-{number(answer)}".*?</article>', room.site.client().get(PATH).text, re.S)[0]
            assert 'class="badge"' not in article and "Whoever" in article
    set_rules(room, first_cookie="1", links="1")
    n = number(room.reporter.post(PATH + "/comments", {**fields, "body": "http://a.example http://b.example"}))
    assert why(room, n) == ""


def score(room, n):
    text = room.site.client().get(f"/api/v1/reports/1/comments").text
    found = re.search(rf'"id": ?{n},.*?"up": ?(\d+), ?"down": ?(\d+)', text)
    return int(found[1]), int(found[2])


def test_who_keeps_no_cookie_votes_once(room):
    n = number(From(room, "192.0.2.1").say("Vote for me"))
    bot = From(room, "198.51.100.1")
    assert bot.post(f"/comments/{n}/vote", {"value": 1}).status == 303 and "visitor" in bot.jar
    assert score(room, n) == (1, 0)
    for _ in range(5):
        bot.jar.clear()
        answer = bot.post(f"/comments/{n}/vote", {"value": 1})
        assert answer.status == 307 and "visitor" in answer.cookies()
        bot.jar.clear()
        answer = bot.post(answer.location, {"value": 1})
        assert answer.status == 403 and "cookie" in answer.text
    assert score(room, n) == (1, 0)
    # Another browser behind the same address comes again with its cookie, and counts.
    assert From(room, "198.51.100.1").vote(n, 1).status == 303 and score(room, n) == (2, 0)
    reader = From(room, "198.51.100.2")
    assert reader.post(f"/comments/{n}/vote", {"value": 1}).status == 303
    assert reader.post(f"/comments/{n}/vote", {"value": 1}).status == 303 and score(room, n) == (3, 0)
    assert reader.vote(n, -1).status == 303 and score(room, n) == (2, 1)


def test_new_voters_of_a_neighbourhood_are_capped(room):
    n = number(From(room, "192.0.2.1").say("Vote for me"))
    first = [From(room, f"198.51.{i // 5}.{i}") for i in range(10)]
    assert all(v.vote(n, 1).status == 303 for v in first)
    refused = From(room, "198.51.0.77").vote(n, 1)
    assert refused.status == 429 and "Too many new voters" in refused.text
    assert first[0].vote(n, -1).status == 303  # who is a voter already stays one
    assert From(room, "198.51.2.77").vote(n, 1).status == 303


def test_a_burst_of_one_neighbourhood_counts_once_and_is_shown(tmp_path):
    room = make_newsroom(tmp_path, PROXY.replace("new_voters = 5", "new_voters = 1000"))
    try:
        room.site.publish(REPORT)
        n = number(From(room, "192.0.2.1").say("Vote for me"))
        assert From(room, "203.0.113.1").vote(n, -1).status == 303
        voters = [From(room, f"198.51.100.{i}") for i in range(12)]
        for i, voter in enumerate(voters):
            assert voter.vote(n, 1).status == 303
            assert score(room, n) == ((i + 1 if i < 5 else 1), 1), i
        assert "11 votes do not count" in room.moderator.get("/desk/rules").text
        voters[7].vote(n, -1)
        voters[3].vote(n, 0)
        assert score(room, n) == (1, 1)
        assert "everything holds" in room.site.command("check")[1]
        # The same at once, from 64 browsers of one street.
        m = number(From(room, "192.0.2.1").say("And for me"))
        crowd = [From(room, f"203.0.114.{i}") for i in range(64)]
        threads = [threading.Thread(target=v.vote, args=(m, 1)) for v in crowd]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert score(room, m) == (1, 0)
        assert "everything holds" in room.site.command("check")[1]
    finally:
        room.site.stop()


def solve(asked):
    for i in itertools.count():
        text = f"{asked['challenge']}.{i}"
        if int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") >> (256 - asked["bits"]) == 0:
            return text


def almost(asked):
    """A proof of one bit less than was asked."""
    for i in itertools.count():
        text = f"{asked['challenge']}.{i}"
        if int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") >> (256 - asked["bits"]) == 1:
            return text


def challenge(client, act, thing):
    answer = client.get(f"/challenge?for={act}&object={thing}")
    assert answer.status == 200 and "no-store" in answer.headers["cache-control"]
    return json.loads(answer.text)


def test_under_attack_script_works_and_others_wait(room):
    n = number(From(room, "192.0.2.1").say("Vote for me"))
    assert challenge(From(room, "192.0.2.1"), "comment", 1) == {"wanted": False}
    set_rules(room, attack="on")
    reader = From(room, "192.0.2.5")
    assert "under attack" in why(room, number(reader.say("Without script"))).lower()
    assert reader.say("With script", Diurnal_Script="1").status == 428
    asked = challenge(reader, "comment", 1)
    assert asked["wanted"] and 12 <= asked["bits"] <= 20
    assert reader.say("One bit less", Diurnal_Script="1", Diurnal_Work=almost(asked)).status == 428
    work = solve(asked)
    assert reader.say("Elsewhere", OTHER_PATH, Diurnal_Script="1", Diurnal_Work=work).status == 428
    answer = reader.say("With work", Diurnal_Script="1", Diurnal_Work=work)
    assert answer.status == 201
    assert why(room, int(answer.location.rpartition("-")[2])) == ""
    assert reader.say("Once more", Diurnal_Script="1", Diurnal_Work=work).status == 428  # it is spent
    assert reader.say("Short", Diurnal_Script="1", Diurnal_Work=asked["challenge"] + ".x").status == 428
    assert reader.say("Junk", Diurnal_Script="1", Diurnal_Work="." * 200).status == 428
    refused = reader.vote(n, 1)  # the cookie comes first, so that no work is spent on what does not count
    assert refused.status == 428 and "JavaScript" in refused.text
    work = solve(challenge(reader, "vote", n))
    answer = reader.post(f"/comments/{n}/vote", {"value": 1}, Diurnal_Work=work)
    assert answer.status == 303 and score(room, n) == (1, 0)
    assert reader.post(f"/comments/{n}/vote", {"value": -1}, Diurnal_Work=work).status == 428
    for bad in ("for=comment&object=0", "for=comment", "for=x&object=1", "object=1"):
        assert reader.get("/challenge?" + bad).status == 400, bad
    assert room.reporter.post(PATH + "/comments", {"name": "x", "body": "Staff go on"}).status == 303
    set_rules(room, attack="off")
    assert reader.vote(n, -1).status == 303


def test_one_machine_does_not_make_everybody_prove_their_work(room):
    set_rules(room, links="1", flood="0", duplicates="0")
    for i in range(70):
        number(From(room, f"192.0.2.{i}").say(f"http://a.example http://b.example {i}"))
    assert "is under attack" not in room.moderator.get("/desk/rules").text
    assert why(room, number(From(room, "198.51.100.1").say("Without script"))) == ""


def test_an_attack_is_noticed_and_work_grows_with_it(room):
    set_rules(room, links="1", flood="0", duplicates="0")
    for i in range(62):
        number(From(room, f"100.{i}.0.1").say(f"http://a.example http://b.example {i}"))
    assert "is under attack" in room.moderator.get("/desk/rules").text
    reader = From(room, "192.0.2.5")
    assert reader.say("hello", Diurnal_Script="1").status == 428
    bits = [challenge(reader, "comment", 1)["bits"] for _ in range(40)]
    assert bits == sorted(bits) and bits[-1] > bits[0] and bits[-1] <= 20
    page = reader.get(PATH)
    assert page.status == 200 and "no-cache" in page.headers["cache-control"]  # pages stay as they are


def test_one_proof_sent_64_times_at_once_is_taken_once(room):
    set_rules(room, attack="on")
    reader = From(room, "192.0.2.5")
    work = solve(challenge(reader, "comment", 1))
    got = []

    def send(i):
        got.append(From(room, "192.0.2.5").say(f"Number {i}", Diurnal_Script="1", Diurnal_Work=work).status)

    threads = [threading.Thread(target=send, args=(i,)) for i in range(64)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(got) == [201] + [428] * 63


def test_the_operator_switches_the_proof_on_and_off_by_command(room):
    assert "it is in force" in room.site.command("attack", "on")[1]
    assert challenge(From(room, "192.0.2.5"), "flag", 1)["wanted"]
    assert room.site.command("attack", "maybe", check=False)[0] == 1
    room.site.command("attack", "off")
    assert not challenge(From(room, "192.0.2.5"), "flag", 1)["wanted"]


def test_a_challenge_ends_with_the_process_that_made_it(room):
    set_rules(room, attack="on")
    work = solve(challenge(From(room, "192.0.2.5"), "comment", 1))
    room.site.stop()
    room.site.start()
    reader = From(room, "192.0.2.5")
    assert reader.say("hello", Diurnal_Script="1", Diurnal_Work=work).status == 428


SPAM = "Cheap pills and casino bonus at our online pharmacy, order number {}"
GOOD = "The water in Weir Lane rose again, the neighbours carry sandbags, house {}"


def decide(room, n, action):
    page = room.moderator.get(f"/desk/comments/{n}")
    answer = room.moderator.send(form_of(page, f"/comments/{n}"), action)
    if answer.status == 200:
        answer = room.moderator.send(form_of(answer, f"/comments/{n}"))
    assert answer.status == 303, answer.text[:3000]


def learned(room, good, spam):
    """Waits until the job has learned that many."""
    wanted = f"learned: {good} good, {spam} spam"
    for _ in range(200):
        out = room.site.command("filter", "show")[1]
        if wanted in out:
            return out
        time.sleep(0.05)
    raise AssertionError(out)


def test_the_filter_learns_from_the_desk_and_says_why(tmp_path):
    room = make_newsroom(tmp_path, PROXY + "\n[discussion]\nmoderation = hold_all\n")
    try:
        room.site.publish(REPORT)
        assert "knows too little" in room.moderator.get(
            f"/desk/comments/{number(From(room, '192.0.2.1').say('First'))}/filter").text
        lines = [json.dumps({"spam": text is SPAM, "name": "Someone", "body": text.format(i)})
                 for i in range(20) for text in (SPAM, GOOD)]
        path = tmp_path / "decisions.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert "40 decisions learned" in room.site.command("filter", "warm", str(path))[1]
        spam = number(From(room, "100.64.0.1").say(SPAM.format(99)))
        good = number(From(room, "100.64.1.1").say(GOOD.format(99)))
        text = room.moderator.get(f"/desk/comments/{spam}/filter").text
        assert "speaks for spam" in text and re.search(r"spam with (9\d|100)", text) and "casino" in text
        text = room.moderator.get(f"/desk/comments/{good}/filter").text
        assert "speaks for a good comment" in text and "sandbags" in text
        decide(room, spam, "spam")
        decide(room, good, "spam")  # it was wrong about this one
        out = learned(room, 20, 22)
        assert "0 of 0 good comments taken for spam, 1 of 2 spam missed" in out
        decide(room, good, "approve")
        assert "0 of 1 good comments taken for spam, 0 of 1 spam missed" in learned(room, 21, 21)
        text = room.moderator.get("/desk/filter").text
        assert "21 good comments and 21 of spam" in text and "taken for spam: 0 of 1" in text
        assert "/desk/filter/export" not in text
        file = room.owner.get("/desk/filter/export")
        assert file.status == 200 and file.text.startswith("diurnal-filter 1\ncomments 21 21\n")
        page = room.owner.get("/desk/filter")
        assert room.owner.post("/desk/filter/reset", {}).status == 422
        assert room.owner.post("/desk/filter/reset", {"sure": "yes"}).status == 303
        assert "learned: 0 good, 0 spam" in room.site.command("filter", "show")[1]
        assert "knows too little" in room.moderator.get(f"/desk/comments/{good}/filter").text
        answer = room.owner.send(form_of(page, "/import"), files=[("file", ("x.txt", b"nonsense"))])
        assert answer.status == 422 and "Nothing was imported" in answer.text
        answer = room.owner.send(form_of(page, "/import"), files=[("file", ("x.txt", file.body))])
        assert answer.status == 303, answer.text[:2000]
        room.site.command("filter", "export", str(tmp_path / "out.txt"))
        assert (tmp_path / "out.txt").read_bytes() == file.body
        status, _, why_not = room.site.command("filter", "import", str(path), check=False)
        assert status == 1 and "not a filter of ours" in why_not
        assert {"filter.warm", "filter.reset", "filter.import"} <= set(room.actions())
        assert "everything holds" in room.site.command("check")[1]
    finally:
        room.site.stop()


def test_the_filter_holds_what_it_takes_for_spam(room, tmp_path):
    path = tmp_path / "decisions.jsonl"
    path.write_text("\n".join(json.dumps({"spam": text is SPAM, "body": text.format(i)})
                              for i in range(20) for text in (SPAM, GOOD)), encoding="utf-8")
    room.site.command("filter", "warm", str(path))
    assert "filter" in why(room, number(From(room, "100.64.0.1").say(SPAM.format(7))))
    assert why(room, number(From(room, "100.64.1.1").say(GOOD.format(7)))) == ""
    set_rules(room, filter="0")
    assert why(room, number(From(room, "100.64.2.1").say(SPAM.format(8)))) == ""
    room.site.command("filter", "reset")
    set_rules(room, filter="1")
    assert why(room, number(From(room, "100.64.3.1").say(SPAM.format(9)))) == ""
