# Figures: PNG without LaTeX, PGF where LaTeX can measure its text.


rule figure:
    input:
        frames=frames_of_experiment,
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
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        outputs=lambda wildcards, output: [part for path in output for part in ("--output", path)],
        about=lambda wildcards: type(EXPERIMENTS[wildcards.experiment]).__doc__,
        decides=lambda wildcards: ", ".join(id for id, claim in LEDGER.items() if claim.figure == wildcards.experiment),
        settings_sha256=lambda wildcards: settings_hash(EXPERIMENTS[wildcards.experiment].model_dump()),
        source=lambda wildcards: source(f"experiments.{wildcards.experiment}.figure"),
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
