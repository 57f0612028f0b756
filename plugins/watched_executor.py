"""Tasks on this machine, with workers whose death is noticed at once.

Airflow learns of a lost worker by the silence of its task alone. How long that may last is also how long the API server
may be away before every running load is given up, so one setting cannot serve both.
"""

from __future__ import annotations

import os
from multiprocessing import SimpleQueue
from typing import Any

from airflow.executors.local_executor import LocalExecutor


class _NotedWork:
    """What a worker takes its work from; it says what it took before it begins."""

    def __init__(self, work: SimpleQueue[Any], taken: SimpleQueue[Any]) -> None:
        self._work, self._taken = work, taken

    def get(self) -> Any:
        workload = self._work.get()
        if workload is not None:
            self._taken.put((os.getpid(), workload.key))
        return workload


class WatchedLocalExecutor(LocalExecutor):
    """Reports the task of a dead worker as failed; the scheduler then tries it again as after any failure."""

    def start(self) -> None:
        self._taken: SimpleQueue[Any] = SimpleQueue()
        self._held: dict[int, Any] = {}
        super().start()

    def _spawn_worker(self) -> None:
        work = self.activity_queue
        self.activity_queue = _NotedWork(work, self._taken)  # type: ignore[assignment]
        try:
            super()._spawn_worker()
        finally:
            self.activity_queue = work

    def sync(self) -> None:
        self._note_taken()
        super().sync()

    def change_state(self, key: Any, state: Any, info: Any = None, remove_running: bool = True) -> None:
        self._held = {pid: held for pid, held in self._held.items() if held != key}
        super().change_state(key, state, info, remove_running)

    def _check_workers(self) -> None:
        dead = [pid for pid, process in self.workers.items() if not process.is_alive()]
        super()._check_workers()
        self._note_taken()
        for pid in dead:
            if (key := self._held.pop(pid, None)) is not None:
                self.log.error("Worker %s died at work on %s", pid, key)
                self.fail(key, info=f"its worker {pid} died")

    def _note_taken(self) -> None:
        while not self._taken.empty():
            pid, key = self._taken.get()
            self._held[pid] = key
