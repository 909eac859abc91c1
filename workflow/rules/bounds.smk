# The bound computations: frames that are computed from other frames, without data or networks.


rule bounds:
    input:
        lambda wildcards: frame_files(rooms.cell_type(wildcards.frame).FROM),
    output:
        f"{RESULTS}/derived/{{frame}}.parquet",
    log:
        f"{RESULTS}/logs/derived/{{frame}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/derived/{{frame}}.tsv"
    wildcard_constraints:
        frame="|".join(DERIVED).replace(".", r"\."),
    conda:
        "../../environment.yml"
    params:
        source=lambda wildcards: source("commands.derive", computing_module(wildcards.frame)),
    shell:
        "rankcollapse derive {wildcards.frame} {input:q} --output {output:q} > {log:q} 2>&1"
