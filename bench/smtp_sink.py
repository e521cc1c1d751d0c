#!/usr/bin/python3
"""An SMTP server that takes everything and keeps nothing: prints its port, and when its input ends, one line:
mails taken, seconds from the first to the last, most connections at a time, different recipients."""

import asyncio
import sys
import time


class Sink(asyncio.Protocol):
    count, first, last, open_now, open_most = 0, 0.0, 0.0, 0, 0
    recipients = set()

    def connection_made(self, transport):
        Sink.open_now += 1
        Sink.open_most = max(Sink.open_most, Sink.open_now)
        self.transport, self.held, self.text = transport, b"", False
        transport.write(b"220 sink\r\n")

    def connection_lost(self, exc):
        Sink.open_now -= 1

    def data_received(self, data):
        self.held += data
        while True:
            head, end, rest = self.held.partition(b"\r\n.\r\n" if self.text else b"\r\n")
            if not end:
                return
            self.held = rest
            if self.text:
                self.taken()
            else:
                self.command(head)

    def taken(self):
        now = time.monotonic()
        Sink.first = Sink.first or now
        Sink.last = now
        Sink.count += 1
        self.text = False
        self.transport.write(b"250 2.0.0 taken\r\n")

    def command(self, line):
        verb = line[:4].upper()
        if verb == b"RCPT":
            Sink.recipients.add(line)
        self.text = verb == b"DATA"
        self.transport.write({b"DATA": b"354 go on\r\n", b"EHLO": b"250-sink\r\n250 8BITMIME\r\n"}.get(verb, b"250 fine\r\n"))
        if verb == b"QUIT":
            self.transport.close()


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(Sink.count, Sink.last - Sink.first, Sink.open_most, len(Sink.recipients), flush=True)
    server.close()


asyncio.run(main())
