"""What one DAG changes and another waits for."""

from airflow.sdk import Asset

OBSERVATIONS = Asset(name="observations", uri="ttdn://warehouse/observation")
INDICATORS = Asset(name="indicators", uri="ttdn://mart/indicator_value")
