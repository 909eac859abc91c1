"""Validation of an RO-Crate without a network."""

import json
from pathlib import Path
from unittest.mock import patch

import requests
import rocrate
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester


def _context(*_, **__):
    """The JSON-LD context of RO-Crate 1.1, from that of 1.3 in `rocrate`: the terms of Bioschemas have moved."""
    raw = (Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_text()
    answer = requests.Response()
    answer.status_code, answer.headers["Content-Type"] = 200, "application/ld+json"
    context = json.loads(raw.replace("bioschemas.org/terms/", "bioschemas.org/"))["@context"]
    answer._content = json.dumps({"@context": context}).encode()
    return answer


def mistakes(crate, profile="provenance-run-crate-0.5"):
    """What a crate (zip) does against the requirements of a profile and those it builds on."""
    with patch.multiple(HttpRequester, create=True, get=_context, head=_context):
        settings = services.ValidationSettings(
            rocrate_uri=str(crate), profile_identifier=profile, requirement_severity=models.Severity.REQUIRED
        )
        return [f"{issue.check.identifier}: {issue.message}" for issue in services.validate(settings).get_issues()]
