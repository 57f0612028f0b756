"""The list of recipients is dated, keeps to allowed domains, and tells every mistake at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include.delivery.recipients import (
    COLUMNS,
    is_allowed,
    load_recipients,
    read_recipients,
    recipients_of,
    recipients_of_unit,
)
from include.errors import CatalogueError
from include.settings import load_settings

DOMAINS = {"tinh.example.vn"}
UNITS = {"SYT": None, "28249": None}


def written(folder: Path, *lines: str) -> Path:
    path = folder / "recipients.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines, ""]), encoding="utf-8")
    return path


def read(folder: Path, *lines: str):
    return read_recipients(written(folder, *lines), UNITS, DOMAINS)


def mistakes(folder: Path, *lines: str) -> str:
    with pytest.raises(CatalogueError) as refused:
        read(folder, *lines)
    return refused.value.found


def test_the_list_that_is_shipped_names_nobody():
    assert load_recipients(load_settings({})) == ()


def test_an_office_receives_what_its_line_says_from_its_first_day_to_the_day_before_the_last(tmp_path):
    listed = read(
        tmp_path, "VP@tinh.example.vn,Văn phòng UBND tỉnh,six_month late_list,,2026-01-01,2026-07-01,theo công văn"
    )

    [office] = listed
    assert (office.address, office.office_vi) == ("vp@tinh.example.vn", "Văn phòng UBND tỉnh")
    for what, day, gets in (
        ("six_month", date(2026, 1, 1), True),
        ("late_list", date(2026, 6, 30), True),
        ("six_month", date(2026, 7, 1), False),
        ("six_month", date(2025, 12, 31), False),
        ("annual", date(2026, 6, 30), False),
    ):
        assert (recipients_of(listed, what, day) == (office,)) is gets


def test_reminders_of_a_body_go_where_its_line_says_and_no_release_does(tmp_path):
    listed = read(
        tmp_path, "syt@tinh.example.vn,Sở Y tế,,SYT,2026-01-01,,", "vp@tinh.example.vn,VP,annual,,2026-01-01,,"
    )

    assert [each.address for each in recipients_of_unit(listed, "SYT", date(2026, 6, 1))] == ["syt@tinh.example.vn"]
    assert recipients_of_unit(listed, "28249", date(2026, 6, 1)) == ()
    assert [each.address for each in recipients_of(listed, "annual", date(2026, 6, 1))] == ["vp@tinh.example.vn"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("vp.tinh.example.vn,VP,annual,,2026-01-01,,", "address: 'vp.tinh.example.vn'"),
        ("Văn phòng <vp@tinh.example.vn>,VP,annual,,2026-01-01,,", "expected a mail address"),
        ("vp@tinh.example.vn;x@tinh.example.vn,VP,annual,,2026-01-01,,", "expected a mail address"),
        ("vp@khac.example.vn,VP,annual,,2026-01-01,,", "TTDN_ALLOWED_DOMAINS"),
        ("vp@sub.tinh.example.vn,VP,annual,,2026-01-01,,", "TTDN_ALLOWED_DOMAINS"),
        ("vp@tinh.example.vn.evil.example,VP,annual,,2026-01-01,,", "TTDN_ALLOWED_DOMAINS"),
        ("vp@tinh.example.vn,,annual,,2026-01-01,,", "office_vi"),
        ("vp@tinh.example.vn,VP,yearly,,2026-01-01,,", "'yearly'"),
        ("vp@tinh.example.vn,VP,annual annual,,2026-01-01,,", "each word once"),
        ("vp@tinh.example.vn,VP,,SXX,2026-01-01,,", "'SXX'"),
        ("vp@tinh.example.vn,VP,,,2026-01-01,,", "neither receives nor unit_code"),
        ("vp@tinh.example.vn,VP,annual,SYT,2026-01-01,,", "both receives and unit_code"),
        ("vp@tinh.example.vn,VP,annual,,,,", "valid_from"),
        ("vp@tinh.example.vn,VP,annual,,2026-02-01,2026-02-01,", "valid_to"),
        ('"vp@tinh.example.vn\nBcc: x@evil.example",VP,annual,,2026-01-01,,', "one line"),
        ('vp@tinh.example.vn,"VP\r\nBcc: x@evil.example",annual,,2026-01-01,,', "one line"),
        ("vp@tinh.example.vn,VP\u2028Bcc: x,annual,,2026-01-01,,", "one line"),
        ("vp@tinh.example.vn,VP,annual,,2026-01-01,", "another number of cells"),
    ],
)
def test_a_line_with_a_mistake_is_refused_with_its_reason(tmp_path, line, told):
    assert told in mistakes(tmp_path, line)


def test_every_mistake_is_told_at_once(tmp_path):
    found = mistakes(
        tmp_path, "x,VP,annual,,2026-01-01,,", "vp@khac.example.vn,VP,annual,,2026-01-01,,", "vp@tinh.example.vn,,,,,,"
    )

    assert found.startswith("5 problem(s)")
    assert all(f"line {number}" in found for number in (2, 3, 4))


def test_the_same_mailbox_for_the_same_thing_at_the_same_time_is_refused(tmp_path):
    line = "vp@tinh.example.vn,VP,annual six_month,,2026-01-01,2026-07-01,"

    assert "gets six_month twice" in mistakes(tmp_path, line, "VP@tinh.example.vn,VP,six_month,,2026-06-30,,")
    assert "gets annual twice" in mistakes(tmp_path, line, "vp@tinh.example.vn,VP,annual,,2025-01-01,,")
    assert "reminders of SYT twice" in mistakes(tmp_path, *["vp@tinh.example.vn,VP,,SYT,2026-01-01,,"] * 2)


def test_the_same_mailbox_later_or_for_another_thing_is_no_mistake(tmp_path):
    line = "vp@tinh.example.vn,VP,annual,,2026-01-01,2026-07-01,"
    others = ("vp@tinh.example.vn,VP,annual,,2026-07-01,,", "vp@tinh.example.vn,VP,six_month,,2026-01-01,,")

    assert len(read(tmp_path, line, *others)) == 3


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("a@tinh.example.vn", True),
        ("a@TINH.example.vn", True),
        ("a@sub.tinh.example.vn", False),
        ("a@example.vn", False),
        ("a@evil.example@tinh.example.vn", False),
        ("ố@tinh.example.vn", False),
        ("@tinh.example.vn", False),
    ],
)
def test_an_address_is_allowed_when_its_own_domain_is_listed(address, allowed):
    assert is_allowed(address, DOMAINS) is allowed
    assert not is_allowed(address, frozenset())
