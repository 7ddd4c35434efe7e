"""Commands behind `make`: the study, its sandbox, the list of models, verification, publication."""
