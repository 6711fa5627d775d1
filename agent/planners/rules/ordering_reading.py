"""Reads an instruction: what is to be looked up, ordered or recorded, and on what condition. Every word, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from agent.planners.rules.ordering_conditions import Given, read_given
from agent.planners.rules.ordering_dosing import CAP, Dosing, read_dosing
from agent.planners.rules.ordering_objects import ACT, Wanted, read_object
from agent.planners.rules.ordering_parts import Parts, split_instruction
from agent.planners.rules.ordering_records import Recorded, asks_to_record, read_record
from agent.planners.rules.ordering_said import Alias, Said, read_said
from tools.concepts.words import fold

_IF_FIRST = re.compile(
    r"^(?:and |but |then |otherwise |however |,)*(?:if|when|should|in case)\b(?! available)(?P<given>.+?)(?:, "
    r"(?:then )?| then )(?P<act>.+)$",
    re.I,
)
_IF_BARE = re.compile(
    rf"^(?:and |but |then )*(?:if|when) (?P<given>.+?) (?P<act>(?:then |please |also )*(?:{ACT})\b.+)$", re.I
)
_IF_LAST = re.compile(r"^(?P<act>.+?),? (?:only )?(?:if|when|should|in case) (?P<given>.+)$", re.I)
_NOTHING = re.compile(
    r"^(?:(?:then|please|otherwise|just)\b,? )*(?:(?:do not|don't|there is no need to|no need to) (?:order|do|give"
    r"|draft|place|prescribe|take|make)\b"
    r"(?!.*\b(?:but|except|unless|instead)\b).*|no (?:action|order|orders|replacement|treatment)\b(?: (?:is|are"
    r"|needed|required|necessary))*"
    r"|(?:otherwise,? )?(?:do )?nothing(?: (?:is|needs?|has)\b.*)?)$",
    re.I,
)
_POLITE = re.compile(
    r"^(?:(?:please|kindly|thanks|thank you|also|next|then|now|can you|could you|would you|i need you to|i'd like "
    r"you to|i want you to|go ahead and|help me|only)\b[ ,]*)+",
    re.I,
)
_CHECK = re.compile(
    r"^(?:check|look up|look at|review|get|find|find out|pull(?: up)?|retrieve|see|report|tell me|give me|determine"
    r"|read|fetch|verify)"
    r" (?:what )?(?:the patient's |the patient |the |their |his |her |on )*(?P<what>.+)$",
    re.I,
)
_ASKS = re.compile(r"^(?:what|when|how|is|was|were|are|does|did|do|has|have|had|which|who)\b", re.I)
_NOTE = re.compile(r"\bQ(?P<n>\d+)\b")
_NOTE_WORDS = frozenset(
    fold(
        "please also and specify include write state add put document note enter use mention say says saying with "
        "within in into as the a an"
        " this that following free text freetext comment reason field section of for to on referral order request "
        "consult consultation"
        " should must be read reads it its body message clinical patient information details instruction given "
        "provided attach is by"
    ).split()
)
_CAUTION = re.compile(
    r"\b(?:do not|don't|must not|unless|except|only if|hold|withhold|avoid|never|contraindicat\w*|caution|renal"
    r"|kidney|dialysis"
    r"|pregnan\w*|allerg\w*)\b.{0,60}",
    re.I,
)
"""What beside an instruction may forbid what it asks for."""
_ABSENCE = re.compile(r"[^.;]*\b(?:answer|reply|respond|return)\b[^.;]*", re.I)
_CONVENTION = re.compile(r"^(?:the )?(?:final )?answer (?:should|must|is to)\b", re.I)


@dataclass(frozen=True)
class Order:
    """One thing to be drafted, and what has to hold for it."""

    wanted: Wanted
    given: Given | None = None


@dataclass(frozen=True)
class Instruction:
    """What is asked to be done."""

    questions: tuple[str, ...] = ()
    """What is to be looked up, as questions."""
    orders: tuple[Order, ...] = ()
    recorded: Recorded | None = None
    dosing: Dosing | None = None
    patient: str | None = None
    fault: str | None = None
    """What was not understood: nothing is to be drafted then."""


@dataclass
class _Reading:
    said: Said
    parts: Parts
    now: str
    names: list[str]
    questions: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def read(self, sentence: str) -> bool:
        """Take in one sentence; whether all of it was understood."""
        if _CONVENTION.search(sentence) or _NOTHING.search(sentence) or not _POLITE.sub("", sentence):
            return True
        if self.orders and (note := _as_note(sentence)) is not None:
            return self._add_note(self.parts.quoted[note])
        if _ASKS.search(sentence) and not re.search(r"\bif\b.*\b(?:order|request|place)\b", sentence, re.I):
            self.questions.append(f"{self.parts.unquote(sentence).rstrip('?')}?")
            return True
        for pattern in (_IF_FIRST, _IF_BARE, _IF_LAST):
            if (found := pattern.search(sentence)) is not None:
                return self._read_conditional(found["given"], found["act"])
        return self._read_act(sentence, None)

    def _read_conditional(self, condition: str, act: str) -> bool:
        given = read_given(condition, self.names)
        if given is None:
            return False
        if _NOTHING.search(act):
            return given.sort in ("absent", "older")
        given = replace(given, of=self._of(condition))
        understood = self._read_act(act, given)
        if understood and not self.questions:
            self._ask_of(condition)
        return understood

    def _of(self, condition: str) -> str | None:
        """The code of the result that a condition names."""
        named = [a for a in self.said.aliases if a.sorts[0] == "measured" and _names(condition, a)]
        return max(named, key=lambda a: len(a.name)).code if named else None

    def _ask_of(self, condition: str) -> None:
        """Look up what a condition speaks of, or else what is ordered, where nothing else says what to look at."""
        named = [n for n in self.names if re.search(rf"\b{re.escape(n)}\b", condition, re.I)]
        names = [max(named, key=len)] if named else [self.orders[-1].wanted.what.name]
        found = self.said.find(names[0], "measured")
        self.questions += [f"What is the last {found.name}?"] if found is not None else []

    def _read_act(self, sentence: str, given: Given | None) -> bool:
        """Take in what is to be done: look something up, or order it, on a condition."""
        plain = _POLITE.sub("", sentence)
        before = self.orders[-1] if self.orders else None
        for text in re.split(rf",? and (?:also |then )?(?=(?:{ACT}|an?|another|one|repeat)\b)", plain):
            if (check := _CHECK.search(text)) is not None and not self._is_order(text):
                self.questions.append(f"What is the {check['what']}?")
                continue
            wanted, paired = read_object(text, self.said, self.parts, self.now, after=bool(self.orders))
            unsure = sentence.casefold().startswith("also") and not paired and given is None
            if wanted is None or (unsure and before is not None and before.given is not None):
                return False
            self.orders.append(Order(wanted, before.given if paired and given is None and before else given))
        return True

    def _is_order(self, text: str) -> bool:
        return re.match(rf"(?:{ACT})\b(?! me\b)", text, re.I) is not None

    def _add_note(self, note: str) -> bool:
        if not self.orders or self.orders[-1].wanted.note is not None:
            return False
        last = self.orders[-1]
        self.orders[-1] = replace(last, wanted=replace(last.wanted, note=note))
        return True


def _names(text: str, alias: Alias) -> bool:
    """Whether a text names a thing, by its name or its code."""
    return any(re.search(rf"\b{re.escape(word)}\b", text, re.I) for word in (alias.name, alias.code))


def _as_note(sentence: str) -> int | None:
    """Which text set aside goes with the order before; None for a sentence that says anything else."""
    found = list(_NOTE.finditer(sentence))
    rest = set(fold(_NOTE.sub(" ", sentence)).split())
    return int(found[0]["n"]) if len(found) == 1 and rest <= _NOTE_WORDS else None


def read_instruction(text: str, context: str, now: str) -> Instruction | None:
    """What is to be drafted; None where a text asks for nothing of the kind."""
    said, parts = read_said(f"{context}\n{text}"), split_instruction(text)
    if asks_to_record(parts):
        recorded = read_record(parts, said)
        if isinstance(recorded, str):
            return Instruction(patient=parts.patient, fault=recorded)
        return Instruction(recorded=recorded, patient=parts.patient)
    if not any(re.search(rf"\b(?:{ACT})\b", s, re.I) for s in parts.sentences):
        return None
    reading = _Reading(said, parts, now, [a.name for a in said.aliases])
    lost = [s for s in parts.sentences if not reading.read(s)]
    if not lost and not reading.orders:
        return None
    dosing = _read_dosing(context, said) or _read_dosing(text, said)
    if not lost and (caution := _CAUTION.search(CAP.sub(" ", _ABSENCE.sub(" ", context)))) is not None:
        lost = [f"{caution[0]} …"]
    fault = f"I did not understand part of the instruction: {lost[0][:120]}" if lost else _lacking(reading, dosing)
    return Instruction(tuple(reading.questions), tuple(reading.orders), None, dosing, parts.patient, fault)


def _read_dosing(text: str, said: Said) -> Dosing | None:
    """The dosing instructions of a text; None where they speak of more results than one."""
    instructions = _dosing_text(text)
    of = {a.code for a in said.aliases if a.sorts[0] == "measured" and _names(instructions, a)}
    return read_dosing(instructions) if len(of) <= 1 else None


def _dosing_text(text: str) -> str:
    """What stands behind the words "dosing instructions", "dosing" or "protocol"; else all of it."""
    found = re.search(
        r"\b(?:dosing|dose|replacement|repletion)(?: (?:instructions?|protocol|guide(?:lines?)?|scale|table"
        r"|schedule))?:",
        text,
        re.I,
    )
    return text[found.end() :] if found else text


def _lacking(reading: _Reading, dosing: Dosing | None) -> str | None:
    """What an order needs and was not said."""
    for order in reading.orders:
        name = order.wanted.what.name
        if order.wanted.by_dosing and dosing is None:
            return f"I did not understand the dosing instructions for {name}"
        if order.given is not None and not reading.questions:
            return f"what the order of {name} depends on was not said"
        if order.given is not None and order.given.sort == "low" and dosing is None:
            return f"below which value {name} is to be ordered was not said"
    return None
