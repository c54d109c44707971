"""Dagster wiring: definitions, resources, jobs, schedules, sensors and alerts. What they run is in the library."""
