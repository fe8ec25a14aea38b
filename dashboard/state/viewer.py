"""Who is looking, as the proxy before this server says. Without a configured header everyone is the bureau.

The header is believed only where the installation names it, because only there a proxy replaces whatever a browser
sends under that name (README, "Who sees what").
"""

from collections.abc import Callable, Sequence
from urllib.parse import unquote

from queries.access import BUREAU, STRANGER, Viewer
from queries.settings import Settings
from queries.snapshot import Snapshot


def viewer_of(settings: Settings, header: Callable[[str], Sequence[str]], snapshot: Snapshot) -> Viewer:
    """The viewer a request is from.

    Args:
        header: every value the request gives a header.

    Returns:
        The bureau for the word "bureau"; an office for its key or name (percent-encoded where it is not ASCII). The
        header missing, given twice, or naming an office the register does not know: `access.STRANGER`.
    """
    if not settings.viewer_header:
        return BUREAU
    values = header(settings.viewer_header)
    if len(values) != 1:  # a second value is what a browser added to the proxy's
        return STRANGER
    name = unquote(values[0]).strip()
    if name == "bureau":
        return BUREAU
    offices = snapshot.dimension("office").select("key", "zh", "en")
    for words in zip(*offices.iter_columns(), strict=True):
        if name and words[0] and name in words:
            return Viewer("office", str(words[0]))
    return STRANGER
