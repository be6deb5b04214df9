"""A machine that may lose its power: a disk that stays, and namespaces, /run and /tmp that end with its processes."""

import array
import json
import os
import signal
import socket
import subprocess
import threading

import facts
import linux
from facts import ARP, CONF, ip, write
from tracer import Tracer, become

HERE = os.path.dirname(os.path.abspath(__file__))
NAMESPACES = (linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC | linux.CLONE_NEWPID | linux.CLONE_NEWNET)
ENDING = threading.RLock()  # of the thread that ends the machine; no other comes to it
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root",
               "DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb"}


def power_on(disk, life):
    """Runs `life(machine)` as the first process of a new machine with that disk; when it ends, however it does, the machine
    is gone. What it returned, or raised, comes back."""
    reading, writing = os.pipe()
    outer = os.fork()
    if outer == 0:
        os.close(reading)
        linux.unshare(NAMESPACES)
        init = os.fork()
        if init == 0:
            _live(disk, life, writing)  # never comes back
        os.close(writing)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(init, 0)[1]) & 0xFF)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    os.waitpid(outer, 0)
    if not text:
        raise RuntimeError(f"a machine of {disk.path} ended without a word")
    result = json.loads(text)
    if "raised" in result:
        raise RuntimeError(result["raised"])
    return result["result"]


def _live(disk, life, writing):
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        answer = {"result": life(Machine(disk, writing))}
    except BaseException as error:  # pylint: disable=broad-except
        answer = {"raised": f"{type(error).__name__}: {error}"}
    _off(writing, answer)


def _off(writing, answer):
    ENDING.acquire()
    os.write(writing, json.dumps(answer).encode())
    os._exit(0)  # and with its first process the kernel ends all others of the namespace


class Machine:
    def __init__(self, disk, told):
        self.told, self.disk = told, disk
        linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
        self.root = disk.mount()
        self.log = os.open(os.path.join(disk.path, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.tracer = Tracer(self.root)
        self._mounts(disk.packages)
        self._network()
        self._ready_messages()
        self.before = None

    def cut_after(self, seconds, result):
        """The power goes by the clock, whatever is under way then."""
        timer = threading.Timer(seconds, lambda: _off(self.told, {"result": result | self.power_lost()}))
        timer.daemon = True
        timer.start()

    def power_lost(self):
        """How much of the disk is lost; nothing happens afterwards but the end."""
        ENDING.acquire()
        return {"lost": self.disk.power_lost()}

    def say(self, text):
        os.write(self.log, f"--- {text}\n".encode())

    def run(self, *argv, timeout=60):
        """A command in the machine: exit status and all that it said."""
        done = subprocess.run(["chroot", self.root, *argv], capture_output=True, text=True, env=ENVIRONMENT,
                              stdin=subprocess.DEVNULL, timeout=timeout, check=False)
        return done.returncode, done.stdout + done.stderr

    def boot(self):
        """Starts what is enabled."""
        return self.run("/usr/bin/systemctl", "boot", timeout=120)

    def traced(self, script):
        """A script in the machine, stopped before each write; its status. Raises `Cut`."""
        return self.tracer.run(["/bin/bash", "-c", script], self.log, ENVIRONMENT)

    def plain(self, script):
        """The same without a tracer."""
        child = os.fork()
        if child == 0:
            become(self.root, ["/bin/bash", "-c", script], self.log, ENVIRONMENT)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def kill_all(self):
        """Every process but this one ends at once; kernel, disk and /run stay."""
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass  # there is none
        try:
            while True:
                os.waitpid(-1, linux.WALL)
        except ChildProcessError:
            pass
        for name in os.listdir(self.root + "/run/cuts"):
            if name.startswith(("pid-", "job-", "ready-")):
                os.unlink(f"{self.root}/run/cuts/{name}")

    def unit_log(self, unit):
        """The last lines that a unit's process wrote."""
        try:
            with open(f"{self.root}/run/cuts/log-{unit}", errors="replace") as log:
                return log.readlines()[-12:]
        except FileNotFoundError:
            return []

    @staticmethod
    def kernel():
        return facts.kernel()

    def _mounts(self, packages):
        root = self.root
        linux.mount(packages, root + "/mnt", None, linux.MS_BIND)
        linux.mount("proc", "/proc", "proc")
        linux.mount("/proc", root + "/proc", None, linux.MS_BIND)
        linux.mount("sys", root + "/sys", "sysfs")
        for name in ("run", "tmp", "dev"):
            linux.mount(name, f"{root}/{name}", "tmpfs", 0, "mode=1777" if name == "tmp" else "mode=755")
        for name in DEVICES:
            open(f"{root}/dev/{name}", "w").close()
            linux.mount(f"/dev/{name}", f"{root}/dev/{name}", None, linux.MS_BIND)
        os.symlink("/proc/self/fd", root + "/dev/fd")
        os.makedirs(root + "/run/cuts")
        os.makedirs(root + "/run/systemd/system")  # sd_booted(3)
        open(root + "/run/cuts/systemctl", "w").close()
        linux.mount(root + "/usr/bin/systemctl", root + "/run/cuts/systemctl", None, linux.MS_BIND)
        linux.mount(HERE + "/systemctl", root + "/usr/bin/systemctl", None, linux.MS_BIND)

    def _network(self):
        for name in ("all", "default", "lo"):
            for key in ARP:
                write(f"{CONF}/{name}/{key}", "0")
        ip("-batch", "-", text="link add eth0 type veth peer name switch\nlink set lo up\nlink set eth0 up\n"
                               "link set switch up\naddr add 192.168.100.8/24 dev eth0\n")
        self.web = socket.create_server(("0.0.0.0", 80), backlog=64)

    def _ready_messages(self):
        """Type=notify: READY=1 of a process becomes a file that the unit's start waits for."""
        messages = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        messages.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        messages.bind(self.root + "/run/notify")
        os.chmod(self.root + "/run/notify", 0o777)

        def listen():
            while True:
                data, extra, _, _ = messages.recvmsg(4096, socket.CMSG_SPACE(12))
                if b"READY=1" in data.split(b"\n") and extra:
                    pid = array.array("i", extra[0][2])[0]
                    open(f"{self.root}/run/cuts/ready-{pid}", "w").close()

        threading.Thread(target=listen, daemon=True).start()
