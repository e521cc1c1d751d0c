"""Without these, data about people would be kept longer than was said, or somewhere that nobody was told of."""

import json
import os
import sqlite3
import time

import conftest
from conftest import CONFIG, PATH, ROOT
from desk_help import make_newsroom
from test_comments import number_of, post

DAY = 24 * 3600 * 1000000
# What a column that may hold something of a person is called.
PERSONAL = {"email", "email_hash", "name", "visitor", "voter", "address", "prefix", "body", "recipient", "agent", "password", "secret",
            "actor", "author_name", "held_for", "token_hash", "code_hash", "clue"}
# Of things, not of people.
THINGS = {"media.name", "webhook.name", "revision.body", "page_revision.body"}


def database(site):
    return sqlite3.connect(os.path.join(site.data, "diurnal.db"), timeout=30)


def test_the_manual_names_every_table_and_every_column_about_people(site):
    with open(os.path.join(ROOT, "docs/privacy.md"), encoding="utf-8") as f:
        manual = f.read()
    without = manual.partition("## Tables without data about people")[2]
    missing = []
    with database(site) as db:
        tables = [t for (t,) in db.execute("select name from sqlite_master where type = 'table' "
                                           "and name not like 'sqlite_%' and name not like '%migration%'")]
        for table in tables:
            columns = [c[1] for c in db.execute(f"pragma table_info({table})")]
            wanted = [f"{table}.{c}" for c in columns if c in PERSONAL and f"{table}.{c}" not in THINGS]
            if f"`{table}`" in without:
                missing += wanted
                continue
            lines = [line for line in manual.splitlines() if f"`{table}." in line]
            missing += [f"{table} (no column)"] if not lines else []
            said = " ".join(lines)
            missing += [w for w in wanted if f"`{w}`" not in said and f"`.{w.partition('.')[2]}`" not in said]
    assert not missing, missing


def test_hashes_and_addresses_are_dropped_after_their_days(make_site):
    site = make_site(CONFIG + "\n[privacy]\naddress_days = 10\nemail_days = 20\n")
    site.publish(conftest.REPORT)
    ids = {}
    for days in (9, 11, 21, 401):
        client = site.client()
        ids[days] = number_of(post(client, body=f"Written {days} days ago", email="ada@example.org"))
        assert site.client().vote(ids[days], 1).status == 303
    site.stop()
    with database(site) as db:
        # oldest first, as they would have come
        order = sorted(ids, reverse=True)
        numbers = sorted(ids.values())
        for n, days in zip(numbers, order):
            db.execute("update comment set created_at = created_at - ? where id = ?", (days * DAY, n))
            db.execute("update vote set created_at = created_at - ? where comment = ?", (days * DAY, n))
            ids[days] = n
        db.execute("update job set run_at = 0")
    site.start()

    def left(n):
        with database(site) as db:
            return db.execute("select address is not null, prefix is not null, email is not null, visitor is not null, "
                              "(select count(*) from vote where comment = $1 and address is not null) "
                              "from comment_origin where comment = $1", (n,)).fetchone()

    end = time.monotonic() + 20
    while left(ids[401])[3] and time.monotonic() < end:
        time.sleep(0.05)  # the job is in another process' hands
    while left(ids[401])[4] and time.monotonic() < end:
        time.sleep(0.05)
    assert left(ids[9]) == (1, 1, 1, 1, 1)
    assert left(ids[11]) == (0, 0, 1, 1, 0)
    assert left(ids[21]) == (0, 0, 0, 1, 0)
    assert left(ids[401]) == (0, 0, 0, 0, 0)
    site.stop()
    assert site.command("check")[0] == 0


