"""The words a decision may use: names and codes of this chart by kind, the question's own words, handles seen.

Knows nothing of JSON Schema but how a list of choices is defined once and referred to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from agent.planners.planner import PlannerView
from agent.step_schema.shapes import Json, any_of, one_of
from agent.verify.tracing import find_dates, find_numbers
from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import fold
from tools.concepts.tables import synonyms_of
from tools.evidence import Evidence
from tools.records.kinds import KIND_SEARCHES
from tools.time_window import find_time_phrases

_MOST_WORDS = 5
"""Words of the longest name that is taken from a question."""
_MOST_PHRASES = 400
_LONGEST_NAME = 200
_LARGEST = 1_000_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PART = re.compile(r"[^.;:?!,()\[\]{}\"\n\\]+(?:[.,:](?=\S)[^.;:?!,()\[\]{}\"\n\\]+)*")
_WORD = re.compile(r"[^\s]*[^\W_][^\s]*")
_LITTLE = frozenset(
    "a an the and or of in on at to for from by with is are was were be been has have had do does did any what when "  # noqa: SIM905
    "which who how where why he she they it his her their him them my me i you patient this that these those".split()
)
"""Words that no name begins or ends with."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that this decision may use."""

    names: Mapping[Kind, tuple[str, ...]]
    """Names and codes of what the chart holds, for each kind that can be asked for."""
    phrases: tuple[str, ...]
    """The words of the question: what is not in the chart can be asked for too."""
    times: tuple[str, ...]
    """Time phrases as the question writes them."""
    records: tuple[Evidence, ...]
    """Records seen, each once."""
    codes: Mapping[str, frozenset[str]]
    """Codes by name of what the chart holds."""
    numbers: tuple[str, ...]
    """Numbers that the question says."""
    days: tuple[str, ...]
    """Days that the question says, or that were found."""
    units: tuple[str, ...]
    """Units of records seen."""
    told_of: frozenset[str]
    """The resource types that the answer before rests on."""
    definitions: Json = field(default_factory=dict)

    def continues(self, kind: Kind) -> bool:
        """Whether the answer before may rest on records of a kind."""
        return any(search.resource_type in self.told_of for search in KIND_SEARCHES[kind])

    def name_of(self, kind: Kind) -> Json:
        """What may be named of a kind: what the chart holds of it, or what the question says."""
        shapes = [self.define(f"{kind}_names", self.names[kind])] if self.names[kind] else []
        shapes += [self.define("asked", self.phrases)] if self.phrases else []
        return any_of(*shapes) if shapes else {}

    def handles(self, fits: Callable[[Evidence], bool] = lambda row: True) -> tuple[str, ...]:
        """Those of the records seen, or of some of them."""
        return tuple(row.handle for row in self.records if fits(row))

    def define(self, name: str, choices: Sequence[str]) -> Json:
        """A reference to a list of choices that stands in the schema once."""
        return self.refer(name, one_of(choices))

    def refer(self, name: str, shape: Json) -> Json:
        """A reference to a shape that stands in the schema once."""
        self.definitions.setdefault(name, shape)
        return {"$ref": f"#/$defs/{name}"}


def read_vocabulary(view: PlannerView) -> Vocabulary:
    """The words that a view allows."""
    overview = view.overview
    readable = _readable_kinds(overview.receipt.denied)
    told = frozenset(s.kind for s in overview.kinds) | frozenset(overview.absent)
    said = (view.question, view.context, *(turn.question for turn in reversed(view.history)))
    seen = [e for s in view.steps if s.finding for e in s.finding.evidence]
    before = [name for turn in view.history for call in turn.calls for name in _named(call.arguments)]
    return Vocabulary(
        names=_name_each(overview.index, told, readable),
        phrases=_with_synonyms((*find_phrases(said), *before)),
        times=tuple(dict.fromkeys(phrase for text in said for _, _, phrase in find_time_phrases(text))),
        records=tuple({e.handle: e for e in seen}.values()),
        codes=_find_codes(overview.index),
        numbers=tuple(dict.fromkeys(_spell(n) for n in find_numbers(said[:2]) if abs(n) < _LARGEST)),
        days=tuple(dict.fromkeys(d for d in (*find_dates(said[:2]), *_list_found(view)) if _DAY.fullmatch(d))),
        units=tuple(dict.fromkeys(e.unit for e in seen if e.unit and e.unit.isprintable())),
        told_of=frozenset(c.partition("/")[0] for turn in view.history[-1:] for c in turn.citations),
    )


