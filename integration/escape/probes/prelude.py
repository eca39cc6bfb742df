import ctypes, errno, os, socket, sys

libc = ctypes.CDLL(None, use_errno=True)

# name: (x86-64, arm64); from 424 on both are the same.
NUMBERS = {
    "ioctl": (16, 29), "clone": (56, 220), "ptrace": (101, 117), "pivot_root": (155, 41),
    "mount": (165, 40), "umount2": (166, 39), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "unshare": (272, 97), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "setns": (308, 268), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_send_signal": (424, 424), "io_uring_setup": (425, 425),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "pidfd_open": (434, 434), "clone3": (435, 435), "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
}


def call(name, *arguments):
    """A raw system call; numbers are words of the machine."""
    number = NUMBERS[name][os.uname().machine == "aarch64"]
    words = [ctypes.c_ulong(word & (2**64 - 1)) if isinstance(word, int) else word
             for word in arguments]
    result = libc.syscall(ctypes.c_long(number), *words)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def attempt(act):
    """What came of an act: "ok", or the name of its error."""
    try:
        result = act()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return result if isinstance(result, str) else "ok"
