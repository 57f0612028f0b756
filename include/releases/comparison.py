"""The headlines of an edition beside the same period of the year before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from include.extracts.leadership.edition import Comparison

if TYPE_CHECKING:
    from include.extracts.leadership.snapshot import Figure, Snapshot

NOT_IN_EARLIER_PERIOD: Final = "Cùng kỳ năm trước chưa có chỉ tiêu này."
UNIT_CHANGED: Final = "Đơn vị tính của chỉ tiêu đã thay đổi so với cùng kỳ năm trước."
NO_VALUE_NOW: Final = "Kỳ này chưa có giá trị để so."
NO_VALUE_THEN: Final = "Cùng kỳ năm trước không có giá trị để so."


def compare_headlines(snapshot: Snapshot, earlier: Snapshot | None, earlier_name: str = "") -> tuple[Comparison, ...]:
    """Every headline of the snapshot beside that of `earlier`; `earlier_name` names its period as readers call it.

    Empty without an earlier snapshot: that there is none is said once, not beside every number. Without a value on both
    sides or the same unit there is no difference, but a reason.
    """
    if earlier is None:
        return ()
    then = {(figure.indicator_code, figure.side): figure for figure in earlier.headlines}
    name = earlier_name or earlier.period.name
    return tuple(
        _compared(figure, then.get((figure.indicator_code, figure.side)), earlier.period.code, name)
        for figure in snapshot.headlines
    )


def _compared(now: Figure, then: Figure | None, code: str, name: str) -> Comparison:
    def without_difference(reason: str) -> Comparison:
        value, state, kind = (then.value, then.state, then.kind) if then is not None else (None, "missing", None)
        return Comparison(now.indicator_code, now.side, code, name, value, state, kind, None, reason)

    if then is None:
        return without_difference(NOT_IN_EARLIER_PERIOD)
    if then.unit != now.unit:
        return without_difference(UNIT_CHANGED)
    if then.value is None:
        return without_difference(NO_VALUE_THEN)
    if now.value is None:
        return without_difference(NO_VALUE_NOW)
    return Comparison(
        now.indicator_code, now.side, code, name, then.value, then.state, then.kind, now.value - then.value
    )
