"""What a person types into a conversation, and Ctrl-C: at the prompt it ends it, on the way to an answer only that."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from agent.cli.settings import is_text
from agent.cli.terminal import clean_line, spell, tell

T = TypeVar("T")
_ENDS = ("exit", "quit", "/exit", "/quit")


def read_line(prompt: str) -> str | None:
    """A line as it was typed or pasted, line breaks within a paste made spaces; None at the end."""
    typing = sys.stdin.isatty()
    if typing:
        _prepare_editing()
    try:
        with _interruptible():
            text = " ".join(input(_fit(prompt) if typing else "").split())
    except EOFError:
        if typing:
            tell("")
        return None
    if not typing:
        tell(f"> {text}")
    if not is_text(text) or "\ufffd" in text:
        tell("That holds characters that can't be read here; type it again in other words.", err=True)
        return ""
    return None if text in _ENDS else text


def _prepare_editing() -> None:
    """Let input() edit a line, take one longer than a terminal's 4,095 bytes, and a paste of several as one."""
    with suppress(ImportError):
        import readline

        readline.parse_and_bind("set enable-bracketed-paste on")


def _fit(prompt: str) -> str:
    """A prompt in characters that the terminal has: readline writes it past Python's streams."""
    encoding = sys.stdout.encoding or "ascii"
    return "".join(c if _has(encoding, c) else spell(c) for c in clean_line(prompt))


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends a wait for input; asyncio's own handler would only note it until the next line is read."""
    with _on_interrupt(signal.default_int_handler):
        yield


async def run_stoppable(work: Coroutine[Any, Any, T]) -> T | None:
    """What comes of the work; None where Ctrl-C stopped it."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    stopped: list[bool] = []

    def stop(*signal_and_frame: object) -> None:
        stopped.append(True)
        loop.call_soon_threadsafe(task.cancel)

    with _on_interrupt(stop):
        try:
            return await task
        except asyncio.CancelledError:
            if not stopped:
                raise
            return None


@contextmanager
def _on_interrupt(handler: Any) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
