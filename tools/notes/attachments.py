"""Bytes of an attachment to text, by content type and by what they are. Knows nothing of servers or of records."""

from __future__ import annotations

import codecs
import logging
import unicodedata
from dataclasses import dataclass
from email.message import Message
from io import BytesIO

from tools.notes.shown_html import read_html
from tools.notes.shown_rtf import read_rtf

_MOST_BYTES = 50_000_000
_MOST_PAGES = 2_000
_HTML_STARTS = ("<!doctype html", "<html")


class Unreadable(Exception):
    """An attachment whose text can't be had; the text says why."""


@dataclass(frozen=True)
class ReadText:
    """The text of an attachment."""

    text: str
    problem: str | None = None
    """Why some of the text is missing; None where all of it was read."""
    hidden: bool = False
    """Text that the document hides from its reader was left out."""


def to_text(content: bytes, content_type: str | None) -> ReadText:
    """The text of an attachment. Raises Unreadable.

    >>> to_text(b"Seen today.", "text/plain; charset=utf-8").text
    'Seen today.'
    """
    if len(content) > _MOST_BYTES:
        raise Unreadable(f"it is larger than {_MOST_BYTES // 1_000_000} MB")
    kind, charset = _parse_type(content_type)
    start = content[:200].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith(b"%pdf-"):
        return _clean(_read_pdf(content))
    if start.startswith(b"{\\rtf"):
        return _clean(_read_rtf(content, charset))
    if kind in ("application/pdf", "application/rtf", "text/rtf"):
        raise Unreadable(f"it is called {kind} but is none")
    return _clean(_read_plain(content, kind, charset))


def _parse_type(content_type: str | None) -> tuple[str, str | None]:
    header = Message()
    header["content-type"] = " ".join((content_type or "").split())
    return (header.get_content_type() if content_type else ""), header.get_content_charset()


def _read_plain(content: bytes, kind: str, charset: str | None) -> ReadText:
    is_html = kind in ("text/html", "application/xhtml+xml")
    if not (is_html or kind in ("", "text/plain", "text/markdown")):
        raise Unreadable(f"{kind[:60]} is not read")
    text = _decode(content, charset)
    if is_html or text[:200].lstrip().lower().startswith(_HTML_STARTS):
        return ReadText(*_swap(read_html(text)))
    return ReadText(text)


def _swap(read: tuple[str, bool]) -> tuple[str, None, bool]:
    return read[0], None, read[1]


def _decode(content: bytes, charset: str | None) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode(charset or ("utf-16" if wide else "utf-8-sig"))
    except (UnicodeDecodeError, LookupError):
        raise Unreadable(f"its characters are not {(charset or 'UTF-8')[:40]}") from None
    if "\0" in text:
        raise Unreadable("it is no text")
    return text.removeprefix("\ufeff")


def _read_rtf(content: bytes, charset: str | None) -> ReadText:
    try:
        return ReadText(*_swap(read_rtf(content.decode(charset or "cp1252"))))
    except Exception as error:  # the reader raises whatever a broken document makes it stumble over
        raise Unreadable(f"its RTF is broken ({type(error).__name__})") from None


def _read_pdf(content: bytes) -> ReadText:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("its PDF is locked with a password")
        pages = [page.extract_text() for page in reader.pages[:_MOST_PAGES]]
        total = len(reader.pages)
    except Unreadable:
        raise
    except Exception as error:  # as above
        raise Unreadable(f"its PDF is broken ({type(error).__name__})") from None
    bare = [str(n) for n, text in enumerate(pages, 1) if not text.strip()]
    problem = f"of its PDF, page {', '.join(bare[:5])} holds no text (a scan?)" if bare else None
    if total > len(pages) or not pages:
        problem = f"of its PDF's {total} pages {len(pages)} were read"
    return ReadText("\n".join(pages), problem)


def _clean(read: ReadText) -> ReadText:
    """Composed characters, and none of those that are not seen (soft hyphens, zero-width spaces)."""
    text = unicodedata.normalize("NFC", read.text)
    return ReadText("".join(c for c in text if unicodedata.category(c) != "Cf"), read.problem, read.hidden)
