# One self-contained page of a finished run: a second Snakemake reads what the first has left.


rule report:
    input:
        rules.all.input,
        page=rules.verdicts_page.output,
        captions=sorted(map(str, Path("workflow/report").glob("*.rst"))),
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        config=[
            f"{key}={value if isinstance(value, str) else json.dumps(value)}"
            for key, value in workflow.config_settings.overwrite_config.items()
        ],
    shell:
        "snakemake all {input.page:q} --report {output:q} --nolock --quiet all --config {params.config:q} > {log:q} 2>&1"
