# The bound computations: from frames, without data or networks.


rule bounds:
    input:
        f"{FRAMES_FROM}/width.chain.parquet",
    output:
        BOUNDS,
    log:
        f"{RESULTS}/logs/bounds.log",
    benchmark:
        f"{RESULTS}/benchmarks/bounds.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        source=source("experiments.bounds.theorem"),
    shell:
        "rankcollapse bounds {input:q} --output {output:q} > {log:q} 2>&1"
