"""Told: a statement that leaves something open and the question that asks for it, as one question.

"Something was added to my list last. What was it?", "Counting every shot from 2013 on, how many did I get?". Tables of
wordings by class, tried before anything is set aside; names stand in them as they are asked.
"""

from __future__ import annotations

import re

from agent.planners.rules.states import ONLY_ITS

_LEAD = r"^(?:(?:so|and|but|well|ok|okay|now),? )*"
_STOP = r"[.!?;:,]+(?: and)? +"
_IT = r"(?:it|that|this|they|those|these|she|he)"
_THEY = (
    r"(?:they|he|she|we|you|(?:(?:the|my|his|her|a|our) )?(?:doctors?|nurses?|team|clinic|hospital|physicians?|docs?))"
)
_I = r"(?:i|he|she|we|they|(?:the )?patient)"
_ME = r"(?:me|him|her|them|us|(?:the )?patient)"
_UNITS = r"(?:minutes|hours|days|weeks|months|years)"
_KIND = r"(?:medicines?|medications?|meds|drugs?|pills?|items?|things?|ones?)"
_RECOVERED = (
    r"(?:got over|recovered from|got rid of|was cured of|beat|shook off) (?:it|that|this|them)"
    r"|(?:it|that) (?:went away|cleared(?: up)?|resolved|healed|passed|ended|got better)|(?:recovered|got better)(?:"
    r" again)?"
)
_TOLD: tuple[tuple[str, str], ...] = (
    (rf"^(?P<asked>[^.?!]*\b(?:status|state|became|become|happened|stands?)\b[^?!]*?)[?.!,;:]+ *{ONLY_ITS}[ ?.!]*$",
     r"\g<asked>?"),
    (rf"{_LEAD}(?:something|some thing|one thing)(?P<rest> [^.?!]+){_STOP}what (?:was|is|were|are) {_IT}[ ?.!]*$",
     r"what\g<rest>?"),
    (rf"{_LEAD}(?:someone|somebody|some (?:doctor|provider|clinician|nurse))(?P<rest> [^.?!]+){_STOP}who (?:was|is"
     rf"|were)"
     rf" {_IT}[ ?.!]*$", r"who\g<rest>?"),
    (rf"{_LEAD}(?P<some>some|one of the|a certain) (?P<noun>[\w'-]+)(?P<rest> [^.?!]+){_STOP}"
     rf"(?:which|what)(?: one)? (?:was|is|were|are) {_IT}[ ?.!]*$", r"which \g<noun>\g<rest>?"),
    (rf"(?P<asked>\b(?:what|which|who)\b(?! (?:is|was|are|were|do|does|did)\b)[^.?!]+)[.?!]+ +(?:what|which|who)"
     rf"(?: ones?)? (?:was|is|were|are) {_IT}[ ?.!]*$", r"\g<asked>?"),
    (rf"{_LEAD}(?:counting|adding up|tallying|taking|including|if (?:you|we|one) (?:count|add up|take|include))"
     rf"(?: up)?(?: together)? (?P<what>(?:all|every|each|any)\b[^,?]+), how many (?:of (?:them|those)"
     rf" )?(?P<rest>[^?]+)",
     r"how many \g<what> \g<rest>"),
    (rf"{_LEAD}(?P<on>(?:on )?the (?:very )?same (?:day|visit)[^,.?!]+|when [^,.?!]+|after [^,.?!]+),? {_THEY}"
     rf" (?:wrote|gave|made(?: out)?|issued|handed|filled(?: out)?)(?: {_ME})?(?: out)? (?:an? |some |the )?(?:new )?"
     rf"(?:prescriptions?|scripts?|orders?)(?: for {_ME})?{_STOP}(?:which|what)(?: (?P<kind>{_KIND}))? (?:was|were"
     rf"|is|are)"
     rf" (?:written )?(?:on|in|for) {_IT}[ ?.!]*$", r"what was prescribed \g<on>?"),
    (rf"{_LEAD}{_I} (?:once )?(?:had|caught|got|came down with) (?P<what>[^.?!,]+?)(?: once| before| at some"
     rf" point)?(?:,? (?:and"
     rf"|but) |, | until )(?:{_I} )?(?:then |later |eventually )?(?:{_RECOVERED}){_STOP}how (?:long|many"
     rf" (?P<unit>{_UNITS}))"
     rf" did (?:{_IT}|i|he|she) (?:take|last|go on|have it|need)(?: {_ME})?[ ?.!]*$", r"how many \g<unit> did"
     r" \g<what> last?"),
    (rf"{_LEAD}(?:someone|somebody|{_THEY}) (?:has |have )?(?:set up|made|wrote|started|put together|drew up|gave"
     rf"|created"
     rf"|worked out|put {_ME} on)(?: {_ME})? (?P<what>(?:an?|the|my|his|her) [^.?!,]*?plan)(?: (?:for|with)"
     rf" {_ME})?{_STOP}"
     rf"what (?P<aux>does|do|did|is|are) {_IT} (?P<rest>[^?]+)", r"what \g<aux> \g<what> \g<rest>"),
)  # fmt: skip
_DETERMINED = re.compile(
    r"\bhow many (?:all|every|each|any)(?: (?:one|single|individual))?(?: of)?(?: (?:the|my|his|her))? ", re.I
)


def join_told(text: str) -> str:
    """The one question that a statement and what is asked of it make; the text where they make none.

    >>> join_told("Something was added to my problem list last. What was it?")
    'what was added to my problem list last?'
    >>> join_told("Counting every single shot from 2013 to 2018, how many did I get?")
    'how many shot from 2013 to 2018 did I get?'
    >>> join_told("I had a cold once and got over it. How many days did that take?")
    'how many days did a cold last?'
    >>> join_told("The same day I was told of gout, they wrote a prescription. Which drugs were on it?")
    'what was prescribed The same day I was told of gout?'
    >>> join_told("I had surgery in May. What was it?")
    'I had surgery in May. What was it?'
    """
    for pattern, written in _TOLD:
        if (match := re.search(pattern, text, re.IGNORECASE)) is not None:
            joined = f"{text[: match.start()]}{match.expand(written)}{text[match.end() :]}"
            return " ".join(_DETERMINED.sub("how many ", joined.replace("how many  did", "how long did")).split())
    return text
