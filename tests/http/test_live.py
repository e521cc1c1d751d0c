"""Without these an open page could miss a comment, or thousands of open pages could bring the server down."""

import json
import re
import socket
import time

import pytest

import conftest
from conftest import CONFIG, PATH, REPORT
from desk_help import DESK_CONFIG, comment, make_newsroom
from test_desk_comments import act

ARGS = ["--listen-live", "127.0.0.1:0", "--listen-metrics", "127.0.0.1:0"]
QUICK = CONFIG + "live_heartbeat_seconds = 1\n"
HOLD = DESK_CONFIG + "live_heartbeat_seconds = 1\n\n[discussion]\nmoderation = hold_all\n"


def live_port(site):
    return int(re.search(r"live streams on http://\S*?:(\d+)", site.greeting).group(1))


class Stream:
    """A stream as a browser's EventSource has it: messages, the last id, comments left out."""

    def __init__(self, port, reports="1", after=None, last=None, host="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        query = f"reports={reports}" + ("" if after is None else f"&after={after}")
        lines = "" if last is None else f"Last-Event-ID: {last}\r\n"
        self.socket.sendall(f"GET /live/events?{query} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self.text, self.ended, self.beats, self.retry, self.id = "", False, 0, None, None

    def _more(self):
        size = int(self.file.readline() or b"-1", 16)
        if size <= 0:
            self.ended = True
            return
        self.text += self.file.read(size).decode()
        self.file.readline()

    def next(self):
        """The next message as (event, data), or None at the end."""
        until = time.monotonic() + 20
        while True:
            while "\n\n" not in self.text:
                assert time.monotonic() < until, "nothing but beats"
                self._more()
                if self.ended:
                    return None
            block, _, self.text = self.text.partition("\n\n")
            fields = dict(line.partition(":")[::2] for line in block.split("\n"))
            if block.startswith(":"):
                self.beats += 1
            if "retry" in fields:
                self.retry = int(fields["retry"])
            if "id" in fields:
                self.id = int(fields["id"])
            if "data" in fields:
                return fields["event"].strip(), json.loads(fields["data"])

    def close(self):
        self.file.close()
        self.socket.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    site = conftest.Site(str(tmp_path_factory.mktemp("live")), QUICK, ARGS).start()
    site.publish(REPORT)
    yield site
    site.stop()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    room = make_newsroom(tmp_path_factory.mktemp("live_desk"), HOLD)
    room.site.publish(REPORT)
    yield room
    room.site.stop()


def say(site, body, **fields):
    answer = site.client().post(PATH + "/comments", {"name": "Ada", "body": body, **fields})
    assert answer.status == 303, answer.text
    return int(answer.location.rpartition("-")[2])


def told(kind, numbers):
    data = {"report": 1, "new": [], "changed": [], "gone": [], "many": False}
    return "comments", {**data, kind: numbers}


def news(stream, numbers):
    """Reads until all of these were told as new; some before may be told again. Returns the messages."""
    left, messages = set(numbers), 0
    while left:
        event, data = stream.next()
        assert event == "comments"
        left -= left if data["many"] else set(data["new"])
        messages += 1
    return messages


def vote(client, n):
    answer = client.post(f"/comments/{n}/vote", {"value": "1"})
    if answer.status == 307:  # the cookie is tried first
        answer = client.post(answer.location, {"value": "1"})
    assert answer.status == 303


@pytest.mark.parametrize("where", ["main", "apart"])
def test_a_new_comment_reaches_an_open_stream(room, where):
    stream = Stream(live_port(room) if where == "apart" else room.port)
    assert stream.status == 200 and stream.headers["content-type"] == "text/event-stream"
    assert stream.headers["cache-control"] == "private, no-store" and stream.headers["x-accel-buffering"] == "no"
    n = say(room, f"Seen from {where}")
    assert stream.next() == told("new", [n])
    assert stream.id > 0 and 2000 <= stream.retry < 6000
    stream.close()


def test_a_stream_goes_on_where_it_was_cut_off(room):
    first = Stream(room.port)
    a = say(room, "Before the break")
    assert first.next() == told("new", [a])
    first.close()
    b, c = say(room, "During the break"), say(room, "Still during the break")
    again = Stream(room.port, after=0, last=first.id)
    assert again.next() == told("new", [b, c])
    d = say(room, "After the break")
    news(again, [d])
    assert again.id == first.id + 3
    again.close()


def test_a_page_tells_from_where_its_stream_goes_on(room):
    n = say(room, "On the page already")
    page = room.client().get(PATH).text
    after = int(re.search(r'data-live="(\d+)"', page).group(1))
    assert f'id="comment-{n}"' in page
    later = say(room, "Between the page and its stream")
    stream = Stream(room.port, after=after)
    news(stream, [later])
    stream.close()


def test_nothing_is_lost_while_many_write_and_streams_come_and_go(room):
    start = Stream(room.port)
    news(start, [say(room, "The first of many")])
    start.close()
    seen, last, said = set(), start.id, []
    for n in range(40):
        said.append(say(room, f"One of many, {n}"))
        if n % 4 == 3:  # a connection that lives for one message
            stream = Stream(room.port, last=last)
            seen |= set(stream.next()[1]["new"])
            last = stream.id or last  # the id comes after all that was missed
            stream.close()
    assert seen >= set(said)


def test_more_than_is_told_singly_is_said_to_be_missed(make_site):
    room = make_site(QUICK, ARGS)
    room.publish(REPORT)
    stream = Stream(room.port, after=0)
    for n in range(210):
        say(room, f"Number {n} of more than two hundred")
    stream.close()
    late = Stream(room.port, after=0)
    assert late.next() == ("missed", {"report": 1})
    late.close()
    lost = Stream(room.port, after=10**15)
    assert lost.next() == ("missed", {"report": 1})
    lost.close()


def test_votes_are_told_as_the_page_writes_them_and_together(make_site):
    room = make_site(QUICK, ARGS)
    room.publish(REPORT)
    n = say(room, "To be voted on")
    stream = Stream(room.port)
    for _ in range(5):
        vote(room.client(), n)
    event, data = stream.next()
    messages = 1
    while data["scores"].get(str(n)) != "5":
        event, data = stream.next()
        messages += 1
    assert event == "votes" and data["report"] == 1 and messages <= 2
    stream.close()


def test_the_meter_is_told_to_everyone(room):
    stream = Stream(live_port(room), reports="")
    room.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    assert stream.next() == ("meter", {})
    stream.close()


def test_other_reports_and_what_waits_are_not_told(desk):
    stream = Stream(desk.site.port)
    other = Stream(desk.site.port, reports="7")
    n = comment(desk.site, PATH, body="Waits")
    assert act(desk.moderator, n, "approve", "/desk/comments?show=held").status == 303
    assert stream.next() == told("new", [n])
    assert act(desk.moderator, n, "hide").status == 303
    assert stream.next() == told("gone", [n])
    assert act(desk.moderator, n, "approve", "/desk/comments?show=hidden").status == 303
    assert stream.next() == told("changed", [n])
    other.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        assert other.next() is None
    stream.close()
    other.close()


def test_a_beat_comes_and_a_dead_reader_is_noticed(room):
    stream = Stream(room.port)
    stream._more()
    while "\n:" not in stream.text:
        stream._more()
    stream.close()


@pytest.mark.parametrize("query", ["reports=x", "reports=1,", "reports=0", "reports=-1", "reports=1,,2", "reports=1,2,3,4,5,6,7,8,9",
                                   "reports=99999999999999999999", "reports=1&after=x", "reports=1&after=-1", "reports=1&reports=2"])
def test_what_is_no_stream_is_refused(room, query):
    assert room.client().get("/live/events?" + query).status == 400


def test_reports_that_do_not_exist_are_streams_of_the_meter_alone(room):
    stream = Stream(room.port, reports="1,2,3,4,5,6,7,8")
    assert stream.status == 200
    stream.close()


def test_the_listener_for_streams_has_nothing_else(room):
    client = conftest.Client(live_port(room))
    assert client.get(PATH).status == 404 and client.get("/desk").status == 404
    assert client.get("/healthz").status == 200
    assert client.request("HEAD", "/live/events?reports=1").status == 200
    assert client.request("POST", "/live/events", b"", {}).status == 405


def test_one_more_than_may_be_open_is_refused(make_site):
    site = make_site(CONFIG + "live_streams_main = 2\nlive_streams = 3\nlive_streams_client = 4\n", ARGS)
    here = [Stream(site.port) for _ in range(3)]
    assert [s.status for s in here] == [200, 200, 503] and here[2].headers["retry-after"] == "60"
    apart = [Stream(live_port(site)) for _ in range(3)]
    assert [s.status for s in apart] == [200, 200, 429] and apart[2].headers["retry-after"] == "60"
    for s in here + apart:
        s.close()


def test_off_tells_browsers_not_to_come_again(make_site):
    site = make_site(CONFIG + "live_streams = 0\n")
    assert Stream(site.port).status == 204


def test_a_stop_ends_streams_in_order_and_soon(make_site):
    site = make_site(CONFIG + "live_streams_client = 1000\n", ARGS)
    streams = [Stream(live_port(site)) for _ in range(50)] + [Stream(site.port) for _ in range(50)]
    began = time.monotonic()
    site.stop()
    assert time.monotonic() - began < 5
    for s in streams:
        assert s.next() is None and s.ended
        s.close()


def test_a_reload_keeps_streams_and_takes_new_limits(make_site):
    site = make_site(QUICK, ARGS)
    site.publish(REPORT)
    stream = Stream(site.port)
    site.configure(QUICK + "live_streams_main = 1\n")
    site.process.send_signal(1)
    end = time.monotonic() + 10
    while "event=reloaded" not in site.log_text():
        assert time.monotonic() < end
        time.sleep(0.05)
    n = say(site, "After the reload")
    assert stream.next() == told("new", [n])
    assert Stream(site.port).status == 503
    stream.close()


def test_a_start_without_the_second_listener_says_why(make_site):
    site = make_site(start=False, args=["--listen-live", "nowhere"])
    with pytest.raises(AssertionError, match="cannot listen"):
        site.start()
    site.process.wait()


def test_a_page_shows_the_comments_asked_for_by_number(room):
    a, b, c = (say(room, f"Asked for by number {n}") for n in range(3))
    answer = room.client().get(f"{PATH}?comments={c},{a}")
    assert answer.status == 200
    assert set(re.findall(r'<article class="comment" id="comment-(\d+)"', answer.text)) == {str(a), str(c)}
    assert re.search(r'<link rel="canonical" href="[^"?]*"', answer.text) and "noindex" in answer.text


@pytest.mark.parametrize("numbers", ["", "0", "x", "1,", "1,1", "-1", "1+2", ",".join(str(n) for n in range(1, 52)), "9999999999999999999", "987654"])
def test_what_is_no_comment_here_is_not_found(room, numbers):
    assert room.client().get(f"{PATH}?comments={numbers}").status == 404


def test_as_many_as_may_be_are_shown_by_number(room):
    n = say(room, "One of fifty numbers")
    numbers = ",".join(str(i) for i in [n, *range(n + 1000, n + 1049)])
    assert room.client().get(f"{PATH}?comments={numbers}").status == 200
