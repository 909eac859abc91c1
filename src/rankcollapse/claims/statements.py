"""Claims as they are stated. The graph imports this, so it imports little."""

from pydantic import BaseModel, ConfigDict


class Entry(BaseModel):
    """Base of what is written as JSON about claims."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Statement(Entry):
    """What a claim says, before anything was run. Its thresholds stand beside it in the experiment's `claims`."""

    id: str
    """C and a number for a claim of the paper, E for one of the artifact's own, F for a law of others"""
    statement: str
    """the claim in words"""
    source: str
    """where the paper makes it"""
    figure: str
    """name of the figure that shows it"""
    estimator: str
    """what is measured, over what, and why so"""
