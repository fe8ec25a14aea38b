"""Where the places of the register lie: their shapes from the bureau's map file, matched by name."""

from pathlib import Path

import polars as pl

from queries import wording
from queries.places import Place, read_places
from queries.snapshot import Snapshot
from queries.views.parts import with_labels
from queries.vocabulary import Text, fold


def outlines(snapshot: Snapshot, places_file: Path) -> pl.DataFrame:
    """The places of the register that the map file has a shape for.

    Args:
        places_file: GeoJSON with polygons (`queries.places`).

    Returns:
        One row a place: place (its key), zh, en, x, y (outline, parts separated by null), at_x, at_y (where the name
        goes), the largest first, so that a place within another is drawn on top. No rows where no name matches.

    Raises:
        UnreadableFile: the file is no map.
    """
    shapes = read_places(places_file)
    keys = snapshot.dimension("place").select("key", "zh", "en").rows()
    matched = {key: shape for key, *spellings in keys for shape in [_shape(shapes, key, *spellings)] if shape and key}
    order, outline = sorted(matched, key=lambda key: -matched[key].size), pl.List(pl.Float64)
    rows = pl.DataFrame(
        {
            "place": order,
            "x": [list(matched[key].x) for key in order],
            "y": [list(matched[key].y) for key in order],
            "at_x": [matched[key].at[0] for key in order],
            "at_y": [matched[key].at[1] for key in order],
        },
        schema={"place": pl.String, **dict.fromkeys("xy", outline), "at_x": pl.Float64, "at_y": pl.Float64},
    )
    return with_labels(rows, snapshot, "place")


def not_on_map(drawn: pl.DataFrame, counted: pl.DataFrame) -> tuple[Text, ...]:
    """A sentence on the places of `counted` (columns place, zh, en) without a shape; that none has, if so."""
    if not drawn.height:
        return (
            Text(
                "地图文件中的地名与登记数据都对不上，因此不画地图；表格和图不受影响。",
                "No name in the map file matches the register, so there is no map; table and chart are complete.",
            ),
        )
    without = counted.filter(~pl.col("place").is_in(drawn["place"].to_list()))
    if not without.height:
        return ()
    names = [wording.listing(without[language].to_list(), language) for language in ("zh", "en")]
    return (Text(f"地图上没有：{names[0]}。", f"Not on the map: {names[1]}."),)


def _shape(shapes: dict[str, Place], *spellings: str) -> Place | None:
    return next((shapes[name] for name in map(fold, spellings) if name in shapes), None)
