"""Which packages LaTeX lacks here."""

from support.cli import rankcollapse


def test_latex_packages_are_named(tmp_path):
    done = rankcollapse("latex", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "latexmk texlive-latex-recommended texlive-pictures lmodern\n")
