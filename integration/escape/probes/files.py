# Acts on names: `verb path [path]` for each argument group, separated by `--`.
VERBS = {
    "rename": os.rename, "link": os.link, "symlink": os.symlink, "unlink": os.unlink,
    "rmdir": os.rmdir, "read": lambda path: open(path, "rb").read(1) and None,
    "write": lambda path: os.close(os.open(path, os.O_WRONLY)),
    "append": lambda path: os.close(os.open(path, os.O_WRONLY | os.O_APPEND)),
    "truncate": lambda path: os.truncate(path, 0),
    "create": lambda path: os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)),
    "list": lambda path: os.listdir(path) and None, "chmod": lambda path: os.chmod(path, 0o777),
    "times": lambda path: os.utime(path), "mkdir": os.mkdir,
    "exchange": lambda old, new: exchange(old, new),
}


def exchange(old, new):
    if libc.renameat2(-100, old.encode(), -100, new.encode(), 2) == -1:
        raise OSError(ctypes.get_errno(), "renameat2")


acts = [[]]
for word in sys.argv[1:]:
    if word == "--":
        acts.append([])
    else:
        acts[-1].append(word)
print(" ".join(attempt(lambda: VERBS[verb](*paths)) for verb, *paths in acts))
