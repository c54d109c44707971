"""The documentation says what the code says, and leads where it points."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
import typer
from pydantic import BaseModel, Field

import prefstrata
from tools.reference import PAGES, ROOT, stale, write
from tools.reference._command import command_page
from tools.reference._markdown import anchor
from tools.reference._models import model_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def modules() -> Iterator[ModuleType]:
    """Every public module of the library."""
    yield prefstrata
    for found in pkgutil.walk_packages(prefstrata.__path__, "prefstrata."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield importlib.import_module(found.name)


def public() -> Iterator[tuple[str, object]]:
    """Every public class and function, and the public methods of the classes, by name."""
    for module in modules():
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isroutine(thing):
                yield f"{module.__name__}.{name}", thing
            if inspect.isclass(thing):
                for member, value in vars(thing).items():
                    if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                        yield f"{module.__name__}.{name}.{member}", getattr(thing, member)


def own_docstring(thing: object) -> str:
    """The docstring somebody wrote: not the signature a dataclass puts there, not a parent class's."""
    text = (thing.__doc__ if inspect.isclass(thing) else inspect.getdoc(thing)) or ""
    return "" if inspect.isclass(thing) and text.startswith(f"{thing.__name__}(") else text


def test_every_public_name_has_a_docstring() -> None:
    """What is in an ``__all__`` says what it is, and so does every public method."""
    names = dict(public())
    assert len(names) > 50
    assert [name for name, thing in names.items() if not own_docstring(thing).strip()] == []


def test_every_public_module_says_what_it_exports() -> None:
    """A module without ``__all__`` has no public surface, only an accidental one."""
    assert [module.__name__ for module in modules() if not hasattr(module, "__all__")] == []


@pytest.mark.parametrize("path", PAGES)
def test_generated_pages_are_fresh(path: str) -> None:
    """A page that no longer says what the code says fails here; ``make docs`` writes it anew."""
    assert path not in stale()


def test_a_stale_page_is_noticed_and_mended(tmp_path: Path) -> None:
    """A changed page is stale, a missing one too, and writing mends both."""
    write(tmp_path)
    first, second, *_ = PAGES
    (tmp_path / first).write_text("old")
    (tmp_path / second).unlink()
    assert stale(tmp_path) == [first, second]
    assert write(tmp_path) == [first, second]
    assert stale(tmp_path) == []


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings."""
    return {anchor(heading) for heading in HEADING.findall(FENCE.sub("", document.read_text(encoding="utf-8")))}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link names a file that exists, and a heading that is in it."""
    broken = []
    for link in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        path, _, fragment = link.partition("#")
        target = (document.parent / path) if path else document
        elsewhere = re.match(r"[a-z]+:", link)
        if not elsewhere and (not target.exists() or (fragment and fragment not in anchors(target))):
            broken.append(link)
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    """A page nobody can find is not documentation."""
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")} - {"README.md"}
    assert sorted(page for page in pages if f"]({page})" not in index) == []


def test_make_commands_in_the_documents_exist() -> None:
    """A command a document names is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        name
        for path in DOCUMENTS
        for name in re.findall(r"\bmake ([a-z]+)\b(?=[`\n])", path.read_text(encoding="utf-8"))
    }
    assert {"check", "test", "demo"} <= named
    assert sorted(named - targets) == []


class Inner(BaseModel):
    """A section.

    Attributes:
        size: how big it is,
            in bytes.
    """

    size: int = Field(1, ge=1)


class Outer(BaseModel):
    """The whole ``file``."""

    kind: Literal["a", "b"] = Field(description="Which kind.")
    inner: Inner = Field(Inner(), description="A section.")
    names: tuple[str, ...] | None = Field(None, description="Names | more.")


def test_a_model_becomes_a_page() -> None:
    """Types in words, bounds, defaults, sections linked, and descriptions from either place."""
    page = model_page("Title", "Intro.", Outer)
    assert "The whole `file`." in page
    assert "| `kind` | `a` or `b` | required | Which kind. |" in page
    assert "| `inner` | [Inner](#inner) | its own defaults | A section. |" in page
    assert "| `names` | list of text | none | Names \\| more. |" in page
    assert "## Inner\n\nA section.\n" in page
    assert "| `size` | whole number (≥ 1) | `1` | how big it is, in bytes. |" in page


def test_a_command_becomes_a_page() -> None:
    """Usage, help, arguments, options and their defaults, for commands and the groups they are in."""
    application, group = typer.Typer(help="The top."), typer.Typer(help="A group.")
    application.add_typer(group, name="group")

    @application.command()
    def show(
        ref: Annotated[str, typer.Argument(metavar="REF", help="A ref.")],
        count: Annotated[int, typer.Option(metavar="N", help="How many.")] = 3,
    ) -> None:
        """Show a ``thing``."""

    @group.command("list")
    def below() -> None:
        """List them."""

    @application.command(hidden=True)
    def secret() -> None:
        """Not for you."""

    page = command_page("Title", "Intro.", application, "app")
    assert "## app show\n\n```\napp show REF [OPTIONS]\n```\n\nShow a `thing`.\n" in page
    assert "| `REF` | A ref. |" in page
    assert "| `--count N` | How many. Default: `3`. |" in page
    assert "## app group list\n" in page
    assert "secret" not in page
