"""Conflicts: sentences of notes that say the contrary of what the lists of a chart say. Knows nothing of queries.

Only what is said outright counts: a reaction after the drug, or that it was stopped. What a sentence denies is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.chart import ChartContext
from tools.evidence import clean_text
from tools.fhir.dates import FhirTime
from tools.notes.reading import Note, read_notes
from tools.notes.sentences import split_sentences
from tools.notes.words import find_phrase, parse_phrase
from tools.records.record import Record

_SIGN = r"(?:rash|hives|urticaria|anaphyla\w+|swelling|angioedema|itch\w*|reaction)"
REACTED = re.compile(rf"\b(?:{_SIGN}|allerg\w+|reacted|intoleran\w+)\b", re.IGNORECASE)
"""With the name of a drug: that it was not borne."""
REACTED_TO = re.compile(rf"\b(?:{_SIGN} (?:after|to|with|from|on)|allergic to|allergy to) \w+", re.IGNORECASE)
"""Without one."""
STOPPED = re.compile(r"\b(?:stopped|discontinued|no longer (?:on|takes|taking)|ceased|was taken off)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:no|not|denie[sd]|denying|without|tolerat\w+|never|negative|none|if|should|unless|family|mother|father|sister"
    r"|brother|not known|rule out|watch for|monitor|risk)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Contradiction:
    """A note with the sentence that says the contrary."""

    record: Record
    sentence: str

    @property
    def text(self) -> str:
        """The sentence with its note: `Cardiology note of 2024-04-18: "Warfarin stopped today."`."""
        when = f" of {self.record.start.raw[:10]}" if self.record.start else ""
        said = clean_text(self.sentence, 200).replace('"', "'")
        return f'{clean_text(self.record.concept.text, 80)}{when}: "{said}"'


async def find_contradictions(
    chart: ChartContext, names: Sequence[str], says: re.Pattern[str], since: FhirTime | None = None
) -> list[Contradiction]:
    """Sentences that name one of these and say so, of notes not older than a moment; the first of each note."""
    notes, _ = await read_notes(chart, lambda record: since is None or _is_later(record, since))
    return [c for note in notes if (c := next(_contradict(note, names, says), None)) is not None]


def _is_later(record: Record, since: FhirTime) -> bool:
    return record.start is not None and record.start.instant_high >= since.instant_low


def _contradict(note: Note, names: Sequence[str], says: re.Pattern[str]) -> Iterator[Contradiction]:
    phrases = [parse_phrase(name) for name in names]
    for sentence in (s for text in note.texts for s in split_sentences(text)):
        named = not phrases or any(find_phrase(sentence, p) is not None for p in phrases if p.words)
        rest = says.sub(" ", sentence)
        if named and says.search(sentence) and not _DENIED.search(rest):
            yield Contradiction(note.record, sentence)
