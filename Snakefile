# The graph is in workflow/; this file lets `snakemake` find it from the project's folder.


include: "workflow/Snakefile"


# An included file cannot set the default target.
rule default:
    default_target: True
    input:
        rules.all.input,
