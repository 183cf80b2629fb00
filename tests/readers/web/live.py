"""A session as a presenter has it, recorded live: keys, beats, another size, the end. usage: live.py SIMMER FILE SCENE"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

SIMMER, FILE, SCENE = sys.argv[1:4]
LIMIT = 10  # seconds


def resize(terminal, cols, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def wait_for(terminal, words):
    seen = b""
    while words not in seen:
        if not select.select([terminal], [], [], LIMIT)[0]:
            sys.exit(f"live.py: no {words!r} in {seen[-500:]!r}")
        seen += os.read(terminal, 65536)


def drain(terminal):
    while True:
        try:
            if not os.read(terminal, 65536):
                return
        except OSError:
            return


pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
    signal.alarm(60)
    os.execv(SIMMER, [SIMMER, "--record", FILE, "--force", "--keys", SCENE])
resize(terminal, 80, 24)
wait_for(terminal, b"quit")
for keys, words in ((b"]", "◆".encode()), (b"l", b"["), (b"]", b"["), (b"?", b"["), (b"\x1b", b"[")):
    os.write(terminal, keys)
    wait_for(terminal, words)
resize(terminal, 100, 30)
wait_for(terminal, b"\x1b")
os.write(terminal, b"]")
wait_for(terminal, b"\x1b")
os.write(terminal, b"Gq")
drain(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
