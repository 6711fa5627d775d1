"""Cultures in everyday words: what grew, what a test was positive for, to which drugs it was susceptible.

A table of wordings by class, written before names are looked for. Knows no chart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from tools.concepts.known import names_an_organism

_WAS = r"(?:(?:ever|was|were|been|is|are|came|come|comes|back|turned|tested|out|up) )*"
_GERMS = r"(?:organisms?|bacteri(?:a|um)|germs?|bugs?|microbes?|pathogens?)"
_CULTURE = r"(?:cultures?|samples?|specimens?|swabs?|micro(?:biology)?|isolates?)"
_DRUG = r"(?P<drug>[a-z][\w/+-]*(?: [a-z][\w/+-]*)?(?:/[\w-]+)?)"
_THE = r"(?:(?:the|my|his|her|their|this|that|an?) )?"
_ORG = r"(?P<org>[a-z][\w.]*(?: [a-z+][\w.+]*){0,3}?)"
_ISOLATE = r"(?: (?:isolates?|strains?|cultures?|organisms?))?"
_TESTED_FOR = r"susceptibility of \g<org> to \g<drug>"
_S_I_R = (
    r"(?:(?:was|is) (?:it|that) )?(?:s|susceptible|sensitive)(?:,|/| or)? ?(?:(?:i|intermediate)(?:,? or |, ?|/))?"
    r"(?:or )?(?:r|resistant)"
)
_TESTS = r"(?:results?|interpretations?|reports?|verdicts?|sensitivit(?:y|ies)|susceptibilit(?:y|ies))"
CULTURES: tuple[tuple[str, str], ...] = (
    (r"(?<=[a-z])\((?P<s>e?s)\)", r"\g<s>"),
    (r"\b(?:microbes?|pathogens?)\b", "organism"),
    (r"\b(?:any |some )?growth (?=(?:in|from|on) (?:the |his |her |my |any |an? )?(?:[\w-]+ ){0,2}(?:cultures?"
     r"|urine|blood"
     r"|sputum|wound|stool|csf|swabs?|samples?|specimens?)\b)", "any organism "),
    (r"\b(?P<when>when|what (?:day|date)|how (?:many|often)|number of)\b(?P<mid>[^?]*?)\bpositive"
     r" (?P<of>(?:[\w-]+ ){0,2}?cultures?)\b", r"\g<when>\g<mid>\g<of> positive"),
    (rf"\b(?P<germ>{_GERMS}) (?P<was>(?:ever |has |have |had |that )*)"
     rf"(?:turn(?:ed|s)?|show(?:ed|n|s)?|came|come|popp?(?:ed|s)?) (?:up|out|back)\b", r"\g<germ> \g<was>grew"),
    (r"\bmicro\b(?! ?(?:gram|g|liter))", "microbiology"),
    (rf"\b(?P<of>{_CULTURE}) {_WAS}positive for\b", r"\g<of> grew"),
    (r"\b(?:colonized|infected) (?:with|by) (?=(?:mrsa|vre|esbl|[a-z]+us|[a-z]+ella|[a-z]+monas|e\.? coli|c\.?"
     r" diff\w*)\b)",
     "have had "),
    (r"\b(?:a )?(?:carrier of|carr(?:y|ies|ied|ying)) (?=(?:mrsa|vre|esbl)\b)", "have had "),
    (rf"^{_ORG}{_ISOLATE}: ?{_DRUG} {_S_I_R}(?=[ ?.!]*$)", _TESTED_FOR),
    (rf"\bwhat did (?:the |our )?(?:lab|laboratory|report|culture) (?:report|say|show|find) (?:for|of|about|on) {_DRUG}"
     rf" (?:against|with|on|for|in) {_THE}{_ORG}{_ISOLATE}(?=[ ?.!,]*$)", f"what is the {_TESTED_FOR}"),
    (rf"\b{_TESTS} (?:was |is |came back )?(?:for|of|to) {_DRUG} (?:against|with|on|for|in) {_THE}{_ORG}{_ISOLATE}"
     r"(?=[ ?.!,]*$)", _TESTED_FOR),
    (rf"\b{_TESTS} (?:on|of|for) {_THE}{_ORG}{_ISOLATE},? (?:specifically|namely|just|only|in particular)"
     rf"(?: (?:for|to|of))? {_DRUG}(?=[ ?.!,]*$)", _TESTED_FOR),
    (rf"\bhow did {_THE}{_ORG}{_ISOLATE} (?:respond|react|test) to {_DRUG}\b[^?]*", f"what is the {_TESTED_FOR}"),
    (rf"\b{_DRUG} {_TESTS} (?:of|for|on|against) {_THE}{_ORG}{_ISOLATE}(?=[ ?.!,]*$)", _TESTED_FOR),
    (rf"^(?:they|the lab|we|you|it was) tested {_THE}{_ORG}{_ISOLATE} (?:against|for|on)"
     rf" (?:several |some |various )?(?:antibiotics?|drugs)\W+what (?:was|is) the {_TESTS} (?:for|of|to) {_DRUG}"
     r"(?=[ ?.!,]*$)", f"what is the {_TESTED_FOR}"),
    (rf"\b(?:was|were|is) {_THE}{_ORG}{_ISOLATE} (?:ever )?tested (?:against|for|with) {_THE}{_DRUG}(?=[ ?.!,]*$)",
     f"what is the {_TESTED_FOR}"),
    (rf"\b(?:was|is|would|will|does|did) {_DRUG} (?:be )?(?:effective|active|useful|any good|good|work|help)"
     rf" (?:against|for|on)"
     rf" {_THE}{_ORG}(?=[ ?.!,]*$)", r"is \g<org> susceptible to \g<drug>"),
    (rf"^{_ORG}{_ISOLATE}: (?:please )?(?:list|show|give)(?: me)? (?:all )?(?:the )?(?:resistances?|resistant"
     rf" (?:drugs|agents"
     r"|antibiotics)|what it (?:is|was) resistant to)(?=[ ?.!]*$)", r"to which drugs was \g<org> resistant"),
    (rf"^(?:{_THE})?{_ORG} (?:they|the lab|you|we) (?:grew|found|isolated|cultured)(?: (?:from|in|on) \w+)?[:,]"
     r" (?:to )?what was it (?P<sign>resistant|sensitive|susceptible)(?:"
     r" to)?(?=[ ?.!]*$)", r"to which drugs was \g<org> \g<sign>"),
    (rf"\bresistan(?:t|ce)s?(?: \(r\))? (?:results?|drugs|agents|profile|pattern)? ?(?:on|of|for|in) {_THE}{_ORG}"
     rf"(?: (?:panel|isolate|culture|strain|results?))?(?=[ ?.!]*$)", r"to which drugs was \g<org> resistant"),
    (rf"\b(?:(?:would|will|do|does|did) not|won't|wouldn't|don't|doesn't|didn't) (?:work|help|act|be effective"
     rf"|do anything)"
     rf" (?:against|on|for) {_THE}{_ORG}(?=,|[ ?.!]*$)", r"was \g<org> resistant to"),
    (rf"\b(?:would|will|do|does|did) (?:work|help|act|be effective) (?:against|on) {_THE}{_ORG}(?=,|[ ?.!]*$)",
     r"was \g<org> susceptible to"),
    (r"\b(?P<sign>resistant|sensitive|susceptible)(?P<to>(?: to)?) (?:when|after|once|as) (?:they|the lab|it|we)"
     r" (?:was |were )?"
     r"(?:tested|checked)(?: (?:it|them))?", r"\g<sign>\g<to>"),
    (r",? (?:according to|per|by|going by) (?:the )?(?:lab|laboratory|report|cultures?|panel)(?=[ ?.!]*$)", ""),
    (r"\b(?P<which>which|what|any) (?:antibiotics?|antimicrobials?|agents)(?= [^?]*\b(?:resistant|sensitive"
     r"|susceptible)\b)",
     r"\g<which> drugs"),
)  # fmt: skip
_ROWS = tuple((re.compile(pattern, re.IGNORECASE), written) for pattern, written in CULTURES)


def name_cultures(text: str) -> str:
    """A question on cultures as charts name what is asked; before names are looked for.

    >>> name_cultures("Any culture ever positive for E. coli?"), name_cultures("Organism(s), last urine culture?")
    ('Any culture grew E. coli?', 'Organisms, last urine culture?')
    >>> name_cultures("Staph aureus: clindamycin S, I or R?")
    'susceptibility of Staph aureus to clindamycin?'
    >>> name_cultures("What were the blood pressure results for the last visit?")
    'What were the blood pressure results for the last visit?'
    >>> name_cultures("What did the lab report for ceftazidime against my Proteus?")
    'what is the susceptibility of Proteus to ceftazidime?'
    """
    for pattern, written in _ROWS:
        text = pattern.sub(partial(_write, written), text)
    return text


def _write(written: str, match: re.Match[str]) -> str:
    """What a row writes; a row that speaks of an organism means nothing else."""
    other = "org" in match.re.groupindex and not names_an_organism(match["org"])
    return match[0] if other else match.expand(written)


def join_tested(parts: Sequence[str]) -> str | None:
    """The question on a drug of which the statement before it says what was tested; None where it says none."""
    said = " ".join(parts)
    asked = name_cultures(said)
    return asked if len(parts) == 2 and asked.startswith("what is the susceptibility") and asked != said else None
