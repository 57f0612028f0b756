"""Rendering a frozen edition: approved only, noted once, the same bytes ever after, every refusal kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from include.errors import GateError, PlatformError
from include.extracts.leadership.edition import Edition, edition_json
from include.pipeline import render
from include.pipeline.render import DOCUMENTS, RenderStopped, bundle_folder, render_release
from include.releases.bundle import verify_bundle
from include.releases.signing import published_keys, replace_signing_key
from include.settings import Settings, load_settings
from include.warehouse.audit import verify_audit
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.sql.conftest import TEMPLATE_DATABASE
from tests.unit.edition_builders import edition

APPROVED_AT = datetime(2026, 6, 19, 2, 30, tzinfo=UTC)


@pytest.fixture
def warehouse_engine(server: EmbeddedServer) -> Iterator[Engine]:
    """A database of its own: what is released is committed, and nothing of it can be taken away again."""
    name = f"render_{os.getpid()}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    opened = engine(server.url(name))
    yield opened
    opened.dispose()
    server.drop_database(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"TTDN_HOME": str(tmp_path / "home")}, Path(os.devnull))


@pytest.fixture
def few_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundles of two documents: what is written is not the subject."""
    monkeypatch.setattr(render, "DOCUMENTS", {"csv": DOCUMENTS["csv"], "snapshot": DOCUMENTS["snapshot"]})


def freeze(opened: Engine, told: Edition, *decisions: str) -> int:
    content = edition_json(told)
    with opened.begin() as connection:
        number = connection.execute(
            text(
                "insert into release.edition (release_code, edition_number, release_kind, period_code, planned_at,"
                " is_late, as_known_at, frozen_at, frozen_by, code_version, content, content_hash)"
                " values (:code, :number, 'six_month', '2026-06T', :planned_at, false, :known, :known, :by, '1.0.0',"
                " :content, :hash) returning edition_id"
            ),
            {
                "code": told.release_code,
                "number": told.edition_number,
                "planned_at": told.planned_at,
                "known": told.as_known_at,
                "by": told.frozen_by,
                "content": content,
                "hash": hashlib.sha256(content).hexdigest(),
            },
        ).scalar_one()
    for decision in decisions:
        decide(opened, number, decision)
    return int(number)


def decide(opened: Engine, number: int, decision: str) -> None:
    with opened.begin() as connection:
        connection.execute(
            text(
                "insert into release.decision (edition_id, decision, decided_by, reason_vi, decided_at)"
                " values (:edition, :decision, :by, :reason, :at)"
            ),
            {
                "edition": number,
                "decision": decision,
                "by": "Trưởng phòng Văn hóa" if decision == "reviewed" else "Giám đốc Sở",
                "reason": "Số liệu chưa đúng." if decision in ("rejected", "withdrawn") else None,
                "at": APPROVED_AT,
            },
        )


def rows(opened: Engine, statement: str) -> list[tuple]:
    with opened.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def rendered(opened: Engine, settings: Settings, number: int, **options: bool) -> list[render.RenderedFile]:
    with opened.begin() as connection:
        return render_release(connection, settings, number, **options)


def documents(opened: Engine) -> dict[tuple[bool, str], str]:
    return {
        (is_draft, name): sha256
        for is_draft, name, sha256 in rows(opened, "select is_draft, file_name, sha256 from release.document")
    }


def test_an_approved_edition_becomes_a_signed_bundle_and_every_file_is_noted(warehouse_engine, settings):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")

    files = rendered(warehouse_engine, settings, number)

    folder = settings.releases / "2026-06T" / "lan1"
    assert bundle_folder(settings, "2026-06T", 1) == folder
    assert {each.path for each in files} == set(folder.iterdir())
    assert documents(warehouse_engine) == {
        (False, each.name): hashlib.sha256(each.path.read_bytes()).hexdigest() for each in files
    }
    verification = verify_bundle(folder, published_keys(settings))
    assert (verification.ok, verification.approved_by, verification.is_draft) == (True, "Giám đốc Sở", False)
    assert rows(warehouse_engine, "select edition_state from release.edition_state") == [("rendered",)]


