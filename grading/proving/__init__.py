"""That every exercise judges rightly: its answers and mistakes are run, and the proofs are kept."""
