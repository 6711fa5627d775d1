"""An instruction cut into sentences: quoted texts set aside, the patient's number as "the patient". Pure text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = r"#?(?P<id>[A-Z]{0,5}-?\d{4,}[\w-]*)"
_PATIENT = re.compile(
    rf"\b(?:the )?patient(?:,? (?:with|who has|whose))?(?: (?:an? |the )?(?:mrn|id|medical record number"
    rf"|identifier))?(?: (?:number|of|is|=))*[:,]? *\(?(?:mrn|id)?[: ]*{_ID}\)?"
    rf"|\b(?:mrn|medical record number)(?: (?:number|of|is))*[:#]? *{_ID.replace('<id>', '<id2>')}"
    r"|(?<![\w-])(?P<id3>[A-Z]{1,3}\d{6,})(?![\w-])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”")
_FREE = re.compile(
    r"\b(?:free[- ]?text|notes?|comments?|reason)\b(?: (?:field|section))?(?: (?:of|in|for) the (?:referral|order"
    r"|request))?"
    r"(?: (?:should|must)? ?(?:read|say|be|state)s?)?(?: as follows)?:\s*(?P<text>[^\"“].+)$",
    re.IGNORECASE | re.DOTALL,
)
_END = re.compile(r"(?<=[.;!?])\s+|\n+|(?<=\w),? (?:and|but),? (?=(?:if|in case) )")


@dataclass(frozen=True)
class Parts:
    """Sentences in order, with Q0, Q1 … for the texts set aside."""

    sentences: tuple[str, ...]
    quoted: tuple[str, ...]
    patient: str | None
    """The number it names a patient by."""

    def unquote(self, text: str) -> str:
        """A text with what was set aside put back."""
        return re.sub(r"\bQ(\d+)\b", lambda m: self.quoted[int(m[1])], text)


def split_instruction(text: str) -> Parts:
    """Cut an instruction into sentences.

    >>> parts = split_instruction('Refer patient S1234567 to cardiology. State in the note, "Chest pain. Stable."')
    >>> parts.sentences, parts.quoted, parts.patient
    (('Refer the patient to cardiology', 'State in the note, Q0'), ('Chest pain. Stable.',), 'S1234567')
    """
    quoted: list[str] = []

    def keep(found: re.Match[str]) -> str:
        quoted.append((found[1] or found[2]).strip())
        return f"Q{len(quoted) - 1}"

    text = _QUOTED.sub(keep, text.replace("’", "'"))
    if (free := _FREE.search(text)) is not None and "Q" not in free["text"]:
        quoted.append(free["text"].strip())
        text = f"{text[: free.start('text')]}Q{len(quoted) - 1}"
    named = find_patient(text)
    text = _PATIENT.sub("the patient", text)
    sentences = (" ".join(s.split()).rstrip(".;! ") for s in _END.split(text))
    return Parts(tuple(s for s in sentences if s), tuple(quoted), named)


def find_patient(text: str) -> str | None:
    """The number by which a text names its patient.

    >>> find_patient("the age of the patient with MRN of S6534835"), find_patient("her last A1c")
    ('S6534835', None)
    """
    found = {m["id"] or m["id2"] or m["id3"] for m in _PATIENT.finditer(text)}
    return found.pop() if len(found) == 1 else None
