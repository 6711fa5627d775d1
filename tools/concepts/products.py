"""Products by name: the ingredients that a name tells, brands included, and how two products relate."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache

from tools.concepts.relation import Relation, is_no_kind
from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import plain, read_words

Run = tuple[str, ...]

_CUT = re.compile(r"[/|+&,;()\[\]]|\band\b|\bwith\b|\bw/|\s[-–]\s|--|(?<=[a-z]{4})-(?=[a-z]{4})")
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)*)(?:mg|mcg|ug|g|gm|ml|l|unit|unt|meq|hr|iu|cap|tab|mgml|mm)?%?$|nda\d+$")
_FORM = frozenset(
    """mg mcg ug gm ml unt unit meq iu hr actuat day pack dose oral tablet tab capsule cap injection injectable solution
    soln suspension susp cream ointment gel patch spray neb nebulizer inhaler inhalation mdi topical ophth ophthalmic
    otic nasal rectal vaginal supp suppository syrup elixir drop syringe prefilled vial bag extended delayed immediate
    sustained release er xl sr ec dr ir po iv im sc chewable disintegrating transdermal mucosal sublingual powder liquid
    disk diskus kit implant lotion foam film lozenge solostar flexpen kwikpen pen auto injector system drug form flush
    premix infusion desensitization enema jelly""".split()  # noqa: SIM905
)
_BEFORE = _FORM | frozenset(
    """human regular conjugated buffered low high strength sterile purified generic child adult aqueous anhydrous refill
    itch relief laxative""".split()  # noqa: SIM905
)
_DOSED_AS = frozenset(
    """tablet capsule injection solution suspension cream ointment gel jelly patch spray nebulizer inhaler suppository
    syrup drop enema lotion iv oral topical ophthalmic nasal rectal pca""".split()  # noqa: SIM905
)
_SAME_FORM = {"tab": "tablet", "cap": "capsule", "soln": "solution", "susp": "suspension", "neb": "nebulizer",
              "supp": "suppository", "mdi": "inhaler", "ophth": "ophthalmic", "po": "oral"}  # fmt: skip
_SHAPES = frozenset(
    """intrauterine implant vaginal ring transdermal patch injection injectable intramuscular syringe vial auto pen oral
    tablet capsule pack sublingual inhaler inhalation nebulizer nasal topical cream ointment gel ophthalmic
    rectal""".split()  # noqa: SIM905
)
"""Words that say in what shape or by what way a product is taken."""
_CUT_OFF = 6
_LETTERS_LOST = 5
_SALTS = frozenset(
    """sodium potassium calcium magnesium chloride hydrochloride hcl sulfate phosphate acetate citrate tartrate
    succinate maleate mesylate besylate bitartrate hyclate hydrobromide oxalate fumarate gluconate carbonate nitrate
    acid propionate dipropionate valerate monohydrate""".split()  # noqa: SIM905
)
_PLAIN_SALTS = frozenset(
    """hydrochloride hcl sodium potassium calcium besylate maleate mesylate bitartrate hyclate hydrobromide oxalate
    bromide""".split()  # noqa: SIM905
)


_CARRIERS = frozenset("dextrose water lactated citrate".split())  # noqa: SIM905
"""What drugs are dissolved in."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product's name: its ingredients, each as a run of words, and all its words."""

    runs: tuple[Run, ...]
    words: frozenset[str]
    ordered: Run
    brands: frozenset[Run] = frozenset()
    """The brands it bears."""
    shapes: frozenset[str] = frozenset()
    """The words that say its shape, those its brand alone tells included."""

    @property
    def described(self) -> frozenset[str]:
        """Every word that is said of it or follows from its brand."""
        return self.words | self.shapes | {w for run in self.runs for w in run}


@lru_cache(maxsize=100_000)
def read_product(text: str) -> Product:
    """A product's name taken apart; a brand's ingredients are added.

    >>> read_product("Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet [Percocet]").runs
    (('acetaminophen',), ('oxycodone', 'hydrochloride'), ('percocet',), ('oxycodone',))
    """
    runs: list[Run] = []
    ordered: list[str] = []
    brands: list[Run] = []
    for chunk in _CUT.split(plain(text)):
        words = [_SAME_FORM.get(w, w) for w in read_words(chunk)]
        ordered += words
        if run := _ingredient(words):
            brand = _brand_in(tuple(words)) or _brand_in(run)
            brands += [brand] if brand else []
            runs += [run, *_brands()[0].get(brand, ()), *_complete(run[0])]
    shapes = _SHAPES.intersection(ordered) or frozenset(s for b in brands for s in _shapes_of_brands().get(b, ()))
    return Product(tuple(dict.fromkeys(runs)), frozenset(ordered), tuple(ordered), frozenset(brands), shapes)


def _ingredient(words: list[str]) -> Run:
    """The words that name the ingredient: what stands before the strength or the form."""
    start = 0
    while start < len(words) and (words[start] in _BEFORE or _AMOUNT.match(words[start])):
        start += 1
    run: list[str] = []
    for at, word in enumerate(words[start:]):
        if at and (word in _FORM or _AMOUNT.match(word)):
            break
        run.append(word)
    return tuple(run)


