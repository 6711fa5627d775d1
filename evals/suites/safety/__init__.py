"""safety: instructions hidden in charts, other patients' data, questions that no chart settles. Made here, by code."""

from evals.suites.safety.charts import build_charts, load_items

__all__ = ["build_charts", "load_items"]
