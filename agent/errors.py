"""PlannerFormatError: output of a model that cannot be parsed. Knows nothing of planners."""


class PlannerFormatError(Exception):
    """A planner's output is no decision; the text says what was wrong and is shown to the planner."""
