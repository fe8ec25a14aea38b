"""Settings of one installation: read once from the environment, then passed on."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from queries.errors import SettingsError
from queries.vocabulary import LANGUAGES


@dataclass(frozen=True)
class Settings:
    """Where the data is and how this installation behaves.

    Attributes:
        data_dir: folder of the embedded database, the snapshots, the reports and the hash key.
        database_url: SQLAlchemy URL of the system of record.
        language: language when neither the link nor the browser says one; None lets the browser decide.
        bureau: name of the office shown in headings and exports; empty when none is set.
        places_file: GeoJSON with the shapes of the places; None for no map.
        user_header: name of the header in which a trusted proxy says who is signed in; None where there is no proxy.
        emblem_file: picture beside the bureau's name on the meeting screen; None for none.
        viewer_header: header in which the proxy before this server says who is looking; empty where there is none, and
            everyone is the bureau.
        case_rows: who may list single items: "bureau", "own" (each office its own, too) or "nobody".
    """

    data_dir: Path
    database_url: str
    language: str | None = None
    bureau: str = ""
    places_file: Path | None = None
    user_header: str | None = None
    emblem_file: Path | None = None
    viewer_header: str = ""
    case_rows: Literal["bureau", "own", "nobody"] = "bureau"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read HUIYIN_DATA_DIR, HUIYIN_DATABASE_URL, HUIYIN_LANGUAGE, HUIYIN_BUREAU, HUIYIN_PLACES,
        HUIYIN_USER_HEADER, HUIYIN_EMBLEM, HUIYIN_VIEWER_HEADER, HUIYIN_CASE_ROWS.

        Without HUIYIN_DATA_DIR the data is in the folder `data` of the clone this code is in, so that a command means
        the same from every folder; installed without a clone, in `data` of the current folder.

        Raises:
            SettingsError: a value that cannot be used, with the accepted ones.
        """
        env = os.environ if environment is None else environment
        data_dir = Path(env.get("HUIYIN_DATA_DIR") or _usual_data_dir()).expanduser().resolve()
        url = env.get("HUIYIN_DATABASE_URL") or f"sqlite:///{data_dir / 'huiyin.db'}"
        if url.startswith(("postgres://", "postgresql://")):
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if not url.startswith(("sqlite:", "postgresql+psycopg:")):
            raise SettingsError(
                f"HUIYIN_DATABASE_URL starts with '{url.split(':', 1)[0]}:'. "
                "Use sqlite:///path/to/file.db or postgresql://user@host/database."
            )
        language = env.get("HUIYIN_LANGUAGE") or None
        if language not in (None, *LANGUAGES):
            raise SettingsError(f"HUIYIN_LANGUAGE is '{language}'. Use one of: {', '.join(LANGUAGES)}.")
        places, emblem = (Path(env[name]) if env.get(name) else None for name in ("HUIYIN_PLACES", "HUIYIN_EMBLEM"))
        return cls(
            data_dir,
            url,
            language,
            env.get("HUIYIN_BUREAU", ""),
            places,
            env.get("HUIYIN_USER_HEADER") or None,
            emblem,
            env.get("HUIYIN_VIEWER_HEADER", "").strip(),
            _case_rows(env.get("HUIYIN_CASE_ROWS", "").strip()),
        )

    @property
    def snapshot_dir(self) -> Path:
        """Folder of the Arrow snapshots."""
        return self.data_dir / "snapshots"

    @property
    def map_file(self) -> Path:
        """GeoJSON of the places: `places_file`, else `places.geojson` in the data folder; it need not be there."""
        return self.places_file or self.data_dir / "places.geojson"

    @property
    def report_dir(self) -> Path:
        """Folder of the import reports that can be downloaded."""
        return self.data_dir / "reports"

    def hash_key(self) -> bytes:
        """The key of the matter hash, kept outside the database, made on first use (file `matter.key`, mode 600)."""
        path = self.data_dir / "matter.key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}")
            temporary.write_bytes(secrets.token_bytes(32))
            temporary.chmod(0o600)
            try:
                os.link(temporary, path)  # the first process wins, nobody overwrites a key in use
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return path.read_bytes()


def _case_rows(text: str) -> Literal["bureau", "own", "nobody"]:
    if text in ("", "bureau"):
        return "bureau"
    if text == "own":
        return "own"
    if text == "nobody":
        return "nobody"
    raise SettingsError(f"HUIYIN_CASE_ROWS is '{text}'. Use one of: bureau, own, nobody.")


def _usual_data_dir() -> Path:
    root = Path(__file__).parents[1]
    return (root if (root / "pyproject.toml").exists() else Path.cwd()) / "data"
