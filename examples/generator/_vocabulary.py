"""The words of the example's texts, for those who need a lot of text that is like text."""

from __future__ import annotations

import re
from functools import cache

from examples.generator._content import load_scenarios

__all__ = ["vocabulary"]

_CODE = re.compile(r"```.*?```|\[\[\w+\]\]", re.DOTALL)


@cache
def vocabulary() -> tuple[tuple[str, ...], ...]:
    """Every sentence of the scenarios as its words, code and slots left out, each sentence once, sorted."""
    texts = {
        text
        for scenario in load_scenarios().values()
        for lines in (scenario.contexts, scenario.padding, scenario.careful, scenario.reckless, scenario.doubts)
        for text in lines
    }
    for scenario in load_scenarios().values():
        for topic in scenario.topics:
            texts.update(topic.prompts)
            for case in topic.cases:
                texts.update((*case.right, *case.vague, *case.wrong, *case.details))
    return tuple(sorted({tuple(_CODE.sub(" ", text).split()) for text in texts}))
