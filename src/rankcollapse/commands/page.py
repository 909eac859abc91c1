"""Write the verdicts as one page."""

from rankcollapse.claims.records import read_claims
from rankcollapse.commands.options import Claims, Output
from rankcollapse.report.verdicts_page import verdicts_page
from rankcollapse.storage.files import write_whole


def page(claims: Claims, output: Output) -> None:
    """Write the verdicts alone as one HTML page; the whole report is made by `snakemake report`."""
    write_whole(output, verdicts_page(read_claims(claims)))
