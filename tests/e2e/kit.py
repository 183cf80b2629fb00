"""A real terminal to test in: tmux with a shell, keys in and the screen back.

Each function of a test file whose name begins with `it_` is a test; its name is the fact. A test
yields its Terminal once, so that it is closed whatever happens.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

SIMMER = os.path.realpath(sys.argv[1])
REPO = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SCENES = os.path.join(REPO, "scenes")
PROMPT = "ready> "


class Failed(Exception):
    pass


class Terminal:
    """One tmux server with one window; closed at the end whatever happened."""

    count = 0

    def __init__(self, cols=100, rows=30, term="xterm-256color", lang="C.UTF-8"):
        # A server of its own each time: the last one may still be closing.
        Terminal.count += 1
        self.socket = f"simmer-e2e-{os.getpid()}-{Terminal.count}"
        self.folder = tempfile.mkdtemp(prefix="simmer-e2e-")
        environment = {
            "PATH": os.environ["PATH"], "HOME": self.folder, "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8", "TMPDIR": self.folder,
        }
        shell = f"env TERM={term} LC_ALL={lang} PS1='{PROMPT}' bash --norc --noprofile -i"
        subprocess.run(
            ["tmux", "-f", "/dev/null", "-L", self.socket, "new-session", "-d", "-x", str(cols),
             "-y", str(rows), "-c", self.folder, shell],
            env=environment, check=True)
        self.tmux("set", "-g", "status", "off")
        self.resize(cols, rows)
        self.wait_for(PROMPT.strip())

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-L", self.socket, *arguments], capture_output=True, text=True)
        return done.stdout

    def close(self):
        self.tmux("kill-server")
        # What ran in the terminal may be about to leave something there.
        for _ in range(10):
            if subprocess.run(["rm", "-rf", self.folder], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)

    def resize(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.press("Enter")

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def wait_for(self, text, seconds=10.0, gone=False):
        """Wait until `text` (a regular expression) is on the screen, or gone from it; how long it took."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            if bool(re.search(text, self.screen())) != gone:
                return time.monotonic() - begin
            time.sleep(0.01)
        raise Failed(f"{'still' if gone else 'no'} {text!r} on the screen:\n{self.screen()}")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def wait_for_the_end(self):
        """Wait until the scene is on the screen and has run to its end."""
        self.wait_for("timeline")
        self.wait_for("still running", gone=True)

    def pid(self):
        pane = self.tmux("display", "-p", "#{pane_pid}").strip()
        with open(f"/proc/{pane}/task/{pane}/children", encoding="utf-8") as file:
            children = file.read().split()
        # The shell itself may be a child of env.
        for pid in children:
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                if file.read().strip() == "simmer":
                    return int(pid)
        raise Failed("simmer does not run")

    def is_given_back(self, status=None):
        """The shell has the terminal again: its modes, its screen, its cursor."""
        self.wait_for(re.escape(PROMPT.strip()) + r"\s*$")
        self.type("echo status=$?; stty -a")
        if status is not None:
            self.wait_for(f"status={status}\\b")
        self.wait_for(r"(?<!-)icanon")
        self.wait_for(r"(?<!-)echo\b")
        if self.tmux("display", "-p", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}").strip() != "001":
            raise Failed("the other screen, the mouse or the cursor was not given back")


class Skipped(Exception):
    """What is not there to test with."""


def run_tests(tests):
    """Run the tests among `tests` (the globals of a file), or those that the command line names."""
    if not os.access(SIMMER, os.X_OK):
        sys.exit(f"e2e: there is no {SIMMER}")
    chosen = sys.argv[2:]
    passed, failed = 0, 0
    for name, test in list(tests.items()):
        if not name.startswith("it_") or chosen and not any(word in name for word in chosen):
            continue
        run = test()
        terminal = None
        try:
            terminal = next(run)
            for _ in run:
                pass
            passed += 1
        except Skipped as why:
            print(f"e2e: {name}: skipped ({why})")
        except Failed as failure:
            failed += 1
            print(f"e2e: {name}: {failure}")
        finally:
            if terminal:
                terminal.close()
    print(f"e2e: {passed + failed} tests, {failed} failed")
    return 1 if failed else 0
