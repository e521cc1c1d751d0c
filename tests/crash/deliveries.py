"""A provider that tells of everything five times, shuffled, over 64 connections at once, to a server that is killed
again and again, moves each gift's money once: as many postings as there are events, and the exact sum.

    deliveries.py EVENTS            200000 in the long form; each is delivered five times

A delivery that got no 200 is delivered again later, as providers do. A fifth of the events are refunds of the others,
so many come before what they take back. Without this file nobody would know whether a crash between a message's arrival
and its answer loses a gift or counts it twice.
"""

import base64
import ctypes
import hashlib
import hmac
import json
import multiprocessing
import os
import random
import socket
import sqlite3
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "http"))
os.environ.setdefault("DIURNAL", os.path.join(ROOT, "build/release/diurnal"))

import conftest  # noqa: E402

KEY = bytes(range(24))
CONFIG = conftest.CONFIG + f"\n[channel.shop]\nkind = webhook\nsecret = whsec_{base64.b64encode(KEY).decode()}\n"
TIMES, PROCESSES, CONNECTIONS = 5, 4, 16  # 64 connections
GIFTS_IN = 5  # of so many events all but one are gifts, and that one takes a part of the first back
KILLS = 12  # of the short form


def cents(number):
    return 500 + number * 7919 % 9500


def event(number):
    told = {"currency": "USD", "occurred_at": "2018-05-03T10:00:00Z"}
    if number % GIFTS_IN:
        return {"type": "payment", "object": f"p{number}", "amount": f"{cents(number) // 100}.{cents(number) % 100:02d}", **told}
    amount = cents(number + 1) // 2
    return {"type": "refund", "object": f"r{number}", "of": f"p{number + 1}", "amount": f"{amount // 100}.{amount % 100:02d}", **told}


def expected(count):
    """Gifts, and the cents that must be left."""
    gifts = [n for n in range(count) if n % GIFTS_IN]
    back = sum(cents(n + 1) // 2 for n in range(0, count, GIFTS_IN))
    return len(gifts), sum(cents(n) for n in gifts) - back


def request(number, time_told):
    """Told three times by one message, and by two more that say the same."""
    ident = f"m{number}" if time_told < 3 else f"m{number}.{time_told}"
    body = json.dumps({"events": [event(number)]}).encode()
    stamp = str(int(time.time()))
    mac = hmac.new(KEY, f"{ident}.{stamp}.".encode() + body, hashlib.sha256).digest()
    head = (f"POST /hooks/shop HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"webhook-id: {ident}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{base64.b64encode(mac).decode()}\r\n\r\n")
    return head.encode() + body


class Wire:
    """One kept-alive connection; status 0: there was no answer."""

    def __init__(self, port):
        self.port, self.socket = port, None

    def send(self, message):
        try:
            if not self.socket:
                self.socket = socket.create_connection(("127.0.0.1", self.port.value), timeout=30)
            self.socket.sendall(message)
            got = b""
            while b"\r\n\r\n" not in got:
                got += self._more()
            head, _, body = got.partition(b"\r\n\r\n")
            lower = head.lower()
            length = int(lower.partition(b"content-length:")[2].split(b"\r\n")[0]) if b"content-length:" in lower else 0
            while len(body) < length:
                body += self._more()
            if b"connection: close" in lower:
                self.drop()
            return int(head[9:12])
        except OSError:
            self.drop()
            return 0

    def _more(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionResetError
        return chunk

    def drop(self):
        if self.socket:
            self.socket.close()
        self.socket = None


def deliver(port, up, todo, wrong, acked, pulse):
    lock = threading.Lock()

    def work():
        wire = Wire(port)
        while True:
            with lock:
                if not todo:
                    return
                number, told = todo.pop()
            status = wire.send(request(number, told))
            if status == 200:
                with acked.get_lock():
                    acked.value += 1
                pulse.release()
                continue
            if status not in (0, 503):
                wrong.value = status
                return
            with lock:
                todo.insert(random.randrange(len(todo) + 1), (number, told))
            up.wait(60)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def kill_while_told(site, port, up, pulse, moments):
    """Killed each time when so many deliveries were answered, at any moment of the next ones; started again at once.
    How often; less often when nothing is answered any more."""
    answered = kills = 0
    for moment in moments:
        while answered < moment:
            if not pulse.acquire(timeout=60):
                return kills
            answered += 1
        up.clear()
        site.kill()
        kills += 1
        site.start()
        port.value = site.port
        up.set()
    return kills


def faults(site, count):
    gifts, left = expected(count)
    with sqlite3.connect(os.path.join(site.data, "diurnal.db")) as db:
        def one(sql):
            return db.execute(sql).fetchone()[0]
        have = {
            "events booked": one("select count(*) from payment_event where state = 'booked'"),
            "events": one("select count(*) from payment_event"),
            "postings": one("select count(*) from ledger_transaction"),
            "gifts": one("select count(*) from contribution"),
            "cents": one("select -sum(minor) from ledger_entry where account = 'income'"),
            "messages": one("select count(*) from payment_message"),
        }
    db.close()
    want = {"events booked": count, "events": count, "postings": count, "gifts": gifts, "cents": left,
            "messages": count * (TIMES - 2)}
    wrong = [f"{k}: {have[k]}, not {want[k]}" for k in want if have[k] != want[k]]
    status, out, err = conftest.run("check", data=site.data, check=False)
    return wrong + ([f"diurnal check: {out}{err}"] if status else [])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    count -= count % GIFTS_IN
    seed = int(os.environ.get("SEED", time.time()))
    random.seed(seed)
    print(f"seed {seed}")
    todo = [(number, told) for number in range(count) for told in range(TIMES)]
    random.shuffle(todo)
    with tempfile.TemporaryDirectory(prefix="diurnal-deliveries-") as folder:
        site = conftest.Site(folder, CONFIG)
        site.start()
        port, wrong, acked = (multiprocessing.Value(t, v) for t, v in ((ctypes.c_int, site.port), (ctypes.c_int, 0), (ctypes.c_long, 0)))
        up, pulse = multiprocessing.Event(), multiprocessing.Semaphore(0)
        up.set()
        workers = [multiprocessing.Process(target=deliver, args=(port, up, todo[n::PROCESSES], wrong, acked, pulse)) for n in range(PROCESSES)]
        begin = time.monotonic()
        for w in workers:
            w.start()
        moments = sorted(random.sample(range(count * TIMES), max(KILLS, count // 4000)))
        kills = kill_while_told(site, port, up, pulse, moments)
        for w in workers:
            w.join()
        seconds = time.monotonic() - begin
        site.stop()
        bad = faults(site, count)
    if wrong.value:
        bad.insert(0, f"an answer was {wrong.value}")
    if acked.value != count * TIMES:
        bad.append(f"{acked.value} deliveries were answered")
    if kills < len(moments):
        bad.append(f"only {kills} kills of {len(moments)}")
    print(f"{'not ok' if bad else 'ok'} 5 - kill -9 under deliveries: {count} events told {TIMES} times over {PROCESSES * CONNECTIONS} "
          f"connections, {kills} kills, {seconds:.0f} s; {len(bad)} wrong", flush=True)
    for line in bad[:8]:
        print(f"# {line}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
