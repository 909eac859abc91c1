# Figures: PNG without LaTeX, PGF where LaTeX can measure its text.

from rankcollapse.experiments.ledger import statements


rule figure:
    input:
        frames=lambda wildcards: frame_files(rooms.needed(wildcards.experiment)),
    output:
        report(
            f"{RESULTS}/figures/{{experiment}}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels={"experiment": "{experiment}"},
        ),
        [f"{RESULTS}/figures/{{experiment}}.pgf"] if "pgf" in FIGURE_FORMATS else [],
    log:
        f"{RESULTS}/logs/figures/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{experiment}}.tsv"
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
    localrule: True  # where Snakemake runs, and has looked for LaTeX
    conda:
        "../../environment.yml"
    params:
        outputs=lambda wildcards, output: [part for path in output for part in ("--output", path)],
        about=lambda wildcards: type(EXPERIMENTS[wildcards.experiment]).__doc__,
        decides=lambda wildcards: ", ".join(
            claim.id for claim in statements().values() if claim.figure == wildcards.experiment
        ),
        settings_sha256=lambda wildcards: settings_hash(figure_settings(wildcards)),
        source=lambda wildcards: source("commands.figure", f"experiments.{wildcards.experiment}.figure"),
    shell:
        "rankcollapse figure {wildcards.experiment} {input.frames:q} {params.outputs:q}"
        " --settings-sha256 {params.settings_sha256} > {log:q} 2>&1"


rule figures:
    input:
        expand(
            f"{RESULTS}/figures/{{experiment}}.{{form}}",
            experiment=EXPERIMENTS,
            form=FIGURE_FORMATS,
        ),
