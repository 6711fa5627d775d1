"""relate: whether a thing with one name is, for certain, the thing asked for by another, or a kind of it.

equal       the same thing
narrower    a kind of it: "Essential hypertension" of hypertension, "Pneumonia due to Klebsiella" of pneumonia
open        perhaps: the names share words, and nothing says which it is ("Kidney stone" for "kidney")
different   another thing for certain: denied, a relative's, or in the table of what is no kind of it
none        nothing to do with it
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from tools.concepts.body_parts import wholes_of
from tools.concepts.names import GENERAL, SPECIMENS, ReadName
from tools.concepts.rows import read_rows, split_names
from tools.concepts.tumors import relate_tumors
from tools.concepts.words import read_words

Relation = Literal["equal", "narrower", "open", "different", "none"]
ORDER: tuple[Relation, ...] = ("equal", "narrower", "open", "different", "none")

_UNSETTLED = frozenset({"the past", "a suspicion"})
_OPPOSED = tuple(
    frozenset(group.split())
    for group in ("left right bilateral", "acute chronic subacute", "upper lower", "mild moderate severe",
                  "primary secondary", "open closed", "systolic diastolic", "benign malignant", "initial subsequent")
)  # fmt: skip
QUALIFIERS = frozenset({"type", "stage", "grade"}.union(*_OPPOSED))
"""Words that say which of the same thing: where they are not said, it may be that one."""
_OTHER_MEASURES = frozenset("ratio percentile clearance antibody antigen index trend".split())  # noqa: SIM905
_SHORT_BUT_CLEAR = frozenset({"ct", "td"})
_BODY_FLUIDS = SPECIMENS - frozenset("blood serum plasma venous arterial capillary poor platelet cell specimen".split())  # noqa: SIM905


def relate(asked: ReadName, held: ReadName) -> Relation:
    """How what is held relates to what is asked.

    >>> from tools.concepts.names import read_name
    >>> [relate(read_name("hypertension"), read_name(n)) for n in ("Essential hypertension", "Portal hypertension")]
    ['narrower', 'different']
    """
    if asked.context == held.context and asked.words in (held.words, held.plain):
        return "equal"
    if not _says_enough(asked):
        of_specimen = asked.words < held.words and held.words - asked.words <= SPECIMENS
        return "narrower" if of_specimen and asked.context == held.context else "none"
    if denied := {w for w in asked.telling if f"!{w}" in held.words}:
        return "different" if asked.words - denied <= held.words else "none"
    if doubtful := {w for w in asked.telling - held.words if f"?{w}" in held.words}:
        return "open" if asked.words - doubtful <= held.words else "none"
    if (told := relate_tumors(asked, held)) is not None:
        return told
    if not asked.words <= held.words | wholes_of(held.words):
        return "open" if _says_less(held, asked) else "none"
    return _relate_longer(asked, held)


def _says_enough(name: ReadName) -> bool:
    """Whether a name can be looked for inside longer ones: single letters and pairs mean too many things."""
    return any(len(w) > 2 or w in _SHORT_BUT_CLEAR for w in name.telling if not w.isdigit())


def _says_less(held: ReadName, asked: ReadName) -> bool:
    """Whether what is held may be what is asked, said in less detail: "Diabetes" for type 2 diabetes."""
    if not (held.telling and held.parts and asked.parts) or held.context != asked.context:
        return False
    named = frozenset(head for part in held.parts for head in part.heads)
    same = (named & asked.parts[0].heads) - GENERAL - QUALIFIERS
    missing = asked.words - held.words - wholes_of(held.words)
    if not same or is_no_kind(held.words, missing):
        return False
    return held.words < asked.words or (missing <= QUALIFIERS | _numbers(missing) and not _contradict(asked, held))


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(w for w in words if w[0].isdigit() or w == "endstage")


def _contradict(asked: ReadName, held: ReadName) -> bool:
    """Whether what is held says another side, course or number than what is asked."""
    if _numbers(asked.words) and _numbers(held.words):
        return True
    sides = ((asked.words & group, held.words & group) for group in _OPPOSED)
    return any(one and other and one.isdisjoint(other) for one, other in sides)


def _relate_longer(asked: ReadName, held: ReadName) -> Relation:
    more = held.words - asked.words
    if asked.context - held.context:
        return "none"
    if other := held.context - asked.context:
        return "open" if other <= _UNSETTLED else "different"
    if is_no_kind(asked.words, more):
        return "different"
    apart = frozenset(w for p in held.parts if not p.heads & asked.words for w in p.words)
    if _OTHER_MEASURES & (more - apart):
        return "different"
    return "narrower" if _names_it(asked, held) else "open"


def _names_it(asked: ReadName, held: ReadName) -> bool:
    """Whether one of the things named is what is asked, with no word of it taken from another of them."""
    several = len(asked.parts) > 1
    for part in held.parts:
        elsewhere = frozenset(w for p in held.parts if p is not part for w in p.words) - part.words
        if part.heads & asked.words and (several or not asked.telling & elsewhere):
            return True
    return False


def is_no_kind(asked: frozenset[str], more: frozenset[str]) -> bool:
    """Whether the table of what is no kind of it holds the words asked with some of the further words."""
    return any(words <= more for words in _no_kinds().get(asked, ()))


@cache
def _no_kinds() -> dict[frozenset[str], tuple[frozenset[str], ...]]:
    found: dict[frozenset[str], tuple[frozenset[str], ...]] = {}
    for row in read_rows("no_kinds"):
        key = frozenset(read_words(row["asked"]))
        further = tuple(frozenset(read_words(w)) - key for w in split_names(row["with"]))
        found[key] = (*found.get(key, ()), *further)
    return found


def in_other_fluid(asked: ReadName, held: ReadName) -> bool:
    """Whether a blood test's name says another body fluid: glucose in urine is no glucose."""
    return bool(_BODY_FLUIDS & (held.words - asked.words))
