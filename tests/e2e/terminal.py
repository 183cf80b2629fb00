"""simmer in a real terminal: drives it with keys in tmux and reads the screen back.

usage: terminal.py SIMMER [NAME...]
"""
import os
import re
import signal
import sys
import time

from kit import Failed, PROMPT, SCENES, SIMMER, Terminal, run_tests

ONE_COOK = f"{SIMMER} {SCENES}/one_cook.py"


def it_shows_a_scene_paused_at_its_beginning_and_steps_through_it():
    t = Terminal()
    yield t
    t.type(ONE_COOK)
    t.wait_for_the_end()
    t.wait_for("paused")
    t.wait_for("one_cook.py")
    t.wait_for("timeline")
    t.wait_for("q quit")
    t.press("]")
    t.wait_for("◆ 1/")
    first = t.screen()
    t.press("Right", "Right", "Right")
    t.wait_for(re.escape(first.splitlines()[0]), gone=True)
    t.press("Left", "Left", "Left")
    t.wait_for(re.escape(first.splitlines()[0]))
    time.sleep(0.1)
    if t.screen() != first:
        raise Failed(f"three steps there and back show something else:\n{t.screen()}")
    t.press("End")
    t.wait_for("has ended|exit status")
    t.press("q")
    t.is_given_back(0)


def it_opens_the_gallery_and_comes_back_to_it():
    t = Terminal()
    yield t
    t.type(SIMMER)
    t.wait_for("one_cook")
    t.press("Enter")
    t.wait_for("timeline")
    t.press("Escape")
    t.wait_for("enter open")
    t.press("j", "Enter")
    t.wait_for("timeline")
    t.press("q")
    t.is_given_back(0)


def it_takes_a_scene_from_a_pipe_and_keys_from_the_terminal():
    t = Terminal()
    yield t
    path = t.write("piped.py", '"""Through a pipe"""\nprint("come through")\n')
    t.type(f"cat {path} | {SIMMER} -")
    t.wait_for("Through a pipe")
    t.press("End")
    t.wait_for("come through")
    t.press("q")
    t.is_given_back(0)


def it_answers_keys_while_a_scene_spins():
    t = Terminal()
    yield t
    path = t.write("spin.py", "import asyncio\n\n\nasync def main():\n    while True:\n        pass\n\n\n"
                              "asyncio.run(main())\n")
    t.type(f"{SIMMER} --max-events=1000000000 {path}")
    t.wait_for("still running")
    t.press("?")
    took = t.wait_for("one step forward", 2)
    if took > 0.5:
        raise Failed(f"the help came after {took:.2f} s")
    t.press("x", "End")
    t.wait_for("live")
    t.press("q")
    t.is_given_back(0)


def it_answers_keys_while_a_scene_floods_its_output():
    t = Terminal()
    yield t
    path = t.write("flood.py", "import asyncio\n\n\nasync def main():\n    n = 0\n    while True:\n"
                               "        print('line', n)\n        n += 1\n\n\nasyncio.run(main())\n")
    t.type(f"{SIMMER} --max-events=1000000000 {path}")
    t.wait_for("timeline")
    t.press("End")
    t.wait_for("line [0-9]+")
    t.press("?")
    t.wait_for("one step forward", 2)
    t.press("q", "q")
    t.is_given_back(0)


LIVE = """
import asyncio


async def dish(name, minutes):
    print(name, "is on the stove")
    await asyncio.sleep(minutes)


async def main():
    await asyncio.gather(dish("soup", 0.3), dish("rice", 600))


asyncio.run(main())
"""


def clock(t):
    """The clock in the title bar, in seconds."""
    found = re.search(r" t +([0-9.]+) s", t.screen().splitlines()[0])
    if not found:
        raise Failed(f"no clock on the screen:\n{t.screen()}")
    return float(found.group(1))


