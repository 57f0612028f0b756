"""Render: every document of an edition, written together into one signed bundle, or none of them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from include import faults
from include.drafts import draft_folder, flush, put_folder_in_place
from include.errors import GateError, PlatformError
from include.releases.bundle import MANIFEST_NAME, SIGNATURE_NAME, SNAPSHOT_NAME, hash_file, sign_bundle
from include.releases.signing import load_signing_key
from include.releases.stops import ReleaseStopped, StopReason

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from include.extracts.leadership.edition import Edition
    from include.settings import Settings

_LOG = logging.getLogger(__name__)

_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,120}")


# --- what a bundle holds ------------------------------------------------------------------------------------


def _write_pdf(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.paper import write_pdf

    write_pdf(edition, folder / f"{edition.file_stem}.pdf")


def _write_docx(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.report import write_report

    write_report(edition, folder / f"{edition.file_stem}.docx")


def _write_xlsx(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.workbook import write_workbook

    write_workbook(edition, folder / f"{edition.file_stem}.xlsx")


def _write_html(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.page import write_page

    write_page(edition, folder / f"{edition.file_stem}.html")


def _write_mail(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.mail import write_mail

    write_mail(edition, folder)


def _write_csv(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.machine_files import write_csv

    write_csv(edition, folder / f"{edition.file_stem}.csv")


def _write_sdmx(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.machine_files import write_sdmx

    write_sdmx(edition, folder)


def _write_snapshot(edition: Edition, folder: Path) -> None:
    from include.extracts.leadership.edition import edition_json

    (folder / SNAPSHOT_NAME).write_bytes(edition_json(edition))


Writer = Callable[["Edition", Path], None]

DOCUMENTS: Final[Mapping[str, Writer]] = {
    "pdf": _write_pdf,
    "docx": _write_docx,
    "xlsx": _write_xlsx,
    "html": _write_html,
    "mail": _write_mail,
    "csv": _write_csv,
    "sdmx": _write_sdmx,
    "snapshot": _write_snapshot,
}
"""Every document of a bundle, each written from the edition alone; manifest and signature come after them."""


_NOT_OF_A_MONTH: Final = frozenset({"docx"})
"""The consolidated report goes to the People's Committee and the ministry; a month's figures are no report to them."""


def documents_of(edition: Edition) -> Mapping[str, Writer]:
    """The documents the bundle of this edition holds, by name."""
    left_out = _NOT_OF_A_MONTH if edition.release_kind == "monthly" else frozenset()
    return {name: write for name, write in DOCUMENTS.items() if name not in left_out}


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One file of a bundle."""

    name: str
    path: Path
    sha256: str
    byte_size: int


class RenderStopped(ReleaseStopped):
    """A document could not be written as it has to be, so none is; `reasons` has all of them."""

    def __init__(self, release_code: str, reasons: Sequence[StopReason], stop_id: int | None = None) -> None:
        self.release_code, self.reasons, self.stop_id = release_code, tuple(reasons), stop_id
        PlatformError.__init__(
            self,
            where=f"bản phát hành {release_code}",
            found="; ".join(f"{reason.code}: {reason.text_vi}" for reason in reasons),
            expected="mọi tài liệu trong gói viết được từ bản đã chốt",
            remedy="Chưa có tệp nào được đưa ra. Xử lý từng lý do rồi tạo lại.",
        )


def render_edition(edition: Edition, folder: Path, settings: Settings) -> list[RenderedFile]:
    """Write the signed bundle of the edition into `folder`, in place of what is there; its files by name.

    The same edition and key give the same bytes on any day and machine. Files appear all together or not at all:
    raises RenderStopped with every document that could not be written.
    """
    with _drafted_bundle(edition, folder, settings) as draft:
        _put_in_place(draft, folder)
    return _files_in(folder)


