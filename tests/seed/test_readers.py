"""Files as they come: encodings, delimiters, broken rows, workbooks under wrong names."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

import csv
import io
import shutil
from datetime import datetime

import polars as pl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from queries.errors import UnreadableFile
from seed.readers import open_tables, text

ROWS = [["编号", "登记时间", "镇街"], ["001", "2022-06-03", "岚溪镇"], ["002", "2022-06-04", "东\n溪"]]


def write(path, rows, encoding="utf-8", delimiter=",", **form):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, **form).writerows(rows)
    return path


def read(path, columns=None, first_row=1):
    (table,) = open_tables(path)
    width = len(table.head(1)[0])
    chunks = list(table.chunks(list(range(width)) if columns is None else columns, first_row, width))
    rows = [row for chunk in chunks for row in chunk.frame.rows()]
    return rows, [number for chunk in chunks for number in chunk.malformed]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_is_read_whatever_its_encoding_and_delimiter(tmp_path, encoding, delimiter):
    rows, malformed = read(write(tmp_path / "a.csv", ROWS, encoding, delimiter))
    assert rows == [(number, *cells) for number, cells in enumerate(ROWS, start=1)]
    assert malformed == []


def test_accents_are_not_taken_for_chinese(tmp_path):
    path = write(tmp_path / "a.csv", [["id", "ville"], ["1", "Québec"], ["2", "Trois-Rivières"]], "cp1252")
    assert read(path)[0][1][2] == "Québec"


def test_only_the_columns_asked_for_are_read(tmp_path):
    assert read(write(tmp_path / "a.csv", ROWS), columns=[2], first_row=2)[0] == [(2, "岚溪镇"), (3, "东\n溪")]


def test_rows_of_another_length_are_named_by_their_number(tmp_path):
    rows = [["a", "b"], ["1", "2"], ["3"], ["4", "5"], ["6", "7", "8"], [], ["9", "10"]]
    good, malformed = read(write(tmp_path / "a.csv", rows))
    assert [row[0] for row in good] == [1, 2, 4, 7]
    assert malformed == [3, 5]


def test_a_quote_never_closed_costs_one_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n3,"4\n' + "5,6\n" * 500, encoding="utf-8")
    good, malformed = read(path)
    assert len(good) == 502
    assert malformed == [3]


def test_delimiters_to_spare_at_the_end_of_rows_are_forgiven(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2,\n3,4\n5,6,,\n7,8,9\n", encoding="utf-8")
    good, malformed = read(path)
    assert [row[1:] for row in good] == [("a", "b"), ("1", "2"), ("3", "4"), ("5", "6")]
    assert malformed == [5]


def test_an_inch_mark_opens_no_quote(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,5" pipe\n2,3\n4,"x ""y"" z\n"\n6,7\n', encoding="utf-8")
    good, malformed = read(path)
    assert good == [(1, "a", "b"), (2, "1", '5" pipe'), (3, "2", "3"), (4, "4", 'x "y" z\n'), (5, "6", "7")]
    assert malformed == []


def test_numbers_of_rows_hold_across_blocks_and_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "BLOCK_BYTES", 64)
    rows = [[str(number), "x\ny"] if number % 7 else [str(number)] for number in range(1, 400)]
    good, malformed = read(write(tmp_path / "a.csv", [["id", "t"], *rows]))
    assert [(number - 1, identifier) for number, identifier, _ in good[1:]] == [
        (int(row[0]), row[0]) for row in rows if len(row) == 2
    ]
    assert malformed == [int(row[0]) + 1 for row in rows if len(row) == 1]


_CELL = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from('\n",; \t'), max_size=6)


@given(
    st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([20, 1 << 20]),
)
def test_both_ways_read_what_was_written(tmp_path_factory, rows, encoding, block):
    written = [["编号", "b", "c"], *rows]
    path = write(tmp_path_factory.mktemp("h") / "a.csv", written, encoding, quoting=csv.QUOTE_ALL)
    expected = [(number, *cells) for number, cells in enumerate(written, start=1) if any(cells)]
    table = text._TextTable(path, encoding, ",", is_utf8=False)
    for way in (table.chunks, table._careful):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text, "BLOCK_BYTES", block)
            assert [row for chunk in way([0, 1, 2], 1, 3) for row in chunk.frame.rows()] == expected


def workbook(path):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("登记")
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(2, 1, ["编号", "登记时间", "人数"])
    sheet.write_row(3, 1, ["00123"])
    sheet.write_datetime(3, 2, datetime(2022, 6, 3, 14, 5), moment)
    sheet.write_number(3, 3, 3)
    sheet.write_row(4, 1, ["00124", "2022/6/3 8:00", "3"])
    sheet.write_row(6, 1, [125, 44715.5, 4])
    book.add_worksheet("空")
    book.close()
    return path


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv", "register"])
def test_a_workbook_is_a_workbook_under_any_name(tmp_path, name):
    shutil.copy(workbook(tmp_path / "made.xlsx"), tmp_path / name)
    first, second = open_tables(tmp_path / name)
    assert first.sheet == "登记"
    assert first.head(4)[3] == ["00123", "2022-06-03 14:05:00", "3"]
    (chunk,) = first.chunks([0, 1], 4, 3)
    assert chunk.frame.filter(pl.col("c0").is_not_null()).rows() == [
        (4, "00123", "2022-06-03 14:05:00"),
        (5, "00124", "2022/6/3 8:00"),
        (7, "125", "44715.5"),
    ]
    assert second.head(5) == []


def test_an_old_workbook_and_text_called_xls_are_told_apart(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    sheet.write(0, 0, "编号")
    sheet.write(1, 0, "001")
    sheet.write(1, 1, datetime(2022, 6, 3), style)
    book.save(tmp_path / "old.xls")
    (table,) = open_tables(tmp_path / "old.xls")
    assert table.head(2)[1] == ["001", "2022-06-03 00:00:00"]
    rows, _ = read(write(tmp_path / "text.xls", ROWS, "gb18030", "\t"))
    assert rows[1] == (2, "001", "2022-06-03", "岚溪镇")


def test_parquet_keeps_its_types_readable(tmp_path):
    frame = pl.DataFrame(
        {"id": ["01", "02"], "at": [datetime(2022, 6, 3, 1), None], "n": [3.0, 2.5], "ok": [True, None]}
    )
    frame.write_parquet(tmp_path / "a.dat")
    (table,) = open_tables(tmp_path / "a.dat")
    assert table.head(2)[0] == ["id", "at", "n", "ok"]
    (chunk,) = table.chunks([0, 1, 2, 3], 2, 4)
    assert chunk.frame.rows() == [(2, "01", "2022-06-03 01:00:00.000000", "3", "true"), (3, "02", None, "2.5", None)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\xef\xbb\xbf\r\n  ", "is empty"),
        ("letter.pdf", b"%PDF-1.7 ...", "is an archive or a document"),
        ("page.xls", b"<html><body><table><tr><td>1</td></tr></table>", "web page"),
        ("broken.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "damaged"),
        ("noise.csv", bytes(range(256)) * 20, "neither text"),
    ],
)
def test_what_is_no_register_is_refused_with_a_reason(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        open_tables(tmp_path / name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv"):
        open_tables(tmp_path / "nowhere.csv")


def test_a_row_of_one_cell_is_split_no_further():
    assert text.find_delimiter("编号\n1\n2\n") == ","
    assert text.find_delimiter(io.StringIO('a;b\n"1,5";2\n"2,5";3\n').read()) == ";"


@pytest.mark.parametrize(
    ("encoding", "delimiter", "said"),
    [("utf-8-sig", ",", "UTF-8编码，以逗号分隔"), ("gb18030", "\t", "GB18030编码，以制表符分隔")],
)
def test_how_a_text_was_read_is_said_in_words(tmp_path, encoding, delimiter, said):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(delimiter.join(["信访件编号", "登记时间"]) for _ in range(3)), encoding)
    (table,) = open_tables(file)
    assert [note.zh for note in table.notes] == [said]
