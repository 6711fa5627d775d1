"""What a run's logs say: tables with intervals, flips between two runs, plots. Only `logs` knows Inspect."""
