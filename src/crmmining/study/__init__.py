"""What the analyst declares: the study file, typed and checked."""
