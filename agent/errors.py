"""What planners and threads raise. Knows nothing of either."""


class PlannerFormatError(Exception):
    """A planner's output is no decision; the text says what was wrong and is shown to the planner."""


class PlannerUnavailable(Exception):
    """The server behind a planner can't be reached, or refuses."""


class ThreadUnusable(Exception):
    """A conversation that can't be gone on with: another patient's, or kept where nothing can be read or written."""
