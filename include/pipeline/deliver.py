"""Deliver: give the mail server what waits in the outbox, each mail once.

A mail is "sending" before its text leaves and "sent" after the server's word on it. A run that dies in between leaves
it "sending", and nobody knows whether the server took it: the next run makes it "uncertain", for a person to decide.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from include import faults
from include.delivery.decisions import audit_details
from include.delivery.mail import read_bundle, write_mail, write_notice, write_release
from include.delivery.recipients import is_allowed
from include.delivery.smtp import Answer, Patience, Server, ServerError
from include.errors import GateError, PlatformError
from include.pipeline.render import bundle_folder
from include.releases.late_notice import tell_late
from include.releases.schedule import cancel_answered_reminders
from include.releases.signing import published_keys
from include.releases.stops import StopReason, note_stop
from include.warehouse.audit import record_event
from include.warehouse.connect import engine, warehouse_url
from include.warehouse.roles import connected_as

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from include.settings import Settings

_LOG = logging.getLogger(__name__)

_LONGEST_WAIT_MINUTES: Final = 30
_SHORT_WAIT_MINUTES: Final = 4
"""While the server cannot be reached: one connection is tried for all, and mail leaves soon after it is back."""

_LOST_IN_A_ROW: Final = 2
"""A server that hangs up again and again would make every mail uncertain, one after the other."""

_NO_LONGER_LATE: Final = (
    "message.message_kind = 'release_late' and exists (select 1 from release.message as came"
    " inner join release.edition on came.edition_id = edition.edition_id"
    " where came.state = 'sent' and came.sent_at >= message.created_at"
    " and split_part(message.subject_key, '/', 1) = 'release_late ' || edition.release_code)"
)
"""A word that a release is late which the release itself has overtaken."""

_STATE_AFTER: Final = {"sent": "sent", "temporary": "pending", "permanent": "failed", "uncertain": "uncertain"}


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one mail in this run: sent, temporary, permanent, uncertain or cancelled."""

    message_id: int
    subject_key: str
    outcome: str
    smtp_code: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a run did. `stopped` says why it ended before its time; `waiting` counts what is still to be sent.

    `is_busy`: another run was at work, so this one did nothing.
    """

    moment: datetime
    handled: tuple[Handled, ...] = ()
    waiting: int = 0
    stopped: tuple[tuple[str, str], ...] = ()
    is_busy: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """How many mails ended how."""
        found = Counter(each.outcome for each in self.handled)
        return {outcome: found[outcome] for outcome in ("sent", "temporary", "permanent", "uncertain", "cancelled")}

    @property
    def ok(self) -> bool:
        """Nothing failed, nothing is uncertain, nothing was held up."""
        return not self.stopped and not any(each.outcome not in ("sent", "cancelled") for each in self.handled)


def deliver(
    settings: Settings, moment: datetime | None = None, *, patience: Patience | None = None, waits_too: bool = False
) -> DeliveryReport:
    """Send every mail that is due, over one connection to the server of the settings; return what became of each.

    `moment` stands for now in what is written down and in what is due; `waits_too` also tries what waits for its next
    try, but nothing that waits for the hour it may be published. One run at a time: a second one returns at once. Only
    editions that are approved, not withdrawn and not replaced are sent, and only the files that were rendered. A mail
    the server refuses does not hold up the others.
    Never raises for the server; raises for a database that fails, after which what was being sent is uncertain.
    """
    opened = engine(warehouse_url(settings))
    try:
        unknown = _cancel_answered(opened, moment or datetime.now(UTC))
        with connected_as(opened, "ttdn_releaser") as connection:
            return _Run(connection, settings, moment, patience or Patience(), unknown).deliver(waits_too)
    finally:
        opened.dispose()


def _cancel_answered(opened: Engine, moment: datetime) -> str:
    """Take back reminders whose report came; why that is not known, so that they wait and nothing else does."""
    try:
        cancel_answered_reminders(opened, moment)
    except PlatformError as error:
        return f"{error.where}: {error.found}"
    return ""


@dataclass
class _Run:
    connection: Connection
    settings: Settings
    moment: datetime | None
    patience: Patience
    unknown: str = ""
    handled: list[Handled] = field(default_factory=list)
    stopped: list[tuple[str, str]] = field(default_factory=list)
    content: tuple[str, bytes] = ("", b"")
    held: set[int] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        return self.moment or datetime.now(UTC)

    def deliver(self, waits_too: bool) -> DeliveryReport:
        # Held by the session, not by a transaction: it ends with the process that took it, however that ends.
        if not self._scalar("select pg_try_advisory_lock(hashtextextended('release.deliver', 0))"):
            self.connection.commit()
            return DeliveryReport(self.now, waiting=self._count_waiting(), is_busy=True)
        try:
            self._note_interrupted()
            self._cancel_overtaken()
            if self.unknown:
                self._stop("REMINDERS_WAIT", self.unknown)
            self._send(self._due(waits_too))
            return DeliveryReport(self.now, tuple(self.handled), self._count_waiting(), tuple(self.stopped))
        finally:
            if not self.connection.invalidated:
                self.connection.rollback()
                self._scalar("select pg_advisory_unlock(hashtextextended('release.deliver', 0))")
                self.connection.commit()

    def _send(self, due: list[dict[str, Any]]) -> None:
        if not due:
            return
        if not (self.settings.smtp_host and self.settings.smtp_sender):
            self._stop("NOT_SET_UP", "TTDN_SMTP_HOST or TTDN_SMTP_SENDER is empty")
            return
        lost = 0
        with Server(self.settings, self.patience) as server:
            for position, message in enumerate(due):
                content = self._content_of(message)
                if content is None:
                    continue
                try:
                    answer = server.hand_over(message["recipient"], content, partial(self._claim, message))
                except ServerError as closed:
                    self._stop(closed.code, closed.text)
                    longest = _LONGEST_WAIT_MINUTES if closed.code.endswith("_REFUSED") else _SHORT_WAIT_MINUTES
                    self._record(message, Answer("temporary", closed.smtp_code, closed.text), longest)
                    self._postpone(due[position + 1 :], closed.text, longest)
                    return
                if answer is None:
                    continue
                self._record(message, answer, _LONGEST_WAIT_MINUTES)
                lost = lost + 1 if answer.is_lost else 0
                if lost == _LOST_IN_A_ROW:
                    self._stop("CONNECTION_LOST", answer.text)
                    self._postpone(due[position + 1 :], answer.text, _SHORT_WAIT_MINUTES)
                    return

    def _content_of(self, message: Mapping[str, Any]) -> bytes | None:
        """The whole mail; None, with the reason written down, when it must not be sent."""
        if not is_allowed(message["recipient"], self.settings.allowed_domains):
            self._record(message, Answer("permanent", None, "no plain address in a domain of TTDN_ALLOWED_DOMAINS"), 0)
            return None
        edition_id = message["edition_id"]
        if edition_id in self.held:
            return None
        if self.content[0] != message["subject_key"]:
            if edition_id is None:
                body = write_notice(message["body_text_vi"], message["body_html_vi"], message["subject_key"])
            else:
                try:
                    body = self._release_of(message)
                except GateError as gate:
                    self._hold(message, gate)
                    return None
            self.content = (message["subject_key"], body)
        return write_mail(
            self.content[1],
            sender=str(self.settings.smtp_sender),
            recipient=message["recipient"],
            subject=message["subject_vi"],
            header_id=message["header_message_id"],
            created_at=message["created_at"],
        )

    def _release_of(self, message: Mapping[str, Any]) -> bytes:
        rendered = self._rows(
            "select file_name, sha256 from release.document where edition_id = :id and not is_draft",
            id=message["edition_id"],
        )
        documents = {row["file_name"]: row["sha256"] for row in rendered}
        folder = bundle_folder(self.settings, message["release_code"], message["edition_number"], as_draft=False)
        number = f"{message['release_code']}/{message['edition_number']}"
        bundle = read_bundle(folder, number, documents, published_keys(self.settings))
        return write_release(bundle, message["subject_key"])

    def _hold(self, message: Mapping[str, Any], gate: GateError) -> None:
        """Send nothing of an edition whose files are not what was rendered, and say so once."""
        self.held.add(message["edition_id"])
        self._stop("BUNDLE_CHANGED", f"{gate.where}: {gate.found}")
        reasons = [
            StopReason(
                "BUNDLE_CHANGED",
                f"Gói tệp của bản {message['release_code']}/{message['edition_number']} trên đĩa không còn đúng như lúc"
                f" tạo nên không gửi: {gate.found}.",
                f"The bundle on disk is not as it was rendered, so it is not sent: {gate.found}.",
            )
        ]
        code = message["release_code"]
        told = self._scalar(
            "select reasons from release.stop where release_code = :code and step = 'deliver'"
            " order by stop_id desc limit 1",
            code=code,
        )
        if told != [asdict(reason) for reason in reasons]:
            note_stop(self.connection, code, "deliver", reasons, self.now)
            # A list of recipients that cannot be read takes neither the note nor the other mails with it.
            self.connection.commit()
            try:
                tell_late(self.connection, self.settings, code, reasons, self.now)
            except PlatformError as unusable:
                self.connection.rollback()
                self._stop("NOBODY_TOLD", f"{unusable.where}: {unusable.found}")
        self._execute(
            "update release.message set last_error = :error where edition_id = :id and state = 'pending'",
            error=gate.found[:500],
            id=message["edition_id"],
        )
        self.connection.commit()

    # --- the steps of one mail --------------------------------------------------------------------------------

    def _claim(self, message: Mapping[str, Any]) -> bool:
        """Write down, before its text leaves, that it may leave; False when it may not any more."""
        claimed = self._execute(
            "update release.message set state = 'sending' where message_id = :id and state = 'pending'"  # noqa: S608
            " and (edition_id is null or exists ("
            "select 1 from release.decision where decision.edition_id = message.edition_id and decision = 'approved'))"
            " and not exists ("
            "select 1 from release.decision where decision.edition_id = message.edition_id and decision = 'withdrawn')"
            f" and not ({_NO_LONGER_LATE})",
            id=message["message_id"],
        )
        self.connection.commit()
        return claimed == 1

    def _record(self, message: Mapping[str, Any], answer: Answer, longest_wait: int) -> None:
        """Write down what the server said; nothing of a mail that was given up or replaced meanwhile: it never left."""
        if answer.outcome == "sent":
            faults.hit("deliver_after_answer")
        wait = _minutes(message["attempt_count"] + 1, longest_wait) if answer.outcome == "temporary" else 0
        recorded = self._execute(
            "update release.message set state = :state, attempt_count = attempt_count + 1, next_attempt_at = :next,"
            " sent_at = :sent_at, last_error = :error where message_id = :id and state in ('pending', 'sending')",
            id=message["message_id"],
            state=_STATE_AFTER[answer.outcome],
            next=self.now + timedelta(minutes=wait),
            sent_at=self.now if answer.outcome == "sent" else None,
            error=None if answer.outcome == "sent" else answer.text,
        )
        if recorded:
            self._note(message, answer.outcome, answer.code, answer.text)
        self.connection.commit()
        if answer.outcome == "sent":
            faults.hit("deliver_after_commit")

    def _note(self, message: Mapping[str, Any], outcome: str, code: int | None, text: str) -> None:
        """One line among the tries, and one in the audit log for what is final, without the address."""
        self._execute(
            "insert into release.attempt (message_id, attempted_at, outcome, smtp_code, detail)"
            " values (:id, :now, :outcome, :code, :detail)",
            id=message["message_id"],
            now=self.now,
            outcome=outcome,
            code=code,
            detail=text,
        )
        if outcome != "temporary":
            record_event(self.connection, "delivery", message["subject_key"], audit_details(message, outcome, code))
        self.handled.append(Handled(message["message_id"], message["subject_key"], outcome, code))
        # The server's words often repeat the address, which has no place in a log.
        level = logging.INFO if outcome == "sent" else logging.WARNING
        _LOG.log(level, "Mail %s (%s): %s, code %s", message["message_id"], message["subject_key"], outcome, code)

    # --- what is found at the start ---------------------------------------------------------------------------

    def _note_interrupted(self) -> None:
        """Whoever was sending these is gone: only one run at a time holds the lock, and this one has just begun."""
        for message in self._rows(
            "update release.message set state = 'uncertain', attempt_count = attempt_count + 1, last_error = :error"
            " where state = 'sending' returning message_id, subject_key, recipient, attempt_count",
            error="the run that was sending it ended before the server's answer was written down",
        ):
            self._note(message, "uncertain", None, "the run ended before the answer was written down")
        self.connection.commit()

    def _cancel_overtaken(self) -> None:
        """What is no longer to be said: withdrawn, replaced by a later approved edition, or past its time."""
        for message in self._rows(
            "update release.message set state = 'cancelled', last_error = case"  # noqa: S608
            " when edition_id is null then 'past its time' else 'withdrawn or replaced' end"
            f" where state = 'pending' and (not_after < :now or {_NO_LONGER_LATE} or edition_id in ("
            "select edition.edition_id from release.edition where exists ("
            "select 1 from release.decision where decision.edition_id = edition.edition_id"
            " and decision in ('withdrawn', 'rejected')) or exists ("
            "select 1 from release.edition as later"
            " inner join release.decision on later.edition_id = decision.edition_id and decision = 'approved'"
            " where later.release_code = edition.release_code and later.edition_number > edition.edition_number"
            " and not exists (select 1 from release.decision as taken_back"
            " where taken_back.edition_id = later.edition_id and taken_back.decision = 'withdrawn'))))"
            " returning message_id, subject_key, recipient",
            now=self.now,
        ):
            record_event(self.connection, "delivery", message["subject_key"], audit_details(message, "cancelled", None))
            self.handled.append(Handled(message["message_id"], message["subject_key"], "cancelled"))
        self.connection.commit()

    def _due(self, waits_too: bool) -> list[dict[str, Any]]:
        """Mails to be sent now, in the order they were written; of editions those that are approved and rendered."""
        found = self._rows(
            "select message.*, edition.release_code, edition.edition_number from release.message"
            " left join release.edition on message.edition_id = edition.edition_id"
            " where message.state = 'pending' and (message.next_attempt_at <= :now or :waits_too)"
            " and (message.not_before is null or message.not_before <= :now)"
            " and not (message.message_kind = 'reminder' and :is_unknown)"
            " and (message.edition_id is null or (exists (select 1 from release.decision"
            " where decision.edition_id = message.edition_id and decision = 'approved')"
            " and exists (select 1 from release.document"
            " where document.edition_id = message.edition_id and not document.is_draft)))"
            " order by message.message_id",
            now=self.now,
            waits_too=waits_too,
            is_unknown=bool(self.unknown),
        )
        self.connection.commit()
        return found

    def _postpone(self, messages: list[dict[str, Any]], error: str, longest_wait: int) -> None:
        """Let the others wait as well: they were not tried, since the server is closed to all."""
        for message in messages:
            self._execute(
                "update release.message set next_attempt_at = :next, attempt_count = attempt_count + 1,"
                " last_error = :error where message_id = :id and state = 'pending'",
                id=message["message_id"],
                next=self.now + timedelta(minutes=_minutes(message["attempt_count"] + 1, longest_wait)),
                error=error,
            )
        self.connection.commit()

    def _stop(self, code: str, text: str) -> None:
        self.stopped.append((code, text))
        _LOG.error("Delivery is held up, %s: `ttdn deliver --status` says what waits", code)

    def _count_waiting(self) -> int:
        count = self._scalar("select count(*) from release.message where state = 'pending'")
        self.connection.commit()
        return int(count)

    # --- SQL --------------------------------------------------------------------------------------------------

    def _execute(self, statement: str, **values: object) -> int:
        from sqlalchemy import text

        return int(self.connection.execute(text(statement), values).rowcount)

    def _rows(self, statement: str, **values: object) -> list[dict[str, Any]]:
        from sqlalchemy import text

        return [dict(row) for row in self.connection.execute(text(statement), values).mappings()]

    def _scalar(self, statement: str, **values: object) -> Any:
        from sqlalchemy import text

        return self.connection.execute(text(statement), values).scalar()


def _minutes(tries: int, longest: int) -> int:
    """1, 2, 4, ... minutes after the first, second, third try, `longest` at most."""
    return min(1 << min(tries - 1, 10), longest)
