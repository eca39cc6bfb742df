# Looks for what the host shares: a file of /dev/shm, a System V segment, a message queue.
import time

name, segment, queue = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
IPC_STAT = 2


def attach():
    libc.shmat.restype = ctypes.c_void_p
    if libc.shmat(segment, None, 0o10000) == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "shmat")


def open_queue():
    descriptor = ctypes.CDLL("librt.so.1", use_errno=True).mq_open(queue, os.O_RDWR)
    if descriptor == -1:
        raise OSError(ctypes.get_errno(), "mq_open")


acts = [lambda: os.close(os.open(name, os.O_RDONLY)), attach, open_queue]
print(" ".join(attempt(act) for act in acts))
