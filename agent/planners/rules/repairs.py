"""Repairs: a question put again in other words ("I mean, …"), a belief to be confirmed ("… right?"), tails.

What is asked is the repaired question; what only says that one believes or asks is left out.
"""

from __future__ import annotations

import re

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import plain
from agent.planners.rules.vague import VAGUE
from agent.planners.rules.yes_or_no import AUX

_THAT = r"(?:that|this|it)"
_SURELY = (
    r"(?:(?:pretty|fairly|quite|almost|nearly|reasonably|absolutely|very|mostly|relatively|somewhat|rather|really"
    r"|so|99%"
    r"|not (?:entirely|quite|completely|totally|too|so|very|really)) )*"
)
_BELIEF = (
    rf"(?:i|we) (?:am|are|was|were) {_SURELY}(?:sure|certain|positive|confident|convinced|persuaded"
    rf"|under the impression)"
    r"|(?:i|we) (?:do )?(?:also |still |just |kind of |sort of )?(?:think|thought|believed?|suppose[ds]?|guess"
    r"|reckon(?:ed)?"
    r"|assumed?|figured?|imagined?|recall(?:ed)?|remember(?:ed)?|gather(?:ed)?|understand|understood"
    r"|seem to (?:remember"
    r"|recall)|vaguely (?:remember|recall)|(?:could|would) have sworn|want to say|have it in my head|have a feeling)"
    r"|my (?:understanding|impression|guess|recollection|memory|belief|feeling) is|it is my (?:understanding|impression"
    r"|belief)|if (?:i|we) (?:remember|recall|am not mistaken|understand)(?: (?:right|rightly|correctly|it right))?"
    r"|as far as (?:i|we) (?:know|remember|recall|am aware|can tell)|to (?:the best of )?my knowledge"
    r"|correct me if i am wrong"
)
_OPENED = re.compile(
    rf"^(?:(?:so|and|but|well|ok|okay|hi|hello|now),? )*(?:{_BELIEF}),?(?: but)?(?: that)? (?=\w)", re.I
)
_CONFIRM = re.compile(
    rf"[,.;:!–—-]* *\b(?:(?:is|was|are) (?:{_THAT}|you|i|those) (?:right|correct|true|so|accurate|the case"
    rf"|what (?:the|my|his"
    r"|her) (?:records?|chart|file) (?:says?|shows?))|(?:am|are|was) (?:i|we) (?:right|correct|wrong|mistaken"
    r"|remembering"
    rf" (?:right|correctly|{_THAT} right))(?: (?:about|in) (?:that|this|thinking so))?|(?:can|could|would"
    rf"|will) (?:you|anyone"
    rf"|someone) (?:please )?(?:confirm|verify)(?: {_THAT})?(?: for me)?|does {_THAT} (?:sound|look|seem) (?:right"
    rf"|correct)"
    rf"|do i have {_THAT} right|have i got {_THAT} right|(?:please )?(?:confirm|verify)(?: {_THAT})?)[ ?.!]*$", re.I,
)  # fmt: skip
_TAIL = re.compile(
    r"(?:,|[.?!;]| [-–—])\s+(?:(?:so|and|but|please),? )?(?:(?:can|could|would|will|do|might) (?:you|anyone|someone"
    r"|somebody)"
    r" (?:please |kindly |possibly |happen to )?(?:tell|let|check|look|see|say|help|know|remind|find|pull|dig|clarify)"
    r"(?: (?:me|us|know|it|that|this|up|out|into|for|with|on|please|at))*"
    r"|what (?:do|does|did) (?:my|the|his|her|their|our|your)? ?(?:medical )?(?:records?|charts?|files?|notes?"
    r"|history|system|data)"
    rf" (?:say|show|have|tell|indicate|reveal)(?: (?:about|on|regarding) {_THAT})?"
    rf"|what (?:does|do) (?:it|they) (?:say|show)|(?:any|some) (?:idea|clue|thoughts)|i (?:cannot|can not|do not"
    rf"|can never|never)"
    rf" (?:quite |really )?(?:remember|recall|know|keep track)(?: {_THAT})?)[ ?.!]*$", re.I,
)  # fmt: skip
_EVERY = re.compile(
    r"(?<=[.?!])\s+(?:please )?(?:count|include)(?: in)? (?:every|each|all|any)(?: (?:kinds?|types?|sorts?) of)?"
    r" (?:visits?|encounters?|contacts?|stays?|records?)(?: (?:you|they|we|i) have| there (?:is|are)"
    r"| on file)?[ .!]*$", re.I,
)  # fmt: skip
"""That all are to be counted, which is so anyway."""
_HABIT = re.compile(
    r"^(?:they|you|we|people|everyone|everybody|nurses|(?:the |my )?(?:doctors?|nurses?|staff|clinic|lab"
    r"|machine)) (?:\w+ )?"
    r"(?:always|usually|often|keep|keeps|sometimes|normally|typically|constantly|generally|all)\b[^.?!:;]*"
    r"\b(?:giv(?:e|es|ing)|tell(?:s|ing)?|say(?:s|ing)?|quot(?:e|es|ing)|show(?:s|ing)?|mention(?:s|ing)?|talk(?:s"
    r"|ing)?|read(?:s|ing)?"
    r"|ask(?:s|ing)?)\b[^.?!:;]*[.:;]\s+(?=\w)", re.I,
)  # fmt: skip
"""What people do as a rule, which is no record: "they always give me two numbers"."""
_UNSURE = re.compile(
    r"^(?:(?:so|and|but|well|ok|okay|hi|hello|sorry),? )*(?:i|we) (?:(?:am|are|have|had|do|did|can|could|was|just"
    r"|really|honestly"
    r"|simply|quite|a|bit|little|so|not|always|keep|kept|totally|completely|never) )*(?:know|remember|recall"
    r"|understand|sure|certain"
    r"|lost track|lose track|losing track|forget|forgot|forgotten|confused|mixed up|muddled|wondering|wonder"
    r"|curious|unsure|unclear"
    r"|no idea|lost|tell|worried|anxious|nervous|concerned)\b(?P<of>[^.?!:;]*)[.:;!]+\s+(?=\w)", re.I,
)  # fmt: skip
"""What one does not know or worries about, before the question."""
_OF_NOTHING = lexicon.FUNCTION | lexicon.LIGHT | VAGUE | frozenset("due overdue behind not all straight track".split())  # noqa: SIM905
_POINTS = re.compile(r"\b(?:it|that|this|those|these|them|then|there|same)\b", re.I)
_MEANT = r"(?:(?:sorry|no|well|er|um|or),? )*(?:i mean(?:t)?|that is(?: to say)?|or rather|i should say|in other words)"
_AGAIN = re.compile(rf"^(?P<first>.+?)\?+ *{_MEANT},? (?P<again>{AUX} .+)$", re.I)
_OTHER = re.compile(
    rf"^(?P<first>.*?)\b(?P<the>the |my |his |her |their )(?P<wrong>[\w-]+)(?P<rest> [^?]*?),? (?:{_MEANT})"
    r",? (?P<same>the |my |his |her |their )(?P<right>[\w-]+(?: [\w-]+)?)(?P<end>[ ?.!]*)$", re.I,
)  # fmt: skip
_BROKEN = re.compile(r"[?!]|(?<!\b[DMdm]r)(?<!\b[Mm]s)(?<!\b[Mm]rs)\.\s")
_POINTER = re.compile(rf"\b{_THAT}\b", re.I)
_TURNED = re.compile(
    rf"^(?:so |and |but )*{AUX} (?P<what>(?:my|his|her|their|the) [^,?]+?) (?:gone|over|resolved|still|now|current"
    rf"|active)\b",
    re.I,
)
_ASKED = re.compile(
    r"^(?:[^,.?!]* )?(?:asks?|asked|asking|wonder(?:s|ed|ing)?|wants? to know|wanted to know|curious|unsure"
    r"|not (?:quite |really )?sure"
    r"|(?:can|could|do|did) not (?:quite |really |exactly |ever )?(?:remember|recall|know|tell|say|think of)"
    r"|forgot(?:ten)?|forget)"
    r"(?: (?:me|us|about|yesterday|today|again|exactly))* (?=(?:if|whether|when|what|which|how|who|where|why) )", re.I,
)  # fmt: skip


