"""Whoever fetches the feeds: hands files in, asks what the warehouse knows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.indicators.marts import build_marts
from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.reference.exchange_rates import sync_exchange_rates
from include.settings import Settings

IN_NOVEMBER = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)
RATES_HEADER = "currency_code,valid_from,valid_to,vnd_per_unit,rate_kind,source,as_of_date"


class FeedDesk:
    """A home of its own on one test's warehouse."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine: Engine = create_engine(warehouse.engine.url, poolclass=NullPool)

    def hand_in(self, source: str, *paths: Path, at: datetime = IN_NOVEMBER) -> list[FileResult]:
        return take_in(paths, source_id=source, settings=self.settings, engine=self.engine, received_at=at).results

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def keep_rates(self, *lines: str) -> int:
        """Write the file of rates kept by hand anew and copy it into the warehouse; the rows that changed."""
        path = self.folder / "exchange_rates.csv"
        path.write_text("\n".join(("# for a test", RATES_HEADER, *lines)) + "\n", encoding="utf-8")
        with self.engine.begin() as connection:
            return sync_exchange_rates(connection, path)

    def build(self, as_known: datetime | None = None) -> None:
        with self.engine.begin() as connection:
            build_marts(connection, as_known)

    def is_balanced(self) -> bool:
        """Whether the account of every file handed in balances."""
        self.build()
        return self.ask("select bool_and(is_balanced) from mart.ledger") == [(True,)]


def verdict(result: FileResult) -> tuple[str, str]:
    return result.verdict, result.code


def codes(result: FileResult) -> set[str | None]:
    return {message["code"] for message in result.messages}
