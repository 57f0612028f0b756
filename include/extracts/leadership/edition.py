"""What every document of a release is written from: one frozen snapshot with what has to be said around it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

# Named at run time by the annotations below, which pydantic reads.
from include.extracts.leadership.snapshot import Figure, Snapshot
from include.extracts.leadership.wording import STATES_VI, number_vi

if TYPE_CHECKING:
    from pydantic import TypeAdapter

ReleaseKind = Literal["monthly", "six_month", "annual", "ad_hoc"]

MAIL_HTML_NAME: Final = "mail.html"
MAIL_TEXT_NAME: Final = "mail.txt"
MAIL_CHART_NAME: Final = "mail-chart.png"
MAIL_CHART_CID: Final = "mail-chart"
"""What the mail of an edition is called in its bundle, and its picture in the mail: written here, sent elsewhere."""

DRAFT_VI: Final = "DỰ THẢO"
"""Printed on every page until the edition is approved."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A headline beside the same period of the year before. `reason` says why there is nothing to compare with.

    `value` and `difference` (now less then) are in the unit of the headline; both None where either is hidden.
    """

    indicator_code: str
    side: str
    period_code: str
    period_name: str
    value: Decimal | None
    state: str
    kind: str | None
    difference: Decimal | None
    reason: str = ""

    @property
    def is_comparable(self) -> bool:
        return self.difference is not None


@dataclass(frozen=True, slots=True)
class Change:
    """A figure printed otherwise than in the edition that is corrected; both as they were printed, words included."""

    indicator_code: str
    indicator_name: str
    unit: str
    scope_name: str
    breakdown_name: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """That this edition corrects a released one: its number, why, and every headline that changed."""

    number: int
    of_edition: int
    reason: str
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        """“ĐÍNH CHÍNH lần 1”."""
        return f"ĐÍNH CHÍNH lần {self.number}"


@dataclass(frozen=True, slots=True)
class LineageFile:
    """A file figures come from."""

    sha256: str
    file_name: str
    source_id: str
    receipt_number: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class LineageCell:
    """What one cell (or one whole report, or the days of one feed file) adds to the province's headline.

    `file_number` is a place in Edition.lineage_files, None for a body that counts and sent nothing. The numbers are in
    base units, None where they are not shown (`is_hidden`). `term_side`: numerator, denominator, first, second, ...
    """

    indicator_code: str
    side: str
    term_side: str
    measure_code: str
    measure_name: str
    unit_code: str
    unit_name: str
    group_code: str
    member_name: str
    file_number: int | None
    sheet: str
    cell: str
    value: Decimal | None
    added: Decimal | None
    is_hidden: bool
    state: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Who reviewed and who approved, by post or account, and when."""

    reviewed_by: str
    approved_by: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a release. Everything but `content_hash` and `approval` is frozen and under that hash."""

    release_code: str
    edition_number: int
    release_kind: ReleaseKind
    name: str
    """“Báo cáo 6 tháng đầu năm 2026”, “Số liệu tháng 5/2026”."""
    planned_at: datetime | None
    is_late: bool
    as_known_at: datetime
    frozen_at: datetime
    frozen_by: str
    code_version: str
    snapshot: Snapshot
    comparisons: tuple[Comparison, ...] = ()
    lineage_files: tuple[LineageFile, ...] = ()
    lineage: tuple[LineageCell, ...] = ()
    definition_hashes: tuple[tuple[str, str], ...] = ()
    """Indicator code and the SHA-256 of its definition."""
    correction: Correction | None = None
    content_hash: str = ""
    approval: Approval | None = None

    @property
    def is_draft(self) -> bool:
        return self.approval is None

    @property
    def is_working_copy(self) -> bool:
        """Whether it is the desk's view of the moment: never frozen, never sent, edition 0."""
        return self.edition_number == 0

    @property
    def number(self) -> str:
        """“2026-06T/1”: what every document carries."""
        return f"{self.release_code}/{self.edition_number}"

    @property
    def label(self) -> str:
        """“Bản phát hành 2026-06T, lần 1”; of a working copy, that it is none."""
        if self.is_working_copy:
            return "Bản làm việc, chưa phát hành"
        return f"Bản phát hành {self.release_code}, lần {self.edition_number}"

    @property
    def file_stem(self) -> str:
        """“TTDN_2026-06T_lan1”; “…_DU-THAO” for a draft. Every file of the bundle starts with it."""
        return f"TTDN_{self.release_code}_lan{self.edition_number}" + ("_DU-THAO" if self.is_draft else "")

    def comparison_of(self, figure: Figure) -> Comparison | None:
        """The comparison of a headline; None for every other figure, and where none was made."""
        if figure.scope_type != "province" or not figure.is_headline:
            return None
        return next(
            (
                each
                for each in self.comparisons
                if (each.indicator_code, each.side) == (figure.indicator_code, figure.side)
            ),
            None,
        )


def shown_value(value: Decimal | None, unit: str, state: str) -> str:
    """A value as printed: “1.234,5”, or the word of its state."""
    return STATES_VI[state] if value is None or state == "nil" else number_vi(value, unit)


def edition_json(edition: Edition) -> bytes:
    """The frozen content as canonical JSON: the same edition gives the same bytes anywhere, numbers exact."""
    return _adapter().dump_json(replace(edition, content_hash="", approval=None))


def edition_of_json(content: bytes, approval: Approval | None = None) -> Edition:
    """The edition back from its content, with its hash. Raises ValueError for content that is none."""
    edition = _adapter().validate_json(content)
    return replace(edition, content_hash=hashlib.sha256(content).hexdigest(), approval=approval)


@cache
def _adapter() -> TypeAdapter[Edition]:
    from pydantic import TypeAdapter

    return TypeAdapter(Edition)
