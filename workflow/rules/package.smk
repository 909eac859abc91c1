# What is handed on: an RO-Crate of the run, the paper as arXiv takes it, and one archive of everything.

from rankcollapse.provenance.checkout import tracked_files

REFERENCES = f"{project('results/reference')}/"  # not in a crate
try:
    TRACKED = [project(path) for path in tracked_files()]
except UserError:
    TRACKED = []  # the commands say why


rule crate:
    input:
        # of the reference's run if results come from it: frames and figures are listed, not computed again
        made=[
            *FRAMES,
            *expand(f"{RESULTS}/figures/{{experiment}}.png", experiment=EXPERIMENTS),
            *rules.claims.output,
            *rules.manifest.output,
            *rules.verdicts_page.output,
            PAPER,
        ],
        sources=[path for path in TRACKED if not path.startswith(REFERENCES)],
    output:
        f"{RESULTS}/crate.zip",
    log:
        f"{RESULTS}/logs/crate.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        results=lambda wildcards, output: Path(output[0]).parent,
        taken=[part for frame in TAKEN for part in ("--taken", frame)],
        source=source("commands.crate"),
    shell:
        "rankcollapse crate {params.results:q} {input.made:q} {params.taken} --output {output:q} > {log:q} 2>&1"


rule arxiv:
    input:
        paper=rules.typeset.input.sources[0],
        bibliography=rules.typeset.output.bibliography,
        numbers=rules.numbers.output,
        figures=pgf_figures,
    output:
        f"{RESULTS}/arxiv.tar.gz",
    log:
        f"{RESULTS}/logs/arxiv.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        source=source("commands.tarball"),
    shell:
        "rankcollapse tarball {input.paper:q} {input.bibliography:q} {input.numbers:q} {input.figures:q}"
        " --output {output:q} > {log:q} 2>&1"


rule archive:
    input:
        made=[*rules.crate.output, *rules.arxiv.output, PAPER],
        sources=TRACKED,
    output:
        f"{RESULTS}/archive.zip",
    log:
        f"{RESULTS}/logs/archive.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        source=source("commands.archive"),
    shell:
        "rankcollapse archive {input.made:q} --output {output:q} > {log:q} 2>&1"
