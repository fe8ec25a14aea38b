"""How many invented examples a slow property is tried on; `--hypothesis-profile=thorough` tries ten times as many.

A property that says nothing here is tried on as many examples as the profile says, a hundred.
"""

from hypothesis import HealthCheck, settings


def tenths(number: int = 1) -> settings:
    """So many tenths of the profile's examples, for properties whose every example builds a register or imports one."""
    return settings(
        max_examples=settings.default.max_examples * number // 10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


SLOW = tenths()