def test_every_file_is_in_the_audit_log_with_the_program_that_wrote_it(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")

    files = rendered(warehouse_engine, settings, number)

    exports = rows(
        warehouse_engine,
        "select subject, details ->> 'sha256', details ->> 'frozen_by_version', details ->> 'rendered_by'"
        " from audit.event where action = 'export' order by event_number",
    )
    assert [each[:3] for each in exports] == [(f"2026-06T/lan1/{each.name}", each.sha256, "1.0.0") for each in files]
    assert {each[3].split("+")[0] for each in exports} == {"0.1.0"}
    with warehouse_engine.connect() as connection:
        assert verify_audit(connection).ok


def test_rendering_again_gives_the_same_bytes_and_notes_nothing_twice(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    first = rendered(warehouse_engine, settings, number)
    noted = documents(warehouse_engine)

    assert rendered(warehouse_engine, settings, number) == first
    assert documents(warehouse_engine) == noted
    assert rows(warehouse_engine, "select count(*) from audit.event where action = 'export'") == [(len(first),)]


def test_a_bundle_that_was_lost_or_damaged_comes_back_as_it_was(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    first = rendered(warehouse_engine, settings, number)
    first[0].path.write_bytes(b"damaged")
    first[1].path.unlink()

    again = rendered(warehouse_engine, settings, number)

    assert [(each.name, each.sha256) for each in again] == [(each.name, each.sha256) for each in first]
    assert verify_bundle(first[0].path.parent, published_keys(settings)).ok


def test_other_bytes_than_the_first_time_stop_the_release_and_name_the_files(
    warehouse_engine, settings, few_documents, monkeypatch
):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    rendered(warehouse_engine, settings, number)
    before = {path.name: path.read_bytes() for path in bundle_folder(settings, "2026-06T", 1).iterdir()}

    def dated(told, folder):
        (folder / f"{told.file_stem}.csv").write_text(datetime.now(UTC).isoformat(), encoding="utf-8")

    monkeypatch.setitem(render.DOCUMENTS, "csv", dated)
    with pytest.raises(RenderStopped) as stopped:
        rendered(warehouse_engine, settings, number)

    # The manifest lists the file's hash, so it and its signature differ as well.
    told = [reason.text_en.split()[0] for reason in stopped.value.reasons]
    assert told == ["TTDN_2026-06T_lan1.csv", "manifest.json", "manifest.sig"]
    assert {reason.code for reason in stopped.value.reasons} == {"OTHER_BYTES"}
    assert {path.name: path.read_bytes() for path in bundle_folder(settings, "2026-06T", 1).iterdir()} == before


def test_what_cannot_be_rendered_again_is_late_for_nobody(
    warehouse_engine, settings, few_documents, monkeypatch, tmp_path
):
    recipients = tmp_path / "recipients.csv"
    recipients.write_text(
        "address,office_vi,receives,unit_code,valid_from,valid_to,note\n"
        "cho-tin@example.vn,Văn phòng,release_late,,2026-01-01,,\n",
        encoding="utf-8",
    )
    settings = replace(settings, recipients_file=recipients, allowed_domains=frozenset({"example.vn"}))
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    rendered(warehouse_engine, settings, number)
    monkeypatch.setitem(render.DOCUMENTS, "csv", lambda told, folder: (folder / f"{told.file_stem}.csv").touch())

    with pytest.raises(RenderStopped):
        rendered(warehouse_engine, settings, number)

    with warehouse_engine.connect() as connection:
        kept = "select (select count(*) from release.stop), (select count(*) from release.message)"
        assert connection.execute(text(kept)).one() == (1, 0)


def test_under_a_new_key_the_manifest_is_signed_anew_and_the_documents_stay(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    first = {each.name: each.sha256 for each in rendered(warehouse_engine, settings, number)}
    replace_signing_key(settings)

    again = {each.name: each.sha256 for each in rendered(warehouse_engine, settings, number)}

    assert {name for name in first if first[name] != again[name]} == {"manifest.json", "manifest.sig"}
    assert verify_bundle(bundle_folder(settings, "2026-06T", 1), published_keys(settings)[-1:]).ok


def test_a_new_key_excuses_no_other_document(warehouse_engine, settings, few_documents, monkeypatch):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    rendered(warehouse_engine, settings, number)
    replace_signing_key(settings)
    monkeypatch.setitem(
        render.DOCUMENTS, "csv", lambda told, folder: (folder / f"{told.file_stem}.csv").write_bytes(b"other")
    )

    with pytest.raises(RenderStopped) as stopped:
        rendered(warehouse_engine, settings, number)

    assert [reason.text_en.split()[0] for reason in stopped.value.reasons] == ["TTDN_2026-06T_lan1.csv"]


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ((), "nobody has approved"),
        (("reviewed",), "nobody has approved"),
        (("reviewed", "rejected"), "was rejected"),
        (("reviewed", "approved", "withdrawn"), "was withdrawn"),
    ],
)
def test_an_edition_that_is_not_approved_is_rendered_as_a_draft_only(
    warehouse_engine, settings, few_documents, decisions, said
):
    number = freeze(warehouse_engine, edition(approval=None), *decisions)

    with pytest.raises(GateError, match=said):
        rendered(warehouse_engine, settings, number)
    assert documents(warehouse_engine) == {}
    assert not bundle_folder(settings, "2026-06T", 1).exists()

    files = rendered(warehouse_engine, settings, number, as_draft=True)

    assert {each.path.parent for each in files} == {settings.releases / "2026-06T" / "lan1-du-thao"}
    assert {is_draft for is_draft, _ in documents(warehouse_engine)} == {True}
    assert verify_bundle(files[0].path.parent, published_keys(settings)).is_draft


def test_a_draft_of_an_approved_edition_stays_a_draft(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")

    draft = rendered(warehouse_engine, settings, number, as_draft=True)
    final = rendered(warehouse_engine, settings, number)

    assert {"TTDN_2026-06T_lan1_DU-THAO.csv", "TTDN_2026-06T_lan1.csv"} <= {each.name for each in (*draft, *final)}
    assert len(documents(warehouse_engine)) == len(draft) + len(final)


def test_a_document_that_fails_is_a_stop_that_stays_and_leaves_nothing_behind(
    warehouse_engine, settings, few_documents, monkeypatch
):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")

    def fails(told, folder):
        (folder / "half.pdf").write_bytes(b"half")
        raise PlatformError(where="font", found="no letter Ǝ", expected="a font with it", remedy="Take another.")

    monkeypatch.setitem(render.DOCUMENTS, "pdf", fails)
    with pytest.raises(RenderStopped) as stopped:
        rendered(warehouse_engine, settings, number)

    ((stop_id, code, step, planned_at, reasons),) = rows(
        warehouse_engine, "select stop_id, release_code, step, planned_at, reasons from release.stop"
    )
    assert (stop_id, code, step, planned_at) == (stopped.value.stop_id, "2026-06T", "render", edition().planned_at)
    assert [reason["code"] for reason in reasons] == ["RENDER_PDF"]
    assert "no letter Ǝ" in reasons[0]["text_vi"]
    assert documents(warehouse_engine) == {}
    assert rows(warehouse_engine, "select count(*) from audit.event where action = 'export'") == [(0,)]
    assert list((settings.releases / "2026-06T").iterdir()) == []


def test_content_that_is_not_what_was_frozen_is_not_rendered(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    with warehouse_engine.begin() as connection:
        # As somebody with the rights of a superuser could, past trigger and constraint.
        connection.exec_driver_sql("alter table release.edition drop constraint edition_content_is_hashed")
        connection.exec_driver_sql("alter table release.edition disable trigger edition_append_only")
        connection.execute(
            text("update release.edition set content = :content"), {"content": edition_json(edition(name="Khác"))}
        )

    with pytest.raises(RenderStopped) as stopped:
        rendered(warehouse_engine, settings, number)

    assert [reason.code for reason in stopped.value.reasons] == ["CONTENT_CHANGED"]
    assert rows(warehouse_engine, "select step from release.stop") == [("render",)]


def test_an_edition_nobody_froze_is_not_found(warehouse_engine, settings):
    with pytest.raises(PlatformError, match="no edition 404"):
        rendered(warehouse_engine, settings, 404)


def test_rendering_works_with_the_rights_of_the_releaser_alone(warehouse_engine, settings, monkeypatch):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    roles: set[str] = set()

    def asks(told, folder):
        roles.add(connection.exec_driver_sql("select current_user").scalar_one())
        DOCUMENTS["csv"](told, folder)

    monkeypatch.setattr(render, "DOCUMENTS", {"csv": asks, "snapshot": DOCUMENTS["snapshot"]})
    with warehouse_engine.begin() as connection:
        render_release(connection, settings, number)

    assert roles == {"ttdn_releaser"}


def test_a_rendering_whose_transaction_is_given_up_is_noted_by_the_next(warehouse_engine, settings, few_documents):
    number = freeze(warehouse_engine, edition(), "reviewed", "approved")
    with warehouse_engine.connect() as connection:
        first = render_release(connection, settings, number)
        connection.rollback()
    assert documents(warehouse_engine) == {}

    assert rendered(warehouse_engine, settings, number) == first
    assert set(documents(warehouse_engine)) == {(False, each.name) for each in first}


def test_two_editions_of_a_release_lie_side_by_side(warehouse_engine, settings, few_documents):
    first = freeze(warehouse_engine, edition(), "reviewed", "approved")
    second = freeze(warehouse_engine, replace(edition(), edition_number=2), "reviewed", "approved")

    for number in (first, second):
        rendered(warehouse_engine, settings, number)

    assert sorted(path.name for path in (settings.releases / "2026-06T").iterdir()) == ["lan1", "lan2"]
