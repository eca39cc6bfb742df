# Logs in to a message bus, as every program of the session can: its path or @name.
def log_in():
    address = sys.argv[1]
    with socket.socket(socket.AF_UNIX) as bus:
        bus.settimeout(10)
        bus.connect("\0" + address[1:] if address.startswith("@") else address)
        identity = str(os.getuid()).encode().hex()
        bus.sendall(f"\0AUTH EXTERNAL {identity}\r\n".encode())
        return bus.recv(100).split()[0].decode()


print(attempt(log_in), os.environ.get("DBUS_SESSION_BUS_ADDRESS", "no address"))
