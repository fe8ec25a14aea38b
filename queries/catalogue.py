"""Collect definitions: drop a module into a package and it appears, edit nothing else."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def collect(package: str, attribute: str) -> list[Any]:
    """Every value named `attribute` in the modules of `package`, in the order of the module names.

    A tuple or list contributes its items one by one; a module without the attribute contributes nothing.
    """
    found: list[Any] = []
    for info in sorted(iter_modules(import_module(package).__path__), key=lambda module: module.name):
        value = getattr(import_module(f"{package}.{info.name}"), attribute, None)
        if isinstance(value, tuple | list):
            found.extend(value)
        elif value is not None:
            found.append(value)
    return found
