# Speaks to a server of the host: `stream` or `datagram`, and its path or @name.
def connect():
    kind, address = sys.argv[1:3]
    if address.startswith("@"):
        address = "\0" + address[1:]
    if kind == "stream":
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(address)
            return client.recv(100).decode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.sendto(b"from the jail", address)


print(attempt(connect))
