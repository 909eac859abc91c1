"""What made a result: settings, source, data, packages, machine, and what it cost."""
