"""What the parts of the oracle share: the clock, where the run is, and its trace."""
import types

SECOND = 10**9


class Now:
    """Where the run is."""
    clock = 0           # nanoseconds
    tick = step = 0     # of the main thread's loop
    who = '-'           # in the words of the trace
    thread = None       # the thread that runs (of oracle_threads), None: the main one
    busy = 0            # ticks in a row without a wait and without a move of the clock
    busy_since = 0


class Quit(SystemExit):
    """The oracle gives up."""
    given_up = False

    def __init__(self, why):
        super().__init__(why)
        Quit.given_up = True


out = types.SimpleNamespace(trace=None, scene=None)


def emit(event, who=None):
    if out.trace:
        text = str(event).replace('\n', '\\n')
        out.trace.write(f'{Now.clock / SECOND:.9f} {Now.tick} {Now.step} {who or Now.who} {text}\n')


def nanoseconds(seconds):
    return round(seconds * SECOND)


def clock_seconds():
    return Now.clock / SECOND
