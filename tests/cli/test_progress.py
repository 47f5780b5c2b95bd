"""A bar for long work, on a terminal that is one."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios

WORK = """
import time
from gate.cli.progress import shown
with shown() as heard:
    if heard is not None:
        heard("reading", 0)
        heard("", 0.5, 2_000_000)
        heard("counting", 0)
        for number in range(12):
            time.sleep(0.1)
            heard("", number / 12)
        heard("", 0.1)  # shares of another query may begin anew: a bar does not go back
    print("heard" if heard else "quiet")
"""


def test_a_terminal_is_shown_rows_rate_and_what_remains() -> None:
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(ours, "rb", buffering=0) as screen:
        done = subprocess.run([sys.executable, "-c", WORK], stderr=theirs, stdout=subprocess.PIPE, text=True, check=True)
        os.close(theirs)
        seen = screen.read(100_000).decode()
    assert done.stdout == "heard\n"
    assert "counting: " in seen
    assert "/2.00M [00:" in seen
    assert " rows/s]" in seen
    assert seen.endswith("\r")  # and it is gone at the end


def test_nobody_who_reads_a_log_is_bothered() -> None:
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("quiet\n", "")
