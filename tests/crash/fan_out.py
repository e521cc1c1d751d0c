"""Killed while it tells thousands by mail, again and again, the server tells every subscriber of everything: at
least once, at most once more than there were crashes, and nobody who has left, is blocked or never confirmed.

    fan_out.py CYCLES               kill -9 under fan-outs of comments and of new reports

A real SMTP server takes the mails (tests/mail/sink.mjs). Without this file nobody would know whether a crash loses
notices, or writes to people who do not want it.
"""

import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "http"))
os.environ.setdefault("DIURNAL", os.path.join(ROOT, "build/release/diurnal"))

import conftest  # noqa: E402

FOLLOWERS = 700  # of the report, and as many of its series: four transactions of a fan-out
SILENT = ("blocked", "failed", "unconfirmed")
CONNECTIONS = 8
FOLLOW_REPORT, FOLLOW_SERIES = 1, 4


class Sink:
    """The mail server's own account: (when the connection was made, recipient, notice, path that leaves)."""

    def __init__(self):
        self.process = subprocess.Popen(["node", os.path.join(ROOT, "tests/mail/sink.mjs")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.taken = []
        self.leave = {}
        self.moved = threading.Condition()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            since, to, ident, leave = line.split()
            notice = re.match(r"(comment|report)_(\d+)", ident)
            with self.moved:
                self.taken.append((float(since), to, notice.group(0) if notice else ident))
                self.leave[to] = leave
                self.moved.notify_all()

    def wait_new(self, count, seconds):
        """Until so many more have come; False when they do not."""
        with self.moved:
            wanted = len(self.taken) + count
            return self.moved.wait_for(lambda: len(self.taken) >= wanted, seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.stdin.closed:
            return
        self.process.stdin.close()
        self.process.wait()
        self.reader.join()


class Notice:
    def __init__(self, kind, entitled, crashes):
        self.kind, self.entitled, self.crashes_before = kind, set(entitled), crashes


class Loop:
    def __init__(self, folder, sink):
        config = (conftest.CONFIG + f"\n[mail]\nserver = smtp://127.0.0.1:{sink.port}\ntls = no\nfrom = news@example.org\n"
                  f"connections = {CONNECTIONS}\n")
        self.site = conftest.Site(folder, config)
        self.sink = sink
        self.crashes = 0
        self.within = self.sending = 0  # kills that met a fan-out half queued, and mails half sent
        self.notices = {}
        self.left = {}  # address: (kind, when nothing may begin to reach it any more)
        self.following = {"comment": self._addresses("comment"), "report": self._addresses("report")}

    @staticmethod
    def _addresses(kind):
        return {f"{kind}{n}@example.net" for n in range(FOLLOWERS)}

    def database(self):
        return sqlite3.connect(os.path.join(self.site.data, "diurnal.db"), timeout=30)

    def fill(self):
        """Followers as they are after they have confirmed, and some that must never get anything."""
        now = int(time.time() * 1e6)
        with self.database() as db:
            for kind, number in (("comment", FOLLOW_REPORT), ("report", FOLLOW_SERIES)):
                for address in sorted(self.following[kind]) + [f"{kind}-{why}@example.net" for why in SILENT]:
                    state = [now if f"-{why}@" in address else None for why in SILENT]
                    at = None if state[2] else now
                    who = db.execute("insert into subscriber (email, mailbox, created_at, confirmed_at, blocked_at, failed_at) "
                                     "values (?, ?, ?, ?, ?, ?)", (address, address, now, at, state[0], state[1])).lastrowid
                    db.execute("insert into subscription (subscriber, kind, object, confirmed_at, created_at) values (?, ?, 1, ?, ?)",
                               (who, number, at, now))
        db.close()

    def tell(self, number):
        """Something new: a comment, or a report of today in the series. The answer may be lost in a crash."""
        kind = ("comment", "report")[number // 2 % 2]
        if kind == "comment":
            try:
                answer = self.site.client().post(conftest.PATH + "/comments", {"name": "Bo", "body": f"News {number} {random.random()}"})
                assert answer.status == 303, answer.text
            except (OSError, conftest.http.client.HTTPException):
                pass
        else:
            text = re.sub(r"date: \S+", time.strftime("date: %Y-%m-%d", time.gmtime()), conftest.REPORT)
            self.site.publish(text.replace("slug: southern-dike", f"slug: news-{number}"), check=False)

    def note(self, entitled):
        """What is committed is promised to those who followed when it was told."""
        with self.database() as db:
            told = [("comment", i) for (i,) in db.execute("select id from comment")]
            told += [("report", i) for (i,) in db.execute("select id from report where id > 1")]
        db.close()
        for kind, ident in told:
            self.notices.setdefault(f"{kind}_{ident}", Notice(kind, entitled[kind], self.crashes))

    def kill_within(self):
        """Kills as soon as a fan-out is seen half queued, or has been too quick to be seen."""
        end = time.monotonic() + 2
        with self.database() as db:
            while time.monotonic() < end and not db.execute("select count(*) from fan_out").fetchone()[0]:
                pass  # it lasts some milliseconds
        db.close()
        self.site.process.kill()

    def leave(self):
        """One of those who have had a mail presses its button, and is told that this was done."""
        with self.sink.moved:
            known = [a for a in self.sink.leave if a not in self.left]
        if not known:
            return
        address = random.choice(known)
        answer = self.site.client().request("POST", self.sink.leave[address], b"List-Unsubscribe=One-Click",
                                            {"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200, answer.text
        kind = "comment" if address.startswith("comment") else "report"
        self.following[kind].discard(address)
        self.left[address] = None  # known at the kill: what is on its way now still arrives

    def kill(self):
        self.site.kill()
        now = time.time()
        self.left = {a: at or now for a, at in self.left.items()}
        with self.database() as db:
            self.within += bool(db.execute("select count(*) from fan_out").fetchone()[0])
            self.sending += bool(db.execute("select count(*) from mail where ended_at is null").fetchone()[0])
            db.execute("update subscriber set told = 0")  # an hour later: an address gets 30 an hour at most
        db.close()

    def cycle(self, number):
        self.site.start()
        entitled = {kind: set(them) for kind, them in self.following.items()}
        if number % 2:
            killer = threading.Thread(target=self.kill_within)
            killer.start()
            self.tell(number)
            killer.join()
        else:
            self.tell(number)
            self.leave()
            self.sink.wait_new(random.randint(1, FOLLOWERS), 5)
        self.kill()
        self.note(entitled)
        self.crashes += 1

    def settle(self):
        """All that is promised is done."""
        self.site.start()
        end = time.monotonic() + 300
        with self.database() as db:
            while True:
                jobs = db.execute("select count(*) from job where kind in ('notice', 'report-notice')").fetchone()[0]
                mails = db.execute("select count(*) from mail where ended_at is null").fetchone()[0]
                if not jobs and not mails:
                    break
                assert time.monotonic() < end, (jobs, mails)
                time.sleep(0.05)  # the rows are in another process' hands
        db.close()
        self.site.stop()

    def faults(self):
        counts = {}
        for _, to, notice in self.sink.taken:
            counts[notice, to] = counts.get((notice, to), 0) + 1
        wrong = [f"{to} got {notice}, which is nothing that was told" for notice, to in counts if notice not in self.notices]
        twice = 0
        for name, notice in self.notices.items():
            most = 1 + self.crashes - notice.crashes_before
            got = {to: n for (told, to), n in counts.items() if told == name}
            twice += sum(n - 1 for n in got.values())
            wrong += [f"{to} never got {name}" for to in notice.entitled - self.left.keys() - got.keys()]
            wrong += [f"{to} got {name} {n} times in {most - 1} crashes" for to, n in got.items() if n > most]
            wrong += [f"{to} got {name} and has no claim to it" for to in got.keys() - notice.entitled]
        wrong += [f"{to} got {notice} after leaving" for since, to, notice in self.sink.taken
                  if to in self.left and since > self.left[to]]
        if twice > self.crashes * CONNECTIONS:
            wrong.append(f"{twice} mails came again after {self.crashes} crashes: more than one a connection")
        if not (self.within and self.sending and self.left):
            wrong.append(f"no kill met what it was to meet: {self.within}, {self.sending}, {len(self.left)}")
        status, out, err = conftest.run("check", data=self.site.data, check=False)
        return wrong + ([f"diurnal check: {out}{err}"] if status else []), twice


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    seed = int(os.environ.get("SEED", time.time()))
    random.seed(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="diurnal-fan-out-") as folder, Sink() as sink:
        loop = Loop(folder, sink)
        loop.site.start()
        loop.site.publish(conftest.REPORT)
        loop.site.stop()
        loop.fill()
        for number in range(count):
            loop.cycle(number)
        loop.settle()
        sink.stop()
        wrong, twice = loop.faults()
    print(f"{'not ok' if wrong else 'ok'} 4 - kill -9 during fan-out: {loop.crashes} kills, {loop.within} with a fan-out half queued, "
          f"{loop.sending} with mails to send; {len(sink.taken)} mails of {len(loop.notices)} notices, {twice} twice; "
          f"{len(loop.left)} left; {len(wrong)} wrong", flush=True)
    for line in wrong[:5]:
        print(f"# {line}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
