# Makes a user namespace, with all capabilities in it: by unshare(2), clone(2) with high bits,
# and clone3(2).
NEWUSER, SIGCHLD = 0x10000000, 17


def wait(pid):
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def in_child(act):
    """The errno of an act in a process of its own, which may not come back from it."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, attempt(act).encode())
        os._exit(0)
    os.close(writer)
    result = os.read(reader, 100).decode()
    os.wait()
    return result


class CloneArguments(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in
                ("flags", "pidfd", "child", "parent", "signal", "stack", "size", "tls")]


arguments = CloneArguments(flags=NEWUSER, signal=SIGCHLD)
acts = [lambda: call("unshare", NEWUSER),
        lambda: wait(call("clone", NEWUSER | SIGCHLD, 0, 0, 0, 0)),
        lambda: wait(call("clone", 0xdead << 32 | NEWUSER | SIGCHLD, 0, 0, 0, 0)),
        lambda: wait(call("clone3", ctypes.byref(arguments), ctypes.sizeof(arguments)))]
print(" ".join(in_child(act) for act in acts))