def _list_found(view: PlannerView) -> Iterator[str]:
    return (value for s in view.steps if s.finding for value in s.finding.values if isinstance(value, str))


def _spell(number: float) -> str:
    """
    >>> _spell(70.0), _spell(-1.5)
    ('70', '-1.5')
    """
    return str(int(number)) if number.is_integer() else str(number)


def _readable_kinds(denied: Iterable[str]) -> tuple[Kind, ...]:
    """The kinds of which the scopes allow some type."""
    refused = set(denied)
    return tuple(kind for kind, searches in KIND_SEARCHES.items() if {s.resource_type for s in searches} - refused)


def _with_synonyms(phrases: Sequence[str]) -> tuple[str, ...]:
    """The phrases, then other names of what they name, as the reviewed tables have them: pregnant, pregnancy."""
    others = (name for phrase in phrases for name in synonyms_of(fold(phrase)))
    return tuple(dict.fromkeys((*phrases, *others)))[: 2 * _MOST_PHRASES]


def _named(arguments: dict[str, object]) -> list[str]:
    about = arguments.get("about")
    return [name for name in about if isinstance(name, str)] if isinstance(about, list | tuple) else []


@lru_cache(maxsize=64)
def _find_codes(index: tuple[ConceptEntry, ...]) -> Mapping[str, frozenset[str]]:
    codes: dict[str, set[str]] = {}
    for entry in index:
        codes.setdefault(entry.text, set()).update(c.code for c in entry.codings if c.code)
    return {text: frozenset(found) for text, found in codes.items()}


@lru_cache(maxsize=64)
def _name_each(
    index: tuple[ConceptEntry, ...], told: frozenset[Kind], readable: tuple[Kind, ...]
) -> Mapping[Kind, tuple[str, ...]]:
    """What the index has of each kind; of one that stands under others, what it has of those."""
    holders = {kind: {kind} if kind in told else {k for k in told if _overlap(k, kind)} for kind in readable}
    ordered = sorted(index, key=lambda e: (-e.count, e.text))
    return {kind: _list_names(e for e in ordered if e.kind in kinds) for kind, kinds in holders.items()}


def _list_names(entries: Iterable[ConceptEntry]) -> tuple[str, ...]:
    names = (name for e in entries for name in (e.text, *e.names, *(c.code for c in e.codings if c.code)))
    return tuple(dict.fromkeys(n for n in names if n and len(n) <= _LONGEST_NAME and n.isprintable()))


def _overlap(one: Kind, other: Kind) -> bool:
    types = [{search.resource_type for search in KIND_SEARCHES[kind]} for kind in (one, other)]
    return bool(types[0] & types[1])


def find_phrases(texts: Sequence[str]) -> list[str]:
    """The runs of words in some texts that can name something, shorter ones first; bounded.

    >>> find_phrases(["Does she have high blood pressure?"])
    ['high', 'blood', 'pressure', 'high blood', 'blood pressure', 'high blood pressure']
    """
    runs = [run for text in texts for run in _find_runs(text)]
    runs.sort(key=lambda run: run[0])
    return list(dict.fromkeys(phrase for _, phrase in runs))[:_MOST_PHRASES]


def _find_runs(text: str) -> Iterator[tuple[int, str]]:
    for part in _PART.findall(text):
        words = [m.group().strip("'‘’“”*") for m in _WORD.finditer(part)]
        for first in range(len(words)):
            for last in range(first, min(first + _MOST_WORDS, len(words))):
                if not {words[first].lower(), words[last].lower()} & _LITTLE:
                    yield last - first, " ".join(words[first : last + 1])
