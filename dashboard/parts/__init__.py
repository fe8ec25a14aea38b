"""The parts every page is made of. Words come in, nothing is computed."""
