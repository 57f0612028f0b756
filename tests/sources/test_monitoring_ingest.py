"""Monitoring files through the whole gate: what is loaded, revised day by day, held back, forgotten."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.errors import GateError
from include.indicators.marts import build_marts, check_marts
from include.model import SPOOL_PREFIX, MonitoringRows, Reading
from include.pipeline import ingest, monitoring, stage
from include.pipeline.ingest import take_in
from include.pipeline.monitoring import remove_stale_spools, spools_removed
from include.pipeline.results import FileResult
from include.settings import Settings
from tests.sources.monitoring_files import HEADER, line, write_counts

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
MAY = [date(2026, 5, day) for day in range(1, 32)]
MARKER = "tranvanthumarker"


class Desk:
    """Whoever monitors: hands files in, asks what the warehouse knows."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine: Engine = create_engine(warehouse.engine.url, poolclass=NullPool)

    def send(self, name: str, *lines: str, at: datetime = IN_JUNE, header: str = HEADER) -> FileResult:
        [result] = self.hand_in(write_counts(self.folder / "sent" / name, lines, header=header), at=at)
        return result

    def hand_in(self, *paths: Path, at: datetime = IN_JUNE, dry_run: bool = False) -> list[FileResult]:
        return take_in(
            paths,
            source_id="monitoring_statistics",
            settings=self.settings,
            engine=self.engine,
            received_at=at,
            dry_run=dry_run,
        ).results

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def days(self) -> list[tuple[object, ...]]:
        """Current days: day, revision, items."""
        return self.ask(
            "select distinct on (monitored_date) monitored_date, revision_number, item_count"
            " from warehouse.monitoring_day order by monitored_date, revision_number desc"
        )


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    spools = tmp_path / "spools"
    spools.mkdir()
    monkeypatch.setenv("TMPDIR", str(spools))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield Desk(tmp_path, warehouse)
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert list(spools.iterdir()) == []


def codes(result: FileResult) -> list[str | None]:
    return [message["code"] for message in result.messages]


def test_a_file_loads_whole_into_the_partition_of_its_month(desk: Desk) -> None:
    result = desk.send(
        "thang-5.csv", line("2026-05-04", 3), line("2026-05-04", 2, tone="tich_cuc"), line("2026-06-01", 7)
    )

    assert (result.verdict, result.code, result.revision) == ("loaded", "OK", 1)
    assert result.counts == {"received": 3, "promoted": 3, "quarantined": 0, "ignored": 0}
    assert desk.ask(
        "select count.tableoid::regclass::text, count.monitored_date, cell.tone, count.item_count, count.line_number"
        " from warehouse.monitoring_count as count inner join reference.monitoring_cell as cell using (cell_code)"
        " order by count.line_number"
    ) == [
        ("warehouse.monitoring_count_2026_05", date(2026, 5, 4), "trung_tinh", 3, 2),
        ("warehouse.monitoring_count_2026_05", date(2026, 5, 4), "tich_cuc", 2, 3),
        ("warehouse.monitoring_count_2026_06", date(2026, 6, 1), "trung_tinh", 7, 4),
    ]
    assert desk.days() == [(date(2026, 5, 4), 1, 5), (date(2026, 6, 1), 1, 7)]


def test_every_partition_is_described_and_holds_the_grain_by_a_constraint_of_its_own(desk: Desk) -> None:
    desk.send("a.csv", line("2026-05-04", 3), line("2026-06-01", 7))
    desk.send("b.csv", line("2026-06-02", 7))

    assert desk.ask(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where contype = 'u' and conrelid::regclass::text like 'warehouse.monitoring_count%' order by 1"
    ) == [
        (
            f"warehouse.monitoring_count_2026_{month}",
            f"monitoring_count_2026_{month}_grain",
            "UNIQUE (monitored_date, submission_id, cell_code)",
        )
        for month in ("05", "06")
    ]
    assert desk.ask(
        "select count(*) from pg_attribute inner join pg_inherits on attrelid = inhrelid"
        " where inhparent = 'warehouse.monitoring_count'::regclass and attnum > 0"
        " and (col_description(attrelid, attnum) is null or obj_description(attrelid) is null)"
    ) == [(0,)]
    with pytest.raises(IntegrityError, match="monitoring_count_2026_06_grain"), desk.engine.begin() as connection:
        connection.execute(
            text(
                "insert into warehouse.monitoring_count select * from warehouse.monitoring_count where line_number = 3"
            )
        )


