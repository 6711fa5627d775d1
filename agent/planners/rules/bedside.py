"""Bedside wording: what was given, placed and done at the bedside, by the name that charts give it.

A table of wordings by class, written before names are looked for: "blood" is a specimen too. Knows no chart.
"""

from __future__ import annotations

import re

from agent.planners.rules.coming import name_measures
from agent.planners.rules.compiled import compiled

_HIM = r"(?:(?:i|me|he|him|she|her|they|them|(?:the )?patient) )?"
_GIVEN = r"(?:given|gave|give|get|got|gotten|getting|receiv(?:e|es|ed|ing)|transfused(?: with)?|need(?:ed)?)"
_SOME = r"(?:(?:any|some|more|a|an|the|his|her|my|their|unit|units|bag|bags|of|\d+) )*"
_BLOOD = (
    r"(?P<blood>(?:packed )?(?:red (?:blood )?cells?|rbcs?|prbcs?)|packed cells?|platelets?|(?:fresh frozen )?plasma"
    r"|ffp|cryo(?:precipitate)?|(?:whole )?blood)"
)
_NO_TEST = (
    r"(?=[ |]*(?:[?.,!;]|$)| (?:in|on|during|at|before|after|while|when|since|yet|today|yesterday|this|that|last|did"
    r"|was|were|has|through|until|between|ever|due)\b)"
)
"""What blood that is given stands before; a blood culture and blood work are tests."""
_OXYGEN = r"(?:(?:supplemental|extra|some|any) )?(?:oxygen|o2)(?! (?:sat\w*|levels?|flow\w*|deliver\w*|concentrat\w*))"
_ED = r"(?:ed|er|emergency (?:room|department)|emergency)"
_HIM_IS = r"(?:(?:the|his|her|my|their) )?"
_ELECTROLYTE = r"(?:potassium|magnesium|phosph(?:ate|orus)|calcium|iron|bicarb(?:onate)?|k|mag|phos)"
"""What is replaced by giving it."""
_BEDSIDE: tuple[tuple[str, str], ...] = (
    (rf"\b(?:at|in|on|during|from) (?:the )?(?:{_ED} )?triage\b(?=.*\b{_ED}\b)", "at first"),
    (rf"\b(?:at|in|on|during|from) (?:the )?(?:{_ED} )?triage\b", "at first during the last ED visit"),
    (rf"\b{_GIVEN} {_HIM}{_SOME}{_BLOOD}{_NO_TEST}", r"given \g<blood> transfusion"),
    (rf"\bunits? of {_BLOOD}{_NO_TEST}", r"units of \g<blood> transfusion"),
    (r"\btransfused\b", "given blood transfusion"),
    (rf"\b(?:put|placed|started|kept|been|was|were) {_HIM}on {_OXYGEN}\b", "have oxygen therapy"),
    (rf"\b(?:given|get|got|gotten|receiv(?:e|ed|ing)|need(?:ed)?|requir(?:e|ed)) {_HIM}{_OXYGEN}\b(?! saturation)",
     "have oxygen therapy"),
    (rf"\bon {_OXYGEN}\b(?! saturation)", "on oxygen therapy"),
    (r"\b(?:proned|(?:put|placed|turned|laid|lying|positioned) (?:(?:in|on) )?(?:(?:the|a|his|her) )?"
     r"(?:prone(?: position)?|belly|stomach))\b", "have prone position"),
    (rf"\b(?P<was>was|were|is|has|had|been) (?P<what>{_HIM_IS}{_ELECTROLYTE}) (?:(?:been|being|ever|get|got) )*"
     r"(?:replaced|repleted|replenished|supplemented|topped up)\b", r"\g<was> \g<what> given"),
    (r"\b(?:sedated|an(?:a)?esthetized|paraly[sz]ed|bolused|loaded|infused|injected|medicated) with\b", "given"),
    (r"\b(?:been |get |got )(?:burn(?:ed|t)|scalded)\b|\bburn(?:ed|t) (?:himself|herself|myself|themselves)\b",
     "have burn"),
    (r"\b(?:how|why) did (?P<who>i|he|she|they|(?:the )?patient) die\b", r"what was the cause of death"),
    (r"\bwhat killed (?:him|her|them|(?:the )?patient)\b", "what was the cause of death"),
)  # fmt: skip
"""Everyday verbs of the ward, as charts name what was done."""


def name_bedside(text: str) -> str:
    """A question with what was given or done by its name; before names are looked for.

    >>> name_bedside("How many units of blood did she get?"), name_bedside("Did he get blood work?")
    ('How many units of blood transfusion did she get?', 'Did he get blood work?')
    >>> name_bedside("Has he received any blood microbiology results?")
    'Has he received any blood microbiology results?'
    >>> name_bedside("How many times was he put on oxygen?")
    'How many times was he have oxygen therapy?'
    """
    text = name_measures(text)
    for pattern, written in _BEDSIDE:
        text = compiled(pattern, re.IGNORECASE).sub(written, text)
    return text
