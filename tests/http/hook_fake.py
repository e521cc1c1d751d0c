"""A receiver of webhooks for tests: keeps what it is sent, and misbehaves as it is told.

`answer` is called with the number of the request (from 1) and the request, and returns bytes to send, a
status, HANG (say nothing until the client leaves), CUT (close at once), or a function that is given the
socket."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time

HANG = object()
CUT = object()


class Sent:
    """One request as it came."""

    def __init__(self, line, headers, body):
        self.line, self.headers, self.body = line, headers, body
        self.at = time.time()

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def json(self):
        return json.loads(self.body)

    def signed_by(self, secret):
        """By the specification's own words, not by our code."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


def status_line(status):
    return f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


class Receiver:
    def __init__(self, answer=lambda n, sent: 204, port=0):
        self.answer = answer
        self.sent = []
        self.connections = 0
        self.moved = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.stopped = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            stream = client.makefile("rb")
            line = stream.readline().decode().strip()
            headers = {}
            while (header := stream.readline().decode().strip()):
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            if not line:
                return
            sent = Sent(line, headers, stream.read(int(headers.get("content-length", 0))))
            with self.moved:
                self.sent.append(sent)
                number = len(self.sent)
                self.moved.notify_all()
            answer = self.answer(number, sent)
            try:
                if answer is HANG:
                    client.recv(1)
                elif callable(answer):
                    answer(client)
                elif answer is not CUT:
                    client.sendall(status_line(answer) if isinstance(answer, int) else answer)
            except OSError:
                pass  # the client has left

    def wait(self, count, seconds=60):
        end = time.monotonic() + seconds
        with self.moved:
            while len(self.sent) < count:
                assert self.moved.wait(end - time.monotonic()), f"{len(self.sent)} of {count} requests came"
            return list(self.sent)

    def stop(self):
        self.listener.close()
