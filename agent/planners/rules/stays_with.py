"""Stays with: a stay told apart by a diagnosis made in it ("the admission with sepsis", "in which stay was it coded?").

Knows nothing of what a chart holds beyond the kinds of the names it is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules import lexicon
from agent.planners.rules.again import read_again
from agent.planners.rules.cascade import Cascade
from agent.planners.rules.compiled import whole
from agent.planners.rules.concepts import Span, kinds_of
from tools.chart_query import Anchor, Kind
from tools.concepts.known import known_kinds

_STAY = (
    r"(?:hospitali[sz]ations?|(?:(?:hospital|inpatient) )?(?:stays?|admissions?)|hospital (?:visits?|encounters?)"
    r"|(?:times? )?(?:(?:was|were|am|is|been) )?(?:(?:i|he|she|they|patient) )?in (?:the )?hospital)"
)
_AUX = (
    r"(?:(?:was|were|is|are|did|do|does|had|has|have|been|be|i|he|she|they|we|you|doctors|anyone|patient|it|ever"
    r"|first) )*"
)
_MADE = (
    r"(?:diagnosed|coded|listed|recorded|found|noted|documented|charted|entered|given|made|named|mentioned|billed"
    r"|assigned|present|come up|came up|appear(?:s|ed)?|turn(?:s|ed)? up|show(?:s|n|ed)?(?: up)?|seen)"
)
_HOLDS = (
    r"(?:with|carr(?:y|ies|ied|ying)|list(?:s|ed|ing)?|includ(?:es?|ed|ing)|contain(?:s|ed|ing)?|ha[ds]|have|having"
    r"|show(?:s|ed|ing)?|mention(?:s|ed|ing)?|record(?:s|ed|ing)?|bear(?:s|ing)?|coded (?:for|with|as)|involv(?:es?"
    r"|ed|ing))"
)
_OF = (
    r"(?:(?:an?|the|any|some|coded|recorded|discharge|new|secondary|primary|main) )*"
    r"(?:(?:diagnos[ei]s|dx|codes?) (?:of|for) )?(?:(?:an?|the|any) )?"
)
_NAME = r"(?P<name>C\d+)(?:,? of (?:whatever|any) (?:type|kind|sort|form),?|,? any (?:type|kind|form),?)?"
_AS = (
    r"(?:,? (?:(?:was|were|is|are|been) )*(?:as|on|in|among|coded|listed|recorded)(?: (?:on|in|among|as))?"
    r"(?: (?:an?|the|one|of|its|list|discharge|coded|recorded|my|his|her|their))* (?:diagnos[ei]s|codes?|problems?)"
    r"| (?:coded|listed|recorded|diagnosed|noted|documented)(?! (?:in|on|at|during)\b))?"
)
_TOLD_BY: tuple[str, ...] = (
    rf"(?P<stay>{_STAY})(?: began| started| beg[ai]n| start)? (?:(?:in|during|at|for|on) which|where|when) {_AUX}"
    rf"(?:{_MADE} (?:with |to have |as )?{_OF})?{_NAME}(?: {_AUX}{_MADE}| (?:as|for) (?:an? )?diagnosis)?",
    rf"(?P<stay>(?:in|during|at|for|on) (?:which|what|how many)(?: of (?:the|my|his|her|their|all))?(?: one)? {_STAY})"
    rf" {_AUX}(?:{_MADE} (?:with )?{_OF})?{_NAME}(?:{_AS}(?: {_MADE})?| {_AUX}{_MADE})",
    rf"(?P<stay>{_STAY})(?P<many>,? (?:(?:in )?how many|how many times)(?: of (?:them|these|those|the stays))?)?"
    rf"(?: (?:that|which))? (?:(?:did|do|does|is|are|was|were) )?(?:{_HOLDS} )?{_OF}{_NAME}{_AS}",
    rf"(?P<stay>(?:admitted|hospitali[sz]ed|an? inpatient|admission)(?: to (?:the )?hospital)?) (?:with"
    rf"|having) {_OF}{_NAME}",
    rf"{_NAME} (?:was|were|is|are|got) {_MADE} (?:for|in|at|during|on|with) (?P<stay>(?:one|an?|only one|a single|which"
    rf"|what|just one|how many) {_STAY})",
    rf"{_NAME}:? (?P<stay>(?:count|number) of {_STAY})(?: (?:with|that (?:have|had|list)) (?:it|this)"
    r"(?: (?:as|among|on|in)(?: (?:an?|the|list|of|discharge))* diagnos[ei]s)?)",
)
_STAY_NOUNS = frozenset({Kind.HOSPITAL_STAY, Kind.ENCOUNTER, Kind.CONDITION, Kind.ED_VISIT})


def read_stay_with(cascade: Cascade, spans: Sequence[Span]) -> Anchor | None:
    """What tells which stay is asked after, a diagnosis or the one before; of its words those of the stay are left."""
    if (again := read_again(cascade)) is not None:
        return again
    for pattern in _TOLD_BY:
        match = whole(pattern).search(cascade.text)
        if match is None or not _is_problem(spans[int(match["name"][1:])]):
            continue
        many = "how many " if match.groupdict().get("many") else ""
        left = f"{cascade.text[: match.start()]}{many}{match['stay']} | {cascade.text[match.end() :]}"
        if _asks_else(left):
            continue
        cascade.text = left
        name = spans[int(match["name"][1:])].text
        return Anchor(relation="same_stay", kind=Kind.CONDITION, about=(name,), pick="any")
    return None


def kinds_told(anchor: Anchor | None) -> list[Kind]:
    """The kind of stay that is asked after where something tells which."""
    if anchor is None:
        return []
    return [Kind.HOSPITAL_STAY if anchor.kind is Kind.CONDITION else anchor.kind]


def _is_problem(span: Span) -> bool:
    return Kind.CONDITION in (*kinds_of((span,)), *known_kinds(span.text))


def _asks_else(text: str) -> bool:
    """Whether something but the stay is asked after, for which the diagnosis only tells where to look."""
    nouns = {kind for pattern, kind in lexicon.NOUNS if whole(pattern).search(text)}
    return re.search(r"\bC\d", text) is not None or bool(nouns - _STAY_NOUNS)