def repair(question: str) -> str:
    """The question meant, without what only says that one asks or believes.

    >>> repair("I'm fairly sure I had my flu shot in 2020, is that right?")
    'whether I had my flu shot in 2020?'
    >>> repair("What's the worst my pulse has been, I mean the highest?")
    'What is the highest my pulse has been?'
    >>> repair("Is my gout gone or is it still an issue? I mean, do I still have it?")
    'do I still have my gout?'
    >>> repair("Mom asked whether I ever had mumps. What do my records say?")
    'whether I ever had mumps?'
    >>> repair("They always give me two numbers. What was the systolic one last time?")
    'What was the systolic one last time?'
    >>> repair("I don't know whether I'm due. When did I last get a flu shot?")
    'When did I last get a flu shot?'
    >>> repair("Was it normal? I think so.")
    'Was it normal? I think so.'
    """
    text = _EVERY.sub("", plain(question))
    if (confirmed := _confirmed(text)) is not None:
        return confirmed
    text = _without_opener(_meant(text))
    if (tail := _TAIL.search(text)) is not None and len(text[: tail.start()].split()) > 3:
        said = text[: tail.start()]
        asked = _ASKED.match(said)
        text = f"{said[asked.end() :] if asked else said}?"
    return text if text != plain(question) else question


def _confirmed(text: str) -> str | None:
    """Whether what is believed is so."""
    confirm, opened = _CONFIRM.search(text), _OPENED.match(text)
    if confirm is None or confirm.start() == 0:
        return None
    said = text[opened.end() if opened else 0 : confirm.start()].strip(" ,.;:")
    told = opened or re.match(r"(?:i|he|she|they|we|there|it|my|his|her|their|the|patient)\b", said, re.I)
    return f"whether {said}?" if told and not _BROKEN.search(said) and len(said.split()) > 2 else None


def _meant(text: str) -> str:
    """The question as it is put again, or with the word that is set right."""
    if (again := _AGAIN.match(text)) is not None:
        named = _TURNED.match(again["first"])
        return _POINTER.sub(lambda _: named["what"], again["again"], count=1) if named else text
    if (other := _OTHER.match(text)) is not None and other["the"].lower() == other["same"].lower():
        return f"{other['first']}{other['the']}{other['right']}{other['rest']}{other['end']}"
    return text


def _without_opener(text: str) -> str:
    """A question without a sentence before it that says what one does not know, or what people do as a rule."""
    unsure = _UNSURE.match(text)
    opener = unsure if unsure and {*unsure["of"].lower().split()} <= _OF_NOTHING else _HABIT.match(text)
    left = text[opener.end() :] if opener else text
    return text if _POINTS.search(left) else left
