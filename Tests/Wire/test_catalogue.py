"""The table of the catalogue: which tests belong to which row, and what a row comes to."""

import pytest

import catalogue


@pytest.mark.parametrize("node, numbers", [
    ("test_a.py::test_b[row 94: 127.0.0.1]", {94}),
    ("test_a.py::test_b[row 66: by a FIN-row 67: a GET]", {66, 67}),
    ("test_a.py::test_row_99_the_proxys_own", {99}),
    ("test_a.py::test_rows_106_and_108_slow_clients", {106, 108}),
    ("test_a.py::test_rows_94_to_96_addresses", {94, 95, 96}),
    ("test_a.py::test_row_52", {52}),
    ("test_a.py::test_that_grows_3_times", set()),
    ("test_a.py::test_row_of_three[5]", set()),
    ("test_a.py::test_b[row 0: of no row]", {0}),
])
def test_a_test_names_its_rows(node, numbers):
    assert catalogue.rows_of(node) == numbers


def test_the_catalogue_has_each_of_its_133_rows_once_and_in_order():
    assert [row[0] for row in catalogue.ROWS] == list(range(1, 134))
    assert {row[1] for row in catalogue.ROWS} == set(catalogue.SECTIONS)
    assert [row[1] for row in catalogue.ROWS] == sorted(row[1] for row in catalogue.ROWS)


def all_pass():
    return {f"test_row_{row[0]}_x": "pass" for row in catalogue.ROWS if len(row) == 3}


def line_of(lines, number):
    (line,) = [line for line in lines if line.startswith(f"{number:6}  ")]
    return line


def test_rows_that_pass_or_say_why_they_are_open_are_good():
    lines, is_good = catalogue.table(all_pass())
    assert is_good
    assert "  pass    1" in line_of(lines, 94)
    assert "  open    answers are not cached" in line_of(lines, 131)


@pytest.mark.parametrize("results, number, words", [
    ({"test_row_94_y": "FAIL"}, 94, "FAIL    1 of 2"),
    ({"test_row_94_y": "skipped"}, 94, "pass    1, 1 skipped"),
    ({"test_row_94_x": "skipped"}, 94, "skipped 1"),
    ({"test_row_131_x": "pass"}, 131, "pass    1"),
])
def test_a_row_comes_to_what_its_tests_do(results, number, words):
    lines, is_good = catalogue.table(all_pass() | results)
    assert words in line_of(lines, number)
    assert is_good == ("FAIL" not in words)


def test_a_row_may_be_held_by_tests_elsewhere_alone():
    results = all_pass()
    del results["test_row_82_x"]
    lines, is_good = catalogue.table(results)
    assert is_good and "other   see HTTPWireTests.ResponseTests" in line_of(lines, 82)


def test_a_row_without_a_test_and_a_test_of_no_row_are_failures():
    results = all_pass()
    del results["test_row_94_x"]
    lines, is_good = catalogue.table(results)
    assert not is_good and "FAIL    no test names this row" in line_of(lines, 94)
    lines, is_good = catalogue.table(all_pass() | {"test_row_134_x": "pass"})
    assert not is_good and "no such row: 134" in lines
