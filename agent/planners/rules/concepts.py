"""Concept spans: where a question names something this chart holds, and what else it may name."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from agent.planners.rules import lexicon
from tools.chart_query import Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.known import known_kinds, names_a_culture, names_a_test, names_an_organism
from tools.concepts.match import fold, match_concepts
from tools.concepts.names import TAGS
from tools.concepts.products import is_brand
from tools.concepts.reading import TABLES, has_row
from tools.concepts.spelling import is_known_word
from tools.concepts.tables import class_members, drug_stem, synonyms_of

_WORD = re.compile(r"[A-Za-z0-9À-ɏ]+(?:[.,]\d+)*%?")
_LONGEST = 40
"""Words of the longest names that charts give: titles of ICD codes."""
_LONGEST_CLASS = 5
_ONE_LETTER = re.compile(r"(?<=[a-z])_(?=[A-Z]\b)")
"""What holds the letter of "hepatitis A" to its name."""
_STAYS = frozenset({Kind.ENCOUNTER, Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.WARD_STAY, Kind.PATIENT})
MEDICATIONS = (
    Kind.MEDICATION_ORDERED, Kind.MEDICATION_ADMINISTERED, Kind.MEDICATION_DISPENSED, Kind.MEDICATION_REPORTED,
)  # fmt: skip
_PREFERRED = (
    Kind.LAB, Kind.VITAL, Kind.MICROBIOLOGY, Kind.OUTPUT, Kind.CONDITION, Kind.ALLERGY, Kind.PROCEDURE,
    Kind.IMMUNIZATION, Kind.SOCIAL_HISTORY, Kind.OBSERVATION, Kind.SPECIMEN, Kind.REPORT, Kind.IMAGING, Kind.ORDER,
)  # fmt: skip

DONE_ABOUT = {
    Kind.IMMUNIZATION, Kind.OBSERVATION, Kind.REPORT, Kind.PROCEDURE, Kind.CARE_PLAN, Kind.CARE_TEAM, Kind.GOAL,
    Kind.NOTE, Kind.ORDER,
}  # fmt: skip
"""Kinds of what is done about a problem, which don't say that it is there."""


@dataclass(frozen=True)
class Span:
    """A run of words that names entries of the chart's index, or, with none, something the chart does not hold."""

    start: int
    end: int
    text: str
    entries: tuple[ConceptEntry, ...] = ()

    @property
    def names_organism(self) -> bool:
        """Whether something that grew in this chart has the name, or anything that grows."""
        grew = any(c.system.endswith("microbiology-organism") for e in self.entries for c in e.codings)
        return grew or names_an_organism(self.text)


def find_spans(question: str, index: tuple[ConceptEntry, ...]) -> list[Span]:
    """The names a question holds, longest first taken, in order; none overlap."""
    names = _names_of(index)
    words = [(m.start(), m.end(), fold(m.group())) for m in _WORD.finditer(question)]
    taken: list[Span] = []
    for size in range(min(_LONGEST, len(words)), 0, -1):
        for at in range(len(words) - size + 1):
            start, end = words[at][0], words[at + size - 1][1]
            if any(s.start < end and start < s.end for s in taken):
                continue
            folded = " ".join(w for _, _, w in words[at : at + size])
            if not _is_common(folded) and ((entries := _look_up(folded, names)) or names_a_test(folded)):
                if _ends_in_noun(question[start:end], entries, names):
                    continue
                end += _closes(question, start, end)
                taken.append(Span(start, end, _ONE_LETTER.sub(" ", question[start:end]), entries))
            elif size > 1 and _is_whole_name(folded):
                span = replace(find_span(_ONE_LETTER.sub(" ", question[start:end]), index), start=start, end=end)
                problem = _OF_PROBLEMS.search(question) or (_HAS.search(question[:start]) and _is_sign(folded, names))
                level = _is_level(folded, names) and not problem
                taken += [span] if span.entries or not level else []
    return sorted(taken, key=lambda s: s.start)


def _ends_in_noun(said: str, means: Sequence[ConceptEntry], names: dict[str, tuple[ConceptEntry, ...]]) -> bool:
    """Whether words are a name as the chart writes it with the noun of its kind behind: "TF Residual outputs".

    A chart that has "TF Residual Output" as well is asked for that where it is written so.
    """
    name, _, noun = said.rpartition(" ")
    if (
        not name
        or not means
        or not _names_kind(noun)
        or any(said.casefold() == n.casefold() for e in means for n in e.names)
    ):
        return False
    return any(name in e.names and e.kind in {m.kind for m in means} for e in names.get(fold(name), ()))


def _closes(question: str, start: int, end: int) -> bool:
    """Whether a bracket that a name opens is closed right behind it."""
    name = question[start:end]
    return question[end : end + 1] == ")" and name.count("(") > name.count(")")


