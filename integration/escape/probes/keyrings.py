# Looks for a key called `ai-jail-escape` in the keyrings of the session and of the user;
# `plant COMMAND…` puts one there first, in a session keyring of its own.
JOIN, SEARCH, READ = 1, 10, 11
SESSION, USER, USER_SESSION = -3, -4, -5


def read(ring):
    key = call("keyctl", SEARCH, ring, b"user", b"ai-jail-escape", 0)
    buffer = ctypes.create_string_buffer(16)
    size = call("keyctl", READ, key, buffer, 16)
    return buffer.raw[:size].decode()


if sys.argv[1:2] == ["plant"]:
    call("keyctl", JOIN, 0)
    for ring in SESSION, USER:
        call("add_key", b"user", b"ai-jail-escape", b"secret", 6, ring)
    os.execvp(sys.argv[2], sys.argv[2:])
print(" ".join(attempt(lambda: read(ring)) for ring in (SESSION, USER, USER_SESSION)))
