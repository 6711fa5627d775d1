"""relate_tumors: cancers by site. What is malignant, benign, in situ, spread or not said stays apart.

So ICD-10-CM is ordered: C00-C76 malignant, C77-C80 secondary, D00-D09 in situ, D10-D36 benign, D37-D49 the rest.
"""

from __future__ import annotations

from typing import Literal

from tools.concepts.body_parts import wholes_of
from tools.concepts.names import ReadName

Behaviour = Literal["malignant", "secondary", "in situ", "benign", "unsaid"]
_Told = Literal["narrower", "open", "different"]

_MALIGNANT = frozenset("cancer carcinoma adenocarcinoma sarcoma".split())  # noqa: SIM905
_SECONDARY = frozenset("secondary metastatic metastasis".split())  # noqa: SIM905
_BENIGN = frozenset("benign adenoma".split())  # noqa: SIM905
_UNSAID = frozenset("tumor growth mass".split())  # noqa: SIM905
_SAYS_NO_SITE = _MALIGNANT | _SECONDARY | _BENIGN | _UNSAID | frozenset("malignant situ primary".split())  # noqa: SIM905


def relate_tumors(asked: ReadName, held: ReadName) -> _Told | None:
    """How a tumor held relates to a cancer of a site asked for; None where either is none, or of another site.

    >>> from tools.concepts.names import read_name
    >>> held = ("Adenocarcinoma of prostate", "Neoplasm of prostate", "Carcinoma in situ of prostate")
    >>> [relate_tumors(read_name("prostate cancer"), read_name(name)) for name in held]
    ['narrower', 'open', 'different']
    """
    site = cancer_site(asked)
    found = behaviour_of(held) if site and asked.context == held.context else None
    if found is None or not site <= held.words | wholes_of(held.words):
        return None
    if found == "secondary":
        return "narrower" if _spread_from(site, held) else "open"
    return "narrower" if found == "malignant" else "open" if found == "unsaid" else "different"


def cancer_site(name: ReadName) -> frozenset[str]:
    """The words of a cancer's name that say of what; empty where it is no cancer or of no site."""
    return name.words - _SAYS_NO_SITE if behaviour_of(name) == "malignant" else frozenset()


def _spread_from(site: frozenset[str], held: ReadName) -> bool:
    """Whether a spread tumor began at the site: from it, or "metastatic prostate cancer"; no "liver metastasis"."""
    start = frozenset(held.start)
    if "metastatic" in start and start & _MALIGNANT and site <= start:
        return True
    return bool(held.origin) and site <= held.origin | wholes_of(held.origin)


def behaviour_of(name: ReadName) -> Behaviour | None:
    """What a name says of a tumor's behaviour; None where it names no tumor."""
    words = name.words
    if not words & (_MALIGNANT | _UNSAID | _BENIGN | {"metastasis"}):
        return None
    if "situ" in words:
        return "in situ"
    if words & _BENIGN:
        return "benign"
    if words & _SECONDARY:
        return "secondary"
    return "malignant" if words & _MALIGNANT else "unsaid"
