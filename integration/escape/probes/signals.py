# Sends a signal to a process by each of the calls that can.
pid, signal = int(sys.argv[1]), int(sys.argv[2])


def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "signal")


acts = [lambda: os.kill(pid, signal), lambda: os.killpg(pid, signal),
        lambda: checked(libc.tgkill(pid, pid, signal)),
        lambda: checked(libc.sigqueue(pid, signal, ctypes.c_void_p(0))),
        lambda: call("pidfd_send_signal", call("pidfd_open", pid, 0), signal, 0, 0)]
print(" ".join(attempt(act) for act in acts))