def it_follows_the_real_clock_and_pausing_the_view_does_not_pause_the_scene():
    t = Terminal()
    yield t
    path = t.write("live.py", LIVE)
    t.type(f"{SIMMER} --clock=real {path}")
    t.wait_for("live")
    t.wait_for(" t +[1-9]")
    t.wait_for("rice.* is on the stove")
    t.press("Space")
    t.wait_for("paused")
    held = clock(t)
    t.wait_for("still running")
    time.sleep(0.5)
    if clock(t) != held:
        raise Failed(f"the paused view went on from {held} to {clock(t)}")
    for _ in range(20):
        t.press("Left")
    t.wait_for("has not begun")
    t.press("End")
    t.wait_for("live")
    begin = time.monotonic()
    while clock(t) < held + 0.5:
        if time.monotonic() - begin > 5:
            raise Failed(f"the live clock stands at {clock(t)}")
        time.sleep(0.05)
    t.press("q")
    t.is_given_back(0)


def it_needs_next_to_no_processor_while_a_live_scene_waits():
    t = Terminal()
    yield t
    path = t.write("live.py", LIVE)
    t.type(f"{SIMMER} --clock=real {path}")
    t.wait_for(" t +[1-9]")

    def used():
        with open(f"/proc/{t.pid()}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before, begin = used(), time.monotonic()
    time.sleep(2)
    part = (used() - before) / (time.monotonic() - begin)
    if part > 0.2:
        raise Failed(f"{100 * part:.0f} % of a core while everything waits")
    t.press("q")
    t.is_given_back(0)


WORKERS = """
import asyncio
import time


def spin():
    while True:
        pass


async def main():
    await asyncio.gather(asyncio.to_thread(spin), asyncio.to_thread(time.sleep, 600))


asyncio.run(main())
"""


def it_quits_at_once_while_workers_spin_and_sleep():
    t = Terminal()
    yield t
    path = t.write("workers.py", WORKERS)
    t.type(f"{SIMMER} --clock=real {path}")
    t.wait_for("asyncio_1")
    t.press("?")
    took = t.wait_for("one step forward", 2)
    if took > 0.5:
        raise Failed(f"the help came after {took:.2f} s")
    t.press("x", "q")
    took = t.wait_for(re.escape(PROMPT.strip()) + r"\s*$", 3)
    if took > 1:
        raise Failed(f"it took {took:.2f} s to quit")
    t.is_given_back(0)


TWO_COOKS = """
import asyncio
import time


def chop():
    time.sleep(5)


def cook():
    time.sleep(8)


async def main():
    await asyncio.gather(asyncio.to_thread(cook), asyncio.to_thread(chop))


asyncio.run(main())
"""


def it_shows_two_workers_at_the_same_instant_in_every_size():
    t = Terminal(100, 30)
    yield t
    path = t.write("two_cooks.py", TWO_COOKS)
    t.type(f"{SIMMER} {path}")
    t.wait_for_the_end()
    t.press("End")
    t.wait_for("2 threads busy")
    t.wait_for("asyncio_1.*chop")
    t.resize(80, 24)
    t.wait_for("2 threads busy")
    t.resize(48, 14)
    t.wait_for("asyncio_1|lanes")
    t.resize(100, 30)
    t.wait_for("asyncio_0.*cook")
    t.press("q")
    t.is_given_back(0)


def it_gives_the_terminal_back_on_every_signal():
    t = Terminal()
    yield t
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        t.type(ONE_COOK)
        t.wait_for("timeline")
        os.kill(t.pid(), number)
        t.is_given_back(128 + number)
        t.type("clear")
    t.type(ONE_COOK)
    t.wait_for_the_end()
    t.press("C-c")
    t.is_given_back()


def it_gives_the_terminal_back_when_it_crashes():
    t = Terminal()
    yield t
    t.type("ulimit -c 0")
    for number in (signal.SIGSEGV, signal.SIGABRT):
        t.type(ONE_COOK)
        t.wait_for("timeline")
        os.kill(t.pid(), number)
        t.is_given_back(128 + number)
        t.type("clear")
    t.type(ONE_COOK)
    t.wait_for("timeline")
    t.press("C-\\")
    t.is_given_back(128 + signal.SIGQUIT)


def it_is_suspended_and_goes_on_in_another_size():
    t = Terminal(80, 24)
    yield t
    t.type(ONE_COOK)
    t.wait_for_the_end()
    t.press("Right", "Right")
    t.press("C-z")
    t.is_given_back()
    t.resize(110, 34)
    t.type("fg")
    t.wait_for("tab pane")
    if len(t.screen().splitlines()[1]) > 110:
        raise Failed("drawn wider than the window")
    t.press("q")
    t.is_given_back(0)


def it_fits_every_window_and_says_when_it_is_too_small():
    t = Terminal(100, 30)
    yield t
    t.type(ONE_COOK)
    t.wait_for("event loop")
    t.resize(80, 24)
    t.wait_for("loop ·")
    t.resize(60, 15)
    t.wait_for("loop ·", gone=True)
    t.wait_for("timeline")
    t.resize(30, 8)
    t.wait_for("needs a window of")
    t.resize(10, 3)
    time.sleep(0.2)
    t.resize(100, 30)
    t.wait_for("event loop")
    t.press("q")
    t.is_given_back(0)


def it_draws_with_ascii_in_the_c_locale():
    t = Terminal(80, 24, lang="C")
    yield t
    t.type(ONE_COOK)
    t.wait_for_the_end()
    t.press("End")
    t.wait_for("exit status|has ended")
    if not t.screen().isascii():
        raise Failed(f"not ASCII:\n{t.screen()}")
    t.press("q")
    t.is_given_back(0)


def it_works_on_a_vt100():
    t = Terminal(80, 24, term="vt100")
    yield t
    t.type(ONE_COOK)
    t.wait_for_the_end()
    t.press("Right", "]")
    t.wait_for("1/")
    t.press("q")
    t.is_given_back(0)


def it_prints_the_picture_on_a_terminal_that_cannot_show_a_screen():
    t = Terminal(80, 24)
    yield t
    t.type(f"TERM=dumb {ONE_COOK}")
    t.wait_for("held up")
    t.is_given_back(0)


def it_refuses_a_terminal_that_nobody_knows():
    t = Terminal(80, 24)
    yield t
    t.type(f"TERM=no-such-terminal {ONE_COOK}")
    t.wait_for("simmer: .*unknown")
    t.is_given_back(2)


def it_shows_escape_sequences_of_a_scene_and_does_not_obey_them():
    t = Terminal()
    yield t
    path = t.write("escape.py", "print('\\x1b[2J\\x1b]0;owned\\x07 \\x9b31m here')\n")
    t.type(f"{SIMMER} {path}")
    t.wait_for_the_end()
    t.press("End")
    t.wait_for("␛\\[2J␛\\]0;owned␇")
    t.wait_for("timeline")
    if "owned" in t.tmux("display", "-p", "#{pane_title}"):
        raise Failed("the scene set the terminal's title")
    t.press("q")
    t.is_given_back(0)


def it_runs_a_scene_in_a_terminal_without_obeying_what_it_prints():
    t = Terminal()
    yield t
    path = t.write("escape.py", "print('\\x1b]0;owned\\x07 caf\u00e9\\there')\n")
    t.type(f"{SIMMER} run {path}")
    t.wait_for(r"\\x1b\]0;owned\\x07 caf\u00e9 +here")
    if "owned" in t.tmux("display", "-p", "#{pane_title}"):
        raise Failed("the scene set the terminal's title")
    t.is_given_back(0)


def it_runs_a_changed_file_anew_and_stays_at_the_same_place():
    t = Terminal()
    yield t
    text = "import time\n\nprint('first')\ntime.sleep(1)\nprint('second')\n"
    path = t.write("changing.py", text)
    t.type(f"{SIMMER} {path}")
    t.wait_for_the_end()
    t.press("End")
    t.wait_for("output  first")
    t.press("w")
    t.wait_for("watching")
    t.write("changing.py", text.replace("'first'", "'another'"))
    t.wait_for("output  another")
    t.press("w")
    t.write("changing.py", "def broken(:\n")
    t.press("r")
    t.wait_for("changing.py:1:")
    t.press("x")
    t.wait_for("output  another")
    t.press("q")
    t.is_given_back(0)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
