#!/usr/bin/env python3
"""Runs a program, and all that it starts, where stage one can lay nothing out.

    integration/without_stage_one.py PROGRAM [ARGUMENT]...

A filter refuses mount_setattr(2), as a kernel before Linux 5.12 does, so bubblewrap makes each mount itself.
Nobody leaves the filter again.
"""

import ctypes
import os
import struct
import sys

# The same on all architectures.
MOUNT_SETATTR = 442
ENOSYS = 38
# linux/prctl.h, linux/seccomp.h
SET_NO_NEW_PRIVS, SET_SECCOMP, FILTERING = 38, 22, 2
RETURN_ERRNO, RETURN_ALLOW = 0x00050000, 0x7FFF0000


def refuse():
    """Puts the filter around this process."""
    # linux/filter.h: load the number; is it that one? then the error, else let it pass.
    program = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, MOUNT_SETATTR),
        (0x06, 0, 0, RETURN_ERRNO | ENOSYS),
        (0x06, 0, 0, RETURN_ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    # Root needs no promise, and set-user-ID programs go on working.
    if os.geteuid() != 0:
        libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(SET_SECCOMP, FILTERING, ctypes.create_string_buffer(header), 0, 0):
        raise OSError(ctypes.get_errno(), "cannot load the filter")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    refuse()
    os.execvp(sys.argv[1], sys.argv[1:])
