"""Where the warehouse is, and connections to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

WAREHOUSE_DATABASE = "ttdn"
"""Name of the platform's database on the embedded server."""


def warehouse_url(settings: Settings | None = None) -> str:
    """Return the URL of the warehouse: TTDN_DATABASE_URL, or the embedded server's, started if it is not running.

    The URL holds the password: do not print it. Raises PlatformError when the embedded server cannot start.
    """
    settings = settings or load_settings()
    if settings.database_url is not None:
        return settings.database_url

    from include.warehouse.embedded import EmbeddedServer

    server = EmbeddedServer(settings.home)
    server.start()
    server.create_database(WAREHOUSE_DATABASE)
    return server.url(WAREHOUSE_DATABASE)


def engine(url: str) -> Engine:
    """Return an engine whose sessions speak Vietnamese time.

    It keeps no idle connections: the platform forks (sandbox, Airflow), and a connection must not be shared by a fork.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,  # an error must not carry a report's rows into a log
        connect_args={
            "application_name": "ttdn",
            "connect_timeout": 10,
            "options": "-c timezone=Asia/Ho_Chi_Minh -c datestyle=iso,dmy",
        },
    )