def _complete(word: str) -> tuple[Run, ...]:
    """The drug whose name a pharmacy's short label cuts off: `Vancomyci`; none where two begin so."""
    if len(word) < _CUT_OFF or is_known_drug(word):
        return ()
    names = _sorted_drugs()
    begun = names[bisect_left(names, word) : bisect_left(names, word + "\U0010ffff")]
    whole = [name for name in begun if len(name) - len(word) <= _LETTERS_LOST]
    return ((whole[0],),) if len(whole) == 1 else ()


def _brand_in(run: Run) -> Run:
    """The brand that a run begins with; an empty run where it begins with none."""
    brands, longest = _brands()
    sizes = range(min(longest, len(run)), 0, -1)
    return next((run[:size] for size in sizes if run[:size] in brands), ())


def is_brand(name: str) -> bool:
    """Whether the table of brands has a name, whole."""
    return tuple(read_words(plain(name))) in _brands()[0]


@cache
def _brands() -> tuple[dict[Run, tuple[Run, ...]], int]:
    found = {
        tuple(read_words(row["brand"])): tuple(tuple(read_words(i)) for i in split_names(row["ingredients"]))
        for row in read_rows("brands")
    }
    return found, max(map(len, found))


@cache
def _shapes_of_brands() -> dict[Run, tuple[str, ...]]:
    """The shapes of the brands that are one product of one shape: an implant, a ring, a pen."""
    return {tuple(read_words(row["brand"])): split_names(row["form"]) for row in read_rows("brands") if row["form"]}


def relate_products(asked: Product, held: Product) -> Relation:
    """How a product held relates to a drug asked for: the same, of it in a form or a mix, perhaps, or another.

    >>> read = read_product
    >>> [relate_products(read("aspirin"), read(n)) for n in ("Aspirin 81 MG Oral Tablet", "Baby wipes")]
    ['narrower', 'none']
    """
    if asked.ordered == held.ordered:
        return "equal"
    wanted = _brands()[0].get(asked.ordered) or asked.runs[:1]
    if not asked.runs or not all(any(_starts(run, want) for run in held.runs) for want in wanted):
        return _relate_parts(asked, held)
    if is_no_kind(asked.words, held.words - asked.words):
        return "different"
    if asked.ordered in _brands()[0]:
        return _relate_brand(asked, held, wanted)
    more = asked.words - held.words - {w for want in wanted for w in want} - _PLAIN_SALTS
    if not more:
        return "narrower"
    return "different" if more <= _DOSED_AS and held.words & _DOSED_AS else "open"


def _relate_brand(asked: Product, held: Product, wanted: tuple[Run, ...]) -> Relation:
    """Where a brand's ingredients are all in it: a mix with more is perhaps the brand, another shape of it is not."""
    if asked.brands & held.brands:
        return "narrower"
    shapes = frozenset(_shapes_of_brands().get(asked.ordered, ()))
    if shapes and held.shapes and shapes.isdisjoint(held.shapes):
        return "different"
    mixed = _mixed_with(held) - {want[0] for want in wanted}
    unlike = shapes and (held.brands or not held.shapes)
    return "open" if mixed or unlike else "narrower"


def _mixed_with(held: Product) -> frozenset[str]:
    """The first words of the active ingredients known."""
    return frozenset(run[0] for run in held.runs if is_known_drug(run[0])) - _CARRIERS - _SALTS


def _starts(run: Run, want: Run) -> bool:
    if len(want) > 1 and want[-1] in _PLAIN_SALTS and want[0] not in _SALTS:
        want = tuple(w for w in want if w not in _PLAIN_SALTS)
    return run[: len(want)] == want


def _relate_parts(asked: Product, held: Product) -> Relation:
    """Where no ingredient begins so: a word inside another ingredient's name leaves it open; a salt does not."""
    if not asked.words or not asked.words <= held.words:
        return "open" if _says_less(asked, held) else "none"
    return "different" if asked.words <= _SALTS or is_no_kind(asked.words, held.words - asked.words) else "open"


def _says_less(asked: Product, held: Product) -> bool:
    """Whether the ingredient held is the one asked for without its salt: metoprolol for metoprolol succinate."""
    return bool(asked.runs) and any(
        run and run[0] not in _SALTS and len(run) < len(asked.runs[0]) and asked.runs[0][: len(run)] == run
        for run in held.runs
    )


@cache
def known_drugs() -> frozenset[str]:
    """The first words of every drug that a table holds."""
    columns = ("members", "maybe", "not")
    classed = {run[0] for row in read_rows("drug_classes") for column in columns for run in read_runs(row[column])}
    listed = {read_words(row["name"])[0] for row in read_rows("drugs")}
    return frozenset(classed | listed)


@cache
def _sorted_drugs() -> tuple[str, ...]:
    return tuple(sorted(known_drugs()))


def is_known_drug(word: str) -> bool:
    """Whether a folded word is the first of a drug that a table holds."""
    return word in known_drugs()


def read_runs(cell: str) -> frozenset[Run]:
    """The names in a cell of a table, each as a run of words."""
    return frozenset(tuple(read_words(name)) for name in split_names(cell))
