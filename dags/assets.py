"""What one DAG changes and another waits for: a table of the warehouse for each shape, and the indicators."""

from airflow.sdk import Asset, AssetAny

SHAPE_ASSETS = {
    "observation": Asset(name="observations", uri="ttdn://warehouse/observation"),
    "capital_flow": Asset(name="capital_flows", uri="ttdn://warehouse/capital_flow"),
    "monitoring_count": Asset(name="monitoring_counts", uri="ttdn://warehouse/monitoring_count"),
    "series_point": Asset(name="series", uri="ttdn://warehouse/series_point"),
}
ANY_FIGURES = AssetAny(*SHAPE_ASSETS.values())
INDICATORS = Asset(name="indicators", uri="ttdn://mart/indicator_value")
