"""Vague words: what restricts nothing, whatever it stands beside: no matter where, when or who; and light verbs.

No word that leaves something out, sets a bound, denies or judges stands here, nor one that is a posture, a side, a
state or a verdict: "held", "resting", "only", "again", "usually".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules.inflection import forms_of

VAGUE = frozenset(
    """
    anywhere somewhere wherever someplace anyplace anybody somebody everybody whoever whomever whichever whatever
    sometime someday anytime whenever somehow anyhow anyway anyways whatsoever even indeed truly genuinely literally
    honestly frankly basically essentially simply presumably apparently supposedly allegedly reportedly evidently
    perhaps maybe certainly definitely surely obviously officially formally technically hitherto heretofore namely
    circa ish kinda sorta btw fyi sir madam folks known i.e i.e. fairly pretty ultimately eventually explicitly
    finally
    incidentally seemingly conceivably thereabouts sure
    """.split()  # noqa: SIM905
)
"""Adverbs of no restriction, indefinite pronouns, hedges."""
LIGHT_VERBS = forms_of(
    """
    run hover land clock settle seem prove exist pop crop look peek glance eyeball inspect examine assess gauge
    track consider deem regard view pronounce recognize acknowledge jot type scribble capture reflect store
    retain cite quote reference carry contain feature wonder think believe suppose guess reckon imagine assume
    recall remember understand hear gather claim insist swear hope bother supply furnish grant say speak talk
    tell ask answer
    """
) - {"hearing", "landing", "carrying"}
"""Verbs that say of a record no more than that it is there, was made, is known or was told."""
_OPENING = r"is|are|am|was|were|be|been|being|i|he|she|it|they|we|you|to|did|does|do|ever|would|could|can|patient"
_NO_VERB = r"while|when|during|after|before|since|by|without|not|no|never|an?|the|his|her|my|their|from|with|of|for"
"""Before it a word is no verb of its sentence: a running nose, a pulse while running."""

_TURNED = r"out|off|away|over|into|through|across|against"
"""After it a verb means something else: to run out of a drug."""
_WHO = r"i|we|you|he|she|they|anyone|anybody|someone|somebody"
_DONE = re.compile(r"(?:ed|ing)$|^(?:thought|told|heard|known|seen|taken|said)$")
"""A form that is no noun: "is asthma regarded"."""


def is_light(word: str, before: str, after: str = "|") -> bool:
    """Whether a word is a light verb where it stands, by the words before and after it.

    >>> is_light("running", "C0"), is_light("running", "while"), is_light("looked", "anyone", "")
    (True, False, True)
    >>> is_light("considered", "C0", ""), is_light("run", "they", "out")
    (False, False)
    """
    if word not in LIGHT_VERBS or re.fullmatch(_NO_VERB, before) or re.fullmatch(_TURNED, after):
        return False
    return after != "" or _DONE.search(word) is None or re.fullmatch(_WHO, before) is not None


def without_vague(run: Sequence[str], before: str, after: str = "|") -> list[str]:
    """A run of words without what is part of no name: vague words at its ends, a verb that opens it, verbs alone.

    >>> without_vague(["kidney", "stones", "anywhere"], "of"), without_vague(["considered", "gout"], "is")
    (['kidney', 'stones'], ['gout'])
    >>> without_vague(["running", "nose"], "a"), without_vague(["running"], "C0")
    (['running', 'nose'], [])
    """
    words = list(run)
    while words and words[-1] in VAGUE:
        words.pop()
    while words and words[0] in VAGUE:
        before = words.pop(0)
    while len(words) > 1 and words[-1] in LIGHT_VERBS and _DONE.search(words[-1]):
        words.pop()
    beside = zip(words, (before, *words), (*words[1:], after), strict=False)
    if words and all(is_light(word, *near) for word, *near in beside):
        return []
    opens = re.fullmatch(_OPENING, before) is not None or before in VAGUE
    return words[1:] if words and opens and is_light(words[0], before, (*words[1:], after)[0]) else words
