"""What the person at the terminal sees while the main job works: live bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Step:
    """One line of the display. `tell` says what is going on, `count` how much is done, `conclude` what stays there."""

    def __init__(self, display: Display, title: str, task: TaskID | None) -> None:
        self._display, self._title, self._task = display, title, task
        self._shown = ""
        self._conclusion = ""

    def tell(self, text: str) -> None:
        """Show `text` beside the step's title."""
        if self._task is not None:
            self._display.bars.update(self._task, note=text)
        elif text != self._shown:
            self._display.print(f"{self._title}: {text}")
        self._shown = text

    def count(self, done: int, total: int, note: str = "") -> None:
        """Show how many of how many parts are done, with a note beside; nothing is known yet while `total` is 0."""
        if self._task is not None:
            self._display.bars.update(
                self._task, completed=done, total=total or None, counted=f"{done}/{total}" if total else "", note=note
            )
        elif total:
            self.tell(f"{done}/{total} {note}".rstrip())

    def conclude(self, text: str) -> None:
        """Leave `text` beside the step's title when it is done."""
        self._conclusion = text

    def finish(self) -> None:
        """Stop the step's clock and show what came of it."""
        if self._task is not None:
            total = self._display.bars.tasks[self._task].total or 1
            self._display.bars.update(self._task, completed=total, total=total, note=self._conclusion)
            self._display.bars.stop_task(self._task)
        else:
            self._display.print(f"{self._title}: xong" + (f" ({self._conclusion})" if self._conclusion else ""))


class Display:
    """Shows steps, also several at once and from several threads; use it as a context."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = time.monotonic()
        self._printing = threading.Lock()
        self.is_live = console.is_terminal
        self.bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[counted]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", style="dim"),
            console=console,
        )

    def __enter__(self) -> Display:
        if self.is_live:
            self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_live:
            self.bars.stop()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show a step until the block ends; a block that fails leaves it unfinished."""
        task = self.bars.add_task(title, total=None, counted="", note="") if self.is_live else None
        step = Step(self, title, task)
        yield step
        step.finish()

    def print(self, text: str) -> None:
        """Print a line with the seconds since the start in front."""
        with self._printing:
            seconds = time.monotonic() - self._begun
            self._console.print(f"[{seconds:6.1f} s] {text}", markup=False, highlight=False, soft_wrap=True)
