# Opens a socket of each netlink protocol; prints the error of each, or "ok", by number.
import socket


def open_protocol(number):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, number):
        pass


print(" ".join(f"{number}={attempt(lambda: open_protocol(number))}" for number in range(23)))