def test_who_voted_and_flagged_is_forgotten_and_the_sums_stay(make_site):
    site = make_site(CONFIG + "\n[privacy]\naddress_days = 10\n")
    site.publish(conftest.REPORT)
    n = number_of(post(site.client(), body="Voted on and flagged"))
    voters = [site.client() for _ in range(4)]
    for voter, value in zip(voters, (1, 1, -1, 1)):
        assert voter.vote(n, value).status == 303
    assert voters[0].post(f"/comments/{n}/flag", {"reason": "spam"}).status in (200, 303)
    assert site.client().post(f"/comments/{n}/flag", {"reason": "rules"}).status in (200, 303)
    site.stop()
    with database(site) as db:
        before = db.execute("select voter, value, counted from vote order by voter").fetchall()
        sums = db.execute("select up, down, score, flags from comment where id = ?", (n,)).fetchone()
        old, young = before[:3], before[3]
        assert db.execute("select count(*) from flag where voter = address").fetchone()[0] == 1
        for voter, _, _ in old:
            db.execute("update vote set created_at = created_at - ? where voter = ?", (401 * DAY, voter))
        db.execute("update vote set created_at = created_at - ? where voter = ?", (399 * DAY, young[0]))
        db.execute("update vote set counted = 0 where voter = ?", (old[0][0],))
        up, down = (sum(1 for _, v, _ in before[1:] if v == w) for w in (1, -1))
        db.execute("update comment set up = ?, down = ?, score = ? where id = ?", (up, down, up - down, n))
        db.execute("update flag set created_at = created_at - ?", (11 * DAY,))
        db.execute("insert into vote_burst (comment, prefix, first_at, last_at, votes) values (?, x'0102', 0, 0, 1)", (n,))
        db.execute("update job set run_at = 0")
    sums = (up, down, up - down, sums[3])
    site.start()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with database(site) as db:
            if not db.execute("select count(*) from vote_burst").fetchone()[0]:
                break
        time.sleep(0.05)  # the job is in another process' hands
    site.stop()
    with database(site) as db:
        after = db.execute("select voter, value, counted from vote").fetchall()
        assert young in after
        assert not {v for v, _, _ in after} & {v for v, _, _ in old}
        assert sorted(a[1:] for a in after) == sorted([(old[0][1], 0)] + [b[1:] for b in before[1:]])
        assert db.execute("select up, down, score, flags from comment where id = ?", (n,)).fetchone() == sums
        # A flag without a cookie has the address for its voter: that goes with the addresses.
        assert sorted(len(v) for (v,) in db.execute("select voter from flag")) == [8, 16]
        assert db.execute("select count(*) from flag where address is not null or prefix is not null").fetchone()[0] == 0
        assert db.execute("select count(*) from vote_burst").fetchone()[0] == 0
        db.execute("update flag set created_at = created_at - ?", (400 * DAY,))
        db.execute("update job set run_at = 0")
    site.start()
    while time.monotonic() < end:
        with database(site) as db:
            if sorted(len(v) for (v,) in db.execute("select voter from flag")) == [8, 8]:
                break
        time.sleep(0.05)
    site.stop()
    with database(site) as db:
        assert sorted(len(v) for (v,) in db.execute("select voter from flag")) == [8, 8]
        again = db.execute("select voter, value, counted from vote").fetchall()
        assert sorted(again) == sorted(after)  # what was forgotten is left alone
    assert site.command("check")[0] == 0


def test_the_commands_export_and_erase(site):
    client = site.client()
    number_of(post(client, body="To be *erased*", name="Ada", email="Ada@example.org"))
    number_of(post(client, body="Another's", name="Bea", email="bea@example.org"))
    said = json.loads(site.command("privacy", "export", "--email", "ADA@example.org")[1])
    assert [i["body"] for i in said["items"]] == ["To be *erased*"]
    assert "1 comment" in site.command("privacy", "erase", "--email", "ada@example.org")[1]
    text = site.client().get(PATH).text
    assert "erased" not in text and "Another&#39;s" in text.replace("Another's", "Another&#39;s")
    assert json.loads(site.command("privacy", "export", "--email", "ada@example.org")[1])["items"] == []
    status, _, why = site.command("privacy", "erase", "--email", "ada", check=False)
    assert status == 1 and "not an e-mail address" in why


def test_the_desk_exports_and_erases_and_notes_it_without_the_address(tmp_path):
    room = make_newsroom(tmp_path)
    room.site.publish(conftest.REPORT)
    number_of(post(room.site.client(), body="To be *erased*", name="Ada", email="ada@example.org"))
    moderator, author = room.moderator, room.site.client()
    hidden = number_of(post(author, body="To be hidden", name="Ada", email="ada@example.org"))
    assert moderator.post(f"/desk/comments/{hidden}", {"action": "hide", "reason": "rules"}).status == 303
    assert author.post(f"/comments/{hidden}/appeal", {"body": "Why, I ask"}).status == 303
    for wrong in ("", "ada", "nobody@example.org", "a@b\r\nc"):
        for what in ("export", "erase"):
            answer = moderator.post(f"/desk/privacy/{what}", {"email": wrong, "sure": "1"})
            assert answer.status == 422 and 'id="privacy-error"' in answer.text
    answer = moderator.post("/desk/privacy/export", {"email": "ADA@example.org"})
    assert [i["body"] for i in json.loads(answer.text)["items"]] == ["To be hidden", "To be *erased*"]
    assert moderator.post("/desk/privacy/erase", {"email": "ada@example.org"}).status == 422  # not sure
    answer = moderator.post("/desk/privacy/erase", {"email": "ada@example.org", "sure": "1"})
    assert answer.status == 303 and "is being erased" in moderator.follow(answer).text
    end = time.monotonic() + 20
    while "<em>erased" in room.site.client().get(PATH).text and time.monotonic() < end:
        time.sleep(0.05)  # the job is in another process' hands
    assert "<em>erased" not in room.site.client().get(PATH).text
    with database(room.site) as db:
        while db.execute("select count(*) from job where kind = 'author-erase'").fetchone()[0] and time.monotonic() < end:
            time.sleep(0.05)
        assert db.execute("select body from appeal").fetchall() == [("",)]
    assert room.actions()[:2] == ["privacy.erase", "privacy.export"]
    assert "ada@example.org" not in room.owner.get("/desk/audit").text
    room.site.stop()


def test_the_desk_sees_the_words_before_an_edit(tmp_path):
    room = make_newsroom(tmp_path)
    room.site.publish(conftest.REPORT)
    client = room.site.client()
    n = number_of(post(client, body="Frist <b>"))
    client.post(f"/comments/{n}/edit", {"body": "First"})
    text = room.moderator.get(f"/desk/comments/{n}").text
    assert "Words before an edit" in text and "Frist &lt;b&gt;" in text
    assert room.site.client().get(f"/comments/{n}").status == 303
    room.site.stop()