@lru_cache(maxsize=4096)
def _is_whole_name(folded: str) -> bool:
    """Whether words that part one by one are read as something else make one name in the tables: hormone therapy."""
    words = folded.split()
    if len(words) > _LONGEST_CLASS or folded.startswith("history of "):
        return False
    if (
        names_an_organism(folded)
        or names_a_culture(folded)
        or any(has_row(folded, table, loosely=False) for table in TABLES)
    ):
        return True
    if not any(w in _COMMON or w in _LEVELS or _names_kind(w) for w in words):
        return False
    return names_a_class(folded) or is_brand(folded) or any(has_row(folded, t) for t in ("conditions", "procedures"))


def _is_level(folded: str, names: dict[str, tuple[ConceptEntry, ...]]) -> bool:
    """Whether a name not in the chart calls what is measured there high or low, which the values say."""
    first, _, rest = folded.partition(" ")
    return first in _LEVELS and bool(_look_up(rest, names))


def _is_sign(folded: str, names: dict[str, tuple[ConceptEntry, ...]]) -> bool:
    """Whether what is called high or low is a vital sign: to have high blood pressure is a problem, and no reading."""
    return all(e.kind is not Kind.LAB for e in _look_up(folded.partition(" ")[2], names))


_LEVELS = frozenset({"high", "low"})
_HAS = re.compile(r"\b(?:have|has|had|having|got|with)(?: an?| any| the)? $", re.IGNORECASE)
_OF_PROBLEMS = re.compile(r"\b(?:diagnos\w+|dx|suffer\w*|conditions?|problems?|history of|hx)\b", re.IGNORECASE)


def is_problem_name(name: str) -> bool:
    """Whether the tables know a name first as that of a problem, and of no habit or answer to a question."""
    known = known_kinds(name)
    return known[:1] == (Kind.CONDITION,) and not {Kind.SOCIAL_HISTORY, Kind.OBSERVATION} & {*known}


def find_span(run: str, index: tuple[ConceptEntry, ...]) -> Span:
    """A run of words that no reader knew, as the name of what it means in this chart; no entries where of nothing."""
    if run in _VERDICTS:
        return Span(0, 0, run)
    noun = lexicon.ADJECTIVES.get(run, run)
    entries: list[ConceptEntry] = []
    for kind in dict.fromkeys(e.kind for e in index if e.kind not in _STAYS):
        entries += match_concepts(noun, kind, [e for e in index if e.kind is kind]).matched
    return Span(0, 0, noun, tuple(entries))


_VERDICTS = frozenset({"negative", "positive", "reactive", "inconclusive", "abnormal", "dangerous", "serious"})
"""What is said of results and of risks, and names nothing, whatever names it is a part of."""


def find_strange(run: str, index: tuple[ConceptEntry, ...]) -> tuple[str, ...]:
    """The words nothing knows in a name that, without them, is of something in this chart: no absence is told of it."""
    words = run.split()
    if names_a_class(run):
        return ()
    strange = [w for w in words if not all(is_known_word(part) or _tells_kind(part) for part in fold(w).split())]
    rest = " ".join(w for w in words if w not in strange)
    return tuple(strange) if strange and rest and find_span(rest, index).entries else ()


def _tells_kind(word: str) -> bool:
    return any(re.search(pattern, word) for pattern, _ in lexicon.SUFFIXES)


def _is_common(folded: str) -> bool:
    """Words that say nothing or name a kind: never a concept, whatever the chart calls so."""
    words = folded.split()
    return all(w in _COMMON for w in words) or _names_kind(folded)


_KIND_WORDS = re.compile(
    "|".join(
        f"(?:{pattern})"
        for table in (lexicon.NOUNS, lexicon.VERBS, lexicon.SLOTS, lexicon.PATIENT_SLOTS)
        for pattern, _ in table
    )
)


@lru_cache(maxsize=4096)
def _names_kind(word: str) -> bool:
    return bool(_KIND_WORDS.fullmatch(word) or _KIND_WORDS.fullmatch(word + "s"))


_UNTELLING = ("none", "no", "yes", "other", "output", "blood test")
_COMMON = frozenset(fold(w) for w in lexicon.FUNCTION | lexicon.LIGHT).union(_UNTELLING)


