"""Submissions as students make them, by accident, out of curiosity, and out of malice."""

import copy
import json
import textwrap
from pathlib import Path

import nbformat

LIMITS = """
[limits]
cell_seconds = 3
notebook_seconds = 40
grace_seconds = 1
memory_mb = 400
processes = 12
file_mb = 8
output_kb = 64
notebook_mb = 20
"""
RIGHT, WRONG = "return x - x.mean(dim=0)", "return x - x.mean(dim=1, keepdim=True)"
OPEN = "raise NotImplementedError"
NUMBER = "196608"


def notebook(assignment, body=RIGHT, number=NUMBER, before="", between=""):
    """A notebook with these answers, and cells in front and in the middle."""
    made = copy.deepcopy(assignment.notebook)
    for cell in made.cells:
        if "def centre" in cell.source:
            cell.source = f"def centre(x):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
        elif "numbers = ..." in cell.source:
            cell.source = f"numbers = {number}"
    for index, code in ((6, between), (1, before)):
        if code:
            made.cells.insert(index, nbformat.v4.new_code_cell(textwrap.dedent(code)))
    return made


def text(made):
    """The file of a notebook."""
    return json.dumps(made)


def checks(made):
    """The cells that check."""
    return [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def without_checks(made):
    """All check cells deleted."""
    gone = checks(made)
    made.cells = [cell for cell in made.cells if cell not in gone]
    return made


def with_edited_checks(made):
    """Check cells that say what their author would like to hear."""
    for cell in checks(made):
        cell.source = 'print("✓ 00.1 passed: centring a batch")'
        cell.metadata.nbgrader.points = 1000
    return made


def with_every_cell_twice(made):
    """Copied and pasted, grade ids and all."""
    made.cells = [copy.deepcopy(cell) for cell in made.cells for _ in range(2)]
    return made


def without_metadata(made):
    """As some editors save it."""
    for cell in made.cells:
        cell.metadata = {}
    return made


def in_utf16(made):
    """As an old Windows editor saves it."""
    return text(made).encode("utf-16")


def in_windows_1252(made):
    """With a letter that is no UTF-8."""
    made.cells[0].source += " é"
    return json.dumps(made, ensure_ascii=False).encode("cp1252", "replace")


def the_class(assignment, canary: Path, secret: Path):
    """Student to (file, points of 4, a word of what is said); every kind there is.

    Args:
        assignment: to answer.
        canary: a folder of the instructor's that somebody tries to delete.
        secret: a folder that nobody may read.
    """
    half = lambda **given: notebook(assignment, body=WRONG, **given)
    ok = lambda **given: notebook(assignment, **given)
    return {
        "perfect": (text(ok()), 4, "passed"),
        "empty": (text(assignment.notebook), 0, "not attempted"),
        "half": (text(half()), 2, "each feature has a mean of its own"),
        "loop in a cell": (text(ok(between="while True: pass")), 4, "does a loop never end"),
        "loop in an answer": (text(ok(body="while True: pass")), 2, "stopped after 3 seconds"),
        "deaf loop": (text(ok(body=DEAF)), 2, "did not stop when its time was over"),
        "memory bomb": (text(ok(body=MEMORY)), 2, "MemoryError"),
        "many small bombs": (text(ok(between=FAMILY)), 4, "MB of memory"),
        "fork bomb": (text(ok(between=FORKS)), 4, "Cell 7 was left out"),
        "exits": (text(ok(body="import os; os._exit(0)")), 2, "ended the process"),
        "exits at once": (text(ok(before="import os; os._exit(1)")), 4, "exit status 1"),
        "raises SystemExit": (text(ok(body="import sys; sys.exit()")), 2, "SystemExit"),
        "segfault": (text(ok(body="import ctypes; ctypes.string_at(0)")), 2, "segmentation fault"),
        "no checks": (text(without_checks(ok())), 4, "was missing; it was put back"),
        "edited checks": (text(with_edited_checks(half())), 2, "was changed; ours was used"),
        "own check": (text(half(before="", between=OWN_CHECK)), 2, "sample over its features"),
        "twice": (text(with_every_cell_twice(half())), 2, "is there twice"),
        "no metadata": (text(without_metadata(ok())), 4, "passed"),
        "syntax error": (text(ok(body="return (")), 2, "SyntaxError"),
        "utf-16": (in_utf16(ok()), 4, "UTF-16"),
        "windows-1252": (in_windows_1252(ok()), 4, "Windows-1252"),
        "not a notebook": (b"PK\x03\x04 a document", 0, "a zip or an office document"),
        "cut off": (text(ok())[:700], 0, "no JSON, or it is cut off"),
        "JSON bomb": (b"[" * 5_000_000, 0, "nested too deeply"),
        "too large": (b" " * 21 * 2**20, 0, "larger than 20 MB"),
        "prints 100 MB": (text(ok(between="print('x' * 100_000_000)")), 4, "passed"),
        "writes 100 MB": (text(ok(between="open('f', 'w').write('x' * 10**8)")), 4, "passed"),
        "deletes": (text(ok(between=DELETES % (str(canary),))), 4, "passed"),
        "reads others": (text(ok(between=READS % (str(secret),))), 4, "passed"),
        "connects": (text(ok(between=CONNECTS)), 4, "passed"),
        # In the copy that runs hidden tests it finds them, says so there, and is not heard.
        "spies": (text(ok(body=SPY, before=WORDS)), 2, "that you do not see"),
        "forges": (text(half(between=FORGES)), 2, "pipe"),
        "half a message": (text(ok(between=HALF_A_MESSAGE)), 4, "Cell 7 was left out"),
        "caught by the hidden test": (text(ok(body=ONLY_RANDOM)), 2, "that you do not see"),
    }


DEAF = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass
"""
MEMORY = """
held = []
while True: held.append(bytearray(b"1" * 50_000_000))
"""
FAMILY = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        held = bytearray(b"1" * 150_000_000)
        time.sleep(60)
time.sleep(60)
"""
FORKS = """
import os
while True:
    try: os.fork()
    except OSError: pass
"""
OWN_CHECK = """
def check(*_): return True
import ganlearn.checks
ganlearn.checks.check = check
"""
DELETES = """
import os, pathlib, shutil
home = pathlib.Path.home()
for folder in (home, os.path.expanduser("~"), %r):
    shutil.rmtree(folder, ignore_errors=True)
    os.system(f"rm -rf '{folder}'")
"""
READS = """
import os
for folder, _, files in os.walk(%r):
    for file in files:
        raise RuntimeError("read: " + open(os.path.join(folder, file)).read())
"""
CONNECTS = """
import socket
server = socket.create_connection(("127.0.0.1", 22), 1) and 1 / 0
"""
WORDS = "words = []"
SPY = """
import inspect, sys
frame = sys._getframe()
while frame:
    words.append(str(frame.f_code.co_consts))
    try: words.append(inspect.getsource(frame))
    except Exception: pass
    frame = frame.f_back
words.append(str(get_ipython().user_ns.get("In")))
print(words)
if " ".join(["nobody", "may see"]) in str(words): raise ValueError(str(words))
return x - x.mean(dim=0)
"""
FORGES = """
import gc
from multiprocessing.connection import Connection
for pipe in [thing for thing in gc.get_objects() if isinstance(thing, Connection)]:
    pipe.send_bytes(b"not JSON")
"""
HALF_A_MESSAGE = """
import gc, os
from multiprocessing.connection import Connection
for pipe in [thing for thing in gc.get_objects() if isinstance(thing, Connection)]:
    os.write(pipe.fileno(), bytes([0, 0, 16, 0]))
while True: pass
"""
ONLY_RANDOM = """
if bool((x == 1).all()): return x
return x - x.mean(dim=0)
"""
