# Ways round a filtered network: servers of the host's loopback in several spellings, its abstract
# and UDP sockets, a metadata service, other resolvers, routes, other namespaces, raw sockets.
import struct

tcp, udp, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


def talk(host, port=tcp):
    with socket.create_connection((host, port), 10) as client:
        client.sendall(b"hello")
        client.shutdown(socket.SHUT_WR)
        return "ok" if client.recv(10) == b"hello" else "closed"


def abstract():
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + name)


def datagram(host, port):
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.connect((host, port))
        client.send(b"hello")
        client.recv(10)


def take_route_away():
    # RTM_DELROUTE of the default route in the table `local`, rtnetlink(7).
    body = struct.pack("=BBBBBBBBI", socket.AF_INET, 0, 0, 0, 255, 0, 0, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(struct.pack("=IHHII", 16 + len(body), 25, 5, 1, 0) + body)
        failed = -struct.unpack_from("=i", kernel.recv(4096), 16)[0]
        if failed:
            raise OSError(failed, "route")


def enter():
    with open("/proc/1/ns/net") as other:
        call("setns", other.fileno(), 0)


acts = [lambda: talk("127.0.0.1"), lambda: talk("::ffff:127.0.0.1"), lambda: talk("2130706433"),
        lambda: talk("0x7f.1"), abstract, lambda: datagram("127.0.0.1", udp),
        lambda: talk("169.254.169.254", 80), lambda: datagram("9.9.9.9", 53), take_route_away, enter,
        lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()]
print(" ".join(attempt(act) for act in acts))
