"""Streamlit's `AppTest`; installed packages are searched for components once, not again for every page opened."""

from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

__all__ = ["AppTest"]

manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
