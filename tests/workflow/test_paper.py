"""The paper's text holds no result of its own."""

import re

from support.paths import ROOT

from rankcollapse.commands.derive import derive
from rankcollapse.commands.numbers import numbers
from rankcollapse.experiments import rooms

LAPTOP = ROOT / "results/reference/laptop"
SOURCE = (ROOT / "paper" / "paper.tex").read_text()


# what may hold digits without being a result: keys of results and claims, published values, references,
# lengths, exponents of formulas
ALLOWED = [
    r"(?<!\\)%.*",
    r"\\(result|published|citet|citep|citealp|autoref|label|input|bibliography|bibliographystyle|claim)\{[^{}]*\}",
    r"\bp\{[\d.]+in\}",
    r"\\renewcommand\{\\arraystretch\}\{[\d.]+\}",
    r"\b[CDEF]\d+s?\b",
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


def test_every_result_that_the_paper_quotes_is_one_of_a_run(tmp_path):
    bounds = tmp_path / "bounds.theorem.parquet"
    derive("bounds.theorem", [LAPTOP / "frames/stationary_rank.chain.parquet"], bounds)
    frames = [*sorted((LAPTOP / "frames").glob("*.parquet")), bounds]
    made = {"manifest": LAPTOP / "manifest.json", "claims": LAPTOP / "claims.json"}
    numbers(frames, **made, output=tmp_path / "numbers.tex")
    found = set(re.findall(r"\\@namedef\{result@([\w.]+)\}", (tmp_path / "numbers.tex").read_text()))
    quoted = set(re.findall(r"\\result\{([\w.]+)\}", SOURCE))
    assert len(quoted) > 100
    assert quoted - found == set()


def test_every_figure_is_in_the_paper_with_the_module_that_draws_it():
    for macro in (r"^ +\\input\{figures/(\w+)\.pgf\}", r"^ +\\made\{(\w+)\}"):
        assert sorted(re.findall(macro, SOURCE, re.M)) == rooms.names()
