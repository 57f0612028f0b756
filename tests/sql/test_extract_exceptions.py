"""From corrections and waivers in the warehouse to what the extract says of them; small counts stay hidden."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, text

from include.extracts.leadership.exceptions import (
    AcceptedException,
    CorrectedFigure,
    read_corrections,
    read_exceptions,
)
from include.extracts.leadership.snapshot import read_snapshot
from include.indicators.marts import build_marts
from include.reference import load_reference
from tests.sql.builders import IN_TIME, LATE, send

DAO_THANH, MY_THO = "28249", "28261"
SENSITIVE = next(code for code, measure in load_reference().measures.items() if measure.is_sensitive)


def correct(
    connection: Connection,
    submission: int,
    printed: int | None,
    corrected: int,
    *,
    line: int = 1,
    until: date | None = None,
) -> None:
    """Note that this line of the submission counts otherwise than printed."""
    connection.execute(
        text(
            "insert into warehouse.applied_correction (submission_id, line_number, correction_code, sheet_name, cell,"
            " printed_text, printed_value, printed_state, corrected_value, corrected_state, reason_vi, reported_date,"
            " reported_to_name, decided_by_role, valid_until) select :submission, :line, 'BC-1', sheet_name, cell,"
            " :printed_text, :printed, :state, :corrected, 'reported', 'Ghi thừa một số 0.', '2026-06-05',"
            " 'UBND phường', 'Trưởng phòng', :until from warehouse.observation"
            " where submission_id = :submission and line_number = :line"
        ),
        {
            "submission": submission,
            "line": line,
            "printed": printed,
            "printed_text": str(printed),
            "state": "unreadable" if printed is None else "reported",
            "corrected": corrected,
            "until": until,
        },
    )


def corrections(connection: Connection, period: str = "2026-06T") -> tuple[CorrectedFigure, ...]:
    build_marts(connection)
    return read_snapshot(connection, period).corrections


def test_a_corrected_figure_is_told_in_the_unit_of_the_form(warehouse: Connection) -> None:
    submission = send(warehouse, DAO_THANH, figures={"BUD02": 35_000_000})
    correct(warehouse, submission, 350_000_000, 35_000_000, until=date(2026, 12, 31))

    [told] = corrections(warehouse)

    assert (told.sender_name, told.printed, told.counted) == ("Phường Đạo Thạnh", "350 triệu đồng", "35 triệu đồng")
    assert "(BUD02)" in told.figure_name
    assert (told.reason, told.decided_by, told.reported, told.until, told.code) == (
        "Ghi thừa một số 0.",
        "Trưởng phòng",
        "UBND phường, 05/06/2026",
        "31/12/2026",
        "BC-1",
    )


def test_a_figure_that_could_not_be_read_is_told_as_that(warehouse: Connection) -> None:
    correct(warehouse, send(warehouse, DAO_THANH, figures={"MED01": 12}), None, 12)

    [told] = corrections(warehouse)

    assert (told.printed, told.until) == ("không đọc được", "không hạn")


@pytest.mark.parametrize(
    ("printed", "corrected", "shown"),
    [
        (30, 3, ("không nêu", "<5")),
        (4, 40, ("<5", "không nêu")),
        (4, 3, ("<5", "<5")),
    ],
)
def test_a_small_count_of_a_sensitive_matter_is_hidden_with_what_would_tell_it(
    warehouse: Connection, printed: int, corrected: int, shown: tuple[str, str]
) -> None:
    correct(warehouse, send(warehouse, DAO_THANH, figures={SENSITIVE: corrected}), printed, corrected)

    [told] = corrections(warehouse)

    assert (told.printed, told.counted) == shown
    assert "số 0" not in told.reason


@pytest.mark.parametrize(("measure", "printed", "corrected"), [(SENSITIVE, 50, 5), ("MED01", 30, 3)])
def test_other_counts_are_shown(warehouse: Connection, measure: str, printed: int, corrected: int) -> None:
    correct(warehouse, send(warehouse, DAO_THANH, figures={measure: corrected}), printed, corrected)

    [told] = corrections(warehouse)

    assert told.printed.startswith(str(printed))
    assert told.counted.startswith(str(corrected))
    assert told.reason == "Ghi thừa một số 0."


def test_a_revision_that_was_replaced_another_period_and_a_held_file_say_nothing(warehouse: Connection) -> None:
    replaced = send(warehouse, DAO_THANH, figures={"MED01": 12}, received_at=IN_TIME)
    send(warehouse, DAO_THANH, figures={"MED01": 13}, received_at=LATE)
    other = send(warehouse, MY_THO, "2026-NAM", figures={"MED01": 12})
    correct(warehouse, replaced, 120, 12)
    correct(warehouse, other, 120, 12)

    assert corrections(warehouse) == ()
    assert len(corrections(warehouse, "2026-NAM")) == 1


# --- waivers ---------------------------------------------------------------------------------------


def accept(connection: Connection, submission: int, unit: str, sentence: str, reason: str = "Hai lớp ghép.") -> None:
    """Let a breach of R-08 of that submission pass, told in that sentence."""
    waiver = connection.execute(
        text(
            "insert into warehouse.waiver (rule_code, reporting_unit_code, period_code, reason_vi, decided_by_role,"
            " decided_at, valid_until) values ('R-08', :unit, '2026-06T', :reason, 'Phó Giám đốc',"
            " '2026-06-01T08:00+07:00', '2026-06-30') returning waiver_id"
        ),
        {"unit": unit, "reason": reason},
    ).scalar_one()
    connection.execute(
        text("insert into warehouse.waiver_use values (:waiver, :submission, 'R-08', 'ATTENDEES_WITHOUT_CLASS', 2)"),
        {"waiver": waiver, "submission": submission},
    )
    connection.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, text_vi)"
            " select receipt_id, 'R-08', 'ATTENDEES_WITHOUT_CLASS', 'warn', :sentence from landing.receipt"
            " where submission_id = :submission"
        ),
        {"submission": submission, "sentence": sentence},
    )


def exceptions(connection: Connection) -> tuple[AcceptedException, ...]:
    build_marts(connection)
    return read_snapshot(connection, "2026-06T").exceptions


def test_what_was_accepted_is_told_with_why_who_and_until_when(warehouse: Connection) -> None:
    accept(warehouse, send(warehouse, DAO_THANH, figures={"TRN02": 40}), DAO_THANH, "có 40 học viên (TRN02).")

    assert exceptions(warehouse) == (
        AcceptedException(
            number=1,
            unit_name="Phường Đạo Thạnh",
            rule="R-08",
            text="có 40 học viên (TRN02).",
            reason="Hai lớp ghép.",
            decided_by="Phó Giám đốc",
            until="30/06/2026",
        ),
    )


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (f"có 3 ({SENSITIVE}).", "Hai lớp ghép."),
        ("Tin bài, chủ đề Nhân quyền (MED01): ghi 3.", "Hai lớp ghép."),
        ("có 40 học viên (TRN02).", "Ba tin về nhân quyền đã gỡ."),
    ],
)
def test_what_names_a_sensitive_matter_hides_sentence_and_reason(
    warehouse: Connection, sentence: str, reason: str
) -> None:
    accept(warehouse, send(warehouse, DAO_THANH, figures={"TRN02": 40}), DAO_THANH, sentence, reason)

    [told] = exceptions(warehouse)

    assert (told.text, told.reason) == ("Không nêu chi tiết.", "Không nêu chi tiết.")


def test_what_names_another_topic_is_told(warehouse: Connection) -> None:
    sentence = "Tin bài, chủ đề Kinh tế (MED01): ghi 3."
    accept(warehouse, send(warehouse, DAO_THANH, figures={"TRN02": 40}), DAO_THANH, sentence)

    [told] = exceptions(warehouse)

    assert (told.text, told.reason) == (sentence, "Hai lớp ghép.")


@pytest.mark.parametrize(
    ("untold", "shown"),
    [
        ("TRN01", ("Không nêu chi tiết.", "Không nêu chi tiết.")),
        # Its sentences name it, and so only they are hidden.
        (SENSITIVE, ("có 40 học viên (TRN02).", "Hai lớp ghép.")),
    ],
)
def test_while_no_figure_of_a_body_is_given_its_exceptions_are_not_told_either(
    warehouse: Connection, untold: str, shown: tuple[str, str]
) -> None:
    accept(warehouse, send(warehouse, DAO_THANH, figures={"TRN02": 40}), DAO_THANH, "có 40 học viên (TRN02).")
    build_marts(warehouse)

    [told] = read_exceptions(warehouse, "2026-06T", load_reference(), frozenset({untold}))

    assert (told.text, told.reason) == shown


def test_a_corrected_figure_of_which_no_body_is_told_is_hidden_and_those_beside_it_are_not(
    warehouse: Connection,
) -> None:
    submission = send(warehouse, DAO_THANH, figures={"MED01": 12, "TRN02": 40})
    correct(warehouse, submission, 120, 12, line=1)
    correct(warehouse, submission, 400, 40, line=2)
    build_marts(warehouse)

    told = read_corrections(warehouse, "2026-06T", load_reference(), frozenset({"MED01"}))

    assert [(each.printed, each.counted) for each in told] == [
        ("không nêu", "không nêu"),
        ("400 lượt người", "40 lượt người"),
    ]
    assert [each.reason for each in told] == ["Không nêu chi tiết."] * 2


def test_a_waiver_used_for_a_revision_that_was_replaced_is_not_told(warehouse: Connection) -> None:
    accept(warehouse, send(warehouse, DAO_THANH, figures={"TRN02": 40}, received_at=IN_TIME), DAO_THANH, "x")
    send(warehouse, DAO_THANH, figures={"TRN02": 41}, received_at=LATE)

    assert exceptions(warehouse) == ()
