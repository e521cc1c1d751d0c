"""Every page and form with each statement of the database failing in turn, as on a full disk (tests/fault_server.c).
Without this a swallowed fault would show a page that is wrong, or say that something was kept that was not.

Run with the binary "faulty" (tools/check: "faults of the database"); the pages and the newsroom are those of
test_desk_roles.
"""

import http.client
import mmap
import os
import struct

import pytest

from conftest import BINARY, PATH, run
from test_desk_roles import GETS, KEEP, POSTS, answer_of, room as _room  # noqa: F401

SIZE = 256  # of what the server shares
MOST = 3000  # statements of one request


class Faults:
    def __init__(self, path):
        with open(path, "wb") as f:
            f.write(bytes(SIZE))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), SIZE)

    def arm(self, at):
        self.map[:] = struct.pack("ii", at, 0).ljust(SIZE, b"\0")

    def struck(self):
        """The statement that failed; empty: none did."""
        _, struck, sql = struct.unpack(f"ii{SIZE - 8}s", self.map[:])
        self.map[:] = bytes(SIZE)
        return sql.rstrip(b"\0").decode() if struck else ""


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    assert os.path.basename(BINARY) == "faulty", "the tests of faults need the binary of that name"
    path = str(tmp_path_factory.mktemp("faults") / "faults")
    faults = Faults(path)
    os.environ["FAULTS"] = path
    yield faults
    del os.environ["FAULTS"]


@pytest.fixture(scope="module")
def room(faults, _room):
    return _room


def told(ask):
    """Whether a request said that it failed: by its status, or by breaking off what it was sending."""
    try:
        return ask().status >= 500
    except (http.client.HTTPException, ConnectionError):
        return True


def sweep(faults, ask, where):
    """Fails each statement in turn. Another thread may meet the fault: only what is silent three times was swallowed."""
    at = 1
    while at < MOST:
        silent = 0
        while silent < 3:
            faults.arm(at)
            failed = told(ask)
            struck = faults.struck()
            if failed or not struck:
                break
            silent += 1
        assert silent < 3, f"{where}: statement {at} failed, and nothing was said: {struck}"
        if not struck:
            assert not failed, f"{where}: failed by itself"
            return at - 1
        at += 1
    raise AssertionError(f"{where}: more than {MOST} statements")


@pytest.mark.parametrize("path", sorted(GETS))
def test_a_desk_page_says_that_it_cannot_be_shown(room, faults, path):
    address = path.format(**room.ids)
    assert sweep(faults, lambda: room.owner.get(address), address) > 0
