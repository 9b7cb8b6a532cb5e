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
from typing import TYPE_CHECKING, Self, TypeVar

from workflow.config import ReadingSettings
from workflow.errors import BadInput, Problem

if TYPE_CHECKING:
    from directives.document import Place
    from directives.figures import Figures
    from directives.proposal import Proposal
    from directives.reading import Study

T = TypeVar("T")


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
        return self.study(path).proposal

    def study(self, path: Path, name: str = "") -> Study:
        """Return what was read of a file (called `name`, if that is not the name of its path); raises as `propose` does."""
        called = name or path.name
        return self.made_of(path, _study, self.settings.max_megabytes, called, name=called)

    def figures(self, path: Path) -> Figures:
        """Return the indicators and the money that a file states; raises as `propose` does."""
        return self.made_of(path, _figures, self.settings.max_megabytes, path.name)

    def picture(self, path: Path, name: str, place: Place) -> bytes:
        """Return the page of a place as a PNG; raises as `propose` does."""
        return self.made_of(path, _picture, name, place, name=name)

    def made_of(self, path: Path, read: Callable[..., T], *more: object, name: str = "") -> T:
        """Return what a function of a module makes of a file; raises BadInput also where it takes too long or too much memory."""
        name = name or path.name
        pool = self._pool = self._pool or ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_bound,
            initargs=(self.settings.timeout_seconds, self.settings.max_memory_megabytes),
            max_tasks_per_child=None,
        )
        try:
            made = pool.submit(_tried, read, path, name, *more)
            found = made.result(self.settings.timeout_seconds)
        except TimeoutError as error:
            self._end(kill=True)
            seconds = self.settings.timeout_seconds
            raise BadInput("{name} took longer than {seconds} seconds to read.", name=name, seconds=seconds) from error
        except (BrokenProcessPool, MemoryError) as error:
            self._end(kill=True)
            raise BadInput("{name} needs more memory or time than a document may.", name=name) from error
        if isinstance(found, _Refusal):
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


@dataclass(frozen=True)
class _Refusal:
    """A Problem on its way to the parent: its key and arguments."""

    message: str
    args: dict[str, object]


def _tried(read: Callable[..., T], path: Path, name: str, *more: object) -> T | _Refusal:
    """Read in the child, where nothing may be raised that does not travel."""
    try:
        return read(path, *more)
    except Problem as problem:
        return _Refusal(problem.message, problem.args_)
    except MemoryError:
        return _Refusal("{name} needs more memory or time than a document may.", {"name": name})
    except RecursionError:
        return _Refusal("{name} is damaged and cannot be opened.", {"name": name})


def _study(path: Path, max_megabytes: int, name: str) -> Study:
    """Read a document in the child, which alone loads what reading needs."""
    from directives import reading

    return reading.study(path, max_megabytes, name)


def _figures(path: Path, max_megabytes: int, name: str) -> Figures:
    from directives import figures

    return figures.read(path, max_megabytes, name)


def _picture(path: Path, name: str, place: Place) -> bytes:
    from directives import facsimile

    try:
        return facsimile.picture(path.read_bytes(), name, place)
    except (Problem, MemoryError):
        raise
    except Exception as error:  # a broken file runs the libraries into whatever it likes
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
