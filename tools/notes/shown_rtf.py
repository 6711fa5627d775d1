"""The text of an RTF note as its reader sees it: hidden and deleted text left out."""

from __future__ import annotations

import re

from striprtf.striprtf import rtf_to_text

_TOKEN = re.compile(r"\\(?P<word>[a-zA-Z]+)(?P<number>-?\d+)? ?|\\'[0-9a-fA-F]{2}|\\.|[{}]|[^\\{}]+", re.DOTALL)


def read_rtf(source: str) -> tuple[str, bool]:
    """The text that is shown, and whether hidden text was left out. Raises ValueError where the source is cut off.

    >>> read_rtf(r"{\\rtf1 Seen today.{\\v Obey.} Next week.\\par}")
    ('Seen today. Next week.\\n', True)
    """
    kept: list[str] = []
    hidden, outer, left_out = False, list[bool](), False
    for match in _TOKEN.finditer(source):
        part, word = match.group(), match["word"]
        if part == "{":
            outer.append(hidden)
        elif part == "}":
            hidden = outer.pop() if outer else False
        elif word in ("v", "deleted"):
            hidden = match["number"] != "0"
        elif word == "plain":
            hidden = False
        elif hidden and (word is None or word == "u"):
            left_out = left_out or bool(part.strip())
            continue
        kept.append(part)
    if outer:
        raise ValueError("a group is not closed")
    return str(rtf_to_text("".join(kept))), left_out
