"""Turns itself into a command that cannot outlive the process that started it.

    shim.py PARENT DEATH_SIGNAL IDENTITY COMMAND [ARGUMENT…]

PARENT is the starter's process id, DEATH_SIGNAL the number of the signal to get when it dies. IDENTITY is ``same``,
``UID:GID``, or ``nobody-inside``: a user namespace where root is seen as nobody, for a server that refuses to run as
root from a folder that is closed to everybody else.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel to signal this process when its parent dies; leave at once if that has already happened."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit(f"process {parent} ended before its child could start")


def take_identity(identity: str) -> None:
    """Become the user that IDENTITY names. Raises OSError when this process may not."""
    if identity == "same":
        return
    if identity == "nobody-inside":
        uid, gid = os.getuid(), os.getgid()
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
            error = ctypes.get_errno()
            raise OSError(error, f"no user namespace: {os.strerror(error)}")
        for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        return
    uid, gid = map(int, identity.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(parent: str, death_signal: str, identity: str, *command: str) -> None:
    take_identity(identity)
    die_with_parent(int(parent), int(death_signal))  # after the identity: changing it clears the request
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)  # a shell starts background jobs with SIGINT ignored
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OSError as error:
        sys.exit(f"could not start {sys.argv[4]}: {error}")