def test_the_totals_of_a_day_are_collapsed_to_one_breakdown_at_a_time(desk: Desk) -> None:
    desk.send(
        "a.csv",
        line("2026-05-04", 3),
        line("2026-05-04", 2, language="en"),
        line("2026-05-04", 5, language="zh", scope="ngoai_nuoc"),
        line("2026-05-04", 0, channel_type="mxh", language="en"),
    )

    totals = {
        (axis, member, is_foreign): count
        for axis, member, is_foreign, count in desk.ask(
            "select axis_code, member_code, is_foreign_language, item_count from warehouse.monitoring_day_total"
        )
    }
    assert totals == {
        ("total", "total", False): 3,
        ("total", "total", True): 7,
        ("channel_type", "bao_in", False): 3,
        ("channel_type", "bao_in", True): 7,
        ("channel_type", "mxh", True): 0,
        ("topic", "van_hoa_du_lich", False): 3,
        ("topic", "van_hoa_du_lich", True): 7,
        ("scope", "trong_nuoc", False): 3,
        ("scope", "trong_nuoc", True): 2,
        ("scope", "ngoai_nuoc", True): 5,
        ("language", "vi", False): 3,
        ("language", "en", True): 2,
        ("language", "zh", True): 5,
    }


def test_a_corrected_file_for_three_days_revises_these_and_leaves_the_month_alone(desk: Desk) -> None:
    desk.send("thang-5.csv", *(line(day, 10) for day in MAY))

    corrected = desk.send("sua.csv", *(line(day, count) for day, count in zip(MAY[10:13], (11, 10, 12), strict=True)))

    assert (corrected.verdict, corrected.revision) == ("loaded", 2)
    assert desk.days() == [
        (day, 2, count) if 11 <= day.day <= 13 else (day, 1, 10)
        for day, count in zip(MAY, [10] * 10 + [11, 10, 12] + [10] * 18, strict=True)
    ]
    assert desk.ask(
        "select monitored_date, old_item_count, new_item_count, added_count, changed_count, removed_count"
        " from warehouse.monitoring_day_change order by 1"
    ) == [
        (date(2026, 5, 11), 10, 11, 0, 1, 0),
        (date(2026, 5, 12), 10, 10, 0, 0, 0),
        (date(2026, 5, 13), 10, 12, 0, 1, 0),
    ]


def test_cells_that_came_or_went_with_a_revision_are_counted(desk: Desk) -> None:
    desk.send(
        "a.csv", line("2026-05-04", 3), line("2026-05-04", 4, tone="tich_cuc"), line("2026-05-04", 5, tone="tieu_cuc")
    )
    desk.send(
        "b.csv",
        line("2026-05-04", 3),
        line("2026-05-04", 6, tone="tieu_cuc"),
        line("2026-05-04", 1, scope="ngoai_nuoc"),
    )

    assert desk.ask(
        "select old_item_count, new_item_count, added_count, changed_count, removed_count"
        " from warehouse.monitoring_day_change"
    ) == [(12, 10, 1, 1, 1)]


def test_a_day_a_later_file_leaves_out_stays(desk: Desk) -> None:
    desk.send("a.csv", line("2026-05-04", 3), line("2026-05-05", 4), line("2026-05-06", 5))
    desk.send("b.csv", line("2026-05-04", 1), line("2026-05-06", 2))

    assert desk.days() == [(date(2026, 5, 4), 2, 1), (date(2026, 5, 5), 1, 4), (date(2026, 5, 6), 2, 2)]


