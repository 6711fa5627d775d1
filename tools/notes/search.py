"""search_notes: which notes and reports mention something, with the sentences that do. Knows nothing of planners.

What notes say is quoted, never summed up: whether it affirms or denies is for the reader of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import Field

from tools.chart import ChartContext
from tools.chart_query import Plan
from tools.concepts.match import fold
from tools.concepts.tables import synonyms_of
from tools.errors import ToolError
from tools.evidence import Evidence, Finding, clean_text
from tools.execute.finding import to_evidence
from tools.fhir.client import SearchResult
from tools.notes.reading import Note, denies_binary, read_notes
from tools.notes.sentences import cut_around, split_sentences
from tools.notes.topics import Topic, find_topic
from tools.notes.words import Phrase, find_phrase, parse_phrase
from tools.receipt import Receipt
from tools.records.record import Record
from tools.registry import Handles, Tool
from tools.time_window import Window, parse_window

_QUOTED = 5
"""Sentences shown of one note."""
_REASONS = 10


class SearchNotes(Plan):
    """What to look for in the text of notes and reports."""

    text: str = Field(min_length=1, max_length=200, description="Words that stand together: 'warfarin stopped'.")
    when: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=5, ge=1, le=20, description="Notes shown.")


@dataclass(frozen=True)
class Mention:
    """A note that mentions what is searched for."""

    note: Note
    sentences: tuple[str, ...]
    placed: bool
    """Its date lies within the time asked for; False where that can't be told."""
    apart: bool = False
    """No sentence holds all the words, but the note does."""
    told: tuple[str, ...] = ()
    """Of a topic, the words that are its whole answer."""

    @property
    def values(self) -> tuple[str, ...]:
        """What it tells: the answer itself, where words are that, else its sentences."""
        return self.told or self.sentences[:_QUOTED]


async def run_search_notes(chart: ChartContext, arguments: SearchNotes, handles: Handles) -> Finding:
    """Search the notes. Raises ToolError for words or a time that can't be read, FhirError where the server fails."""
    phrase = parse_phrase(arguments.text)
    if not phrase.words:
        raise ToolError(f"{arguments.text[:80]!r} holds no word to search for; name a drug, a problem, a finding …")
    window = parse_window(arguments.when, chart.as_of.wall, chart.date_order) if arguments.when else Window()
    notes, results = await read_notes(chart, lambda record: _overlaps(record, window))
    found, variant = _find_mentions(notes, phrase, arguments.text, window)
    remarks = list(window.notes)
    if variant:
        remarks.append(f'"{clean_text(arguments.text, 80)}" was read as {variant}')
    if any(m.apart for m in found):
        remarks.append("where no sentence holds all the words, those that hold some are given")
    if any(n.hidden for n in notes):
        remarks.append("text that a note hides from its reader was left out")
    receipt = _to_receipt(chart, results, notes)
    return _build_finding(arguments, found, receipt, remarks, handles)


def _find_mentions(
    notes: Sequence[Note], phrase: Phrase, text: str, window: Window
) -> tuple[list[Mention], str | None]:
    """The mentions of the words or, where there is none, of another name for the same, and that name."""
    if (topic := find_topic(text)) is not None and (found := list(_mentions_of(notes, topic, window))):
        return found, None
    found = list(_mentions(notes, phrase, window))
    if found:
        return found, None
    for name in synonyms_of(fold(text)):
        if len(name) > 1 and (found := list(_mentions(notes, parse_phrase(name), window, name))):
            return found, f'"{name}"'
    return [], None


def _mentions(notes: Sequence[Note], phrase: Phrase, window: Window, name: str = "") -> Iterator[Mention]:
    for note in notes:
        sentences = [s for text in note.texts for s in split_sentences(text) if _may_hold(s, name)]
        placed = _lies_within(note.record, window)
        if together := _matching(sentences, (phrase,)):
            yield Mention(note, together, placed)
        elif find_phrase("\n".join(note.texts), phrase) is not None and not name:
            yield Mention(note, _matching(sentences, [Phrase((w,)) for w in phrase.words]), placed, apart=True)


def _mentions_of(notes: Sequence[Note], topic: Topic, window: Window) -> Iterator[Mention]:
    """The notes that speak of a topic, by its name or in any of the words for it."""
    named = parse_phrase(topic.name)
    for note in notes:
        sentences = [s for text in note.texts for s in split_sentences(text)]
        telling = [s for s in sentences if topic.words_in(s) or find_phrase(s, named) is not None]
        words = tuple(dict.fromkeys(w for s in telling for w in topic.words_in(s)))
        if telling:
            cut = tuple(dict.fromkeys(clean_text(cut_around(s, _place(s, topic))) for s in telling))
            yield Mention(note, cut, _lies_within(note.record, window), told=words if topic.whole else ())


def _place(sentence: str, topic: Topic) -> int:
    return next((match.start() for match in topic.said.finditer(sentence)), 0)


def _may_hold(sentence: str, name: str) -> bool:
    """Of short abbreviations of what is searched for only capitals count: `MI`, not `mi`."""
    return len(name) > 2 or name.upper() in sentence


