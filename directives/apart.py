"""Reading in a process of its own, with bounds on time and memory: whatever a hostile file does, the caller lives.

The process is kept for many files and replaced when a file breaks it. On systems without resource limits (Windows) the bound on
time still holds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from directives.proposal import Proposal
from workflow.config import ReadingSettings
from workflow.errors import BadInput, Problem

T = TypeVar("T")


@dataclass(frozen=True)
class _Told:
    """A Problem on its way to the parent: its key and arguments."""

    message: str
    args: dict[str, object]


class Reader:
    """Reads files one after the other in a child process; use it as a context."""

    def __init__(self, settings: ReadingSettings) -> None:
        self.settings = settings
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def propose(self, path: Path) -> Proposal:
        """Return the proposal of a file; raises BadInput also for one that takes too long or needs too much memory."""
        return self.made_of(path, propose, self.settings.max_megabytes)

    def made_of(self, path: Path, read: Callable[..., T], *more: object) -> T:
        """Return what a function of a module makes of a file; raises BadInput also where it takes too long or too much memory."""
        pool = self._pool = self._pool or ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_bound,
            initargs=(self.settings.timeout_seconds, self.settings.max_memory_megabytes),
            max_tasks_per_child=None,
        )
        try:
            found = pool.submit(_read, read, str(path), *more).result(self.settings.timeout_seconds)
        except TimeoutError as error:
            self._end(kill=True)
            seconds = self.settings.timeout_seconds
            raise BadInput(
                "{name} took longer than {seconds} seconds to read.", name=path.name, seconds=seconds
            ) from error
        except (BrokenProcessPool, MemoryError) as error:
            self._end(kill=True)
            raise BadInput("{name} needs more memory or time than a document may.", name=path.name) from error
        if isinstance(found, _Told):
            raise BadInput(found.message, **found.args)
        return found

    def process_id(self) -> int:
        """The child that reads, or 0 before the first file; for those who watch its memory."""
        return next(iter((self._pool._processes or {}) if self._pool else ()), 0)

    def _end(self, *, kill: bool = False) -> None:
        if self._pool:
            if kill:
                for process in list((self._pool._processes or {}).values()):
                    process.kill()
            self._pool.shutdown(wait=not kill, cancel_futures=True)
            self._pool = None


def _bound(seconds: int, megabytes: int) -> None:
    """Limit this process; programs that it starts (LibreOffice, tesseract) need far more address space than they use."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 1_000_000, resource.getrlimit(resource.RLIMIT_DATA)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def propose(path: Path, max_megabytes: int) -> Proposal:
    """Read a document in the child, which alone loads what reading needs."""
    from directives import reading

    return reading.propose(path, max_megabytes)


def _read(read: Callable[..., T], path: str, *more: object) -> T | _Told:
    """Read in the child, where nothing may be raised that does not travel."""
    try:
        return read(Path(path), *more)
    except Problem as problem:
        return _Told(problem.message, problem.args_)
    except MemoryError:
        return _Told("{name} needs more memory or time than a document may.", {"name": Path(path).name})
    except RecursionError:
        return _Told("{name} is damaged and cannot be opened.", {"name": Path(path).name})
