"""The queues: what waits for people, as tasks in the formats that people answer in."""

from prefstrata.noise.queues._export import FORMATS, Exported, export_tasks, inert
from prefstrata.noise.queues._reading import QUEUES, proposals, read_key, read_tasks, waiting

__all__ = ["FORMATS", "QUEUES", "Exported", "export_tasks", "inert", "proposals", "read_key", "read_tasks", "waiting"]
