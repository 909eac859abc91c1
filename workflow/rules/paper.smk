# The paper, typeset from its sources, the figures and the numbers of this run.

PAPER = f"{RESULTS}/paper.pdf"


rule typeset:
    input:
        sources=[project("paper/paper.tex"), project("paper/references.bib")],
        figures=pgf_figures,
        numbers=rules.numbers.output[0],
    output:
        paper=PAPER,
        bibliography=f"{RESULTS}/paper.bbl",
    log:
        f"{RESULTS}/logs/paper.log",
    benchmark:
        f"{RESULTS}/benchmarks/paper.tsv"
    localrule: True  # as figures: LaTeX is looked for where Snakemake runs
    conda:
        "../../environment.yml"
    params:
        results=lambda wildcards, input: Path(input.numbers).parent,
        sources=lambda wildcards, input: Path(input.sources[0]).parent,
    shell:
        # in a new folder: what a killed LaTeX leaves in one stops the next. TEXINPUTS and BIBINPUTS end in a colon: the
        # standard places come after ours
        "build=$(mktemp -d) && trap 'rm -rf \"$build\"' EXIT &&"
        " TEXINPUTS={params.results:q}:{params.sources:q}: BIBINPUTS={params.sources:q}: max_print_line=1000"
        ' latexmk -pdf -halt-on-error -interaction=nonstopmode -outdir="$build" {input.sources[0]:q} > {log:q} 2>&1'
        ' && cp "$build/paper.bbl" {output.bibliography:q} && mv "$build/paper.pdf" {output.paper:q}'


rule paper:
    input:
        PAPER,


onsuccess:
    for each in FOLLOWED:
        each.end()
    if MISSING_LATEX:
        logger.warning(advice(MISSING_LATEX))
