"""Who is written to: a dated list of the mailboxes of offices, and the domains mail may go to at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from include.reference import load_reference
from include.reference.files import Problems, csv_rows, read_validity
from include.reference.shapes import is_valid_on
from include.settings import MAIL_ADDRESS, Settings

COLUMNS: Final = ("address", "office_vi", "receives", "unit_code", "valid_from", "valid_to", "note")

RECEIVABLE: Final = ("monthly", "six_month", "annual", "ad_hoc", "late_list", "release_late", "reconciliation")
"""What an office may be sent: a kind of release, the list of late bodies, word of a late release or an open file."""

_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Recipient:
    """The mailbox of an office from one day to another. Reminders go to a body, everything else to an office.

    Either `receives` names some of RECEIVABLE, or `unit_code` a body whose reminders and requests go there.
    """

    address: str
    office_vi: str
    receives: tuple[str, ...]
    unit_code: str | None
    valid_from: date
    valid_to: date | None
    note: str

    def is_valid_on(self, on: date) -> bool:
        """Whether that day lies in its time; `valid_to` is the first day it no longer does."""
        return is_valid_on(self.valid_from, self.valid_to, on)


def load_recipients(settings: Settings) -> tuple[Recipient, ...]:
    """Every line of the list TTDN_RECIPIENTS_FILE names, in its order; none where it holds a header only.

    Raises CatalogueError with every mistake of the file at once: another header, an address that is none or lies
    outside TTDN_ALLOWED_DOMAINS, an unknown body, an unknown word under `receives`, a line break in a cell, neither or
    both of `receives` and `unit_code`, the same mailbox twice for one thing at one time.
    """
    units = load_reference().units
    return read_recipients(settings.recipients_file, units, settings.allowed_domains)


def read_recipients(path: Path, units: Mapping[str, object], domains: Collection[str]) -> tuple[Recipient, ...]:
    """The lines of `path`; `units` are the bodies there are, `domains` what may stand behind the @.

    Raises CatalogueError as load_recipients does.
    """
    problems = Problems()
    recipients: list[Recipient] = []
    taken: dict[tuple[str, str], list[tuple[str, Recipient]]] = {}
    for where, row in csv_rows(path, COLUMNS, problems):
        recipient = _recipient(row, where, units, domains, problems)
        recipients.append(recipient)
        for what in recipient.receives or (f"reminders of {recipient.unit_code}",):
            earlier = taken.setdefault((recipient.address, what), [])
            for place, other in earlier:
                if _overlap(recipient, other):
                    problems.add(where, f"{recipient.address} gets {what} twice, as in {place}", "periods apart")
            earlier.append((where, recipient))
    problems.raise_if_any(path)
    return tuple(recipients)


def recipients_of(recipients: Iterable[Recipient], what: str, day: date) -> tuple[Recipient, ...]:
    """Who receives `what`, one of RECEIVABLE, on that day, in the order of the list."""
    return tuple(each for each in recipients if what in each.receives and each.is_valid_on(day))


def recipients_of_unit(recipients: Iterable[Recipient], unit_code: str, day: date) -> tuple[Recipient, ...]:
    """Where the reminders of a body go on that day, in the order of the list."""
    return tuple(each for each in recipients if each.unit_code == unit_code and each.is_valid_on(day))


def is_allowed(address: str, domains: Collection[str]) -> bool:
    """Whether mail may go there: a plain address whose domain itself is listed, not one above it."""
    return MAIL_ADDRESS.fullmatch(address) is not None and address.rpartition("@")[2].lower() in domains


def _recipient(
    row: Mapping[str, str], where: str, units: Mapping[str, object], domains: Collection[str], problems: Problems
) -> Recipient:
    for column, cell in row.items():
        if _BREAKS.search(cell):
            problems.add(f"{where}, {column}", repr(cell), "one line, without control characters")
    address = row["address"].lower()
    if not MAIL_ADDRESS.fullmatch(address):
        problems.add(f"{where}, address", repr(row["address"]), "a mail address such as office@example.vn")
    elif not is_allowed(address, domains):
        problems.add(f"{where}, address", repr(address), "a domain that TTDN_ALLOWED_DOMAINS lists")
    if not row["office_vi"]:
        problems.add(f"{where}, office_vi", "nothing", "the name of the office the mailbox belongs to")
    receives = tuple(row["receives"].split())
    for what in receives:
        if what not in RECEIVABLE:
            problems.add(f"{where}, receives", repr(what), f"words among {', '.join(RECEIVABLE)}, with spaces between")
    if len(set(receives)) < len(receives):
        problems.add(f"{where}, receives", repr(row["receives"]), "each word once")
    unit_code = row["unit_code"] or None
    if unit_code is not None and unit_code not in units:
        problems.add(f"{where}, unit_code", repr(unit_code), "a code of units.csv or agencies.csv")
    if bool(receives) == (unit_code is not None):
        problems.add(where, "both receives and unit_code" if receives else "neither receives nor unit_code", "one")
    valid_from, valid_to = read_validity(row, where, problems)
    return Recipient(
        address, row["office_vi"], tuple(dict.fromkeys(receives)), unit_code, valid_from, valid_to, row["note"]
    )


def _overlap(one: Recipient, other: Recipient) -> bool:
    one_end, other_end = one.valid_to or date.max, other.valid_to or date.max
    return one.valid_from < other_end and other.valid_from < one_end
