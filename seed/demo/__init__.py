"""The demo register (演示数据): an invented city with planted truths, seeded and reproducible, of any size.

load(settings, cases=9000)           into the store, with offices, batches, targets and everything around them
generate(cases=9000)                 frames of cases, oldest first
register(cases=9000)                 the same with their evaluations
write_file("register.csv")           a file with the headings of a real export
SHAPES_FILE                          the townships as GeoJSON
"""

from seed.demo.cases import DEFAULT_CASES, DEFAULT_SEED, Chunk, generate, register
from seed.demo.files import write_file
from seed.demo.load import DemoReport, load
from seed.demo.shapes import SHAPES_FILE

__all__ = [
    "DEFAULT_CASES",
    "DEFAULT_SEED",
    "SHAPES_FILE",
    "Chunk",
    "DemoReport",
    "generate",
    "load",
    "register",
    "write_file",
]
