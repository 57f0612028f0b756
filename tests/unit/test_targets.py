"""The file of targets: empty as delivered, editable in Excel, and refused with every mistake named at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from include.errors import CatalogueError
from include.indicators.targets import Target, load_targets

HEADER = "indicator_code,side,target_for,target_value,document_number,document_date,issued_by"
SOURCE = "12/QĐ-UBND,2026-01-15,UBND tỉnh"


def written(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "targets.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8-sig")
    return path


def refusal(folder: Path, *lines: str) -> str:
    with pytest.raises(CatalogueError) as refused:
        load_targets(written(folder, *lines))
    return str(refused.value)


def test_as_delivered_no_target_is_set():
    assert load_targets() == ()


def test_a_target_of_a_period_and_one_of_the_year_are_read(tmp_path):
    document = ("12/QĐ-UBND", date(2026, 1, 15), "UBND tỉnh")
    read = load_targets(written(tmp_path, f"P01,,2026-06T,95,{SOURCE}", f"M01,,2026,1200,{SOURCE}"))

    assert read == (
        Target(
            "P01", "single", "2026-06T", "2026-06T", 2026, Decimal(95), "12/QĐ-UBND", date(2026, 1, 15), "UBND tỉnh"
        ),
        Target("M01", "single", "2026", None, 2026, Decimal(1200), *document),
    )


def test_what_a_vietnamese_excel_leaves_behind_is_understood(tmp_path):
    path = written(
        tmp_path,
        "P04;;2026-06T;95,5;12/QĐ-UBND;15/01/2026;UBND tỉnh",
        ";;;;;;",
        header=HEADER.replace(",", ";"),
    )

    [target] = load_targets(path)

    assert (target.target_value, target.document_date) == (Decimal("95.5"), date(2026, 1, 15))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"Z99,,2026,5,{SOURCE}", "indicator 'Z99'"),
        (f"M01,,2031,5,{SOURCE}", "target_for: '2031'"),
        (f"M01,,2026-Q1,5,{SOURCE}", "'2026-Q1'"),
        (f"P01,,2026-NAM,5,{SOURCE}", "a period of P01"),  # P01 speaks of the six-month reports alone
        (f"D01,,2026,5,{SOURCE}", "context is read, never scored"),
        (f"N02,,2026,50,{SOURCE}", "context is read, never scored"),
        (f"P05,,2026-06T,90,{SOURCE}", "2026 is its baseline"),
        (f"P07,,2026-NAM,5,{SOURCE}", "an indicator that takes targets"),
        ("M01,,2026,5,,2026-01-15,UBND tỉnh", "no document_number"),
        ("M01,,2026,5,12/QĐ-UBND,,UBND tỉnh", "no document_date"),
        ("M01,,2026,5,12/QĐ-UBND,2026-01-15,", "no issued_by"),
        ("M01,,2026,5,12/QĐ-UBND,31/02/2026,UBND tỉnh", "document_date"),
        (f"M01,,2026,nhiều,{SOURCE}", "'nhiều'"),
        (f"M01,,2026,1.200,{SOURCE}", "without separators"),  # 1200, or one and a fifth
        (f"M01,,2026,,{SOURCE}", "target_value: ''"),
        (f"M01,,2026,12.5,{SOURCE}", "a whole number"),
        (f"M01,,2026,-5,{SOURCE}", "zero or more"),
        (f"L03,,2026,5,{SOURCE}", "a milestone"),
        (f"P01,,2026-06T,100.1,{SOURCE}", "at most 100"),
        (f"R02,,2026,101,{SOURCE}", "at most 100"),  # bounds.yml: RSP03 is part of RSP02
        (f"M04,,2026,5,{SOURCE}", "first or second"),
        (f"M01,first,2026,5,{SOURCE}", "M01 is one figure"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_named(tmp_path, line, told):
    answer = refusal(tmp_path, line)

    assert told in answer
    assert "line 2" in answer


@pytest.mark.parametrize(
    "line",
    [
        f"P01,,2026-06T,100,{SOURCE}",
        f"P01,,2026,95,{SOURCE}",
        f"R02,,2026,100,{SOURCE}",
        f"K02,,2026,105,{SOURCE}",  # spending may pass the budget
        f"O03,,2026,110,{SOURCE}",  # and disbursement the year's plan
        f"L03,,2026,4,{SOURCE}",
        f"M04,second,2026,5,{SOURCE}",
        f"X02,,2026,250.75,{SOURCE}",  # million USD
        f"X04,,2026,-5,{SOURCE}",  # adjusted capital keeps its sign
        f"N04,,2026,90,{SOURCE}",
        f"M01,,2026,0,{SOURCE}",
    ],
)
def test_the_near_misses_are_taken(tmp_path, line):
    assert len(load_targets(written(tmp_path, line))) == 1


@pytest.mark.parametrize(
    ("first", "second", "is_twice"),
    [
        ("M01,,2026", "M01,,2026", True),
        ("M01,,2026", "M01,,2026-NAM", True),  # the year's target is judged in the annual period
        ("P01,,2026", "P01,,2026-06T", True),  # P01 has no annual period
        ("M01,,2026", "M01,,2026-06T", False),
        ("M04,first,2026", "M04,second,2026", False),
        ("M04,first,2026", "M04,first,2026", True),
    ],
)
def test_two_values_for_the_same_are_refused(tmp_path, first, second, is_twice):
    lines = [f"{first},5,{SOURCE}", f"{second},6,{SOURCE}"]

    if is_twice:
        assert "again, first in targets.csv, line 2" in refusal(tmp_path, *lines)
    else:
        assert len(load_targets(written(tmp_path, *lines))) == 2


def test_another_header_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match="line 1"):
        load_targets(written(tmp_path, header="indicator,value"))


def test_all_mistakes_are_told_at_once(tmp_path):
    told = refusal(tmp_path, f"Z99,,2026,5,{SOURCE}", f"M01,,2026,5,{SOURCE}", "T01,,2031,x,,,")

    assert "4 problem(s)" in told
    assert "line 3" not in told
