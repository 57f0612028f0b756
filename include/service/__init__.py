"""Running Airflow and the embedded server on one machine: start, watch, stop. Knows Airflow only from outside."""
