"""What keeps the platform going on one machine: Airflow with its database, the main job, the list of the late.

Knows Airflow from outside only: as commands, settings and a REST interface.
"""