def test_the_same_bytes_are_a_duplicate_and_the_same_counts_unchanged(desk: Desk) -> None:
    first = desk.send("a.csv", line("2026-05-04", 3), line("2026-05-05", 4))
    [again] = desk.hand_in(desk.folder / "sent" / "a.csv")
    resorted = desk.send("b.csv", line("2026-05-05", 4), line("2026-05-04", 3))

    assert [each.verdict for each in (first, again, resorted)] == ["loaded", "duplicate", "unchanged"]
    assert resorted.counts == {"received": 2, "promoted": 0, "quarantined": 0, "ignored": 2}
    assert desk.ask("select count(*) from warehouse.monitoring_count") == [(2,)]


def test_a_file_of_which_one_day_was_corrected_meanwhile_takes_its_days_back_when_it_comes_again(desk: Desk) -> None:
    desk.send("thang-5.csv", *(line(day, 10) for day in MAY))
    desk.send("sua.csv", line(MAY[4], 99))

    [again] = desk.hand_in(desk.folder / "sent" / "thang-5.csv")
    [once_more] = desk.hand_in(desk.folder / "sent" / "thang-5.csv")

    assert (again.verdict, again.revision, once_more.verdict) == ("loaded", 3, "duplicate")
    assert desk.days() == [(day, 3 if day == MAY[4] else 2, 10) for day in MAY]


def test_the_same_counts_in_other_bytes_take_their_days_back_too(desk: Desk) -> None:
    desk.send("a.csv", line("2026-05-04", 3), line("2026-05-05", 4))
    desk.send("b.csv", line("2026-05-05", 9))

    assert desk.send("c.csv", line("2026-05-05", 4), line("2026-05-04", 3)).verdict == "loaded"
    assert desk.days() == [(date(2026, 5, 4), 2, 3), (date(2026, 5, 5), 3, 4)]


