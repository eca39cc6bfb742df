# Reads a directory through each of these inherited descriptors.
def read(number):
    os.listdir(f"/proc/self/fd/{number}")
    with open(f"/proc/self/fd/{number}/secret") as secret:
        secret.read()


print(" ".join(attempt(lambda: read(number)) for number in sys.argv[1:]))
