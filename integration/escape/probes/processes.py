# Reads and takes over another process: `sibling`, or its number. Prints what ptrace(2),
# process_vm_readv(2), process_vm_writev(2), pidfd_getfd(2) and /proc/PID/mem give.
import time

ATTACH, DETACH = 16, 17


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


word = ctypes.create_string_buffer(8)
pid = int(sys.argv[1]) if sys.argv[1] != "sibling" else os.fork()
if pid == 0:
    time.sleep(60)
    os._exit(0)


def attach():
    call("ptrace", ATTACH, pid, 0, 0)
    os.waitpid(pid, 0x40000000)
    call("ptrace", DETACH, pid, 0, 0)


def memory(name):
    # An address that nobody has: EFAULT says that only the address was wrong.
    local = Vector(ctypes.addressof(word), 8)
    remote = Vector(8, 8)
    try:
        call(name, pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise


def descriptor():
    os.close(call("pidfd_getfd", call("pidfd_open", pid, 0), 0, 0))


acts = [attach, lambda: memory("process_vm_readv"), lambda: memory("process_vm_writev"),
        descriptor, lambda: os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))]
print(" ".join(attempt(act) for act in acts))
if sys.argv[1] == "sibling":
    os.kill(pid, 9)
