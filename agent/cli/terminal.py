"""The one door to the terminal: chart text is made harmless, and what an encoding can't show is spelled out.

Whatever a chart, a server, a file name or a person put into a text may hold sequences that move the cursor, recolour
or reorder what is on the screen. JSON keeps every character, escaped.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

_JOINERS = "\u200c\u200d"
"""Of use within words of Persian and Indic scripts, and harmless."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff"))
_STANDS_FOR_CONTROL = "\ufffd"
_SPELLED = str.maketrans({
    "…": "...", "–": "-", "—": "-", "−": "-", "→": "->", "≤": "<=", "≥": ">=", "µ": "u", "μ": "u", "×": "x",
    "‘": "'", "’": "'", "“": '"', "”": '"', "‹": "<", "›": ">", "·": ".", _STANDS_FOR_CONTROL: "?",
    **{digit: f"^{n}" for n, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
})  # fmt: skip
_SPELLED_ERRORS = "anamnesis.spelled"
_NOT_PLAIN_JSON = re.compile("[^\u0020-\u007e\u00a0-\U0010ffff\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def clean_line(text: str) -> str:
    """A text on one line, without what could steer a terminal.

    >>> clean_line("Aspirin\\x1b[2J\\n100\\u00a0mg \\u202e")
    'Aspirin�[2J 100 mg �'
    """
    text = text.translate(_INVISIBLE)
    return "".join(c if c.isprintable() or c in _JOINERS else " " if c.isspace() else _STANDS_FOR_CONTROL for c in text)


class OutputLost(Exception):
    """Standard output or error can't be written: a full disk, a closed terminal."""


def tell(text: str, *, err: bool = False) -> None:
    """Show lines to a person, on standard output or standard error."""
    shown = "\n".join(clean_line(line) for line in text.split("\n"))
    _write(shown, sys.stderr if err else sys.stdout)


def tell_json(text: str) -> None:
    """Write a JSON text for another program: the same value, with what a terminal would obey as `\\uXXXX`."""
    _write(escape_json(text, sys.stdout.encoding), sys.stdout)


def _write(text: str, stream: TextIO) -> None:
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        raise  # The reader has had enough: no failure to speak of.
    except OSError as error:
        raise OutputLost(f"what was to be told can't be written: {error.strerror}") from error


@contextmanager
def ending_where_nothing_can_be_told() -> Iterator[None]:
    """End with status 1, and without a traceback, where the output is lost."""
    try:
        yield
    except OutputLost as error:
        with suppress(OSError):
            print(f"anamnesis: {error}", file=sys.stderr, flush=True)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())  # What is buffered would fail once more at the end.
        raise SystemExit(1) from None


def escape_json(text: str, encoding: str | None) -> str:
    """A JSON text that steers no terminal and fits an encoding.

    >>> escape_json('"µ\\x9b2J"', "utf-8"), escape_json('"µ\U0001f600"', "ascii")
    ('"µ\\\\u009b2J"', '"\\\\u00b5\\\\ud83d\\\\ude00"')
    """
    text = _NOT_PLAIN_JSON.sub(lambda found: _escape(found.group()), text)
    if codecs.lookup(encoding or "ascii").name.startswith("utf"):
        return text
    return "".join(c if c.isascii() else _escape(c) for c in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def spell(character: str) -> str:
    """A character in ASCII, so that it is still read as what it is.

    >>> spell("µ"), spell("³"), spell("é"), spell("ж")
    ('u', '^3', 'e', '\\\\u0436')
    """
    plain = character.translate(_SPELLED)
    if plain.isascii():
        return plain
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return bare if bare.isascii() and bare else character.encode("ascii", "backslashreplace").decode("ascii")


def prepare_streams() -> None:
    """Let no character that the terminal's encoding lacks end a command."""
    codecs.register_error(_SPELLED_ERRORS, _spell_unencodable)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_SPELLED_ERRORS)
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")


def _spell_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(spell, error.object[error.start : error.end])), error.end
