"""A released number down to its cells, from the edition alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from include.errors import PlatformError
from include.releases.trace import trace_edition
from tests.unit.edition_builders import edition


def test_a_released_number_is_traced_to_its_file_sheet_and_cell():
    traced = trace_edition(edition(), "M01")

    assert (traced["release"], traced["value"], traced["state"]) == ("2026-06T/1", "1234.5", "reported")
    (term,) = traced["terms"]
    assert (term["side"], term["measure"], term["value"]) == ("numerator", "MED01", "1234.5")
    (cell,) = term["cells"]
    assert (cell["sha256"], cell["sheet"], cell["cell"], cell["value"]) == ("a" * 64, "Số liệu", "D12", "1234.5")


def test_of_a_body_only_its_own_cells_are_told():
    made = edition()
    other = replace(made.lineage[0], unit_code="28261", unit_name="Phường Mỹ Tho", added=Decimal(2), value=Decimal(2))
    made = replace(made, lineage=(*made.lineage, other))

    assert trace_edition(made, "M01")["terms"][0]["value"] == "1236.5"
    assert trace_edition(made, "M01", "unit:28261")["terms"][0]["value"] == "2"
    assert trace_edition(made, "M01", "group:commune")["terms"][0]["value"] == "1236.5"


def test_a_sum_with_a_hidden_cell_in_it_is_not_told():
    made = edition()
    hidden = replace(made.lineage[0], unit_code="28261", value=None, added=None, is_hidden=True)

    (term,) = trace_edition(replace(made, lineage=(*made.lineage, hidden)), "M01")["terms"]

    assert term["value"] is None
    assert [(cell["value"], cell.get("hidden", False)) for cell in term["cells"]] == [("1234.5", False), (None, True)]


@pytest.mark.parametrize(("indicator", "scope"), [("M99", None), ("M01", "unit:99999"), ("M01", "village:1")])
def test_what_an_edition_does_not_print_is_not_traced(indicator, scope):
    with pytest.raises(PlatformError, match="2026-06T/1"):
        trace_edition(edition(), indicator, scope)
