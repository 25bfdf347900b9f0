"""The loop around any step: a bar, reports, and a Ctrl-C that keeps what was done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

from ganlearn import progress

Report = TypeVar("Report")


class StopFlag:
    """Turns the first Ctrl-C into a request to stop after the step that is under way.

    A step that is cut in half would leave the discriminator moved and the generator not. The
    second Ctrl-C interrupts at once, as usual.
    """

    def __enter__(self) -> StopFlag:
        self.raised = False
        # Only the main thread may set a handler; elsewhere Ctrl-C does what it always does.
        self._old = None
        if threading.current_thread() is threading.main_thread():
            self._old = signal.signal(signal.SIGINT, self._raise)
        return self

    def _raise(self, number: int, frame: FrameType | None) -> None:
        if self.raised:
            raise KeyboardInterrupt
        self.raised = True

    def __exit__(self, *_: object) -> None:
        if self._old is not None:
            signal.signal(signal.SIGINT, self._old)


def loop(
    step: Callable[[], int], report: Callable[[], Report], steps: int, every: int
) -> Iterator[Report]:
    """Take ``steps`` steps and yield a report after every ``every`` of them and at the end.

    Args:
        step: takes one step and returns how many have been taken in all.
        report: what to yield; called between steps. Its ``remark``, if it has one, is shown
            beside the bar.
        steps: how many steps to take now.
        every: reports come when the count of all steps is a multiple of it.
    """
    with StopFlag() as stop, progress.bar(total=steps, title="training", unit="step") as bar:
        for left in reversed(range(steps)):
            count = step()
            bar.update()
            if count % every == 0 or left == 0 or stop.raised:
                found = report()
                bar.set_postfix_str(getattr(found, "remark", ""))
                yield found
            if stop.raised:
                print(f"Stopped after step {count}; all is kept. Run again to go on.")
                return