@contextmanager
def _drafted_bundle(edition: Edition, folder: Path, settings: Settings) -> Iterator[Path]:
    """The whole bundle in a hidden folder beside `folder`; gone when the block ends, unless moved."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with draft_folder(folder.parent) as drafts:
        draft = drafts / folder.name
        draft.mkdir()
        _write_documents(edition, draft)
        faults.hit("render_after_documents")
        sign_bundle(edition, draft, load_signing_key(settings))
        for path in draft.iterdir():
            path.chmod(0o644)
            flush(path)
        draft.chmod(0o755)
        flush(draft)
        yield draft


def _write_documents(edition: Edition, draft: Path) -> None:
    reasons = []
    for name, write in documents_of(edition).items():
        there = set(draft.iterdir())
        try:
            write(edition, draft)
        except PlatformError as error:
            reasons.append(StopReason(f"RENDER_{name.upper()}", f"Không tạo được {name}: {error.found}.", str(error)))
        except Exception as error:
            # What a library raises is a reason as well: the other documents are still looked at, none is put in place.
            _LOG.exception("%s of %s could not be written", name, edition.number)
            said = f"{type(error).__name__}: {str(error)[:300]}"
            reasons.append(StopReason(f"RENDER_{name.upper()}", f"Không tạo được {name}: {said}", f"{name}: {said}"))
        else:
            reasons += _reasons_against(name, set(draft.iterdir()) - there)
    if not reasons and hash_file(draft / SNAPSHOT_NAME) != edition.content_hash:
        reasons.append(
            StopReason(
                "OTHER_SNAPSHOT",
                "Bản chụp số liệu ghi lại không giống bản đã chốt; chương trình đã đổi từ khi chốt.",
                "the snapshot is not written as it was frozen: this program is another than the one that froze it",
            )
        )
    if reasons:
        raise RenderStopped(edition.release_code, reasons)


def _reasons_against(name: str, written: set[Path]) -> Iterator[StopReason]:
    if not written:
        yield StopReason(f"RENDER_{name.upper()}", f"Không tạo ra tệp {name} nào.", f"{name}: no file was written")
    for path in sorted(written):
        if not path.is_file() or path.stat().st_size == 0:
            yield StopReason(f"RENDER_{name.upper()}", f"Tệp {path.name} trống.", f"{path.name} is empty or no file")
        if not _FILE_NAME.fullmatch(path.name) or path.name in (MANIFEST_NAME, SIGNATURE_NAME):
            text_en = f"{path.name!r} is no name for a document"
            yield StopReason(f"RENDER_{name.upper()}", f"Tên tệp {path.name} không dùng được.", text_en)


def _put_in_place(draft: Path, folder: Path) -> None:
    faults.hit("render_before_place")
    put_folder_in_place(draft, folder)
    faults.hit("render_after_place")


def _files_in(folder: Path) -> list[RenderedFile]:
    return [
        RenderedFile(path.name, path, hash_file(path), path.stat().st_size)
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
    ]


# --- of a frozen edition ------------------------------------------------------------------------------------


def bundle_folder(settings: Settings, release_code: str, edition_number: int, *, as_draft: bool = False) -> Path:
    """Where the bundle of an edition lies."""
    return settings.releases / release_code / f"lan{edition_number}{'-du-thao' if as_draft else ''}"


def render_release(
    connection: Connection, settings: Settings, edition_id: int, *, as_draft: bool = False
) -> list[RenderedFile]:
    """Render a frozen edition and note its files in the caller's transaction; the files of the bundle.

    The first rendering is noted in release.document; a later one has to give the same bytes. Every file is in the audit
    log before it appears, so the caller's transaction must not hold an entry of its own. Raises GateError for an
    edition that is not approved, unless `as_draft`; RenderStopped with all that is wrong, which is kept as a row of
    release.stop whatever the caller does; PlatformError for an edition that is not there.
    """
    from include.releases.register import load_edition
    from include.warehouse.roles import with_rights_of

    with with_rights_of(connection, "ttdn_releaser"):
        frozen = _find_frozen(connection, edition_id)
        if not as_draft:
            _require_approval(connection, frozen)
        try:
            try:
                edition = load_edition(connection, edition_id)
            except PlatformError as error:
                text_vi = "Nội dung lưu trong cơ sở dữ liệu không còn như lúc chốt."
                reason = StopReason("CONTENT_CHANGED", text_vi, str(error))
                raise RenderStopped(frozen.release_code, [reason]) from error
            return _render_noted(connection, settings, frozen, replace(edition, approval=None) if as_draft else edition)
        except RenderStopped as stopped:
            raise RenderStopped(
                stopped.release_code, stopped.reasons, _keep_stop(connection, settings, frozen, stopped)
            ) from stopped


def _find_frozen(connection: Connection, edition_id: int) -> Row[Any]:
    from sqlalchemy import text

    from include.releases.register import no_edition

    # Two at once would both be the first.
    connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended('release.document', :edition))"), {"edition": edition_id}
    )
    frozen = connection.execute(
        text(
            "select edition_id, release_code, edition_number, planned_at, code_version from release.edition"
            " where edition_id = :edition"
        ),
        {"edition": edition_id},
    ).one_or_none()
    if frozen is None:
        raise no_edition(edition_id)
    return frozen


def _require_approval(connection: Connection, frozen: Row[Any]) -> None:
    from sqlalchemy import text

    decided = set(
        connection.execute(
            text("select decision from release.decision where edition_id = :edition"), {"edition": frozen.edition_id}
        ).scalars()
    )
    ended = sorted(decided & {"withdrawn", "rejected"})
    if ended or "approved" not in decided:
        raise GateError(
            where=f"release {frozen.release_code}/{frozen.edition_number}",
            found=f"an edition that was {ended[0]}" if ended else "an edition nobody has approved",
            expected="an approved edition",
            remedy="Have it reviewed and approved, or render it as a draft.",
        )


def _render_noted(connection: Connection, settings: Settings, frozen: Row[Any], edition: Edition) -> list[RenderedFile]:
    folder = bundle_folder(settings, frozen.release_code, frozen.edition_number, as_draft=edition.is_draft)
    noted = _noted_documents(connection, frozen.edition_id, edition.is_draft)
    with _drafted_bundle(edition, folder, settings) as draft:
        files = _files_in(draft)
        _require_same_bytes(settings, frozen, noted, files)
        _note_documents(connection, frozen, edition, [each for each in files if each.name not in noted])
        if not folder.is_dir() or _hashes(_files_in(folder)) != _hashes(files):
            _note_exports(connection, frozen, files)
            _put_in_place(draft, folder)
    return [replace(each, path=folder / each.name) for each in files]


def _hashes(files: Sequence[RenderedFile]) -> list[tuple[str, str]]:
    return [(each.name, each.sha256) for each in files]


def _noted_documents(connection: Connection, edition_id: int, is_draft: bool) -> dict[str, tuple[str, datetime]]:
    from sqlalchemy import text

    return {
        row.file_name: (row.sha256, row.rendered_at)
        for row in connection.execute(
            text(
                "select file_name, sha256, rendered_at from release.document"
                " where edition_id = :edition and is_draft = :draft"
            ),
            {"edition": edition_id, "draft": is_draft},
        )
    }


def _require_same_bytes(
    settings: Settings,
    frozen: Row[Any],
    noted: Mapping[str, tuple[str, datetime]],
    files: Sequence[RenderedFile],
) -> None:
    """Raise RenderStopped naming every file that is not as it was rendered first."""
    if not noted:
        return
    key = load_signing_key(settings).public
    rendered = {each.name: each.sha256 for each in files}
    # Under a new key the manifest names that key; what people read has to be the same all the same.
    signed_anew = key.since is not None and all(key.since > rendered_at for _, rendered_at in noted.values())
    named_by_key = (MANIFEST_NAME, SIGNATURE_NAME) if signed_anew else ()
    others = sorted(
        name
        for name in noted.keys() | rendered.keys()
        if name not in named_by_key and (noted[name][0] if name in noted else None) != rendered.get(name)
    )
    if others:
        raise RenderStopped(
            frozen.release_code,
            [
                StopReason(
                    "OTHER_BYTES",
                    f"Tạo lại {name} không giống tệp đã tạo lần đầu.",
                    f"{name} is not byte for byte what was rendered first",
                )
                for name in others
            ],
        )


def _note_exports(connection: Connection, frozen: Row[Any], files: Sequence[RenderedFile]) -> None:
    from include.releases.version import code_version
    from include.warehouse.audit import record_export

    rendered_by = code_version()
    for each in files:
        record_export(
            connection,
            each.path,
            f"{frozen.release_code}/lan{frozen.edition_number}/{each.name}",
            role="ttdn_releaser",
            details={"rendered_by": rendered_by, "frozen_by_version": frozen.code_version},
        )


def _note_documents(connection: Connection, frozen: Row[Any], edition: Edition, files: Sequence[RenderedFile]) -> None:
    from sqlalchemy import text

    for each in files:
        connection.execute(
            text(
                "insert into release.document (edition_id, is_draft, file_name, sha256, byte_size, rendered_at)"
                " values (:edition, :draft, :name, :sha256, :byte_size, clock_timestamp())"
            ),
            {
                "edition": frozen.edition_id,
                "draft": edition.is_draft,
                "name": each.name,
                "sha256": each.sha256,
                "byte_size": each.byte_size,
            },
        )


def _keep_stop(connection: Connection, settings: Settings, frozen: Row[Any], stopped: RenderStopped) -> int:
    """Written on connections of their own: the caller's transaction is about to be given up.

    What was rendered once is late for nobody when it cannot be rendered again.
    """
    from sqlalchemy import text

    from include.pipeline.release import keep_stop

    with connection.engine.connect() as reading:
        was_rendered = reading.execute(
            text("select exists (select 1 from release.document where edition_id = :id and not is_draft)"),
            {"id": frozen.edition_id},
        ).scalar_one()

    return keep_stop(
        connection.engine,
        settings,
        frozen.release_code,
        stopped.reasons,
        "render",
        datetime.now(UTC),
        frozen.planned_at,
        is_awaited=not was_rendered,
    )