def _matching(sentences: Sequence[str], phrases: Sequence[Phrase]) -> tuple[str, ...]:
    """The sentences that hold one of the phrases, short enough to quote."""
    found = [(s, [at for p in phrases if (at := find_phrase(s, p)) is not None]) for s in sentences]
    return tuple(dict.fromkeys(clean_text(cut_around(s, min(places))) for s, places in found if places))


def _overlaps(record: Record, window: Window) -> bool:
    """Whether a record's time may lie in the window."""
    if record.start is None:
        return True
    late = window.end is not None and record.start.low > window.end
    return not late and not (window.start is not None and record.start.high < window.start)


def _lies_within(record: Record, window: Window) -> bool:
    if window.start is None and window.end is None:
        return True
    time = record.start
    coarse = time is not None and time.precision in ("year", "month")
    return time is not None and window.holds(time.low) and (not coarse or window.holds(time.high))


def _to_receipt(chart: ChartContext, results: Sequence[SearchResult], notes: Sequence[Note]) -> Receipt:
    """The searches and reads; incomplete where a note, or part of one, could not be read."""
    receipt = chart.receipt(results)
    unread = [f"{describe_note(n)}: {clean_text(problem, 160)}" for n in notes for problem in n.problems]
    more = (f"and {len(unread) - _REASONS} more",) if len(unread) > _REASONS else ()
    denied = ("Binary",) if denies_binary(notes) else ()
    return receipt.model_copy(
        update={
            "searches": receipt.searches + tuple(dict.fromkeys(proof for n in notes for proof in n.read)),
            "complete": receipt.complete and not unread,
            "reasons": (*receipt.reasons, *unread[:_REASONS], *more),
            "denied": (*receipt.denied, *denied),
        }
    )


def describe_note(note: Note) -> str:
    """A note in words: `Progress note of 2023-05-16`."""
    when = f" of {note.record.start.raw[:10]}" if note.record.start else ", undated"
    return f"{clean_text(note.record.concept.text, 80)}{when}"


def _build_finding(
    arguments: SearchNotes, found: Sequence[Mention], receipt: Receipt, remarks: list[str], handles: Handles
) -> Finding:
    placed = [m for m in found if m.placed]
    shown = (placed or list(found))[: arguments.limit]
    known = bool(placed) or (receipt.complete and not found)
    statement = _state(arguments, found, placed[: arguments.limit], receipt)
    if remarks:
        statement += " (" + "; ".join(dict.fromkeys(remarks)) + ")"
    return Finding(
        handle=handles.finding(),
        tool="search_notes",
        query=None,
        evidence=tuple(_to_row(m, handles) for m in shown),
        total=len(placed or found),
        statement=statement,
        values=tuple(dict.fromkeys(v for m in placed[: arguments.limit] for v in m.values)),
        determinable=known,
        rests_on=tuple(m.note.record.reference for m in shown),
        retrieved=tuple(dict.fromkeys(r for m in placed or found for r in _references(m.note))),
        receipt=receipt,
        notes=tuple(dict.fromkeys(remarks)),
        data={"text": arguments.text, "when": arguments.when},
    )


def _references(note: Note) -> Iterator[str]:
    yield from (note.record.reference, *note.record.links, *(proof.sent for proof in note.read))


def _state(arguments: SearchNotes, found: Sequence[Mention], shown: Sequence[Mention], receipt: Receipt) -> str:
    """What the notes say, in quotation marks; an absence only where everything was read."""
    asked = f'"{clean_text(arguments.text, 80)}"' + (f" {clean_text(arguments.when, 80)}" if arguments.when else "")
    why = "; ".join(receipt.reasons)
    if not found and receipt.complete:
        return f"No note mentions {asked}."
    if not found:
        return f"Not determinable whether a note mentions {asked}: not everything could be read ({why})."
    if not shown:
        where = ", ".join(describe_note(m.note) for m in found[: arguments.limit])
        return f"Not determinable whether a note mentions {asked}: the time of {where} is not known so exactly."
    count = sum(m.placed for m in found)
    least = "" if receipt.complete else "At least "
    head = f"{least}{count} {'note mentions' if count == 1 else 'notes mention'} {asked}"
    told = "; ".join(f"{describe_note(m.note)}: {_quote(m)}" for m in shown)
    rest = f" ({count} in all, {len(shown)} shown)" if count > len(shown) else ""
    unread = "" if receipt.complete else f" Not everything could be read ({why})."
    return f"{head}: {told}{rest}.{unread}"


def _quote(mention: Mention) -> str:
    """Its sentences in quotation marks, which chart text can't close."""
    quoted = ['"' + s.replace('"', "'") + '"' for s in mention.sentences[:_QUOTED]]
    more = len(mention.sentences) - _QUOTED
    return " ".join(quoted) + (f" and {more} more sentences" if more > 0 else "")


def _to_row(mention: Mention, handles: Handles) -> Evidence:
    """One row a note: its first sentence as the value, the others below."""
    row = to_evidence(mention.note.record, mention.note.kind, handles)
    first, *others = mention.sentences[:_QUOTED]
    details = (*(("also", s) for s in others), *row.details)
    return replace(row, value=first, unit=None, details=details)


SEARCH_NOTES = Tool(
    "search_notes",
    "The sentences of notes, letters and reports that hold some words, newest note first.",
    SearchNotes,
    run_search_notes,
)
