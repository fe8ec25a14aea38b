"""Statistics as pure functions of arrays: they know no register, no measure, no page."""
