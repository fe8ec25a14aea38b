"""The demo register (演示数据): an invented city with planted truths, seeded and reproducible, of any size.

generate(cases=9000)                 frames of cases, oldest first
register(cases=9000)                 the same with their evaluations
"""

from seed.demo.cases import DEFAULT_CASES, DEFAULT_SEED, Chunk, generate, register

__all__ = ["DEFAULT_CASES", "DEFAULT_SEED", "Chunk", "generate", "register"]
