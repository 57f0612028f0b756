"""Writes IATI activity files of a few lines."""

from __future__ import annotations

from pathlib import Path

DISBURSEMENT = '<transaction-type code="3"/>'
OF_TODAY = '<transaction-date iso-date="2026-03-31"/>'
HUNDRED = f'<transaction>{DISBURSEMENT}{OF_TODAY}<value value-date="2026-03-31">100</value></transaction>'


def transaction_on(day: str, value: str = "100") -> str:
    """A disbursement of that day."""
    return f'<transaction>{DISBURSEMENT}<transaction-date iso-date="{day}"/><value>{value}</value></transaction>'


def activity(
    *parts: str,
    currency: str | None = "USD",
    identifier: str = "XX-1",
    reporter: str = "CH-4",
    reporter_type: str = "10",
    title: str = "Nước sạch",
) -> str:
    """One activity of schema 2.03 whose reporter is a government."""
    default = f' default-currency="{currency}"' if currency else ""
    return (
        f"<iati-activity{default}><iati-identifier>{identifier}</iati-identifier>"
        f'<reporting-org ref="{reporter}" type="{reporter_type}"/><title><narrative>{title}</narrative></title>'
        f"{''.join(parts)}</iati-activity>"
    )


def recipient(code: str, percentage: str | None = None) -> str:
    """A recipient country, with or without its share."""
    share = "" if percentage is None else f' percentage="{percentage}"'
    return f'<recipient-country code="{code}"{share}/>'


def place(name: str) -> str:
    """A location known by its name."""
    return f"<location><name><narrative>{name}</narrative></name></location>"


def write_file(folder: Path, *activities: str, version: str = "2.03", head: str = "") -> Path:
    """The activities as a file."""
    path = folder / "activities.xml"
    made = 'generated-datetime="2026-04-15T08:00:00+07:00"'
    path.write_text(
        f'{head}<iati-activities version="{version}" {made}>\n{"".join(activities)}\n</iati-activities>',
        encoding="utf-8",
    )
    return path
