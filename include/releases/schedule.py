"""Doing what the calendar wants, each thing once: who is written to now, which releases are to be frozen now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from include.calendar.due import SAME_OCCASION, Job, due_jobs, list_jobs, newest_notices
from include.calendar.periods import VIETNAM, Period, load_periods
from include.releases.notices import (
    Absent,
    Owed,
    write_final_request,
    write_late_list,
    write_reminder,
    write_unreachable,
)
from include.warehouse.roles import connected_as

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from include.delivery.recipients import Recipient
    from include.settings import Settings

Outcome = Literal["done", "covered", "stopped"]

JOB_STATES_VI: Final[Mapping[str, str]] = {
    "not_owed": "trước khi bắt đầu dùng lịch",
    "next": "chưa đến",
    "due": "đến lúc, chưa làm",
    "overdue": "quá lúc, chưa làm",
    "done": "đã làm",
    "covered": "đã có việc khác thay",
    "stopped": "bị dừng",
}

BEGINNING: Final = "calendar begins"
"""The tick of the first time the calendar was asked: nothing planned a day or more before is owed."""

_FIRST_DAY: Final = timedelta(days=1)
"""The calendar is asked every day: what fell due between the first start and the first question is not lost."""

_LOCK: Final = "release.schedule"
_SENT_STATES: Final = frozenset({"on_time", "late"})
_STALE_AFTER: Final = timedelta(days=10)
_FARTHEST_REMINDER: Final = timedelta(days=30)
"""The first reminder is written 15 days ahead, more when days off lie before it."""


@dataclass(frozen=True, slots=True)
class Served:
    """A job that was done, or covered by a later one: what came of it, how many mails, who could not be written to."""

    job: Job
    is_late: bool
    outcome: Outcome
    message_count: int = 0
    unreachable: tuple[str, ...] = ()


def due_releases(engine: Engine, moment: datetime) -> list[Job]:
    """The releases to be frozen now, by moment; each stays due until `note_release` says what came of it."""
    with _calendar(engine, moment) as (_, due):
        return [job for job in due if job.kind == "release"]


def note_release(engine: Engine, release_code: str, planned_at: datetime, moment: datetime, outcome: Outcome) -> bool:
    """Write down that the release of that moment was served; False when it had been already."""
    job = next((job for job in list_jobs() if job.kind == "release" and job.subject == release_code), None)
    is_late = job.is_late(moment) if job is not None and job.planned_at == planned_at else moment > planned_at
    with connected_as(engine, "ttdn_releaser") as connection, connection.begin():
        return _tick(connection, f"release {release_code}", planned_at, moment, is_late, outcome)


def serve_notices(engine: Engine, settings: Settings, moment: datetime) -> list[Served]:
    """Put into the outbox every reminder, late list and request that is due, with its tick, in one transaction.

    After an outage the newest of one kind about one period goes out, the others are ticked as covered. A job nobody
    could be written for is ticked as stopped, with the bodies in `unreachable`. Several runners may work at once.
    Raises CatalogueError for a calendar or list of recipients that cannot be used; nothing is ticked then.
    """
    from include.delivery.recipients import load_recipients

    with _calendar(engine, moment) as (connection, due):
        kept, covered = newest_notices(due)
        if not kept:
            return []
        office = _Office(connection, settings, moment, load_recipients(settings))
        with engine.connect() as reading:
            served = [Served(job, job.is_late(moment), "covered") for job in covered]
            served += office.remind(reading, [job for job in kept if job.kind == "reminder"])
            for job in kept:
                if job.kind == "late_list":
                    served.append(office.list_late(reading, job))
                elif job.kind == "final_request":
                    served.append(office.ask_for_final(reading, job))
            # Marts that had to be rebuilt for this are there for the next reader too.
            reading.commit()
        for each in served:
            _tick(connection, each.job.code, each.job.planned_at, moment, each.is_late, each.outcome)
        return served


def cancel_answered_reminders(engine: Engine, moment: datetime) -> int:
    """Take back reminders that have not gone yet to bodies that owe nothing any more; how many mails.

    A reminder waits in the outbox while the mail server is away, and the report may come meanwhile.
    """
    from sqlalchemy import text

    waiting = text(
        "select message_id, reporting_unit_code, split_part(split_part(subject_key, ' ', 2), '/', 1) as period_code"
        " from release.message"
        " where message_kind = 'reminder' and state = 'pending' and reporting_unit_code is not null"
    )
    with connected_as(engine, "ttdn_releaser") as connection, connection.begin():
        messages = connection.execute(waiting).all()
        if not messages:
            return 0
        periods = load_periods()
        near = {
            period.code for period in periods.values() if -_STALE_AFTER <= period.due_at - moment <= _FARTHEST_REMINDER
        }
        named = {each.period_code for each in messages} & set(periods)
        with engine.connect() as reading:
            owing = {
                (code, body["code"])
                for code in near | named
                for body in _bodies(reading, periods[code], moment)
                if body["state"] not in _SENT_STATES and _is_asked(body, periods[code], moment)
            }
            reading.commit()
        # After an outage the period a reminder is about may be long past: it is looked at all the same.
        answered = [
            each.message_id
            for each in messages
            if not any((code, each.reporting_unit_code) in owing for code in near | {each.period_code})
        ]
        return connection.execute(
            text(
                "update release.message set state = 'cancelled', last_error = 'the report came'"
                " where message_id = any(:answered) and state = 'pending'"
            ),
            {"answered": answered},
        ).rowcount


@dataclass(frozen=True, slots=True)
class _Office:
    """Writes and posts the notices of one run."""

    connection: Connection
    settings: Settings
    moment: datetime
    recipients: Sequence[Recipient]

    def remind(self, reading: Connection, jobs: Sequence[Job]) -> list[Served]:
        """One digest for each body, of all periods that are to be reminded of now."""
        periods = load_periods()
        owed: dict[str, list[tuple[Job, Owed]]] = {}
        names: dict[str, str] = {}
        for job in jobs:
            period = periods[job.subject]
            for body in _bodies(reading, period, self.moment):
                if body["state"] in _SENT_STATES or not _is_asked(body, period, self.moment):
                    continue
                names[body["code"]] = body["name"]
                owed.setdefault(body["code"], []).append((job, _owed(reading, body, period, self.moment)))
        counts = {job.code: 0 for job in jobs}
        unreachable: dict[str, list[str]] = {job.code: [] for job in jobs}
        for unit_code, items in owed.items():
            items.sort(key=lambda item: item[1].period.due_at)
            first = items[0][0]
            notice = write_reminder(
                names[unit_code],
                [each for _, each in items],
                self.moment,
                reply_to=self.settings.smtp_sender,
                is_late=any(job.is_late(self.moment) for job, _ in items),
            )
            deadlines = [each.period.due_at for _, each in items if each.period.due_at > self.moment]
            posted = self._post(
                "reminder",
                f"{first.code} {_day(first.planned_at)}/{unit_code}",
                self._of_unit(unit_code),
                notice.subject,
                notice.text,
                unit_code=unit_code,
                not_after=min(deadlines, default=self.moment + _STALE_AFTER),
            )
            for job, _ in items:
                if posted:
                    counts[job.code] += posted
                else:
                    unreachable[job.code].append(unit_code)
        self._tell_unreachable(jobs, unreachable, names, "thư nhắc nộp báo cáo")
        return [self._served(job, counts[job.code], unreachable[job.code]) for job in jobs]

    def list_late(self, reading: Connection, job: Job) -> Served:
        """The obliged bodies without an accepted report, to whoever receives late lists; also when there is none."""
        period = load_periods()[job.subject]
        obliged = [body for body in _bodies(reading, period, self.moment) if body["obliged"]]
        absent = [Absent(body["name"], body["state"]) for body in obliged if body["state"] not in _SENT_STATES]
        notice = write_late_list(period, len(obliged), absent, self.moment, is_late=job.is_late(self.moment))
        posted = self._post(
            "late_list",
            f"{job.code} {_day(job.planned_at)}",
            self._of_lead(),
            notice.subject,
            notice.text,
            not_after=self.moment + _STALE_AFTER,
        )
        return Served(job, job.is_late(self.moment), "done" if posted else "stopped", posted)

    def ask_for_final(self, reading: Connection, job: Job) -> Served:
        """Bodies whose accepted annual report still carries estimates."""
        period = load_periods()[job.subject]
        names: dict[str, str] = {}
        measures: dict[str, list[str]] = {}
        for row in _estimates(reading, period):
            names[row.unit_code] = row.unit_name
            measures.setdefault(row.unit_code, []).append(row.measure_name)
        count, unreachable = 0, []
        for unit_code, named in measures.items():
            notice = write_final_request(
                names[unit_code],
                period,
                named,
                reply_to=self.settings.smtp_sender,
                is_late=job.is_late(self.moment),
            )
            posted = self._post(
                "final_request",
                f"{job.code} {_day(job.planned_at)}/{unit_code}",
                self._of_unit(unit_code),
                notice.subject,
                notice.text,
                unit_code=unit_code,
            )
            count += posted
            if not posted:
                unreachable.append(unit_code)
        self._tell_unreachable([job], {job.code: unreachable}, names, "đề nghị gửi số chính thức")
        return self._served(job, count, unreachable)

    def _tell_unreachable(
        self, jobs: Sequence[Job], unreachable: Mapping[str, Sequence[str]], names: Mapping[str, str], about: str
    ) -> None:
        missing = sorted({names[code] for codes in unreachable.values() for code in codes})
        if missing:
            notice = write_unreachable(missing, about, self.moment)
            self._post(
                "late_list",
                f"unreachable {jobs[0].code} {_day(jobs[0].planned_at)}",
                self._of_lead(),
                notice.subject,
                notice.text,
                not_after=self.moment + _STALE_AFTER,
            )

    def _served(self, job: Job, count: int, unreachable: Sequence[str]) -> Served:
        # A reminder nobody needs is done; one nobody could be sent is not.
        outcome: Outcome = "stopped" if unreachable and not count else "done"
        return Served(job, job.is_late(self.moment), outcome, count, tuple(unreachable))

    def _of_unit(self, unit_code: str) -> list[str]:
        from include.delivery.recipients import recipients_of_unit

        today = self.moment.astimezone(VIETNAM).date()
        return [each.address for each in recipients_of_unit(self.recipients, unit_code, today)]

    def _of_lead(self) -> list[str]:
        from include.delivery.recipients import recipients_of

        today = self.moment.astimezone(VIETNAM).date()
        return [each.address for each in recipients_of(self.recipients, "late_list", today)]

    def _post(
        self,
        kind: str,
        subject_key: str,
        addresses: list[str],
        subject: str,
        text: str,
        *,
        unit_code: str | None = None,
        not_after: datetime | None = None,
    ) -> int:
        from include.delivery.outbox import enqueue_notice

        return enqueue_notice(
            self.connection,
            kind=kind,
            subject_key=subject_key,
            recipients=addresses,
            subject=subject,
            text=text,
            unit_code=unit_code,
            moment=self.moment,
            not_after=not_after,
        )


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One job and where it stands.

    `state`: not_owed (before the calendar began), next (still to come), due, overdue (due for longer than the grace),
    done, covered, stopped. `edition` and `edition_state` are those of the newest edition of a release.
    """

    job: Job
    state: str
    ran_at: datetime | None = None
    was_late: bool = False
    edition: str | None = None
    edition_state: str | None = None


