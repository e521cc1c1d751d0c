"""Acknowledged means kept: a server under load is killed again and again, and every comment, vote and
contribution that got its success answer must be there afterwards, with `diurnal check` clean.

    crash.py CYCLES                 kill -9; then the same with unsynced writes taken back (a power cut)
    The control: with `store.durable = no` and unsynced writes taken back, the loss must be *seen*.
Without this file promise 1 of the design would be a sentence.
"""

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "http")]
os.environ.setdefault("DIURNAL", os.path.join(ROOT, "build/release/diurnal"))

import conftest  # noqa: E402
from power_cut import power_cut  # noqa: E402

WRITERS = 6


class Acked:
    def __init__(self):
        self.lock = threading.Lock()
        self.comments = {}
        self.votes = {}
        self.gifts = {}

    def put(self, table, key, value):
        with self.lock:
            table[key] = value


def write_comments(site, acked, number, stop):
    client = site.client()
    count = 0
    while not stop.is_set():
        count += 1
        body = f"writer {number} line {count} {random.random()}"
        try:
            answer = client.post(conftest.PATH + "/comments", {"name": f"W{number}", "body": body})
            if answer.status != 303:
                continue
            ident = int(answer.location.rpartition("#comment-")[2])
            acked.put(acked.comments, ident, body)
            other = site.client()
            value = random.choice((1, -1))
            if other.vote(ident, value).status == 303:
                acked.put(acked.votes, ident, value)
        except (OSError, conftest.http.client.HTTPException):
            return


def write_gifts(site, acked, stop):
    while not stop.is_set():
        amount = f"{random.randint(1, 500)}.{random.randint(0, 99):02d}"
        status, out, _ = conftest.run(
            "contribution", "add", "--channel", "bank", "--amount", amount, "--currency", "USD",
            "--date", "2018-05-03", data=site.data, check=False)
        if status == 0:
            acked.put(acked.gifts, int(out.split("contribution ")[1].split()[0].rstrip(".:")), amount)


def load(site, acked, seconds):
    stop = threading.Event()
    threads = [threading.Thread(target=write_comments, args=(site, acked, n, stop)) for n in range(WRITERS)]
    threads.append(threading.Thread(target=write_gifts, args=(site, acked, stop)))
    for t in threads:
        t.start()
    time.sleep(seconds)  # the load's length, not a wait for something
    site.kill()
    stop.set()
    for t in threads:
        t.join()


def missing(site, acked):
    """Everything acknowledged that is not in the database, and what `diurnal check` says."""
    lost = []
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        comments = dict(db.execute("select comment, body from comment_origin"))
        votes = {}
        for comment, value in db.execute("select comment, value from vote"):
            votes.setdefault(comment, []).append(value)
        gifts = {row[0] for row in db.execute("select id from contribution")}
    db.close()
    lost += [f"comment {k}" for k, v in acked.comments.items() if comments.get(k) != v]
    lost += [f"vote on {k}" for k, v in acked.votes.items() if v not in votes.get(k, [])]
    lost += [f"contribution {k}" for k in acked.gifts if k not in gifts]
    status, out, err = conftest.run("check", data=site.data, check=False)
    if status:
        lost.append(f"diurnal check: {out}{err}")
    return lost


def cycles(folder, count, shim, undo, config):
    """Kills `count` times; returns what was lost and how much was acknowledged."""
    site = conftest.Site(folder, config)
    env = dict(os.environ)
    undo_path = os.path.join(folder, "undo")
    if undo:
        env.update(LD_PRELOAD=shim, SHIM_UNDO=undo_path)
    site.start()
    site.publish(conftest.REPORT)
    site.stop()
    acked, lost, undone = Acked(), [], 0
    for _ in range(count):
        site.start(env=env)
        load(site, acked, random.uniform(0.05, 0.35))
        if undo:
            undone += power_cut(undo_path)
        lost += missing(site, acked)
        if lost:
            break
    total = len(acked.comments) + len(acked.votes) + len(acked.gifts)
    return lost, total, undone


def build_shim(folder):
    path = os.path.join(folder, "shim.so")
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", path, os.path.join(HERE, "shim.c"), "-ldl"], check=True)
    return path


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(os.environ.get("SEED", time.time()))
    random.seed(seed)
    print(f"seed {seed}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="diurnal-crash-") as folder:
        shim = build_shim(folder)
        runs = [
            ("kill -9 loses nothing", count, False, "", False),
            ("a power cut loses nothing", max(count // 4, 10), True, "", False),
            ("control: without fsync a power cut is seen to lose", 10, True, "\n[store]\ndurable = no\n", True),
        ]
        for n, (name, cycles_wanted, undo, extra, must_lose) in enumerate(runs, 1):
            where = os.path.join(folder, str(n))
            os.mkdir(where)
            lost, total, undone = cycles(where, cycles_wanted, shim, undo, conftest.CONFIG + extra)
            good = (bool(lost) == must_lose) and total > 0
            failed += not good
            print(f"{'ok' if good else 'not ok'} {n} - {name}: at most {cycles_wanted} cycles, {total} acknowledged, "
                  f"{undone} unsynced writes taken back, {len(lost)} lost", flush=True)
            for line in lost[:5]:
                print(f"# {line}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
