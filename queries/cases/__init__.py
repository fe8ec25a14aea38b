"""Single items: lists of them, one of them, and its statutory clocks."""
