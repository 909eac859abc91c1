"""What a module gives to the trainer."""


def watched(monkeypatch, module):
    """What `train` of a module is called with, a call each: a copy of the network, the data, and the plan."""
    seen, train = [], module.train

    def watch(network, data, plan, *rest):
        seen.append((network.select(list(range(network.members))), data, plan))
        return train(network, data, plan, *rest)

    monkeypatch.setattr(module, "train", watch)
    return seen
