"""`python -m evals.small_gemma FOLDER [--multimodal]` saves a small random Gemma 3 that transformers can load."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from evals.small_gemma.building import build_small_gemma


def main() -> None:
    """Build, save, print what was made."""
    parser = argparse.ArgumentParser(prog="python -m evals.small_gemma", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--multimodal", action="store_true", help="with an image tower, as medgemma-27b-it has it")
    parser.add_argument("--seed", type=int, default=0, help="of the weights")
    given = parser.parse_args()
    started = time.monotonic()
    count = build_small_gemma(given.folder, multimodal=given.multimodal, seed=given.seed)
    print(f"{given.folder}: {count / 1e6:.1f} million parameters in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
