"""Runs processes and counts the writes of all of them, in the order in which they happen; the power goes before one of them."""

import os
import signal

import linux

OPTIONS = (linux.O_TRACEFORK | linux.O_TRACEVFORK | linux.O_TRACECLONE | linux.O_TRACEEXEC | linux.O_TRACESECCOMP
           | linux.O_EXITKILL)


class Cut(Exception):
    """The moment has come; the text says before which call."""


class Tracer:
    def __init__(self, root):
        self.root = root
        self.writes = 0  # since count_from_here
        self.last, self.repeated = None, 0
        self.cut_at = None  # before which write
        self.counting = False
        self.known = set()

    def count_from_here(self, cut_at=None):
        self.writes, self.cut_at, self.counting = 0, cut_at, True

    def run(self, argv, log, environment):
        """Runs it in the machine's root until it ends: its exit status. What it leaves behind goes on only within run."""
        child = os.fork()
        if child == 0:
            become(self.root, argv, log, environment, traced=True)
        self._adopt(child)
        while True:
            pid, status = os.waitpid(-1, linux.WALL)
            if not os.WIFSTOPPED(status):
                self.known.discard(pid)
                if pid == child:
                    return os.waitstatus_to_exitcode(status)
                continue
            self._stopped(pid, status)

    def _adopt(self, child):
        os.waitpid(child, 0)  # its own SIGSTOP
        linux.ptrace(linux.SETOPTIONS, child, OPTIONS)
        self.known.add(child)
        linux.ptrace(linux.CONT, child)

    def _stopped(self, pid, status):
        event, sent = status >> 16, os.WSTOPSIG(status)
        if event == linux.EVENT_SECCOMP:
            self._before_write(pid)
        # a new one is stopped once, and that is not for it to see
        new = pid not in self.known
        self.known.add(pid)
        if event or (new and sent == signal.SIGSTOP):
            sent = 0
        try:
            linux.ptrace(linux.CONT, pid, sent)
        except ProcessLookupError:
            self.known.discard(pid)

    def _before_write(self, pid):
        if not self.counting:
            return
        try:
            number, first = linux.call_of(pid)
        except ProcessLookupError:
            return
        what = linux.NAMES[number]
        if number in linux.FIRST_IS_FD:
            into = self._behind(pid, first)
            if into is None:
                return
            what += f" to {into}"
        if self._again((pid, what)):
            return
        self.writes += 1
        if self.writes == self.cut_at:
            raise Cut(f"before write {self.writes}, {what} by {name_of(pid)}")

    def _again(self, write):
        """Of many in a row to the same file one in sixteen counts: the megabytes of a program are all alike."""
        self.repeated = self.repeated + 1 if write == self.last else 0
        self.last = write
        return self.repeated % 16 != 0

    def _behind(self, pid, descriptor):
        """What a descriptor leads to, if that is part of the machine: its disk, or its kernel by a socket."""
        try:
            path = os.readlink(f"/proc/{pid}/fd/{descriptor & 0xFFFFFFFF}")
        except OSError:
            return None
        if path.startswith("socket:"):
            return "a socket"
        within = path.removeprefix(self.root)
        return within if within != path and not within.startswith("/dev/") else None


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return str(pid)


def become(root, argv, log, environment, traced=False):
    """In a new process: the program, in that root."""
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.chroot(root)
        os.chdir("/")
        if traced:
            linux.ptrace(linux.TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            linux.stop_before_writes()
        os.execve(argv[0], argv, environment)
    except OSError as error:
        os.write(log, f"{argv}: {error}\n".encode())
    finally:
        os._exit(127)