def read_calendar(connection: Connection, moment: datetime) -> list[CalendarLine]:
    """Every job of the calendar with what came of it until `moment`, by moment. Changes nothing."""
    from sqlalchemy import text

    ticks = connection.execute(text("select job_code, planned_at, ran_at, is_late, outcome from release.tick")).all()
    begun_at = min((tick.planned_at for tick in ticks if tick.job_code == BEGINNING), default=moment - _FIRST_DAY)
    editions = {
        row.release_code: row
        for row in connection.execute(
            text(
                "select release_code, edition_number, edition_state from release.edition_state"
                " order by release_code, edition_number"
            )
        )
    }
    jobs = list_jobs()
    due = due_jobs(jobs, moment, begun_at=begun_at, served=[(tick.job_code, tick.planned_at) for tick in ticks])
    lines = []
    for job in jobs:
        tick = next(
            (
                tick
                for tick in ticks
                if tick.job_code == job.code
                and (job.kind == "release" or abs(tick.planned_at - job.planned_at) < SAME_OCCASION)
            ),
            None,
        )
        if tick is not None:
            state = str(tick.outcome)
        elif job in due:
            state = "overdue" if job.is_late(moment) else "due"
        else:
            state = "next" if job.planned_at > moment else "not_owed"
        edition = editions.get(job.subject) if job.kind == "release" else None
        lines.append(
            CalendarLine(
                job,
                state,
                tick.ran_at if tick else None,
                bool(tick and tick.is_late),
                f"{edition.release_code}/{edition.edition_number}" if edition else None,
                edition.edition_state if edition else None,
            )
        )
    return lines


