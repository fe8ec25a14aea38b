"""From a definition and a selection to figures: which rows, how many, and why not."""
