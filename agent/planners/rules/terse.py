"""Terse wording: what clinicians jot down without a verb ("Asthma: active?"), written out as a whole question."""

from __future__ import annotations

import re

from agent.planners.rules.lexicon import REPORT

_AUX = r"(?:is|are|am|was|were|does|do|did|has|have|had|will|would|can|could)"
_ASKING = r"(?:what|which|when|where|who|whom|whose|why|how|if|whether)"
_LATEST = r"(?:latest|last|most recent|newest)"
_HOW = r"(?:(?:ever|still|currently|already|now|presently|also) )*"
_STATE = (
    r"(?:active|current|ongoing|present|resolved|inactive|over|stopped|discontinued|on hold|taking|confirmed"
    r"|noted|diagnosed|found|detected|started|checked|measured|drawn|obtained|seen|tested|collected|refilled|dispensed|given|received|done|performed|taken|prescribed|ordered|administered|documented|recorded|vaccinated)"
)
_REQUEST = rf"(?:(?:please|kindly|can|could|would|i)\b|(?:{'|'.join(sorted(REPORT))})\b)"
_NO_DRUG = (
    r"(?!\d|(?:the )?(?:admission|arrival|discharge|average|file|record|chart|call|day|date|visit|[a-z]{3,9} \d)\b)"
)
_TOLD_OF = (
    r"^(?:(?:i|he|she|they|we|(?:the )?patient) (?:have |has |had )?(?:had|have|has|got|received|gotten|underwent) )"
)
_SAID = re.compile(
    rf"^(?P<told>.{{6,}}?)[.:;,]+ (?P<asked>(?:(?:on )?(?:what|which)(?: (?:day|date|year|month))|what|when|who"
    rf"|where|which(?: \w+)?|how (?:many|much|long|often))"
    rf" {_AUX}) (?:it|that|this|they|those|these)\b(?P<more>[^?]*)\?*$"
)
_NO_STATEMENT = re.compile(rf"^{_AUX}\b|\b{_ASKING}\b|^(?:on |at )?(?:the |my |his |her )?(?:\w+ ){{1,2}}time\b")
"""Where what stands before is a question, or says only at which of several times."""
_WHOLE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(
        rf"\bnot (?:the |my |his |her |their )?{_LATEST} (?P<what>[^,.:;?]+?),? but (?:rather )?the (?:\w+ )?"
        r"(?:just |right |directly )?(?:before|prior to|preceding)\b(?: (?:it|that|this)(?: one)?)?"
    ), r"penultimate \g<what>"),
    (re.compile(rf"^(?P<asked>(?:(?!\b{_ASKING}\b).)+?)[,;:-]* ?\b(?:yes or no|yes/no|y/n|true or false)[ ?.!]*$"),
     r"whether \g<asked>?"),
    (re.compile(
        rf"^(?P<of>(?:(?!\b(?:{_AUX}|{_ASKING})\b)[^:?])+): ?(?P<state>{_HOW}{_STATE}"
        rf"(?: (?:now|at present|at the moment|right now))?)(?: or (?:not|{_STATE}))?[ ?.!]*$"
    ), r"whether \g<of> \g<state>?"),
    (re.compile(
        rf"^(?P<state>{_HOW}{_STATE}): (?P<of>(?:(?!\b(?:{_AUX}|{_ASKING})\b)[^:?])+)\?+$"
    ), r"whether \g<of> \g<state>?"),
    (re.compile(
        rf"^(?!{_REQUEST})(?P<of>(?:(?!\b(?:{_AUX}|{_ASKING})\b)[^:?])+?):? (?P<which>last|first|most recently)"
        rf" (?P<act>{_STATE})[ ?.!]*$"
    ), r"when was \g<of> \g<which> \g<act>?"),
    (re.compile(
        rf"^(?P<how>{_HOW})(?P<act>on {_NO_DRUG}|taking |had |diagnosed with |prescribed |given |vaccinated "
        rf"|immuni[sz]ed |treated |allergic to )(?P<rest>(?:(?!\b(?:{_AUX}|{_ASKING})\b)[^?])+)\?+$"
    ), r"whether patient \g<how>\g<act>\g<rest>?"),
)  # fmt: skip


def write_whole(text: str) -> str:
    """A terse question as a whole one; a statement and what is asked of it as one question.

    >>> write_whole("asthma: active or not?"), write_whole("diabetes at present, yes or no?")
    ('whether asthma active?', 'whether diabetes at present?')
    >>> write_whole("ever on albuterol?"), write_whole("on 3/4/2015 shots?")
    ('whether patient ever on albuterol?', 'on 3/4/2015 shots?')
    >>> write_whole("i had vaccinations on 2/8/2022. what were they?")
    'what were vaccinations on 2/8/2022?'
    >>> write_whole("not my latest potassium but the one before it: what was that?")
    'what was penultimate potassium?'
    """
    for pattern, written in _WHOLE:
        text = pattern.sub(written, text)
    said = _SAID.match(text)
    if said is None or _NO_STATEMENT.search(said["told"]):
        return text
    told = re.sub(_TOLD_OF, "", said["told"])
    return f"{said['asked']} {told}{said['more'].rstrip()}?"
