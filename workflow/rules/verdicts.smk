# What the frames decide, and everything that made them.

STATEMENTS = [f"experiments.{name}.claims" for name in rooms.names()]  # also of what this run does not decide


rule claims:
    input:
        frames=FRAMES,
    output:
        f"{RESULTS}/claims.json",
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims.tsv"
    priority: 2  # our paper waits for it, and is typeset last
    conda:
        "../../environment.yml"
    params:
        source=source("commands.claims", *(f"experiments.{name}.judge" for name in EXPERIMENTS), *STATEMENTS),
    shell:
        "rankcollapse claims {input.frames:q} --output {output:q} > {log:q} 2>&1"


if FROM_REFERENCE:

    rule manifest:
        input:
            f"{REFERENCE}/manifest.json",
        output:
            f"{RESULTS}/manifest.json",
        log:
            f"{RESULTS}/logs/manifest.log",
        conda:
            "../../environment.yml"
        shell:
            "cp {input:q} {output:q} 2> {log:q}"

else:

    rule manifest:
        input:
            frames=COMPUTED,
            provenance=[frame.replace(".parquet", ".json") for frame in COMPUTED],
        output:
            f"{RESULTS}/manifest.json",
        log:
            f"{RESULTS}/logs/manifest.log",
        benchmark:
            f"{RESULTS}/benchmarks/manifest.tsv"
        conda:
            "../../environment.yml"
        params:
            scale=SCALE,
            settings=SETTINGS.model_dump_json(exclude={"data_from"}),  # where data lie changes no result, and is private
            source=source("commands.manifest"),
        shell:
            "rankcollapse manifest {input.frames:q} --scale {params.scale:q} --settings {params.settings:q}"
            " --output {output:q} > {log:q} 2>&1"


rule numbers:
    input:
        frames=FRAMES,
        manifest=rules.manifest.output,
        claims=rules.claims.output,
        references=[str(file) for file in sorted(Path(project("results/reference")).glob("*/manifest.json"))],
        verdicts=[str(file) for file in sorted(Path(project("results/reference")).glob("*/claims.json"))],
        catalogue=project("src/rankcollapse/datasets/catalogue.yaml"),  # titles and licences
    output:
        f"{RESULTS}/numbers.tex",
    log:
        f"{RESULTS}/logs/numbers.log",
    benchmark:
        f"{RESULTS}/benchmarks/numbers.tsv"
    priority: 2  # as claims
    conda:
        "../../environment.yml"
    params:
        results_from="both" if TAKEN else "reference" if FROM_REFERENCE else "run",
        references=lambda wildcards, input: [part for path in input.references for part in ("--reference", path)],
        needed={experiment: rooms.needed(experiment) for experiment in EXPERIMENTS},  # the table of figures
        source=source("commands.numbers", *(f"experiments.{experiment}.numbers" for experiment in EXPERIMENTS)),
    shell:
        "rankcollapse numbers {input.frames:q} --manifest {input.manifest:q} --claims {input.claims:q}"
        " {params.references:q} --results-from {params.results_from} --output {output:q} > {log:q} 2>&1"


rule verdicts_page:
    input:
        rules.claims.output,
    output:
        report(f"{RESULTS}/verdicts.html", caption="../report/verdicts.rst", category="Verdicts"),
    log:
        f"{RESULTS}/logs/verdicts_page.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        source=source("commands.page"),
    shell:
        "rankcollapse page {input:q} --output {output:q} > {log:q} 2>&1"


rule verify:
    input:
        rules.claims.output,
    log:
        f"{RESULTS}/logs/verify.log",
    localrule: True
    conda:
        "../../environment.yml"
    shell:
        "rankcollapse verify {input:q} | tee {log:q}"


rule compare:
    input:
        claims=rules.claims.output,
        reference=lambda wildcards: reference("claims.json"),
    log:
        f"{RESULTS}/logs/compare.log",
    localrule: True
    conda:
        "../../environment.yml"
    shell:
        "rankcollapse compare {input.claims:q} {input.reference:q} | tee {log:q}"


rule compare_strict:  # for continuous integration: fails where compare only tells
    input:
        claims=rules.claims.output,
        reference=lambda wildcards: reference("claims.json"),
    log:
        f"{RESULTS}/logs/compare_strict.log",
    localrule: True
    conda:
        "../../environment.yml"
    shell:
        "rankcollapse compare --strict {input.claims:q} {input.reference:q} 2>&1 | tee {log:q}"
