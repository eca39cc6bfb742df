# Types into the terminal at descriptor 0, and pastes into a console: TIOCSTI and TIOCLINUX, each
# also with bits set that the kernel does not look at.
import fcntl

HIGH = 0xdead << 32
STI, LINUX = 0x5412, 0x541c
byte, paste = ctypes.create_string_buffer(b"#"), ctypes.create_string_buffer(b"\x03")
try:
    terminal = os.open("/dev/tty", os.O_RDWR)
except OSError as error:
    print("result:", errno.errorcode[error.errno])
    sys.exit()
acts = [lambda: call("ioctl", terminal, STI, byte), lambda: call("ioctl", terminal, HIGH | STI, byte),
        lambda: call("ioctl", terminal, LINUX, paste),
        lambda: call("ioctl", terminal, HIGH | LINUX, paste)]
print("result:", " ".join(attempt(act) for act in acts))