@contextmanager
def _calendar(engine: Engine, moment: datetime) -> Iterator[tuple[Connection, list[Job]]]:
    """What is due, in a transaction that others wait for; the first one ever begins the calendar."""
    from sqlalchemy import text

    if moment.tzinfo is None:
        raise ValueError(f"moment {moment} has no time zone")
    with connected_as(engine, "ttdn_releaser") as connection, connection.begin():
        connection.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": _LOCK})
        ticks = connection.execute(text("select job_code, planned_at from release.tick")).all()
        begun_at = min((tick.planned_at for tick in ticks if tick.job_code == BEGINNING), default=None)
        if begun_at is None:
            begun_at = moment - _FIRST_DAY
            _tick(connection, BEGINNING, begun_at, moment, False, "done")
        yield (
            connection,
            due_jobs(
                list_jobs(), moment, begun_at=begun_at, served=[(tick.job_code, tick.planned_at) for tick in ticks]
            ),
        )


def _tick(
    connection: Connection, code: str, planned_at: datetime, moment: datetime, is_late: bool, outcome: Outcome
) -> bool:
    from sqlalchemy import text

    return bool(
        connection.execute(
            text(
                "insert into release.tick (job_code, planned_at, ran_at, is_late, outcome)"
                " values (:code, :planned_at, :moment, :is_late, :outcome) on conflict do nothing"
            ),
            {"code": code, "planned_at": planned_at, "moment": moment, "is_late": is_late, "outcome": outcome},
        ).rowcount
    )


