# Data download: verified files in the shared cache, and a record of them here; one rule a data set.

for DATASET in sorted({grid.dataset for grid in GRIDS.values() if grid.dataset}):

    rule:
        name:
            f"data_{DATASET.replace('-', '_')}"
        output:
            # kept where fetching again fails: cells that have read the data would else run again when it succeeds
            update(f"{RESULTS}/data/{DATASET}.json"),
        log:
            f"{RESULTS}/logs/data/{DATASET}.log",
        benchmark:
            f"{RESULTS}/benchmarks/data/{DATASET}.tsv"
        localrule: True  # on a cluster, where Snakemake runs: other nodes often have no network
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=growing(1000),
            runtime=growing(30),
        params:
            dataset=DATASET,
            missing=data_missing(DATASET),
            path=["--from", SETTINGS.data_from[DATASET]] if DATASET in SETTINGS.data_from else [],
        shell:
            "rankcollapse data {params.dataset} {params.path:q} --record {output:q} > {log:q} 2>&1"
