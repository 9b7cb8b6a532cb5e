"""The version of the record: a text that stays the same exactly as long as no other transaction has been committed.

SQLite counts the commits of others for a connection (`PRAGMA data_version`); PostgreSQL names the transactions that a statement
sees (`pg_current_snapshot`), which differ once one has ended. Either costs a few microseconds to some tenths of a millisecond.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Version:
    """The version of one database, asked over a connection that is kept open; empty where it cannot be told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lite = url.startswith("sqlite:///")
        self.turn = 0  # a new connection counts anew: what was said over the last one says nothing
        self._connection: Any = None
        self._end: Callable[[], Any] = lambda: None
        self._alone = threading.Lock()

    async def current(self) -> str:
        """The version at this moment."""
        return self.read() if self.lite else await asyncio.to_thread(self.read)

    def read(self) -> str:
        """The version at this moment, for whoever may wait for the answer."""
        with self._alone:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                    self._end = weakref.finalize(self, self._connection.close)  # whoever forgets this closes it
                    self.turn += 1
                asked = "pragma data_version" if self.lite else "select pg_current_snapshot()::text"
                return f"{self.turn}:{self._connection.execute(asked).fetchone()[0]}"
            except Exception:  # whatever it is, the page is made anew and says it
                self.close()
                return ""

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection = None
            self._end()

    def _connect(self) -> Any:
        if self.lite:
            file = Path(self.url.removeprefix("sqlite:///"))
            address = f"{file.absolute().as_uri()}?mode=ro"
            return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        import psycopg

        return psycopg.connect(
            re.sub(r"^postgresql(\+\w+)?:", "postgresql:", self.url), autocommit=True, connect_timeout=2
        )
