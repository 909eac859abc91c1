# Data download: verified files in the shared cache, and a record of them here; one rule a data set. It runs once: a cell
# whose data are gone from the cache since then fetches them again itself, so that no other cell has to run for it.


envvars:
    "RANKCOLLAPSE_DATA_FROM",


for DATASET in sorted({grid.dataset for grid in GRIDS.values() if grid.dataset}):

    rule:
        name:
            f"data_{DATASET.replace('-', '_')}"
        output:
            f"{RESULTS}/data/{DATASET}.json",
        log:
            f"{RESULTS}/logs/data/{DATASET}.log",
        benchmark:
            f"{RESULTS}/benchmarks/data/{DATASET}.tsv"
        localrule: True  # on a cluster, where Snakemake runs: other nodes often have no network
        conda:
            "../../environment.yml"
        resources:
            runtime=growing(30),
        params:
            dataset=DATASET,
            entry=data_entry(DATASET),
        shell:
            "rankcollapse data {params.dataset} --record {output:q} > {log:q} 2>&1"
