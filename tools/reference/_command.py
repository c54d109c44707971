"""The page of the command, from the Typer application itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.main import get_command

from tools.reference._markdown import code, grid, page, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer


def command_page(title: str, intro: str, application: typer.Typer, name: str, shared: str = "") -> str:
    """Every command with its usage, what it does, its arguments and its options.

    Options of the help panel ``shared`` belong to every command; they are listed once, with the application itself.
    """
    root = get_command(application)
    return page(title, intro, *(_command(*each, "" if each[0] is root else shared) for each in _walk(root, name)))


def _walk(command: Any, path: str) -> Iterator[tuple[Any, str]]:  # noqa: ANN401 - click's commands, which Typer wraps
    """A command and all below it that are not hidden, in the order in which the help lists them."""
    if command.hidden:
        return
    yield command, path
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, f"{path} {name}")


def _command(command: Any, path: str, omitted: str) -> str:  # noqa: ANN401 - as above
    parameters = [
        each
        for each in command.params
        if not getattr(each, "hidden", False)
        and each.name != "help"
        and not (omitted and getattr(each, "rich_help_panel", None) == omitted)
    ]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    options = [each for each in parameters if each.param_type_name == "option"]
    usage = [path, *map(_metavar, arguments)]
    usage += [f"{each.opts[0]} {each.metavar}" for each in options if each.required]
    usage += ["[OPTIONS]"] if any(not each.required for each in options) else []
    if hasattr(command, "commands"):
        usage.append("COMMAND")
    blocks = [f"## {path}", f"```\n{' '.join(usage)}\n```", _help(command.help or "")]
    if arguments:
        blocks.append(grid(("argument", "meaning"), ((code(_metavar(each)), _meaning(each)) for each in arguments)))
    if options:
        blocks.append(grid(("option", "meaning"), ((_spelling(each), _meaning(each)) for each in options)))
    return "\n\n".join(block for block in blocks if block)


def _help(text: str) -> str:
    return "\n\n".join(prose(paragraph) for paragraph in text.replace("\b", "").split("\n\n"))


def _metavar(argument: Any) -> str:  # noqa: ANN401 - as above
    name = argument.metavar or argument.name.upper()
    name += "..." if argument.nargs == -1 else ""
    return name if argument.required else f"[{name}]"


def _spelling(option: Any) -> str:  # noqa: ANN401 - as above
    spellings = ", ".join([*option.opts, *option.secondary_opts])
    return code(spellings if option.is_flag else f"{spellings} {option.metavar or option.name.upper()}")


def _meaning(parameter: Any) -> str:  # noqa: ANN401 - as above
    default = parameter.default
    shown = default not in (None, False, True, (), "") and not callable(default) and not parameter.required
    return prose(parameter.help or "") + (f" Default: `{default}`." if shown else "")
