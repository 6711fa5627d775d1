"""Words that carry no concept: fillers, and words that another cue has read already."""

from __future__ import annotations

FILLER = frozenset(
    """
    a about after an and any are at be been before by can chart check confirm could count current currently
    date determine did do does during ever find first for from get give given got had has have he her him his
    history how i identify if in is it its know last latest let level levels list long many me mine most mr
    mrs ms much my name now number of often on or out patient please provide receive received recent record
    records result results she show since specify still take taken taking tell test tests that the their them
    there these they this those time to total until use used using value values verify was were what when
    whether which who why with would you your
    """.split()  # noqa: SIM905
)
SAID = frozenset(
    """
    present active confirmed stopped resolved high taking treated recorded reading readings
    according administered available average been being called change conducted daily days detected difference
    different distinct documented done duration each every experienced found go happen happened highest hours
    identified instance instances lately length listed lowest made make maximum mean medical method minimum
    monthly months noted occasion occur occurred occurrence ordered per performed place positive prescribed
    recently reported route second started stay stays take third through times trend underwent unique via
    weeks went yearly years
    """.split()  # noqa: SIM905
)
