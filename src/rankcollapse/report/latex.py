"""Is the LaTeX that the paper needs on this machine?"""

import shutil
import subprocess

# Debian package -> one file of it, as kpsewhich finds it; the programs come with them.
PACKAGES = {
    "texlive-latex-recommended": "booktabs.sty",
    "texlive-pictures": "pgf.sty",
    "lmodern": "lmodern.sty",
}


def missing_packages() -> list[str]:
    """Debian packages without which the paper cannot be typeset; empty if all is there."""
    missing = [] if shutil.which("latexmk") else ["latexmk"]
    if not (shutil.which("pdflatex") and shutil.which("kpsewhich")):
        return missing + list(PACKAGES)
    found = subprocess.run(["kpsewhich", *PACKAGES.values()], capture_output=True, text=True).stdout
    return missing + [package for package, file in PACKAGES.items() if file not in found]


def advice(packages: list[str]) -> str:
    """One message that says what is missing and how to get it."""
    return (
        "the paper cannot be typeset: LaTeX is incomplete here. Everything else can be built. Missing (Debian's "
        f"names): {' '.join(packages)}. Install them (as root: apt-get install {' '.join(packages)}), then run again."
    )
