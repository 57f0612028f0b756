"""One project told by several sources is counted once; what is only likely waits for a person."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import InternalError

from include.cli import main
from include.indicators.kpi import kpi_as_known
from include.indicators.marts import build_marts, ensure_current
from include.projects.decisions import DecisionRefused, decide
from include.projects.matching import project_overview
from include.projects.titles import note_titles, title_keys
from include.warehouse.connect import engine
from tests.sql.builders import IN_TIME, LATE, ZONE
from tests.sql.registers import MAY_31, Project, send_donor, send_register, set_rate

POST = "Chuyên viên Phòng Hợp tác, Sở Tài chính"
STC, LHHN, IATI, WB = (
    "finance_oda/STC/oda/",
    "finance_ngo/LHHN/ngo/",
    "iati_activities/-/oda/",
    "donor_projects/-/oda/",
)


def signed(amount: object, **changes: Any) -> dict[str, Any]:
    return {"figures": {"capital_signed": amount}, **changes}


def committed(amount: object, **changes: Any) -> dict[str, Any]:
    return {"figures": {"capital_committed": amount}, **changes}


def record(connection: Connection, key: str) -> Any:
    ensure_current(connection)
    return connection.execute(
        text("select * from mart.project_record where project_key = :key order by received_at desc limit 1"),
        {"key": key},
    ).one()


def counted(connection: Connection) -> set[str]:
    ensure_current(connection)
    return set(connection.execute(text("select project_key from mart.project_record where is_counted")).scalars())


def proposed(connection: Connection) -> set[tuple[str, str]]:
    return {(each["first"]["key"], each["second"]["key"]) for each in project_overview(connection)["proposals"]}


def say(connection: Connection, first: str, second: str, *, is_same: bool, at: datetime | None = None) -> None:
    decide(connection, first, second, is_same=is_same, reason="So hồ sơ ký kết", role=POST, decided_at=at)


# --- by number ---------------------------------------------------------------------------------------------------


def test_the_same_number_in_two_registers_is_one_project_and_the_department_of_finance_is_believed(reports):
    send_register(reports, "BQLKKT", "fdi", Project("1000 000 001", figures={"capital_new": "9000000"}))
    send_register(reports, "STC", "fdi", Project("1000000001", figures={"capital_new": "8000000"}))

    loser = record(reports, "finance_fdi/BQLKKT/fdi/1000000001")
    assert (loser.is_counted, loser.counted_as, loser.reason_code, loser.matched_with) == (
        False,
        "finance_fdi/STC/fdi/1000000001",
        "identifier",
        "finance_fdi/STC/fdi/1000000001",
    )
    assert counted(reports) == {"finance_fdi/STC/fdi/1000000001"}


@pytest.mark.parametrize(
    ("number", "provider", "is_same"),
    [
        ("P123783", None, True),
        ("p 123783", None, True),
        ("44000-P123783", "44000", True),
        ("44000-P123783", None, False),
        ("44000-P123783", "46004", False),
        ("44000P123783", "44000", False),
        ("44000-P123784", "44000", False),
        ("44000-P1237830", "44000", False),
    ],
)
def test_a_donors_identifier_is_the_registers_number_only_behind_the_donors_own_code(
    reports, number, provider, is_same
):
    send_register(reports, "STC", "oda", Project("P123783", **signed("5000000")))
    send_donor(
        reports, "iati_activities", "oda", Project(number, "Another title", None, provider=provider, **committed("1"))
    )

    assert (len(counted(reports)) == 1) is is_same
    assert (STC + "P123783") in counted(reports)


def test_punctuation_is_no_part_of_a_number(reports):
    send_donor(reports, "donor_projects", "oda", Project("D002451-001", "One", "CA", **committed("1")))
    send_donor(
        reports, "iati_activities", "oda", Project("CA-3-D002451001", "Two", "CA", provider="CA-3", **committed("2"))
    )

    assert counted(reports) == {WB + "D002451-001"}


@pytest.mark.parametrize("number", ["12", "0007"])
def test_a_line_number_is_no_identifier(reports, number):
    send_register(reports, "STC", "ngo", Project(number, "Nước sạch", **committed("100")))
    send_register(reports, "LHHN", "ngo", Project(number, "Học bổng", **committed("900")))

    assert len(counted(reports)) == 2


def test_the_same_number_of_another_flow_is_another_project(reports):
    send_register(reports, "STC", "ngo", Project("P123783", **committed("100")))
    send_register(reports, "STC", "oda", Project("P123783", **signed("100")))

    assert len(counted(reports)) == 2


def test_a_register_counts_in_every_period_of_its_own(reports):
    for period, as_of in (("2026-06T", MAY_31), ("2026-NAM", date(2026, 10, 31))):
        send_register(reports, "STC", "oda", Project("P123783", **signed("100")), period=period, as_of=as_of)
    send_register(reports, "BQLKKT", "oda", Project("P123783", **signed("100")))

    build_marts(reports)
    assert {
        tuple(row)
        for row in reports.execute(text("select reporting_unit_code, period_code, is_counted from mart.project_record"))
    } == {("STC", "2026-06T", True), ("STC", "2026-NAM", True), ("BQLKKT", "2026-06T", False)}


def test_one_donor_record_counts_where_several_files_tell_of_it_and_no_register_does(reports):
    activity = Project("CA-3-D002451001", **committed("5"))
    send_donor(reports, "iati_activities", "oda", activity, day=date(2025, 3, 1))
    send_donor(reports, "iati_activities", "oda", activity, day=date(2026, 3, 1))
    build_marts(reports)

    rows = reports.execute(
        text("select as_of_date, is_counted, reason_code from mart.project_record order by as_of_date")
    ).all()
    assert [tuple(row) for row in rows] == [
        (date(2025, 3, 1), False, "other_file"),
        (date(2026, 3, 1), True, None),
    ]


# --- proposals ----------------------------------------------------------------------------------------------------

REGISTER = Project("ODA-2026-01", "Nâng cấp hệ thống thủy lợi huyện Cao Lãnh", "JP", **signed("10000000"))


def with_donor(
    connection: Connection, title: str = "Nâng cấp hệ thống thuỷ lợi huyện Cao Lãnh", **changes: Any
) -> None:
    told = {"amount": "9800000", "partner": "JP", "day": date(2026, 3, 1), "locality": None, **changes}
    send_register(connection, "STC", "oda", REGISTER)
    send_donor(
        connection,
        "donor_projects",
        "oda",
        Project("KOICA-77", title, told["partner"], {"capital_committed": told["amount"]}, locality=told["locality"]),
        day=told["day"],
    )


PAIR = (WB + "KOICA-77", STC + "ODA-2026-01")


def test_a_likely_pair_is_proposed_with_its_reasons_and_counts_as_two_until_someone_decides(reports):
    with_donor(reports)

    [proposal] = project_overview(reports)["proposals"]
    assert (proposal["first"]["key"], proposal["second"]["key"]) == PAIR
    # 0,6 × 1 + 0,2 × (1 − 2 % / 5 %) + 0,2 × 1
    assert proposal["score"] == "0.92"
    assert proposal["reasons"] == [
        "cùng đối tác, nhà tài trợ: Nhật Bản",
        "tên dự án giống 100%",
        "vốn đăng ký, ký kết, cam kết lệch 2%",
        "thời gian chồng lên nhau",
    ]
    assert counted(reports) == set(PAIR)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "9400000"},
        {"amount": "10600000"},
        {"partner": "KR"},
        {"partner": None},
        {"day": date(2024, 12, 30)},
        {"title": "Nâng cấp hệ thống cấp nước thị xã Hồng Ngự"},
        {"title": "Nâng cấp hệ thống thủy lợi huyện Cao Lạnh"},
        {"title": "Nâng cấp hệ thống thủy lợi huyện Cao Lãnh 2"},
    ],
    ids=[
        "6 % less",
        "6 % more",
        "another donor",
        "no donor named",
        "367 days before",
        "another title",
        "one accent",
        "a number more",
    ],
)
def test_what_is_only_nearly_so_is_not_proposed(reports, changes):
    with_donor(reports, **changes)

    assert proposed(reports) == set()
    assert counted(reports) == set(PAIR)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "9500000"},
        {"amount": "10526315"},
        {"day": date(2024, 12, 31)},
        {"title": "Dự án Nâng cấp hệ thống thủy lợi huyện Cao Lãnh"},
    ],
    ids=["5 % less", "5 % more", "366 days before", "a word more"],
)
def test_what_is_just_within_the_bounds_is_proposed(reports, changes):
    with_donor(reports, **changes)

    assert proposed(reports) == {PAIR}


def test_tan_thanh_is_not_tan_thanh_with_another_tone():
    assert title_keys("Cầu Tân Thành") == ("cầu tân thành", "cau tan thanh")
    assert title_keys("Cầu Tân Thạnh")[1] == "cau tan thanh"


@pytest.mark.parametrize(("locality", "is_proposed"), [("28249", True), ("28261", False), ("82", True), (None, True)])
def test_two_communes_are_two_places(reports, locality, is_proposed):
    send_register(
        reports, "STC", "ngo", Project("VT-2026-01", "Nước sạch", "US", **committed("1000", locality="28249"))
    )
    send_register(
        reports, "LHHN", "ngo", Project("LH-2026-01", "Nước sạch", "US", **committed("1000", locality=locality))
    )

    assert bool(proposed(reports)) is is_proposed


def test_two_lines_of_one_register_are_two_projects(reports):
    send_register(
        reports,
        "STC",
        "ngo",
        Project("VT-2026-01", "Học bổng", "US", **committed("1000")),
        Project("VT-2026-02", "Học bổng", "US", **committed("1000")),
    )

    assert proposed(reports) == set()


def test_amounts_are_compared_in_dollars_or_in_the_currency_both_name(reports):
    set_rate(reports, "USD", MAY_31, "25000")
    send_register(reports, "STC", "oda", Project("ODA-2026-01", "Cấp nước", "JP", **signed(("250000000000", "VND"))))
    send_register(reports, "BQLKKT", "oda", Project("KKT-2026-01", "Cấp nước", "JP", **signed("10000000")))
    send_register(reports, "STC", "ngo", Project("VT-2026-01", "Nước sạch", "NO", **committed(("70", "NOK"))))
    send_register(reports, "LHHN", "ngo", Project("LH-2026-01", "Nước sạch", "NO", **committed(("70", "NOK"))))
    send_register(reports, "VPUB", "ngo", Project("VP-2026-01", "Nước sạch", "NO", **committed("70")))

    assert proposed(reports) == {
        ("finance_oda/BQLKKT/oda/KKT-2026-01", STC + "ODA-2026-01"),
        (LHHN + "LH-2026-01", "finance_ngo/STC/ngo/VT-2026-01"),
    }


def test_of_many_projects_with_one_title_only_those_of_one_size_are_proposed(reports):
    mine = [Project(f"VT-{n:05}", "Học bổng", "US", **committed(1000 * 1.2**n)) for n in range(60)]
    theirs = [Project(f"LH-{n:05}", "Học bổng", "US", **committed(1000 * 1.2**n)) for n in range(60)]
    send_register(reports, "STC", "ngo", *mine)
    send_register(reports, "LHHN", "ngo", *theirs)

    assert proposed(reports) == {(LHHN + f"LH-{n:05}", f"finance_ngo/STC/ngo/VT-{n:05}") for n in range(60)}


# --- decisions -----------------------------------------------------------------------------------------------------


def test_a_confirmed_pair_is_one_project_and_says_who_confirmed_it_and_when(reports):
    with_donor(reports)
    say(reports, PAIR[1], PAIR[0], is_same=True, at=datetime(2026, 6, 12, 10, 0, tzinfo=ZONE))

    assert counted(reports) == {PAIR[1]}
    loser = record(reports, PAIR[0])
    assert (loser.counted_as, loser.reason_code, loser.decided_by_role) == (PAIR[1], "confirmed", POST)
    overview = project_overview(reports)
    assert overview["proposals"] == []
    [group] = overview["merged"]
    assert [(each["key"], each["counted"], each["reason"]) for each in group["records"]] == [
        (PAIR[1], True, None),
        (PAIR[0], False, f"{POST} xác nhận ngày 12/06/2026 là cùng dự án với {PAIR[1]}"),
    ]


def test_a_decision_is_in_the_audit_log_with_the_post_that_made_it(reports):
    with_donor(reports)
    say(reports, *PAIR, is_same=False)
    say(reports, *PAIR, is_same=True)

    low, high = sorted(PAIR)
    assert [
        tuple(row)
        for row in reports.exec_driver_sql(
            "select action, subject, decided_by from audit.event where action = 'approval' order by event_number"
        )
    ] == [("approval", f"{low} <> {high}", POST), ("approval", f"{low} = {high}", POST)]


def test_a_rejected_pair_stays_apart_and_is_not_proposed_again(reports):
    with_donor(reports)
    say(reports, *PAIR, is_same=False)

    assert counted(reports) == set(PAIR)
    assert proposed(reports) == set()
    # Nor after the next revision of the register.
    send_register(reports, "STC", "oda", REGISTER, received_at=LATE)
    assert proposed(reports) == set()


def test_the_last_word_on_a_pair_counts(reports):
    with_donor(reports)
    say(reports, *PAIR, is_same=True)
    say(reports, *PAIR, is_same=False)

    assert counted(reports) == set(PAIR)
    assert reports.execute(text("select count(*) from warehouse.project_match_decision")).scalar() == 2


def test_a_rejected_pair_stays_apart_even_with_the_same_number(reports):
    send_register(reports, "STC", "fdi", Project("1000000001", figures={"capital_new": "8"}))
    send_register(reports, "BQLKKT", "fdi", Project("1000000001", figures={"capital_new": "9"}))
    keys = ("finance_fdi/BQLKKT/fdi/1000000001", "finance_fdi/STC/fdi/1000000001")
    say(reports, *keys, is_same=False)

    assert counted(reports) == set(keys)


def test_a_decision_belongs_to_what_was_known_when_it_was_made(reports):
    with_donor(reports)
    before = datetime(2026, 6, 11, tzinfo=ZONE)
    say(reports, *PAIR, is_same=True, at=before + timedelta(days=1))
    build_marts(reports, as_known=before)

    assert list(reports.execute(text("select is_counted from mart.project_record")).scalars()) == [True, True]
    assert kpi_as_known(reports, before)


def test_a_revision_that_changes_the_number_is_another_record_and_the_idle_decision_is_shown(reports):
    with_donor(reports)
    say(reports, *PAIR, is_same=True)
    renumbered = Project("ODA-2026-99", REGISTER.title, "JP", **signed("10000000"))
    send_register(reports, "STC", "oda", renumbered, received_at=LATE)

    assert counted(reports) == {PAIR[0], STC + "ODA-2026-99"}
    overview = project_overview(reports)
    assert [(each["first"], each["second"]) for each in overview["idle_decisions"]] == [PAIR]
    # The old number is gone, so the question is asked anew.
    assert proposed(reports) == {(PAIR[0], STC + "ODA-2026-99")}


def test_a_revision_that_keeps_the_number_keeps_the_decision(reports):
    with_donor(reports)
    say(reports, *PAIR, is_same=True)
    renamed = Project(REGISTER.code, "Tên mới hoàn toàn", "KR", **signed("1"))
    send_register(reports, "STC", "oda", renamed, received_at=LATE)

    assert counted(reports) == {PAIR[1]}


def chain(connection: Connection) -> tuple[str, str, str]:
    """A and B share a number, B and C look alike, A and C have nothing in common."""
    send_register(connection, "STC", "oda", Project("P123783", "Cấp nước", "org_wb", **signed("50000")))
    send_donor(
        connection,
        "iati_activities",
        "oda",
        Project("44000-P123783", "Water supply for the delta", "KR", provider="44000", **committed("70000")),
    )
    send_donor(
        connection,
        "donor_projects",
        "oda",
        Project("KOICA-1", "Water supply for the delta", "KR", **committed("70000")),
    )
    return STC + "P123783", IATI + "44000-P123783", WB + "KOICA-1"


def test_a_is_b_and_b_is_c_make_one_project(reports):
    a, b, c = chain(reports)
    assert proposed(reports) == {(c, b)}
    say(reports, b, c, is_same=True)

    assert counted(reports) == {a}
    assert (record(reports, b).reason_code, record(reports, b).matched_with) == ("identifier", a)
    last = record(reports, c)
    assert (last.counted_as, last.reason_code, last.matched_with) == (a, "confirmed", b)
    assert len({record(reports, key).group_key for key in (a, b, c)}) == 1


def test_a_chain_holds_when_the_record_in_its_middle_leaves_the_files(reports):
    a, b, c = chain(reports)
    say(reports, a, b, is_same=True)
    say(reports, b, c, is_same=True)
    other = Project("44000-P9", "Something else", "KR", **committed("1"))
    send_donor(reports, "iati_activities", "oda", other, received_at=LATE)

    assert counted(reports) == {a, IATI + "44000-P9"}


def test_what_was_said_of_one_record_of_a_group_is_said_of_all(reports):
    a, b, c = chain(reports)
    say(reports, a, c, is_same=False)

    assert proposed(reports) == set()
    with pytest.raises(DecisionRefused, match="hai dự án khác nhau"):
        say(reports, b, c, is_same=True)


def test_a_pair_tied_by_others_cannot_be_rejected_alone(reports):
    a, b, c = chain(reports)
    say(reports, b, c, is_same=True)

    with pytest.raises(DecisionRefused, match="nối qua “iati_activities"):
        say(reports, a, c, is_same=False)
    say(reports, b, c, is_same=False)
    assert counted(reports) == {a, c}


def test_a_number_that_ties_what_a_person_parted_is_not_followed_and_somebody_is_told(reports):
    send_register(reports, "STC", "fdi", Project("1000000001", figures={"capital_new": "8"}))
    send_register(reports, "BQLKKT", "fdi", Project("1000000001", figures={"capital_new": "9"}))
    keys = ("finance_fdi/BQLKKT/fdi/1000000001", "finance_fdi/STC/fdi/1000000001")
    say(reports, *keys, is_same=False)
    send_register(reports, "VPUB", "fdi", Project("1000000001", figures={"capital_new": "7"}))

    assert counted(reports) == {*keys, "finance_fdi/VPUB/fdi/1000000001"}
    assert {record(reports, key).is_contradicted for key in keys} == {True}
    assert any(group["contradicted"] for group in project_overview(reports)["merged"])
    # Once somebody says whose it is, that is what counts.
    say(reports, "finance_fdi/VPUB/fdi/1000000001", keys[1], is_same=True)
    assert counted(reports) == set(keys)


@pytest.mark.parametrize(
    ("first", "second", "words", "found"),
    [
        (PAIR[0], STC + "NO-SUCH-ONE", {}, "NO-SUCH-ONE"),
        (PAIR[0], PAIR[0], {}, "hai lần"),
        (PAIR[0], "finance_ngo/STC/ngo/VT-2026-01", {}, "hai dòng vốn"),
        (*PAIR, {"role": " "}, "để trống"),
        (*PAIR, {"role": "Chuyên viên Nguyễn Văn An"}, "tên người"),
        (*PAIR, {"role": "NGUYỄN VĂN AN"}, "tên người"),
        (*PAIR, {"reason": ""}, "để trống"),
        (*PAIR, {"reason": "Theo ông Bình, điện thoại 0912 345 678"}, "số điện thoại, tên người"),
        (*PAIR, {"reason": "Hỏi qua an.nguyen@example.org"}, "địa chỉ thư điện tử"),
    ],
)
def test_a_decision_without_a_record_a_post_or_a_plain_reason_is_refused(reports, first, second, words, found):
    with_donor(reports)
    send_register(reports, "STC", "ngo", Project("VT-2026-01", **committed("1")))

    with pytest.raises(DecisionRefused, match=found):
        decide(reports, first, second, is_same=True, **{"reason": "So hồ sơ", "role": POST, **words})
    assert reports.execute(text("select count(*) from warehouse.project_match_decision")).scalar() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update warehouse.project_match_decision set decision = 'different'",
        "delete from warehouse.project_match_decision",
    ],
)
def test_the_database_lets_nobody_rewrite_a_decision(reports, statement):
    with_donor(reports)
    say(reports, *PAIR, is_same=True)

    with pytest.raises(InternalError, match="append only"), reports.begin_nested():
        reports.execute(text(statement))


def test_a_decision_makes_the_marts_stale(warehouse):
    with_donor(warehouse)
    say(warehouse, *PAIR, is_same=True)

    assert ensure_current(warehouse)
    assert not ensure_current(warehouse)


def test_titles_are_given_their_keys_once_and_again_when_the_rules_change(reports):
    with_donor(reports)

    assert note_titles(reports) == 2
    assert note_titles(reports) == 0
    reports.execute(
        text("update warehouse.project_title set key_version = 0, title_key = 'cũ' where title like '%thuỷ%'")
    )
    assert note_titles(reports) == 1
    assert len(set(reports.execute(text("select title_key from warehouse.project_title")).scalars())) == 1


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ttdn(tmp_path, warehouse_url, monkeypatch, capsys):
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    with engine(warehouse_url).begin() as connection:
        with_donor(connection)

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(list(arguments))
        printed = capsys.readouterr().out
        return code, json.loads(printed) if "--json" in arguments else printed

    return run


def test_the_command_lists_confirms_and_rejects(ttdn):
    code, overview = ttdn("projects", "--json")
    assert code == 0
    assert set(overview) == {"proposals", "merged", "idle_decisions"}
    [proposal] = overview["proposals"]
    assert {"first", "second", "score", "title_similarity", "amount_difference_pct", "days_apart", "reasons"} <= set(
        proposal
    )

    code, printed = ttdn("projects")
    assert "Cặp đề nghị cùng dự án, chờ quyết định: 1" in printed
    assert f"A {PAIR[0]}  “Nâng cấp hệ thống thuỷ lợi huyện Cao Lãnh”, 9.800.000 USD" in printed
    assert "điểm 0,92" in printed

    code, decided = ttdn("projects", "confirm", *PAIR, "--reason", "So hiệp định", "--by", POST, "--json")
    assert (code, decided["decision"], decided["proposals"]) == (0, 1, [])
    assert [each["counted_as"] for each in decided["merged"][0]["records"]] == [None, PAIR[1]]

    code, printed = ttdn("projects", "reject", *PAIR, "--reason", "Hai hiệp định", "--by", POST)
    assert code == 0
    assert "Đã ghi quyết định số 2." in printed
    assert "Dự án có từ hai bản ghi trở lên: 0" in printed


def test_a_refused_decision_says_what_to_do_and_ends_with_one(ttdn):
    code, refused = ttdn("projects", "--json", "confirm", "a/b/c/d", PAIR[0], "--reason", "x", "--by", POST)
    assert code == 1
    assert set(refused["refusal"]) == {"where", "found", "expected", "remedy"}

    code, printed = ttdn("projects", "confirm", *PAIR, "--reason", "x", "--by", "Ông Bình")
    assert code == 1
    assert "tên người" in printed


def test_an_arrival_before_the_list_is_read_is_in_it(warehouse):
    """The list never shows what a newer file has already changed."""
    with_donor(warehouse)
    assert proposed(warehouse) == {PAIR}
    send_register(
        warehouse,
        "STC",
        "oda",
        Project("KOICA-77", "Khác", "VN", **signed("1")),
        received_at=IN_TIME + timedelta(hours=1),
    )

    assert proposed(warehouse) == set()
