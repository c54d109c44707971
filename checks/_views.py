"""The pages of Data Docs as Great Expectations draws them, their templates compiled once in a process.

It makes a new template environment for each page, and compiling its templates takes longer than all that a suite asks
of the warehouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks._quiet_import import gx  # noqa: F401  # isort: skip - before what else imports it
from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

__all__ = ["VIEWS", "IndexPage", "Page"]


class _Compiled(BytecodeCache):
    """What was compiled, by the template's place and text."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (held := self._held.get(bucket.key)) is not None:
            bucket.bytecode_from_string(held)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class Page(DefaultJinjaPageView):
    """The page of a suite, or of what came of it."""

    def __init__(self, custom_styles_directory: str | None = None, custom_views_directory: str | None = None) -> None:
        super().__init__(custom_styles_directory, custom_views_directory)
        self.env.bytecode_cache = _COMPILED


class IndexPage(DefaultJinjaIndexPageView):
    """The list of them."""

    def __init__(self, custom_styles_directory: str | None = None, custom_views_directory: str | None = None) -> None:
        super().__init__(custom_styles_directory, custom_views_directory)
        self.env.bytecode_cache = _COMPILED


def _view(of: type[Page | IndexPage]) -> dict[str, str]:
    return {"module_name": of.__module__, "class_name": of.__name__}


VIEWS = {
    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "view": _view(IndexPage)},
    "site_section_builders": {name: {"view": _view(Page)} for name in ("expectations", "validations")},
}
"""What a site is told, so that it draws its pages with these."""
