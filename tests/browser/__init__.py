"""Tests in a real browser; what its fixtures start ends with the last of them."""
