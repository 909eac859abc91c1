"""The tarball of the paper compiles by itself."""

import os
import subprocess
import tarfile

import pytest

from rankcollapse.commands.tarball import tarball
from rankcollapse.errors import UserError
from rankcollapse.report.latex import missing_packages

PAPER = r"""\documentclass{article}
\begin{document}
\input{numbers.tex}\cite{key} \input{figures/trainability.pgf}
\bibliography{references}
\end{document}
"""


@pytest.fixture
def paper(tmp_path):
    """The sources of a small paper, each in a folder of its own, as in a run."""
    files = {
        "paper.tex": PAPER,
        "build/paper.bbl": r"\begin{thebibliography}{1}\bibitem{key} A reference.\end{thebibliography}",
        "run/numbers.tex": "42 ",
        "run/figures/trainability.pgf": "a figure",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "out").mkdir()
    *single, figure = (tmp_path / name for name in files)
    return single, [figure], tmp_path / "out/arxiv.tar.gz"


needs_latex = pytest.mark.skipif(bool(missing_packages()), reason="LaTeX is incomplete here")


@needs_latex
def test_a_tarball_compiles_by_itself_and_is_the_same_twice(paper, tmp_path):
    single, figures, output = paper
    tarball(*single, figures, output)
    first = output.read_bytes()
    with tarfile.open(output) as tar:
        assert sorted(tar.getnames()) == ["figures/trainability.pgf", "numbers.tex", "paper.bbl", "paper.tex"]
        tar.extractall(tmp_path / "alone")
    for _ in range(2):  # the second time, with its references
        subprocess.run(
            ["pdflatex", "-interaction=batchmode", "-halt-on-error", "paper"], cwd=tmp_path / "alone", check=True
        )
    assert "undefined" not in (tmp_path / "alone/paper.log").read_text(errors="replace")
    os.utime(single[0], (1, 1))
    tarball(*single, figures, output)
    assert output.read_bytes() == first


@needs_latex
def test_a_tarball_that_lacks_a_file_is_not_written(paper, tmp_path):
    single, figures, output = paper
    (tmp_path / "other.tex").write_text("beside the paper, and not in the tarball")
    single[0].write_text(PAPER.replace("numbers.tex", "other.tex"))
    with pytest.raises(UserError, match=r"does not compile by itself: .*other\.tex"):
        tarball(*single, figures, output)
    assert list(output.parent.iterdir()) == []
