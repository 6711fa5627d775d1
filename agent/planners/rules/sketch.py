"""Sketch: what a question says, slot by slot, before it is a query. Knows nothing of how it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.planners.rules import lexicon
from agent.planners.rules.asks import Ask
from agent.planners.rules.compiled import said
from agent.planners.rules.concepts import Span, kinds_of
from tools.chart_query import Anchor, Compute, Condition, Kind, Pick, Slot, Stay

ALL = Pick()
_ASKING = (
    r"\b(?:what|which|when|where|who|whom|whose|why|how)\b|\b(?:can|could|would|will) you\b"
    rf"|^[| ,]*(?:(?:please|kindly|now|just)[ ,]+)*(?:i (?:want|need|would)\b|(?:{'|'.join(sorted(lexicon.REPORT))})\b)"
)
_OPENED = re.compile(r"^[| ,]*(?:and|or|but|so|then|other|all|every|each|for|to|with)\b|\b(?:all|every|each|other)\b")
_SCORED = re.compile(r"\b(?:risk|score|pain)\b")
_POINTS = re.compile(
    r"\b(?:it|them|those|these)\b|\b(?:that|this)(?= *$|[,|?.])|\b(?:for|of|before|after) (?:that|this)\b(?! (?:C"
    r"|patient|person|man|woman|chart|record|stay|visit|admission))"
)
_IMPERSONAL = re.compile(
    r"\b(?:has|have|had) it been\b|\bit (?:has |had |is |would )?been\b|\bit (?:takes?|took)\b"
    r"|\bis it (?:true|known|possible|documented|recorded|noted)\b|\bwas it (?:that|when|known)\b"
    r"|\b(?:those|these) (?:who|that|with)\b|\bit that\b"
)


_TEST = re.compile(r"cultur|screen|test|swab|stain|panel|smear|count|viral load|analysis", re.IGNORECASE)
_PLACES = r"(?:hospital|icu|intensive care|emergency (?:room|department)|er|ed)"
_BECAUSE = r"(?:for|with|because of|due to)"
_DETERMINER = r"(?:an? |the |his |her |my |their )?"
_NO_GROWTH = frozenset(
    {Kind.ALLERGY, Kind.IMMUNIZATION, Kind.FAMILY_HISTORY, Kind.CONDITION, Kind.MEDICATION, Kind.MEDICATION_ORDERED,
     Kind.MEDICATION_ADMINISTERED, Kind.PROCEDURE}
)  # fmt: skip
"""What else may be asked of something that grows: an allergy to yeast, a drug for it."""
_STAYS = frozenset({Kind.HOSPITAL_STAY, Kind.ICU_STAY, Kind.ED_VISIT, Kind.ENCOUNTER})


@dataclass(frozen=True)
class Sketch:
    """One question, read."""

    asks: tuple[Ask, ...] = ()
    named: tuple[Span, ...] = ()
    reasons: tuple[Span, ...] = ()
    """What something was given or done for."""
    excluded: tuple[Span, ...] = ()
    nouns: tuple[Kind, ...] = ()
    verbs: tuple[Kind, ...] = ()
    patient_slots: tuple[Slot, ...] = ()
    when: str | None = None
    against: str | None = None
    """Another time, whose value is set against that of `when`."""
    stay: Stay | None = None
    around: Anchor | None = None
    until: Anchor | None = None
    """The other bound, where what is asked lies between two records."""
    where: tuple[Condition, ...] = ()
    states: tuple[str, ...] = ()
    pick: Pick = ALL
    picked: bool = False
    """Whether the question says which in order of time."""
    per: str | None = None
    unread: tuple[str, ...] = ()
    """Runs of words that no reader knew."""
    judged: tuple[str, ...] = ()
    """Words that ask for a judgement or compare with what is not told: no names."""
    conjoined: tuple[Span, ...] = ()
    """Names that stand in one list: "C0, C1 and C2"."""
    either: bool = False
    """Whether any of them will do: "C0 or C1"."""
    present: bool = False
    """Asked in the present tense."""
    leans: bool = False
    """Refers to the turn before."""
    total: bool = False
    person: str | None = None
    """A doctor named."""
    verdict: str | None = None
    """susceptible, resistant: what is asked of organisms."""
    tested: Span | None = None
    """The drug that is asked about."""
    beside: str | None = None
    """Before or after what was told."""
    unit: str | None = None
    """Unit the answer is wanted in."""
    of_home: bool = False
    """Whether the drugs meant are those taken at home, where the chart has what patients reported."""
    foreign: str | None = None
    """A patient number that is not this chart's."""
    text: str = ""
    rest: str = ""
    """What the readers left of it."""

    def says(self, words: str) -> bool:
        """Whether words stand in the text."""
        return said(words).search(self.text) is not None

    @property
    def is_bare(self) -> bool:
        """Whether nothing says what is asked: no question word, no verb of asking, no place in order, no plural."""
        plural = self.named and re.search(r"(?<![sui])s$", self.named[0].text) and not self.named[0].entries
        return not (plural or self.picked or re.search(_ASKING, self.text) or _OPENED.search(self.text))

    @property
    def says_checkup(self) -> bool:
        """Whether a routine visit is meant, and not any visit."""
        return self.says("checkups?")

    @property
    def of_appointments(self) -> bool:
        """Whether what was booked is meant, to come, missed or called off, and not the visits there were."""
        if self.says(r"(?:upcoming|no-show|cancell?ed) (?:[\w-]+ ){0,2}appointments?"):
            return True
        return self.present and not self.picked and self.says("appointments?")

    @property
    def asks_finding(self) -> bool:
        """Whether it is asked what something showed."""
        found = self.says("shows?|showed|shown|find|found|reveal(?:ed)?|results?|findings?|conclusions?|impression")
        return found and self.asks[0].compute is Compute.VALUE

    @property
    def names_a_score(self) -> bool:
        """Whether what is named is a score or a risk, which no yes or no answers."""
        return bool(self.named) and not self.where and all(_SCORED.search(s.text.lower()) for s in self.named)

    @property
    def asks_organism(self) -> bool:
        """Whether growth is asked after, and not the test."""
        return self.says(r"organisms?|microorganisms?|bacteri\w+|germs?|bugs?|grew|grow|grown|growth")

    @property
    def asks_sign(self) -> bool:
        """Whether a culture is asked after as positive or negative."""
        return any(c.field is Slot.INTERPRETATION and c.value in ("positive", "negative") for c in self.where)

    @property
    def asks_growth_of(self) -> bool:
        """Whether it is asked of what is named if or when it grew: of an organism also if it was found or had."""
        if len(self.named) != 1 or {*self.nouns, *self.verbs} & _NO_GROWTH:
            return False
        kinds, organism = kinds_of(self.named), self.named[0].names_organism
        if Kind.MICROBIOLOGY in kinds and not organism:
            return False
        grew = self.says(r"gr[eo]w|grown|growing|isolated|cultured")
        of_lab = self.says(r"cultures?|samples?|specimens?|swabs?|microbiology|isolates?|lab|laboratory")
        found = self.says("found|seen|detected|identified|present")
        had = self.says("find|have|has|had|ever") and Kind.CONDITION not in kinds
        return grew or (organism and (of_lab or found or had))

    @property
    def says_tested(self) -> bool:
        """Whether it is asked if a test was made, and not what it found."""
        return self.says(
            r"tested|tests?|screen(?:ed|ing)?|cultures?|cultured|swab(?:bed)?|done|checked|performed|taken|drawn|sent"
            r"|ordered"
        ) or any(_TEST.search(s.text) for s in self.named)

    @property
    def stay_reasons(self) -> tuple[Span, ...]:
        """What a stay was for, where the stay itself is asked after: "how long was she in hospital for C0"."""
        behind = re.search(rf"\b{_PLACES}\b.* {_BECAUSE} {_DETERMINER}(C\d+)[ |]*$", self.text)
        others = {*self.nouns, *self.verbs} - _STAYS
        asked = self.stay is not None or {*self.nouns} & _STAYS
        return self.named if behind and asked and len(self.named) == 1 and not others else ()

    @property
    def says_discharged(self) -> bool:
        """Whether a stay's end is asked after."""
        return self.says(r"discharged?|discharges|released|left|leav(?:e|es|ing)|sent home")

    @property
    def says_ended(self) -> bool:
        """Whether it is asked when something was over."""
        return self.says(
            r"resolved?|resolution|abatement|end(?:s|ed)?|stop(?:ped)?|finish(?:ed)?|go away|went away"
            r"|clear(?:ed|ing)? up|cleared|heal(?:ed)?|over(?= (?:his|her|my|their|the|it)\b|[ |]*$)"
            r"|recover(?:ed)?|g[eo]t over"
        )

    @property
    def says_began(self) -> bool:
        """Whether it is asked when something began."""
        return self.says(r"start(?:s|ed)?|beg[ai]n|begun|initiated|diagnosed|onset|put (?:him|her|me|them|patient) on")

    @property
    def says_whole(self) -> bool:
        """Whether all that the chart holds is meant, and not only what is so now."""
        return self.says(
            r"at any (?:time|point)|(?:record|documentation|mention)s? of"
            r"|past or present|present or past|now or in the past|in the past or now"
            r"|(?:in|on) (?:(?:the|my|his|her|their|this) )?(?:medical )?(?:charts?|records?|files?|history)"
        )

    @property
    def asks_order(self) -> bool:
        """Whether it may be asked which of two things began first."""
        beside = self.around is not None and self.around.hours is None and self.around.relation
        return beside == "before" or (beside == "after" and self.says_began)

    @property
    def says_surgery(self) -> bool:
        """Whether surgery is meant, and not any procedure."""
        return self.says(r"surger(?:y|ies)|operations?|operated")

    @property
    def of_cultures(self) -> bool:
        """Whether what is named and not in the chart's index may be an organism."""
        return self.verdict is not None or Kind.MICROBIOLOGY in (*self.nouns, *self.verbs) or self.asks_organism

    def is_act(self, number: int) -> bool:
        """Whether a word stands where a verb does, after a pronoun: no name of anything."""
        before = r"it|he|she|they|i|we|you|who|(?<!is )(?<!are )(?<!was )(?<!were )there|not"
        return re.search(rf"\b(?:{before}) C{number}\b", self.text) is not None

    def tells_which(self, number: int) -> bool:
        """Whether a word only tells which records of a kind are meant ("sick visits", "which eye was …")."""
        if self.of_appointments:
            return False
        if re.search(rf"\b(?:which|what) C{number} (?:is|was|were|did|has)\b", self.text):
            return True
        after = re.search(rf"\bC{number} (?:health |medical |clinical )?([a-z-]+)", self.text)
        noun = next((kind for pattern, kind in lexicon.NOUNS if after and re.fullmatch(pattern, after[1])), None)
        return noun in (Kind.ENCOUNTER, Kind.HOSPITAL_STAY, Kind.ED_VISIT, Kind.CONDITION, Kind.PROCEDURE, Kind.GOAL)

    @property
    def points(self) -> bool:
        """Whether it says "it" or "that" of something told before."""
        return _POINTS.search(_IMPERSONAL.sub(" ", self.text)) is not None
