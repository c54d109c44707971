"""Reading prefstrata.yaml: what is right is read, what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from prefstrata.model import ConfigError
from prefstrata.project import PROJECT_FILE, line_of, read_project
from prefstrata.project._yaml import _node

GOOD = """\
name: mine
sources:
  - name: crowd
    mode: offline
    supervisor: crowd
    path: inbox/*.jsonl
    format: seed-jsonl
"""


def _write(directory: Path, text: str) -> Path:
    (directory / PROJECT_FILE).write_text(text, "utf-8")
    return directory


def test_a_minimal_project_gets_its_defaults(tmp_path: Path) -> None:
    """Warehouse, engine, store and policy have defaults; the folder is known afterwards."""
    project = read_project(_write(tmp_path, GOOD))
    assert project.directory == tmp_path.resolve()
    assert project.warehouse_path == tmp_path.resolve() / "warehouse/prefstrata.duckdb"
    assert (project.engine.kind, project.store.kind, project.policies) == ("duckdb", "local", ("general",))
    assert project.sources[0].defaults.dimension == "overall"


def test_spark_is_a_word_away(tmp_path: Path) -> None:
    """``engine: spark`` is all there is to say; its tables are in a folder of their own, its settings are texts."""
    project = read_project(_write(tmp_path, f"engine: spark\n{GOOD}"))
    assert (project.engine.kind, project.engine.master) == ("spark", "local[*]")
    assert project.warehouse_path == tmp_path.resolve() / "warehouse/spark"
    options = "{kind: spark, options: {spark.sql.shuffle.partitions: 4, spark.ui.enabled: true}}"
    project = read_project(_write(tmp_path, f"engine: {options}\nwarehouse: {{path: tables}}\n{GOOD}"))
    assert project.engine.options == {"spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "true"}
    assert project.warehouse_path == tmp_path.resolve() / "tables"


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("mode: offline", "mode: ofline"), 4, "sources[0].mode"),
        (("    path:", "    paths:"), 6, "sources[0].paths: there is no such key: did you mean path?"),
        (("    path:", "    read: {}\n    path:"), 6, "sources[0].read: there is no such key: there are name, mode, "),
        (("name: mine", "name: mine\nstore: {kind: local, pth: x}"), 2, "store.pth: there is no such key: did you"),
        (("    supervisor: crowd\n", ""), 3, "sources[0].supervisor: this key is missing"),
        (("format: seed-jsonl", "format: mapping"), 3, "`map` and `format: mapping` go together"),
        (("name: mine", "name: mine\nengine: {threads: 0}"), 2, "engine.threads"),
        (("name: mine", "name: mine\nengine: {threads: 99999999}"), 2, "engine.threads"),
        (("name: mine", "name: mine\nengine: sparks"), 2, "engine.kind"),
        (("name: mine", "name: mine\nengine: {memory_limit: -5GB}"), 2, "'-5GB' is no size"),
        (("name: mine", "name: mine\nengine: {memory_limit: 0 MB}"), 2, "'0 MB' is no size"),
        (("name: mine", "name: mine\nengine: {master: 'local[2]'}"), 2, "`master` and `options` go with `kind: spark`"),
        (("name: mine", "name: mine\nengine: {kind: spark, options: {driver.memory: 2g}}"), 2, "is no Spark setting"),
        (("name: mine", "name: mine\nengine: {kind: spark, spill: fast}"), 2, "`spill` goes with `kind: duckdb`"),
        (("name: mine", "name: mine\nname: other"), 2, "the key 'name' stands here twice"),
        (("name: mine", "name: ../mine"), 1, "name"),
        (("name: mine", "name: mine\nstore: {kind: s3}"), 2, "store"),
        (("name: crowd", "name: [crowd"), 4, "this is not YAML"),
        (("name: mine", "name: mine\nstore: {kind: local, path: !env RELEASES}"), 2, "the tag '!env'"),
        (("name: mine", "name: mine\nstore: {kind: local, path: {{ releases }}}"), 2, "a key is a list or a mapping"),
        (("name: mine", "name: mine\nstore: &store {kind: local, path: *store}"), 2, "the anchor stands within itself"),
        (("name: mine", "name: mine\nengine: {threads: !!int ''}"), 2, "it is no int"),
        (("name: mine", "name: mine\nengine: {threads: !!bool four}"), 2, "it is no bool"),
        (("name: mine", "name: mine\nengine: {threads: !!timestamp four}"), 2, "it is no timestamp"),
        (("name: mine", "name: mine\nstore: {<<: mine}"), 2, "expected a mapping or list of mappings for merging"),
        (("name: crowd", "name: 2026-02-30"), 3, "this value cannot be read: day"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, words: str) -> None:
    """Every mistake carries the file, the line and the key, and exits with 2."""
    directory = _write(tmp_path, GOOD.replace(*change))
    with pytest.raises(ConfigError) as caught:
        read_project(directory)
    assert words in str(caught.value)
    assert f"{PROJECT_FILE}:{line}:" in str(caught.value)
    assert caught.value.exit_code == 2


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes give two lines: nobody runs the command once per mistake."""
    directory = _write(tmp_path, GOOD.replace("offline", "x").replace("supervisor: crowd", "supervisor: y"))
    with pytest.raises(ConfigError) as caught:
        read_project(directory)
    assert len(str(caught.value).splitlines()) == 2


def test_two_sources_cannot_share_a_name(tmp_path: Path) -> None:
    """A source's name is part of every id it gives, so it must be its own."""
    source = GOOD.partition("sources:\n")[2]
    with pytest.raises(ConfigError, match="two sources are called crowd"):
        read_project(_write(tmp_path, GOOD + source))


JUDGES = """\
judges:
  budget: {{run: 1, day: 1, project: 1}}
  models:
    - {{name: good, model: m, price: {{input: 1, output: 1}}, exam: {exam}}}
    - {{name: {other}, model: n, price: {{input: 1, output: 1}}}}
"""


@pytest.mark.parametrize(("exam", "other"), [(2, "good.2"), (3, "good.2"), (3, "good.3"), (12, "good.12")])
def test_no_judge_is_called_as_another_is_since_its_exam(tmp_path: Path, exam: int, other: str) -> None:
    """With `exam: 2` the verdicts of good are the rater good.2's, and stay it in its next exam."""
    with pytest.raises(ConfigError, match=f"judge good is the rater {other} in its exam") as caught:
        read_project(_write(tmp_path, GOOD + JUDGES.format(exam=exam, other=other)))
    assert f"{PROJECT_FILE}:8: judges: " in str(caught.value)
    assert "give one of them another name" in str(caught.value)


@pytest.mark.parametrize(
    ("exam", "other"), [(1, "good.2"), (2, "good.3"), (2, "good.1"), (2, "good.02"), (2, "good.2b"), (2, "better.2")]
)
def test_a_judge_may_have_a_number_in_its_name(tmp_path: Path, exam: int, other: str) -> None:
    """Models have versions, and only what an exam sat anew has made of a name is taken."""
    project = read_project(_write(tmp_path, GOOD + JUDGES.format(exam=exam, other=other)))
    assert project.judges is not None
    assert [judge.name for judge in project.judges.models] == ["good", other]


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """Somebody who runs the command in the wrong folder learns what was looked for."""
    with pytest.raises(ConfigError, match="prefstrata init"):
        read_project(tmp_path)


def test_a_deep_key_has_its_own_line(tmp_path: Path) -> None:
    """Errors found later, such as in a mapping, can be placed as well."""
    directory = _write(tmp_path, GOOD)
    assert line_of(directory / PROJECT_FILE, ["sources", 0, "path"]) == 6
    assert line_of(directory / PROJECT_FILE, ["sources", 0, "map", "prompt"]) == 3


def test_what_aliases_multiply_is_looked_at_once(tmp_path: Path) -> None:
    """Each of thirty lists holds the one before it twice: a billion ways through them, and thirty lists."""
    lists = "\n".join(f"  - &l{number} [*l{number - 1}, *l{number - 1}]" for number in range(1, 31))
    (tmp_path / PROJECT_FILE).write_text(f"name: mine\nmany:\n  - &l0 [x]\n{lists}\n")
    with pytest.raises(ConfigError) as caught:
        read_project(tmp_path)
    assert "many" in str(caught.value)


@pytest.mark.parametrize("level", ["[", "{a: ", "- ", "? ", "-\n"], ids=repr)
@pytest.mark.parametrize("levels", [900, 200_000])
def test_what_is_nested_without_end_is_a_mistake(tmp_path: Path, level: str, levels: int) -> None:
    """Whatever levels are written with: no parser goes down until its stack is gone."""
    deep = "".join(f"{' ' * place}-\n" for place in range(2, levels // 50)) if level == "-\n" else level * levels
    closed = {"[": "]", "{a: ": "}"}.get(level, "") * levels
    _write(tmp_path, f"{GOOD}deep:\n  {deep.lstrip()}{closed}")
    with pytest.raises(ConfigError, match=r"nested too deeply|a key is a list or a mapping|no such key") as raised:
        read_project(tmp_path)
    assert PROJECT_FILE in str(raised.value)


def test_both_parsers_read_the_same() -> None:
    """The fast one is taken for all that it takes: every value and its line are those of the other."""
    files = [path for folder in ("policies", "prefstrata", "tests", "checks") for path in Path(folder).rglob("*.yaml")]
    assert len(files) > 300
    assert yaml.__with_libyaml__, "PyYAML comes with it: else nothing is compared here"
    for path in files:
        text = path.read_text("utf-8")
        assert _told(_node(text)) == _told(yaml.compose(text, Loader=yaml.SafeLoader)), path


@pytest.mark.parametrize("line", ["a:\t1", "a: 1\t# one", "a: {b?: c}", "a: [b ? c]", "a: |# b\n  c"])
def test_what_one_parser_alone_takes_is_not_yaml(tmp_path: Path, line: str) -> None:
    """Whether a file is right does not depend on its length or on the machine."""
    for text in (f"{GOOD}{line}\n", f"{GOOD}{line}\n# {'-' * 1000}\n"):
        with pytest.raises(ConfigError, match="this is not YAML"):
            read_project(_write(tmp_path, text))


def _told(node: yaml.Node | None) -> object:
    if node is None:
        return None
    value = node.value
    if isinstance(node, yaml.SequenceNode):
        value = [_told(each) for each in value]
    if isinstance(node, yaml.MappingNode):
        value = [(_told(key), _told(each)) for key, each in value]
    return node.tag, node.start_mark.line, value
