# Ways out by the network: TCP and UDP to servers of the host, TCP and UDP to anywhere, ICMP, a
# packet socket, and the interfaces that netlink tells of.
import select

tcp, udp = int(sys.argv[1]), int(sys.argv[2])
NOWHERE = "192.0.2.1"  # for documentation: no answer ever comes


def stream(address):
    with socket.socket() as client:
        client.setblocking(False)
        result = client.connect_ex(address)
        if result not in (0, errno.EINPROGRESS):
            raise OSError(result, "connect")
        if result == errno.EINPROGRESS and address[0] != NOWHERE:
            select.select([], [client], [], 10)
            result = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if result:
                raise OSError(result, "connect")


def datagram(address):
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect(address)
        client.send(b"hello")
        if address[0] != NOWHERE:
            client.recv(10)


def ping():
    with socket.socket(type=socket.SOCK_DGRAM, proto=socket.IPPROTO_ICMP) as client:
        client.sendto(b"\x08\0\0\0\0\0\0\0", (NOWHERE, 0))


acts = [lambda: stream(("127.0.0.1", tcp)), lambda: datagram(("127.0.0.1", udp)),
        lambda: stream((NOWHERE, 443)), lambda: datagram((NOWHERE, 53)), ping,
        lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()]
print(" ".join(attempt(act) for act in acts),
      attempt(lambda: ",".join(name for _, name in socket.if_nameindex())))