def _look_up(folded: str, names: dict[str, tuple[ConceptEntry, ...]]) -> tuple[ConceptEntry, ...]:
    if len(folded) < 2 or (folded.isdigit() and len(folded) < 5):
        return ()
    if folded in names:
        return names[folded]
    if 1 <= folded.count(" ") < _LONGEST_CLASS and names_a_class(folded):
        return tuple(
            dict.fromkeys(
                e for found in names.values() for e in found if e.kind in MEDICATIONS and _in_class(folded, e)
            )
        )
    found = tuple(e for other in synonyms_of(folded) for e in names.get(fold(other), ()))
    if has_row(folded, "panels", loosely=False):
        found = tuple(dict.fromkeys((*found, *_match_of(folded, (Kind.REPORT,), names))))
    return found or (_match_tests(folded, names) if " " in folded else ())


def _match_tests(folded: str, names: dict[str, tuple[ConceptEntry, ...]]) -> tuple[ConceptEntry, ...]:
    """What the name of a test, a score or a social question means, which charts name at length."""
    known = known_kinds(folded)
    if not {Kind.OBSERVATION, Kind.VITAL} & set(known) and not names_a_test(folded):
        return ()
    kinds = [k for k in known if k in (Kind.OBSERVATION, Kind.LAB, Kind.PROCEDURE, Kind.VITAL)]
    kinds += [Kind.OBSERVATION] if Kind.VITAL in kinds and Kind.OBSERVATION not in kinds else []
    return _match_of(folded, kinds, names)


def _match_of(
    folded: str, kinds: Sequence[Kind], names: dict[str, tuple[ConceptEntry, ...]]
) -> tuple[ConceptEntry, ...]:
    """The entries of these kinds that a name means."""
    entries = dict.fromkeys(e for found in names.values() for e in found)
    return tuple(e for k in kinds for e in match_concepts(folded, k, [e for e in entries if e.kind is k]).matched)


def _in_class(folded: str, entry: ConceptEntry) -> bool:
    members = class_members(folded)
    return members is not None and any(members(said) for name in entry.names for said in (name, *fold(name).split()))


_PROPERTY = re.compile(r"\[[^]]*\]")
"""What LOINC says in brackets of how a thing is measured."""
_KEPT: OrderedDict[int, tuple[tuple[ConceptEntry, ...], dict[str, tuple[ConceptEntry, ...]]]] = OrderedDict()
_CHARTS = 64


def _names_of(index: tuple[ConceptEntry, ...]) -> dict[str, tuple[ConceptEntry, ...]]:
    """The names of an index, kept while the same is asked; by identity, since to hash thousands of entries is slow."""
    kept = _KEPT.get(id(index))
    if kept is None or kept[0] is not index:
        kept = _KEPT[id(index)] = (index, _index_names(index))
    _KEPT.move_to_end(id(index))
    while len(_KEPT) > _CHARTS:
        _KEPT.popitem(last=False)
    return kept[1]


def _index_names(index: tuple[ConceptEntry, ...]) -> dict[str, tuple[ConceptEntry, ...]]:
    found: dict[str, dict[ConceptEntry, None]] = {}
    for entry in index:
        if entry.kind in _STAYS:
            continue
        for name in (*entry.names, *(c.code for c in entry.codings)):
            for said in (name, TAGS.sub(" ", name), _PROPERTY.sub(" ", name)):
                found.setdefault(fold(said), {})[entry] = None
    return {name: tuple(entries) for name, entries in found.items()}


def kinds_of(spans: Iterable[Span]) -> list[Kind]:
    """The kinds of what the spans name: of the chart's own entries, else what the form of a name tells."""
    return list(dict.fromkeys(kind for span in spans for kind in _span_kinds(span)))


def _span_kinds(span: Span) -> Iterable[Kind]:
    if span.entries:
        return [e.kind for e in span.entries]
    known = known_kinds(span.text)
    if Kind.IMMUNIZATION in known or known == (Kind.MICROBIOLOGY,) or names_a_test(fold(span.text)):
        return known
    words = fold(span.text).split()
    a_class = any(names_a_class(w) for w in (*words, fold(span.text))) and not {Kind.PROCEDURE, Kind.LAB} & {*known}
    if a_class or drug_stem(fold(span.text)):
        return [Kind.MEDICATION]
    return [
        kind for pattern, kind in lexicon.SUFFIXES if any(re.search(pattern, w) for w in span.text.lower().split())
    ][:1]


def prefer_kind(kinds: Sequence[Kind]) -> Kind | None:
    """The kind meant where a name is of several and the question does not tell."""
    if (preferred := next((k for k in _PREFERRED if k in kinds), None)) is not None:
        return preferred
    if any(k in kinds for k in (Kind.MEDICATION, Kind.MEDICATION_ORDERED, Kind.MEDICATION_REPORTED)):
        return Kind.MEDICATION
    return next(iter(kinds), None)


@lru_cache(maxsize=50_000)
def names_a_class(word: str) -> bool:
    """Whether a word is the name of a drug class."""
    return class_members(fold(word)) is not None
