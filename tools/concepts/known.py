"""known_kinds: of what kinds of record a name is known to be, whatever any chart holds."""

from __future__ import annotations

import re
from functools import lru_cache

from tools.chart_query import Kind
from tools.concepts.drug_classes import drug_class
from tools.concepts.icd import ranges_titled
from tools.concepts.names import SPECIMENS
from tools.concepts.products import is_known_drug
from tools.concepts.reading import has_row, synonyms_of
from tools.concepts.words import fold

_TESTS = frozenset("test testing screen screening swab score panel".split())  # noqa: SIM905
_ASKED = ("panels", "assessments", "procedures")
_TABLE_KINDS = (
    (Kind.LAB, "labs"), (Kind.LAB, "panels"), (Kind.VITAL, "vitals"), (Kind.CONDITION, "conditions"),
    (Kind.OBSERVATION, "assessments"), (Kind.PROCEDURE, "procedures"), (Kind.IMMUNIZATION, "vaccines"),
    (Kind.SOCIAL_HISTORY, "habits"), (Kind.MICROBIOLOGY, "organisms"),
)  # fmt: skip

_CULTURE = re.compile(
    r"(?:blood|urine|sputum|respiratory|wound|fungal|fungus|stool|throat|csf|spinal fluid|tissue|fluid"
    r"|(?:an)?aerobic|afb"
    r"|acid fast|mycobacterial|viral|catheter tip|bal|bronchial|genital|vaginal|nasal|eye|ear|bone|joint|bile|pleural"
    r"|peritoneal|skin|surveillance|routine|abscess|line|bacterial) cultures?"
)
"""What is cultured, or for what."""


def names_a_test(folded: str) -> bool:
    """Whether a folded name is, in the tables, that of a test or a score, and not only of what or in what is tested.

    >>> names_a_test("covid test"), names_a_test("covid"), names_a_test("urine test")
    (True, False, False)
    """
    *of, last = folded.split() or [""]
    return (
        last in _TESTS and not SPECIMENS.issuperset(of) and any(has_row(folded, table) for table in ("labs", *_ASKED))
    )


def names_a_culture(folded: str) -> bool:
    """Whether a folded name is of a sort of culture.

    >>> names_a_culture("respiratory culture"), names_a_culture("respiratory"), names_a_culture("work culture")
    (True, False, False)
    """
    return _CULTURE.fullmatch(folded) is not None


def names_an_organism(name: str) -> bool:
    """Whether a name is of what grows in cultures, in full or in a short form.

    >>> names_an_organism("E. coli"), names_an_organism("Klebsiella"), names_an_organism("blood culture")
    (True, True, False)
    """
    return has_row(fold(name), "organisms", loosely=False)


@lru_cache(maxsize=5_000)
def known_kinds(term: str) -> tuple[Kind, ...]:
    """The kinds a name is in the tables of; none for a name that nothing here knows.

    >>> known_kinds("creatinine"), known_kinds("metformin"), known_kinds("frobnication")
    ((<Kind.LAB: 'lab'>,), (<Kind.MEDICATION: 'medication'>,), ())
    """
    found = [kind for kind, table in _TABLE_KINDS if has_row(term, table, loosely=False)]
    found = found or [kind for kind, table in _TABLE_KINDS if has_row(term, table)]
    folded = fold(term)
    words = folded.split()
    drug = drug_class(folded) is not None or any(is_known_drug(w) for w in words)
    if drug or synonyms_of(folded, Kind.MEDICATION):
        found.append(Kind.MEDICATION)
    if not found and names_a_culture(folded):
        found.append(Kind.MICROBIOLOGY)
    if not found and ranges_titled(term):
        found.append(Kind.CONDITION)
    return tuple(dict.fromkeys(found))
