"""The page of all tables, from their one definition."""

from __future__ import annotations

from prefstrata.model.tables import TABLES, Table
from tools.reference._markdown import anchor, code, grid, page

SCHEMAS = {
    "ledger": "What was said, by whom, append-only: rows are never changed and never removed.",
    "privacy": "What texts hold of personal data, and what is shown of them.",
    "evidence": "Everything that was said, as votes on canonical pairs and ratings on a common scale.",
    "noise": "How far the evidence can be believed: the estimate per pair, the raters, the figures, the queues.",
    "fit": "What the rater model works with while it is fitted; kept in memory, gone when the run ends.",
    "weighting": "Trust per record, factor per stratum.",
    "layers": "Which record is in which layer, by which rule.",
    "teaching": "What a version teaches: which dimension wins in a conflict, which style is chosen, what weighs what.",
    "release": "The rows of a release, as its files hold them.",
    "manifest": "What the manifest of a release counts.",
    "policy": "The policies in force, as the SQL reads them.",
    "checkout": "What a checkout makes of records on their way to a trainer; gone when it ends.",
    "gates": "What a release is held against before it is published, and what was found.",
    "runs": "What a run leaves for the next one beside the tables themselves.",
    "staging": "What a run has read and not yet put into the ledger; empty between runs.",
}


def tables_page() -> str:
    """Every table: what one row is, its key, its columns with type and meaning."""
    schemas: dict[str, list[Table]] = {}
    for each in TABLES:
        schemas.setdefault(each.schema, []).append(each)
    blocks = [
        "Types are DuckDB's. Times are UTC. `struct(…)[]` is a list of records.",
        "Of what it keeps, the warehouse says the same: `from runs.meanings where full_name = 'evidence.votes'`.",
        grid(
            ("schema", "what it holds", "tables"),
            (
                (
                    code(schema),
                    SCHEMAS[schema],
                    ", ".join(f"[{each.name}](#{anchor(each.full_name)})" for each in tables),
                )
                for schema, tables in schemas.items()
            ),
        ),
    ]
    for schema, tables in schemas.items():
        blocks += [f"## {schema}", SCHEMAS[schema], *(_table(each) for each in tables)]
    return page("Tables", *blocks)


def _table(table: Table) -> str:
    key = f" Key: {', '.join(map(code, table.key))}." if table.key else ""
    columns = grid(
        ("column", "type", "meaning"), ((code(each.name), code(each.type), each.doc) for each in table.columns)
    )
    return f"### {table.full_name}\n\nOne row: {table.grain}.{key}\n\n{columns}"
