"""The demo newsroom is what a newcomer sees first, and the pages that all figures are measured on. Without this
it could become another one from run to run, or cease to show what the design's second section lists."""

import html
import os
import re
import shutil
import sqlite3

import pytest

import conftest
from conftest import ROOT, run

PAGE = "/2018/05/04/southern-dike"


def make_demo(folder):
    folder.mkdir()
    os.chmod(folder, 0o700)
    shutil.copy(os.path.join(ROOT, "demo", "diurnal.ini"), folder / "diurnal.ini")
    run("demo", "--comments", "600", data=str(folder))
    return folder / "diurnal.db"


def words_of(database):
    """All that readers see of it, row by row."""
    with sqlite3.connect(database) as db:
        return [db.execute(f"select {columns} from {table} order by 1").fetchall() for table, columns in (
            ("report", "id, state, day, slug, published_at"), ("revision", "id, title, html"),
            ("comment", "id, report, parent, state, name, html, created_at, score, replies"),
            ("ledger_entry", "seq, account, asset, minor, hash"), ("goal", "id, currency, amount, first_day"))]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    site = conftest.Site(str(folder))
    os.unlink(os.path.join(site.data, "diurnal.ini"))
    os.rmdir(site.data)
    make_demo(folder / "data")
    site.start()
    yield site
    site.stop()


def test_the_demo_is_the_same_each_time_and_sound(demo, tmp_path):
    again = make_demo(tmp_path / "again")
    assert words_of(again) == words_of(os.path.join(demo.data, "diurnal.db"))
    demo.command("check")


def test_the_demo_has_three_series_twelve_reports_and_their_comments(demo):
    with sqlite3.connect(os.path.join(demo.data, "diurnal.db")) as db:
        assert db.execute("select count(*) from series").fetchone() == (3,)
        assert db.execute("select count(*) from report where state = 'published'").fetchone() == (12,)
        counts = [n for n, in db.execute("select published from discussion order by published desc")]
        assert counts == [600, 200, 9]  # 10,000 unless told otherwise
        names = "".join(n for n, in db.execute("select distinct name from comment"))
    scripts = (r"[a-z]", r"[\u0370-\u03ff]|[\u0400-\u04ff]", r"[\u0600-\u06ff]", r"[\u3040-\u9fff]|[\uac00-\ud7af]")
    assert sum(bool(re.search(script, names)) for script in scripts) >= 3


def test_the_page_of_the_design_is_all_there(demo):
    text = demo.client().get(PAGE).text
    for part in ("Daily Field Report – May 4, 2018: Floodwater Breaches the Southern Dike", "$0", "$2,500", "$5,000",
                 "$2,550", "9 comments", "Would love your thoughts, please comment."):
        assert part in text, part
    with open(os.path.join(demo.data, "diurnal.ini"), encoding="utf-8") as f:
        channels = dict(re.findall(r"^\[channel\.([a-z]+)\]((?:\n[^\[]*)*)", f.read(), re.M))
    assert set(channels) == {"paypal", "stripe", "patreon", "kofi", "liberapay", "link", "bank", "bitcoin",
                             "bitcoincash", "ethereum"}
    shown = html.unescape(text).replace(" ", "")
    for kind, keys in channels.items():
        value = re.search(r"^(?:url|iban|address) = (\S.*)$", keys, re.M).group(1).replace(" ", "")
        assert shown.count(value) >= 2, f"{kind} stands above and below the text"
    assert text.count('src="/funding/qr/') == 6, "three wallets' codes, twice"
    assert len(set(re.findall(r'id="comment-\d+"', text))) == 9
