"""A mail server for tests: keeps what it takes, and misbehaves as it is told.

`answers` maps a step to what is said there instead of the usual: "greeting", "EHLO", "MAIL", "RCPT",
"DATA", "TEXT" (after the final dot). A value is bytes to send, HANG (say nothing until the client
leaves), CUT (close at once), DRIP (a byte now and then), FLOOD (an answer without end), or a function
of the connection's number that returns one of these or None for the usual.
"""

import socket
import threading
import time

HANG = object()
CUT = object()
DRIP = object()
FLOOD = object()


class Taken:
    """One mail: envelope and text as they came, dots unstuffed; the connection's number."""

    def __init__(self, sender, recipients, text, connection):
        self.sender = sender
        self.recipients = recipients
        self.text = text
        self.connection = connection


class FakeServer:
    def __init__(self, answers=None, port=0):
        self.answers = answers or {}
        self.taken = []
        self.connections = 0
        self.open_now = 0
        self.open_most = 0
        self.moved = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.sockets = []
        self.stopped = False
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self):
        self.stopped = True
        # shutdown() wakes the accepting thread, which close() alone does not
        for s in [self.listener, *self.sockets]:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
        self.thread.join()

    def cut_all(self):
        """Closes every open connection, as a server that is tired of idle clients does."""
        for s in self.sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def wait(self, count, seconds=30):
        """Until that many mails were taken."""
        with self.moved:
            assert self.moved.wait_for(lambda: len(self.taken) >= count, seconds), \
                f"{len(self.taken)} of {count} mails came"
        return self.taken

    def wait_connections(self, count, seconds=30):
        with self.moved:
            assert self.moved.wait_for(lambda: self.connections >= count, seconds), self.connections

    def _accept(self):
        while not self.stopped:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(s)
            with self.moved:
                self.connections += 1
                self.open_now += 1
                self.open_most = max(self.open_most, self.open_now)
                number = self.connections
                self.moved.notify_all()
            threading.Thread(target=self._serve, args=(s, number), daemon=True).start()

    def _serve(self, s, number):
        try:
            with s, s.makefile("rb") as lines:
                self._talk(s, lines, number)
        except (OSError, EOFError):
            pass
        with self.moved:
            self.open_now -= 1
            self.moved.notify_all()

    def _say(self, s, lines, number, step, usual):
        """False: the connection is over."""
        what = self.answers.get(step)
        if callable(what):
            what = what(number)
        if what is CUT:
            return False
        while what in (DRIP, FLOOD):  # until the client leaves
            s.sendall(b"2" if what is DRIP else b"250-more\r\n" * 1000)
            time.sleep(0.3 if what is DRIP else 0)
        if what is HANG:
            lines.read()
            return False
        s.sendall(usual if what is None else what)
        return True

    def _talk(self, s, lines, number):
        sender, recipients = "", []
        if not self._say(s, lines, number, "greeting", b"220 fake ESMTP\r\n"):
            return
        while line := lines.readline():
            verb = line[:4].upper().decode("ascii", "replace").strip()
            if verb == "QUIT":
                s.sendall(b"221 bye\r\n")
                return
            if verb == "MAIL":
                sender, recipients = line.partition(b"<")[2].partition(b">")[0].decode(), []
            if verb == "RCPT":
                recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
            usual = {"EHLO": b"250-fake\r\n250-8BITMIME\r\n250 SIZE 10000000\r\n",
                     "DATA": b"354 go on\r\n"}.get(verb, b"250 2.0.0 fine\r\n")
            if not self._say(s, lines, number, verb, usual):
                return
            if verb == "DATA" and "DATA" not in self.answers:
                text = b""
                while (line := lines.readline()) != b".\r\n":
                    if not line:
                        return
                    text += line[1:] if line.startswith(b".") else line
                mail = Taken(sender, recipients, text, number)
                with self.moved:
                    self.taken.append(mail)
                    self.moved.notify_all()
                if not self._say(s, lines, number, "TEXT", b"250 2.0.0 queued\r\n"):
                    return
