# The computation: cells by stage, then one frame from the cells of each grid.


rule rank_at_initialization:
    input:
        data=cell_data,
    output:
        frame=f"{RESULTS}/cells/{{frame}}/{{cell}}.parquet",
        provenance=f"{RESULTS}/cells/{{frame}}/{{cell}}.json",
    log:
        f"{RESULTS}/logs/cells/{{frame}}/{{cell}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cells/{{frame}}/{{cell}}.tsv"
    wildcard_constraints:
        frame=frames_of_stage("rank_at_initialization"),
    conda:
        "../../environment.yml"
    resources:
        mem_mb=growing(cell_memory),
        runtime=growing(cell_minutes),
        gpu=cell_gpus,
        device=SETTINGS.device,  # a resource, not a parameter: changing it reruns nothing
    params:
        settings=cell_settings,
        data=cell_data_entry,
        source=lambda wildcards: source("commands.run", computing_module(wildcards.frame)),
    shell:
        "rankcollapse run {wildcards.frame} {params.settings:q} --output {output.frame:q}"
        " --device {resources.device} --threads {threads} > {log:q} 2>&1"


use rule rank_at_initialization as training with:
    wildcard_constraints:
        frame=frames_of_stage("training"),
    priority: 1  # the longest jobs first, so that short ones fill the cores at the end


use rule rank_at_initialization as chains with:
    wildcard_constraints:
        frame=frames_of_stage("chains"),


use rule rank_at_initialization as spectra with:
    wildcard_constraints:
        frame=frames_of_stage("spectra"),


rule frame:
    input:
        cells=lambda wildcards: expand(
            f"{RESULTS}/cells/{wildcards.frame}/{{cell}}.parquet",
            cell=CELLS[wildcards.frame],
        ),
    output:
        frame=report(
            f"{RESULTS}/frames/{{frame}}.parquet",
            caption="../report/frame.rst",
            category="Data",
            labels={"frame": "{frame}"},
        ),
        provenance=f"{RESULTS}/frames/{{frame}}.json",
    log:
        f"{RESULTS}/logs/frames/{{frame}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/frames/{{frame}}.tsv"
    wildcard_constraints:
        frame=names(frame for frame in GRIDS if frame not in TAKEN),
    conda:
        "../../environment.yml"
    params:
        benchmarks=lambda wildcards, output: Path(output.frame).parents[1] / "benchmarks/cells" / wildcards.frame,
        source=source("commands.gather"),
    shell:
        "rankcollapse gather {input.cells:q} --benchmarks {params.benchmarks:q} --output {output.frame:q}"
        " > {log:q} 2>&1"


rule taken:
    input:
        frame=f"{REFERENCE}/frames/{{frame}}.parquet",
        manifest=f"{REFERENCE}/manifest.json",
    output:
        frame=report(
            f"{RESULTS}/frames/{{frame}}.parquet",
            caption="../report/frame.rst",
            category="Data",
            labels={"frame": "{frame}"},
        ),
        provenance=f"{RESULTS}/frames/{{frame}}.json",
    log:
        f"{RESULTS}/logs/frames/{{frame}}.log",
    wildcard_constraints:
        frame=names(TAKEN),
    localrule: True
    conda:
        "../../environment.yml"
    shell:
        "rankcollapse take {input.frame:q} --output {output.frame:q} > {log:q} 2>&1"
