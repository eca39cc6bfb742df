# Takes a lease on a file: whoever opens it for writing has to wait until the kernel breaks the lease.
import fcntl

file = os.open(sys.argv[1], os.O_RDONLY)
print(attempt(lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK) or None))
