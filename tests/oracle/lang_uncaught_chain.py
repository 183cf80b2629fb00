# Causes and contexts are shown too; the last line is the last error's.
def parse(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError(f"cannot read {text!r}") from error


try:
    parse("x")
except RuntimeError:
    raise KeyError("second")