def test_files_of_one_drop_whose_days_overlap_are_taken_in_order_of_receipt(desk: Desk) -> None:
    folder = desk.folder / "drop"
    write_counts(folder / "1-thang.csv", [line(day, 10) for day in MAY])
    write_counts(folder / "2-sua.csv", [line(MAY[4], 11)])
    write_counts(folder / "3-thang-6.csv", [line("2026-06-01", 8)])
    (folder / "_manifest.csv").write_text(
        "file,received_at\n1-thang.csv,2026-06-03T08:00\n2-sua.csv,2026-06-04T08:00\n3-thang-6.csv,2026-06-02T08:00\n"
    )

    results = take_in([folder], source_id="monitoring_statistics", settings=desk.settings, engine=desk.engine).results

    assert [(each.verdict, each.revision) for each in results] == [("loaded", 1), ("loaded", 2), ("loaded", 1)]
    assert desk.ask(
        "select item_count from warehouse.monitoring_day where monitored_date = '2026-05-05' order by revision_number"
    ) == [(10,), (11,)]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line("2026-05-04", 3), line("2026-05-04", 3, channel_type="bao_inn")], "OUTSIDE_CODE_LIST"),
        ([line("2025-12-31", 3)], "OUTSIDE_CODE_LIST"),
        ([line("2026-05-04", 3), line("2026-05-05", -1)], "MONITORING_COUNT_NEGATIVE"),
        ([line("2026-05-04", 3), line("2026-05-04", 4)], "MONITORING_KEY_REPEATED"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_wrong_line_holds_the_whole_file(desk: Desk, lines: list[str], code: str) -> None:
    result = desk.send("a.csv", *lines)

    assert (result.verdict, result.code) == ("quarantined", code)
    assert result.counts["quarantined"] == len(lines)
    assert set(codes(result)) == {code}
    assert desk.ask("select count(*) from warehouse.monitoring_count") == [(0,)]
    assert desk.ask("select count(*) from warehouse.monitoring_day") == [(0,)]
    assert desk.ask("select count(*) from quarantine.monitoring_count") == [(len(lines),)]
    assert desk.ask("select row_count from quarantine.monitoring_file") == [(len(lines),)]


def test_near_misses_of_those_load(desk: Desk) -> None:
    result = desk.send(
        "a.csv",
        line("2026-01-01", 0, channel_type="Báo in"),
        line("2026-01-01", 4, tone="tich_cuc"),
        line("2026-01-02", 4),
    )

    assert (result.verdict, result.code) == ("loaded", "OK")


def test_an_unknown_value_is_told_with_its_line_and_the_nearest_allowed(desk: Desk) -> None:
    result = desk.send("a.csv", line("2026-05-04", 3), line("2026-05-05", 3, topic="van_hoa_du_lic"))

    [told] = [message for message in result.messages if message["code"] == "OUTSIDE_CODE_LIST"]
    assert told["rule"] == "R-13"
    assert "dòng 3" in f"{told['cell']} {told['text']}"
    assert "van_hoa_du_lich" in str(told["text"]) or "Văn hóa" in str(told["text"])


def test_an_unusual_day_is_judged_by_the_days_that_were_there_before(desk: Desk) -> None:
    # 2026-05-04 is a Monday. Median of the seven days before is 10; 51 is more than 5 times as much, 50 is not.
    desk.send("truoc.csv", *(line(date(2026, 5, 4) + timedelta(days=number), 10) for number in range(7)))

    usual = desk.send("11.csv", line("2026-05-11", 50))
    unusual = desk.send("12.csv", line("2026-05-12", 51))
    empty_sunday = desk.send("17.csv", line("2026-05-17", 0))
    empty_monday = desk.send("18.csv", line("2026-05-18", 0))

    assert [codes(each) for each in (usual, unusual, empty_sunday, empty_monday)] == [
        [],
        ["MONITORING_DAY_UNUSUAL"],
        [],
        ["MONITORING_DAY_UNUSUAL"],
    ]
    assert {each.verdict for each in (usual, unusual, empty_sunday, empty_monday)} == {"loaded"}


def test_the_ledger_balances_by_the_rows_that_are_really_there(desk: Desk) -> None:
    desk.send("a.csv", *(line(day, 10) for day in MAY))
    desk.send("b.csv", line(MAY[0], 11), line(MAY[0], 1, tone="tich_cuc"))
    desk.send("c.csv", line(MAY[1], 11, topic="nhan_quyenn"))

    recounted = (
        "select submission_id, count(*)::integer from (select submission_id from warehouse.monitoring_count"
        " union all select submission_id from quarantine.monitoring_count) as kept group by submission_id order by 1"
    )
    with desk.engine.begin() as connection:
        build_marts(connection)
        check_marts(connection)
        assert connection.execute(text("select bool_and(is_balanced), count(*) from mart.ledger")).one() == (True, 3)
        told = connection.execute(
            text("select submission_id, promoted_row_count + quarantined_row_count from mart.ledger order by 1")
        ).all()
        assert [tuple(row) for row in told] == [tuple(row) for row in connection.execute(text(recounted))]


def test_a_ledger_that_lost_a_day_would_be_noticed(desk: Desk) -> None:
    desk.send("a.csv", line(MAY[0], 10), line(MAY[1], 10))

    with desk.engine.begin() as connection:
        connection.execute(text("delete from warehouse.monitoring_day where monitored_date = :day"), {"day": MAY[0]})
        build_marts(connection)
        with pytest.raises(GateError, match=r"mart\.ledger"):
            check_marts(connection)


@pytest.mark.parametrize(
    ("header", "lines", "code"),
    [
        (f"{HEADER},Tài khoản", [f"{line('2026-05-04', 3)},{MARKER}"], "MONITORING_COLUMN_FORBIDDEN"),
        (
            HEADER,
            [line("2026-05-04", 3), line("2026-05-05", 3, channel_type=f"https://{MARKER}.vn/a")],
            "MONITORING_VALUE_FORBIDDEN",
        ),
    ],
    ids=["column", "value"],
)
def test_a_file_with_what_it_may_never_hold_is_refused_forgotten_and_refused_again_unread(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, header: str, lines: list[str], code: str
) -> None:
    first = desk.send(f"{MARKER}.csv", *lines, header=header)
    monkeypatch.setattr(ingest, "read_in_sandbox", lambda _sandbox, _source, receipts: [][: len(receipts)])
    [again] = desk.hand_in(desk.folder / "sent" / f"{MARKER}.csv")

    assert (first.verdict, first.code) == (again.verdict, again.code) == ("rejected", code)
    assert [each["text"] for each in first.messages] == [each["text"] for each in again.messages] != []
    assert desk.ask("select forgotten_code, forgotten_at is not null from landing.file") == [(code, True)]
    assert kept_places(desk, MARKER) == []


def kept_places(desk: Desk, marker: str) -> list[str]:
    """Files of the home and columns of the database that hold the marker."""
    kept = [
        str(path)
        for path in desk.settings.home.rglob("*")
        if marker in path.name or (path.is_file() and marker.encode() in path.read_bytes())
    ]
    with desk.engine.connect() as connection:
        tables = connection.execute(
            text(
                "select format('%I.%I', table_schema, table_name) from information_schema.tables"
                " where table_schema not in ('pg_catalog', 'information_schema') order by 1"
            )
        ).scalars()
        for table in list(tables):
            # A table at a time: some are views that take their while for every question.
            found = connection.execute(
                text(
                    "select distinct cell.key as held"
                    f" from {table} as line cross join jsonb_each_text(to_jsonb(line)) as cell"
                    " where cell.value ilike :marker order by held"
                ),
                {"marker": f"%{marker}%"},
            )
            columns = found.scalars()
            kept += [f"{table}.{column}" for column in columns]
    return kept


def test_a_marker_that_was_kept_would_be_noticed(desk: Desk) -> None:
    desk.send(f"{MARKER}.csv", line("2026-05-04", 3))

    assert kept_places(desk, MARKER) == ["landing.receipt.original_name"]


def test_a_rehearsal_says_the_same_and_keeps_nothing(desk: Desk) -> None:
    path = write_counts(desk.folder / "a.csv", [line("2026-05-04", 3)])

    [result] = desk.hand_in(path, dry_run=True)

    assert (result.verdict, result.counts["promoted"]) == ("loaded", 1)
    assert desk.ask("select count(*) from landing.receipt") == [(0,)]
    assert desk.ask("select count(*) from staging.monitoring_count") == [(0,)]
    assert desk.ask("select to_regclass('warehouse.monitoring_count_2026_05')") == [(None,)]


def test_a_crash_while_staging_removes_the_spool_and_a_second_run_loads(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    path = write_counts(desk.folder / "a.csv", [line("2026-05-04", 3)])
    with monkeypatch.context() as broken:
        broken.setattr(stage, "stage_counts", fail)
        with pytest.raises(RuntimeError):
            desk.hand_in(path)
    assert list((desk.folder / "spools").iterdir()) == []

    [result] = desk.hand_in(path)
    assert result.verdict == "loaded"


def test_totals_that_do_not_come_to_the_inserted_rows_stop_the_load(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = monitoring._totals_of
    monkeypatch.setattr(
        monitoring,
        "_totals_of",
        lambda *arguments: said(*arguments).replace(
            "topic,van_hoa_du_lich,trung_tinh,False,3", "topic,van_hoa_du_lich,trung_tinh,False,4"
        ),
    )

    with pytest.raises(GateError, match="3 items in all, 3 by channel, 4 by topic"):
        desk.send("a.csv", line("2026-05-04", 3))
    assert desk.ask("select count(*) from warehouse.submission") == [(0,)]
    assert desk.ask("select to_regclass('warehouse.monitoring_count_2026_05')") == [(None,)]


def test_spools_of_killed_runs_are_removed_after_a_day(tmp_path: Path) -> None:
    fresh, stale, other = (tmp_path / name for name in (f"{SPOOL_PREFIX}a", f"{SPOOL_PREFIX}b", "b.csv"))
    for path in (fresh, stale, other):
        path.touch()
    for path in (stale, other):
        os.utime(path, (time.time() - 90_000, time.time() - 90_000))

    assert remove_stale_spools(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == sorted([fresh, other])


def test_a_path_that_is_no_spool_is_neither_read_nor_removed(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("kept")
    said = Reading(heading=None, monitoring=MonitoringRows(str(letter), 1, None, None, "x"))

    with pytest.raises(GateError, match="spool"), spools_removed([said]):
        pass
    assert letter.read_text() == "kept"
