"""Problems: how clinicians say that a problem is or was there, written out as the plain question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planners.rules.concepts import DONE_ABOUT, Span, is_problem_name, kinds_of
from tools.chart_query import Kind

_LEAD = r"^(?P<lead>(?:(?:so|and|but|then|also),? )*)"
_WHO = r"(?:i|he|she|they|(?:the )?patient)"
_ITS = r"(?:(?:the|his|her|my|their) )?"
_KNOWN = r"(?:(?:known|documented|recorded|prior|past|previous|personal|significant|relevant|established) )*"
_SAID = r"history|hx|diagnos[ie]s|evidence|record|mention|documentation|background"
_TELLING = r"(?:significant|remarkable|notable|pertinent) for\b"
_TROUBLE = r"(?:troubles?|problems?|issues?|complaints?|diseases?|disorders?|conditions?)"
_ORGAN = (
    r"(?P<organ>heart|lung|kidney|liver|thyroid(?: gland)?|skin|eye|ear|nose|throat|sinus|stomach|bowel|intestine|gut"
    r"|bladder|prostate|gall ?bladder|pancreas|esophagus|bone|joint|back|spine|muscle|nerve|brain|breast|tooth|teeth"
    r"|vein|blood|hearing|vision|eyesight|hormone)(?:s|es)?\b(?! (?:clot|pressure|sugar))"
)
_CARCINOMA_OF = (
    r"breast|prostate|lung|colon|rectal|colorectal|bladder|kidney|renal|liver|hepatic|brain|pancreatic|pancreas|gastric"
    r"|stomach|esophageal|ovarian|thyroid|cervical|uterine|endometrial|testicular|skin|bone|throat|oral"
)
WORDED: tuple[tuple[str, str], ...] = (
    (r"\b(?:this|our) (?:lady|gentleman|woman|man|boy|girl|child|baby|infant|guy|fellow|resident|veteran|client)\b",
     "patient"),
    (rf"^(?P<what>(?!(?:is|was|are|were|does|did|has|have|what|which|when|how)\b)[^?]*?) (?:is |was )?{_TELLING}",
     r"whether \g<what> include"),
    (rf"\b(?P<what>conditions|history|chart) {_TELLING}", r"\g<what> include"),
    (rf"{_LEAD}no {_KNOWN}(?=(?:{_SAID}) of\b)", r"\g<lead>any "),
    (rf"{_LEAD}no {_KNOWN}(?!longer|more\b|[^?]*\ballerg|one\b|note)(?=[\w' /-]{{2,50}}(?:, right)?[ ?]*$)",
     r"\g<lead>any "),
    (rf"{_LEAD}(?P<aux>has|have|had|did|was|is) (?P<who>{_WHO}) never\b", r"\g<lead>\g<aux> \g<who> ever"),
    (rf"{_LEAD}(?P<aux>has|have|had|did|does|do|was|is) (?P<who>{_WHO}) not\b", r"\g<lead>\g<aux> \g<who>"),
    (r"^never (?=had|been|diagnosed|suffered|any\b)", "whether patient ever "),
    (rf"\b(?:is|was) (?P<who>{_WHO}) known (?:for|with|to have)\b", r"does \g<who> have"),
    (rf"\b(?:some|any)thing (?:is |that is )?(?:wrong|the matter|going on|amiss|up) (?:with|in) {_ITS}{_ORGAN}",
     r"any \g<organ> trouble"),
    (rf"\b(?P<aux>is|was) (?:wrong|the matter|going on) (?:with|in) {_ITS}{_ORGAN}",
     r"\g<organ> trouble \g<aux> there"),
    (rf"\b{_TROUBLE}(?P<clause>(?: (?:does|did|has|had|have) {_WHO}(?: had| have)?)?) "
     rf"(?:with|involving|affecting|concerning|related to|of) {_ITS}{_ORGAN}", r"\g<organ> trouble\g<clause>"),
    (r"\b(?:any |some )?(?:trouble|problems|issues|difficulty) with (?=[a-zC])", "any "),
    (rf"\b(?P<site>{_CARCINOMA_OF}) ca\b", r"\g<site> cancer"),
    (r"\bfx\b", "fracture"),
    (rf"\ballergic {_TROUBLE}", "<allergic disease>"),
    (rf"\b(?:{_KNOWN}case|background|(?:past |prior )?(?:medical )?background (?:history )?) of\b", "history of"),
)  # fmt: skip
"""What is said of a problem that is there, was there or is not, as what a plain question says."""
_OLD = re.compile(
    r"(?P<before>^[| ]*(?:any |an? |known )?|\b(?:any|an?|there|known|had|have|has|of|with|or|and) )"
    r"(?:(?:prior|previous|past|old|remote|earlier) )+(?P<name>C\d+)\b(?! (?:to|than))"
)
_DETERMINED = (
    r"(?:(?:an?|any|the|his|her|my|their|known|documented|recorded|past|prior|previous|active|hx|history|of) )*"
)
_JOINED = r"(?:, ?(?:or |and )?| or | and | ?/ ?| vs\.? | & )"
_BARE = re.compile(
    rf"^[| ]*{_DETERMINED}C\d+(?:{_JOINED}{_DETERMINED}C\d+)*"
    r"(?: (?:diagnos[ie]s|diagnosed|ever|documented|recorded|noted|listed|mentioned|known|present|hx|history|anywhere"
    r"|on|in|the|his|her|my|this|problem list|problems?|conditions?|chart|records?|file))*[| ]*$"
)
"""Names of problems and no verb: "COPD?", "hx of DVT or PE", "CKD on the problem list"."""


def write_problems(text: str, spans: Sequence[Span]) -> str:
    """What is asked of problems without a verb, or as what was so before, as a plain question.

    >>> asthma = [Span(0, 0, "asthma")]
    >>> write_problems("C0 on file", asthma), write_problems("is there a prior C0", asthma)
    ('whether patient has C0 on file', 'is there a history of C0')
    """
    names = [int(n) for n in re.findall(r"\bC(\d+)\b", text)]
    if not names or not all(_is_problem(spans[n]) for n in names):
        return text
    text = _OLD.sub(r"\g<before>history of \g<name>", text)
    return f"whether patient has {text}" if _BARE.match(text) else text


def _is_problem(span: Span) -> bool:
    """Whether a name is of a problem, by the tables, or of nothing else in this chart than what is done about it."""
    if span.entries:
        kinds = {e.kind for e in span.entries}
        return is_problem_name(span.text) or (Kind.CONDITION in kinds and kinds <= {Kind.CONDITION, *DONE_ABOUT})
    return is_problem_name(span.text) or kinds_of((span,))[:1] == [Kind.CONDITION]
