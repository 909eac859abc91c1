"""The schema and the table of settings are those of the models."""

from support.settings import CONFIG

from rankcollapse.config.documentation import table, write_documentation


def test_schema_and_table_are_those_of_the_models(tmp_path):
    for name in ("schema.json", "README.md"):
        (tmp_path / name).write_text((CONFIG / name).read_text())
    write_documentation(tmp_path)
    for name in ("schema.json", "README.md"):
        assert (tmp_path / name).read_text() == (CONFIG / name).read_text(), "run: rankcollapse settings"
    for key in ("`device`", "`trainability.training.step_sizes`", "list of number > 0"):
        assert key in table()