def _bodies(reading: Connection, period: Period, moment: datetime) -> list[dict[str, Any]]:
    from include.indicators.status import status

    bodies: list[dict[str, Any]] = status(reading, period.code, as_of=moment)["bodies"]
    return bodies


def _is_asked(body: Mapping[str, Any], period: Period, moment: datetime) -> bool:
    """Obliged bodies are reminded until they report; one that was only requested, until the deadline."""
    return bool(body["obliged"]) or (body["obligation"] == "requested" and moment < period.due_at)


def _owed(reading: Connection, body: Mapping[str, Any], period: Period, moment: datetime) -> Owed:
    from include.reference import load_reference

    reference = load_reference()
    unit = reference.units.get(body["code"])
    template = reference.templates.get(unit.template_code) if unit and unit.template_code else None
    receipt = None
    if body["last_attempt_at"] is not None:
        receipt = _last_receipt(reading, body["code"], period.code, moment)
    return Owed(
        period=period,
        state=body["state"],
        is_obliged=body["obliged"],
        template=template.name_vi if template else None,
        receipt_number=receipt,
        last_attempt_at=datetime.fromisoformat(body["last_attempt_at"]) if body["last_attempt_at"] else None,
    )


def _last_receipt(reading: Connection, unit_code: str, period_code: str, moment: datetime) -> str | None:
    from sqlalchemy import text

    return reading.execute(
        text(
            "select receipt.receipt_number from landing.receipt"
            " inner join warehouse.submission on receipt.submission_id = submission.submission_id"
            " where submission.reporting_unit_code = :unit and submission.period_code = :period"
            " and submission.source_id = 'agency_reports' and submission.verdict in ('quarantined', 'rejected')"
            " and receipt.received_at <= :moment order by receipt.received_at desc, receipt.receipt_id desc limit 1"
        ),
        {"unit": unit_code, "period": period_code, "moment": moment},
    ).scalar()


def _estimates(reading: Connection, period: Period) -> Iterable[Any]:
    from sqlalchemy import text

    from include.indicators.marts import ensure_current

    ensure_current(reading)
    return reading.execute(
        text(
            "select distinct unit.unit_code, unit.name_vi as unit_name, unit.sort_key, measure.name_vi as measure_name,"
            " measure.position from mart.observation_latest as figure"
            " inner join reference.reporting_unit as unit on figure.reporting_unit_code = unit.unit_code"
            " inner join reference.measure on figure.measure_code = measure.measure_code"
            " where figure.period_code = :period and figure.source_id = 'agency_reports'"
            " and figure.value_kind <> 'chinh_thuc'"
            " and (figure.value_kind = 'uoc' or figure.full_year_estimate is not null)"
            " order by unit.sort_key, unit.unit_code, measure.position"
        ),
        {"period": period.code},
    ).all()


def _day(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).date().isoformat()
