"""Person: the patient's own name and number in a question, which say nothing of what is asked.

A word of the name is left out only where it stands as a name: "Does Heart have heart disease?" asks for heart disease.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from tools.concepts.icd import ranges_titled
from tools.concepts.reading import TABLES, has_row
from tools.concepts.spelling import is_known_word
from tools.concepts.words import fold
from tools.overview import Overview

_OWN_ID = re.compile(
    r"\b(for |of |in |to |by |with |on )?(?:the )?patient(?: with)?(?: (?:id|mrn|number(?:ed)?))?(?: of| is)?"
    r" #?(?:[A-Z]{2,5}-)?\d{4,}(?:-\d+)*(?![\w-])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:[A-Z]{2,5}-)?\d{4,}(?:-\d+)*")
_DIGITS = "0123456789"
"""What generators put behind made-up names: Allen322."""
_WORD = re.compile(r"[^\W_]+")
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss)\.? $", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])(?= \w)")
_ACTS = re.compile(
    r" (?:ever |still |currently |also |not )*(?:ha(?:s|ve|d)|tak(?:e|es|en|ing)|took|be|been|is|was|gets?|got|needs?"
    r"|suffer\w*|smoke\w*|drink\w*|weigh\w*|receiv\w*|under\w+|go|went|on|allergic)\b"
)  # fmt: skip
"""What stands after the one who does it."""
_OF = re.compile(r"\b(?:for|of|about|by|to|on) $", re.IGNORECASE)
_EPONYMS = re.compile(
    r"(?:['’]?s?) (?:disease|syndrome|palsy|lymphoma|thyroiditis|sarcoma|tumou?r|chorea|contracture|esophagus|fever"
    r"|phenomenon|an(?:a)?emia|ataxia|dystrophy|cyst|hernia|fracture|ulcer)\b",
    re.IGNORECASE,
)  # fmt: skip
_LONGEST = 4
_BIRTH = re.compile(r"birth_date: (\d{4}-\d{2}-\d{2})")


def birth_of(overview: Overview) -> date | None:
    """The date of birth that a chart's overview gives."""
    born = _BIRTH.search(overview.patient)
    return date.fromisoformat(born[1]) if born else None


def without_person(question: str, overview: Overview) -> str:
    """The question without the patient's own number, name and title."""
    question = _OWN_ID.sub(r"\1 patient ", question)
    for number in _NUMBER.findall(overview.patient.partition("identifier:")[2]):
        question = re.sub(rf"(?<![\w-]){re.escape(number)}(?![\w-])", " patient ", question)
    name = overview.patient.removeprefix("patient: ").partition(";")[0]
    parts = frozenset(form.casefold() for w in _WORD.findall(name) for form in (w, w.rstrip(_DIGITS)) if len(form) > 2)
    if parts & {w.casefold() for w in _WORD.findall(question)}:
        question = _without_name(question, parts, frozenset(fold(n) for e in overview.index for n in e.names))
    question = re.sub(r"\b(?:[Mm]r|[Mm]rs|[Mm]s)\b\.?(?= patient\b| ?[A-Z])|\b[Mm]iss(?= patient\b)", " ", question)
    return re.sub(r"\bpatient(?: patient)+\b", "patient", " ".join(question.split()))


def _without_name(question: str, parts: frozenset[str], held: frozenset[str]) -> str:
    words = list(_WORD.finditer(question))
    own = [w for at, w in enumerate(words) if w[0].casefold() in parts and _is_name(question, words, at, parts, held)]
    for word in reversed(own):
        question = f"{question[: word.start()]} patient {question[word.end() :]}"
    return question


def _is_name(
    question: str, words: Sequence[re.Match[str]], at: int, parts: frozenset[str], held: frozenset[str]
) -> bool:
    """Whether a word that is of the name stands as the name there, and not as a part of what is asked about."""
    word, beside = words[at], [words[n] for n in (at - 1, at + 1) if 0 <= n < len(words)]
    before, after = question[: word.start()], question[word.end() :]
    if _TITLE.search(before) or any(_is_full_name(question, word, other, parts) for other in beside):
        return True
    if _EPONYMS.match(after) or _is_in_clinical_name(words, at, held):
        return False
    if _POSSESSIVE.match(after) or not is_known_word(fold(word[0])):
        return True
    called = after.startswith(",") or (before.rstrip().endswith(",") and not _WORD.search(after))
    stands = _ACTS.match(after) or (_OF.search(before) and not after.strip(" ?.!"))
    return word[0][0].isupper() and bool(called or stands)


def _is_full_name(question: str, word: re.Match[str], other: re.Match[str], parts: frozenset[str]) -> bool:
    """Whether the word beside it is another part of the name."""
    first, second = sorted((word, other), key=lambda m: m.start())
    apart = question[first.end() : second.start()]
    said = other[0].casefold()
    return said in parts and said != word[0].casefold() and apart in (" ", ", ", "-")


def _is_in_clinical_name(words: Sequence[re.Match[str]], at: int, held: frozenset[str]) -> bool:
    """Whether some run of words with this one in it is a name of a thing, in the tables or in this chart."""
    runs = (
        " ".join(w[0] for w in words[start : start + size])
        for size in range(2, _LONGEST + 1)
        for start in range(max(0, at - size + 1), at + 1)
        if start + size <= len(words)
    )
    return any(fold(run) in held or ranges_titled(run) or any(has_row(run, t) for t in TABLES) for run in runs)
