"""Speed and memory beside DuckDB and pandas, which must give the same answers (`make bench`, `huiyin bench`).

workload   what the pages ask: their calls of the query layer, recorded while they are asked once
sql        the same questions in SQL written by hand, for DuckDB
frames     the same questions in pandas
worker     one engine, one process: time, memory, answers
report     the table, and pass or fail against the targets
run        generate, measure, compare
"""
