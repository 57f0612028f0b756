"""Files below sql/ are run with bound values, and rows are copied in exactly as they are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from include.warehouse import sql
from include.warehouse.connect import engine
from include.warehouse.sql import copy_rows, run_file, run_script


@pytest.fixture
def pad(warehouse: Connection) -> Connection:
    """A connection with a table that takes every kind of value."""
    run_script(
        warehouse,
        """
        create table staging.pad (
            line integer, txt text, num numeric, yes boolean, day date, moment timestamptz, doc jsonb, list text []
        );
        """,
    )
    return warehouse


def _texts(connection: Connection) -> list[str]:
    return list(connection.exec_driver_sql("select txt from staging.pad order by line").scalars())


@pytest.fixture
def sql_root(monkeypatch, tmp_path):
    monkeypatch.setattr(sql, "SQL_ROOT", tmp_path)
    return tmp_path


def test_values_are_bound_and_never_become_sql(pad, sql_root):
    (sql_root / "find.sql").write_text("select count(*) from staging.pad where txt = :wanted and txt like '%';")
    copy_rows(pad, "staging.pad", ["line", "txt"], [(1, "x' or 'a' = 'a"), (2, "b")])

    assert run_file(pad, "find.sql", {"wanted": "x' or 'a' = 'a"}).scalar_one() == 1


def test_a_cast_is_not_taken_for_a_parameter(warehouse, sql_root):
    (sql_root / "cast.sql").write_text("select '15/6/2026'::date, cast(:as_of as timestamptz)")

    row = run_file(warehouse, "cast.sql", {"as_of": "2026-06-15T00:00+07:00"}).one()

    assert (row[0], row[1]) == (date(2026, 6, 15), datetime(2026, 6, 14, 17, tzinfo=UTC))


def test_a_script_may_hold_percent_signs_colons_and_several_statements(warehouse):
    run_script(warehouse, "create table staging.a (n int); comment on table staging.a is '100% lúc 7:30 :b';")

    comment = warehouse.exec_driver_sql("select obj_description('staging.a'::regclass)").scalar()
    assert comment == "100% lúc 7:30 :b"


@pytest.mark.parametrize(
    "text",
    ["Đồng Tháp", "a\tb", "a\nb\r\nc", "\\N", "\\.", "back\\slash", "", "  blanks  ", '"quoted"', "𝄞 e\u0301", "NULL"],
)
def test_text_arrives_as_it_was(pad, text):
    copy_rows(pad, "staging.pad", ["line", "txt"], [(1, text)])

    assert _texts(pad) == [text]


def test_every_kind_of_value_arrives_as_it_was(pad):
    moment = datetime(2026, 6, 14, 23, 59, tzinfo=UTC)
    big = Decimal("12345678901234567890.123456789")
    row = (1, None, big, True, date(2026, 6, 15), moment, {"a": ['"', "\\"]}, ["x,y", 'q"', "b\\", "", None, "NULL"])

    copy_rows(pad, "staging.pad", ["line", "txt", "num", "yes", "day", "moment", "doc", "list"], [row])

    assert tuple(pad.exec_driver_sql("select * from staging.pad").one()) == row


def test_rows_are_streamed_from_a_generator_and_counted(pad):
    rows = ((number, "ế" * 50) for number in range(20_000))

    assert copy_rows(pad, "staging.pad", ["line", "txt"], rows) == 20_000
    assert pad.exec_driver_sql("select count(distinct txt), max(line) from staging.pad").one() == (1, 19_999)


def test_no_rows_are_no_mistake(pad):
    assert copy_rows(pad, "staging.pad", ["line"], []) == 0


def test_copied_rows_join_the_transaction_and_go_with_it(warehouse_url):
    with engine(warehouse_url).connect() as connection:
        run_script(connection, "create table staging.pad (line integer)")
        connection.commit()
        copy_rows(connection, "staging.pad", ["line"], [(1,)])
        connection.commit()
        copy_rows(connection, "staging.pad", ["line"], [(2,)])
        connection.rollback()

        assert connection.exec_driver_sql("select line from staging.pad").scalars().all() == [1]


def test_a_mistake_in_one_row_copies_none(pad):
    with pytest.raises(ValueError, match=r"staging\.pad: a row of 1 values for 2 columns"), pad.begin_nested():
        copy_rows(pad, "staging.pad", ["line", "txt"], [(1, "good"), (2,)])

    assert _texts(pad) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a\0b", r"staging\.pad\.txt: .*U\+0000"),
        (datetime(2026, 6, 15), r"staging\.pad\.txt: .*no time zone"),
        (object(), r"staging\.pad\.txt: cannot copy a object"),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused_with_its_column(pad, value, message):
    with pytest.raises((ValueError, TypeError), match=message):
        copy_rows(pad, "staging.pad", ["line", "txt"], [(1, value)])


def test_sessions_speak_vietnamese_time_whatever_the_server_is_set_to(warehouse):
    assert warehouse.exec_driver_sql("show timezone").scalar() == "Asia/Ho_Chi_Minh"
