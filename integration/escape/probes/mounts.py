# Undoes the jail's view of the file system, by the old and by the new interface. `nested` does it
# in namespaces of its own, with all capabilities there. The arguments: a mask, a read-only place.
BIND, REMOUNT, READ_ONLY, DETACH = 0x1000, 0x20, 1, 2
CLONE, AT_FDCWD = 1, -100
nested, mask, read_only = sys.argv[1] == "nested", os.fsencode(sys.argv[2]), os.fsencode(sys.argv[3])
if nested:
    uid, gid = os.getuid(), os.getgid()
    try:
        call("unshare", 0x10000000 | 0x00020000)
    except OSError as error:
        print(errno.errorcode[error.errno])
        sys.exit()
    open("/proc/self/setgroups", "w").write("deny")
    open("/proc/self/uid_map", "w").write(f"0 {uid} 1")
    open("/proc/self/gid_map", "w").write(f"0 {gid} 1")


class Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def set_writable():
    attributes = Attributes(clear=READ_ONLY)
    call("mount_setattr", AT_FDCWD, read_only, 0, ctypes.byref(attributes), 32)


acts = [lambda: call("umount2", mask, DETACH),
        lambda: call("mount", b"none", read_only, 0, BIND | REMOUNT, 0),
        set_writable,
        # Without what is mounted on it.
        lambda: call("open_tree", AT_FDCWD, os.path.dirname(mask), CLONE),
        lambda: call("mount", b"proc", b"/tmp", b"proc", 0, 0),
        lambda: call("fsopen", b"tmpfs", 0),
        lambda: call("pivot_root", b"/tmp", b"/tmp"),
        lambda: os.chroot("/tmp")]
print(" ".join(attempt(act) for act in acts))
