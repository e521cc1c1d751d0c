"""Puts a data folder into the state a power cut would have left: see shim.c."""

import os
import struct

RECORD = struct.Struct("=IIIIqq")
MAGIC = 0x44495552


def _records(log):
    at = 0
    while at + RECORD.size <= len(log):
        magic, kind, path_length, old_length, offset, old_size = RECORD.unpack_from(log, at)
        assert magic == MAGIC, "the undo log is damaged"
        at += RECORD.size
        path = log[at:at + path_length].decode()
        at += path_length
        if at + old_length > len(log):
            return  # the last record was cut; its write did not happen
        yield chr(kind), path, offset, log[at:at + old_length], old_size
        at += old_length


def power_cut(undo_path):
    """Undoes all that was written and not synced; returns how many writes that were."""
    with open(undo_path, "rb") as f:
        records = list(_records(f.read()))
    synced = {}
    for i, (kind, path, *_rest) in enumerate(records):
        if kind == "s":
            synced[path] = i
    undone = 0
    for i in range(len(records) - 1, -1, -1):
        kind, path, offset, old, old_size = records[i]
        if kind == "s" or i < synced.get(path, -1) or not os.path.exists(path):
            continue
        with open(path, "r+b") as f:
            f.truncate(max(old_size, 0))
            f.seek(offset)
            f.write(old)
            f.truncate(old_size)
        undone += 1
    os.unlink(undo_path)
    return undone
