"""What becomes of errors at the command line: a line on stderr and an exit status."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer

from agent.cli.terminal import tell

T = TypeVar("T")
INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells give it."""


class UsageMistake(Exception):
    """What the caller typed can't be done; the text says what can."""


def usage_mistakes() -> tuple[type[Exception], ...]:
    """Errors that another command line would not make."""
    from agent.errors import ThreadUnusable

    return (UsageMistake, ThreadUnusable)


def expected_errors() -> tuple[type[Exception], ...]:
    """The errors of a world that fails: a chart, a server or a store that can't be read."""
    import httpx

    from agent.errors import PlannerUnavailable
    from tools.chart import ChartError
    from tools.fhir.errors import FhirError
    from tools.store.errors import StoreError

    return (ChartError, FhirError, StoreError, PlannerUnavailable, httpx.HTTPError, OSError)


def run_command(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work, its errors reported."""
    with reported_errors():
        return asyncio.run(work)


@contextmanager
def reported_errors() -> Iterator[None]:
    """Exit 2 for a usage mistake, 1 for an expected error, 130 after Ctrl-C. Bugs propagate."""
    try:
        yield
    except usage_mistakes() as mistake:
        tell(f"anamnesis: {mistake}", err=True)
        raise typer.Exit(2) from mistake
    except expected_errors() as error:
        tell(f"anamnesis: {describe(error)}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        tell("anamnesis: stopped; what was done until now is kept", err=True)
        raise typer.Exit(INTERRUPTED) from None


def describe(error: BaseException) -> str:
    """An error in words.

    >>> describe(OSError()), describe(UsageMistake("no"))
    ('OSError', 'no')
    """
    return str(error) or type(error).__name__
