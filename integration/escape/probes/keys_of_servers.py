# Reads the port and the key of a server from a file, and has it run something.
def use():
    with open(sys.argv[1]) as file:
        words = file.read().split()
    if len(words) != 2:
        return "no key"
    with socket.create_connection(("127.0.0.1", int(words[0])), 10) as server:
        server.sendall(words[1].encode() + b"\n")
        return server.recv(100).decode()


print(attempt(use))
