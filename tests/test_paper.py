"""The paper's text holds no result of its own, and its numbers are typeset as they should be."""

import re
from pathlib import Path

import pytest

from rankcollapse.numbers import claim_row, escape, from_run, interval, leaves, number, to_tex

SOURCE = (Path(__file__).parent.parent / "paper" / "paper.tex").read_text()

# what may hold digits without being a result: keys of results and claims, published values, references,
# lengths, exponents of formulas
ALLOWED = [
    r"(?<!\\)%.*",
    r"\\(result|published|citet|citep|citealp|autoref|label|input|bibliography|bibliographystyle|claim)\{[^{}]*\}",
    r"\bp\{[\d.]+in\}",
    r"\\renewcommand\{\\arraystretch\}\{[\d.]+\}",
    r"\b[CDE]\d+\b",
    r"Theorem 2|MSER-5",
]
MATH = r"\$[^$]+\$|\\begin\{equation\}(?s:.*?)\\end\{equation\}"


def literals(text):
    body = text[text.index(r"\begin{document}") :]
    # formulas have single digits, results have more
    body = re.sub(MATH, lambda formula: re.sub(r"(?<![\d.])\d(?![\d.])", "", formula[0]), body)
    for pattern in ALLOWED:
        body = re.sub(pattern, "", body)
    return re.findall(r".*\d.*", body)


def test_no_literal_result_in_the_source():
    assert literals(SOURCE) == []


def test_a_literal_result_would_be_found():
    begin = r"\begin{document}"
    for text in ("an accuracy of 0.93", "rank 128", r"\textbf{5} seeds", r"$r = 7.2$", r"$k = 14$", "one of 5"):
        assert literals(begin + text)
    for text in (r"\result{claims.C1.estimate}", r"\published{75} epochs", r"claim C12", "% 3 seeds"):
        assert not literals(begin + text)


@pytest.mark.parametrize(
    ("value", "tex"),
    [
        (128, "128"),
        (128.0, "128"),
        (12000, r"12\,000"),
        (0.69453, "0.695"),
        (-0.5, r"\ensuremath{-}0.5"),
        (-3, r"\ensuremath{-}3"),
        (1.2345e-7, r"\ensuremath{1.23\times 10^{-7}}"),
        (None, "--"),
        (float("inf"), "--"),
        (0, "0"),
    ],
)
def test_numbers(value, tex):
    assert number(value) == tex


@pytest.mark.parametrize(
    ("values", "tex"),
    [
        ((127.85, 127.6789, 128.0211), "127.85 [127.68, 128.02]"),
        ((0.6947, 0.6754, 0.7137), "0.695 [0.675, 0.714]"),
        ((-0.5, -1.5, 0.5), r"\ensuremath{-}0.5 [\ensuremath{-}1.5, 0.5]"),
        ((1234.0, 1200.0, 1268.0), "1234 [1200, 1268]"),
        ((1.0, 1.0, 1.0), "1 [1, 1]"),
        ((7.0, None, None), "7 [--]"),
        ((None, None, None), "-- [--]"),
    ],
)
def test_intervals_are_rounded_by_their_width(values, tex):
    assert interval(*values) == tex


def test_settings_become_results_by_dotted_name():
    settings = {"device": "cpu", "depth": {"dataset": "a_b", "rank": {"depths": [0, 2], "tau": 0.1}}, "folder": None}
    assert leaves("settings", settings) == {
        "settings.device": "cpu",
        "settings.depth.dataset": r"a\_b",
        "settings.depth.rank.depths": "0, 2",
        "settings.depth.rank.tau": "0.1",
        "settings.folder": "none",
    }


def test_a_data_set_that_is_named_is_no_result():
    settings = {"device": "cpu", "data_from": {"cifar-10-jpeg": "data/cifar10-jpeg.tar.xz"}}
    run = {"scale": "large", "settings": settings, "frames": {}}
    results = from_run(run, [])
    assert results["settings.device"] == "cpu"
    assert "cifar" not in to_tex(results)


def test_tex_is_escaped_and_names_are_checked():
    assert escape("50% of √d & x_1") == r"50\% of $\surd$d \& x\_1"
    assert r"\@namedef{result@a.b}{1}" in to_tex({"a.b": "1"})
    with pytest.raises(ValueError, match="a b"):
        to_tex({"a b": "1"})


def test_a_row_of_the_verdict_table():
    claim = {"id": "C1", "quantity": "rank_x", "estimate": 1.5, "ci_low": 1.4, "ci_high": 1.6, "relation": "<"}
    claim |= {"threshold": 2.0, "n": 5, "verdict": "reproduced"}
    assert claim_row(claim) == r"C1 & rank\_x & 1.50 [1.40, 1.60] & $<$ 2 & 5 & reproduced \\"
    missing = dict.fromkeys(claim) | {"id": "C1", "verdict": "not_run", "n": 0, "to_decide": "too shallow"}
    assert claim_row(missing) == r"C1 & too shallow & -- [--] &  -- & 0 & not run \\"
