# Figures: PNG without LaTeX, PGF where LaTeX can measure its text.


rule figure:
    input:
        frames=frames_of_experiment,
    output:
        f"{RESULTS}/figures/{{experiment}}.{{format}}",
    log:
        f"{RESULTS}/logs/figures/{{experiment}}.{{format}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{experiment}}.{{format}}.tsv"
    wildcard_constraints:
        experiment="|".join(EXPERIMENTS),
        format="png|pgf",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=5,
    params:
        settings_sha256=lambda wildcards: settings_hash(EXPERIMENTS[wildcards.experiment].model_dump()),
        source=lambda wildcards: source(f"experiments.{wildcards.experiment}.figure"),
    shell:
        "rankcollapse figure {wildcards.experiment} {input.frames:q} --output {output:q}"
        " --settings-sha256 {params.settings_sha256} > {log:q} 2>&1"


rule figures:
    input:
        expand(
            f"{RESULTS}/figures/{{experiment}}.{{format}}",
            experiment=EXPERIMENTS,
            format=["png"] if MISSING_LATEX else ["png", "pgf"],
        ),
