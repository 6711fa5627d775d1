"""Scope: what exactly a query covered, so that an absence or a count claims no more than was searched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.verify.claims import Claim, Number, read_claim, write_dates
from agent.verify.words import BESIDE_KIND, COMPARED, CURRENT, DENYING_STATUS, FIRST, LAST, kind_words, stem
from tools.chart_query import UNSAID, ChartQuery, Compute, Condition, Kind, Slot, Stay
from tools.evidence import Finding

_STAYS = {
    "hospital": Kind.HOSPITAL_STAY, "icu": Kind.ICU_STAY, "ed": Kind.ED_VISIT, "visit": Kind.ENCOUNTER,
}  # fmt: skip
_TOLD = frozenset({
    "kind", "about", "when", "during", "around", "where", "pick", "compute", "field", "per", "unit",
})  # fmt: skip
_COUNTING = (Compute.COUNT, Compute.COUNT_DISTINCT)
_LISTING = (Compute.LIST, Compute.EXISTS, Compute.VALUE, Compute.TIME)


@dataclass(frozen=True)
class Need:
    """Something a sentence has to say: all words of one of the alternatives."""

    text: str
    alternatives: tuple[frozenset[str], ...]
    """Empty: nothing that is said can meet it."""

    def met_by(self, said: Claim) -> bool:
        """Whether a sentence says it."""
        told = said.words | said.glue | set(said.dates) | {_plain(n.value) for n in said.numbers}
        told |= {"not"} if said.denies else set()
        return any(words <= told for words in self.alternatives)


@dataclass(frozen=True)
class Scope:
    """What was searched, in the words that may tell it."""

    words: frozenset[str]
    needs: tuple[Need, ...]
    dates: tuple[str, ...]
    numbers: tuple[Number, ...]
    counts: tuple[int, ...]
    """What the search counted; empty where it counted nothing."""
    about: frozenset[str]
    """The words of the names searched."""
    kind: frozenset[str]
    """The words for the kind of record."""
    single: bool
    """One name was searched, so that each record found is of that name."""


def build_scope(finding: Finding) -> Scope | None:
    """The scope of a finding; None for a tool that searches nothing, and for a query that can't be told in words."""
    if finding.query is None:
        return _scope_of_notes(finding) if finding.tool == "search_notes" else None
    query = finding.query
    if not _can_be_told(query):
        return None
    needs = tuple(_needs(query))
    read = [read_claim(write_dates(text)) for text in _texts(query)]
    words = {w for need in needs for words in need.alternatives for w in words}
    words |= {w for c in read for w in c.words | c.glue} | kind_words(query.kind) | BESIDE_KIND
    dates = tuple(d for c in read for d in c.dates)
    years = tuple(n.text for c in read for n in c.numbers if len(n.text) == 4)
    numbers = tuple(n for c in read for n in c.numbers)
    about = frozenset(w for name in query.about for w in read_claim(name).words)
    return Scope(
        frozenset(words), needs, (*dates, *years), numbers, _counts(finding, query), about, kind_words(query.kind),
        len(query.about) <= 1,
    )  # fmt: skip


def _can_be_told(query: ChartQuery) -> bool:
    """Whether a sentence can say all that confines a query: what has no words here is never claimed."""
    confined = {name for name in query.model_fields_set if getattr(query, name) not in (None, ())}
    return confined <= _TOLD and (query.around is None or query.around.hours is None)


def _scope_of_notes(finding: Finding) -> Scope:
    asked = [str(finding.data[k]) for k in ("text", "when") if finding.data.get(k)]
    read = [read_claim(write_dates(text)) for text in asked]
    needs = [Need(f"the search was for {text!r}, which has to be said", (_told(text),)) for text in asked]
    needs.append(Need("notes were searched, which has to be said", (frozenset({"note"}), frozenset({"notes"}))))
    words = frozenset(w for c in read for w in c.words | c.glue) | kind_words(Kind.NOTE)
    counts = (finding.total,) if finding.determinable else ()
    dates = tuple(d for c in read for d in c.dates)
    numbers = tuple(n for c in read for n in c.numbers)
    return Scope(words, tuple(needs), dates, numbers, counts, read[0].words, kind_words(Kind.NOTE), True)


def _counts(finding: Finding, query: ChartQuery) -> tuple[int, ...]:
    whole = query.pick.which == "all" and query.per is None
    if query.compute in _COUNTING and whole:
        return tuple(v for v in finding.values if isinstance(v, int) and not isinstance(v, bool))
    denied = any(DENYING_STATUS & set((row.status or "").split(", ")) for row in finding.evidence)
    return (finding.total,) if whole and query.compute in _LISTING and not denied else ()


def _texts(query: ChartQuery) -> Iterator[str]:
    yield from query.about
    if query.when:
        yield query.when
    for condition in query.where:
        yield f"{condition.field.value.replace('_', ' ')} {condition.value} {condition.unit or ''}"
    if query.around is not None:
        yield " ".join((query.around.relation.replace("_", " "), *query.around.about))


def _needs(query: ChartQuery) -> Iterator[Need]:
    yield Need(f"{query.kind.value.replace('_', ' ')} records were searched, which has to be said", tuple(
        frozenset({w}) for w in sorted(kind_words(query.kind))
    ))  # fmt: skip
    if query.about:
        named = " or ".join(query.about)
        yield Need(f'"{named}" was searched, which has to be said', tuple(_told(a) for a in query.about))
    if query.when:
        yield Need(f'only "{query.when}" was searched, which has to be said', (_told(query.when),))
    yield from (_state_need(c) if c.field is Slot.STATUS else _value_need(c) for c in query.where)
    if query.during is not None:
        yield _stay_need(query.during)
    if query.around is not None:
        about = _told(" ".join(query.around.about)) if query.around.about else kind_words(query.around.kind)
        words = about | {stem(w) for w in query.around.relation.split("_")}
        yield Need("the search was bounded by another record, which has to be said", (frozenset(words),))


def _state_need(condition: Condition) -> Need:
    alternatives: tuple[frozenset[str], ...] = (_told(condition.value),)
    if condition.value.casefold() in ("active", "current", UNSAID):
        alternatives += tuple(frozenset({w}) for w in sorted(CURRENT))
    return Need(f"only status {condition.value} was searched, which has to be said", alternatives)


def _value_need(condition: Condition) -> Need:
    told = _told(condition.value)
    compared = COMPARED.get(condition.op)
    options = tuple(told | {w} for w in sorted(compared)) if compared else (told,)
    return Need(f"only {condition.op} {condition.value} was searched, which has to be said", options)


def _stay_need(stay: Stay) -> Need:
    kinds = kind_words(_STAYS[stay.type])
    which = {"last": LAST, "first": FIRST, "current": CURRENT}.get(stay.which, frozenset({_plain(float(stay.n or 0))}))
    options = tuple(frozenset({k}) if stay.which == "any" else frozenset({k, w}) for k in kinds for w in which)
    return Need(f"only the {stay.which} {stay.type} stay was searched, which has to be said", options)


def _told(text: str) -> frozenset[str]:
    """The words, dates and numbers of a phrase, as `Need.met_by` compares them; words of no weight left out."""
    read = read_claim(write_dates(text))
    numbers = {_plain(n.value) for n in read.numbers}
    return frozenset(read.words | set(read.dates) | numbers | ({"not"} if read.denies else set()))


def _plain(number: float) -> str:
    return f"{number:g}"
