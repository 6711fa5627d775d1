"""What the caller says beside a question: codes of things by name, the moment, what to answer where nothing is found.

Knows nothing of the question itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from tools.chart_query import ChartQuery, Compute, Kind
from tools.concepts.entry import ConceptEntry
from tools.concepts.match import match_concepts
from tools.concepts.words import fold
from tools.overview import Overview
from tools.records.record import Coding
from tools.time_window import find_time_phrases

Sort = Literal["measured", "vital", "service", "drug"]
"""What a code is given for: results in the chart, vital signs to be filed, orders, drugs."""

_SYSTEMS: tuple[tuple[str, str | None, tuple[Sort, ...]], ...] = (
    (r"ndc|national drug code", "http://hl7.org/fhir/sid/ndc", ("drug",)),
    (r"rxnorm|rxcui", "http://www.nlm.nih.gov/research/umls/rxnorm", ("drug",)),
    (r"loinc", "http://loinc.org", ("service", "measured", "vital")),
    (r"snomed(?: ?ct)?", "http://snomed.info/sct", ("service",)),
    (r"cpt", "http://www.ama-assn.org/go/cpt", ("service",)),
    (r"flow ?sheet", None, ("vital", "measured")),
    (r"drug|medication|formulary", None, ("drug",)),
    (r"order|orderable|procedure|referral", None, ("service",)),
    (r"", None, ("measured", "vital")),
)
_SORT = r"(?:[a-z][\w-]* ){0,3}?(?:code|id|identifier|number|ndc|rxcui|loinc|cpt)"
_CODE = r"[\"'“‘]?(?P<code>[A-Za-z0-9](?:[\w./-]*\w)?)[\"'”’]?(?=[\s.,;)]|$)"
_IS = r"(?: is| are|:| is:| =)"
_GIVEN = (
    rf"\b(?P<sort>{_SORT}) (?:for|of) (?:ordering |an? |the )*(?P<name>[^.:;\"“]{{1,80}}?){_IS} *{_CODE}",
    rf"\buse (?:the )?(?P<sort>{_SORT}) {_CODE} (?:for|to order) (?:ordering |an? |the )*(?P<name>[^.:;\"“,]{{1,80}})",
    rf"(?:^|[.;,(] *|\band )(?:the )?(?P<name>[^.:;,\"“]{{1,80}}?)(?:'s|’s|,? has(?: the)?| is(?: filed| charted| "
    rf"recorded)?"
    rf" under(?: the)?) (?P<sort>{_SORT})(?: is|:)? *{_CODE}",
)
_NOW = re.compile(
    r"(?:\bit(?:'s|’s| is)(?: now)?|\bnow(?: is|:)?|\b(?:current|present) (?:date|time|date and time|moment)(?: is|:)"
    r"|\bthe time is|\btoday is|\bas of|\bassume (?:that )?(?:it is|today is))"
    r" *(?P<time>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\b(?:should be|answer|return|reply|respond|give|report|is|use|say)(?: with)? (?:\[)?(?P<number>-?\d+)\]? "
    r"(?:if|when|where)\b"
    r"|\b(?:if|when|where)\b[^.;]*?\b(?:not?|none|missing|unavailable)\b[^.;]*?,? (?:the answer )?(?:should be"
    r"|answer|return|reply|respond"
    r"|give|report|is|use|say)(?: with)? \[?(?P<late>-?\d+)\]?",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"\b(?:if|when|where)\b[^.;]*?\b(?:not exist|no such|not (?:be )?found|no match\w*"
    r"|nobody)\b[^\"“]{0,80}[\"“](?P<text>[^\"”]{1,100})[\"”]",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\b(?:converted to|expressed in|reported in|given in|in)(?: an?| the)?(?: units?(?: of)?:?)"
    r" (?P<unit>[A-Za-z%µμ][\w%/µμ^*]*)|\bconverted to (?P<to>[A-Za-zµμ]+/[A-Za-z]+)",
    re.IGNORECASE,
)
_SPECIMEN = "serum|plasma|blood"
_VALUES = (Compute.VALUE, Compute.LIST)
_NUMBERS = (Compute.MEAN, Compute.MIN, Compute.MAX)
_BARE = frozenset(
    fold(
        "a an the new repeat another follow up lab laboratory test level value measurement order ordering"
        " result panel draw"
        " check study serum plasma blood morning evening reading referral consult consultation evaluation"
        " service to and of"
        " for patient replacement repletion supplementation supplement dose oral iv intravenous po"
    ).split()
)
"""Words that say in what way or form, and not of what."""


@dataclass(frozen=True)
class Alias:
    """One thing the caller gives a code for."""

    name: str
    code: str
    system: str | None
    sorts: tuple[Sort, ...]


@dataclass(frozen=True)
class Said:
    """What stands beside a question."""

    aliases: tuple[Alias, ...] = ()
    now: str | None = None
    absent: int | None = None
    """What to answer where no measurement is found."""
    within: str | None = None
    """The time beyond which a measurement counts as none."""
    not_found: str | None = None
    """What to answer where no patient is found."""
    unit: str | None = None

    def find(self, name: str, sort: Sort) -> Alias | None:
        """The one code given for a thing by that name, or by another name of it; one given for just that sort first."""
        foremost = [a for a in self.aliases if a.sorts[0] == sort]
        fitting = [a for a in self.aliases if sort in a.sorts[1:]]
        if coded := [a for a in foremost if a.code.casefold() == name.strip().casefold()]:
            return coded[0]
        for aliases, same in product((foremost, fitting), (_same_name, _same_words, _shares_words, _same_thing)):
            found = [a for a in aliases if same(name, a.name)]
            if found:
                return found[0] if len({a.code for a in found}) == 1 else None
        return None

    def find_whole(self, name: str, sort: Sort) -> Alias | None:
        """The one code given for a thing by that name, where no word of the name says more than that it is."""
        alias = self.find(name, sort)
        if alias is None or own_words(name) <= own_words(alias.name) or _same_thing(name, alias.name):
            return alias
        return None

    def only(self, sort: Sort) -> Alias | None:
        """The one thing the caller gives a code of that very sort for, which needs no name then."""
        found = [a for a in self.aliases if a.sorts[0] == sort]
        return found[0] if len(found) == 1 else None


def read_said(text: str) -> Said:
    """Read what is said beside a question.

    >>> said = read_said('It\\'s 2023-11-13T10:15:00+00:00 now. The code for magnesium is "MG".')
    >>> said.now, said.find("serum magnesium level", "measured").code
    ('2023-11-13T10:15:00+00:00', 'MG')
    >>> read_said("Reply -1 if no such result exists. Give it in units of mg/dL.").absent
    -1
    """
    now, unit, absent, missing = (p.search(text) for p in (_NOW, _UNIT, _ABSENT, _NOT_FOUND))
    return Said(
        aliases=tuple(dict.fromkeys(_aliases(text))),
        now=now["time"].replace(" ", "T") if now else None,
        absent=int(absent["number"] or absent["late"]) if absent else None,
        within=_read_within(text, absent) if absent else None,
        not_found=missing["text"].strip() if missing else None,
        unit=(unit["unit"] or unit["to"]).rstrip(".") if unit else None,
    )


def _read_within(text: str, absent: re.Match[str]) -> str | None:
    """The time that the sentence on what is not found speaks of."""
    end = re.compile(r"[.;](?:\s|$)").search(text, absent.end() - 1)
    phrases = [phrase for _, _, phrase in find_time_phrases(text[absent.start() : end.start() if end else None])]
    return phrases[0] if len(phrases) == 1 else None


def _aliases(text: str) -> Iterator[Alias]:
    taken: list[tuple[int, int]] = []
    for pattern in _GIVEN:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if any(a < match.end() and match.start() < b for a, b in taken) or not _is_code(match["code"]):
                continue
            taken.append(match.span())
            system, sorts = _sort_of(match["sort"], match["name"])
            yield Alias(match["name"].strip(), match["code"], system, sorts)


def _is_code(text: str) -> bool:
    """Codes hold digits or are written in capitals: "is available" names none."""
    return any(c.isdigit() for c in text) or text.isupper()


def _sort_of(sort: str, name: str) -> tuple[str | None, tuple[Sort, ...]]:
    said = sort.casefold()
    return next((system, sorts) for words, system, sorts in _SYSTEMS if re.search(rf"\b(?:{words})(?:\b|$)", said))


def own_words(name: str) -> frozenset[str]:
    """The words of a name that say what it is.

    >>> sorted(own_words("a new HbA1C lab test"))
    ['hba1c']
    """
    return frozenset(re.sub("ae", "e", w) for w in fold(name).split()) - _BARE


def _same_name(name: str, other: str) -> bool:
    return fold(name) == fold(other)


def _same_words(name: str, other: str) -> bool:
    return bool(own_words(name)) and own_words(name) == own_words(other)


def _shares_words(name: str, other: str) -> bool:
    """Whether one name is the other with words left out."""
    mine, its = own_words(name), own_words(other)
    return bool(mine and its) and (mine <= its or its <= mine)


def _same_thing(name: str, other: str) -> bool:
    """Whether the tables know both as names of one test, by their own words."""
    mine, its = " ".join(sorted(own_words(name))), " ".join(sorted(own_words(other)))
    if not mine or not its:
        return False
    entry = ConceptEntry(Kind.LAB, other, (other, its), (), 1)
    return any(match_concepts(n, Kind.LAB, (entry,)).how in ("exact", "synonym", "code") for n in (name, mine))


def with_aliases(overview: Overview, said: Said) -> Overview:
    """The overview with what the caller gives codes for among the things the chart may hold."""
    entries = tuple(
        ConceptEntry(Kind.LAB, a.name, _forms(a.name), (Coding(a.system or "", a.code),), 1)
        for a in said.aliases
        if "measured" in a.sorts
    )
    return replace(overview, index=(*overview.index, *entries))


def _forms(name: str) -> tuple[str, ...]:
    """A name with and without the specimen."""
    bare = re.sub(rf"^(?:{_SPECIMEN}) ", "", name, flags=re.IGNORECASE)
    return tuple(dict.fromkeys((name, bare, *(f"{specimen} {bare}" for specimen in _SPECIMEN.split("|")))))


def by_code(query: ChartQuery, said: Said) -> ChartQuery:
    """The query with names that the caller gave a code for as that code, and in the unit the caller wants."""
    found = [(said.find(name, "measured"), name) for name in query.about]
    about = tuple(dict.fromkeys(alias.code if alias else name for alias, name in found))
    coded = bool(found) and all(alias for alias, _ in found)
    update: dict[str, object] = {"about": about} | ({"kind": Kind.OBSERVATION} if coded else {})
    if said.within and coded and query.when is None and query.compute in (*_NUMBERS, *_VALUES):
        update["when"] = said.within
    if said.unit and query.compute in _NUMBERS and query.unit is None:
        update["unit"] = said.unit
    return query.model_copy(update=update)
