# One self-contained page of a finished run: a second Snakemake reads what the first has left.


rule report:
    input:
        made=rules.all.input,
        page=rules.verdicts_page.output,
        captions=sorted(map(str, Path(project("workflow/report")).glob("*.rst"))),
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        snakefile=str(workflow.main_snakefile),
        options=[
            *(
                ["--configfile", *map(str, workflow.config_settings.configfiles)]
                if workflow.config_settings.configfiles
                else []
            ),
            *(["--config", *workflow.config_settings.config_args] if workflow.config_settings.config_args else []),
        ],
    shell:
        "snakemake {input.made:q} {input.page:q} --snakefile {params.snakefile:q} --report {output:q} --nolock --quiet all"
        " {params.options:q} > {log:q} 2>&1"
