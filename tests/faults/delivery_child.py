"""A run of delivery in a process of its own, started warm, which may be killed."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.process import BaseProcess

import sqlalchemy.dialects.postgresql.psycopg2  # noqa: F401  loaded once, by whoever the children are forked from

import include.releases.signing  # noqa: F401
from include import faults
from include.pipeline.deliver import deliver
from include.settings import Settings
from tests.faults.delivery_desk import NOON

_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload([__name__])


def start_delivery(settings: Settings, fault: str = "") -> BaseProcess:
    """Start a run at noon that kills itself at `fault`; the process is forked from one that has imported everything."""
    child = _WARM.Process(target=_deliver, args=(settings, fault))
    child.start()
    return child


def _deliver(settings: Settings, fault: str) -> None:
    os.environ[faults.VARIABLE] = fault
    deliver(settings, NOON)
