"""What canaries learn from, and what they are asked: small reward models that show what a version would teach."""

from __future__ import annotations

from prefstrata.model.tables._shape import Table, columns

__all__ = ["CANARY"]

CANARY = (
    Table(
        "gates",
        "parent_cells",
        "a cell of the parent's weights.json",
        columns("""
cell | varchar | what a record of the cell names
factor | double | what the trust of such a record, or its square, is multiplied by
squared | boolean | whether it is the square
"""),
        ("cell",),
    ),
    Table(
        "gates",
        "lessons",
        "a pair of a training layer of this version or of its parent, of the prompts that are drawn to learn from",
        columns("""
pair_id | varchar | the pair
prompt_id | varchar | its prompt, none of which is asked about
text_a | varchar | the text of a
text_b | varchar | the text of b
p | double | how probably a is the better, a tie counting half; null when this version does not train on the pair
weight | double | its weight in this version; null likewise
p_before | double | the same in the parent; null when the parent does not train on it
weight_before | double | its weight in the parent; null likewise
sources | varchar[] | sources that brought votes on it since the parent
"""),
        ("pair_id",),
    ),
    Table(
        "gates",
        "questions",
        "a decided pair that nobody trained on: golden, or of a frozen evaluation set",
        columns("""
set_name | varchar | golden, or the frozen source
pair_id | varchar | the pair
dimension | varchar | what it was decided by
prompt_id | varchar | its prompt
scenario | varchar | the scenario of policy.scenarios that governs it
task | varchar | its task
better | varchar | the text of the better side
worse | varchar | the text of the other
"""),
        ("set_name", "pair_id", "dimension"),
    ),
)
