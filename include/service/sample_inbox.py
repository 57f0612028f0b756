"""An inbox full of made-up files, marked synthetic: something of every source, for a first look."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from include.sources import list_sources


def write_sample_inbox(inbox: Path, period: str) -> int:
    """Write the agencies' reports of the period and a few files of every feed where each belongs; how many."""
    from include.sources.agency_reports.sample import write_sample

    count = len(write_sample(inbox, period).files)
    for source in list_sources():
        if source.sampler is not None:
            folder = inbox / source.inbox
            folder.mkdir(parents=True, exist_ok=True)
            count += len(sample_files(source.sampler, folder))
    return count


def sample_files(sampler: str, folder: Path) -> list[Path]:
    """Have a source's `package.module:function` write its made-up files into the folder; the files."""
    module, _, function = sampler.partition(":")
    written: list[Path] = getattr(import_module(module), function)(folder)
    return written
